"""The level of demand from day to day, followed by a dynamic generalised linear model.

The logarithm of a day's expected contacts is a level that wanders, a slope that dies away, effects of the
day of the week, of public holidays and, from two years of record on, of the time of the year. The filter is
the Kalman filter on the linearised Poisson observation (M. West and J. Harrison, Bayesian Forecasting and
Dynamic Models, 2nd ed. 1997, chapters 4 and 14; A. C. Harvey, Forecasting, Structural Time Series Models and
the Kalman Filter, 1989, section 3.2): exponential smoothing whose weight follows from how uncertain the
level is, so that missing days and the growth of uncertainty with the horizon need no rule of their own. How
fast the level wanders and how strongly days vary are chosen by the likelihood of each day given those
before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from darwin.science.arrivals.arrays import Floats

YEAR = 365.25
LEAST_DAYS_FOR_SEASON = 720
HARMONICS = 3
# Prior deviations, on the logarithm: of the level and of each weekday from what the caller expects, of a
# wave of the year, of holidays in common and of one holiday beside the others.
LEVEL, WEEKDAY, WAVE, HOLIDAY, ONE_HOLIDAY = 0.3, 0.1, 0.1, 0.3, 0.15
# A slope of 15% a year either way is ordinary; half of it is forgotten in 138 days.
SLOPE, KEPT = 0.15 / YEAR, 0.995
# A day further out than this many deviations pulls no more than one at it: storms, outages, a broken switch.
FAR = 4.0
_LEVEL, _SLOPE, _WEEK = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Spreads:
    """Standard deviations on the logarithm: of the level's step from day to day, and of the day effect."""

    step: float
    day: float


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """How days and effects belong together: one row of `rows` a day, a column an effect."""

    rows: Floats
    prior: Floats  # variances
    sloped: bool

    @property
    def transition(self) -> Floats:
        """From one day's effects to the next day's."""
        step = np.eye(len(self.prior))
        if self.sloped:
            step[_LEVEL, _SLOPE], step[_SLOPE, _SLOPE] = 1.0, KEPT
        return step

    def wandering(self, spreads: Spreads) -> Floats:
        """(effects,), the variance that each effect gains in a day."""
        gained = np.zeros(len(self.prior))
        gained[_LEVEL] = spreads.step**2
        if self.sloped:
            gained[_SLOPE] = SLOPE**2 * (1 - KEPT**2)
        return gained


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """The effects after the last day: their mean and covariance, and the log-likelihood of the days."""

    mean: Floats
    covariance: Floats
    likelihood: float


def design(
    first_day: date, days: int, holidays: Mapping[date, str], *, seasonal: bool, sloped: bool
) -> Design:
    """The effects of `days` days. holidays: by date the name, the same every year."""
    at = np.arange(days)
    weekday = (at + first_day.weekday()) % 7
    columns: list[Floats] = [np.ones(days), np.zeros(days)]
    columns += [(weekday == day).astype(float) for day in range(7)]
    prior = [LEVEL**2, SLOPE**2 if sloped else 0.0, *[WEEKDAY**2] * 7]
    if seasonal:
        angle = 2 * np.pi * (at + first_day.timetuple().tm_yday) / YEAR
        for n in range(1, HARMONICS + 1):
            columns += [np.cos(n * angle), np.sin(n * angle)]
            prior += [(WAVE / n) ** 2] * 2
    rows = {(day - first_day).days: name for day, name in holidays.items()}
    inside = {row: name for row, name in rows.items() if 0 <= row < days}
    columns.append(np.isin(at, list(inside)).astype(float))
    prior.append(HOLIDAY**2)
    for name in sorted(set(inside.values())):
        columns.append(np.isin(at, [row for row, called in inside.items() if called == name]).astype(float))
        prior.append(ONE_HOLIDAY**2)
    return Design(np.column_stack(columns), np.array(prior), sloped)


def follow(plan: Design, seen: Floats, base: Floats, spreads: Spreads) -> Followed:
    """Run through the days of `seen` (days,), whose expectation is `base` (days,) at effects of 0.

    A day with a base of 0 was not recorded: the level only wanders. The days are the first rows of the
    design.
    """
    gained = plan.wandering(spreads)
    mean, covariance = np.zeros(len(plan.prior)), np.diag(plan.prior)
    likelihood = 0.0
    day_variance = spreads.day**2
    for row in range(len(seen)):
        if row:
            _to_next_day(plan, mean, covariance, gained)
        if base[row] <= 0:
            continue
        effects = plan.rows[row]
        carried = covariance @ effects
        expected = base[row] * float(np.exp(min(effects @ mean, 20.0)))
        off = float(seen[row] - expected) / expected
        noise = 1 / expected + day_variance
        variance = float(effects @ carried) + noise
        far = abs(off) / variance**0.5
        misfit = far**2 if far <= FAR else FAR * (2 * far - FAR)
        likelihood -= 0.5 * (float(np.log(variance * expected**2)) + misfit)
        if far > FAR:
            # Inflating the noise so that the pull is that of a day at FAR.
            variance *= far / FAR
        gain = carried / variance
        mean += gain * off
        covariance -= np.outer(gain, carried)
    return Followed(mean, covariance, float(likelihood))


def _to_next_day(plan: Design, mean: Floats, covariance: Floats, gained: Floats) -> None:
    """The design's transition, in place; only level and slope ever move."""
    if plan.sloped:
        mean[_LEVEL] += mean[_SLOPE]
        mean[_SLOPE] *= KEPT
        covariance[_LEVEL] += covariance[_SLOPE]
        covariance[_SLOPE] *= KEPT
        covariance[:, _LEVEL] += covariance[:, _SLOPE]
        covariance[:, _SLOPE] *= KEPT
    covariance.flat[:: len(mean) + 1] += gained


def best_spreads(plan: Design, seen: Floats, base: Floats, start: Spreads) -> tuple[Spreads, float]:
    """The spreads under which the days are likeliest, given each day those before; and that likelihood."""
    from scipy.optimize import minimize

    def unlikelihood(logs: Sequence[float]) -> float:
        step, day = float(np.exp(logs[0])), float(np.exp(logs[1]))
        # Faint pulls towards where spreads of demand lie, so that a flat likelihood has a bottom.
        pull = 0.5 * ((logs[0] + 4.6) / 1.5) ** 2 + 0.5 * ((logs[1] + 3.0) / 1.5) ** 2
        return pull - follow(plan, seen, base, Spreads(step, day)).likelihood

    first = np.log([start.step, start.day])
    found = minimize(
        unlikelihood,
        first,
        method="Nelder-Mead",
        options={
            "initial_simplex": first + np.array([[0.0, 0.0], [0.7, 0.0], [0.0, 0.7]]),
            "maxfev": 40,
            "xatol": 0.1,
            "fatol": 0.05,
        },
    )
    step, day = np.exp(found.x)
    return Spreads(float(step), float(day)), -float(found.fun)
