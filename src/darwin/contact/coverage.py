"""Of which time a source kept a record, and what it can tell: the reason why a figure is given or null."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from darwin.deadlines.clock import LONDON


class Tells(StrEnum):
    """One kind of fact that a source may or may not record."""

    ARRIVALS = "arrivals"  # calls that reached the number, whether or not they joined a queue
    REFUSALS = "refusals"  # calls that the switch never let into the queue
    ENTRIES = "entries"  # joinings of a queue, how each ended, and its wait
    QUEUE_LENGTH = "queue_length"  # how many waited at once
    TALK = "talk"
    AGENTS = "agents"  # which handler took the call
    NO_ANSWER = "no_answer"  # rang at a handler and was not taken
    TRANSFERS = "transfers"


EVERYTHING = frozenset(Tells)
QUEUE_LOG_TELLS = EVERYTHING - {Tells.ARRIVALS, Tells.REFUSALS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open stretch of time that `source` kept a record of; queue None: every queue of the switch."""

    source: str
    from_at: datetime
    to_at: datetime
    tells: frozenset[Tells]
    queue: str | None = None


def local_days(moments: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """The days in Europe/London on which the moments fall, as half-open spans, neighbours joined.

    A log without rows on a day does not show that nobody called on it, so such a day is not covered.
    """
    days = sorted({moment.astimezone(LONDON).date() for moment in moments})
    spans: list[tuple[datetime, datetime]] = []
    for day in days:
        start = datetime(day.year, day.month, day.day, tzinfo=LONDON)
        following = day + timedelta(days=1)
        end = datetime(following.year, following.month, following.day, tzinfo=LONDON)
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def joined_spans(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The union of half-open spans, in order, those that touch or overlap made one."""
    union: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return union
