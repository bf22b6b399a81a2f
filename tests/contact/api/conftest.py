"""An operational house and the clients that reach it."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _house(opened_installation: Callable[[str], None], settings: Any) -> None:
    settings.DARWIN_MODE = "operational"
    opened_installation("operational")
