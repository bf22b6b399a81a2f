"""Rosters of named people: every rule by itself, cover by skill, weeks after weeks, reasons, changes."""

from dataclasses import replace
from typing import Any

import pytest

from darwin.science.rostering.lawful import broken_rules
from darwin.science.rostering.problem import (
    Absence,
    Duty,
    Need,
    Person,
    Preference,
    Problem,
    Roster,
    RuleSet,
    ShiftType,
    Span,
    is_night,
    when,
)
from darwin.science.rostering.replanning import ReplanRefused, replan
from darwin.science.rostering.rule_sets import officers, staff, the_law, too_long_without_break
from darwin.science.rostering.solving import solve
from darwin.science.rostering.validate import ProblemRefused

LONG = 600.0
HOUR = 60  # one slot an hour keeps the weeks small
EARLY = ShiftType("early", 8, 480, (7,))
LATE = ShiftType("late", 8, 480, (15,))
NIGHT = ShiftType("night", 8, 480, (23,))
ROUND_THE_CLOCK = (EARLY, LATE, NIGHT)


def people(count: int, **facts: Any) -> tuple[Person, ...]:
    return tuple(Person(f"p{n}", f"Person {n}", "r", **facts) for n in range(1, count + 1))


def problem(needed: dict[int, int], count: int, *, weeks: int = 1, **rules: Any) -> Problem:
    """Needs by slot of the week, each week alike, for people under one rule set."""
    required = [needed.get(slot, 0) for slot in range(168)] * weeks
    return Problem(
        people=people(count),
        needs=(Need(tuple(required)),),
        shift_types=ROUND_THE_CLOCK,
        rule_sets=(RuleSet("r", "the rules", **rules),),
        weeks=weeks,
        slot_minutes=HOUR,
    )


def every_day(*hours: int, need: int = 1, days: range = range(7)) -> dict[int, int]:
    return {day * 24 + hour: need for day in days for hour in hours}


def solved(given: Problem) -> Roster:
    roster = solve(given, seconds=LONG, threads=1)
    for person in given.people:
        mine = [duty for duty in roster.duties if duty.person == person.key]
        assert list(broken_rules(given, person, mine)) == []
    return roster


@pytest.mark.parametrize(
    ("needed", "count", "rules", "missing", "words"),
    [
        # What can be covered is; what a rule forbids lacks, and the sentence says which.
        (every_day(8), 1, {}, 0, ""),
        (every_day(8), 1, {"most_shifts_a_week": 5}, 2, "at their most shifts in the week"),
        (every_day(8), 1, {"most_minutes_a_week": 5 * 480}, 2, "at their most hours in the week"),
        (every_day(8), 1, {"most_days_in_a_row": 3}, 1, "at their most days in a row"),
        (every_day(2), 1, {"most_nights_in_a_row": 2}, 3, "at their most nights in a row"),
        ({18: 1, 24 + 8: 1}, 1, {"rest_slots": 11}, 1, "kept by their rest"),
        ({18: 1, 24 + 8: 1}, 1, {"rest_slots": 8}, 0, ""),
        ({18: 1, 24 + 8: 1}, 1, {"forward_rotation": True}, 1, "kept by forward rotation"),
        ({8: 1, 24 + 18: 1}, 1, {"forward_rotation": True}, 0, ""),
        (
            {8: 1, 48 + 8: 1},
            1,
            {"fewest_rest_days_together": 2, "most_shifts_a_week": 2},
            1,
            "kept by their rest days together",
        ),
        ({8: 1, 72 + 8: 1}, 1, {"fewest_rest_days_together": 2}, 0, ""),
        (every_day(8), 1, {"weekly_rest_slots": 24}, 1, "kept by their weekly rest"),
        (every_day(8, need=2), 1, {}, 7, "of 1 person 1 at work or on their break"),
        ({8: 1, 18: 1}, 1, {}, 1, "already on duty that day"),
    ],
)
def test_each_rule_binds_and_is_named_where_cover_lacks(
    needed: dict[int, int], count: int, rules: dict[str, Any], missing: int, words: str
):
    given = problem(needed, count, **rules)
    roster = solved(given)
    assert roster.missing_slots == missing
    assert words in " ".join(roster.reasons)
    assert bool(roster.reasons) == bool(missing)


def test_the_average_week_counts_the_weeks_already_worked():
    # 17 weeks at 48 hours are 816 hours; 16 weeks of 49 hours leave 32: four duties, not five.
    given = problem(every_day(8, days=range(5)), 1, average_minutes=48 * 60)
    worked = replace(given.people[0], minutes_before=(49 * 60,) * 16)
    roster = solved(replace(given, people=(worked,)))
    assert (len(roster.duties), roster.missing_slots) == (4, 1)
    assert "average working week" in roster.reasons[0]
    opted_out = replace(given, people=(replace(worked, opted_out=True),))
    assert solved(opted_out).missing_slots == 0


def test_only_the_reference_period_counts_for_the_average():
    given = problem(every_day(8, days=range(5)), 1, average_minutes=40 * 60, reference_weeks=2)
    long_ago = replace(given.people[0], minutes_before=(90 * 60, 40 * 60))
    assert solved(replace(given, people=(long_ago,))).missing_slots == 0


def test_leave_part_time_and_what_was_worked_before_bind():
    given = problem(every_day(8, days=range(3)), 1, rest_slots=11)
    away = replace(given.people[0], leave=(Span(24, 48),))
    assert solved(replace(given, people=(away,))).missing_slots == 1
    part_time = replace(given.people[0], most_minutes_a_week=960)
    assert solved(replace(given, people=(part_time,))).missing_slots == 1
    # A night from Sunday 23:00 ends at 07:00; eleven hours later it is 18:00.
    came_from_nights = replace(given.people[0], before=(Duty("p1", -1, "night"),))
    assert solved(replace(given, people=(came_from_nights,))).missing_slots == 1


def test_a_skill_is_covered_by_those_who_have_it():
    given = problem(every_day(8, days=range(2)), 2)
    need = Need(tuple(every_day(8, days=range(2)).get(slot, 0) for slot in range(168)), "dispatch")
    skilled = (replace(given.people[0], skills=frozenset({"dispatch"})), given.people[1])
    roster = solved(replace(given, people=skilled, needs=(*given.needs, need)))
    assert {duty.person for duty in roster.duties} == {"p1"}
    assert roster.missing_slots == 0 and len(roster.duties) == 2
    nobody = solved(replace(given, needs=(*given.needs, need)))
    assert nobody.missing_slots == 2
    assert "nobody with the skill dispatch is there" in " ".join(nobody.reasons)


def test_breaks_are_placed_so_that_one_covers_for_the_other():
    shift = ShiftType("early", 8, 480, (7,), break_slots=1, break_offsets=(3, 4))
    given = replace(problem(every_day(10, 11, days=range(1)), 2), shift_types=(shift,))
    roster = solved(given)
    assert roster.missing_slots == 0
    assert sorted(duty.break_offset for duty in roster.duties) == [3, 4]


def test_cost_comes_after_cover_and_its_bound_is_proven():
    short = ShiftType("short", 4, 240, (7,))
    given = replace(problem(every_day(8), 2), shift_types=(EARLY, short))
    roster = solved(given)
    assert (roster.missing_slots, roster.paid_minutes, roster.bound_minutes) == (0, 7 * 240, 7 * 240)
    assert roster.proven and not roster.limit_hit


def test_fairness_and_wishes_come_last_and_remember_what_people_had():
    given = problem({5 * 24 + 8: 1}, 2)
    had = (replace(given.people[0], weekends_before=3), given.people[1])
    assert [duty.person for duty in solved(replace(given, people=had)).duties] == ["p2"]
    wish = Preference(Span(0, 24), 5)
    weekday = problem({8: 1}, 2)
    wishing = (weekday.people[0], replace(weekday.people[1], preferences=(wish,)))
    assert [duty.person for duty in solved(replace(weekday, people=wishing)).duties] == ["p2"]


def test_officers_and_staff_have_rules_of_their_own():
    given = problem(every_day(8), 2)
    officer = replace(given.people[0], rules="officers")
    civilian = replace(given.people[1], rules="staff")
    both = replace(
        given,
        people=(officer, civilian),
        rule_sets=(officers(HOUR), staff(16 * 60, HOUR)),
        needs=(Need(tuple(every_day(8, need=2).get(slot, 0) for slot in range(168))),),
    )
    roster = solved(both)
    count = {key: sum(duty.person == key for duty in roster.duties) for key in ("p1", "p2")}
    # Six days in a row with a single rest day before the next Monday; two eight-hour duties by contract.
    assert count == {"p1": 6, "p2": 2}
    assert set(officers().sources) >= {"rest_slots", "most_nights_in_a_row"}
    assert the_law().rest_slots == 22


def test_weeks_one_after_the_other_keep_the_rules_across_their_borders(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("darwin.science.rostering.solving.ONE_SEARCH", 1)
    given = problem(every_day(2), 2, weeks=2, rest_slots=11, most_days_in_a_row=5, average_minutes=48 * 60)
    roster = solved(given)
    # Only the first night would have to begin before the horizon.
    assert [lack.slot for lack in roster.shortfalls] == [2]
    assert {duty.start // 168 for duty in roster.duties} == {0, 1}


def test_a_pattern_that_repeats_meets_its_own_beginning():
    given = replace(problem({8: 1, 6 * 24 + 18: 1}, 1, rest_slots=11), cyclic=True)
    assert solved(given).missing_slots == 1
    assert solved(replace(given, cyclic=False)).missing_slots == 0


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda p: replace(p, weeks=2), "2 weeks have 336"),
        (lambda p: replace(p, people=(p.people[0], p.people[0])), "Two people are called 'p1'"),
        (lambda p: replace(p, people=(replace(p.people[0], rules="x"),)), "rules 'x', which are not given"),
        (lambda p: replace(p, slot_minutes=7), "do not divide a day"),
        (lambda p: replace(p, shift_types=(ShiftType("s", 8, 480, (24,)),)), "not in a day of 24"),
        (lambda p: replace(p, shift_types=(ShiftType("s", 8, 480, (1,), 1),)), "a break and no place"),
        (lambda p: replace(p, shift_types=(ShiftType("s", 8, 480, (1,), 1, (8,)),)), "ends after it"),
        (lambda p: replace(p, shift_types=(ShiftType("s", 0, 480, (1,)),)), "lasts 0 slots"),
        (lambda p: replace(p, rule_sets=(RuleSet("r", "r", rest_slots=-1),)), "a limit below 0"),
        (
            lambda p: replace(
                p, rule_sets=(RuleSet("r", "r", forward_rotation=True, one_start_a_day=False),)
            ),
            "need one start a day",
        ),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused_in_a_sentence(spoil: Any, words: str):
    with pytest.raises(ProblemRefused, match=words):
        solve(spoil(problem({8: 1}, 1)), seconds=1.0)


def test_a_night_is_three_hours_of_the_night():
    assert [is_night(start, 8, 60) for start in (15, 18, 19, 23, 0, 3, 4)] == [
        False, True, True, True, True, True, False,
    ]  # fmt: skip
    assert when(2 * 48 + 6) == "Wednesday 03:00"
    assert when(336 + 47) == "Monday 23:30 of week 2"
    assert too_long_without_break(EARLY, 60)
    assert not too_long_without_break(ShiftType("s", 8, 450, (7,), 1, (4,)), 60)


def with_everybody_at_work() -> tuple[Problem, Roster]:
    """Two people each early by day, three at home; p1 and p2 work every morning from Monday to Friday."""
    given = problem(every_day(8, need=2, days=range(5)), 4, rest_slots=11, most_shifts_a_week=5)
    duties = tuple(Duty(key, day * 24 + 7, "early") for day in range(5) for key in ("p1", "p2"))
    return given, Roster(duties, paid_minutes=10 * 480, bound_minutes=10 * 480)


def test_one_sick_person_is_replaced_by_one_and_everybody_else_keeps_their_duty():
    given, roster = with_everybody_at_work()
    plan = replan(
        given, roster, [Absence("p1", Span(24, 48))], 24 + 6, seconds=LONG, threads=1, slots_a_change=0
    )
    assert plan.uncovered_before == 1
    # No weight on a change: still only what gains cover is changed, since every duty costs.
    assert plan.roster.missing_slots == 0
    weighed = replan(
        replace(given, needs=(Need(tuple(every_day(*range(7, 15), need=2).get(s, 0) for s in range(168))),)),
        roster,
        [Absence("p1", Span(24, 48))],
        24 + 6,
        seconds=LONG,
        threads=1,
    )
    assert [(change.before, change.after and change.after.start) for change in weighed.changes] == [
        (None, 31)
    ]
    assert set(roster.duties) - set(weighed.roster.duties) == {Duty("p1", 31, "early")}


def test_what_already_runs_and_what_lies_far_ahead_stays():
    given, roster = with_everybody_at_work()
    plan = replan(given, roster, [Absence("p2", Span(30, 40))], 30, seconds=LONG, threads=1, slots_a_change=1)
    before = {duty for duty in roster.duties if duty.start < 30 or duty.start >= 96}
    assert before <= set(plan.roster.duties)
    for person in given.people:
        mine = [duty for duty in plan.roster.duties if duty.person == person.key]
        assert list(broken_rules(given, person, mine)) == []


def test_nobody_is_called_in_for_less_cover_than_a_change_is_worth():
    given, roster = with_everybody_at_work()
    plan = replan(given, roster, [Absence("p1", Span(24, 48))], 30, seconds=LONG, threads=1)
    assert plan.changes == ()
    assert plan.roster.missing_slots == plan.uncovered_before == 1
    assert "Tuesday 08:00" in plan.roster.reasons[0]


def test_a_day_of_sickness_is_no_rest_day():
    given = problem(every_day(8, days=range(3)), 1, fewest_rest_days_together=2)
    duties = tuple(Duty("p1", day * 24 + 7, "early") for day in range(3))
    plan = replan(
        given, Roster(duties, 1440, 1440), [Absence("p1", Span(24, 48))], 24, seconds=LONG, threads=1
    )
    assert {duty.start for duty in plan.roster.duties} == {7, 55}


def test_a_roster_that_breaks_a_rule_already_is_refused():
    given, roster = with_everybody_at_work()
    twice = replace(roster, duties=(*roster.duties, Duty("p1", 15, "late")))
    with pytest.raises(ReplanRefused, match="begins two duties on one day"):
        replan(given, twice, [], 0, seconds=1.0)
    stranger = replace(roster, duties=(Duty("p9", 7, "early"),))
    with pytest.raises(ReplanRefused, match="not among the people"):
        replan(given, stranger, [], 0, seconds=1.0)
