"""A house with a kind of thing that can have files: accounts stand for it here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from darwin.files import subjects
from darwin.files.permissions import USE_FILES
from darwin.files.subjects import SubjectFiles, declare_subject
from darwin.ledger.actors import Subject
from darwin.staff.models import Account
from tests.staff.conftest import signed_in  # noqa: F401
from tests.staff.people import someone

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000") + bytes(200)
THING = "thing"


@pytest.fixture
def house(
    opened_installation: Callable[[str], None], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An operational house in which accounts can have files; its folder of files."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "operational", tmp_path
    settings.DARWIN_ANTIVIRUS = ""
    opened_installation("operational")
    monkeypatch.setattr(subjects, "_kinds", {})
    declare_subject(SubjectFiles(THING, "Thing", Account, see=USE_FILES, add=USE_FILES))
    yield tmp_path / "files"


@pytest.fixture
def person(house: Path) -> Account:
    return someone("investigator", display_name="Alex Reid")


@pytest.fixture
def thing(person: Account) -> Subject:
    return Subject(THING, person.id)


def everything_in(folder: Path) -> list[str]:
    """Every file below a folder, by its path from there."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
