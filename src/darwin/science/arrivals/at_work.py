"""What the record of calls tells about the handlers: how soon they take the next call, and when they are
there.

A record of calls holds no sign-ons and often no wrap-up. Both follow from one fact: a handler who is free
while somebody waits takes a call. So the time from the end of one talk to the next answer, while somebody
waits throughout, is wrap-up and ringing; where the last caller left the queue first it is cut short, and the
product-limit estimate takes it so. A handler who leaves callers waiting is away.
"""

from dataclasses import dataclass

import numpy as np

from darwin.science.arrivals.arrays import Flags, Floats, Whole
from darwin.science.arrivals.calls import UNKNOWN, Calls
from darwin.science.arrivals.half_hours import SLOTS
from darwin.science.arrivals.survival import Survival, kaplan_meier

# Longer than any wrap-up that is not a break (breaks in control rooms begin at 15 minutes).
LONGEST_WRAP_S = 900.0
# Nobody is thought away before callers were left waiting for a minute.
SHORTEST_ABSENCE_S = 60.0
# With nobody calling at all, a handler is believed to be there for so long.
LONGEST_IDLE_S = 5_400.0
HALF_HOUR_S = 1_800.0


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """When anybody waited: starts and ends of the stretches, ascending and apart; and their sums."""

    start_s: Floats
    end_s: Floats
    sum_before_s: Floats  # the length of all stretches before each one

    def until(self, moment_s: Floats) -> Floats:
        """(n,), how much waiting there was in all up to each moment."""
        row = np.searchsorted(self.start_s, moment_s, side="right") - 1
        inside = np.minimum(moment_s, self.end_s[row]) - self.start_s[row]
        return np.where(row >= 0, self.sum_before_s[row] + inside, 0.0)

    def goes_on_to(self, moment_s: Floats) -> Floats:
        """(n,), the end of the stretch that each moment lies in; the moment itself where nobody waits."""
        row = np.searchsorted(self.start_s, moment_s, side="right") - 1
        return np.where(row >= 0, np.maximum(moment_s, self.end_s[row]), moment_s)


def waiting(calls: Calls) -> Waiting:
    """The stretches in which at least one caller waited."""
    real = np.flatnonzero(np.nan_to_num(calls.wait_s) > 0)
    start, end = calls.arrival_s[real], calls.left_s[real]
    if len(real) == 0:
        nothing = np.zeros(1)
        return Waiting(nothing, nothing, nothing)
    latest = np.maximum.accumulate(end)
    fresh = np.concatenate(([True], start[1:] > latest[:-1]))
    first = np.flatnonzero(fresh)
    begins, ends = start[first], latest[np.concatenate((first[1:] - 1, [len(start) - 1]))]
    return Waiting(begins, ends, np.concatenate(([0.0], np.cumsum(ends - begins)[:-1])))


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """Each handler's talks in order, and the gap to the next of the same handler (nan after the last)."""

    handler: Whole
    begins_s: Floats
    ends_s: Floats
    gap_s: Floats


def spells(calls: Calls) -> Spells:
    """The talks of handlers whom the record names; a talk that overlaps the next one ends where it begins."""
    rows = np.flatnonzero(calls.answered & (calls.handler != UNKNOWN) & np.isfinite(calls.wait_s))
    begins = calls.left_s[rows]
    order = np.lexsort((begins, calls.handler[rows]))
    rows, begins = rows[order], begins[order]
    handler, ends = calls.handler[rows], begins + np.nan_to_num(calls.talk_s[rows])
    gap = np.full(len(rows), np.nan)
    same = np.flatnonzero(handler[:-1] == handler[1:]) if len(rows) else np.zeros(0, np.int64)
    ends[same] = np.minimum(ends[same], begins[same + 1])
    gap[same] = begins[same + 1] - ends[same]
    return Spells(handler, begins, ends, gap)


def turnaround(calls: Calls) -> Survival | None:
    """From the end of a talk to the next answer while somebody waits; None where it was never seen to end.

    What is longer than LONGEST_WRAP_S is cut short there: it is a break or the end of a shift.
    """
    queue, told = waiting(calls), spells(calls)
    goes_on = queue.goes_on_to(told.ends_s) - told.ends_s
    seen = np.isfinite(told.gap_s) & (goes_on > 0)
    if not seen.any():
        return None
    gap, limit = told.gap_s[seen], np.minimum(goes_on[seen], LONGEST_WRAP_S)
    return kaplan_meier(np.minimum(gap, limit), gap <= limit) if (gap <= limit).any() else None


def longest_wrap_s(turned: Survival | None) -> float:
    """From how many seconds on a turnaround is an absence: twice what nine in ten stay below, within bounds.

    Bounds: SHORTEST_ABSENCE_S and LONGEST_WRAP_S.
    """
    usual = turned.quantile(0.9) if turned else None
    if usual is None:
        return LONGEST_WRAP_S
    return min(LONGEST_WRAP_S, max(SHORTEST_ABSENCE_S, 2 * usual))


def wrap_values(turned: Survival, longest_s: float) -> Floats:
    """(200,), equally likely turnarounds, ascending: of those that end within `longest_s`."""
    within = turned.time_s <= longest_s
    ended = 1 - turned.share[within]
    parts = (np.arange(200) + 0.5) / 200 * ended[-1]
    found: Floats = turned.time_s[within][np.searchsorted(ended, parts)]
    return found


def away(calls: Calls, told: Spells, longest_s: float) -> Flags:
    """(talks,), whether the handler was away after each.

    Away: callers waited longer than `longest_s` in all and were not taken, or nothing was heard for
    LONGEST_IDLE_S.
    """
    queue = waiting(calls)
    following = told.ends_s + np.nan_to_num(told.gap_s)
    left_waiting = queue.until(following) - queue.until(told.ends_s)
    return ~(told.gap_s <= LONGEST_IDLE_S) | (left_waiting > longest_s)


def at_work(calls: Calls, days: int, wrap_s: float, longest_s: float) -> Floats:
    """How many handlers there were on average in each half-hour of record, (days, 48).

    A handler is there while talking, for `wrap_s` after a talk, and between two talks unless `away`.
    Half-hours are counted from the first day's midnight by the even clock of arrival_s, and read as
    wall-clock ones: in the two weeks a year in which the clocks change they are an hour off after the
    change.
    """
    told = spells(calls)
    until = np.where(
        away(calls, told, longest_s), told.ends_s + wrap_s, told.ends_s + np.nan_to_num(told.gap_s)
    )
    steps: Floats = np.arange(days * SLOTS + 1).astype(np.float64) * HALF_HOUR_S
    covered = _time_since(told.begins_s, steps) - _time_since(until, steps)
    return np.maximum(0.0, np.diff(covered) / HALF_HOUR_S).reshape(days, SLOTS)


def _time_since(moments_s: Floats, steps_s: Floats) -> Floats:
    """(steps,), the sum over the moments before each step of the time since."""
    ordered = np.sort(moments_s)
    sums = np.concatenate(([0.0], np.cumsum(ordered)))
    rank = np.searchsorted(ordered, steps_s)
    since: Floats = rank * steps_s - sums[rank]
    return since
