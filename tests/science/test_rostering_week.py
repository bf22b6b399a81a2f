"""The roster of one week: equal to an exact model of another make, lawful by another reading, explained."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from darwin.science.rostering.annealing import anneal_cover
from darwin.science.rostering.clashes import RosterImpossible
from darwin.science.rostering.instance import read_instance
from darwin.science.rostering.patterns import patterns_of
from darwin.science.rostering.tours import match_days, settle
from darwin.science.rostering.weekly import WeekRoster, solve_instance

_SPEC = importlib.util.spec_from_file_location(
    "roster_checker", Path(__file__).parents[2] / "bench" / "roster_checker.py"
)
assert _SPEC and _SPEC.loader
roster_checker = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(roster_checker)

LONG = 600.0
A_DAY = 6  # slots of four hours


def answered(data: dict[str, Any], seconds: float = LONG) -> tuple[dict[str, Any], WeekRoster]:
    instance = read_instance(json.dumps(data))
    roster = solve_instance(instance, seconds=seconds, threads=2)
    answer = {
        "paid_hours": instance.hours(roster.paid),
        "bound": instance.hours(roster.bound),
        "gap": roster.gap,
        "tours": roster.tours,
    }
    return answer, roster


def exact_cost(data: dict[str, Any]) -> float | None:
    """The least paid hours by a binary for each agent and pattern; pairs of patterns exclude each other."""
    slots, rules = 7 * A_DAY, data["rules"]
    duties = [
        (day, start, kind, offset)
        for day in range(7)
        for start in data["shift_starts_slot_of_day"]
        for kind, shift in enumerate(data["shift_types"])
        for offset in (shift["break_start_offset_slots"] or [0])
    ]
    types = data["shift_types"]
    hours = np.array([types[kind]["paid_h"] for _, _, kind, _ in duties])
    cover = np.zeros((slots, len(duties)))
    for n, (day, start, kind, offset) in enumerate(duties):
        for step in range(round(types[kind]["length_h"] / 4)):
            if not offset <= step < offset + types[kind]["break_slots"]:
                cover[(day * A_DAY + start + step) % slots, n] = 1
    clash = []
    for one in range(len(duties)):
        for two in range(one + 1, len(duties)):
            if _excluded(data, duties[one], duties[two]):
                row = np.zeros(len(duties))
                row[[one, two]] = 1
                clash.append(row)
    own = np.array([*clash, np.ones(len(duties)), hours])
    limit = [1.0] * len(clash) + [rules["max_shifts_per_week"], rules["max_paid_hours"]]
    people = data["agents"]
    found = milp(
        np.tile(hours, people),
        constraints=[
            LinearConstraint(np.tile(cover, people), np.array(data["requirement"]), np.inf),
            LinearConstraint(np.kron(np.eye(people), own), -np.inf, np.tile(limit, people)),
        ],
        integrality=np.ones(people * len(duties)),
        bounds=Bounds(0, 1),
    )
    return float(found.fun) if found.success else None


def _excluded(data: dict[str, Any], one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    if data["rules"]["one_shift_start_per_day"] and one[0] == two[0]:
        return True
    begins = [day * 24 + start * 4 for day, start, _, _ in (one, two)]
    ends = [
        begin + data["shift_types"][duty[2]]["length_h"]
        for begin, duty in zip(begins, (one, two), strict=True)
    ]
    rest = data["rules"]["min_rest_hours"]
    gaps = (
        (begins[1] - begins[0]) % 168 - (ends[0] - begins[0]),
        (begins[0] - begins[1]) % 168 - (ends[1] - begins[1]),
    )
    return min(gaps) < rest


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, Any]:
    needs = draw(st.lists(st.sampled_from([0, 0, 0, 0, 1, 1, 2]), min_size=7 * A_DAY, max_size=7 * A_DAY))
    types = draw(
        st.lists(
            st.sampled_from(
                [
                    {"length_h": 8, "paid_h": 7.5, "break_slots": 0, "break_start_offset_slots": []},
                    {"length_h": 12, "paid_h": 11.0, "break_slots": 0, "break_start_offset_slots": []},
                    {"length_h": 16, "paid_h": 12.5, "break_slots": 1, "break_start_offset_slots": [1, 2]},
                ]
            ),
            min_size=1,
            max_size=2,
            unique_by=lambda shift: shift["length_h"],
        )
    )
    return {
        "name": "drawn",
        "slot_minutes": 240,
        "requirement": needs,
        "agents": draw(st.integers(2, 4)),
        "shift_starts_slot_of_day": draw(st.sampled_from([[0, 2, 4], [1, 3, 5], [0, 1, 3]])),
        "shift_types": types,
        "rules": {
            "max_shifts_per_week": draw(st.integers(3, 6)),
            "max_paid_hours": draw(st.sampled_from([30, 45, 60])),
            "min_rest_hours": draw(st.sampled_from([8, 11, 16])),
            "one_shift_start_per_day": draw(st.booleans()),
        },
    }


SLOW = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@SLOW
@given(weeks())
def test_the_cost_is_that_of_an_exact_model_and_no_rule_is_broken(data: dict[str, Any]):
    expected = exact_cost(data)
    if expected is None:
        with pytest.raises(RosterImpossible, match=r"\w"):
            answered(data)
        return
    answer, _ = answered(data)
    assert roster_checker.broken(data, answer) == []
    assert answer["paid_hours"] == pytest.approx(expected)
    assert answer["bound"] <= expected + 1e-9


@settings(SLOW, max_examples=4)
@given(weeks())
def test_one_more_person_never_costs_more(data: dict[str, Any]):
    try:
        _, roster = answered(data)
    except RosterImpossible:
        return
    _, more = answered(data | {"agents": data["agents"] + 1})
    assert more.bound <= roster.paid and more.paid <= roster.paid


def ordinary(**changes: Any) -> dict[str, Any]:
    """Round the clock, three at a time by day and two by night."""
    return {
        "name": "ordinary",
        "slot_minutes": 60,
        "requirement": ([2] * 7 + [3] * 15 + [2] * 2) * 7,
        "agents": 16,
        "shift_starts_slot_of_day": [7, 15, 23],
        "shift_types": [{"length_h": 8, "paid_h": 8, "break_slots": 0, "break_start_offset_slots": []}],
        "rules": {
            "max_shifts_per_week": 5,
            "max_paid_hours": 40,
            "min_rest_hours": 11,
            "one_shift_start_per_day": True,
        },
    } | changes


def test_the_same_week_gives_the_same_roster():
    assert answered(ordinary())[1] == answered(ordinary())[1]


def test_a_week_at_the_limit_of_its_people_is_proven():
    # 56 shifts of eight hours; 12 people may work 60.
    answer, roster = answered(ordinary(agents=12))
    assert roster_checker.broken(ordinary(agents=12), answer) == []
    assert (answer["paid_hours"], answer["bound"], roster.limit_hit) == (448.0, 448.0, False)


def test_nights_and_weekends_are_spread():
    _, roster = answered(ordinary())
    nights = [sum(start == 23 for _, start, _, _ in tour) for tour in roster.tours]
    weekends = [sum(day >= 5 for day, _, _, _ in tour) for tour in roster.tours]
    assert max(nights) - min(nights) <= 2
    assert max(weekends) - min(weekends) <= 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"agents": 2}, "Monday 07:00 needs 3, and there are 2 people."),
        ({"shift_starts_slot_of_day": [7, 15]}, "Monday 00:00 needs 2, and no shift can be at work then"),
        (
            {"agents": 11, "rules": {"max_shifts_per_week": 5, "max_paid_hours": 60}},
            "the shifts that 11 people may work (55). Cover alone takes at least 448 paid hours.",
        ),
        (
            {"rules": {"max_shifts_per_week": 7, "max_paid_hours": 24}},
            "the paid hours that 16 people may work (384)",
        ),
    ],
)
def test_what_cannot_be_covered_is_told_by_the_rules_that_clash(changes: dict[str, Any], words: str):
    with pytest.raises(RosterImpossible) as told:
        answered(ordinary(**changes))
    assert words in str(told.value)


def test_a_clash_names_no_rule_that_is_not_needed_for_it():
    with pytest.raises(RosterImpossible) as told:
        answered(ordinary(agents=11))
    assert "rest" not in str(told.value) and "start a day" not in str(told.value)


def test_rest_is_kept_over_the_end_of_the_week():
    # One person, a late shift on Sunday and an early one on Monday: ten hours lie between them.
    needs = [0] * 168
    needs[7:15] = [1] * 8
    needs[6 * 24 + 13 : 6 * 24 + 21] = [1] * 8
    data = ordinary(agents=1, requirement=needs, shift_starts_slot_of_day=[7, 13])
    with pytest.raises(RosterImpossible) as told:
        answered(data)
    assert "11 hours of rest" in str(told.value)
    answer, _ = answered(data | {"rules": data["rules"] | {"min_rest_hours": 10}})
    assert answer["paid_hours"] == 16


def test_annealing_covers_and_gives_the_same_twice():
    instance = read_instance(json.dumps(ordinary()))
    patterns = patterns_of(instance)
    required = np.array(instance.requirement)
    runs = [
        anneal_cover(
            patterns,
            required,
            begin=np.zeros(patterns.class_of.size, dtype=np.int64),
            most_shifts=80,
            steps=200_000,
            seed=1,
            enough=lambda: False,
        )
        for _ in range(2)
    ]
    first, second = runs
    assert first is not None and second is not None
    assert (first == second).all()
    assert (patterns.cover(first, instance.slots) >= required).all()
    # The least that covers is 56 shifts: two nights, three earlies and three lates on seven days.
    assert first.sum() == 56


def test_people_are_settled_exactly_where_matching_day_by_day_is_not_given_a_chance():
    instance = read_instance(json.dumps(ordinary(agents=12)))
    patterns = patterns_of(instance)
    wanted = np.array([3, 3, 2] * 7)
    nobody: list[list[int]] = [[] for _ in instance.agents]
    settled = settle(instance, patterns, wanted=wanted, hint=nobody, seconds=LONG, threads=1)
    assert settled.weeks is not None
    assert (np.bincount(np.concatenate(settled.weeks).astype(int), minlength=21) == wanted).all()
    assert max(map(len, settled.weeks)) <= 5


def test_matching_gives_every_shift_to_rested_people_where_there_is_room():
    instance = read_instance(json.dumps(ordinary()))
    weeks_found, left = match_days(instance, patterns_of(instance), np.array([3, 3, 2] * 7))
    assert left.sum() == 0
    assert sum(map(len, weeks_found)) == 56


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda answer: answer["tours"][0].append([0, 7, 0, 0]), "two shifts start on one day"),
        (lambda answer: answer["tours"].pop(), "tours for"),
        (lambda answer: answer.update(paid_hours=1), "paid hours are"),
        (lambda answer: answer["tours"][0].clear(), "needs"),
    ],
)
def test_the_checker_sees_what_is_wrong(spoil: Any, words: str):
    data = ordinary()
    answer, _ = answered(data)
    answer = json.loads(json.dumps(answer))
    answer["tours"].sort(key=lambda tour: all(day != 0 for day, *_ in tour))
    spoil(answer)
    assert any(words in fault for fault in roster_checker.broken(data, answer))
