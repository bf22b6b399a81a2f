"""Which shifts: the least cost that covers the week, and a bound on it that holds for every roster.

The model is a relaxation of the whole problem: it knows the patterns and what the people together can work,
not who works what. So its bound is a lower bound of the whole problem, and a roster that reaches it is
proven optimal. What the people together can work, each a valid inequality:
- at most the sum of their limits of shifts and of paid time; of one type no more than either allows;
- on one day at most one shift a person where one start a day is the rule;
- in any slot, at most one shift a person among those that run or whose rest still runs.
HiGHS is called through ortools.math_opt.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

import numpy as np
from ortools.math_opt.python import mathopt

from darwin.science.rostering.instance import Agent, Instance
from darwin.science.rostering.patterns import Ints, Patterns

TOLERANCE = 1e-6


class Family(Enum):
    """The families of rules that limit cover, in the order in which they are left out to find a clash."""

    ONE_START = "one shift start a day"
    REST = "rest between shifts"
    SHIFTS = "shifts a week"
    PAID = "paid hours a week"


ALL_FAMILIES = frozenset(Family)


@dataclass(frozen=True, slots=True)
class Cover:
    """What HiGHS found: `counts` (P,) or None, `bound` in units (None: no cover); did it end by itself?"""

    counts: Ints | None
    bound: int | None
    ended: bool


@dataclass(slots=True)
class _Model:
    model: mathopt.Model
    worked: list[mathopt.Variable]
    lacking: list[mathopt.Variable]


def relaxed_cover(
    instance: Instance, patterns: Patterns, families: frozenset[Family] = ALL_FAMILIES
) -> tuple[np.ndarray, int] | None:
    """The linear relaxation: counts (P,) that need not be whole, and its value rounded up to whole units.

    None if even people who can be divided cannot cover the week.
    """
    built = _build(instance, patterns, families, whole=False)
    result = mathopt.solve(built.model, mathopt.SolverType.HIGHS)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    return _values(result, built.worked), _up(result.objective_value())


def best_cover(
    instance: Instance, patterns: Patterns, *, seconds: float, hint: Ints | None, least: int
) -> Cover:
    """The cheapest cover that HiGHS finds in `seconds`, and the bound it proves; `least` is known already.

    `hint` (P,) is a cover to begin from.
    """
    built = _build(instance, patterns, ALL_FAMILIES, whole=True)
    cost = mathopt.fast_sum(int(c) * v for c, v in zip(patterns.cost, built.worked, strict=True))
    built.model.add_linear_constraint(cost >= least)
    begin = []
    if hint is not None:
        values = {variable: float(n) for variable, n in zip(built.worked, hint, strict=True)}
        begin.append(mathopt.SolutionHint(variable_values=values))
    result = mathopt.solve(
        built.model,
        mathopt.SolverType.HIGHS,
        params=mathopt.SolveParameters(time_limit=timedelta(seconds=seconds), random_seed=1),
        model_params=mathopt.ModelSolveParameters(solution_hints=begin),
    )
    reason = result.termination.reason
    if reason == mathopt.TerminationReason.INFEASIBLE:
        return Cover(None, None, True)
    counts = None
    if result.has_primal_feasible_solution():
        counts = np.rint(_values(result, built.worked)).astype(np.int64)
        if (patterns.cover(counts, instance.slots) < np.array(instance.requirement)).any():
            counts = None
    proven = result.best_objective_bound()
    bound = max(least, _up(proven)) if math.isfinite(proven) else least
    return Cover(counts, bound, reason == mathopt.TerminationReason.OPTIMAL)


def least_lacking(
    instance: Instance, patterns: Patterns, families: frozenset[Family] = ALL_FAMILIES
) -> np.ndarray:
    """The cover that lacks (slots,) when as little lacks as people who can be divided allow."""
    built = _build(instance, patterns, families, whole=False, may_lack=True)
    result = mathopt.solve(built.model, mathopt.SolverType.HIGHS)
    return _values(result, built.lacking)


def _build(
    instance: Instance,
    patterns: Patterns,
    families: frozenset[Family],
    *,
    whole: bool,
    may_lack: bool = False,
) -> _Model:
    model = mathopt.Model()
    most = float(len(instance.agents) * 7)
    worked = [model.add_variable(lb=0, ub=most, is_integer=whole) for _ in range(patterns.class_of.size)]
    over: list[list[mathopt.Variable]] = [[] for _ in range(instance.slots)]
    for variable, row, at_work in zip(worked, patterns.covered, patterns.at_work, strict=True):
        for slot in row[:at_work]:
            over[int(slot)].append(variable)
    lacking = [model.add_variable(lb=0) for _ in range(instance.slots)] if may_lack else []
    for slot, required in enumerate(instance.requirement):
        here = [*over[slot], lacking[slot]] if may_lack else over[slot]
        model.add_linear_constraint(mathopt.fast_sum(here) >= required)
    for limit in limits_of(instance, patterns, families):
        terms = zip(limit.chosen, limit.weight, strict=True)
        model.add_linear_constraint(mathopt.fast_sum(int(w) * worked[p] for p, w in terms) <= limit.most)
    cost = mathopt.fast_sum(int(c) * v for c, v in zip(patterns.cost, worked, strict=True))
    model.minimize(mathopt.fast_sum(lacking) if may_lack else cost)
    return _Model(model, worked, lacking)


@dataclass(frozen=True, slots=True)
class Limit:
    """What is worked at most: the sum of weight[i] times the count of pattern chosen[i]."""

    chosen: Ints
    weight: Ints
    most: int


def limits_of(
    instance: Instance, patterns: Patterns, families: frozenset[Family] = ALL_FAMILIES
) -> Iterator[Limit]:
    """What the people together can work, of the given families of rules."""
    people = len(instance.agents)
    kind, start = patterns.kind[patterns.class_of], patterns.start[patterns.class_of]
    busy = patterns.length[patterns.class_of] + (instance.rest_slots if Family.REST in families else 0)
    shifts = [(kind == number, shift.paid) for number, shift in enumerate(instance.shift_types)]
    shifts.append((kind >= 0, min(shift.paid for shift in instance.shift_types)))
    for chosen, paid in shifts:
        most = _sum(_most_of(agent, paid, families) for agent in instance.agents)
        if most is not None:
            yield _ones(chosen, most)
    most = _sum(agent.most_paid for agent in instance.agents)
    if Family.PAID in families and most is not None:
        yield Limit(np.arange(kind.size), patterns.cost, most)
    if Family.ONE_START in families and instance.one_start_a_day:
        for day in range(7):
            yield _ones(start // instance.slots_a_day == day, people)
    for slot in sorted({int(s) for s in patterns.start}):
        yield _ones((slot - start) % instance.slots < busy, people)


def _ones(chosen: np.ndarray, most: int) -> Limit:
    places = np.flatnonzero(chosen)
    return Limit(places, np.ones(places.size, dtype=np.int64), most)


def _most_of(agent: Agent, paid: int, families: frozenset[Family]) -> int | None:
    """How many shifts of `paid` units a person may work in the week; None if nothing says."""
    known = []
    if Family.SHIFTS in families and agent.most_shifts is not None:
        known.append(agent.most_shifts)
    if Family.PAID in families and agent.most_paid is not None:
        known.append(agent.most_paid // paid)
    return min(known, default=None)


def _sum(limits: Iterable[int | None]) -> int | None:
    total = 0
    for limit in limits:
        if limit is None:
            return None
        total += limit
    return total


def _values(result: mathopt.SolveResult, variables: list[mathopt.Variable]) -> np.ndarray:
    return np.array(result.variable_values(variables))


def _up(value: float) -> int:
    """The least whole number of units that is not below `value`, which a solver gives with its own error."""
    return math.ceil(value - max(TOLERANCE * 10, abs(value) * TOLERANCE / 10))
