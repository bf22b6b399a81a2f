"""What the tests ask of a house by its real commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.supervisor.house_at_work import darwin

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
WINDOW = ("--queue", "101", "--from", "2000-01-01", "--to", "2100-01-01", "--json")


def recording() -> Path:
    """The shared recording of a switch; the test is skipped where the folder is absent."""
    found = SHARED / "asterisk" / "ami_full.raw"
    if not found.exists():
        pytest.skip("../shared/data is absent")
    return found


def well(data_dir: Path, *words: str, **more: str) -> str:
    """The standard output of a command that must end with status 0."""
    done = darwin(data_dir, *words, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def import_recording(data_dir: Path, **more: str) -> None:
    report = json.loads(
        well(data_dir, "contact", "import", "asterisk-ami", str(recording()), "--json", **more)
    )
    assert report["imported"] > 0


def figures(data_dir: Path, **more: str) -> tuple[Any, list[str]]:
    """Every figure of the line and every entry of its queue."""
    measures = json.loads(well(data_dir, "contact", "measures", *WINDOW, "--threshold", "30", **more))
    return measures, well(data_dir, "contact", "calls", *WINDOW, **more).splitlines()
