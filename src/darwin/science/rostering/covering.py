"""Which shifts, by CP-SAT: better covers than HiGHS finds where people are many, from one to begin with."""

import numpy as np
from ortools.sat.python import cp_model

from darwin.science.rostering.cover import limits_of
from darwin.science.rostering.instance import Instance
from darwin.science.rostering.patterns import Ints, Patterns

SEED = 1


def new_solver(seconds: float, threads: int) -> cp_model.CpSolver:
    """A solver for `improve_cover`; another thread may end it with stop_search."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = SEED
    solver.parameters.linearization_level = 2
    return solver


def improve_cover(
    solver: cp_model.CpSolver, instance: Instance, patterns: Patterns, *, hint: Ints | None, least: int
) -> tuple[Ints | None, int]:
    """The cheapest cover that `solver` finds from `hint` (P,), and the bound that is proven, in units.

    `least` is a known bound: the search ends when it is reached.
    """
    model = cp_model.CpModel()
    people = len(instance.agents)
    highest = max(instance.requirement, default=0)
    worked = [model.new_int_var(0, min(people, highest), "") for _ in range(patterns.class_of.size)]
    over: list[list[cp_model.IntVar]] = [[] for _ in range(instance.slots)]
    for variable, row, at_work in zip(worked, patterns.covered, patterns.at_work, strict=True):
        for slot in row[:at_work]:
            over[int(slot)].append(variable)
    for here, required in zip(over, instance.requirement, strict=True):
        model.add(sum(here) >= required)
    for limit in limits_of(instance, patterns):
        model.add(
            cp_model.LinearExpr.weighted_sum([worked[p] for p in limit.chosen], limit.weight.tolist())
            <= limit.most
        )
    cost = cp_model.LinearExpr.weighted_sum(worked, patterns.cost.tolist())
    model.add(cost >= least)
    model.minimize(cost)
    if hint is not None:
        for variable, count in zip(worked, hint, strict=True):
            model.add_hint(variable, int(count))
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, least
    return np.array([solver.value(v) for v in worked], dtype=np.int64), max(
        least, round(solver.best_objective_bound)
    )
