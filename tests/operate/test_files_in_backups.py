"""Attachments outlive a lost disk, and one that is missing or altered is told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.operate.houses import well
from tests.supervisor.conftest import remove
from tests.supervisor.house_at_work import darwin, house_environment

pytestmark = pytest.mark.faults

ATTACH = """
from darwin.supervisor.house import open_house
with open_house():
    from darwin.files.services.attachments import attach_file
    from darwin.ledger.actors import Actor, Subject
    from darwin.ledger.ids import new_id
    for number in range(3):
        content = f"What the neighbour heard, part {number}".encode() * 100_000
        attach_file(
            actor=Actor.system("test"),
            subject=Subject("contact", new_id()),
            name="heard.txt",
            chunks=[content],
        )
"""


def stored(data_dir: Path) -> dict[str, bytes]:
    folder = data_dir / "files"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_attachments_come_back_with_a_backup_and_a_damaged_one_is_told(data_dir: Path, folder: Path) -> None:
    subprocess.run([sys.executable, "-c", ATTACH], env=house_environment(data_dir), check=True)
    before = stored(data_dir)
    assert len(before) == 3
    (data_dir / "files" / "incoming" / "cut-off").write_bytes(b"half of it")
    well(data_dir, "backup", str(folder / "b.tar"))
    remove(data_dir)

    well(data_dir, "restore", str(folder / "b.tar"))
    assert stored(data_dir) == before
    assert json.loads(well(data_dir, "files", "verify", "--json"))["files"] == 3

    first, second, _third = sorted(path for path in (data_dir / "files").rglob("*") if path.is_file())
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1] + b"?")
    told = darwin(data_dir, "files", "verify")
    assert told.returncode == 1
    assert "is missing. Take it from a backup." in told.stdout
    assert "is not what was stored. Take it from a backup." in told.stdout
