"""Everything that runs in one of these tests, and what may happen to it."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from tests.supervisor.house_at_work import up, wait_for
from tests.telephony.callers import Load, telephones
from tests.telephony.conftest import Stage
from tests.telephony.house import House, Listener, listening, now, opened_house
from tests.telephony.lines import Line, line_to
from tests.telephony.manager import Manager
from tests.telephony.switch import Size, Switch, driving, log_on, running_switch


@dataclass(frozen=True)
class Outage:
    what: str
    begun: datetime
    over: datetime


@dataclass
class Scene:
    """A switch that is called, the house that hears it, and what has happened to them."""

    switch: Switch
    line: Line
    house: House
    manager: Manager
    listener: Listener
    chance: random.Random
    outages: list[Outage] = field(default_factory=list)
    lives: int = 1

    def kill_listener(self, pause_s: float) -> None:
        self.listener.kill()
        begun = now()
        time.sleep(pause_s)
        over = now()
        self.listener.start_again()
        self._heard_again(over)
        self.outages.append(Outage("the listener was killed", begun, over))

    def kill_database(self) -> None:
        """kill -9 of the server; the house starts it again, and what was heard meanwhile is stored then."""
        victim = self.house.server_pid
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: self._serves_after(victim), 60, "the database serves again")

    def restart_switch(self, pause_s: float) -> None:
        self.switch.stop()
        begun = now()
        time.sleep(pause_s)
        over = now()
        self.switch.start()
        self.lives += 1
        wait_for(lambda: self.manager.sessions >= self.lives, 30, "the test's own line is back")
        log_on(self.manager, self.switch)
        self._heard_again(over)
        self.outages.append(Outage("the switch was restarted", begun, over))

    def cut_line(self, seconds: float) -> None:
        begun = now()
        self.line.cut()
        time.sleep(seconds)
        over = now()
        self.line.mend()
        self._heard_again(over)
        self.outages.append(Outage("the line was cut", begun, over))

    def _heard_again(self, after: datetime) -> None:
        wait_for(lambda: self.listener.has_connected(after), 60, "the switch is heard again")

    def _serves_after(self, victim: int) -> bool:
        try:
            return self.house.server_pid != victim and bool(self.house.rows("SELECT 1"))
        except (OSError, psycopg.OperationalError):
            return False


@contextmanager
def scene(stage: Stage, load: Load, size: Size, how: str = "plain") -> Iterator[Scene]:
    """Everything runs, every handler is logged on, and the listener hears the switch. how: in which way the
    line can be cut (lines.py)."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    data_dir = stage.folder / "house"
    with ExitStack() as stack:
        switch = stack.enter_context(running_switch(stage.root, size))
        line = line_to(switch.ami_port, how)
        stack.callback(line.close)
        stack.enter_context(up(data_dir))
        house = stack.enter_context(opened_house(data_dir))
        manager = stack.enter_context(driving(switch, stage.folder))
        stack.enter_context(telephones(switch, load, stage.folder))
        listener = stack.enter_context(listening(house, line.port))
        yield Scene(switch, line, house, manager, listener, random.Random(seed))
