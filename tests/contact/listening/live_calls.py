"""Made-up calls that arrive now at a made-up switch, and the truth of each: what a listener must find."""

import heapq
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event, Thread

from tests.contact.listening.fake_switch import FakeSwitch
from tests.contact.telephony.conftest import START, MadeUpSwitch

AGENTS = 60


@dataclass
class Call:
    """The truth of one call; moments are seconds of the epoch."""

    number: int
    joined: float = 0.0
    ended: float = 0.0  # connected, or gave up
    outcome: str = "unknown"


class LiveCalls:
    """About `rate` calls a second, each answered or given up within seconds, told as a switch tells it, and
    written into `queue_log` whether or not anybody listens."""

    def __init__(self, fake: FakeSwitch, rate: float, queue_log: Path | None, seed: int) -> None:
        self.calls: dict[str, Call] = {}
        self._fake, self._rate, self._chance = fake, rate, random.Random(seed)
        self._log = queue_log.open("a", buffering=1) if queue_log else None
        self._waiting: dict[int, float] = {}
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._closing = Event()
        fake.look = self._look
        fake.members = [
            {"Queue": "101", "Name": f"Operator {n}", "Location": f"PJSIP/{n}", "Status": "1", "Paused": "0"}
            for n in range(1001, 1001 + AGENTS)
        ]
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """No more calls; returns when the last has ended."""
        self._closing.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        numbers = count(int(time.time() * 10) % 10_000_000)
        self._at(time.time(), lambda: self._arrive(next(numbers)))
        next_arrival = time.time()
        while self._due or not self._closing.is_set():
            now = time.time()
            if not self._closing.is_set() and now >= next_arrival:
                next_arrival = now + self._chance.expovariate(self._rate)
                self._at(now, lambda: self._arrive(next(numbers)))
            while self._due and self._due[0][0] <= now:
                heapq.heappop(self._due)[2]()
            time.sleep(0.005)

    def _at(self, when: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._due, (when, next(self._order), what))

    def _look(self) -> None:
        """The list of those who wait, as the switch would tell it now."""
        now = time.time()
        self._fake.waiting = [
            {
                "Queue": "101",
                "Position": str(place),
                "Uniqueid": MadeUpSwitch.uniqueid(number),
                "CallerIDNum": "07700900123",
                "Wait": str(int(now) - int(joined)),  # as app_queue counts it: whole seconds of the clock
            }
            for place, (number, joined) in enumerate(self._waiting.items(), 1)
        ]

    def _tell(self, write: Callable[[MadeUpSwitch, float], None]) -> float:
        """What happens now; it is told under the lock under which a snapshot is taken."""
        switch = MadeUpSwitch()
        now = round(time.time(), 6)
        write(switch, now - START)
        self._fake.tell(switch.bytes)
        return now

    def _write(self, number: int, at: float, member: str, what: str) -> None:
        if self._log:
            self._log.write(f"{int(at)}|{MadeUpSwitch.uniqueid(number)}|101|{member}|{what}\n")

    def _arrive(self, number: int) -> None:
        call = self.calls[MadeUpSwitch.uniqueid(number)] = Call(number)
        with self._fake.lock:
            call.joined = self._tell(lambda switch, at: (switch.arrive(at, number), switch.join(at, number)))
            self._waiting[number] = call.joined
        self._write(number, call.joined, "NONE", "ENTERQUEUE||07700900123|1")
        answered = self._chance.random() < 0.7
        patience = self._chance.uniform(0.3, 4.0)
        self._at(call.joined + patience, lambda: (self._connect if answered else self._give_up)(call))

    def _connect(self, call: Call) -> None:
        agent = 1001 + call.number % AGENTS
        with self._fake.lock:
            hold = int(time.time()) - int(call.joined)
            call.ended = self._tell(
                lambda switch, at: switch.connect(at, call.number, agent, call.number + 50_000_000, hold)
            )
            del self._waiting[call.number]
        call.outcome = "answered"
        self._write(call.number, call.ended, f"Operator {agent}", f"CONNECT|{hold}|x|1")
        self._at(call.ended + self._chance.uniform(0.3, 3.0), lambda: self._complete(call, agent, hold))

    def _complete(self, call: Call, agent: int, hold: int) -> None:
        talk = int(time.time()) - int(call.ended)
        leg = call.number + 50_000_000
        at = self._tell(lambda switch, at: switch.complete(at, call.number, agent, leg, hold, talk))
        self._write(call.number, at, f"Operator {agent}", f"COMPLETECALLER|{hold}|{talk}|1")

    def _give_up(self, call: Call) -> None:
        with self._fake.lock:
            hold = int(time.time()) - int(call.joined)
            call.ended = self._tell(lambda switch, at: switch.give_up(at, call.number, hold))
            del self._waiting[call.number]
        call.outcome = "abandoned"
        self._write(call.number, call.ended, "NONE", f"ABANDON|1|1|{hold}")
