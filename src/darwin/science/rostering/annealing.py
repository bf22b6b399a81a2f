"""A good cover in seconds: simulated annealing over the multiset of shifts that are worked.

A step replaces, drops or adds one shift; the energy is cost plus a price on every person-slot that lacks.
Kirkpatrick, Gelatt and Vecchi (Science 220, 1983); for shift cover: Thompson (Journal of the Operational
Research Society 47, 1996). It proves nothing: the bound comes from `cover`.
"""

from collections.abc import Callable

import numpy as np

from darwin.science.kernels import njit
from darwin.science.rostering.patterns import Ints, Patterns

# In prices of the dearest shift: what a person-slot that lacks costs, how hot it is at first and at last.
LACK, HOT, COLD = 0.45, 0.33, 0.013
# So many stretches of the search, between which it looks whether it should end.
STRETCHES = 20
# A replacement begins at most so many slots earlier or later, three times in four.
NEAR = 6


@njit(cache=True, nogil=True)
def _anneal(required, cost, at_work, covered, near, shifts, count, most, seed, steps, lack, hot, cold):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    slots = required.size
    cover = np.zeros(slots, np.int64)
    spent, lacking = 0, 0
    for i in range(count):
        spent += cost[shifts[i]]
        for q in range(at_work[shifts[i]]):
            cover[covered[shifts[i], q]] += 1
    for k in range(slots):
        lacking += max(0, required[k] - cover[k])
    best = spent if lacking == 0 else -1
    best_shifts, best_count = shifts.copy(), count
    heat, cooling = hot, (cold / hot) ** (1.0 / steps)
    for _ in range(steps):
        heat *= cooling
        kind = np.random.random()
        old, new, place = -1, -1, -1
        if kind < 0.95 and count > 0:
            place = np.random.randint(count)
            old = shifts[place]
        if kind < 0.9 and old >= 0:
            if np.random.random() < 0.75:
                new = near[old, 0] + np.random.randint(near[old, 1] - near[old, 0])
            else:
                new = np.random.randint(cost.size)
        elif old < 0:
            if count >= most:
                continue
            new = np.random.randint(cost.size)
        if old == new:
            continue
        dearer, worse = 0, 0
        if old >= 0:
            dearer -= cost[old]
            for q in range(at_work[old]):
                k = covered[old, q]
                cover[k] -= 1
                if cover[k] < required[k]:
                    worse += 1
        if new >= 0:
            dearer += cost[new]
            for q in range(at_work[new]):
                k = covered[new, q]
                if cover[k] < required[k]:
                    worse -= 1
                cover[k] += 1
        change = dearer + lack * worse
        if change <= 0 or np.random.random() < np.exp(-change / heat):
            spent += dearer
            lacking += worse
            if old >= 0 and new >= 0:
                shifts[place] = new
            elif old >= 0:
                count -= 1
                shifts[place] = shifts[count]
            else:
                shifts[count] = new
                count += 1
            if lacking == 0 and (best < 0 or spent < best):
                best, best_count = spent, count
                best_shifts[:count] = shifts[:count]
        else:
            if old >= 0:
                for q in range(at_work[old]):
                    cover[covered[old, q]] += 1
            if new >= 0:
                for q in range(at_work[new]):
                    cover[covered[new, q]] -= 1
    return best, best_shifts[:best_count], count


def anneal_cover(
    patterns: Patterns,
    required: Ints,
    *,
    begin: Ints,
    most_shifts: int,
    steps: int,
    seed: int,
    enough: Callable[[], bool],
) -> Ints | None:
    """Counts (P,) of a cover of `required` (slots,) with at most `most_shifts` shifts; None if none was met.

    `begin` (P,) are the counts to begin from. The same arguments give the same answer, unless `enough`, which
    is asked STRETCHES times, ends the search.
    """
    cost = patterns.cost
    start = patterns.start[patterns.class_of]
    near = np.stack(
        [np.searchsorted(start, start - NEAR, "left"), np.searchsorted(start, start + NEAR, "right")], axis=1
    )
    room = max(1, min(most_shifts, 3 * int(begin.sum()) + 64))
    shifts = np.zeros(room, dtype=np.int64)
    first = np.repeat(np.arange(cost.size), begin)[:room]
    shifts[: first.size] = first
    dearest, count, cheapest = float(cost.max()), int(first.size), -1
    found: Ints | None = None
    heats = HOT * dearest * (COLD / HOT) ** (np.arange(STRETCHES + 1) / STRETCHES)
    for stretch in range(STRETCHES):
        if enough():
            break
        best, best_shifts, count = _anneal(
            required, cost, patterns.at_work, patterns.covered, near, shifts, count, room,
            seed + stretch, max(1, steps // STRETCHES), LACK * dearest, heats[stretch], heats[stretch + 1],
        )  # fmt: skip
        if best >= 0 and (cheapest < 0 or best < cheapest):
            cheapest = best
            found = np.bincount(best_shifts, minlength=cost.size).astype(np.int64)
    return found
