"""Forecasts: what was planted is found, intervals hold what they promise, nothing of the future is used."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from darwin.science.arrivals import HalfHours, TooLittle
from darwin.science.forecasting import Spreads, backtest, forecast, learn, poisson_floor
from darwin.science.forecasting.levels import design, follow
from darwin.science.forecasting.scoring import naive

MONDAY = date(2024, 1, 1)
HOURS = 1 + 0.8 * np.sin((np.arange(48) - 16) * np.pi / 24)
WEEKDAYS = np.array([1.15, 1.05, 1, 1, 1, 0.9, 0.9])
NONE: Mapping[date, str] = {}


def drawn(
    seed: int,
    days: int,
    a_day: float = 800.0,
    *,
    day_cv: float = 0.05,
    step: float = 0.0,
    growth: float = 0.0,
    season: float = 0.0,
    holidays: Mapping[date, str] = NONE,
    holiday: float = 1.0,
) -> tuple[HalfHours, np.ndarray]:
    """A history from Monday 1 January 2024 on and its true rates, (days, 48), day effects left out."""
    rng = np.random.default_rng(seed)
    at = np.arange(days)
    level = np.exp(np.cumsum(rng.normal(0, step, days)) + growth * at / 365.25)
    level *= np.exp(season * np.cos(2 * np.pi * (at - 200) / 365.25))
    level *= [holiday if MONDAY + timedelta(days=int(n)) in holidays else 1.0 for n in at]
    rate = a_day * (level * WEEKDAYS[at % 7])[:, None] * HOURS / HOURS.sum()
    effect = rng.gamma(1 / day_cv**2, day_cv**2, days) if day_cv else np.ones(days)
    return HalfHours(MONDAY, rng.poisson(rate * effect[:, None]), np.ones((days, 48))), rate


@pytest.mark.parametrize(
    ("seed", "a_day"), [pytest.param(1, 800.0, id="a large line"), pytest.param(2, 20.0, id="a small one")]
)
def test_a_steady_line_is_forecast_within_its_own_uncertainty(seed: int, a_day: float) -> None:
    history, rate = drawn(seed, 182 + 28, a_day)
    told = forecast(learn(history.between(0, 182), NONE), 28)
    truth = rate[182:].sum()
    total = told.total()
    # The spread of the level alone: the interval is of counts, and wider.
    half = (total.upper - total.lower) / 2
    assert abs(total.mean - truth) < 2 * half
    assert half < 0.25 * truth
    by_half_hour = told.mean - rate[182:]
    assert np.abs(by_half_hour).sum() < 0.1 * truth + 0.25 * poisson_floor(rate[182:]).sum()


def test_the_spreads_that_were_planted_are_found() -> None:
    history, _ = drawn(3, 730, day_cv=0.08, step=0.01)
    model = learn(history, NONE)
    assert model.spreads.day == pytest.approx(0.08, rel=0.2)
    assert model.spreads.step == pytest.approx(0.01, rel=0.5)


def test_a_season_is_foretold_from_two_years_and_not_before() -> None:
    history, rate = drawn(4, 730 + 182, season=0.15, step=0.001)
    model = learn(history.between(0, 730), NONE)
    assert model.seasonal
    told = forecast(model, 182).mean.sum(axis=1)
    assert np.abs(told / rate[730:].sum(axis=1) - 1).mean() < 0.05
    # Without it the level of July would be told for all months.
    assert rate[730:].sum(axis=1).max() / rate[730:].sum(axis=1).min() > 1.3
    assert not learn(history.between(0, 365), NONE).seasonal


def test_growth_goes_on_for_a_while() -> None:
    history, rate = drawn(5, 365 + 56, growth=0.4)
    told = forecast(learn(history.between(0, 365), NONE), 56).mean.sum()
    truth = rate[365:].sum()
    assert abs(told / truth - 1) < 0.04
    # A level that stood still at the year's last days would be further off than that.
    assert rate[358:365].sum() * 8 < 0.98 * truth


def test_public_holidays_to_come_are_foretold_from_those_that_were() -> None:
    days = [MONDAY + timedelta(days=n) for n in (60, 100, 140, 200, 250)]
    holidays = {day: f"holiday {n % 2}" for n, day in enumerate(days)}
    history, rate = drawn(6, 210 + 42, holidays=holidays, holiday=0.6)
    told = forecast(learn(history.between(0, 210), holidays), 42)
    assert told.mean[40].sum() == pytest.approx(rate[250].sum(), rel=0.15)
    assert told.mean[33].sum() == pytest.approx(rate[243].sum(), rel=0.1)


@pytest.mark.parametrize("part", [0.8, 0.95])
def test_intervals_hold_at_least_what_they_promise(part: float) -> None:
    inside = days_inside = counted = days_counted = 0
    for seed in range(6):
        history, _ = drawn(100 + seed, 140 + 28, step=0.004)
        told = forecast(learn(history.between(0, 140), NONE), 28, part=part)
        came = history.counts[140:]
        inside += int(((came >= told.lower) & (came <= told.upper)).sum())
        counted += came.size
        totals = told.by_day()
        days_inside += sum(
            day.lower <= count <= day.upper
            for day, count in zip(totals, came.sum(axis=1).tolist(), strict=True)
        )
        days_counted += len(totals)
    # Counts are whole, so half-hours lie in a little more often. The days of one forecast share a level, so
    # that six forecasts say less than 168 days would: the bounds are those of 30.
    assert part - 0.02 < inside / counted < 1
    spread = (part * (1 - part) / 30) ** 0.5
    assert part - 4 * spread < days_inside / days_counted <= min(1.0, part + 4 * spread)


def test_uncertainty_grows_with_the_horizon() -> None:
    history, _ = drawn(7, 200, step=0.01)
    weeks = forecast(learn(history, NONE), 372).by_week()
    widths = [(week.upper - week.lower) / week.mean for week in weeks]
    assert widths[-1] > 1.5 * widths[0]
    assert all(later >= earlier - 0.01 for earlier, later in pairwise(widths))


def test_days_of_one_forecast_share_what_is_not_known_of_the_level() -> None:
    history, _ = drawn(8, 200, step=0.01)
    told = forecast(learn(history, NONE), 56)
    total = told.total()
    apart = sum(((day.upper - day.lower) / 2) ** 2 for day in told.by_day()) ** 0.5
    assert (total.upper - total.lower) / 2 > 1.5 * apart


def test_what_was_not_recorded_is_no_fall_in_demand() -> None:
    history, rate = drawn(9, 150 + 14, day_cv=0.0)
    recorded = history.recorded.copy()
    recorded[60:75] = 0
    recorded[140:150, 20:] = 0
    holed = HalfHours(MONDAY, np.where(recorded > 0, history.counts, 0), recorded)
    told = forecast(learn(holed.between(0, 150), NONE), 14)
    assert told.mean.sum() == pytest.approx(rate[150:].sum(), rel=0.03)


def test_one_day_of_a_broken_switch_hardly_moves_the_forecast() -> None:
    history, rate = drawn(10, 120 + 7)
    counts = history.counts.copy()
    counts[118] //= 10
    told = forecast(learn(HalfHours(MONDAY, counts, history.recorded).between(0, 120), NONE), 7)
    assert told.mean.sum() == pytest.approx(rate[120:].sum(), rel=0.08)


def test_an_hour_that_comes_twice_has_twice_the_contacts() -> None:
    history, _ = drawn(11, 60)
    whole = np.ones((7, 48))
    whole[6, 2:4] = 2
    whole[5, 2:4] = 0
    model = learn(history, NONE)
    plain, changed = forecast(model, 7), forecast(model, 7, whole)
    assert changed.mean[6, 2] == pytest.approx(2 * plain.mean[6, 2])
    assert (changed.mean[5, 2], changed.upper[5, 2]) == (0, 0)


def test_nothing_after_the_origin_is_used() -> None:
    history, _ = drawn(17, 90)
    other = HalfHours(
        MONDAY, np.concatenate((history.counts[:83], history.counts[83:] * 3)), history.recorded
    )
    first, second = (backtest(each, NONE, weeks=1, origins=1) for each in (history, other))
    assert first.origins == second.origins == (MONDAY + timedelta(days=83),)
    # The same forecast of other counts: exactly two thirds of them too little.
    assert second.overall.floor_pct == pytest.approx(first.overall.floor_pct / 3)
    assert second.overall.bias_pct == pytest.approx((first.overall.bias_pct + 100) / 3 - 100)


@settings(max_examples=30)
@given(st.floats(0, 400))
def test_the_floor_is_the_mean_deviation_of_a_poisson_count(mean: float) -> None:
    counts = np.arange(0, 900)
    expected = float((np.abs(counts - mean) * poisson.pmf(counts, mean)).sum())
    assert float(poisson_floor(np.array([mean]))[0]) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_backtest_stands_between_the_floor_and_the_naive_forecast() -> None:
    history, _ = drawn(12, 300, step=0.003)
    found = backtest(history, NONE, weeks=2, origins=6)
    for score in (*found.by_week, found.overall):
        assert 0.95 * score.floor_pct < score.model_pct < 1.1 * score.floor_pct
        # Two Poisson counts differ by the root of two more than one from its mean.
        assert score.naive_pct > 1.25 * score.model_pct
        assert abs(score.bias_pct) < 5
    assert found.overall.contacts == sum(score.contacts for score in found.by_week)
    assert len(found.origins) == 6


def test_the_naive_forecast_passes_over_holidays_and_gaps() -> None:
    history, _ = drawn(13, 28)
    recorded = history.recorded.copy()
    recorded[22] = 0
    holidays = frozenset({MONDAY + timedelta(days=21)})
    told = naive(HalfHours(MONDAY, history.counts, recorded), 7, holidays)
    assert (told[0] == history.counts[14]).all()
    assert (told[1] == history.counts[15]).all()
    assert (told[2] == history.counts[23]).all()


def test_following_a_level_agrees_with_the_exact_filter_where_counts_are_large() -> None:
    """Against the scalar Kalman filter of the logarithms (Harvey 1989, section 3.2), written out here."""
    rng = np.random.default_rng(14)
    logs = np.cumsum(rng.normal(0, 0.002, 80))
    seen = np.round(1e7 * np.exp(logs + rng.normal(0, 0.003, 80)))
    spreads = Spreads(step=0.002, day=0.003)
    plan = design(MONDAY, 80, NONE, seasonal=False, sloped=False)
    plan.prior[1:] = 0.0
    found = follow(plan, seen, np.full(80, 1e7), spreads)
    mean, variance = 0.0, float(plan.prior[0])
    for n, value in enumerate(np.log(seen / 1e7)):
        variance += spreads.step**2 if n else 0.0
        gain = variance / (variance + spreads.day**2 + 1e-7)
        mean, variance = mean + gain * (value - mean), variance * (1 - gain)
    assert found.mean[0] == pytest.approx(mean, abs=2e-4)
    assert found.covariance[0, 0] == pytest.approx(variance, rel=1e-3)


@pytest.mark.parametrize(
    ("days", "a_day", "words"),
    [
        pytest.param(13, 800, "needs 14 recorded days, and there are 13", id="days"),
        pytest.param(28, 5, "needs 200 contacts, and there are", id="contacts"),
    ],
)
def test_too_little_is_refused_with_what_is_needed(days: int, a_day: float, words: str) -> None:
    history, _ = drawn(15, days, a_day)
    with pytest.raises(TooLittle, match=words):
        learn(history, NONE)


def test_a_backtest_that_leaves_too_little_says_so() -> None:
    history, _ = drawn(16, 30)
    with pytest.raises(TooLittle, match=r"sets 4 weeks aside, .* of 30 days is too little"):
        backtest(history, NONE, weeks=4)
