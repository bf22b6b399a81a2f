"""Bounds on what any roster lacks and costs, from people who can be divided (the linear relaxation of cover).

Only skills, leave, the hours and shifts of each week are kept of the rules, so every lawful roster is one of
those over which the bound is taken.
"""

import math

from ortools.math_opt.python import mathopt

from darwin.science.rostering.floor_model import Group, at_work, group_of
from darwin.science.rostering.people_model import Choice, choices_of, rules_of
from darwin.science.rostering.problem import ANYBODY, Person, Problem

TOLERANCE = 1e-6


def bounds_of(problem: Problem, missing: int) -> tuple[int, int]:
    """The least person-slots that lack, and the least paid minutes of rosters that lack at most `missing`."""
    model = mathopt.Model()
    worked: dict[tuple[Group, Choice, int], mathopt.Variable] = {}
    free: dict[tuple[Group, Choice], int] = {}
    for person in problem.people:
        for choice in choices_of(problem, person):
            key = (group_of(problem, person), choice)
            free[key] = free.get(key, 0) + 1
    for (group, choice), people in free.items():
        shift = problem.shift_types[choice[1]]
        places = shift.break_offsets if shift.break_slots else (0,)
        for at in places:
            worked[group, choice, at] = model.add_variable(lb=0)
        model.add_linear_constraint(mathopt.fast_sum(worked[group, choice, at] for at in places) <= people)
    lacking = _cover(model, problem, worked)
    _weeks(model, problem, worked)
    model.minimize(mathopt.fast_sum(lacking))
    least = _solve(model)
    model.add_linear_constraint(mathopt.fast_sum(lacking) <= missing)
    kinds = problem.shift_types
    model.minimize(
        mathopt.fast_sum(kinds[choice[1]].paid_minutes * v for (_, choice, _), v in worked.items())
    )
    return least, _solve(model)


def _cover(
    model: mathopt.Model, problem: Problem, worked: dict[tuple[Group, Choice, int], mathopt.Variable]
) -> list[mathopt.Variable]:
    lacking = []
    for need in problem.needs:
        over: list[list[mathopt.Variable]] = [[] for _ in range(problem.slots)]
        for (group, (start, number), at), variable in worked.items():
            if need.skill == ANYBODY or need.skill in group:
                shift = problem.shift_types[number]
                for slot in at_work(problem, start, shift.length_slots, at, shift.break_slots):
                    over[slot].append(variable)
        for slot, required in enumerate(need.required):
            if required:
                lacks = model.add_variable(lb=0)
                lacking.append(lacks)
                model.add_linear_constraint(mathopt.fast_sum([*over[slot], lacks]) >= required)
    return lacking


def _weeks(
    model: mathopt.Model, problem: Problem, worked: dict[tuple[Group, Choice, int], mathopt.Variable]
) -> None:
    a_week = 7 * problem.slots_a_day
    for group in {group for group, _, _ in worked}:
        people = [person for person in problem.people if group_of(problem, person) == group]
        shifts = [rules_of(problem, person).most_shifts_a_week for person in people]
        minutes = [_most_minutes(problem, person) for person in people]
        for week in range(problem.weeks):
            here = [
                (problem.shift_types[choice[1]].paid_minutes, variable)
                for (of, choice, _), variable in worked.items()
                if of == group and choice[0] // a_week == week
            ]
            if None not in shifts:
                most = sum(limit for limit in shifts if limit is not None)
                model.add_linear_constraint(mathopt.fast_sum(v for _, v in here) <= most)
            if None not in minutes:
                most = sum(limit for limit in minutes if limit is not None)
                model.add_linear_constraint(mathopt.fast_sum(paid * v for paid, v in here) <= most)


def _most_minutes(problem: Problem, person: Person) -> int | None:
    limits = (rules_of(problem, person).most_minutes_a_week, person.most_minutes_a_week)
    return min((limit for limit in limits if limit is not None), default=None)


def _solve(model: mathopt.Model) -> int:
    """The least value, rounded up to a whole number; 0 if the solver did not end."""
    result = mathopt.solve(model, mathopt.SolverType.HIGHS)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return 0
    value = float(result.objective_value())
    return max(0, math.ceil(value - TOLERANCE * max(1.0, value)))
