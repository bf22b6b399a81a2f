"""Who gave up and rings again: how many, how soon, beyond those who would have rung anyway.

A caller who gave up and is heard again within the window came back, or would have rung just then for another
reason. The second is measured by the same callers in the same window of the same hour a week earlier and a
week later, in which nobody is coming back from this call; a share p of callers who come back is seen as p +
(1 - p) * chance, so that p = (seen - chance) / (1 - chance) (the correction of Abbott, A method of computing
the effectiveness of an insecticide, J. Economic Entomology 18 (1925) 265-267).
"""

from dataclasses import dataclass

import numpy as np

from darwin.science.arrivals.arrays import Floats, Whole
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
    following, delay = _heard(calls, gave_up, 0.0, window_s)
    seen = delay <= window_s
    control = _by_chance(calls, gave_up, record_s, window_s)
    share = float(seen.mean())
    chance = float((control <= window_s).mean()) if len(control) else 0.0
    probability = max(0.0, (share - chance) / (1 - chance)) if chance < 1 else 0.0
    shares = np.zeros(len(calls))
    if probability > 0:
        known = len(gave_up) / int(calls.gave_up.sum())
        np.add.at(shares, following[seen], min(1.0, probability / share) / known)
    return Redial(
        probability=probability,
        std_error=_std_error(share, len(gave_up), chance, len(control)),
        mean_delay_s=_mean_delay_s(delay, control, window_s),
        watched=len(gave_up),
        seen=share,
        by_chance=chance,
        window_s=window_s,
        share_of_calls=np.minimum(shares, 1.0),
    )


def _std_error(share: float, watched: int, chance: float, controls: int) -> float:
    if chance >= 1:
        return 1.0
    of_share = share * (1 - share) / watched / (1 - chance) ** 2
    of_chance = chance * (1 - chance) / max(1, controls) * ((1 - share) / (1 - chance) ** 2) ** 2
    return float((of_share + of_chance) ** 0.5)


def _mean_delay_s(delay: Floats, control: Floats, window_s: float) -> float:
    """The mean delay of those who come back within the window, without those heard by chance before.

    Not to be heard until t takes that one neither came back nor rang by chance, so that the correction of the
    share holds at every t: back(t) = 1 - silent(t) / silent by chance(t). 0 where nobody comes back.
    """
    grid = np.linspace(0.0, window_s, 721)
    silent = 1 - np.searchsorted(np.sort(delay), grid, side="right") / len(delay)
    by_chance = 1 - np.searchsorted(np.sort(control), grid, side="right") / max(1, len(control))
    back = 1 - silent / np.maximum(by_chance, 1e-9)
    if back[-1] <= 0:
        return 0.0
    left = np.clip(1 - back / back[-1], 0.0, 1.0)
    return max(1.0, float(((left[1:] + left[:-1]) / 2).sum() * (grid[1] - grid[0])))


def _by_chance(calls: Calls, gave_up: Whole, record_s: tuple[float, float], window_s: float) -> Floats:
    """How soon the same callers were heard after the same moments a week away; inf beyond the window."""
    found = []
    for shift in (-WEEK_S, WEEK_S):
        starts = calls.left_s[gave_up] + shift
        inside = (starts >= record_s[0]) & (starts + window_s <= record_s[1])
        found.append(_heard(calls, gave_up[inside], shift, window_s)[1])
    return np.concatenate(found)


def _heard(calls: Calls, gave_up: Whole, shift_s: float, window_s: float) -> tuple[Whole, Floats]:
    """The next call of each caller after giving up (moved by `shift_s`), and after how many seconds."""
    starts = calls.left_s[gave_up] + shift_s
    following = _next_by_caller(calls, starts, calls.caller[gave_up])
    delay = np.where(following >= 0, calls.arrival_s[following] - starts, np.inf)
    return following, np.where(delay <= window_s, delay, np.inf)


def _next_by_caller(calls: Calls, after_s: Floats, callers: Whole) -> Whole:
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
