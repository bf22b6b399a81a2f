"""Who gave up and rings again: how many, how soon, beyond those who would have rung anyway.

A caller who gave up and is heard again within the window came back, or would have rung just then for another
reason. The second is measured by the same callers in the same window of the same hour a week earlier and a
week later, in which nobody is coming back from this call; a share p of callers who come back is seen as p +
(1 - p) * chance, so that p = (seen - chance) / (1 - chance) (the correction of Abbott, A method of computing
the effectiveness of an insecticide, J. Economic Entomology 18 (1925) 265-267).
"""

from dataclasses import dataclass

import numpy as np

from darwin.science.arrivals.arrays import Flags, Floats
from darwin.science.arrivals.calls import UNKNOWN, Calls

WEEK_S = 7 * 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Redial:
    """probability: of somebody who gave up to ring again. mean_delay_s: from giving up, chance taken out.

    watched: those who gave up, whose number is known and whose window lies in the record. seen: the share of
    them heard again in the window; by_chance: of the same callers a week away. std_error: of the probability.
    share_of_calls: for each call, the part of it that is a redial, 0 to 1; their sum is how many there were,
    grown to those whose number is not known.
    """

    probability: float
    std_error: float
    mean_delay_s: float
    watched: int
    seen: float
    by_chance: float
    window_s: float
    share_of_calls: Floats


def redials(calls: Calls, record_s: tuple[float, float], window_s: float = 3_600.0) -> Redial | None:
    """How those who gave up ring again within `window_s`; None where nobody who gave up can be followed.

    record_s: the first and last second of the record. A control window outside it is left out.
    """
    gave_up = np.flatnonzero(calls.gave_up & (calls.caller != UNKNOWN))
    gave_up = gave_up[calls.left_s[gave_up] + window_s <= record_s[1]]
    if len(gave_up) == 0:
        return None
    following = _next_by_caller(calls, calls.left_s[gave_up], calls.caller[gave_up])
    delay = np.where(following >= 0, calls.arrival_s[following] - calls.left_s[gave_up], np.inf)
    seen = delay <= window_s
    chance, chance_delay_s = _by_chance(calls, gave_up, record_s, window_s)
    share = float(seen.mean())
    if chance >= 1 or share <= chance:
        probability, mean_delay_s, real = 0.0, 0.0, 0.0
    else:
        probability = (share - chance) / (1 - chance)
        real = (share - chance) / share
        # Of those seen, the part beyond chance; those by chance keep the delay they have a week away.
        mean_delay_s = max(1.0, (float(delay[seen].mean()) - (1 - real) * chance_delay_s) / real)
    std_error = (share * (1 - share) / len(gave_up)) ** 0.5 / max(1e-9, 1 - chance)
    shares = np.zeros(len(calls))
    known = len(gave_up) / max(1, int(calls.gave_up.sum()))
    np.add.at(shares, following[seen], real / known)
    return Redial(
        probability, std_error, mean_delay_s, len(gave_up), share, chance, window_s, np.minimum(shares, 1.0)
    )


def _by_chance(
    calls: Calls, gave_up: np.ndarray, record_s: tuple[float, float], window_s: float
) -> tuple[float, float]:
    """The share of the same callers heard in the same window a week away, and their mean delay in it."""
    heard = watched = 0
    total_s = 0.0
    for shift in (-WEEK_S, WEEK_S):
        starts = calls.left_s[gave_up] + shift
        inside: Flags = (starts >= record_s[0]) & (starts + window_s <= record_s[1])
        starts, callers = starts[inside], calls.caller[gave_up][inside]
        following = _next_by_caller(calls, starts, callers)
        delay = np.where(following >= 0, calls.arrival_s[following] - starts, np.inf)
        found = delay <= window_s
        heard, watched = heard + int(found.sum()), watched + len(starts)
        total_s += float(delay[found].sum())
    return heard / max(1, watched), total_s / heard if heard else 0.0


def _next_by_caller(calls: Calls, after_s: Floats, callers: np.ndarray) -> np.ndarray:
    """The row of each caller's first call later than `after_s`; -1 where there is none."""
    known = np.flatnonzero(calls.caller != UNKNOWN)
    order = known[np.lexsort((calls.arrival_s[known], calls.caller[known]))]
    # One ascending key out of caller and time: callers apart by more than any time.
    span = float(calls.arrival_s[-1]) + 4 * WEEK_S
    keys = calls.caller[order] * span + calls.arrival_s[order]
    place = np.searchsorted(keys, callers * span + after_s, side="right")
    inside = place < len(order)
    row = order[np.minimum(place, len(order) - 1)]
    return np.where(inside & (calls.caller[row] == callers), row, -1)
