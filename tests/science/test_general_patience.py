"""M/M/c+G against Erlang A, closed forms, a chain of phases and another integrator."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from darwin.science import general_patience as laws
from darwin.science.general_patience import Patience, general_patience
from darwin.science.queueing import QueueingRefused, erlang_a, erlang_b

FIGURES = (
    "p_wait", "p_abandon", "service_level", "service_level_of_answered", "asa_answered", "mean_wait_all",
    "occupancy", "mean_queue", "p_answered",
)  # fmt: skip


@settings(max_examples=40)
@given(st.floats(0.05, 200), st.floats(10, 3600), st.floats(2, 5000), st.integers(1, 250), st.floats(0, 600))
def test_exponential_patience_is_erlang_a(
    load: float, service: float, patience: float, servers: int, threshold: float
) -> None:
    wanted = erlang_a(load / service, service, patience, servers, threshold)
    for law in (laws.exponential(patience), laws.weibull(patience, 1.0), laws.erlang(1, patience)):
        found = general_patience(load / service, service, law, servers, threshold)
        for name in FIGURES:
            exact = getattr(wanted, name)
            assert getattr(found, name) == pytest.approx(exact, rel=1e-9, abs=1e-14), name


@pytest.mark.parametrize("servers", [1, 5, 8, 9, 20])
@pytest.mark.parametrize("within", [30.0, 100.0, 250.0])
def test_patience_that_all_share_has_a_closed_form(servers: int, within: float) -> None:
    # M/M/c+D: the density of the wait is exp((a - c) v) up to the patience, then falls as exp(-c v).
    service, patience, load = 450.0, 200.0, 8.2
    a, c, d = load, servers, patience / service
    below = 1 / erlang_b(load, servers) - 1
    rise = a - c
    up_to = [c * math.expm1(rise * x) / rise for x in (d, min(d, within / service))]
    beyond = math.exp(rise * d)
    total = below + up_to[0] + beyond
    found = general_patience(load / service, service, laws.deterministic(patience), servers, within)
    assert found.p_abandon == pytest.approx(beyond / total, rel=1e-11)
    assert found.service_level == pytest.approx((below + up_to[1]) / total, rel=1e-11)
    assert found.p_wait == pytest.approx((up_to[0] + beyond) / total, rel=1e-11)


def _uniform(v: float) -> float:
    return min(1.0, max(0.0, (500.0 - v) / 400.0))


def _lognormal(v: float) -> float:
    deviation = math.sqrt(math.log1p(1.5**2))
    middle = math.log(240.0) - deviation**2 / 2
    return 0.5 * math.erfc((math.log(v) - middle) / deviation / math.sqrt(2)) if v > 0 else 1.0


def _weibull(v: float) -> float:
    return math.exp(-((v * math.gamma(1 + 1 / 0.7) / 240.0) ** 0.7))


def _two_phases(v: float) -> float:
    return (1 + v / 120.0) * math.exp(-v / 120.0)


@pytest.mark.parametrize(
    ("law", "survival"),
    [
        (laws.uniform(100, 500), _uniform),
        (laws.lognormal(240, 1.5), _lognormal),
        (laws.weibull(240, 0.7), _weibull),
        (laws.erlang(2, 240), _two_phases),
    ],
)
@pytest.mark.parametrize(("load", "servers"), [(7.5, 8), (7.5, 5)])
def test_other_laws_agree_with_an_integrator_of_another_kind(
    law: Patience, survival: Callable[[float], float], load: float, servers: int
) -> None:
    # An ordinary differential equation carries the patience and all five integrals from 0 outwards.
    service, within = 450.0, 60.0
    rate, leave = load / service, servers / service

    def along(v: float, sums: np.ndarray) -> list[float]:
        height, stay = math.exp(rate * sums[0] - leave * v), survival(v)
        return [stay, height, height * stay, height * (1 - stay), height * stay * v, height * sums[0]]

    stops = [0.0, within, 100.0, 500.0, 60_000.0]
    at, soon = np.zeros(6), 0.0
    for start, end in pairwise(stops):
        at = integrate.solve_ivp(along, (start, end), at, method="DOP853", rtol=1e-11, atol=1e-11).y[:, -1]
        soon = at[2] if end == within else soon
    below = 1 / erlang_b(load, servers) - 1
    total = below + leave * at[1]
    found = general_patience(rate, service, law, servers, within)
    assert found.p_wait == pytest.approx(leave * at[1] / total, rel=1e-7)
    assert found.p_abandon == pytest.approx(leave * at[3] / total, rel=1e-7)
    assert found.service_level == pytest.approx((below + leave * soon) / total, rel=1e-7)
    assert found.asa_answered == pytest.approx(leave * at[4] / (below + leave * at[2]), rel=1e-7)
    assert found.mean_wait_all == pytest.approx(leave * at[5] / total, rel=1e-7)


def test_many_phases_come_near_to_what_all_share_and_a_small_spread_to_exponential() -> None:
    shared = general_patience(1 / 60, 450, laws.deterministic(300), 8)
    assert general_patience(1 / 60, 450, laws.erlang(20_000, 300), 8).p_abandon == pytest.approx(
        shared.p_abandon, rel=1e-3
    )
    exponential = erlang_a(1 / 60, 450, 300, 8)
    spread = general_patience(1 / 60, 450, laws.hyperexponential(300, 1.0001), 8)
    assert spread.p_abandon == pytest.approx(exponential.p_abandon, rel=1e-3)


@settings(max_examples=30)
@given(st.floats(0.1, 60), st.integers(1, 80), st.floats(0.4, 4))
def test_everybody_is_answered_or_gives_up_and_little_is_right(
    load: float, servers: int, shape: float
) -> None:
    found = general_patience(load / 300, 300, laws.weibull(120, shape), servers)
    assert found.p_answered + found.p_abandon == pytest.approx(1, abs=1e-12)
    assert found.mean_queue == pytest.approx(load / 300 * found.mean_wait_all, rel=1e-12)
    assert found.occupancy <= 1 + 1e-12


def test_callers_who_mostly_never_give_up_can_overrun_the_line() -> None:
    half_stay = Patience(lambda v: 0.5 + 0.5 * np.exp(-v / 60))
    assert general_patience(12 / 300, 300, half_stay, 8).p_abandon > 0
    with pytest.raises(QueueingRefused, match="the queue grows without end"):
        general_patience(20 / 300, 300, half_stay, 8)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: laws.exponential(0), "mean patience is 0"),
        (lambda: laws.deterministic(math.inf), "patience is inf"),
        (lambda: laws.uniform(500, 100), "between 500 and 100 seconds is none"),
        (lambda: laws.lognormal(300, -1), "coefficient of variation is -1"),
        (lambda: laws.weibull(300, 0), "shape is 0"),
        (lambda: laws.erlang(0, 300), "number of phases is 0"),
        (lambda: laws.hyperexponential(300, 0.8), "needs one above 1"),
        (lambda: general_patience(-1, 300, laws.exponential(60), 3), "arrival rate is -1"),
    ],
)
def test_bad_patience_gets_its_own_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(QueueingRefused) as refused:
        call()
    assert sentence in str(refused.value)
