"""The published experiment: its page is what its results say, and its results are what the command finds."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.leicestershire import __main__ as command
from experiments.leicestershire.centre import (
    ASSUMED,
    BOTH,
    CALLERS,
    DESK_101,
    DESK_999,
    LEVERS,
    Centre,
    paid_hours,
)
from experiments.leicestershire.measuring import (
    Measured,
    broken_guardrails,
    difference,
    relative_change,
    worst_half_hour,
)
from experiments.leicestershire.page import page
from experiments.leicestershire.rosters import _presence, _waits, before_roster, fitted
from experiments.leicestershire.simulating import simulated

KEPT = json.loads((Path(command.HERE) / "results.json").read_text("utf-8"))


def centre(*levers: str) -> Centre:
    rosters = {DESK_101: before_roster("101", 180), DESK_999: before_roster("999", 120)}
    return Centre(23_000.0, rosters, frozenset(levers))


def test_the_page_is_what_the_kept_results_say() -> None:
    assert (command.DOCS / "leicestershire.md").read_text("utf-8") == page(KEPT)


def test_every_assumption_has_its_source() -> None:
    def without(values: Any, place: str) -> list[str]:
        if not isinstance(values, dict) or "source" in values:
            return []
        if any(not isinstance(value, dict) for value in values.values()):
            return [place]
        return [each for key, value in values.items() for each in without(value, f"{place}.{key}")]

    told = {key: value for key, value in ASSUMED.items() if key not in ("experiment", "guardrails")}
    assert without(told, "") == []


@pytest.mark.parametrize("reading", ["A", "B"])
@pytest.mark.parametrize("lever", ["", "skills", "callback", "online", "repeats"])
def test_a_row_that_is_published_is_what_the_twin_finds(reading: str, lever: str) -> None:
    """The rows that need no solver, again in a few months of another seed: 4 standard errors of both."""
    published = KEPT["readings"][reading]
    before = published["before"]
    rosters = {
        DESK_101: before_roster("101", before["person_shifts_101"]),
        DESK_999: before_roster("999", before["person_shifts_999"]),
    }
    levers = frozenset({lever} - {""})
    found = simulated(Centre(before["first_calls"], rosters, levers, before["absence"]), 8, seed=1, threads=1)
    row = published["alone"][lever]["month"] if lever else before
    for name in ("in time", "share in time", "gave up", "wait of answered", "wait of all", "999 in time"):
        mean, width = row[name]
        mine = found.estimate(name)
        error = math.hypot(width / 1.97, mine.half_width / 2.36)
        assert mine.mean == pytest.approx(mean, abs=4 * error), name


@pytest.mark.nightly
def test_the_short_form_finds_what_is_published(tmp_path: Path) -> None:
    """Four months instead of two hundred, so within what four months can say: 4 standard errors."""
    command.main(["--short", str(tmp_path)])
    short = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert (tmp_path / "leicestershire.md").read_text("utf-8") == page(short)
    for reading, levers in (("A", "together"), ("B", "together")):
        for name in ("in time", "gave up", "wait of answered"):
            mine, width = short["readings"][reading][levers]["change"][name]
            published = KEPT["readings"][reading][levers]["change"][name][0]
            # The before is sized with four months too: beside the interval it may be a person-shift off.
            assert mine == pytest.approx(published, abs=4 * width + 0.10), (reading, name)


@pytest.mark.parametrize("lever", [(), *((each,) for each in LEVERS), LEVERS])
def test_every_lever_makes_a_scenario_with_the_same_callers(lever: tuple[str, ...]) -> None:
    from darwin.science.twin.scenario import read_scenario

    found = centre(*lever)
    scenario = read_scenario(found.scenario(28))
    month = {each.name: sum(each.rate) * 1800 * 4 for each in scenario.types}
    of_101 = sum(month[f"101 {name}"] for name in CALLERS)
    moved = month["online"] - ASSUMED["volume"]["online_reports"]["value"]
    avoided = 23_000 * 0.13 * 0.25 if "repeats" in lever else 0.0
    assert of_101 + moved + avoided == pytest.approx(23_000)
    assert (moved > 1) == ("online" in lever)


@pytest.mark.parametrize(("line", "shifts"), [("101", 150), ("101", 151), ("999", 97)])
def test_the_roster_of_before_has_the_person_shifts_it_was_asked_for(line: str, shifts: int) -> None:
    assert sum(shift.people for shift in before_roster(line, shifts)) == shifts


def test_a_team_of_before_is_as_large_by_night_where_teams_are_equal() -> None:
    found = before_roster("101", 210, equal_teams=True)
    tuesday = {shift.start: shift.people for shift in found if shift.weekday == 1}
    assert max(tuesday.values()) - min(tuesday.values()) <= 1


@pytest.mark.parametrize("levers", [(), ("skills",)])
def test_a_fitted_roster_pays_no_more_hours_and_leaves_no_half_hour_empty(levers: tuple[str, ...]) -> None:
    before = centre(*levers)
    after = fitted(before)
    assert paid_hours(after.rosters.values()) <= paid_hours(before.rosters.values())
    assert set(after.rosters) == ({BOTH} if levers else {DESK_101, DESK_999})
    for roster in after.rosters.values():
        there = np.zeros(336)
        for shift in roster:
            for slot, share in enumerate(_presence(shift.hours)):
                there[(shift.weekday * 48 + shift.start * 2 + slot) % 336] += share * shift.people
        assert there.min() * (1 - before.absence) >= 1 - 1e-6


@given(st.floats(1, 120), st.floats(200, 900), st.floats(100, 1800))
@settings(max_examples=30, deadline=None)
def test_one_more_handler_never_spares_more_waiting_than_the_one_before(
    rate: float, length: float, patience: float
) -> None:
    """Without it the fitted roster would not be the best one."""
    spared = -np.diff(_waits(rate, length, patience))
    assert (np.diff(spared) <= 1e-6 * spared[0]).all()


def month(**measures: list[float]) -> Measured:
    """A month in which every measure has denominators of 100 and the numerators given, else 50."""
    names = ["in time", "gave up", "wait"]
    every = {f"{name} {group}": [50.0] * 4 for name in names for group in CALLERS}
    every |= {"999 in time": [95.0] * 4, "busy both": [80.0] * 4}
    every |= {name.replace("_", " "): values for name, values in measures.items()}
    found = {name: np.column_stack([values, [100.0] * 4]) for name, values in every.items()}
    return Measured(found, np.tile([[5.0, 10.0]], (4, 336, 1)))


def test_a_change_that_is_the_same_in_every_month_has_no_interval() -> None:
    before, after = month(wait_other=[40.0, 50.0, 60.0, 70.0]), month(wait_other=[44.0, 55.0, 66.0, 77.0])
    change = relative_change(before, after, "wait other")
    assert change.mean == pytest.approx(0.1)
    assert change.half_width == pytest.approx(0.0, abs=1e-12)


def test_the_interval_of_a_difference_is_that_of_a_paired_t() -> None:
    before, after = month(wait_other=[40.0, 50.0, 60.0, 70.0]), month(wait_other=[41.0, 53.0, 62.0, 72.0])
    change = difference(before, after, "wait other")
    # Differences 0.01, 0.03, 0.02, 0.02: deviation 0.00816; t(0.975, 3) = 3.182446.
    assert change.mean == pytest.approx(0.02)
    assert change.half_width == pytest.approx(3.182446 * math.sqrt(2 / 3) * 0.01 / 2, rel=1e-5)


@pytest.mark.parametrize(
    ("measures", "sentence"),
    [
        ({"999_in_time": [94.0, 94.1, 93.9, 94.0]}, "999 within 10 s falls by 1.00 points"),
        ({"busy_both": [86.0] * 4}, "occupancy of desk both is 86.0%"),
        ({"in_time_language": [49.0, 49.1, 48.9, 49.0]}, "callers “language”: fewer in time (1.00 points)"),
        ({"gave_up_marker": [51.0, 51.1, 50.9, 51.0]}, "callers “marker”: more give up (1.00 points)"),
        ({"wait_repeat": [51.0, 51.1, 50.9, 51.0]}, "callers “repeat”: a longer wait (0.0 s)"),
    ],
)
def test_a_guardrail_says_what_it_saw(measures: dict[str, list[float]], sentence: str) -> None:
    assert broken_guardrails(month(), month(**measures)) == [sentence]


def test_what_is_worse_only_within_its_interval_breaks_no_guardrail() -> None:
    after = month(**{"999_in_time": [94.0, 96.0, 93.0, 96.5]})
    assert broken_guardrails(month(), after) == []


def test_the_worst_half_hour_is_among_those_with_enough_calls() -> None:
    found = month()
    found.half_hours[:, 10] = (0.0, 4.0)
    found.half_hours[:, 20] = (2.0, 12.0)
    assert worst_half_hour(found) == 20


def test_a_worse_worst_half_hour_breaks_a_guardrail() -> None:
    after = month()
    after.half_hours[:, 20] = (4.0, 10.0)
    assert broken_guardrails(month(), after) == ["the worst half-hour falls by 10.00 points"]
