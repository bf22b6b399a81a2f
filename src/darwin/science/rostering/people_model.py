"""The rules of each person as constraints for CP-SAT, over one variable for each duty the person could work.

Rest is stated as cliques: at each start, at most one duty among those that run or whose rest still runs
(duties with their rest are intervals, and intervals that meet at a point exclude each other).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from darwin.science.rostering.lawful import away_on, rest_beginnings
from darwin.science.rostering.problem import Person, Problem, RuleSet, ShiftType, is_night

Choice = tuple[int, int]  # slot of the start, number of the shift type
Count = cp_model.LinearExpr | int


@dataclass(slots=True)
class Working:
    """A person's variables: `duty` by choice; the sums are expressions. `on` is by day of the horizon."""

    person: Person
    duty: dict[Choice, cp_model.IntVar]

    def sum(self, chosen: Iterable[Choice]) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.sum([self.duty[choice] for choice in chosen])


def choices_of(problem: Problem, person: Person) -> list[Choice]:
    """The duties that skills, leave and the rest after the duties before the horizon leave to a person."""
    rules = rules_of(problem, person)
    free_from = max(
        (d.start + shift_of(problem, d.shift).length_slots + rules.rest_slots for d in person.before),
        default=-1,
    )
    found = []
    for day in range(problem.weeks * 7):
        for number, shift in enumerate(problem.shift_types):
            if day % 7 not in shift.weekdays or not shift.skills <= person.skills:
                continue
            for of_day in shift.starts:
                start = day * problem.slots_a_day + of_day
                end = start + shift.length_slots
                away = any(span.begin < end and start < span.end for span in person.leave)
                if start >= free_from and not away:
                    found.append((start, number))
    return sorted(found)


def rules_of(problem: Problem, person: Person) -> RuleSet:
    return next(rules for rules in problem.rule_sets if rules.key == person.rules)


def shift_of(problem: Problem, key: str) -> ShiftType:
    return next(shift for shift in problem.shift_types if shift.key == key)


def bind(model: cp_model.CpModel, problem: Problem, mine: Working) -> None:
    """All rules of one person."""
    rules = rules_of(problem, mine.person)
    _rest(model, problem, rules, mine)
    _weeks(model, problem, rules, mine)
    _rows(model, problem, rules, mine)
    if rules.forward_rotation:
        _forward(model, problem, mine)
    if rules.weekly_rest_slots:
        _weekly_rest(model, problem, rules, mine)


def _rest(model: cp_model.CpModel, problem: Problem, rules: RuleSet, mine: Working) -> None:
    slots = problem.slots
    for day in range(problem.weeks * 7 if rules.one_start_a_day else 0):
        model.add_at_most_one(mine.duty[c] for c in mine.duty if c[0] // problem.slots_a_day == day)
    for point in sorted({start for start, _ in mine.duty}):
        at_once = []
        for start, number in mine.duty:
            since = (point - start) % slots if problem.cyclic else point - start
            if 0 <= since < problem.shift_types[number].length_slots + rules.rest_slots:
                at_once.append(mine.duty[start, number])
        model.add_at_most_one(at_once)


def _weeks(model: cp_model.CpModel, problem: Problem, rules: RuleSet, mine: Working) -> None:
    a_week = 7 * problem.slots_a_day
    minutes: list[cp_model.LinearExpr] = []
    limits = [
        limit for limit in (rules.most_minutes_a_week, mine.person.most_minutes_a_week) if limit is not None
    ]
    for week in range(problem.weeks):
        chosen = [c for c in mine.duty if c[0] // a_week == week]
        worked = cp_model.LinearExpr.weighted_sum(
            [mine.duty[c] for c in chosen], [problem.shift_types[c[1]].paid_minutes for c in chosen]
        )
        minutes.append(worked)
        if limits:
            model.add(worked <= min(limits))
        if rules.most_shifts_a_week is not None:
            model.add(mine.sum(chosen) <= rules.most_shifts_a_week)
        if rules.average_minutes is not None and not mine.person.opted_out:
            earlier = list(mine.person.minutes_before)
            known = [*earlier, *minutes][-rules.reference_weeks :]
            model.add(cp_model.LinearExpr.sum(known) <= rules.average_minutes * len(known))


def _rows(model: cp_model.CpModel, problem: Problem, rules: RuleSet, mine: Working) -> None:
    a_day = problem.slots_a_day
    nights = {
        (start, number)
        for start, number in mine.duty
        if is_night(start, problem.shift_types[number].length_slots, problem.slot_minutes)
    }
    on_before = {duty.start // a_day for duty in mine.person.before}
    nights_before = {
        duty.start // a_day
        for duty in mine.person.before
        if is_night(duty.start, shift_of(problem, duty.shift).length_slots, problem.slot_minutes)
    }
    on = _by_day(problem, mine, set(mine.duty), on_before)
    at_night = _by_day(problem, mine, nights, nights_before)
    for limit, worked in ((rules.most_days_in_a_row, on), (rules.most_nights_in_a_row, at_night)):
        if limit is not None:
            _no_row_above(model, problem, worked, limit, rules.one_start_a_day)
    if rules.fewest_rest_days_together == 2:
        days = problem.weeks * 7
        for day in range(-1, days if problem.cyclic else days - 1):
            if away_on(problem, mine.person, day % days if problem.cyclic else day):
                continue
            before, here, after = (
                on.get(d % days if problem.cyclic else d, 0) for d in (day - 1, day, day + 1)
            )
            model.add(before + after <= 1 + here)


def _by_day(problem: Problem, mine: Working, chosen: set[Choice], before: set[int]) -> dict[int, Count]:
    """For each day, whether a chosen duty begins on it: 1 or an expression; days before have their own."""
    found: dict[int, Count] = dict.fromkeys(before, 1)
    for day in range(problem.weeks * 7):
        found[day] = mine.sum(c for c in chosen if c[0] // problem.slots_a_day == day)
    return found


def _no_row_above(
    model: cp_model.CpModel,
    problem: Problem,
    worked: dict[int, Count],
    limit: int,
    one_a_day: bool,
) -> None:
    days = problem.weeks * 7
    if not one_a_day:
        for day, count in list(worked.items()):
            some = model.new_bool_var("")
            model.add(count <= days * some)
            worked[day] = some
    for first in range(-limit, days if problem.cyclic else days - limit):
        row = [worked.get(d % days if problem.cyclic else d, 0) for d in range(first, first + limit + 1)]
        model.add(cp_model.LinearExpr.sum(row) <= limit)


def _forward(model: cp_model.CpModel, problem: Problem, mine: Working) -> None:
    """On the day after a duty none begins at an earlier time: for each time of day, not later before and
    earlier after."""
    a_day, days = problem.slots_a_day, problem.weeks * 7
    by_day: dict[int, list[Choice]] = {}
    for choice in mine.duty:
        by_day.setdefault(choice[0] // a_day, []).append(choice)
    yesterday = {duty.start % a_day for duty in mine.person.before if duty.start // a_day == -1}
    for choice in by_day.get(0, []):
        if any(choice[0] % a_day < start for start in yesterday):
            model.add(mine.duty[choice] == 0)
    for day in range(days if problem.cyclic else days - 1):
        today, tomorrow = by_day.get(day, []), by_day.get((day + 1) % days, [])
        for time in sorted({start % a_day for start, _ in tomorrow}):
            late = [mine.duty[c] for c in today if c[0] % a_day > time]
            early = [mine.duty[c] for c in tomorrow if c[0] % a_day <= time]
            if late:
                model.add_at_most_one([*late, *early])


def _weekly_rest(model: cp_model.CpModel, problem: Problem, rules: RuleSet, mine: Working) -> None:
    """Once a week an unbroken rest, which begins at one of the steps of `lawful.rest_beginnings`."""
    work = [(d.start, d.start + shift_of(problem, d.shift).length_slots) for d in mine.person.before]
    for week in range(problem.weeks):
        rests = []
        for begin in rest_beginnings(problem, rules, week):
            end = begin + rules.weekly_rest_slots
            if any(start < end and finish > begin for start, finish in work):
                continue
            over = []
            for start, number in mine.duty:
                length = problem.shift_types[number].length_slots
                turns = (0, -problem.slots) if problem.cyclic else (0,)
                if any(start + turn < end and start + turn + length > begin for turn in turns):
                    over.append(mine.duty[start, number])
            rest = model.new_bool_var("")
            model.add(cp_model.LinearExpr.sum(over) == 0).only_enforce_if(rest)
            rests.append(rest)
        model.add_bool_or(rests)
