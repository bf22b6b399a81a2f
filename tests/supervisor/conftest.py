"""Data folders for tests that start real servers and processes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from darwin.supervisor.place import POINTER


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder, named with a space and letters beyond ASCII, on a path open to all."""
    parent = Path(tempfile.mkdtemp(prefix="darwin-tests-"))
    parent.chmod(0o711)
    yield parent / "Dyfed–Powys tŷ"
    remove(parent / "Dyfed–Powys tŷ")
    shutil.rmtree(parent)


@pytest.fixture
def closed_data_dir() -> Iterator[Path]:
    """A data folder inside one that nobody else may enter, as tempfile.mkdtemp makes it."""
    parent = Path(tempfile.mkdtemp(prefix="darwin-tests-"))
    yield parent / "data"
    remove(parent / "data")
    shutil.rmtree(parent)


def remove(data_dir: Path) -> None:
    """Remove a data folder, and its database where that lies elsewhere."""
    pointer = data_dir / POINTER
    if pointer.exists():
        shutil.rmtree(pointer.read_text().strip())
    shutil.rmtree(data_dir, ignore_errors=True)


def is_root() -> bool:
    return os.geteuid() == 0
