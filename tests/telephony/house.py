"""The house under test: a real data folder, a real `darwin contact listen`, and the questions put to it."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from darwin.contact.coverage import joined_spans
from darwin.supervisor.postgres import Server, open_server
from tests.operate.houses import well
from tests.supervisor.house_at_work import house_environment, wait_for
from tests.telephony.switch import LISTENER, LISTENER_SECRET, QUEUE
from tests.telephony.truth import Key, Truth

EVER = ("--from", "2000-01-01", "--to", "2100-01-01")
SEEN_BY_BOTH = (
    "call.offered",
    "call.queued",
    "call.refused",
    "agent.ringing",
    "call.connected",
    "call.completed",
)
"""Events whose identity is the switch's own and owes nothing to where a connection began or ended."""


class House:
    """A data folder whose server is held open, so that it can be asked directly."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        if not (data_dir / "postgres.json").exists():
            well(data_dir, "ledger", "verify")
        self.server: Server = open_server(data_dir)

    def close(self) -> None:
        self.server.leave()

    def rows(self, question: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self.server.parameters("darwin_owner")) as connection:
            return connection.execute(question, values).fetchall()

    def import_recording(self, recording: Path, index: Path) -> None:
        well(self.data_dir, "contact", "import", "asterisk-ami", str(recording), "--index", str(index))

    def import_queue_log(self, path: Path) -> None:
        well(self.data_dir, "contact", "import", "asterisk-queue-log", str(path))

    def measures(self, begin: datetime, end: datetime) -> dict[str, Any]:
        window = ("--from", begin.isoformat(), "--to", end.isoformat())
        found: dict[str, Any] = json.loads(
            well(self.data_dir, "contact", "measures", "--queue", QUEUE, *window, "--json")
        )
        return found

    def gaps(self, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The gaps that the figures of this time show, those of one source that touch made one."""
        stretches = [
            (datetime.fromisoformat(gap["from"]), datetime.fromisoformat(gap["to"]))
            for gap in self.measures(begin, end)["gaps"]
        ]
        return joined_spans(stretches)

    def entries(self) -> list[dict[str, Any]]:
        said = well(self.data_dir, "contact", "calls", "--queue", QUEUE, *EVER, "--json")
        return [json.loads(line) for line in said.splitlines()]

    def events(self, begin: datetime, end: datetime) -> dict[str, datetime]:
        """The switch's own events of a time that are stored as evidence, each with its moment."""
        rows = self.rows(
            "SELECT event_id, at FROM contact_callevent WHERE source = 'asterisk-ami' AND type = ANY(%s) "
            "AND at >= %s AND at < %s",
            (list(SEEN_BY_BOTH), begin, end),
        )
        found = dict(rows)
        assert len(found) == len(rows), "an event is stored twice"
        return found

    @property
    def server_pid(self) -> int:
        pid: int = json.loads((self.data_dir / "postgres.json").read_text())["server"]
        return pid

    def server_processes(self) -> list[int]:
        """The server and the processes that it has started."""
        return [self.server_pid, *children_of(self.server_pid)]

    def floor_is_empty(self) -> bool:
        return not self.rows("SELECT 1 FROM contact_floorcall")

    def waiting_on_the_floor(self) -> set[str]:
        """Who waits now, as the wallboard has it: calls that wait or ring."""
        rows = self.rows("SELECT call_id FROM contact_floorcall WHERE stage IN ('waiting', 'ringing')")
        return {call for (call,) in rows}

    def agrees_with(self, truth: Truth) -> None:
        """Every entry and refusal of the switch is there once, with its outcome, its wait and its handler,
        and every call is one contact; there is nothing else."""
        entries = self.entries()
        found: dict[Key, dict[str, Any]] = {(e["call_id"], e["entry_no"]): e for e in entries}
        counted = Counter((entry["call_id"], entry["entry_no"]) for entry in entries)
        doubled = [key for key, many in counted.items() if many > 1]
        assert not doubled, f"{len(doubled)} doubled: {doubled[:5]}"
        lost, invented = truth.entries.keys() - found.keys(), found.keys() - truth.entries.keys()
        assert not lost, f"{len(lost)} lost: {sorted(lost)[:5]}"
        assert not invented, f"{len(invented)} that never were: {sorted(invented)[:5]}"
        wrong = [(found[key], entry) for key, entry in truth.entries.items() if not _same(found[key], entry)]
        assert not wrong, f"{len(wrong)} told wrongly: {wrong[:3]}"
        contacts = Counter(key for (key,) in self.rows("SELECT source_key FROM contact_contact"))
        assert max(contacts.values()) == 1
        assert truth.calls <= contacts.keys() <= truth.calls | truth.serials.keys()


def _same(found: dict[str, Any], entry: Any) -> bool:
    if found["outcome"] != entry.outcome or found["agent"] != entry.telephone:
        return False
    if entry.wait_s is None:
        return True
    # The log takes the difference of two whole seconds: less than one second off either way.
    return found["wait_s"] is not None and abs(found["wait_s"] - entry.wait_s) < 1.05


class Listener:
    """`darwin contact listen asterisk`, started, killed, started again."""

    def __init__(self, house: House, port: int) -> None:
        secret = house.data_dir.parent / "listener-secret"
        secret.write_text(LISTENER_SECRET)
        secret.chmod(0o600)
        self._words = ["--host", "127.0.0.1", "--port", str(port), "--user", LISTENER]
        self._words += ["--secret-file", str(secret)]
        self._house, self.spoken = house, house.data_dir.parent / "listener-said.txt"
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.spoken.open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "darwin.cli", "contact", "listen", "asterisk", *self._words],
                env=house_environment(self._house.data_dir),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def has_connected(self, after: datetime) -> bool:
        """Does the house say that the switch is heard, by a connection made after this moment?"""
        assert self.process.poll() is None, self.said()
        rows = self._house.rows("SELECT connected_since FROM contact_switchconnection")
        return bool(rows) and rows[0][0] is not None and rows[0][0] > after

    def said(self) -> str:
        return self.spoken.read_text(errors="replace")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        self.process = self._start()

    def end(self) -> int:
        """Ask it to end, as the supervisor does."""
        self.process.terminate()
        return self.process.wait(20)


@contextmanager
def opened_house(data_dir: Path) -> Iterator[House]:
    house = House(data_dir)
    try:
        yield house
    finally:
        house.close()


@contextmanager
def listening(house: House, port: int) -> Iterator[Listener]:
    """A listener that finds the switch at `port`, and hears it when this begins."""
    begun = now()
    listener = Listener(house, port)
    try:
        wait_for(lambda: listener.has_connected(begun), 60, "the switch is heard")
        yield listener
    finally:
        if listener.process.poll() is None:
            listener.kill()


def now() -> datetime:
    return datetime.now(UTC)


def children_of(pid: int) -> list[int]:
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _numbers_of(int(entry.name))[1:2] == [pid]
    ]


def cpu_seconds(pids: list[int]) -> float:
    """Processor time of the processes and of those of their children that have ended."""
    return sum(sum(_numbers_of(pid)[11:15]) for pid in pids) / os.sysconf("SC_CLK_TCK")


def _numbers_of(pid: int) -> list[int]:
    """What /proc says of a process after its name, the state made nought; [] if it has ended."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [0, *map(int, words[1:])]
