"""What planning reads of a queue: counts and calls on the calendar of London, and which of it was recorded.

Imports numpy: pages import this module inside a function.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import holidays
import numpy as np

from darwin.contact.coverage import Tells, joined_spans
from darwin.contact.measures.stays import Stay, stays_by_half_hour, stays_of_queue
from darwin.contact.measures.told import what_is_told
from darwin.contact.models import ContactQueue
from darwin.contact.periods import midnight
from darwin.contact.queries import find_queue
from darwin.contact.telephony.events import Outcome
from darwin.deadlines import clock
from darwin.deadlines.clock import LONDON
from darwin.errors import DarwinError
from darwin.science.arrivals import SLOTS, UNKNOWN, Calls, Ending, HalfHours
from darwin.science.arrivals.arrays import Floats, Whole

HALF_HOUR = timedelta(minutes=30)
# What is older tells nothing of next month that newer years do not tell better.
LONGEST_HISTORY = timedelta(days=3 * 366)
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
_ENDINGS = {Outcome.ANSWERED.value: Ending.ANSWERED, Outcome.ABANDONED.value: Ending.GAVE_UP}
_SUBSTITUTES = (" (substitute)", " (observed)", " (substitute day)")


class NoSuchQueue(DarwinError):
    """A queue was named that no imported record knows."""


class NothingRecorded(DarwinError):
    """The period asked for holds no record."""


@dataclass(frozen=True, slots=True, eq=False)
class QueueCalls:
    """The calls of a period's local days with what was recorded of them, (days, 48) as HalfHours.recorded."""

    queue: ContactQueue
    first_day: date
    calls: Calls
    recorded: Floats

    @property
    def half_hours(self) -> HalfHours:
        counts = np.zeros(self.recorded.shape, np.int64)
        np.add.at(counts, (self.calls.day, self.calls.slot), 1)
        return HalfHours(self.first_day, counts, self.recorded)


def queue_named(slug: str) -> ContactQueue:
    """The queue of that name. Raises NoSuchQueue, which names those that are known."""
    queue = find_queue(slug)
    if queue is None:
        known = ", ".join(ContactQueue.objects.values_list("slug", flat=True)) or "none yet"
        raise NoSuchQueue(f"No imported record names a queue “{slug}”. Queues known: {known}.")
    return queue


def public_holidays(first: date, last: date) -> dict[date, str]:
    """Public holidays of England from `first` to `last`; a substitute day has the name of what it stands
    for.
    """
    found = holidays.country_holidays("GB", subdiv="ENG", years=range(first.year, last.year + 1))
    return {day: _plain(name) for day, name in sorted(found.items()) if first <= day <= last}


def read_history(queue: ContactQueue) -> HalfHours:
    """All whole recorded days of a queue until now, LONGEST_HISTORY at most. Raises NothingRecorded."""
    now = clock.now()
    spans = recorded_spans(queue, max(_LONG_AGO, now - LONGEST_HISTORY), now)
    if not spans and (older := recorded_spans(queue, _LONG_AGO, now)):
        spans = recorded_spans(queue, older[-1][1] - LONGEST_HISTORY, now)
    if not spans:
        raise NothingRecorded(f"No imported record covers any time of the queue “{queue.slug}”.")
    first = spans[0][0].astimezone(LONDON).date()
    end = spans[-1][1].astimezone(LONDON).date()  # the day that is still running is left out
    if end <= first:
        raise NothingRecorded(f"The record of the queue “{queue.slug}” holds no whole day yet.")
    return read_half_hours(queue, first, end)


def read_half_hours(queue: ContactQueue, first: date, end: date) -> HalfHours:
    """Contacts of the local days from `first` up to, not including, `end`."""
    grid = _Grid.of(first, end)
    counts = np.zeros((grid.days, SLOTS), np.int64)
    for at, count in stays_by_half_hour(queue, midnight(first), midnight(end)):
        row = grid.row(at.timestamp())
        counts[grid.day[row], grid.slot[row]] += count
    return HalfHours(first, counts, grid.recorded(recorded_spans(queue, midnight(first), midnight(end))))


def read_calls(queue: ContactQueue, first: date, end: date) -> QueueCalls:
    """The calls of the local days from `first` up to, not including, `end`. Raises NothingRecorded."""
    spans = recorded_spans(queue, midnight(first), midnight(end))
    if not spans:
        raise NothingRecorded(
            f"No imported record covers {first:%-d %B %Y} to {end - timedelta(days=1):%-d %B %Y} of the "
            f"queue “{queue.slug}”."
        )
    stays = stays_of_queue(queue, midnight(first), midnight(end))
    return calls_on_calendar(queue, stays, first, end, spans)


def calls_on_calendar(
    queue: ContactQueue,
    stays: Sequence[Stay],
    first: date,
    end: date,
    spans: Sequence[tuple[datetime, datetime]],
) -> QueueCalls:
    """Stays that were read, in order, as columns on the calendar of the days from `first` up to `end`."""
    grid = _Grid.of(first, end)
    began = np.array([stay.began_s for stay in stays], float)
    # A wait that began just before midnight with an arrival after it belongs to the first day.
    rows = np.clip((began - grid.start_s) // 1800, 0, len(grid.day) - 1).astype(np.int64)
    return QueueCalls(
        queue=queue,
        first_day=first,
        calls=Calls(
            day=grid.day[rows],
            slot=grid.slot[rows],
            arrival_s=began - grid.start_s,
            wait_s=_known(stay.wait_s for stay in stays),
            ending=np.array([_ENDINGS.get(stay.outcome, Ending.OTHER) for stay in stays], np.int64),
            talk_s=_known(stay.talk_s for stay in stays),
            kind=np.zeros(len(stays), np.int64),
            caller=_numbered(stay.caller for stay in stays),
            handler=_numbered(stay.handler for stay in stays),
        ),
        recorded=grid.recorded(spans),
    )


def recorded_spans(
    queue: ContactQueue, from_at: datetime, to_at: datetime
) -> list[tuple[datetime, datetime]]:
    """The stretches of [from_at, to_at) in which entries of the queue were recorded, joined and in order."""
    told = what_is_told(queue, from_at, to_at)
    silent = [(gap.from_at, gap.to_at) for gap in told.gaps if Tells.ENTRIES in gap.missing]
    return _without(joined_spans(told.covered), silent) if Tells.ENTRIES in told.tells else []


def whole_half_hours(first: date, days: int) -> Floats:
    """(days, 48): how often each half-hour of the wall clock comes: 1, and 0 or 2 when the clocks change."""
    grid = _Grid.of(first, first + timedelta(days=days))
    whole = np.zeros((days, SLOTS))
    np.add.at(whole, (grid.day, grid.slot), 1.0)
    return whole


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """The half-hours of some local days in order of time, with the day and wall-clock half-hour of each.

    London is always a whole number of hours from UTC, so that half-hours agree.
    """

    days: int
    start_s: float
    day: Whole
    slot: Whole

    @classmethod
    def of(cls, first: date, end: date) -> "_Grid":
        day: list[int] = []
        slot: list[int] = []
        for n in range((end - first).days):
            start = midnight(first + timedelta(days=n)).astimezone(UTC)
            length = (midnight(first + timedelta(days=n + 1)).astimezone(UTC) - start) // HALF_HOUR
            walls = range(SLOTS)
            if length != SLOTS:
                local = [(start + k * HALF_HOUR).astimezone(LONDON) for k in range(length)]
                walls = [at.hour * 2 + at.minute // 30 for at in local]  # type: ignore[assignment]
            day += [n] * length
            slot += walls
        return cls(
            (end - first).days, midnight(first).timestamp(), np.array(day, np.int64), np.array(slot, np.int64)
        )

    def row(self, second: float) -> int:
        return int((second - self.start_s) // 1800)

    def recorded(self, spans: Iterable[tuple[datetime, datetime]]) -> Floats:
        """(days, 48), how much of each half-hour of the wall clock lies in `spans`."""
        starts = self.start_s + 1800.0 * np.arange(len(self.day))
        inside = np.zeros(len(self.day))
        for begin, end in spans:
            overlap = np.minimum(starts + 1800, end.timestamp()) - np.maximum(starts, begin.timestamp())
            inside += np.clip(overlap, 0, 1800) / 1800
        found = np.zeros((self.days, SLOTS))
        np.add.at(found, (self.day, self.slot), np.where(inside > 0.999, 1.0, inside))
        return found


def _without(
    spans: Iterable[tuple[datetime, datetime]], holes: Sequence[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    found = []
    for start, end in spans:
        at = start
        for begin, stop in sorted(holes):
            if at < min(begin, end):
                found.append((at, min(begin, end)))
            at = max(at, min(stop, end)) if begin < end else at
        if at < end:
            found.append((at, end))
    return found


def _known(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], float)


def _numbered(values: Iterable[int | None]) -> Whole:
    return np.array([UNKNOWN if value is None else value for value in values], np.int64)


def _plain(name: str) -> str:
    for ending in _SUBSTITUTES:
        name = name.removesuffix(ending)
    return name


Holidays = Mapping[date, str]
