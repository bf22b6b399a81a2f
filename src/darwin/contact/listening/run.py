"""Listening to one switch until asked to stop: the thread that reads, the one that acts, and the one, which
is ours, that stores."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from darwin.contact.listening.acting import Commander
from darwin.contact.listening.batches import Follower
from darwin.contact.listening.database import PatientDatabase, Stopped
from darwin.contact.listening.session import Line, LineDown, Session, WrongSecret
from darwin.contact.listening.spool import SpoolReader, SpoolWriter, drop_stored, read_place, write_place
from darwin.contact.services.floor import note_connected, note_down, note_heard, note_trouble
from darwin.contact.telephony.ami_events import SOURCE
from darwin.deadlines import clock
from darwin.ledger.actors import Actor

log = logging.getLogger(__name__)
LISTENER = Actor.system("listener")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 2.0
WRONG_SECRET_PAUSE_S = 30.0
LOOK_S = 0.02
DRAIN_S = 4.0
"""How long an end may take to store what was received; the rest stays in the spool for the next start."""
CLOCKS_APART = timedelta(seconds=2)
BEHIND = timedelta(seconds=5)
_TIDY_S = 60.0
_UNITS = ((86_400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))


@dataclass(slots=True)
class Heard:
    """How the line is, as the reading thread sees it. trouble: why it is not heard, as a sentence."""

    session: Session | None = None
    trouble: str = "The listener has started and tries to reach the switch."
    fatal: BaseException | None = None
    pause_s: float = FIRST_PAUSE_S / 1.5
    stop: Event = field(default_factory=Event)


def listen(
    line: Line,
    *,
    folder: Path,
    stop: Event,
    reopen: Callable[[], None],
    say: Callable[[str], None],
    queue_log: Path | None = None,
    keep_trying: bool = False,
) -> None:
    """Listen to the switch until `stop` is set, and end when what was received is stored.

    folder: where the spool lies. reopen: starts the database again, where that is ours. keep_trying: go on
    even where the switch refuses the secret. Raises WrongSecret otherwise.
    """
    spool = SpoolWriter(folder)
    heard = Heard(stop=stop)
    storing = Storing(line, heard, spool, reopen, say, queue_log)
    reading = Thread(target=_read, args=(line, spool, heard, keep_trying), name="line", daemon=True)
    acting = None if line.shadow else Commander(line, lambda: heard.session, stop)
    try:
        storing.catch_up()
        reading.start()
        if acting:
            acting.start()
        storing.run()
    except Stopped:
        pass
    finally:
        stop.set()
        if reading.ident is not None:
            reading.join(DRAIN_S)
        if acting and acting.ident is not None:
            acting.join(DRAIN_S)
        storing.end()
        spool.close()
    if heard.fatal is not None:
        raise heard.fatal


def _read(line: Line, spool: SpoolWriter, heard: Heard, keep_trying: bool) -> None:
    """The reading thread: one connection after the other."""
    while not heard.stop.is_set():
        session = Session(line, spool)
        heard.pause_s = min(heard.pause_s * 1.5, LONGEST_PAUSE_S)
        try:
            session.open()
            heard.session, heard.pause_s = session, FIRST_PAUSE_S
            session.listen(heard.stop)
            heard.trouble = "The listener was ended."
        except LineDown as problem:
            heard.trouble = str(problem)
            if isinstance(problem, WrongSecret):
                heard.pause_s = WRONG_SECRET_PAUSE_S
                if not keep_trying:
                    heard.fatal = problem
                    heard.stop.set()
        except BaseException as problem:
            log.exception("The reading of the switch ended by a fault.")
            heard.fatal = problem
            heard.stop.set()
        finally:
            heard.session = None
            session.close()
        heard.stop.wait(min(heard.pause_s, WRONG_SECRET_PAUSE_S))


class Storing:
    """The main thread: stores what was read, and says how the line is."""

    def __init__(
        self,
        line: Line,
        heard: Heard,
        spool: SpoolWriter,
        reopen: Callable[[], None],
        say: Callable[[str], None],
        queue_log: Path | None,
    ) -> None:
        self._line, self._heard, self._spool, self._say = line, heard, spool, say
        self._database = PatientDatabase(heard.stop, spool.save, reopen)
        stored = read_place(spool.folder)
        self._follower = Follower(
            actor=LISTENER,
            switch=line.switch,
            reader=SpoolReader(spool.folder),
            stored=stored,
            database=self._database,
            settled=self._settled,
            queue_log=queue_log,
        )
        self._settled_at: datetime | None = None
        self._life = ""
        self._told: tuple[str, str] | None = None
        self._told_heard: datetime | None = None
        self._heard_s = self._placed_s = self._tidied_s = 0.0

    def catch_up(self) -> None:
        """What a listener before us had received and not stored, or not to its end."""
        while self._follower.step():
            pass
        self._follower.commit()
        self._place()

    def run(self) -> None:
        """Until asked to stop."""
        while not self._heard.stop.is_set():
            self._spool.wrote.clear()
            try:
                had = self._follower.step()
                self._follower.keep_covered()
                self._tell()
            except Stopped:
                return
            self._place(every_s=1.0)
            if not had:
                self._spool.wrote.wait(LOOK_S)

    def end(self) -> None:
        """Store what is left, for a few seconds at most, and say that nobody listens any more."""
        deadline = time.monotonic() + DRAIN_S
        try:
            while self._follower.step() and time.monotonic() < deadline:
                pass
            self._follower.commit()
            self._say_down(self._heard.trouble)
        except Stopped:
            log.warning("The database was away at the end. What was received is kept for the next start.")
        self._place()

    def _place(self, every_s: float = 0.0) -> None:
        now = time.monotonic()
        if now - self._placed_s >= every_s:
            self._placed_s = now
            write_place(self._spool.folder, self._follower.place)
        if now - self._tidied_s >= _TIDY_S:
            self._tidied_s = now
            drop_stored(self._spool.folder, self._follower.place, clock.now())

    # --- how the line is ---

    def _settled(self, opened_at: datetime, life: str) -> None:
        self._settled_at, self._life = opened_at, life

    def _tell(self) -> None:
        """Say how the line is, when that has changed, and once a second that it is heard."""
        session = self._heard.session
        if session is None:
            self._say_down(self._heard.trouble)
        elif self._settled_at == session.opened_at:
            self._say_heard(session)

    def _say_down(self, trouble: str) -> None:
        if self._told == ("down", trouble):
            return
        self._told = ("down", trouble)
        self._say(trouble)
        self._database.do(lambda: note_down(switch=self._line.switch, source=SOURCE, trouble=trouble))

    def _say_heard(self, session: Session) -> None:
        now = time.monotonic()
        trouble = self._trouble(session)
        if self._told is None or self._told[0] == "down":
            self._say(f"The switch {self._line.switch} is heard.")
            self._database.do(
                lambda: note_connected(switch=self._line.switch, source=SOURCE, instance=self._life)
            )
            self._told = ("heard", "")
        elif session.heard_at != self._told_heard and now - self._heard_s >= 1.0:
            self._told_heard, self._heard_s = session.heard_at, now
            self._database.do(lambda: note_heard(switch=self._line.switch))
        if trouble != self._told[1]:
            self._told = ("heard", trouble)
            if trouble:
                self._say(trouble)
            self._database.do(lambda: note_trouble(switch=self._line.switch, trouble=trouble))

    def _trouble(self, session: Session) -> str:
        """What is wrong though the switch is heard, as sentences; "" where nothing is."""
        return " ".join(
            sentence
            for sentence in (
                _clocks(self._follower.hearing.skew.ahead),
                _behind(self._follower.lag),
                _not_allowed(self._line, session.missing),
                _deaf(self._line, session.deaf_to),
            )
            if sentence
        )


def _clocks(ahead: timedelta) -> str:
    if abs(ahead) < CLOCKS_APART:
        return ""
    seconds = round(abs(ahead).total_seconds())
    unit, many = next((unit, many) for unit, many in _UNITS if seconds >= 2 * unit)
    how_far = f"{round(seconds / unit)} {many}"
    which = "behind" if ahead > timedelta(0) else "ahead of"
    return (
        f"The switch's clock is {how_far} {which} this machine's. Figures keep the switch's time; waits that "
        "are shown now are off by as much. Set both clocks by the network."
    )


def _behind(lag: timedelta) -> str:
    if lag < BEHIND:
        return ""
    at_most = 10 * (int(lag.total_seconds()) // 10 + 1)
    return (
        f"Events arrive faster than they can be stored: what is shown is up to {at_most} seconds old. "
        "Nothing is lost."
    )


def _not_allowed(line: Line, missing: list[str]) -> str:
    if not missing:
        return ""
    return (
        f"The switch does not let {line.user} ask for {' and '.join(missing)}: give this user "
        "write = reporting in manager.conf. Until then a restart of the switch may go unnoticed."
    )


def _deaf(line: Line, kinds: list[str]) -> str:
    if not kinds:
        return ""
    lost = "callers join and leave unheard" if "agent" in kinds else "why callers left is not known"
    return (
        f"The switch does not let {line.user} hear {kinds[0]} events, so {lost}: give this user "
        "read = agent,call,user in manager.conf."
    )
