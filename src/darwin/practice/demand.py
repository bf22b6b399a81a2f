"""When people call: season, day of the week, hour, bank holidays, and chance."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import holidays
import numpy as np
from numpy.random import Generator

from darwin.practice.story import LONDON, local_ms

HOUR_MS = 3_600_000
DAY_STARTS = 7  # a shift-day runs from 07:00 to 07:00, London time


@dataclass(frozen=True, slots=True)
class Demand:
    """The expected calls of one line: a mean day, and what makes a day, hour or month differ from it.

    day_spread and hour_spread are the standard deviations of the logarithm of the effects of chance
    that a whole day, and one hour, have in common; beyond them arrivals are Poisson.
    """

    a_day: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    months: tuple[float, ...]
    bank_holiday: float
    day_spread: float = 0.05
    hour_spread: float = 0.06

    def factor(self, day: date) -> float:
        """Expected volume of `day` relative to the mean day."""
        holiday = self.bank_holiday if is_bank_holiday(day) else 1.0
        return self.weekdays[day.weekday()] * self.months[day.month - 1] * holiday


NON_EMERGENCY = Demand(
    a_day=855.0,
    hours=(1.5, 1.1, 0.9, 0.8, 0.8, 1.0, 1.7, 3.0, 4.9, 6.5, 7.0, 6.7,
           6.1, 6.0, 6.1, 6.3, 6.4, 6.2, 5.4, 4.7, 4.2, 3.8, 3.1, 2.2),
    weekdays=(1.10, 1.04, 1.02, 1.01, 1.04, 0.93, 0.86),
    months=(0.95, 0.95, 0.98, 0.99, 1.02, 1.05, 1.06, 1.03, 1.01, 1.00, 0.98, 0.97),
    bank_holiday=0.82,
)  # fmt: skip
EMERGENCY = Demand(
    a_day=552.0,
    hours=(3.4, 2.8, 2.3, 1.9, 1.6, 1.6, 1.9, 2.7, 3.6, 4.2, 4.5, 4.7,
           4.9, 4.9, 5.1, 5.5, 5.8, 5.9, 5.8, 5.6, 5.4, 5.2, 4.9, 4.3),
    weekdays=(0.95, 0.94, 0.95, 0.97, 1.05, 1.10, 1.04),
    months=(0.93, 0.94, 0.97, 0.99, 1.02, 1.06, 1.07, 1.05, 1.01, 1.00, 0.98, 0.98),
    bank_holiday=1.07,
)  # fmt: skip
WRITTEN_HOURS = (1.4, 0.9, 0.7, 0.5, 0.5, 0.7, 1.5, 2.9, 4.8, 6.4, 7.0, 6.9,
                 6.6, 6.3, 6.1, 6.0, 5.9, 5.6, 5.5, 5.6, 5.6, 5.2, 4.3, 3.1)  # fmt: skip


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_bank_holiday(day: date) -> bool:
    """A bank holiday of England and Wales."""
    return day in _bank_holidays(day.year)


def shift_day(day: date) -> tuple[int, int]:
    """Start and end of the shift-day that begins on `day`; 23 or 25 hours long when the clocks change."""
    return local_ms(day, DAY_STARTS), local_ms(day + timedelta(days=1), DAY_STARTS)


def draw_arrivals(demand: Demand, day: date, rng: Generator) -> list[int]:
    """The moments at which people call on the shift-day that begins on `day`, in order."""
    start, end = shift_day(day)
    hours = np.arange(start, end, HOUR_MS)
    rates = np.array([rate(demand, int(hour)) for hour in hours])
    effect = rng.normal(-0.5 * demand.day_spread**2, demand.day_spread)
    noise = rng.normal(-0.5 * demand.hour_spread**2, demand.hour_spread, len(hours))
    counts = rng.poisson(rates * np.exp(effect + noise))
    moments = np.repeat(hours, counts) + rng.integers(0, HOUR_MS, int(counts.sum()))
    moments.sort()
    return [int(moment) for moment in moments.tolist()]


def rate(demand: Demand, hour: int) -> float:
    """Expected calls an hour at a moment (milliseconds since the epoch), before chance."""
    local = datetime.fromtimestamp(hour / 1000, UTC).astimezone(LONDON)
    return demand.a_day * demand.factor(local.date()) * demand.hours[local.hour] / sum(demand.hours)
