"""The steps that a period is cut into: half-hours, hours, days or months of London, and what was recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from darwin.contact.measures.figures import GroupBy
from darwin.contact.periods import Period, add_months, midnight, month_of

_MINUTES = {GroupBy.HALF_HOUR: 30, GroupBy.HOUR: 60}


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `key` is the moment by which a group of figures names it.

    recorded: the part of it, 0 to 1, of which a record was kept. to_come: it has not begun.

    Of a step that is still running only what is past can be recorded.
    """

    key: datetime
    from_at: datetime
    to_at: datetime
    recorded: float
    to_come: bool

    @property
    def gap(self) -> bool:
        """Most of it is not recorded, so that no figure of it stands for the whole."""
        return not self.to_come and self.recorded < 0.5

    @property
    def missing_minutes(self) -> int:
        """How much of it, as far as it is past, was not recorded."""
        whole = (self.to_at - self.from_at).total_seconds() / 60
        return 0 if self.to_come else round((1 - self.recorded) * whole)


def steps_of(
    period: Period, by: GroupBy, covered: Sequence[tuple[datetime, datetime]], now: datetime
) -> list[Step]:
    """The steps of `period`, the first and last as long as it lets them be.

    covered: the stretches of which a record was kept, joined and in order. Raises ValueError for a grouping
    that is none of time.
    """
    steps = []
    for key, start, end in _cuts(period, by):
        past = min(end, now)
        if start >= now:
            steps.append(Step(key, start, end, 0.0, to_come=True))
            continue
        known = sum(
            max(0.0, (min(stop, past) - max(begin, start)).total_seconds()) for begin, stop in covered
        )
        # What is known of the newest minutes comes with the next record: that is no gap.
        whole = max(1.0, (past - start).total_seconds())
        late = bool(covered) and end > now and covered[-1][1] < past and now - covered[-1][1] < _FRESH
        recorded = 1.0 if late and known > 0 else min(1.0, known / whole)
        steps.append(Step(key, start, end, recorded, to_come=False))
    return steps


# A source that is read every minute or so is up to date within this.
_FRESH = timedelta(minutes=15)


def _cuts(period: Period, by: GroupBy) -> Iterator[tuple[datetime, ...]]:
    start = _begin(period.from_at, by)
    while start < period.to_at:
        end = _next(start, by)
        # In UTC: between two moments of one zone Python counts by the wall clock, an hour wrong twice a year.
        ends = (max(start, period.from_at), min(end, period.to_at))
        yield start.astimezone(UTC), *(at.astimezone(UTC) for at in ends)
        start = end


def _begin(moment: datetime, by: GroupBy) -> datetime:
    if by in _MINUTES:
        moment = moment.astimezone(UTC)
        return moment.replace(minute=moment.minute // _MINUTES[by] * _MINUTES[by], second=0, microsecond=0)
    day = month_of(moment) if by is GroupBy.MONTH else Period(moment, moment + timedelta(seconds=1)).first_day
    return midnight(day)


def _next(start: datetime, by: GroupBy) -> datetime:
    if by in _MINUTES:
        return start + timedelta(minutes=_MINUTES[by])
    day: date = Period(start, start + timedelta(seconds=1)).first_day
    if by is GroupBy.DAY:
        return midnight(day + timedelta(days=1))
    if by is GroupBy.MONTH:
        return midnight(add_months(day.replace(day=1), 1))
    raise ValueError(f"{by} is no step of time")
