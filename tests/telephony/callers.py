"""Real SIP callers and handlers' telephones: two sipp processes, and what they themselves saw.

Each caller is one row of an injection file, drawn from a seed that the test prints: number, patience, whether
they press the call-back key. What they do does not depend on what the switch does with them."""

import random
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.supervisor.house_at_work import wait_for
from tests.telephony.switch import BOUND, CALLERS_ADDRESS, HANDLERS_ADDRESS, Switch, filled

SCENARIOS = Path(__file__).parent / "scenarios"
SIP_ID = re.compile(r"(\d+)-\d+@")
LINE = re.compile(r"(\d+)\|(answered|hung up|was ended|lost)\|([^|]*)\|(.*)")


@dataclass(frozen=True)
class Load:
    """calls: placed at `rate` a second. patience_s, talk_s: bounds between which each is drawn evenly; the
    caller hangs up after their patience, whether they wait or talk by then."""

    calls: int
    rate: int
    patience_s: tuple[int, int]
    talk_s: tuple[int, int]

    @property
    def lasts_s(self) -> float:
        """From the first call until the last caller has hung up at the latest."""
        return self.calls / self.rate + self.patience_s[1]


@dataclass
class Seen:
    """What sipp saw of its own calls, by serial: reached (the switch answered), and how each ended."""

    reached: set[int]
    ended: dict[int, str]


class Callers:
    """A running load."""

    def __init__(self, switch: Switch, load: Load, folder: Path, seed: int) -> None:
        self.load, self._log = load, folder / "callers.log"
        self.ends_at = time.monotonic() + load.lasts_s
        rows = folder / "callers.csv"
        rows.write_text("SEQUENTIAL\n" + "".join(_row(load, seed, n) for n in range(load.calls)))
        self.process = _sipp(
            folder,
            "callers",
            [f"127.0.0.1:{switch.sip_port}", "-i", CALLERS_ADDRESS, "-p", str(switch.handlers_port)],
            ["-inf", rows, "-cid_str", "%u-%p@%s", "-m", str(load.calls), "-r", str(load.rate)],
            ["-l", str(load.calls), "-trace_logs", "-log_file", self._log],
        )

    def finish(self) -> Seen:
        """Wait until every call is over; what sipp saw."""
        limit = self.load.lasts_s + 90
        wait_for(lambda: self.process.poll() is not None, limit, "every caller has hung up")
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.seen()

    def seen(self) -> Seen:
        found = Seen(set(), {})
        for line in self._log.read_text(errors="replace").splitlines():
            match = LINE.search(line)
            if match and match[2] == "answered":
                found.reached.add(int(match[1]))
            elif match:
                found.ended[int(match[1])] = match[2]
        return found


@contextmanager
def telephones(switch: Switch, load: Load, folder: Path) -> Iterator[None]:
    """The handlers' telephones, all of them one sipp that answers at their address."""
    shortest, longest = load.talk_s
    words = {"TALK_MIN_MS": shortest * 1000, "TALK_MAX_MS": longest * 1000}
    scenario = folder / "handlers.xml"
    scenario.write_text(filled((SCENARIOS / "handlers.xml").read_text(), words))
    process = _sipp(
        folder, "handlers", ["-i", HANDLERS_ADDRESS, "-p", str(switch.handlers_port), "-aa"], [], []
    )
    try:
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


def _sipp(folder: Path, name: str, *words: list[object]) -> "subprocess.Popen[bytes]":
    scenario = folder / f"{name}.xml"
    if not scenario.exists():
        scenario.write_text((SCENARIOS / f"{name}.xml").read_text())
    flat = [str(word) for part in words for word in part]
    with (folder / f"{name}.out").open("wb") as out:
        return subprocess.Popen(
            [*BOUND, "sipp", *flat, "-sf", str(scenario), "-nostdin", "-ci", "127.0.0.1"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
        )


def _row(load: Load, seed: int, serial: int) -> str:
    """One caller. Every number is of the ranges kept for drama; one in twenty is withheld."""
    chance = random.Random(f"{seed}-{serial}")
    # About one in eight asks to be rung back, if they still wait by then.
    patience = chance.randint(load.patience_s[0] * 1000, load.patience_s[1] * 1000)
    until_key = chance.randint(1000, patience) if chance.random() < 0.12 else 0
    number = f"07700900{serial % 1000:03}" if serial % 3 else f"01164960{serial % 1000:03}"
    if serial % 7 == 1:
        number = f"+44{number[1:]}"
    name, privacy = "Caller", "none"
    if serial % 20 == 19:
        number, name, privacy = "anonymous", "Anonymous", "id"
    return f"{number};{name};{privacy};{patience - until_key};{until_key};\n"


def serial_of(sip_call_id: str) -> int:
    """Which row of the injection file a SIP Call-ID belongs to, counted from 1 as sipp does."""
    found = SIP_ID.match(sip_call_id)
    assert found, sip_call_id
    return int(found[1])
