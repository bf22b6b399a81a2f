"""A roster for a week that repeats, of people who are alike but for their limits: least cost, then fairness.

1. The linear relaxation of cover gives a bound in a second (`cover`).
2. Annealing finds a good cover (`annealing`); HiGHS and CP-SAT, a thread each, improve it and the bound.
3. People are matched to the shifts (`tours`). If these shifts cannot be worked by people, CP-SAT decides
   shifts and people together.
4. Nights and weekends are made fairer at the same cost (`balancing`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from darwin.science.rostering.annealing import anneal_cover
from darwin.science.rostering.balancing import balance
from darwin.science.rostering.clashes import RosterImpossible, clash_of_people, explain_clash
from darwin.science.rostering.cover import best_cover, limits_of, relaxed_cover
from darwin.science.rostering.covering import improve_cover
from darwin.science.rostering.instance import Instance
from darwin.science.rostering.patterns import Ints, Patterns, patterns_of
from darwin.science.rostering.tours import Weeks, match_days, settle

SEED = 1
# Annealing: steps for each shift of the cover to begin with, and at most and at least.
STEPS_A_SHIFT, MOST_STEPS, LEAST_STEPS = 60_000, 20_000_000, 200_000
# Shares of the time: until when cover is searched, and until when the people are settled.
COVER_SHARE, SETTLE_SHARE = 0.62, 0.92
LEAST_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class WeekRoster:
    """For each agent in order the (day, start slot of the day, shift type, break offset) worked.

    `paid` and `bound` are units of the instance. `covered` (slots,) is the people at work. `limit_hit`: the
    time limit ended a search, so that another run may find another roster.
    """

    tours: tuple[tuple[tuple[int, int, int, int], ...], ...]
    paid: int
    bound: int
    covered: tuple[int, ...]
    limit_hit: bool

    @property
    def gap(self) -> float:
        return (self.paid - self.bound) / self.paid if self.paid else 0.0


def solve_instance(instance: Instance, *, seconds: float = 60.0, threads: int = 2) -> WeekRoster:
    """The cheapest roster found in about `seconds` on `threads` cores, and the bound that is proven.

    Raises clashes.RosterImpossible, in the words of the rules that clash.
    """
    begun = perf_counter()

    def until(share: float) -> float:
        return max(LEAST_SECONDS, begun + share * seconds - perf_counter())

    patterns = patterns_of(instance)
    relaxed = relaxed_cover(instance, patterns)
    clash = explain_clash(instance, patterns) if relaxed is None else None
    if relaxed is None:
        raise RosterImpossible(clash or "The week cannot be covered.")
    counts, bound = _cover(instance, patterns, relaxed, until, threads)
    weeks, counts, bound = _people(instance, patterns, counts, bound, until, threads)
    fair = balance(instance, patterns, weeks)
    paid = int(counts @ patterns.cost)
    return WeekRoster(
        tours=_tours(instance, patterns, fair, counts),
        paid=paid,
        bound=bound,
        covered=tuple(int(n) for n in patterns.cover(counts, instance.slots)),
        limit_hit=paid > bound,
    )


def _cover(
    instance: Instance,
    patterns: Patterns,
    relaxed: tuple[np.ndarray, int],
    until: Callable[[float], float],
    threads: int,
) -> tuple[Ints | None, int]:
    """The cheapest cover found, and the bound."""
    divisible, bound = relaxed
    limits = list(limits_of(instance, patterns))
    most = next((limit.most for limit in limits if limit.chosen.size == patterns.class_of.size), None)
    begin = np.rint(divisible).astype(np.int64)
    steps = min(MOST_STEPS, max(LEAST_STEPS, STEPS_A_SHIFT * int(begin.sum())))
    found = anneal_cover(
        patterns,
        np.array(instance.requirement, dtype=np.int64),
        begin=begin,
        most_shifts=most if most is not None else 7 * len(instance.agents),
        steps=steps,
        seed=SEED,
    )
    if found is not None and any(int(limit.weight @ found[limit.chosen]) > limit.most for limit in limits):
        found = None
    if found is not None and int(found @ patterns.cost) <= bound:
        return found, bound
    seconds = until(COVER_SHARE)
    if threads < 2:
        better, proven = improve_cover(
            instance, patterns, hint=found, least=bound, seconds=seconds, threads=1
        )
        return _cheaper(patterns, found, better), proven
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(best_cover, instance, patterns, seconds=seconds, hint=found, least=bound)
        better, proven = improve_cover(
            instance, patterns, hint=found, least=bound, seconds=seconds, threads=threads - 1
        )
        exact = other.result()
    if exact.bound is None:
        raise RosterImpossible(
            "The week cannot be covered by whole people: their limits of shifts, paid hours and rest leave too"
            " little room, although not by a single slot or total."
        )
    return _cheaper(patterns, _cheaper(patterns, found, better), exact.counts), max(proven, exact.bound)


def _cheaper(patterns: Patterns, one: Ints | None, other: Ints | None) -> Ints | None:
    known = [counts for counts in (one, other) if counts is not None]
    return min(known, key=lambda counts: int(counts @ patterns.cost), default=None)


def _people(
    instance: Instance,
    patterns: Patterns,
    counts: Ints | None,
    bound: int,
    until: Callable[[float], float],
    threads: int,
) -> tuple[Weeks, Ints, int]:
    """Who works what: of these counts if people can work them, else of the cheapest that they can."""
    weeks: Weeks = [[] for _ in instance.agents]
    if counts is not None:
        wanted = np.bincount(patterns.class_of, weights=counts, minlength=patterns.start.size).astype(
            np.int64
        )
        weeks, left = match_days(instance, patterns, wanted)
        if not left.any():
            return weeks, counts, bound
        settled = settle(instance, patterns, wanted=wanted, hint=weeks, seconds=until(0.8), threads=threads)
        if settled.weeks is not None:
            return settled.weeks, counts, bound
    settled = settle(
        instance, patterns, wanted=None, hint=weeks, seconds=until(SETTLE_SHARE), threads=threads, least=bound
    )
    if settled.weeks is not None and settled.counts is not None:
        return settled.weeks, settled.counts, settled.bound
    if settled.impossible:
        raise RosterImpossible(clash_of_people(instance, patterns))
    raise RosterImpossible(
        "No roster was found in the time given, and it is not proven that there is none:"
        " give it more seconds, or one person or one rule of more room."
    )


def _tours(
    instance: Instance, patterns: Patterns, weeks: Weeks, counts: Ints
) -> tuple[tuple[tuple[int, int, int, int], ...], ...]:
    """The weeks with their breaks: the counted breaks of a class are handed out in order of the people."""
    breaks: dict[int, list[int]] = {}
    for number, offset, count in zip(patterns.class_of, patterns.offset, counts, strict=True):
        breaks.setdefault(int(number), []).extend([int(offset)] * int(count))
    a_day = instance.slots_a_day
    return tuple(
        tuple(
            (
                int(patterns.start[number]) // a_day,
                int(patterns.start[number]) % a_day,
                int(patterns.kind[number]),
                breaks[number].pop(0),
            )
            for number in sorted(week, key=lambda number: int(patterns.start[number]))
        )
        for week in weeks
    )
