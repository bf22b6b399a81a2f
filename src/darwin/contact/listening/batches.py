"""From what was received to the database: events in batches, the floor, what was covered."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from darwin.contact.listening.database import PatientDatabase, Stopped
from darwin.contact.listening.gap import events_of_gap, heard_until
from darwin.contact.listening.session import LAST_TRY
from darwin.contact.listening.snapshot import Snapshot
from darwin.contact.listening.spool import Chunk, Note, Place, SpoolReader
from darwin.contact.models import SwitchConnection
from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.coverage import record_coverage, switch_spans
from darwin.contact.services.floor import clear_floor, settle_floor
from darwin.contact.services.import_runs import open_import, set_row_aside
from darwin.contact.telephony.ami import Spoiled
from darwin.contact.telephony.ami_events import SOURCE
from darwin.contact.telephony.asterisk import AsteriskAdapter
from darwin.contact.telephony.events import CallEvent
from darwin.contact.telephony.hearing import Hearing
from darwin.contact.telephony.reading import Coverage
from darwin.contact.telephony.recording import Item, Received, SessionBegan
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor

log = logging.getLogger(__name__)
BATCH_EVENTS = 200
BATCH_S = 0.05
CATCH_UP_EVENTS = 4000
CATCH_UP_BACKLOG = 1_000_000
"""Bytes that wait to be read, beyond which batches grow: a large batch costs less for each event."""
HELD_S = 5.0
"""How long the events of a new connection are held until the switch has told its startup time."""
COVERAGE_EVERY_S = 1.0
COVERAGE_QUIET_S = 60.0
"""How often the time that is covered is written down: while events come, and while none does (each time
leaves an entry in the ledger)."""
KEPT_SESSIONS = 50
LATE = timedelta(seconds=0.45)
"""A list that came longer than this after it was asked for says too vaguely since when a caller waits: with
it, a wait in whole seconds could look like somebody who has left and come back."""


class Follower:
    """Follows the spool of one switch and stores what it says.

    Everything up to `stored` is in the database already: it is only read again, to know which calls and
    talks are open. `settled`: called with the opening of a connection whose snapshot has been applied.
    """

    def __init__(
        self,
        *,
        actor: Actor,
        switch: str,
        reader: SpoolReader,
        stored: Place | None,
        database: PatientDatabase,
        settled: Callable[[datetime, str], None],
        queue_log: Path | None = None,
    ) -> None:
        self.hearing = Hearing()
        self.place = self.reached = reader.place
        self.lag = timedelta(0)
        self.aside = 0
        self._actor, self._switch, self._reader = actor, switch, reader
        self._stored = stored or reader.place
        self._database, self._settled, self._queue_log = database, settled, queue_log
        self._adapter = AsteriskAdapter(switch)
        self._pending: list[CallEvent] = []
        self._pending_s = 0.0
        self._queues: set[str] = set()
        self._queues_covered = 0
        self._covered: list[Coverage] = []
        self._covered_s = 0.0
        self._opened_at: datetime | None = None
        self._last_at: datetime | None = None
        self._heard_at: datetime | None = None
        self._stamp: datetime | None = None
        self._asked: dict[str, datetime] = {}
        self._snapshot = Snapshot()
        self._run: UUID | None = None

    def step(self) -> bool:
        """Take what has been received since the last step; whether there was anything."""
        found = self._reader.read()
        is_late = self._is_late(found)
        limit = CATCH_UP_EVENTS if is_late else BATCH_EVENTS
        for piece in found:
            self._take(piece)
            self.reached = piece.after
            if len(self._pending) >= limit and not self._is_held:
                self.commit()
        if not self._pending:
            self.place = self.reached
        elif not is_late and not self._is_held and time.monotonic() - self._pending_s >= BATCH_S:
            self.commit()
        self.lag = clock.now() - found[-1].at if found else timedelta(0)
        return bool(found)

    def _is_late(self, found: list[Chunk | Note]) -> bool:
        """Does much more wait to be read than was read now?"""
        read = sum(len(piece.data) for piece in found if isinstance(piece, Chunk))
        return read > CATCH_UP_BACKLOG // 8 and self._reader.backlog() > CATCH_UP_BACKLOG

    def commit(self) -> None:
        """Store what is pending, however little. Waits for the database."""
        events = self._pending
        now = time.monotonic()
        coverages: list[Coverage] = []
        if now - self._covered_s >= COVERAGE_EVERY_S and self._covered:
            coverages, self._covered_s = self._coverages(), now
        if events or coverages:
            self._store(events, coverages)
        self._pending = []
        self.place = self.reached

    def keep_covered(self) -> None:
        """While the line is quiet: write down now and then that it was heard."""
        if self._covered and time.monotonic() - self._covered_s >= COVERAGE_QUIET_S:
            self._covered_s = time.monotonic()
            self._cover(self._coverages())

    def _coverages(self) -> list[Coverage]:
        """The present connection's; with a queue that was never seen before, those of the former ones too,
        which would have seen it."""
        fresh = len(self._queues) > self._queues_covered
        self._queues_covered = len(self._queues)
        return self._covered if fresh else self._covered[-1:]

    # --- pieces ---

    @property
    def _is_held(self) -> bool:
        """A new connection has begun and it is not known whether this is the same life of the switch."""
        return (
            self._opened_at is not None
            and not self._snapshot.knows_life
            and time.monotonic() - self._pending_s < HELD_S
        )

    def _take(self, piece: Chunk | Note) -> None:
        if isinstance(piece, Note):
            if piece.name == "tcp-open":
                self._begin(piece)
            elif piece.name == "tcp-closed":
                self._end(piece)
            elif piece.action == "QueueStatus":
                self._asked[piece.action_id] = piece.at
            return
        self._last_at = piece.at
        for heard in self.hearing.feed(piece.at, piece.data):
            item = self._dated(heard, piece.at)
            if isinstance(heard, Received) and heard.stamped:
                self._stamp = heard.at
            life = self._adapter.instance
            self._keep(self._events(item) if item else [], piece.after)
            if not self._is_new(piece.after):
                continue
            if self._adapter.instance != life:
                self._look_at_life()
            if isinstance(heard, Received) and self._snapshot.take(heard.message):
                self._apply_snapshot()
        if self._covered and self._snapshot.is_complete:
            start = self._covered[-1].start
            self._covered[-1] = Coverage(SOURCE, start, max(start, self._heard_until(piece.at)))

    def _heard_until(self, at: datetime) -> datetime:
        """Up to which moment of the switch everything was heard, when something was received at this one.

        The switch's own time of its last word, where it tells one: what it says reaches us after some delay,
        so at the moment of receipt there may be more that is still on its way.
        """
        return self._stamp or self.hearing.skew.corrected(at)

    def _dated(self, item: Item, at: datetime) -> Item | None:
        """The item, as certain as its time is; None for a caller in a list that came late and was asked for
        again."""
        if not isinstance(item, Received):
            return item
        if self._heard_at is None and b"Authentication accepted" in item.message.raw:
            self._heard_at = at
        if item.message.name == b"QueueEntry":
            number = item.message.fields().get("ActionID", "")
            if at - self._asked.get(number, at) > LATE:
                return replace(item, certain=False) if number.endswith(LAST_TRY) else None
        return item

    def _events(self, item: Item) -> list[CallEvent]:
        if isinstance(item, Received):
            return self._adapter.feed(item)
        if isinstance(item, Spoiled):
            return self._adapter.lose()
        if isinstance(item, SessionBegan):
            self._adapter.begin_session()
            return []
        return self._adapter.end_session()

    def _is_new(self, after: Place) -> bool:
        return after > self._stored

    def _keep(self, events: list[CallEvent], after: Place) -> None:
        self._queues.update(event.queue for event in events if event.queue)
        if events and self._is_new(after):
            if not self._pending:
                self._pending_s = time.monotonic()
            self._pending += events

    def _begin(self, note: Note) -> None:
        self.commit()
        self._opened_at = self._last_at = note.at
        self._heard_at = self._stamp = None
        self._asked.clear()
        self._snapshot = Snapshot()
        self._pending_s = time.monotonic()
        self._events(self.hearing.begin(note.at))

    def _end(self, note: Note) -> None:
        for item in self.hearing.end(note.at):
            self._keep(self._events(item), note.after)
        self.commit()
        if self._covered and self._snapshot.is_complete and self._is_new(note.after):
            self._cover(self._coverages())
        self._opened_at = None

    # --- the snapshot ---

    def _look_at_life(self) -> None:
        """Another startup time than the one the floor belongs to: nothing of that life is left."""
        life = self._adapter.instance
        known = self._database.do(
            lambda: (
                SwitchConnection.objects.filter(switch=self._switch)
                .values_list("instance", flat=True)
                .first()
            )
        )
        if known and known != life:
            log.warning("The switch %s was started again. Every call of before has ended.", self._switch)
            self._database.do(lambda: clear_floor(switch=self._switch))

    def _apply_snapshot(self) -> None:
        """The questions of this connection are answered: settle the floor, fill the gap, say so."""
        opened = self._opened_at
        if opened is None:
            return
        self.commit()
        self._database.do(lambda: self._settle(self.hearing.skew.corrected(opened)))
        # Nothing was sent to us before the switch had let us in.
        start = self.hearing.skew.corrected(self._heard_at or opened)
        down = self._database.do(lambda: heard_until(self._switch, start))
        if down is not None and self._queue_log is not None:
            self._fill_gap(self._queue_log, down, start)
        last = self._heard_until(self._last_at or opened)
        self._covered = [*self._covered[-KEPT_SESSIONS:], Coverage(SOURCE, start, max(start, last))]
        self._cover(self._coverages())
        self._covered_s = time.monotonic()
        self._settled(opened, self._adapter.instance)

    def _settle(self, start: datetime) -> None:
        vanished = settle_floor(
            switch=self._switch,
            before=start,
            living=self._snapshot.living(self._switch),
            members=self._snapshot.members,
        )
        if vanished:
            log.info("%d calls ended while the switch %s was not heard.", vanished, self._switch)

    def _fill_gap(self, path: Path, down: datetime, up: datetime) -> None:
        try:
            events = events_of_gap(path, self._switch, down, up)
        except (DarwinError, OSError) as problem:
            log.warning("The queue_log could not be read, so the gap is not filled in: %s", problem)
            return
        self._queues.update(event.queue for event in events if event.queue)
        for start in range(0, len(events), CATCH_UP_EVENTS):
            self._store(events[start : start + CATCH_UP_EVENTS], [], live=False)
        self._cover([Coverage("asterisk-queue-log", down, up)])

    # --- the database ---

    def _cover(self, coverages: list[Coverage]) -> None:
        self._database.do(
            lambda: record_coverage(
                actor=self._actor,
                switch=self._switch,
                spans=switch_spans(self._switch, self._queues, coverages),
            )
        )

    def _store(self, events: list[CallEvent], coverages: list[Coverage], *, live: bool = True) -> None:
        """One batch. What the database refuses is looked for by halves and set aside; the rest is stored."""
        try:
            self._database.do(lambda: self._record(events, coverages, live))
        except Stopped:
            raise
        except Exception as problem:
            if not events:
                raise
            if len(events) == 1:
                self._set_aside(events[0], problem)
                return
            middle = len(events) // 2
            self._store(events[:middle], [], live=live)
            self._store(events[middle:], coverages, live=live)

    def _record(self, events: list[CallEvent], coverages: list[Coverage], live: bool) -> None:
        spans = switch_spans(self._switch, self._queues, coverages) if coverages else []
        record_call_events(actor=self._actor, switch=self._switch, events=events, coverage=spans, live=live)

    def _set_aside(self, event: CallEvent, problem: Exception) -> None:
        self.aside += 1
        code = getattr(problem, "sqlstate", None) or getattr(problem.__cause__, "sqlstate", None) or ""
        name = type(problem).__name__
        log.error("One event of the switch was set aside (%s %s).", name, code, exc_info=problem)
        reason = f"{event.type} at {event.at:%Y-%m-%d %H:%M:%S} UTC could not be stored ({name} {code})."
        self._database.do(lambda: self._note_aside(event.sequence, reason))

    def _note_aside(self, line: int, reason: str) -> None:
        if self._run is None:
            name = f"{self._switch}, live"
            self._run = open_import(
                actor=self._actor, kind="asterisk-live", source=self._switch, file_name=name, digest=""
            ).id
        set_row_aside(actor=self._actor, run_id=self._run, line=line, reason=reason)
