"""How many call, when, and how much days differ beyond chance.

The day effect is a factor with mean 1 that all half-hours of a day share: given it, counts are Poisson (the
doubly stochastic model of G. Jongbloed and G. Koole, Managing uncertainty in call centres using Poisson
mixtures, Applied Stochastic Models in Business and Industry 17 (2001) 307-318; A. Avramidis, A. Deslauriers
and P. L'Ecuyer, Modeling daily arrivals to a telephone call center, Management Science 50 (2004) 896-908).
Its variance is what the day totals vary beyond Poisson noise, by moments.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from darwin.science.arrivals.arrays import Floats, Whole
from darwin.science.arrivals.half_hours import HalfHours
from darwin.science.arrivals.profile import week_profile

# A growth told from less than this is mostly chance.
LEAST_DAYS_FOR_GROWTH = 56
# One holiday tells little: how far holidays may differ from ordinary days before it was seen, as a variance.
HOLIDAY_SPREAD = 0.3**2


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """The law of arrivals of one type.

    per_half_hour: (7, 48) from Monday 00:00, contacts expected in a half-hour of an ordinary week. growth:
    of the logarithm a year, with its standard error; None under LEAST_DAYS_FOR_GROWTH. day_cv: standard
    deviation of the day effect. day_variance_error: standard error of day_cv squared. holiday: the factor of
    a public holiday, and how many were seen (the factor is None where none was).
    """

    per_half_hour: Floats
    growth: float | None
    growth_error: float | None
    day_cv: float
    day_variance_error: float
    holiday: float | None
    holidays: int

    @property
    def a_week(self) -> float:
        return float(self.per_half_hour.sum())


def fit_rates(half_hours: HalfHours, holidays: frozenset[date]) -> Rates:
    """The law of arrivals that `half_hours` show; public holidays among them tell of holidays only."""
    off = half_hours.rows_of(holidays)
    rates = week_profile(*half_hours.of_week(without=off))
    expected = (rates[half_hours.weekdays] * half_hours.recorded).sum(axis=1)
    totals = np.where(half_hours.recorded > 0, half_hours.counts, 0).sum(axis=1)
    ordinary = expected > 0
    ordinary[off] = False
    at, seen, mean = np.flatnonzero(ordinary), totals[ordinary], expected[ordinary]
    growth, growth_error, spent = None, None, min(7, len(np.unique(at % 7)))
    if len(at) >= LEAST_DAYS_FOR_GROWTH:
        first = day_variance(seen, mean, spent)[0]
        level, growth, growth_error = _growth(at / 365.25, seen, mean, first)
        mean, spent = mean * np.exp(level + growth * at / 365.25), spent + 1
    variance, error = day_variance(seen, mean, spent)
    factor, count = _holiday(totals[off], expected[off])
    return Rates(rates, growth, growth_error, variance**0.5, error, factor, count)


def day_variance(seen: Whole, mean: Floats, spent: int) -> tuple[float, float]:
    """The variance of the day effect, never below 0, and its standard error.

    seen, mean: (days,) totals and what was expected of them. spent: how many figures of the expectation were
    fitted to the same days. By moments: sum (N - m)^2 / m has the mean (n - spent) (1 + variance * mean m).
    """
    free = len(seen) - spent
    if free <= 0:
        return 0.0, float("inf")
    typical = float(mean.mean())
    pearson = float(((seen - mean) ** 2 / mean).sum())
    variance = max(0.0, (pearson / free - 1) / typical)
    return variance, (2 / free) ** 0.5 * (1 + variance * typical) / typical


def _growth(years: Floats, seen: Whole, mean: Floats, variance: float) -> tuple[float, float, float]:
    """Level and slope of log(seen / mean) over `years`, and the slope's error, by quasi-likelihood."""
    level, slope = 0.0, 0.0
    design = np.column_stack((np.ones(len(years)), years))
    information = np.eye(2)
    for _ in range(20):
        fitted = mean * np.exp(level + slope * years)
        weight = fitted / (1 + variance * fitted)
        information = design.T @ (design * weight[:, None])
        step = np.linalg.solve(information, design.T @ (weight * (seen - fitted) / fitted))
        level, slope = level + float(step[0]), slope + float(step[1])
        if float(np.abs(step).max()) < 1e-9:
            break
    return level, slope, float(np.linalg.inv(information)[1, 1] ** 0.5)


def _holiday(seen: Whole, expected: Floats) -> tuple[float | None, int]:
    recorded = expected > 0
    if not recorded.any():
        return None, 0
    strength = 1 / HOLIDAY_SPREAD
    return (
        float((strength + seen[recorded].sum()) / (strength + expected[recorded].sum())),
        int(recorded.sum()),
    )
