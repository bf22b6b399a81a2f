"""An empty folder that PostgreSQL's user may pass through."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.conftest import folder_open_to_all


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_open_to_all() as found:
        yield found
