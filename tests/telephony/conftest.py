"""Folders for the switch's tests, and one house that reads what the test's own line recorded."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.supervisor.conftest import folder_open_to_all
from tests.supervisor.house_at_work import house_environment
from tests.telephony.house import House, opened_house
from tests.telephony.installation import require_asterisk


@dataclass(frozen=True)
class Stage:
    """root: of the installed Asterisk. folder: an empty one that PostgreSQL's user may pass through.
    reading_house: see the fixture."""

    root: Path
    folder: Path
    reading_house: Callable[[], House]


@pytest.fixture
def stage(asterisk: Path, reading_house: Callable[[], House]) -> Iterator[Stage]:
    with folder_open_to_all() as folder:
        yield Stage(asterisk, folder, reading_house)


@pytest.fixture(scope="session")
def asterisk() -> Path:
    """The root of a real Asterisk; without one, each test is skipped with the reason."""
    return require_asterisk()


@pytest.fixture(scope="session")
def reading_house(asterisk: Path) -> Iterator[Callable[[], House]]:
    """A second house that never hears the switch and imports recordings of it, each of another time. Its
    database is made while the first callers ring; the call waits for it."""
    with folder_open_to_all() as found, ExitStack() as stack:
        data_dir = found / "house"
        making = subprocess.Popen(
            [sys.executable, "-m", "darwin.cli", "ledger", "verify"],
            env=house_environment(data_dir),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        @cache
        def made() -> House:
            assert making.wait(120) == 0
            return stack.enter_context(opened_house(data_dir))

        yield made
        making.wait(120)
