"""The forecast: the level of each day, times the shape of its half-hours, with what is uncertain about both.

What varies about the forecast of a half-hour: Poisson noise; the day effect; an effect of the half-hour;
what is not known of the level and of the other effects, which grows with the horizon. Counts are drawn from
a Poisson law whose mean is drawn from a gamma law, so that they are negative binomial, and so are the
intervals (Jongbloed and Koole 2001, as in arrivals/rates.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from darwin.science.arrivals.arrays import Floats, Whole
from darwin.science.arrivals.half_hours import DAYS, SLOTS, HalfHours
from darwin.science.arrivals.profile import shrink, week_profile
from darwin.science.arrivals.refused import TooLittle
from darwin.science.forecasting.levels import (
    LEAST_DAYS_FOR_SEASON,
    Design,
    Followed,
    Spreads,
    best_spreads,
    design,
    follow,
)

LONGEST_DAYS = 372  # 12 months, begun on any day of a week
LEAST_DAYS = 14
LEAST_CONTACTS = 200
# Before that a slope cannot be told from a level that wanders.
LEAST_DAYS_FOR_SLOPE = 112
# The shape of a day changes slowly; older weeks count half as much for every 26.
HALF_LIFE_DAYS = 182.0
_START = Spreads(step=0.01, day=0.05)


@dataclass(frozen=True, slots=True)
class Range:
    """What is expected, and between which numbers of contacts it will lie, with the chance asked for."""

    mean: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What was learnt from a history.

    weekday: (7,), how the weekdays differ over the whole history; mean 1. shape: (7, 48), the share of its
    day of each half-hour of the week. scale: contacts of a mean day in the first weeks. holiday_shape:
    (48,). slot_variance: of the effect of one half-hour. spreads: of level and day effect. seasonal, sloped:
    whether it has a wave of the year, and a slope.
    """

    history: HalfHours
    holidays: Mapping[date, str]
    weekday: Floats
    shape: Floats
    holiday_shape: Floats
    slot_variance: float
    spreads: Spreads
    scale: float
    seasonal: bool
    sloped: bool

    @property
    def day_cv(self) -> float:
        return self.spreads.day


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Contacts expected from `first_day`, (days, 48) by the clock on the wall, with their interval.

    mean: contacts expected in each half-hour. lower, upper: between which the count will lie with chance
    `part`. rate_cv: by how much, relatively, the rate itself may differ from the mean: everything but
    Poisson noise.
    """

    first_day: date
    mean: Floats
    lower: Floats
    upper: Floats
    rate_cv: Floats
    part: float
    _day_variance: float
    _slot_variance: float
    _rows: Floats
    _start: Floats
    _transition: Floats
    _gained: Floats

    @property
    def days(self) -> int:
        return int(self.mean.shape[0])

    def day(self, row: int) -> date:
        return self.first_day + timedelta(days=row)

    def total(self, first: int = 0, last: int | None = None) -> Range:
        """Contacts of the days from row `first` up to, not including, `last`, all together."""
        rows = slice(first, self.days if last is None else last)
        mean = self.mean[rows]
        expected = float(mean.sum())
        if expected <= 0:
            return Range(0.0, 0.0, 0.0)
        by_day = np.zeros(self.days)
        by_day[rows] = mean.sum(axis=1)
        variance = self._common_variance(by_day)
        variance += (
            float((by_day**2).sum()) * self._day_variance + float((mean**2).sum()) * self._slot_variance
        )
        lower, upper = _interval(np.array([expected]), np.array([variance / expected**2]), self.part)
        return Range(expected, float(lower[0]), float(upper[0]))

    def by_day(self) -> list[Range]:
        return [self.total(row, row + 1) for row in range(self.days)]

    def by_week(self) -> list[Range]:
        """Of each seven days from the first; a last part of a week is left out."""
        return [self.total(row, row + 7) for row in range(0, self.days - 6, 7)]

    def _common_variance(self, by_day: Floats) -> float:
        """The variance of a sum of days through the effects they share: its gradient, walked backwards."""
        gradient = np.zeros(len(self._gained))
        variance = 0.0
        for row in range(self.days - 1, -1, -1):
            gradient = self._transition.T @ gradient + by_day[row] * self._rows[row]
            if row:
                variance += float((gradient**2 * self._gained).sum())
        return variance + float(gradient @ self._start @ gradient)


def learn(history: HalfHours, holidays: Mapping[date, str], start: Spreads | None = None) -> Model:
    """What `history` tells. holidays: by date the name, at least of the days of the history and to come.

    start: from which spreads to look for better ones. Raises TooLittle, which says how much is needed.
    """
    if lack := lacking(history, holidays):
        raise TooLittle(f"{lack} Import more of the record, or wait until there is more.")
    off = history.rows_of(frozenset(holidays))
    weight = 0.5 ** ((history.days - 1 - np.arange(history.days)) / HALF_LIFE_DAYS)
    weekday, shape = _shape(history, off, weight)
    holiday_shape = _holiday_shape(history, off, shape)
    base, totals, scale = _base(history, off, weekday, shape, holiday_shape)
    seasonal = history.days >= LEAST_DAYS_FOR_SEASON
    chosen: tuple[Spreads, float, bool] | None = None
    for sloped in (False, True) if history.days >= LEAST_DAYS_FOR_SLOPE else (False,):
        plan = design(history.first_day, history.days, holidays, seasonal=seasonal, sloped=sloped)
        spreads, likelihood = best_spreads(plan, totals, base, chosen[0] if chosen else start or _START)
        # A slope has to earn its place: by more than chance would make of one that is not there.
        if chosen is None or likelihood > chosen[1] + 2.0:
            chosen = (spreads, likelihood, sloped)
    assert chosen is not None
    return Model(
        history=history,
        holidays=holidays,
        weekday=weekday,
        shape=shape,
        holiday_shape=holiday_shape,
        slot_variance=_slot_variance(history, off, shape),
        spreads=chosen[0],
        scale=scale,
        seasonal=seasonal,
        sloped=chosen[2],
    )


def forecast(model: Model, days: int, open_: Floats | None = None, *, part: float = 0.95) -> Forecast:
    """The `days` days after the history. open_: (days, 48) as HalfHours.recorded; None: every half-hour
    whole.

    Raises ValueError for days out of 1 to LONGEST_DAYS or a part out of 0 to 1.
    """
    if not 1 <= days <= LONGEST_DAYS or not 0 < part < 1:
        raise ValueError(f"a forecast is of 1 to {LONGEST_DAYS} days, its interval of a part between 0 and 1")
    plan, state = _followed(model, days)
    history = model.history
    mean = np.zeros((days, SLOTS))
    common = np.zeros(days)
    now, covariance = state.mean, state.covariance
    transition, gained = plan.transition, plan.wandering(model.spreads)
    start = np.zeros(0)
    for row in range(days):
        now = transition @ now
        covariance = transition @ covariance @ transition.T + np.diag(gained)
        if row == 0:
            start = covariance
        effects = plan.rows[history.days + row]
        mean[row] = np.exp(effects @ now) * _expected(model, history.day(history.days + row))
        common[row] = effects @ covariance @ effects
    if open_ is not None:
        mean = mean * open_
    shared = common[:, None] + model.spreads.day**2 + np.full((days, SLOTS), model.slot_variance)
    lower, upper = _interval(mean, shared, part)
    return Forecast(
        first_day=history.day(history.days),
        mean=mean,
        lower=lower,
        upper=upper,
        rate_cv=np.sqrt(shared),
        part=part,
        _day_variance=model.spreads.day**2,
        _slot_variance=model.slot_variance,
        _rows=plan.rows[history.days :],
        _start=start,
        _transition=transition,
        _gained=gained,
    )


def _followed(model: Model, days: int) -> tuple[Design, Followed]:
    history = model.history
    plan = design(
        history.first_day,
        history.days + days,
        model.holidays,
        seasonal=model.seasonal,
        sloped=model.sloped,
    )
    off = history.rows_of(frozenset(model.holidays))
    base, totals, _ = _base(history, off, model.weekday, model.shape, model.holiday_shape)
    return plan, follow(plan, totals, base, model.spreads)


def _expected(model: Model, day: date) -> Floats:
    """(48,): contacts of a day to come at effects of 0."""
    shape = model.holiday_shape if day in model.holidays else model.shape[day.weekday()]
    return shape * model.scale * float(model.weekday[day.weekday()])


def _base(
    history: HalfHours, off: Whole, weekday: Floats, shape: Floats, holiday_shape: Floats
) -> tuple[Floats, Floats, float]:
    """By day: what is expected at effects of 0, what was seen; and the contacts of a mean day."""
    shapes = shape[history.weekdays]
    shapes[off] = holiday_shape
    part = (shapes * history.recorded).sum(axis=1) * weekday[history.weekdays]
    totals = np.where(history.recorded > 0, history.counts, 0).sum(axis=1).astype(float)
    # The level begins where the first weeks are, not at the mean of years.
    begin = slice(0, 28)
    if totals[begin].sum() <= 0:
        begin = slice(0, history.days)
    scale = float(totals[begin].sum()) / float(part[begin].sum())
    return scale * part, totals, scale


def _shape(history: HalfHours, off: Whole, weight: Floats) -> tuple[Floats, Floats]:
    """How weekdays differ, (7,), mean 1; and (7, 48), the share of each half-hour in its day.

    A day of the week on which hardly anybody calls is even over its half-hours.
    """
    kept = np.ones(history.days, bool)
    kept[off] = False
    counts, recorded = np.zeros((7, SLOTS)), np.zeros((7, SLOTS))
    seen = np.where(history.recorded > 0, history.counts, 0)
    np.add.at(counts, history.weekdays[kept], seen[kept] * weight[kept, None])
    np.add.at(recorded, history.weekdays[kept], history.recorded[kept] * weight[kept, None])
    rates = week_profile(counts, recorded)
    days = rates.sum(axis=1)
    shape = np.where(days[:, None] > 0, rates / np.where(days > 0, days, 1.0)[:, None], 1 / SLOTS)
    # Never 0, so that a weekday that was silent can still be seen to stir.
    days = np.maximum(days, 0.001 * days.mean())
    weekday: Floats = days / days.mean()
    return weekday, shape


def _holiday_shape(history: HalfHours, off: Whole, shape: Floats) -> Floats:
    """(48,): of public holidays, shrunk towards a Sunday's."""
    counts = np.where(history.recorded > 0, history.counts, 0)[off].sum(axis=0)
    recorded = history.recorded[off].sum(axis=0)
    sunday: Floats = shape[6]
    expected = float((recorded * sunday).sum())
    if counts.sum() == 0 or expected <= 0:
        return sunday
    rates = shrink(counts, recorded, sunday * float(counts.sum()) / expected)
    found: Floats = rates / rates.sum()
    return found


def _slot_variance(history: HalfHours, off: Whole, shape: Floats) -> float:
    """The variance of the effect of one half-hour, given its day's total, by moments."""
    kept = (history.recorded == 1).all(axis=1)
    kept[off] = False
    counts = history.counts[kept]
    shares = shape[history.weekdays[kept]]
    expected = counts.sum(axis=1, keepdims=True) * shares
    beyond = float(((counts - expected) ** 2 - expected * (1 - shares)).sum())
    weight = float((expected**2).sum())
    return max(0.0, beyond / weight) if weight > 0 else 0.0


def _interval(mean: Floats, variance: Floats, part: float) -> tuple[Floats, Floats]:
    """Quantiles of a Poisson count whose rate is gamma with this mean and relative variance."""
    from scipy.stats import nbinom

    size = 1 / np.maximum(variance, 1e-9)
    chance = size / (size + mean)
    tail = (1 - part) / 2
    return (
        np.where(mean > 0, nbinom.ppf(tail, size, chance), 0.0),
        np.where(mean > 0, nbinom.ppf(1 - tail, size, chance), 0.0),
    )


def lacking(history: HalfHours, holidays: Mapping[date, str]) -> str:
    """What a forecast of `history` would need and does not have, in a sentence; "" where it has enough."""
    recorded_days = float(history.recorded.sum()) / SLOTS
    if recorded_days < LEAST_DAYS - 0.05:  # the clocks may have taken an hour
        return f"A forecast needs {LEAST_DAYS} recorded days, and there are {recorded_days:.4g}."
    counts, recorded = history.of_week(without=history.rows_of(frozenset(holidays)))
    silent = np.argwhere(recorded <= 0)
    if len(silent):
        day, slot = silent[0]
        return (
            f"A forecast needs a record of each of the 336 half-hours of a week, and {len(silent)} have none "
            f"outside public holidays, the first of them {DAYS[day]} {slot // 2:02}:{slot % 2 * 30:02}."
        )
    if counts.sum() < LEAST_CONTACTS:
        return f"A forecast needs {LEAST_CONTACTS} contacts, and there are {int(counts.sum())}."
    return ""
