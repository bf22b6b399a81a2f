"""A roster for a week that repeats, of people who are alike but for their limits: least cost, then fairness.

1. The linear relaxation of cover gives a bound in a second (`cover`).
2. HiGHS seeks the cheapest cover and its proof; beside it annealing and CP-SAT seek good covers
   (`cover_search`).
3. People are matched to the shifts (`tours`). If these shifts cannot be worked by people, CP-SAT decides
   shifts and people together.
4. Nights and weekends are made fairer at the same cost (`balancing`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from darwin.science.rostering.balancing import balance
from darwin.science.rostering.clashes import RosterImpossible, clash_of_people, explain_clash
from darwin.science.rostering.cover import relaxed_cover
from darwin.science.rostering.cover_search import search_cover
from darwin.science.rostering.instance import Instance
from darwin.science.rostering.patterns import Ints, Patterns, patterns_of
from darwin.science.rostering.tours import Weeks, match_days, settle

# Shares of the time: until when cover is searched, until when people for that cover, until when for any.
COVER_SHARE, SETTLE_SHARE, ANY_COVER_SHARE = 0.72, 0.8, 0.95
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
    counts, bound = search_cover(instance, patterns, relaxed, seconds=until(COVER_SHARE), threads=threads)
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
        settled = settle(
            instance, patterns, wanted=wanted, hint=weeks, seconds=until(SETTLE_SHARE), threads=threads
        )
        if settled.weeks is not None:
            return settled.weeks, counts, bound
    settled = settle(
        instance,
        patterns,
        wanted=None,
        hint=weeks,
        seconds=until(ANY_COVER_SHARE),
        threads=threads,
        least=bound,
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
