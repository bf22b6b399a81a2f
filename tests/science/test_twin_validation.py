"""The exact solvers agree with each other where they must, and the twin with them, in a short form."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from darwin.science.queueing import erlang_a, erlang_c
from validation import cases, cases_of_several, formulas
from validation.__main__ import all_cases
from validation.days import Spell, repeated_day
from validation.judging import FURTHEST, Case, judge, spread_of
from validation.models import Kind, Phase, beside_chats, kept_back, phased_line, redialling, skilled

RATE, TALK, PATIENCE, SERVERS = 50 / 3600, 300.0, 120.0, 4
NAMES = ("p_wait", "p_abandon", "mean_wait_all", "occupancy")


def chains_of_erlang_a() -> dict[str, dict[str, float]]:
    """The same queue as each chain sees it."""
    half, rest = Kind(RATE / 2, TALK, PATIENCE), Kind(RATE / 2, TALK, PATIENCE)
    kept = kept_back([half, rest], SERVERS, 0, 35)
    both = skilled([half, rest], [(SERVERS, (0, 1))], 35)
    chats = beside_chats(Kind(1e-12, 1.0, 1.0), Kind(RATE, TALK, PATIENCE), SERVERS, 35)[1]
    return {
        "phases": phased_line(RATE, [Phase(1 / TALK)], [1.0], SERVERS, gives_up=1 / PATIENCE, cut=60),
        "redials": redialling(RATE, TALK, SERVERS, PATIENCE, 0.0, 60.0, cut=(60, 1)),
        "skills": _together(both) | {"occupancy": both[0]["occupancy_0"]},
        "kept back": _together(kept) | {"occupancy": kept[0]["occupancy"]},
        "chats": {name: chats[name] for name in NAMES[:3]},
        "days": repeated_day([Spell(43_200, RATE, SERVERS)] * 2, TALK, PATIENCE).figures,
    }


def _together(kinds: list[dict[str, float]]) -> dict[str, float]:
    return {name: (kinds[0][name] + kinds[1][name]) / 2 for name in NAMES[:3]}


def test_every_chain_gives_erlang_a_where_it_is_erlang_a() -> None:
    exact = erlang_a(RATE, TALK, PATIENCE, SERVERS)
    for name, figures in chains_of_erlang_a().items():
        for figure in NAMES:
            if figure in figures:
                assert figures[figure] == pytest.approx(getattr(exact, figure), rel=1e-7), (name, figure)


def test_finite_lines_block_alike_in_every_chain() -> None:
    exact = erlang_a(RATE, TALK, PATIENCE, SERVERS, capacity=6)
    of_phases = phased_line(RATE, [Phase(1 / TALK)], [1.0], SERVERS, gives_up=1 / PATIENCE, lines=6, cut=9)
    of_redials = redialling(RATE, TALK, SERVERS, PATIENCE, 0.0, 60.0, lines=6, cut=(9, 1))
    of_days = repeated_day([Spell(43_200, RATE, SERVERS)] * 2, TALK, PATIENCE, lines=6, cut=9).figures
    for figures in (of_phases, of_redials, of_days):
        for figure in (*NAMES, "p_block"):
            assert figures[figure] == pytest.approx(getattr(exact, figure), rel=1e-7), figure


def test_phases_with_one_handler_give_pollaczek_and_khinchine() -> None:
    rate, talk, wrap = 24 / 3600, 60.0, 30.0
    found = phased_line(rate, [Phase(1 / talk, after=1), Phase(1 / wrap)], [1, 0], 1, cut=150)
    square = formulas.square_of(talk, 1) + 2 * talk * wrap + formulas.square_of(wrap, 1)
    assert found["mean_wait_all"] == pytest.approx(
        formulas.mean_wait_of_one_server(rate, talk + wrap, square), rel=1e-8
    )


def test_constant_talk_waits_as_often_and_as_long_as_erlang_found() -> None:
    rate, talk = 30 / 3600, 80.0
    assert formulas.wait_within_of_constant_work(rate, talk, 0.0) == pytest.approx(1 - rate * talk)
    grid = np.linspace(0, 1600, 801)
    later = [1 - formulas.wait_within_of_constant_work(rate, talk, float(t)) for t in grid]
    mean = float(np.trapezoid(later, grid))
    assert mean == pytest.approx(formulas.mean_wait_of_one_server(rate, talk, talk**2), rel=1e-4)


def test_priorities_keep_the_work_and_many_servers_include_one() -> None:
    rates, talk = [20 / 3600, 25 / 3600], 60.0
    one = formulas.waits_by_priority(rates, [talk, talk], [2 * talk**2] * 2)
    assert formulas.waits_by_priority_of_many(rates, talk, 1) == pytest.approx(one, rel=1e-12)
    many = formulas.waits_by_priority_of_many(rates, 300, 6)
    mean = sum(rate * wait for rate, wait in zip(rates, many, strict=True)) / sum(rates)
    assert mean == pytest.approx(erlang_c(sum(rates), 300, 6).mean_wait_all, rel=1e-12)


def test_when_handlers_become_fewer_nobody_new_is_answered_until_enough_have_gone() -> None:
    # Six then one: by number the first five to finish go; in shifts the one who came answers at once.
    spells = [Spell(7200, 40 / 3600, number) for number in (6, 1)]
    shifts = [Spell(each.seconds, each.rate, each.handlers, relief=True) for each in spells]
    by_number, by_shift = repeated_day(spells, 900, 300), repeated_day(shifts, 900, 300)
    assert by_number.figures["p_abandon"] > by_shift.figures["p_abandon"] + 0.01
    # Where it never becomes fewer there is nothing to tell apart.
    same = [Spell(7200, rate, 4) for rate in (0.005, 0.012)]
    even = repeated_day(same, 300, 120).figures
    halves = [Spell(3600, each.rate, 4) for each in same for _ in range(2)]
    assert repeated_day(halves, 300, 120).figures == pytest.approx(even, rel=1e-9)


def test_the_spread_of_normal_deviates_is_found_normal_and_of_wider_ones_not() -> None:
    deviates = np.random.default_rng(7).standard_normal(400)
    fair, wide = spread_of(list(deviates)), spread_of(list(2 * deviates))
    assert fair.chi_square_chance > 0.001 and fair.distance_chance > 0.001
    assert wide.chi_square_chance < 1e-6 and wide.distance_chance < 1e-3
    assert spread_of(list(deviates + 1)).distance_chance < 1e-6


SHORT = (
    cases.erlang_a_cases,
    cases.finite_line_cases,
    cases_of_several.redial_cases,
    cases_of_several.chat_cases,
    cases_of_several.transfer_cases,
)


def _beyond(case: Case, replications: int, seed: int) -> list[str]:
    return [
        f"{case.name}: {each.check.title} {each.mean:.6g} not {each.check.exact:.6g}, z {each.z:.1f}"
        for each in judge(case, replications=replications, seed=seed, threads=1)
        if abs(each.z) > FURTHEST
    ]


@pytest.mark.parametrize("maker", SHORT)
def test_the_twin_agrees_with_exact_results(maker: Callable[[], list[Case]]) -> None:
    assert not _beyond(maker()[0], 12, seed=20_000)


def test_a_figure_that_is_five_per_cent_wrong_is_found_out() -> None:
    case = cases.erlang_a_cases()[0]
    wrong = replace(case.checks[0], exact=case.checks[0].exact * 1.05)
    assert _beyond(replace(case, checks=(wrong,)), 12, seed=20_000)


@pytest.mark.nightly
def test_the_twin_agrees_with_every_exact_result() -> None:
    """Of some four hundred figures one lies beyond four errors by chance once in forty sets of seeds. So what
    does is played again, ten times as often and with other streams: an error of the twin is then far beyond.
    """
    every = all_cases()
    assert len(every) >= 60
    suspected = [case for seed, case in enumerate(every, 30_000) if _beyond(case, 40, seed)]
    assert len(suspected) <= 2
    assert not [line for seed, case in enumerate(suspected, 40_000) for line in _beyond(case, 400, seed)]
