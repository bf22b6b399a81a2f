"""Who works which shift of a week: by matching day by day, and by CP-SAT where that leaves some over.

Matching gives each day's shifts to the rested people with the most room left, which nearly always works out
when the cover respects what the people together can work (`cover`). What it leaves over is settled by the
exact model, which begins from the matching. Kuhn (1955) for the assignment of a day; the rule of rest as
cliques of overlapping intervals (shift and rest) in the exact model.
"""

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import linear_sum_assignment

from darwin.science.rostering.cover import ALL_FAMILIES, Family
from darwin.science.rostering.instance import Instance
from darwin.science.rostering.patterns import Ints, Patterns
from darwin.science.rostering.problem import is_night

# Cost of a match: room used by far first, then the nights and weekends had, then a change of starting time.
ROOM, HAD, MOVED, NEVER = 1000.0, 40.0, 1.0, 1e9
SEED = 1

Weeks = list[list[int]]  # for each person the classes worked, in order of start


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """Of each class (C,): whether it is a night, whether it begins on a Saturday or Sunday, its day."""

    night: np.ndarray
    weekend: np.ndarray
    day: np.ndarray


def facts_of(instance: Instance, patterns: Patterns) -> ClassFacts:
    day = patterns.start // instance.slots_a_day
    night = [
        is_night(int(start), int(length), instance.slot_minutes)
        for start, length in zip(patterns.start, patterns.length, strict=True)
    ]
    return ClassFacts(np.array(night), day >= 5, day)


def may_join(instance: Instance, patterns: Patterns, facts: ClassFacts, week: list[int], new: int) -> bool:
    """Whether a person with the classes of `week` is rested around one more, and free on its day."""
    start, length, slots = patterns.start, patterns.length, instance.slots
    for had in week:
        if instance.one_start_a_day and facts.day[had] == facts.day[new]:
            return False
        if (start[new] - start[had]) % slots < length[had] + instance.rest_slots:
            return False
        if (start[had] - start[new]) % slots < length[new] + instance.rest_slots:
            return False
    return True


def has_room(instance: Instance, patterns: Patterns, person: int, week: list[int], new: int) -> bool:
    """Whether one more class keeps the person within their shifts and paid units."""
    agent = instance.agents[person]
    if agent.most_shifts is not None and len(week) >= agent.most_shifts:
        return False
    paid = int(patterns.paid[new]) + sum(int(patterns.paid[had]) for had in week)
    return agent.most_paid is None or paid <= agent.most_paid


def match_days(instance: Instance, patterns: Patterns, wanted: Ints) -> tuple[Weeks, Ints]:
    """People for the classes worked wanted[c] times, (C,): the weeks, and what is left over (C,)."""
    facts = facts_of(instance, patterns)
    weeks: Weeks = [[] for _ in instance.agents]
    left = wanted.copy()
    for day in range(7):
        while True:
            todo = np.repeat(np.arange(left.size), np.where(facts.day == day, left, 0))
            given = _match(instance, patterns, facts, weeks, todo)
            for person, number in given:
                weeks[person].append(number)
                left[number] -= 1
            if not given or instance.one_start_a_day:
                break
    return weeks, left


def _match(
    instance: Instance, patterns: Patterns, facts: ClassFacts, weeks: Weeks, todo: np.ndarray
) -> list[tuple[int, int]]:
    if todo.size == 0 or not weeks:
        return []
    kinds, place = np.unique(todo, return_inverse=True)
    costs = np.full((len(weeks), kinds.size), NEVER)
    for person, week in enumerate(weeks):
        used = _used(instance, patterns, person, week)
        nights, weekends = int(facts.night[week].sum()), int(facts.weekend[week].sum())
        last = int(patterns.start[week[-1]]) % instance.slots_a_day if week else None
        for column, number in enumerate(kinds):
            if not has_room(instance, patterns, person, week, number):
                continue
            if not may_join(instance, patterns, facts, week, number):
                continue
            start = int(patterns.start[number]) % instance.slots_a_day
            moved = 0 if last is None else abs(start - last)
            had = nights * bool(facts.night[number]) + weekends * bool(facts.weekend[number])
            costs[person, column] = ROOM * used + HAD * had + MOVED * moved
    table = costs[:, place]
    rows, columns = linear_sum_assignment(table)
    return [
        (int(row), int(todo[column]))
        for row, column in zip(rows, columns, strict=True)
        if table[row, column] < NEVER
    ]


def _used(instance: Instance, patterns: Patterns, person: int, week: list[int]) -> float:
    """The share of their limits that a person has used: of shifts or of paid time, whichever is more."""
    agent = instance.agents[person]
    paid = sum(int(patterns.paid[had]) for had in week)
    shifts = len(week) / agent.most_shifts if agent.most_shifts else len(week) / 7
    return max(shifts, paid / agent.most_paid if agent.most_paid else 0.0)


@dataclass(frozen=True, slots=True)
class Settled:
    """What CP-SAT found: the weeks and counts (P,) worked, if any; whether it proved that there are none; the
    bound it proved, in units."""

    weeks: Weeks | None
    counts: Ints | None
    impossible: bool
    bound: int


def settle(
    instance: Instance,
    patterns: Patterns,
    *,
    wanted: Ints | None,
    hint: Weeks,
    seconds: float,
    threads: int,
    least: int = 0,
    families: frozenset[Family] = ALL_FAMILIES,
) -> Settled:
    """The exact model: the classes `wanted` (C,), or, if None, the cheapest cover that people can work.

    `hint` are weeks to begin from; `least` is a known lower bound in units; other rules than `families`
    are left out.
    """
    model = cp_model.CpModel()
    usable = np.flatnonzero(wanted) if wanted is not None else np.arange(patterns.start.size)
    works = [{int(c): model.new_bool_var("") for c in usable} for _ in instance.agents]
    for person, mine in enumerate(works):
        _bind(model, instance, patterns, person, mine, families)
        for number, variable in mine.items():
            model.add_hint(variable, number in hint[person])
    worked: list[cp_model.IntVar] = []
    if wanted is not None:
        for needed in usable:
            model.add(sum(mine[int(needed)] for mine in works) == int(wanted[needed]))
    else:
        worked = _cover(model, instance, patterns, works)
        cost = sum(int(c) * v for c, v in zip(patterns.cost, worked, strict=True))
        model.add(cost >= least)
        model.minimize(cost)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = SEED
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Settled(None, None, status == cp_model.INFEASIBLE, least)
    weeks = [[number for number, variable in mine.items() if solver.value(variable)] for mine in works]
    counts = np.array([solver.value(v) for v in worked], dtype=np.int64) if worked else None
    bound = max(least, round(solver.best_objective_bound)) if worked else least
    return Settled(weeks, counts, False, bound)


def _bind(
    model: cp_model.CpModel,
    instance: Instance,
    patterns: Patterns,
    person: int,
    mine: dict[int, cp_model.IntVar],
    families: frozenset[Family],
) -> None:
    """The rules of one person."""
    agent = instance.agents[person]
    numbers = np.array(list(mine), dtype=np.int64)
    start = patterns.start[numbers]
    if agent.most_shifts is not None and Family.SHIFTS in families:
        model.add(sum(mine.values()) <= agent.most_shifts)
    if agent.most_paid is not None and Family.PAID in families:
        model.add(sum(int(patterns.paid[n]) * v for n, v in mine.items()) <= agent.most_paid)
    if instance.one_start_a_day and Family.ONE_START in families:
        for day in range(7):
            model.add_at_most_one(mine[int(n)] for n in numbers[start // instance.slots_a_day == day])
    busy = patterns.length[numbers] + (instance.rest_slots if Family.REST in families else 0)
    for slot in sorted({int(s) for s in start}):
        model.add_at_most_one(mine[int(n)] for n in numbers[(slot - start) % instance.slots < busy])


def _cover(
    model: cp_model.CpModel,
    instance: Instance,
    patterns: Patterns,
    works: list[dict[int, cp_model.IntVar]],
) -> list[cp_model.IntVar]:
    people = len(instance.agents)
    worked = [model.new_int_var(0, people, "") for _ in range(patterns.class_of.size)]
    over: list[list[cp_model.IntVar]] = [[] for _ in range(instance.slots)]
    of_class: list[list[cp_model.IntVar]] = [[] for _ in range(patterns.start.size)]
    for number, variable in enumerate(worked):
        of_class[int(patterns.class_of[number])].append(variable)
        for slot in patterns.covered[number, : patterns.at_work[number]]:
            over[int(slot)].append(variable)
    for number, variables in enumerate(of_class):
        model.add(sum(mine[number] for mine in works) == sum(variables))
    for slot, required in enumerate(instance.requirement):
        model.add(sum(over[slot]) >= required)
    return worked
