"""Fitting callers and handlers: what was planted is found again, and too little is refused in a sentence."""

import tomllib
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin.science.arrivals import (
    UNKNOWN,
    Calls,
    Ending,
    Fitted,
    HalfHours,
    TooLittle,
    fit,
    fit_rates,
    kaplan_meier,
    redials,
    scenario_text,
    whole_handlers,
)
from darwin.science.arrivals.at_work import at_work, longest_wrap_s, turnaround
from darwin.science.arrivals.lengths import fit_length
from darwin.science.arrivals.profile import week_profile
from darwin.science.arrivals.rates import day_variance
from darwin.science.arrivals.scenario_text import patience_law

MONDAY = date(2026, 1, 5)
WEEK_S = 604_800.0
NOBODY = frozenset[date]()


def calls_of(**columns: Any) -> Calls:
    """Calls from those columns that matter; the others are empty of meaning."""
    arrival = np.asarray(columns["arrival_s"], float)
    size = len(arrival)
    defaults: dict[str, Any] = {
        "day": (arrival // 86_400).astype(np.int64),
        "slot": (arrival % 86_400 // 1_800).astype(np.int64),
        "wait_s": np.zeros(size),
        "ending": np.full(size, Ending.ANSWERED, np.int64),
        "talk_s": np.full(size, np.nan),
        "kind": np.zeros(size, np.int64),
        "caller": np.full(size, UNKNOWN, np.int64),
        "handler": np.full(size, UNKNOWN, np.int64),
    }
    given_columns = {name: np.asarray(value) for name, value in columns.items()}
    return Calls(**{**defaults, **given_columns, "arrival_s": arrival})


# --- patience ---------------------------------------------------------------------------------------------


def test_survival_of_the_textbook_sample() -> None:
    """Freireich's leukaemia remissions, in weeks (Cox and Oakes, Analysis of Survival Data, 1984, p. 7)."""
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    ended = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    found = kaplan_meier(np.array(weeks, float), np.array(ended, bool))
    assert found.time_s.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.share == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=0.0006)
    assert found.std_error == pytest.approx(
        [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=6e-5
    )
    assert (found.median_s, found.mean_s) == (23, None)
    assert found.exponential_mean_s == pytest.approx(359 / 9)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_survival_without_anything_cut_short_is_the_share_still_there(times: list[int]) -> None:
    lasted = np.array(times, float)
    found = kaplan_meier(lasted, np.ones(len(times), bool))
    for moment in range(0, 52, 7):
        assert found.at(moment) == pytest.approx(np.mean(lasted > moment))
    assert found.mean_s == pytest.approx(lasted.mean())


def test_patience_is_found_behind_answers_that_cut_it_short() -> None:
    rng = np.random.default_rng(1)
    patience = 240 * rng.weibull(0.8, 20_000)
    answered_after = rng.exponential(120, 20_000)
    found = kaplan_meier(np.minimum(patience, answered_after), patience < answered_after)
    for moment in (20, 60, 180, 400):
        row = np.searchsorted(found.time_s, moment, side="right") - 1
        assert abs(found.at(moment) - np.exp(-((moment / 240) ** 0.8))) < 4 * found.std_error[row]


def test_patience_beyond_the_longest_wait_goes_on_as_often_as_in_all_the_time_seen() -> None:
    found = kaplan_meier(np.array([10.0, 20.0, 30.0, 40.0]), np.array([True, True, False, False]))
    values, chances = patience_law(found)
    assert chances.sum() == pytest.approx(1)
    assert chances[values <= 20].sum() == pytest.approx(0.5)
    beyond = values[values > 40] - 40
    assert np.median(beyond) == pytest.approx(found.exponential_mean_s * np.log(2), rel=0.05)


# --- arrivals ---------------------------------------------------------------------------------------------


def drawn_weeks(
    seed: int, weeks: int, rate: np.ndarray, day_cv: float = 0.0, growth: float = 0.0
) -> HalfHours:
    """Counts of whole weeks from a Monday on: gamma day effects, Poisson counts."""
    rng = np.random.default_rng(seed)
    days = 7 * weeks
    effect = rng.gamma(1 / day_cv**2, day_cv**2, days) if day_cv else np.ones(days)
    level = np.exp(growth * (np.arange(days) - days / 2) / 365.25)
    mean = np.tile(rate, (weeks, 1)) * (effect * level)[:, None]
    return HalfHours(MONDAY, rng.poisson(mean), np.ones((days, 48)))


def a_week(mean: float) -> np.ndarray:
    hours = 1 + 0.8 * np.sin((np.arange(48) - 16) * np.pi / 24)
    return mean * hours * np.array([1.2, 1, 1, 1, 1, 0.6, 0.4])[:, None]


@pytest.mark.parametrize(("seed", "day_cv"), [(1, 0.0), (2, 0.05), (3, 0.1), (4, 0.3)])
def test_the_day_effect_is_told_from_poisson_noise(seed: int, day_cv: float) -> None:
    found = fit_rates(drawn_weeks(seed, 52, a_week(15), day_cv), NOBODY)
    assert abs(found.day_cv**2 - day_cv**2) < 4 * found.day_variance_error
    # A sharp answer, not an empty one: noise alone would look like 4% a day.
    assert found.day_variance_error < 0.001 + 0.2 * day_cv**2


def test_growth_is_found_and_said_to_be_unknown_on_a_month() -> None:
    found = fit_rates(drawn_weeks(5, 60, a_week(15), 0.05, growth=0.15), NOBODY)
    assert found.growth is not None and found.growth_error is not None
    assert abs(found.growth - 0.15) < 4 * found.growth_error
    assert found.growth_error < 0.03
    assert fit_rates(drawn_weeks(5, 4, a_week(15)), NOBODY).growth is None


def test_a_week_is_found_in_spite_of_hours_that_nobody_recorded() -> None:
    rate = a_week(20)
    drawn = drawn_weeks(6, 12, rate)
    recorded = drawn.recorded.copy()
    recorded[10:20] = 0
    recorded[30, 5:9] = 0
    counts = np.where(recorded > 0, drawn.counts, 0)
    found = fit_rates(HalfHours(MONDAY, counts, recorded), NOBODY)
    error = 4 * np.sqrt(rate.sum() / 10.5)
    assert abs(found.a_week - rate.sum()) < error


def test_public_holidays_do_not_bend_the_week_and_have_a_factor_of_their_own() -> None:
    drawn = drawn_weeks(7, 12, a_week(20))
    holidays = frozenset(MONDAY + timedelta(days=7 * week) for week in (2, 5, 8))
    rows = drawn.rows_of(holidays)
    counts = drawn.counts.copy()
    counts[rows] = np.random.default_rng(8).poisson(0.5 * a_week(20)[0], (3, 48))
    found = fit_rates(HalfHours(MONDAY, counts, drawn.recorded), holidays)
    monday = a_week(20)[0].sum()
    assert abs(found.per_half_hour[0].sum() - monday) < 4 * np.sqrt(monday / 9)
    assert found.holidays == 3
    assert found.holiday == pytest.approx(0.5, abs=0.05)


def test_a_thin_profile_is_shrunk_and_comes_nearer_the_truth_than_the_plain_means() -> None:
    rate = a_week(3)
    counts, recorded = drawn_weeks(9, 3, rate).of_week(without=np.zeros(0, np.int64))
    plain, shrunk = counts / recorded, week_profile(counts, recorded)
    assert np.square(shrunk - rate).sum() < 0.5 * np.square(plain - rate).sum()


def test_a_rich_profile_is_left_as_it_is() -> None:
    rng = np.random.default_rng(10)
    rate = rng.uniform(50, 500, (7, 48))
    counts, recorded = drawn_weeks(11, 20, rate).of_week(without=np.zeros(0, np.int64))
    assert week_profile(counts, recorded) == pytest.approx(counts / recorded, rel=0.05)


@settings(max_examples=20)
@given(st.integers(1, 40))
def test_totals_no_further_off_than_expected_show_no_day_effect(size: int) -> None:
    mean = np.full(size, 100.0)
    assert day_variance(mean.astype(np.int64), mean, 0)[0] == 0


# --- redials ----------------------------------------------------------------------------------------------


def drawn_redials(seed: int, probability: float, frequent: int) -> tuple[Calls, float]:
    """Eight weeks of first calls, of which a third gives up; with frequent callers who ring anyway."""
    rng = np.random.default_rng(seed)
    length = 8 * WEEK_S
    size = 30_000
    arrival = np.sort(rng.uniform(0, length, size))
    # Frequent callers ring several times a day and would have rung anyway.
    caller = np.where(rng.random(size) < 0.3, rng.integers(0, frequent, size), np.arange(size) + frequent)
    gave_up = rng.random(size) < 1 / 3
    again = np.flatnonzero(gave_up & (rng.random(size) < probability))
    arrival = np.concatenate((arrival, arrival[again] + 60 + rng.exponential(300, len(again))))
    caller = np.concatenate((caller, caller[again]))
    ending = np.where(np.concatenate((gave_up, np.zeros(len(again), bool))), Ending.GAVE_UP, Ending.ANSWERED)
    wait = np.where(ending == Ending.GAVE_UP, 60.0, 5.0)
    order = np.argsort(arrival, kind="stable")
    order = order[arrival[order] < length]
    return (
        calls_of(arrival_s=arrival[order], caller=caller[order], ending=ending[order], wait_s=wait[order]),
        length,
    )


@pytest.mark.parametrize(("seed", "probability", "frequent"), [(1, 0.4, 5), (2, 0.0, 5), (3, 0.2, 40)])
def test_redials_are_told_from_callers_who_ring_anyway(seed: int, probability: float, frequent: int) -> None:
    calls, length = drawn_redials(seed, probability, frequent)
    found = redials(calls, (0.0, length))
    assert found is not None
    # Within the hour every redial but exp(-60 min / 5 min) of them has come.
    assert abs(found.probability - probability) < 4 * found.std_error
    assert found.std_error < 0.015
    # Those who ring anyway are many: without the correction the answer would be far off.
    assert found.by_chance > (0.1 if frequent == 5 else 0.01)
    if probability:
        assert found.mean_delay_s == pytest.approx(300, rel=0.25)
        redialled = probability * int(calls.gave_up.sum())
        assert found.share_of_calls.sum() == pytest.approx(redialled, rel=0.15)


def test_who_gives_up_without_a_number_tells_nothing() -> None:
    calls = calls_of(arrival_s=[0, 10], ending=[Ending.GAVE_UP, Ending.ANSWERED])
    assert redials(calls, (0.0, WEEK_S)) is None


# --- lengths ----------------------------------------------------------------------------------------------


def test_lengths_that_are_lognormal_are_called_so_and_their_mean_is_kept() -> None:
    rng = np.random.default_rng(1)
    seconds = rng.lognormal(5, 0.7, 1_500)
    found = fit_length(seconds, rng.integers(0, 28, 1_500))
    assert found.law == "lognormal"
    assert found.mean_s == pytest.approx(seconds.mean())
    assert found.cv == pytest.approx(np.sqrt(np.expm1(0.49)), rel=0.1)


def test_lengths_of_two_kinds_are_kept_as_they_were_seen() -> None:
    rng = np.random.default_rng(2)
    seconds = np.concatenate((rng.normal(20, 3, 2_000), rng.normal(600, 60, 2_000)))
    found = fit_length(seconds, rng.integers(0, 28, 4_000))
    assert found.law == "empirical"
    assert len(found.values_s) == 200
    assert np.mean(found.values_s) == pytest.approx(seconds.mean())
    assert found.gain > 0.5


# --- handlers ---------------------------------------------------------------------------------------------


def played(seed: int, handlers: int, wrap_mean: float, hours: float, rate: float, talk: float) -> Calls:
    """A line first come, first served, with so many handlers from 0 to `hours`, then nobody. Callers stay."""
    rng = np.random.default_rng(seed)
    arrival = np.cumsum(rng.exponential(1 / rate, int(2 * rate * hours * 3600)))
    arrival = arrival[arrival < hours * 3600]
    free = np.zeros(handlers)
    wait, who, length = np.zeros(len(arrival)), np.zeros(len(arrival), np.int64), np.zeros(len(arrival))
    for n, at in enumerate(arrival):
        # Of those who are free the longest idle, else whoever is free first: the smallest moment either way.
        who[n] = free.argmin()
        begins = max(at, free[who[n]])
        wait[n], length[n] = begins - at, rng.exponential(talk)
        free[who[n]] = begins + length[n] + rng.gamma(4, wrap_mean / 4)
    return calls_of(arrival_s=arrival, wait_s=wait, talk_s=length, handler=who)


def test_wrap_up_is_found_from_the_talks_alone() -> None:
    calls = played(1, handlers=6, wrap_mean=60, hours=24, rate=0.0265, talk=150)
    found = turnaround(calls)
    assert found is not None
    assert found.endings > 500
    # The spread of the gamma law with shape 4 is half its mean.
    assert abs(found.mean_up_to(900) - 60) < 4 * 30 / found.endings**0.5


def test_handlers_at_work_are_counted_and_those_away_are_not() -> None:
    calls = played(2, handlers=6, wrap_mean=30, hours=10, rate=0.03, talk=150)
    turned = turnaround(calls)
    assert turned is not None
    found = at_work(calls, 1, turned.mean_up_to(900), longest_wrap_s(turned))[0]
    assert found[2:18] == pytest.approx(np.full(16, 6.0), abs=0.35)
    assert found[24:] == pytest.approx(np.zeros(24))


@settings(max_examples=30)
@given(st.lists(st.floats(0, 20), min_size=48, max_size=48))
def test_whole_handlers_keep_the_hours(mean: list[float]) -> None:
    there = np.where(np.array(mean) < 0.25, 0.0, mean)
    found = whole_handlers(np.array(mean))
    assert (found[there == 0] == 0).all()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (there > 0).astype(int), [0]))))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        assert abs(found[begin:end].sum() - there[begin:end].sum()) <= 0.5 + 1e-9


# --- all of it --------------------------------------------------------------------------------------------


def drawn_month(weeks: int = 4) -> tuple[Calls, np.ndarray]:
    """Four weeks of a made-up line on which everybody hears 9 seconds first."""
    rng = np.random.default_rng(20)
    days = 7 * weeks
    counts = rng.poisson(np.tile(a_week(2), (weeks, 1)))
    day, slot = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    arrival = np.sort(day * 86_400 + slot * 1_800 + rng.uniform(0, 1_800, len(day)))
    size = len(arrival)
    patience = np.where(rng.random(size) < 0.1, rng.uniform(0, 9, size), 9 + rng.exponential(300, size))
    answered_after = 9 + rng.exponential(60, size)
    return (
        calls_of(
            arrival_s=arrival,
            wait_s=np.minimum(patience, answered_after),
            ending=np.where(patience < answered_after, Ending.GAVE_UP, Ending.ANSWERED),
            talk_s=rng.lognormal(5, 0.6, size),
            handler=rng.integers(0, 5, size),
        ),
        np.ones((days, 48)),
    )


@pytest.fixture(scope="module")
def month() -> Fitted:
    calls, recorded = drawn_month()
    return fit(calls, MONDAY, recorded, NOBODY, ("101",))


def test_the_greeting_is_told_from_waiting(month: Fitted) -> None:
    [only] = month.types
    assert month.greeting_s == pytest.approx(9.6, abs=0.6)
    assert only.in_greeting == pytest.approx(0.1, abs=0.02)
    row = np.searchsorted(only.patience.time_s, 120, side="right") - 1
    assert abs(only.patience.at(120) - np.exp(-120 / 300)) < 4 * only.patience.std_error[row]


def test_the_scenario_is_toml_and_says_what_was_fitted(month: Fitted) -> None:
    read = tomllib.loads(scenario_text(month, days=7, threshold_s=30))
    [kind], [group] = read["types"], read["groups"]
    assert (read["days"], kind["name"], group["skills"]) == (7, "101", ["101"])
    # The twin's clock starts after the greeting.
    assert read["threshold_s"] == pytest.approx(30 - month.greeting_s, abs=0.001)
    assert len(kind["rate_per_hour"]) == len(group["handlers"]) == 336
    assert sum(kind["rate_per_hour"]) / 2 == pytest.approx(month.types[0].first_calls.sum(), rel=1e-4)
    assert sum(kind["patience"]["probabilities"]) == pytest.approx(1)
    assert kind["talk"]["law"] in ("lognormal", "empirical")
    assert "redial" not in kind  # nobody's number is known


def test_what_cannot_be_known_is_said(month: Fitted) -> None:
    assert any("rings again" in note for note in month.notes)


@pytest.mark.parametrize(
    ("days", "every", "words"),
    [
        pytest.param(13, 1, "14 recorded days, and there are 13", id="days"),
        pytest.param(28, 40, "needs 200 calls, and there are", id="calls"),
        pytest.param(28, 10, "needs 30 callers who gave up after a known wait, and there are", id="gave up"),
    ],
)
def test_too_little_is_refused_with_what_is_needed(days: int, every: int, words: str) -> None:
    calls, recorded = drawn_month()
    few = calls.where((calls.day < days) & (np.arange(len(calls)) % every == 0))
    if every == 10:
        few = few.where(~few.gave_up | (np.cumsum(few.gave_up) <= 29))
    with pytest.raises(TooLittle, match=words):
        fit(few, MONDAY, recorded[:days], NOBODY, ("101",))


def test_a_half_hour_of_the_week_without_record_is_named() -> None:
    calls, recorded = drawn_month()
    recorded[2::7, 5] = 0
    with pytest.raises(
        TooLittle, match=r"1 have none outside public holidays, the first of them Wednesday 02:30"
    ):
        fit(calls, MONDAY, recorded, NOBODY, ("101",))


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_a_fit_of_any_month_gives_a_scenario(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 2_500
    calls = calls_of(
        arrival_s=np.sort(rng.uniform(0, 2 * WEEK_S, size)),
        wait_s=rng.integers(0, 300, size).astype(float),
        ending=rng.integers(0, 3, size),
        talk_s=np.where(rng.random(size) < 0.2, 0.0, rng.exponential(200, size)),
        handler=rng.integers(-1, 6, size),
        caller=rng.integers(-1, 300, size),
    )
    text = scenario_text(fit(calls, MONDAY, np.ones((14, 48)), NOBODY, ("101",)))
    read = tomllib.loads(text)
    numbers = [*read["types"][0]["rate_per_hour"], *read["types"][0]["patience"]["values"]]
    assert all(np.isfinite(value) and value >= 0 for value in numbers)
