"""What people meet when the disk is full, the database is down, or a file is not what it should be."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_import_killed import MAPPING, bank_log
from tests.operate.houses import recording, well
from tests.supervisor.conftest import remove
from tests.supervisor.house_at_work import Up, darwin, up, wait_for

pytestmark = pytest.mark.faults


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 160 MB of our own."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    place = folder / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m,mode=711", "tmpfs", place]).returncode:
        pytest.skip("this root may not mount")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_an_import_on_a_full_disk_says_so_and_is_completed_by_importing_again(
    small_disk: Path, folder: Path
) -> None:
    data_dir, words = small_disk / "house", bank_log(folder).words
    well(data_dir, "ledger", "verify")
    filler = small_disk / "filler"
    disk = os.statvfs(small_disk)
    with filler.open("wb") as file:
        file.write(bytes(max(0, disk.f_bavail * disk.f_frsize - 10_000_000)))
    done = darwin(data_dir, "contact", "import", *words, "--json")
    assert done.returncode == 1, done.stdout
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "full" in done.stderr or "went away" in done.stderr, done.stderr
    filler.unlink()
    report = json.loads(well(data_dir, "contact", "import", *words, "--json"))
    assert report["imported"] + report["already_known"] > 30_000
    again = json.loads(well(data_dir, "contact", "import", *words, "--json"))
    assert (again["imported"], again["already_known"]) == (
        0,
        report["imported"] + report["already_known"],
    )
    well(data_dir, "ledger", "verify")
    remove(data_dir)


def patient(house: Up, path: str) -> tuple[int, str]:
    """Status and page, for a reader who waits: a page waits 10 s for its database before it says so."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{house.port}{path}", timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_a_page_without_its_database_is_a_503_with_a_sentence_and_recovers_by_itself(data_dir: Path) -> None:
    with up(data_dir) as house:
        postgres = data_dir / "postgres" / "cluster" / "global" / "pg_control"
        aside = postgres.with_name("aside")
        postgres.rename(aside)  # the database cannot be started again until this is back
        os.kill(house.pid_of("server"), 9)
        status, page = patient(house, "/sign-in/")
        assert status == 503
        assert "The database does not answer. What was saved is safe." in page
        assert house.health()[0] == 503
        assert house.health("/health/live/")[0] == 200
        aside.rename(postgres)
        wait_for(lambda: patient(house, "/sign-in/")[0] == 200, 90, "it recovers by itself")
        assert house.end() == 0


def test_a_half_written_recording_gives_what_it_has_and_the_whole_one_the_rest(data_dir: Path) -> None:
    content = recording().read_bytes()
    half = data_dir.parent / "half.raw"
    half.write_bytes(content[: len(content) // 2])
    first = json.loads(well(data_dir, "contact", "import", "asterisk-ami", str(half), "--json"))
    second = json.loads(well(data_dir, "contact", "import", "asterisk-ami", str(recording()), "--json"))
    fresh = data_dir.parent / "fresh"
    alone = json.loads(well(fresh, "contact", "import", "asterisk-ami", str(recording()), "--json"))
    assert 0 < first["imported"] < alone["imported"]
    assert second["imported"] >= alone["imported"] - first["imported"]
    window = ("--queue", "101", "--from", "2000-01-01", "--to", "2100-01-01", "--json")
    assert well(data_dir, "contact", "calls", *window) == well(fresh, "contact", "calls", *window)


SOMETHING_ELSE: list[tuple[bytes, tuple[str, ...]]] = [
    (b"", ("asterisk-ami",)),
    ("Asterisk Call Manager/11.0.0\r\n".encode("utf-16"), ("asterisk-ami",)),
    (b"\x00\xff\xfe" * 5000, ("asterisk-queue-log",)),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, ("csv", "--mapping", str(MAPPING))),
    (b'{"ContactId": "1"', ("connect",)),
]


def test_a_file_that_is_something_else_is_told_in_a_sentence(data_dir: Path) -> None:
    file = data_dir.parent / "file"
    for content, words in SOMETHING_ELSE:
        file.write_bytes(content)
        done = darwin(data_dir, "contact", "import", words[0], str(file), *words[1:], "--json")
        assert "Traceback" not in done.stderr
        assert "made a mistake" not in done.stderr, done.stderr
        if done.returncode == 0:
            report = json.loads(done.stdout)
            assert report["imported"] == 0
            assert report["rejected"] > 0 or report["notes"], report
        else:
            assert file.name in done.stderr
