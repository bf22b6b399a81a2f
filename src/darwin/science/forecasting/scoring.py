"""How far off a forecast was, beside two yardsticks: a forecast that nobody could better, and the simplest.

The floor: even who knew the true rate would be off by chance, on average by the mean absolute deviation of a
Poisson count (of mean m and k its whole part: 2 e^-m m^(k+1) / k!, De Moivre; J. Ramasubban, The mean
difference and mean deviation of some discontinuous distributions, Biometrika 45 (1958) 549-556). The
seasonal naive forecast: the count of the same half-hour of the last week before the forecast that was
recorded. Errors are summed and divided by the contacts that came (weighted absolute percentage error), so
that quiet half-hours neither rule nor break the figure.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from darwin.science.arrivals.arrays import Flags, Floats
from darwin.science.arrivals.half_hours import SLOTS, HalfHours


def poisson_floor(mean: Floats) -> Floats:
    """The mean absolute deviation of Poisson counts of these means."""
    from scipy.special import gammaln

    whole = np.floor(mean)
    safe = np.maximum(mean, 1e-300)
    found: Floats = 2 * np.exp(-mean + (whole + 1) * np.log(safe) - gammaln(whole + 1))
    return np.where(mean > 0, found, 0.0)


def naive(history: HalfHours, days: int, holidays: frozenset[date]) -> Floats:
    """(days, 48) after the history: of the same half-hour in the last week in which it was recorded whole.

    Public holidays are passed over. nan where it never was.
    """
    found = np.full((7, SLOTS), np.nan)
    usable = history.recorded == 1
    usable[history.rows_of(holidays)] = False
    for row in range(history.days):
        weekday = int(history.weekdays[row])
        found[weekday] = np.where(usable[row], history.counts[row], found[weekday])
    weekdays = (np.arange(days) + history.days + history.first_day.weekday()) % 7
    return found[weekdays]


@dataclass(frozen=True, slots=True)
class Score:
    """The errors of a forecast over some days, in percent of the contacts that came.

    model, naive, floor: by half-hour. model_by_day, naive_by_day, floor_by_day: of the day totals. bias:
    forecast less actual. inside_pct: half-hours (days) whose count lay in the interval; promised_pct: as
    many as should.
    """

    contacts: int
    half_hours: int
    model_pct: float
    naive_pct: float
    floor_pct: float
    model_by_day_pct: float
    naive_by_day_pct: float
    floor_by_day_pct: float
    bias_pct: float
    inside_pct: float
    days_inside_pct: float
    promised_pct: float


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Forecast and actual side by side, (days, 48) each; `known` marks the half-hours recorded whole."""

    actual: Floats
    mean: Floats
    naive: Floats
    lower: Floats
    upper: Floats
    day_lower: Floats
    day_upper: Floats
    known: Flags
    part: float

    def score(self) -> Score:
        """Raises ValueError where no half-hour is known of both."""
        known = self.known & np.isfinite(self.naive)
        contacts = float(self.actual[known].sum())
        if not known.any() or contacts <= 0:
            raise ValueError("no half-hour with contacts was recorded")
        whole = known.all(axis=1)
        actual_day, mean_day, naive_day = (
            each[whole].sum(axis=1) for each in (self.actual, self.mean, self.naive)
        )
        day_contacts = max(1.0, float(actual_day.sum()))
        inside = (self.actual >= self.lower) & (self.actual <= self.upper)
        inside_day = (actual_day >= self.day_lower[whole]) & (actual_day <= self.day_upper[whole])

        def share(error: Floats) -> float:
            return 100 * float(error.sum()) / contacts

        def of_days(error: Floats) -> float:
            return 100 * float(error.sum()) / day_contacts

        return Score(
            contacts=int(contacts),
            half_hours=int(known.sum()),
            model_pct=share(np.abs(self.mean - self.actual)[known]),
            naive_pct=share(np.abs(self.naive - self.actual)[known]),
            floor_pct=share(poisson_floor(self.mean)[known]),
            model_by_day_pct=of_days(np.abs(mean_day - actual_day)),
            naive_by_day_pct=of_days(np.abs(naive_day - actual_day)),
            floor_by_day_pct=of_days(poisson_floor(mean_day)),
            bias_pct=share((self.mean - self.actual)[known]),
            inside_pct=100 * float(inside[known].mean()),
            days_inside_pct=100 * float(inside_day.mean()) if len(inside_day) else float("nan"),
            promised_pct=100 * self.part,
        )


def joined(parts: list[Judged]) -> Judged:
    """Several stretches as one."""
    return Judged(
        actual=np.concatenate([each.actual for each in parts]),
        mean=np.concatenate([each.mean for each in parts]),
        naive=np.concatenate([each.naive for each in parts]),
        lower=np.concatenate([each.lower for each in parts]),
        upper=np.concatenate([each.upper for each in parts]),
        day_lower=np.concatenate([each.day_lower for each in parts]),
        day_upper=np.concatenate([each.day_upper for each in parts]),
        known=np.concatenate([each.known for each in parts]),
        part=parts[0].part,
    )
