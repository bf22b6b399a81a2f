"""Erlang B, C and A against the same sums in high precision, and the laws that bind their figures."""

import json
import math
from fractions import Fraction
from itertools import pairwise

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from darwin.planning.commands import commands
from darwin.science.queueing import (
    Performance,
    QueueingRefused,
    erlang_a,
    erlang_b,
    erlang_c,
    required_servers,
)

EXACT = 1e-9
# Smaller than that a double has fewer digits, or none.
SMALLEST = 1e-290
DIGITS = 360


def high_precision(
    rate: float, service: float, patience: float, servers: int, threshold: float, capacity: int | None
) -> dict[str, mpf]:
    """The stationary distribution summed state by state; waits by the binomial law of who is still there.

    Who finds j waiting is answered within the threshold with the chance that a negative binomial number
    exceeds j, times the chance that their patience lasts. In 360 digits subtracting does no harm.
    """
    with mp.workdps(DIGITS):
        load, r, t = mpf(rate) * mpf(service), mpf(service) / mpf(patience), mpf(threshold) / mpf(service)
        term, below = mpf(1), mpf(0)
        for k in range(servers, 0, -1):
            term *= k / load
            below += term
            if k < load and term < below * mpf(10) ** -40:
                break
        weight, waiting, answered, left, delay, queue, soon, unit = mpf(1), *[mpf(0)] * 7
        step = mp.expm1(-r * t) / -r
        chance = reached = mp.exp(-(servers + r) * t)
        j = 0
        while capacity is None or servers + j < capacity:
            out = servers + (j + 1) * r
            unit += 1 / out
            waiting += weight
            answered += weight * servers / out
            left += weight * (j + 1) * r / out
            delay += weight * servers / out * unit
            queue += j * weight
            soon += weight * servers / out * (1 - reached)
            weight *= load / out
            j += 1
            chance *= step * out / j
            reached += chance
            if capacity is None and load < out and weight < waiting * mpf(10) ** -30:
                break
        blocked = weight if capacity is not None else mpf(0)
        queue += j * weight
        total = below + waiting + blocked
        share = (below + answered) / total
        return {
            "p_wait": waiting / (below + waiting),
            "p_abandon": left / total,
            "service_level": (below + soon) / total,
            "service_level_of_answered": (below + soon) / (below + answered),
            "asa_answered": delay / total / share * service,
            "mean_wait_all": queue / (rate * (below + waiting)),
            "occupancy": load * share / servers,
            "mean_queue": queue / total,
            "p_answered": share,
            "p_block": blocked / total,
        }


def assert_exact(found: Performance, wanted: dict[str, mpf]) -> None:
    for name, value in wanted.items():
        if abs(value) < SMALLEST:
            assert abs(getattr(found, name)) < SMALLEST * 10, name
        else:
            assert abs(getattr(found, name) / value - 1) < EXACT, (name, getattr(found, name), float(value))


@pytest.mark.parametrize("load", [0.01, 0.5, 1.0, 7.3, 60.0, 999.5, 10_000.0])
@pytest.mark.parametrize("beside", [0.02, 0.5, 0.99, 1.0, 1.01, 1.5, 4.0])
def test_erlang_b_is_exact_from_idle_to_overrun(load: float, beside: float) -> None:
    servers = max(1, round(load * beside))
    with mp.workdps(50):
        inverse, term = mpf(1), mpf(1)
        for k in range(servers, 0, -1):
            term *= k / mpf(load)
            inverse += term
        wanted = 1 / inverse
    found = erlang_b(load, servers)
    assert abs(found - wanted) <= EXACT * wanted or (wanted < SMALLEST and found < SMALLEST * 10)


def test_erlang_b_gives_the_table_value_of_teletraffic() -> None:
    # ITU-D Teletraffic Engineering Handbook: 10 erlangs and 10 lines lose 21.46 per cent.
    assert erlang_b(10, 10) == pytest.approx(0.2146, abs=5e-5)
    assert erlang_b(5, 0) == 1.0


@pytest.mark.parametrize(
    ("load", "spare"),
    [(0.01, 0.99), (0.5, 0.5), (7.3, 0.7), (7.999999, 1e-6), (60, 1), (60, 40), (1000, 1), (9999.99999, 1e-5),
     (10_000, 1), (10_000, 300), (10_000, 5000)],
)  # fmt: skip
@pytest.mark.parametrize("threshold", [0.0, 0.5, 30.0, 900.0])
def test_erlang_c_is_exact_up_to_the_edge_of_what_is_stable(
    load: float, spare: float, threshold: float
) -> None:
    servers, service = round(load + spare), 300.0
    rate = load / service
    with mp.workdps(60):
        exact_load = mpf(rate) * service
        below, term = mpf(0), mpf(1)
        for k in range(servers, 0, -1):
            term *= k / exact_load
            below += term
        queue = servers / (servers - exact_load)
        p_wait = queue / (below + queue)
        wait = p_wait * service / (servers - exact_load)
        wanted = {
            "p_wait": p_wait,
            "service_level": 1 - p_wait * mp.exp(-(servers - exact_load) * threshold / service),
            "asa_answered": wait,
            "mean_wait_all": wait,
            "mean_queue": wait * rate,
            "occupancy": exact_load / servers,
        }
        assert_exact(erlang_c(rate, service, servers, threshold), wanted)


CASES_OF_A = [
    # load, mean service, patience, servers, threshold
    (0.01, 450, 300, 1, 30),
    (0.01, 450, 2, 3, 30),
    (7.5, 450, 300, 8, 30),
    (7.5, 450, 300, 8, 0),
    (7.5, 450, 300, 8, 3000),
    (7.5, 450, 300, 2, 30),
    (7.5, 450, 300, 40, 30),
    (7.5, 3600, 1, 1, 30),
    (2.0, 121, 3, 2, 0),
    (2.0, 3600, 1, 2, 30),
    (5.0, 10, 14_400, 5, 600),
    (60.0, 60, 7200, 60, 1),
    (60.0, 450, 20, 30, 120),
    (60.0, 450, 600, 20, 30),
    (1000.0, 300, 120, 1000, 30),
    (1000.0, 300, 5, 100, 30),
    (10_000.0, 300, 60, 10_100, 30),
    (10_000.0, 300, 30, 9500, 10),
]


@pytest.mark.parametrize(("load", "service", "patience", "servers", "threshold"), CASES_OF_A)
@pytest.mark.parametrize("places", [None, 0, 1, 25])
def test_erlang_a_is_exact_with_and_without_an_end_to_the_line(
    load: float, service: float, patience: float, servers: int, threshold: float, places: int | None
) -> None:
    rate = load / service
    capacity = None if places is None else servers + places
    found = erlang_a(rate, service, patience, servers, threshold, capacity)
    assert_exact(found, high_precision(rate, service, patience, servers, threshold, capacity))


@pytest.mark.parametrize(
    ("load", "service", "patience", "servers", "threshold"),
    [(10_000, 300, 7200, 5000, 30), (10_000, 300, 7200, 5000, 4000), (10_000, 60, 36_000, 9900, 120)],
)
def test_erlang_a_is_exact_where_the_queue_is_longer_than_sums_can_reach(
    load: float, service: float, patience: float, servers: int, threshold: float
) -> None:
    # Integrals of the waiting density (Baccelli and Hebuterne) by mpmath, split around the peak.
    rate = load / service
    with mp.workdps(22):
        a, r, c, t = mpf(rate) * service, mpf(service) / patience, servers, mpf(threshold) / service
        peak = mp.log(a / c) / r
        spread = 1 / mp.sqrt(c * r)

        def height(v: mpf) -> mpf:
            return a * -mp.expm1(-r * v) / r - c * v

        top = height(peak)
        inner = [peak + spread * n for n in range(-14, 15, 2)]
        edges = sorted({v for v in [*inner, t] if inner[0] <= v <= inner[-1]})

        def integral(weight: object, upto: mpf | None = None) -> mpf:
            ends = [v for v in edges if upto is None or v <= upto]
            if len(ends) < 2:
                return mpf(0)
            return mp.quad(lambda v: weight(v) * mp.exp(height(v) - top), ends)  # type: ignore[operator]

        everybody = integral(lambda v: mpf(1))
        answered = integral(lambda v: mp.exp(-r * v)) / everybody
        wanted = {
            "p_wait": mpf(1),
            "p_abandon": integral(lambda v: -mp.expm1(-r * v)) / everybody,
            "p_answered": answered,
            "asa_answered": integral(lambda v: v * mp.exp(-r * v)) / everybody / answered * service,
        }
        if t > inner[0]:
            wanted["service_level"] = integral(lambda v: mp.exp(-r * v), t) / everybody
        assert_exact(erlang_a(rate, service, patience, servers, threshold), wanted)


LOADS = st.floats(0.01, 300)
SECONDS = st.floats(5, 4000)


@given(LOADS, SECONDS, st.floats(1, 20_000), st.integers(1, 400), st.floats(0, 900), st.integers(0, 300))
def test_everybody_offered_is_answered_gives_up_or_finds_no_place(
    load: float, service: float, patience: float, servers: int, threshold: float, places: int
) -> None:
    rate = load / service
    for capacity in (None, servers + places):
        found = erlang_a(rate, service, patience, servers, threshold, capacity)
        assert found.p_abandon + found.p_block + found.p_answered == pytest.approx(1, abs=1e-12)
        assert 0 <= found.service_level <= found.p_answered + 1e-12
        assert found.service_level_of_answered <= 1 + 1e-12
        # Little's law, and who gives up does so after their patience on average.
        let_in = rate * (1 - found.p_block)
        assert found.mean_queue == pytest.approx(let_in * found.mean_wait_all, rel=1e-9)
        assert found.p_abandon == pytest.approx(found.mean_queue / patience / rate, rel=1e-9, abs=1e-290)


@given(LOADS, SECONDS, st.floats(1, 20_000), st.integers(1, 400), st.floats(0, 900))
def test_a_line_that_never_fills_is_a_line_without_an_end(
    load: float, service: float, patience: float, servers: int, threshold: float
) -> None:
    # Two computations that share nothing but the states below `servers`: integrals and sums.
    rate = load / service
    places = 1000 + int(
        30 * (1 + math.sqrt(rate * patience)) + max(0.0, (load - servers) * patience / service)
    )
    endless = erlang_a(rate, service, patience, servers, threshold)
    long = erlang_a(rate, service, patience, servers, threshold, servers + places)
    for name in ("p_wait", "p_abandon", "service_level", "asa_answered", "mean_wait_all", "occupancy"):
        assert getattr(endless, name) == pytest.approx(getattr(long, name), rel=EXACT, abs=1e-280), name


@given(LOADS, SECONDS, st.integers(1, 400))
def test_without_places_to_wait_erlang_a_is_erlang_b(load: float, service: float, servers: int) -> None:
    found = erlang_a(load / service, service, 60.0, servers, capacity=servers)
    assert found.p_block == pytest.approx(erlang_b(load, servers), rel=1e-11, abs=1e-290)
    assert (found.p_wait, found.p_abandon, found.mean_queue) == (0, 0, 0)


@given(LOADS, SECONDS, st.floats(1, 200), st.floats(0, 900))
def test_the_more_patient_callers_are_the_nearer_erlang_a_comes_to_erlang_c(
    load: float, service: float, spare: float, threshold: float
) -> None:
    servers = math.ceil(load + spare)
    patient = erlang_a(load / service, service, 1e13, servers, threshold)
    endless = erlang_a(load / service, service, math.inf, servers, threshold)
    assert endless == erlang_c(load / service, service, servers, threshold)
    assert patient.service_level == pytest.approx(endless.service_level, rel=1e-6)
    assert patient.mean_wait_all == pytest.approx(endless.mean_wait_all, rel=1e-5, abs=1e-280)


def test_a_finite_line_whose_callers_never_give_up_may_be_overrun() -> None:
    # M/M/1/3 with load 2: the four states weigh 1, 2, 4, 8.
    found = erlang_a(2 / 100, 100, math.inf, 1, 30, capacity=3)
    assert found.p_block == pytest.approx(8 / 15, rel=1e-12)
    assert found.p_wait == pytest.approx(6 / 7, rel=1e-12)
    assert found.mean_queue == pytest.approx((4 * 1 + 8 * 2) / 15, rel=1e-12)
    within = 1 - math.exp(-0.3) * Fraction(1)
    two = within - 0.3 * math.exp(-0.3)
    assert found.service_level == pytest.approx((1 + 2 * within + 4 * two) / 15, rel=1e-12)


def test_the_two_averages_are_not_mixed_up() -> None:
    # One server, always busy in the limit: those answered were the patient ones, so they waited for less.
    found = erlang_a(10 / 100, 100, 100, 1)
    assert found.asa_answered != pytest.approx(found.mean_wait_all, rel=0.01)
    shared = found.p_answered * found.asa_answered
    assert shared < found.mean_wait_all


@pytest.mark.parametrize("load", [8.0, 8.0 + 1e-9, 50.0, 8.0 - 1e-15])
def test_erlang_c_says_that_a_queue_without_end_has_no_end(load: float) -> None:
    found = erlang_c(load / 100, 100, 8)
    assert (found.p_wait, found.service_level, found.occupancy) == (1, 0, 1)
    assert found.asa_answered == found.mean_wait_all == found.mean_queue == math.inf
    assert found.p_abandon == 0


@given(
    st.floats(0.01, 500),
    SECONDS,
    st.floats(0.01, 0.999),
    st.floats(0, 300),
    st.one_of(st.none(), st.floats(2, 5000)),
)
def test_one_handler_fewer_than_required_misses_the_target(
    load: float, service: float, target: float, threshold: float, patience: float | None
) -> None:
    rate = load / service

    def level(servers: int) -> float:
        if patience is None:
            return erlang_c(rate, service, servers, threshold).service_level
        return erlang_a(rate, service, patience, servers, threshold).service_level

    found = required_servers(rate, service, target, threshold, patience)
    assert level(found) >= target
    assert found == 1 or level(found - 1) < target


def test_the_service_level_rises_with_each_server() -> None:
    levels = [erlang_a(0.2, 300, 120, servers).service_level for servers in range(1, 120)]
    assert all(before <= after for before, after in pairwise(levels))
    assert levels[0] < 0.05 and levels[-1] > 0.999999


def test_without_calls_nobody_waits() -> None:
    for found in (erlang_c(0, 300, 1), erlang_a(0, 300, 60, 1), erlang_a(0, 300, 60, 1, capacity=2)):
        assert (found.service_level, found.p_wait, found.asa_answered, found.occupancy) == (1, 0, 0, 0)
    assert erlang_b(0, 1) == 0
    assert required_servers(0, 300, 0.9) == 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: erlang_b(-1, 3), "offered load is -1"),
        (lambda: erlang_b(math.nan, 3), "offered load is nan"),
        (lambda: erlang_b(1, 2.5), "number of servers is 2.5; it must be a whole number, 0 or more"),  # type: ignore[arg-type]
        (lambda: erlang_b(1, -1), "number of servers is -1"),
        (lambda: erlang_c(-0.1, 300, 3), "arrival rate is -0.1; it must be a finite number, 0 or more"),
        (lambda: erlang_c(math.inf, 300, 3), "arrival rate is inf"),
        (lambda: erlang_c(0.1, 0, 3), "mean service time is 0; it must be a finite number above 0"),
        (lambda: erlang_c(0.1, 300, 0), "number of servers is 0; it must be a whole number, 1 or more"),
        (lambda: erlang_c(0.1, 300, True), "number of servers is True"),
        (lambda: erlang_c(0.1, 300, 3, -1), "threshold is -1"),
        (lambda: erlang_c(1e-300, 1e-300, 3), "too small to tell from none"),
        (lambda: erlang_a(0.1, 300, 0, 3), "mean patience is 0"),
        (lambda: erlang_a(0.1, 300, math.nan, 3), "mean patience is nan"),
        (lambda: erlang_a(0.1, 300, 60, 3, capacity=2), "capacity of 2 calls is below the 3 servers"),
        (lambda: erlang_a(0.1, 300, 60, 3, capacity=4.5), "capacity is 4.5; it must be a whole number"),  # type: ignore[arg-type]
        (lambda: required_servers(0.1, 300, 1.2), "target 1.2 is not a share between 0 and 1"),
        (lambda: required_servers(0.1, 300, 1), "no number of servers reaches 1"),
        (lambda: required_servers(0.1, 300, math.nan), "target nan"),
        (lambda: required_servers(0.1, 300, 0.9, mean_patience=-5), "mean patience is -5"),
    ],
)
def test_a_number_that_no_queue_can_have_gets_its_own_sentence(call: object, sentence: str) -> None:
    with pytest.raises(QueueingRefused) as refused:
        call()  # type: ignore[operator]
    assert sentence in str(refused.value)


def test_a_result_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        erlang_c(0.1, 300, 40).p_wait = 0.5  # type: ignore[misc]


def test_the_staff_command_prints_what_the_planner_needs() -> None:
    asked = ["staff", "--calls-per-hour", "60", "--aht", "450", "--patience", "300", "--within", "30"]
    answer = CliRunner().invoke(commands, [*asked, "--target", "0.9", "--json"])
    figures = json.loads(answer.output)
    assert list(figures) == ["servers", "service_level", "p_abandon", "asa_answered", "occupancy"]
    wanted = high_precision(60 / 3600, 450, 300, figures["servers"], 30, None)
    for name in ("service_level", "p_abandon", "asa_answered", "occupancy"):
        assert figures[name] == pytest.approx(float(wanted[name]), rel=EXACT)
    assert required_servers(60 / 3600, 450, 0.9, 30, 300) == figures["servers"]
    table = CliRunner().invoke(commands, asked)
    assert f"{figures['servers']}" in table.output and "gave up" in table.output


def test_the_staff_command_refuses_in_a_sentence() -> None:
    answer = CliRunner().invoke(commands, ["staff", "--calls-per-hour", "-4", "--aht", "450"])
    assert isinstance(answer.exception, QueueingRefused)
    assert str(answer.exception).startswith("-4 calls an hour")
