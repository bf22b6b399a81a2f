"""The twin check: each day has its own calls and handlers, and the formulas are those of the half-hour."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from darwin.science.arrivals import Calls, Ending, Fitted, FittedType, Rates, kaplan_meier
from darwin.science.arrivals.lengths import LengthLaw
from darwin.science.queueing import erlang_a
from darwin.science.twin_check import Check, actual_figures, as_json, check, days_from, tune

THURSDAY = date(2026, 1, 8)
PER_HALF_HOUR, TALK_S, PATIENCE_S, HANDLERS = 30.0, 400.0, 300.0, 7


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """A line of one type, the same all week, whose law is known."""
    week = np.full((7, 48), PER_HALF_HOUR)
    parts = (np.arange(4_000) + 0.5) / 4_000
    only = FittedType(
        name="101",
        calls=1_000,
        rates=Rates(week, None, None, 0.0, 0.0, None, 0),
        first_calls=week,
        patience=kaplan_meier(-PATIENCE_S * np.log1p(-parts), np.ones(4_000, bool)),
        talk=LengthLaw("lognormal", TALK_S, 1.0, 1_000, (), 0.0),
        redial=None,
        in_greeting=0.0,
    )
    return Fitted(
        first_day=THURSDAY,
        days=7,
        recorded_days=7.0,
        types=(only,),
        greeting_s=0.0,
        wrap_s=np.zeros(0),
        longest_wrap_s=900.0,
        handlers=np.full((7, 48), float(HANDLERS)),
        handlers_by_day=np.full((7, 48), float(HANDLERS)),
        notes=(),
    )


def some_calls() -> Calls:
    """Day 0: answered in 5 s, answered in 50 s, gave up after 20 s, asked for a call-back. Day 1: one
    answered.
    """
    arrival = np.array([100.0, 200, 300, 400, 86_500])
    return Calls(
        day=np.array([0, 0, 0, 0, 1]),
        slot=np.zeros(5, np.int64),
        arrival_s=arrival,
        wait_s=np.array([5.0, 50, 20, 90, 0]),
        ending=np.array([Ending.ANSWERED, Ending.ANSWERED, Ending.GAVE_UP, Ending.OTHER, Ending.ANSWERED]),
        talk_s=np.full(5, 60.0),
        kind=np.zeros(5, np.int64),
        caller=np.arange(5),
        handler=np.zeros(5, np.int64),
    )


def test_what_came_is_counted_of_all_who_joined() -> None:
    found = actual_figures(some_calls(), 0, 30)
    assert (found.contacts, found.service_level, found.p_abandon) == (4, 0.25, 0.25)
    assert found.mean_wait_all == 25


def test_days_from_a_day_on_begin_anew() -> None:
    late = days_from(some_calls(), 1)
    assert (late.day.tolist(), late.arrival_s.tolist()) == ([0], [100.0])


def test_the_formulas_are_those_of_each_half_hour(fitted: Fitted) -> None:
    handlers = np.full((1, 48), float(HANDLERS))
    handlers[:, 24:] = 12
    [day] = check(
        fitted, some_calls(), THURSDAY, np.full((1, 48), PER_HALF_HOUR), handlers, replications=0
    ).days
    few, many = (
        erlang_a(PER_HALF_HOUR / 1800, TALK_S, fitted.types[0].patience.exponential_mean_s, there)
        for there in (HANDLERS, 12)
    )
    assert day.erlang_a.service_level == pytest.approx((few.service_level + many.service_level) / 2)
    assert day.erlang_a.p_abandon == pytest.approx((few.p_abandon + many.p_abandon) / 2)
    # 30 calls of 400 s are 6.7 handlers' work: seven are enough in the end, six are not.
    assert day.endless == 0
    fewer = check(
        fitted, some_calls(), THURSDAY, np.full((1, 48), PER_HALF_HOUR), handlers - 1, replications=0
    ).days[0]
    assert (fewer.endless, fewer.erlang_c.mean_wait_all) == (0.5, float("inf"))
    told = json.loads(json.dumps(as_json(Check((fewer,), 30.0, 0, 1)), allow_nan=False))
    assert told["days"][0]["erlang_c"]["mean_wait_all"] is None


def test_who_hangs_up_in_the_greeting_counts_and_waits_begin_before_it(fitted: Fitted) -> None:
    [only] = fitted.types
    greeted = replace(fitted, greeting_s=10.0, types=(replace(only, in_greeting=0.2),))
    expected, handlers = np.full((1, 48), PER_HALF_HOUR / 0.8), np.full((1, 48), 40.0)
    [day] = check(greeted, some_calls(), THURSDAY, expected, handlers, replications=0).days
    # With forty handlers nobody waits after the greeting.
    assert day.erlang_a.contacts == pytest.approx(48 * PER_HALF_HOUR / 0.8)
    assert day.erlang_a.service_level == pytest.approx(0.8)
    assert day.erlang_a.p_abandon == pytest.approx(0.2)
    assert day.erlang_a.mean_wait_all == pytest.approx(0.8 * 10 + 0.2 * 5)


def test_the_twin_plays_each_day_with_its_own_calls_and_handlers(fitted: Fitted) -> None:
    expected, handlers = np.full((7, 48), PER_HALF_HOUR), np.full((7, 48), float(HANDLERS))
    expected[2] = 0.0  # the Saturday
    handlers[4] = 40  # the Monday
    found = check(fitted, some_calls(), THURSDAY, expected, handlers, day_cv=0.0, replications=20)
    contacts = [day.twin.contacts for day in found.days]
    assert contacts[2] == 0
    # 20 days of Poisson counts around 1,440.
    assert all(abs(each - 1_440) < 4 * (1_440 / 20) ** 0.5 for n, each in enumerate(contacts) if n != 2)
    assert found.days[4].twin.service_level > 0.999
    for day in (found.days[0], found.days[5]):
        # Talk is lognormal with the spread of an exponential, so the formula is near and not exact.
        assert day.twin.service_level == pytest.approx(day.erlang_a.service_level, abs=0.05)
        assert day.twin.p_abandon == pytest.approx(day.erlang_a.p_abandon, abs=0.03)
        assert day.lower.service_level < day.twin.service_level < day.upper.service_level


def test_the_factor_is_found_that_makes_a_formula_tell_what_came(fitted: Fitted) -> None:
    """Calls made to have just the figures that Erlang A gives for a fifth more handlers than are counted."""
    per_day = int(48 * PER_HALF_HOUR)
    truth = erlang_a(
        PER_HALF_HOUR / 1800, TALK_S, fitted.types[0].patience.exponential_mean_s, round(1.2 * 10)
    )
    size = 7 * per_day
    answered = np.arange(size) % per_day < round(per_day * (1 - truth.p_abandon))
    soon = np.arange(size) % per_day < round(per_day * truth.service_level)
    arrival = np.repeat(np.arange(7) * 86_400.0, per_day) + np.tile(
        np.repeat(np.arange(48) * 1_800.0, int(PER_HALF_HOUR)), 7
    )
    calls = Calls(
        day=(arrival // 86_400).astype(np.int64),
        slot=(arrival % 86_400 // 1_800).astype(np.int64),
        arrival_s=arrival,
        wait_s=np.where(soon, 1.0, 100.0),
        ending=np.where(answered, Ending.ANSWERED, Ending.GAVE_UP).astype(np.int64),
        talk_s=np.full(size, TALK_S),
        kind=np.zeros(size, np.int64),
        caller=np.arange(size),
        handler=np.zeros(size, np.int64),
    )
    counted = replace(fitted, handlers_by_day=np.full((7, 48), 10.0))
    assert tune(counted, calls, np.ones((7, 48)), model="erlang_a") == pytest.approx(1.2, abs=0.05)
