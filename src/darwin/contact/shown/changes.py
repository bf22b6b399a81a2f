"""What was changed on purpose in the stretch that a chart shows: marks, list, and place in the table."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase

from darwin.reference.interventions import PolicyChange, interventions_between
from darwin.staff.models import Account
from darwin.staff.subject_pages import address_of
from darwin.theme import formats
from darwin.theme.charts import Mark


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change. place: in steps of the chart, as a mark has it. href: the decision, "" for those who may
    not see it."""

    letter: str
    at: datetime
    words: str
    place: float
    href: str

    def mark(self) -> Mark:
        return Mark(self.place, self.letter, formats.moment(self.at))


def changes_shown(
    steps: Sequence[tuple[datetime, datetime]], now: datetime, reader: Account
) -> list[ShownChange]:
    """What was changed within `steps`, [from, to) each, one after another; nothing that is still to come.

    One query. A routing policy concerns call-backs and messages of all lines, so that no queue is asked for.
    """
    if not steps:
        return []
    found = interventions_between(steps[0][0], min(steps[-1][1], now))
    return [_shown(change, _letters(order), steps, reader) for order, change in enumerate(found)]


def told_within(changes: Sequence[ShownChange], start: datetime, end: datetime) -> str:
    """What was changed in [start, end), for a row of the table; "" for nothing."""
    return "; ".join(f"{change.letter}: {change.words}" for change in changes if start <= change.at < end)


def _shown(
    change: PolicyChange, letter: str, steps: Sequence[tuple[datetime, datetime]], reader: Account
) -> ShownChange:
    order = bisect_right(steps, change.at, key=lambda step: step[0]) - 1
    start, end = steps[order]
    place = order + (change.at - start) / (end - start)
    href = address_of(reader, change.subject_kind, change.subject_id)
    return ShownChange(letter, change.at, change.words(), place, href)


def _letters(order: int) -> str:
    """A to Z, then AA, AB: versions of a policy have numbers already."""
    before, last = divmod(order, len(ascii_uppercase))
    return (_letters(before - 1) if before else "") + ascii_uppercase[last]
