"""When a deadline falls due: pure arithmetic over clock hours, working days and calendar days.

Rules, all in Europe/London:
1. Clock minutes and hours are elapsed time. A night on which the clocks change makes no deadline longer or
   shorter; only the time on the wall differs.
2. A deadline in days runs to the end of its last day: what is done at 23:59 is in time. The due time is the
   midnight that ends the day, and "in time" is before it.
3. Counting begins on the day after ("within 5 working days of"), or with the day itself where the rule says
   "beginning with the day" (Police Act 1996, section 55).
4. A working day is Monday to Friday and no bank holiday of England and Wales, substitute days included.
5. A pause keeps what is left: for clock units to the microsecond, for days the number of days after the day
   of the pause. A clock that is resumed on the day it was paused has not moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

import holidays

from darwin.deadlines.clock import LONDON

_ONE_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


class TimeUnit(StrEnum):
    """What a duration counts."""

    CLOCK_MINUTES = "clock_minutes"
    CLOCK_HOURS = "clock_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a deadline runs. includes_first_day: for days, the day of the start is day 1."""

    amount: int
    unit: TimeUnit
    includes_first_day: bool = False

    @property
    def in_days(self) -> bool:
        return self.unit in (TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a clock stands: running to due_at, or paused with `remaining` (microseconds, or whole days)."""

    due_at: datetime | None
    remaining: int | None


@lru_cache(maxsize=128)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England and Wales in a year, substitute days included."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year, observed=True))


def is_working_day(day: date) -> bool:
    """Monday to Friday and no bank holiday of England and Wales."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def london_day(moment: datetime) -> date:
    """The date on the wall in London at an aware moment."""
    return moment.astimezone(LONDON).date()


def end_of_day(day: date) -> datetime:
    """The midnight that ends a London day, in UTC."""
    return datetime.combine(day + _ONE_DAY, time(), LONDON).astimezone(UTC)


def last_day(due_at: datetime) -> date:
    """The last day on which something due at `due_at` is still in time."""
    return london_day(due_at - _MICROSECOND)


def due_time(duration: Duration, started_at: datetime) -> datetime:
    """The moment, in UTC, from which a clock begun at `started_at`, and never paused, is due."""
    if not duration.in_days:
        return started_at.astimezone(UTC) + _elapsed(duration)
    day = london_day(started_at)
    count = duration.amount
    if duration.includes_first_day and _counts(duration.unit, day):
        count -= 1
    return end_of_day(_day_after(duration.unit, day, count))


def time_left(duration: Duration | None, due_at: datetime, at: datetime) -> int:
    """What is left at `at`: whole days for a duration in days, else microseconds. Never below 0."""
    if duration is None or not duration.in_days:
        return max(0, (due_at - at) // _MICROSECOND)
    day, last, left = london_day(at), last_day(due_at), 0
    while day < last:
        day += _ONE_DAY
        left += _counts(duration.unit, day)
    return left


def resumed_due_time(duration: Duration | None, remaining: int, at: datetime) -> datetime:
    """The due time, in UTC, of a clock that is resumed at `at` with `remaining` (see time_left)."""
    if duration is None or not duration.in_days:
        return at.astimezone(UTC) + timedelta(microseconds=remaining)
    return end_of_day(_day_after(duration.unit, london_day(at), remaining))


def replay(
    duration: Duration, started_at: datetime, pauses: Sequence[tuple[datetime, datetime | None]]
) -> Standing:
    """Where a clock of this duration stands after these pauses (paused at, resumed at or None), in order."""
    due = due_time(duration, started_at)
    for paused_at, resumed_at in pauses:
        remaining = time_left(duration, due, paused_at)
        if resumed_at is None:
            return Standing(None, remaining)
        due = resumed_due_time(duration, remaining, resumed_at)
    return Standing(due, None)


def _elapsed(duration: Duration) -> timedelta:
    if duration.unit == TimeUnit.CLOCK_MINUTES:
        return timedelta(minutes=duration.amount)
    return timedelta(hours=duration.amount)


def _counts(unit: TimeUnit, day: date) -> bool:
    return unit == TimeUnit.CALENDAR_DAYS or is_working_day(day)


def _day_after(unit: TimeUnit, day: date, count: int) -> date:
    """The count-th day of the unit after `day`; with none left, `day` itself or the next that counts."""
    if unit == TimeUnit.CALENDAR_DAYS:
        return day + count * _ONE_DAY
    while count > 0:
        day += _ONE_DAY
        count -= is_working_day(day)
    while not is_working_day(day):
        day += _ONE_DAY
    return day
