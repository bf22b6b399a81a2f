"""A made-up switch, a listener that runs in this process, and a follower that is stepped by hand."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from darwin.contact.listening.batches import Follower
from darwin.contact.listening.database import PatientDatabase
from darwin.contact.listening.run import listen
from darwin.contact.listening.session import Line
from darwin.contact.listening.spool import SpoolReader, SpoolWriter, read_place
from darwin.contact.telephony.recording import moment
from darwin.ledger.actors import Actor
from tests.contact.listening.fake_switch import FakeSwitch
from tests.contact.telephony.conftest import MadeUpSwitch
from tests.supervisor.house_at_work import wait_for


@pytest.fixture
def fake() -> Iterator[FakeSwitch]:
    switch = FakeSwitch()
    yield switch
    switch.close()


class Listening:
    """`listen` in a thread of its own."""

    def __init__(self, fake: FakeSwitch, folder: Path) -> None:
        self.fake, self.folder = fake, folder
        self.said: list[str] = []
        self.raised: list[BaseException] = []
        self.stop = Event()
        self._thread: Thread | None = None

    def start(self, **options: Any) -> None:
        queue_log = options.pop("queue_log", None)
        keep_trying = options.pop("keep_trying", False)
        known: dict[str, Any] = {
            "switch": "asterisk",
            "host": "127.0.0.1",
            "port": self.fake.port,
            "user": self.fake.user,
            "secret": self.fake.secret,
        }
        line = Line(**(known | options))
        self.stop = Event()

        def run() -> None:
            try:
                listen(
                    line,
                    folder=self.folder,
                    stop=self.stop,
                    reopen=lambda: None,
                    say=self.said.append,
                    queue_log=queue_log,
                    keep_trying=keep_trying,
                )
            except BaseException as problem:
                self.raised.append(problem)
            finally:
                connection.close()

        self._thread = Thread(target=run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self.stop.set()
        if self._thread is not None:
            self._thread.join(20)
            assert not self._thread.is_alive()

    def wait_until_said(self, words: str, limit_s: float = 20) -> str:
        return str(
            wait_for(
                lambda: next((sentence for sentence in self.said if words in sentence), None), limit_s, words
            )
        )


@pytest.fixture
def listening(fake: FakeSwitch, tmp_path: Path, transactional_db: None) -> Iterator[Listening]:
    running = Listening(fake, tmp_path / "spool")
    yield running
    running.end()
    with connection.cursor() as cursor:
        # No model manages this table, so Django does not empty it, and an event known twice is no news.
        cursor.execute("TRUNCATE contact_callevent")


class SteppedFollower:
    """A spool that a test writes and a follower that it steps: what a listener does, without its threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settled: list[datetime] = []
        self.writer = SpoolWriter(folder)
        self.follower = self.fresh()

    def fresh(self, **options: Any) -> Follower:
        self.follower = Follower(
            actor=Actor.system("listener"),
            switch="asterisk",
            reader=SpoolReader(self.folder),
            stored=options.pop("stored", read_place(self.folder)),
            database=PatientDatabase(Event(), lambda: None, lambda: None),
            settled=lambda at, life: self.settled.append(at),
            **options,
        )
        return self.follower

    def connection(self, switch: MadeUpSwitch, *, open_at: float | None = None, close: bool = True) -> None:
        """Everything that the made-up switch has written, as one connection."""
        begins = switch.parts[0][0] if open_at is None else open_at
        self.writer.begin(instant(begins))
        for at, part in switch.parts:
            self.writer.append(instant(at), part)
        if close:
            self.writer.end(instant(switch.parts[-1][0]))

    def store(self) -> None:
        while self.follower.step():
            pass
        self.follower.commit()

    def killed(self) -> None:
        """kill -9: nobody says goodbye, and the next one begins with what lies there."""
        self.writer.close()
        self.writer = SpoolWriter(self.folder)
        self.fresh()


def instant(at: float) -> datetime:
    return moment(0, round(at * 1_000_000))


@pytest.fixture
def stepped(tmp_path: Path, db: None) -> SteppedFollower:
    return SteppedFollower(tmp_path / "spool")


@pytest.fixture
def made_up() -> Callable[[], MadeUpSwitch]:
    return MadeUpSwitch
