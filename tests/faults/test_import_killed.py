"""kill -9 in the middle of an import: nothing acknowledged is lost, nothing doubled, the next start works."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from darwin.supervisor.postgres import Server, open_server
from tests.operate.houses import SHARED, WINDOW, recording, well
from tests.supervisor.house_at_work import Up, darwin, free_port, house_environment, up, wait_for

pytestmark = pytest.mark.faults

COPIES = 60
MAPPING = Path(__file__).parents[2] / "examples" / "mappings" / "bank_calls.toml"
VICTIMS = ("importer", "server", "supervisor")
ROWS = (
    "SELECT (SELECT count(*) FROM contact_contact), (SELECT count(*) FROM contact_contactleg), "
    "(SELECT count(*) FROM contact_callevent)"
)


@dataclass(frozen=True)
class Source:
    """A file large enough to be killed in the middle of, and the queue its calls land in."""

    words: tuple[str, ...]
    queue: str


def enlarged_recording(folder: Path) -> Source:
    """The shared recording again and again, an hour later each time, so that every call is another one."""
    banner, _, body = recording().read_bytes().partition(b"\r\n")
    path = folder / "long.raw"

    def later(hours: int) -> bytes:
        return re.sub(rb"(\d{10})(?=\.\d)", lambda found: b"%d" % (int(found[1]) + 3600 * hours), body)

    path.write_bytes(banner + b"\r\n" + b"".join(later(hours) for hours in range(COPIES)))
    return Source(("asterisk-ami", str(path)), "101")


def bank_log(folder: Path) -> Source:
    path = SHARED / "bank_calls" / "january.txt"
    if not path.exists():
        pytest.skip("../shared/data is absent")
    return Source(("csv", str(path), "--mapping", str(MAPPING)), "bank")


SOURCES: dict[str, Callable[[Path], Source]] = {"recording": enlarged_recording, "bank": bank_log}


class Victim:
    """A house in which one import after another is killed."""

    def __init__(self, data_dir: Path, source: Source, chance: random.Random) -> None:
        self.data_dir, self.source, self.chance = data_dir, source, chance
        self.longest_s = 0.0

    def start_import(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "darwin.cli", "contact", "import", *self.source.words, "--json"],
            env=house_environment(self.data_dir),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill(self, victim: str) -> None:
        """One import with one kill -9 at a random moment of it: one that was quicker does not count."""
        for _ in range(10):
            if self._kills_in_time(victim):
                return
            self.longest_s *= 0.7
        raise AssertionError("every import ended before it could be killed")

    def _kills_in_time(self, victim: str) -> bool:
        house = Up(self.data_dir, free_port()) if victim == "supervisor" else None
        if house:
            wait_for(house.is_well, 90, "the next start works by itself")
        importing = self.start_import()
        # Held until the kill, so that there is a server to be killed even before the import needs it.
        server = open_server(self.data_dir)
        try:
            seen = self._wait_for_a_moment(importing, server)
            in_time = importing.poll() is None
            pids = {"importer": importing.pid, "server": server.pid}
            if in_time or house:
                os.kill(house.process.pid if house else pids[victim], signal.SIGKILL)
        finally:
            server.leave()
        said = importing.communicate(timeout=180)[1]
        assert "Traceback" not in said
        if house:
            house.process.wait()
            assert importing.returncode == 0, said  # an import does not depend on the supervisor
        elif victim == "server" and in_time:
            assert importing.returncode == 0 or "What was saved is safe" in said, said
        kept = self.rows()
        assert all(after >= before for after, before in zip(kept, seen, strict=True)), (seen, kept)
        return in_time

    def rows(self) -> tuple[int, ...]:
        """What is committed, asked as a newcomer would: the server is started if it does not run."""
        server = open_server(self.data_dir)
        try:
            return committed(server)
        finally:
            server.leave()

    def _wait_for_a_moment(self, importing: "subprocess.Popen[str]", server: Server) -> tuple[int, ...]:
        """Let the import go on for a random time; what it had committed by then."""
        begun = time.monotonic()
        pause = self.chance.uniform(0, self.longest_s)
        while importing.poll() is None and time.monotonic() - begun < pause:
            time.sleep(0.02)
        return committed(server)


def committed(server: Server) -> tuple[int, ...]:
    with psycopg.connect(**server.parameters("darwin_owner")) as connection:
        row = connection.execute(ROWS).fetchone()
        assert row is not None
        return tuple(map(int, row))


def everything(data_dir: Path, queue: str) -> tuple[str, ...]:
    """Each figure and each entry of the queue."""
    window = ("--queue", queue, *WINDOW[2:])
    measures = well(data_dir, "contact", "measures", *window, "--threshold", "30")
    return measures, well(data_dir, "contact", "calls", *window)


def _kill_imports(folder: Path, name: str, victims: list[str]) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    source = SOURCES[name](folder)
    undisturbed, data_dir = folder / "undisturbed", folder / "house"
    well(undisturbed, "ledger", "verify")
    begun = time.monotonic()
    well(undisturbed, "contact", "import", *source.words)
    took_s = time.monotonic() - begun
    expected = everything(undisturbed, source.queue)

    well(data_dir, "ledger", "verify")
    victim = Victim(data_dir, source, random.Random(seed))
    victim.longest_s = took_s
    for which in victims:
        victim.kill(which)
    report = json.loads(well(data_dir, "contact", "import", *source.words, "--json"))
    assert report["rows_read"] == sum(
        report[count] for count in ("imported", "already_known", "ignored", "rejected")
    )
    assert everything(data_dir, source.queue) == expected
    assert victim.rows() == Victim(undisturbed, source, random.Random()).rows()
    again = json.loads(well(data_dir, "contact", "import", *source.words, "--json"))
    assert again["imported"] == 0
    assert darwin(data_dir, "ledger", "verify").returncode == 0


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_an_import_killed_three_times_completes_to_the_same_figures(folder: Path, name: str) -> None:
    _kill_imports(folder, name, list(VICTIMS))


@pytest.mark.nightly
@pytest.mark.parametrize("which", VICTIMS)
@pytest.mark.parametrize("name", sorted(SOURCES))
def test_an_import_killed_twenty_times_completes_to_the_same_figures(
    folder: Path, name: str, which: str
) -> None:
    _kill_imports(folder, name, [which] * 20)


@pytest.mark.nightly
def test_the_house_goes_on_while_its_imports_are_killed(folder: Path) -> None:
    source, data_dir = bank_log(folder), folder / "house"
    with up(data_dir) as house:
        victim = Victim(data_dir, source, random.Random(1))
        importing = victim.start_import()
        wait_for(lambda: victim.rows()[0] > 0 or importing.poll() is not None, 120, "a batch is stored")
        importing.kill()
        importing.communicate()
        assert house.is_well()
        well(data_dir, "contact", "import", *source.words)
        assert victim.rows()[0] > 0
        assert house.end() == 0
