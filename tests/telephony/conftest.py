"""Folders for the switch's tests, and one house that reads what the test's own line recorded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.conftest import folder_open_to_all
from tests.telephony.house import House, opened_house


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that PostgreSQL's user may pass through."""
    with folder_open_to_all() as found:
        yield found


@pytest.fixture(scope="session")
def reading_house() -> Iterator[House]:
    """A second house that never hears the switch and imports recordings of it, each of another time."""
    with folder_open_to_all() as found, opened_house(found / "house") as house:
        yield house
