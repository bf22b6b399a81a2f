"""The cheapest cover within a time: a search that proves beside one that finds.

HiGHS gets one thread from the beginning to the end. On the other, annealing makes a cover in seconds and
CP-SAT improves it; both end when HiGHS has proven its own. If HiGHS ends by itself, its cover is the answer,
whatever the other thread had by then: so the answer depends on speed only where the time ran out.
"""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from time import perf_counter

import numpy as np

from darwin.science.rostering.annealing import anneal_cover
from darwin.science.rostering.clashes import RosterImpossible
from darwin.science.rostering.cover import Cover, best_cover, limits_of
from darwin.science.rostering.covering import improve_cover, new_solver
from darwin.science.rostering.instance import Instance
from darwin.science.rostering.patterns import Ints, Patterns

SEED = 1
# Annealing: steps for each shift of the cover to begin with, at most and at least, and its share of the time.
STEPS_A_SHIFT, MOST_STEPS, LEAST_STEPS = 60_000, 20_000_000, 200_000
ANNEALING_SHARE = 0.3
# With one thread, HiGHS goes first and has so much of the time.
ALONE_SHARE = 0.6
LOOK_EVERY_S = 0.2
# What HiGHS proves within this time needs no other search.
HEAD_START_S = 2.0
LEAST_SECONDS = 0.2

Relaxed = tuple[np.ndarray, int]


def search_cover(
    instance: Instance, patterns: Patterns, relaxed: Relaxed, *, seconds: float, threads: int
) -> tuple[Ints | None, int]:
    """Counts (P,) of the cheapest cover found in `seconds` (None: none was), and the bound, in units.

    `relaxed` is what cover.relaxed_cover gave. Raises clashes.RosterImpossible if it is proven that whole
    people cannot cover the week.
    """
    proving = ThreadPoolExecutor(1)
    limit = seconds if threads > 1 else ALONE_SHARE * seconds
    with proving:
        proof = proving.submit(best_cover, instance, patterns, seconds=limit, hint=None, least=relaxed[1])
        wait([proof], timeout=HEAD_START_S if threads > 1 else None)
        counts, bound = _find(instance, patterns, relaxed, proof, seconds, max(1, threads - 1))
        proven = proof.result()
    if proven.bound is None:
        raise RosterImpossible(
            "The week cannot be covered by whole people: their limits of shifts, paid hours and rest leave"
            " too little room, although not by a single slot or total."
        )
    if proven.ended and proven.counts is not None:
        return proven.counts, proven.bound
    return _cheaper(patterns, counts, proven.counts), max(bound, proven.bound)


def _find(
    instance: Instance,
    patterns: Patterns,
    relaxed: Relaxed,
    proof: Future[Cover],
    seconds: float,
    threads: int,
) -> tuple[Ints | None, int]:
    """The better cover of annealing and CP-SAT, until the time is over or the proof is there."""
    begun = perf_counter()
    divisible, bound = relaxed
    limits = list(limits_of(instance, patterns))
    shifts = [limit.most for limit in limits if limit.chosen.size == patterns.class_of.size]
    begin = np.rint(divisible).astype(np.int64)

    def proven() -> bool:
        return proof.done() and proof.result().ended

    found = anneal_cover(
        patterns,
        np.array(instance.requirement, dtype=np.int64),
        begin=begin,
        most_shifts=min(shifts, default=7 * len(instance.agents)),
        steps=min(MOST_STEPS, max(LEAST_STEPS, STEPS_A_SHIFT * int(begin.sum()))),
        seed=SEED,
        enough=lambda: proven() or perf_counter() - begun > ANNEALING_SHARE * seconds,
    )
    if found is not None and any(int(limit.weight @ found[limit.chosen]) > limit.most for limit in limits):
        found = None
    if proven() or (found is not None and int(found @ patterns.cost) <= bound):
        return found, bound
    solver = new_solver(max(LEAST_SECONDS, begun + seconds - perf_counter()), threads)
    with ThreadPoolExecutor(1) as pool:
        improving = pool.submit(improve_cover, solver, instance, patterns, hint=found, least=bound)
        while not improving.done():
            if proven():
                solver.stop_search()
            with suppress(TimeoutError):
                improving.result(timeout=LOOK_EVERY_S)
        better, bound = improving.result()
    return _cheaper(patterns, found, better), bound


def _cheaper(patterns: Patterns, one: Ints | None, other: Ints | None) -> Ints | None:
    known = [counts for counts in (one, other) if counts is not None]
    return min(known, key=lambda counts: int(counts @ patterns.cost), default=None)
