"""The theme's tests need no database, and render as practice does."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def practice_mode(settings: Any) -> None:
    """The page of parts is there in practice mode only."""
    settings.DARWIN_MODE = "practice"
