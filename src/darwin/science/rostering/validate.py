"""What is wrong with a problem, in a sentence, before anything is solved."""

from collections import Counter

from darwin.errors import DarwinError
from darwin.science.rostering.problem import DAY_MINUTES, Problem, RuleSet, ShiftType


class ProblemRefused(DarwinError):
    """The problem contradicts itself; the text says where."""


def check_problem(problem: Problem) -> None:
    """Raises ProblemRefused for the first thing that makes no sense."""
    if problem.slot_minutes < 1 or DAY_MINUTES % problem.slot_minutes:
        raise ProblemRefused(f"Slots of {problem.slot_minutes} minutes do not divide a day.")
    if problem.weeks < 1:
        raise ProblemRefused(f"A roster of {problem.weeks} weeks has no day in it.")
    for kind, keys in (
        ("shift types", [shift.key for shift in problem.shift_types]),
        ("rule sets", [rules.key for rules in problem.rule_sets]),
        ("people", [person.key for person in problem.people]),
        ("needs for a skill", [need.skill for need in problem.needs]),
    ):
        twice = [key for key, count in Counter(keys).items() if count > 1]
        if twice:
            raise ProblemRefused(f"Two {kind} are called {twice[0]!r}: each name stands for one.")
    for need in problem.needs:
        if len(need.required) != problem.slots:
            raise ProblemRefused(
                f"The need for {need.skill or 'anybody'!r} has {len(need.required)} slots; "
                f"{problem.weeks} weeks have {problem.slots}."
            )
        if min(need.required) < 0:
            raise ProblemRefused(f"The need for {need.skill or 'anybody'!r} is below 0 somewhere.")
    for shift in problem.shift_types:
        _check_shift(problem, shift)
    for rules in problem.rule_sets:
        _check_rules(rules)
    _check_people(problem)


def _check_shift(problem: Problem, shift: ShiftType) -> None:
    name = f"The shift {shift.key!r}"
    if not 0 < shift.length_slots <= 2 * problem.slots_a_day:
        raise ProblemRefused(f"{name} lasts {shift.length_slots} slots.")
    if shift.paid_minutes < 0:
        raise ProblemRefused(f"{name} is paid {shift.paid_minutes} minutes.")
    if not all(0 <= start < problem.slots_a_day for start in shift.starts):
        raise ProblemRefused(f"{name} starts in a slot that is not in a day of {problem.slots_a_day}.")
    if shift.break_slots and not shift.break_offsets:
        raise ProblemRefused(f"{name} has a break and no place for it.")
    if any(not 0 <= at <= shift.length_slots - shift.break_slots for at in shift.break_offsets):
        raise ProblemRefused(f"{name} has a break that begins before it or ends after it.")


def _check_rules(rules: RuleSet) -> None:
    limits = (
        rules.rest_slots,
        rules.weekly_rest_slots,
        rules.average_minutes,
        rules.most_minutes_a_week,
        rules.most_shifts_a_week,
        rules.most_days_in_a_row,
        rules.most_nights_in_a_row,
    )
    if any(limit is not None and limit < 0 for limit in limits) or rules.reference_weeks < 1:
        raise ProblemRefused(f"The rules {rules.name!r} have a limit below 0.")
    by_day = rules.forward_rotation or rules.fewest_rest_days_together > 1
    if by_day and not rules.one_start_a_day:
        raise ProblemRefused(
            f"The rules {rules.name!r}: forward rotation and rest days together need one start a day."
        )
    if not 1 <= rules.fewest_rest_days_together <= 2:
        raise ProblemRefused(f"The rules {rules.name!r}: rest days come singly or in twos at least.")


def _check_people(problem: Problem) -> None:
    known = {rules.key for rules in problem.rule_sets}
    shifts = {shift.key for shift in problem.shift_types}
    for person in problem.people:
        if person.rules not in known:
            raise ProblemRefused(f"{person.name} works by the rules {person.rules!r}, which are not given.")
        for duty in person.before:
            if duty.start >= 0 or duty.shift not in shifts:
                raise ProblemRefused(
                    f"A duty of {person.name} before the horizon is not before it, or unknown."
                )
