"""Data folders for tests that start real servers and processes."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from darwin.supervisor.place import POINTER


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder that everybody may pass through, as PostgreSQL's user must when we are root."""
    with folder_open_to_all() as folder:
        yield folder


@pytest.fixture
def data_dir(open_folder: Path) -> Path:
    """A data folder that does not exist yet, named with a space and letters beyond ASCII."""
    return open_folder / "Dyfed–Powys tŷ"


@contextmanager
def folder_open_to_all() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="darwin-tests-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


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
