"""Today's roster changed as little as possible: somebody is sick at 06:00, who comes in?

A change is a duty given, taken away or moved on one day for a person who is not absent; moving a break is
none. The plan minimises the person-slots of cover that lack plus `slots_a_change` for each change: so nobody
is called in for less cover than that. Of these plans it takes the cheapest, then the one that moves fewest
breaks. What began before `from_slot` stays, and so do all days after
the last absence and SETTLES_DAYS more; the rules hold across them.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from time import perf_counter

from ortools.sat.python import cp_model

from darwin.errors import DarwinError
from darwin.science.rostering.cost_bound import bounds_of
from darwin.science.rostering.floor_model import FloorModel, Group, build, group_of, shortfalls_of
from darwin.science.rostering.lawful import broken_rules
from darwin.science.rostering.people_model import Choice, rules_of, shift_of
from darwin.science.rostering.problem import (
    Absence,
    Change,
    Duty,
    Problem,
    Replan,
    Roster,
    Span,
    when,
)
from darwin.science.rostering.reasons import explain
from darwin.science.rostering.solving import keep_from, solver_of
from darwin.science.rostering.validate import check_problem

SETTLES_DAYS = 2
SLOTS_A_CHANGE = 4
LEAST_SECONDS = 0.5
CHANGE_SHARE = 0.7
# A minute paid weighs as much as so many breaks moved.
BREAK_SHARE = 100


class ReplanRefused(DarwinError):
    """The roster to change is not of this problem, or breaks its rules already; the text says where."""


def replan(
    problem: Problem,
    roster: Roster,
    absences: Sequence[Absence],
    from_slot: int,
    *,
    seconds: float,
    threads: int = 2,
    slots_a_change: int = SLOTS_A_CHANGE,
) -> Replan:
    """`roster` with `absences`, changed from `from_slot` on as little as gains cover.

    `slots_a_change`: person-slots of cover that a change must gain to be worth it (4 is two hours).
    Raises ReplanRefused if the roster is not lawful, validate.ProblemRefused as `solve` does.
    """
    check_problem(problem)
    _refuse_unlawful(problem, roster)
    own = _from(problem, absences, from_slot)
    kept = tuple(duty for duty in roster.duties if not _taken(problem, duty, absences))
    before = sum(lack.required - lack.covered for lack in shortfalls_of(own, kept))
    last = max((absence.span.end for absence in absences), default=from_slot)
    window = range(from_slot, last + SETTLES_DAYS * problem.slots_a_day)
    floor = build(own)
    _fix(floor, kept, window)
    begun = perf_counter()
    price = floor.missing() + slots_a_change * cp_model.LinearExpr.sum(_changes(floor, kept, window))
    floor.model.minimize(price)
    first = solver_of(max(LEAST_SECONDS, CHANGE_SHARE * seconds), threads)
    status = first.solve(floor.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        # Nobody but the absent changes: that is lawful, and it is what happens anyway.
        return _told(own, roster, kept, kept, before, ended=False)
    keep_from(floor, first, price)
    floor.model.minimize(BREAK_SHARE * floor.cost() + _moved_breaks(floor, kept))
    second = solver_of(max(LEAST_SECONDS, seconds - (perf_counter() - begun)), threads)
    found = second.solve(floor.model)
    best = second if found in (cp_model.OPTIMAL, cp_model.FEASIBLE) else first
    running = tuple(duty for duty in kept if duty.start < from_slot)
    planned = tuple(duty for duty in floor.duties(best) if duty.start >= from_slot)
    duties = (*running, *_own_breaks(own, kept, planned))
    ended = status == cp_model.OPTIMAL and found == cp_model.OPTIMAL
    return _told(own, roster, kept, duties, before, ended=ended)


def _refuse_unlawful(problem: Problem, roster: Roster) -> None:
    people = {person.key: person for person in problem.people}
    kinds = {shift.key: shift for shift in problem.shift_types}
    for duty in roster.duties:
        at = when(duty.start, problem.slot_minutes)
        if duty.person not in people:
            raise ReplanRefused(
                f"The roster has a duty on {at} of {duty.person}, who is not among the people."
            )
        known = duty.shift in kinds and duty.start % problem.slots_a_day in kinds[duty.shift].starts
        if not known or not 0 <= duty.start < problem.slots:
            raise ReplanRefused(f"The roster has a duty on {at} that is none of the shifts of the problem.")
    for person in problem.people:
        mine = [duty for duty in roster.duties if duty.person == person.key]
        for _, sentence in broken_rules(problem, person, mine):
            raise ReplanRefused(f"The roster breaks a rule before anything changes: {sentence}")


def _from(problem: Problem, absences: Sequence[Absence], from_slot: int) -> Problem:
    """The problem with the absences as leave and without what is needed before `from_slot`."""
    away: dict[str, tuple[Span, ...]] = {}
    for absence in absences:
        away[absence.person] = (*away.get(absence.person, ()), absence.span)
    return replace(
        problem,
        people=tuple(
            replace(person, leave=(*person.leave, *away.get(person.key, ()))) for person in problem.people
        ),
        needs=tuple(
            replace(need, required=(*[0] * from_slot, *need.required[from_slot:])) for need in problem.needs
        ),
    )


def _taken(problem: Problem, duty: Duty, absences: Sequence[Absence]) -> bool:
    end = duty.start + shift_of(problem, duty.shift).length_slots
    return any(
        duty.person == absence.person and absence.span.begin < end and duty.start < absence.span.end
        for absence in absences
    )


def _choice(problem: Problem, duty: Duty) -> Choice:
    number = next(n for n, shift in enumerate(problem.shift_types) if shift.key == duty.shift)
    return duty.start, number


def _fix(floor: FloorModel, kept: tuple[Duty, ...], window: range) -> None:
    """Duties that begin outside the window stay, and the breaks of those that run; the rest is a hint."""
    problem = floor.problem
    had = {(duty.person, _choice(problem, duty)) for duty in kept}
    for mine in floor.working:
        for choice, variable in mine.duty.items():
            works = (mine.person.key, choice) in had
            if choice[0] in window:
                floor.model.add_hint(variable, works)
            else:
                floor.model.add(variable == works)
    for key, places in floor.breaks.items():
        if key[1][0] < window.start:
            for at, count in places.items():
                floor.model.add(count == _had_break(floor, kept, key, at))


def _had_break(floor: FloorModel, kept: tuple[Duty, ...], key: tuple[Group, Choice], at: int) -> int:
    group, choice = key
    groups = {mine.person.key: group_of(floor.problem, mine.person) for mine in floor.working}
    return sum(
        groups[duty.person] == group
        and _choice(floor.problem, duty) == choice
        and _at(floor, key, duty) == at
        for duty in kept
    )


def _at(floor: FloorModel, key: tuple[Group, Choice], duty: Duty) -> int:
    """The break of a duty; of a shift with one place for it, that place."""
    places = floor.breaks[key]
    return duty.break_offset if duty.break_offset in places else next(iter(places))


def _changes(floor: FloorModel, kept: tuple[Duty, ...], window: range) -> list[cp_model.LinearExpr]:
    """One for each person and day on which something else is worked than in `kept`."""
    problem = floor.problem
    had = {(duty.person, _choice(problem, duty)) for duty in kept}
    changes: list[cp_model.LinearExpr] = []
    for mine in floor.working:
        by_day: dict[int, list[Choice]] = {}
        for choice in mine.duty:
            if choice[0] in window:
                by_day.setdefault(choice[0] // problem.slots_a_day, []).append(choice)
        for chosen in by_day.values():
            old = [choice for choice in chosen if (mine.person.key, choice) in had]
            changes += [1 - mine.duty[choice] for choice in old]
            if not old or not rules_of(problem, mine.person).one_start_a_day:
                changes.append(mine.sum(choice for choice in chosen if choice not in old))
    return changes


def _moved_breaks(floor: FloorModel, kept: tuple[Duty, ...]) -> cp_model.LinearExpr:
    """How many breaks of duties that stay are elsewhere than before."""
    more = []
    for key, places in floor.breaks.items():
        for at, count in places.items() if len(places) > 1 else ():
            moved = floor.model.new_int_var(0, len(floor.working), "")
            floor.model.add(moved >= count - _had_break(floor, kept, key, at))
            more.append(moved)
    return cp_model.LinearExpr.sum(more)


def _own_breaks(problem: Problem, kept: tuple[Duty, ...], planned: tuple[Duty, ...]) -> list[Duty]:
    """The planned duties with their breaks handed out so that whoever can keep theirs does."""
    groups = {person.key: group_of(problem, person) for person in problem.people}
    old = {(duty.person, duty.start, duty.shift): duty.break_offset for duty in kept}
    stock: dict[tuple[Group, int, str], list[int]] = {}
    for duty in planned:
        stock.setdefault((groups[duty.person], duty.start, duty.shift), []).append(duty.break_offset)
    found: list[Duty] = []
    waiting: list[Duty] = []
    for duty in planned:
        here = stock[groups[duty.person], duty.start, duty.shift]
        own = old.get((duty.person, duty.start, duty.shift))
        if own is not None and own in here:
            here.remove(own)
            found.append(replace(duty, break_offset=own))
        else:
            waiting.append(duty)
    found += [
        replace(duty, break_offset=stock[groups[duty.person], duty.start, duty.shift].pop(0))
        for duty in waiting
    ]
    return sorted(found, key=lambda duty: (duty.start, duty.person))


def _told(
    problem: Problem,
    roster: Roster,
    kept: tuple[Duty, ...],
    duties: tuple[Duty, ...],
    before: int,
    *,
    ended: bool,
) -> Replan:
    lacks = shortfalls_of(problem, duties)
    missing = sum(lack.required - lack.covered for lack in lacks)
    paid = sum(shift_of(problem, duty.shift).paid_minutes for duty in duties)
    missing_bound, cost_bound = bounds_of(problem, missing)
    changed = Roster(
        duties=duties,
        paid_minutes=paid,
        bound_minutes=min(paid, cost_bound),
        missing_slots=missing,
        missing_bound=missing_bound,
        shortfalls=lacks,
        reasons=explain(problem, duties),
        limit_hit=not ended,
    )
    return Replan(changed, _differences(problem, kept, duties), before)


def _differences(problem: Problem, kept: tuple[Duty, ...], duties: tuple[Duty, ...]) -> tuple[Change, ...]:
    """What changed, by person and day; moved breaks are none of it."""

    def by_day(given: tuple[Duty, ...]) -> dict[tuple[int, str], list[Duty]]:
        found: dict[tuple[int, str], list[Duty]] = {}
        for duty in given:
            found.setdefault((duty.start // problem.slots_a_day, duty.person), []).append(duty)
        return found

    old, new = by_day(kept), by_day(duties)
    changes = []
    for day, person in sorted({*old, *new}):
        one, two = old.get((day, person), []), new.get((day, person), [])
        same = {(d.start, d.shift) for d in one} & {(d.start, d.shift) for d in two}
        gone = [duty for duty in one if (duty.start, duty.shift) not in same]
        come = [duty for duty in two if (duty.start, duty.shift) not in same]
        changes += [Change(person, before, after) for before, after in zip_longest(gone, come)]
    return tuple(changes)
