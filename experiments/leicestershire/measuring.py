"""What a simulated month shows, and how two months with the same callers differ.

Every measure is a ratio of two sums over replications. A change of it has the variance of its linear part
(influence values; W. G. Cochran, Sampling Techniques, 3rd ed. 1977, 6.4 and 6.6), over the differences of
replications with the same random numbers (A. M. Law, Simulation Modeling and Analysis, 5th ed. 2015, 10.2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from experiments.leicestershire.centre import ASSUMED, CALLERS

# A measure: numerator and denominator of each replication, shape (replications, 2).
Measure = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and half the width of its interval."""

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        return self.mean + self.half_width


@dataclass(frozen=True, slots=True)
class Measured:
    """A month, simulated many times.

    `measures`: "in time" (101 calls answered within 30 s, over 1), "share in time", "gave up" (of attempts),
    "wait of answered", "wait of all" (seconds), "attempts", "999 in time", "busy DESK", and for each group
    of callers "in time GROUP", "gave up GROUP", "wait GROUP". `half_hours`: 101 calls in time and offered in
    each of the 336 half-hours of the week (replications, 336, 2).
    """

    measures: dict[str, Measure]
    half_hours: NDArray[np.float64]

    def value(self, name: str) -> float:
        return _value(self.measures[name])

    def estimate(self, name: str) -> Estimate:
        measure = self.measures[name]
        return Estimate(_value(measure), _half_width(_influence(measure)))


def relative_change(before: Measured, after: Measured, name: str) -> Estimate:
    """after / before - 1."""
    one, two = before.measures[name], after.measures[name]
    ratio = _value(two) / _value(one)
    return Estimate(ratio - 1, _half_width((_influence(two) - ratio * _influence(one)) / _value(one)))


def difference(before: Measured, after: Measured, name: str) -> Estimate:
    """after - before."""
    one, two = before.measures[name], after.measures[name]
    return Estimate(_value(two) - _value(one), _half_width(_influence(two) - _influence(one)))


def worst_half_hour(month: Measured) -> int:
    """The half-hour of the week, from Monday 00:00, in which the fewest 101 calls are answered in time."""
    in_time, offered = month.half_hours.mean(axis=0).T
    weeks = ASSUMED["experiment"]["days"] / 7
    enough = offered / weeks >= ASSUMED["guardrails"]["least_calls_in_a_half_hour"]
    return int(np.argmin(np.where(enough, in_time / np.maximum(offered, 1e-9), np.inf)))


def worst_difference(before: Measured, after: Measured) -> Estimate:
    """By how much the share in time of the worst half-hour after lies above that of the worst before."""
    one = before.half_hours[:, worst_half_hour(before)]
    two = after.half_hours[:, worst_half_hour(after)]
    return Estimate(_value(two) - _value(one), _half_width(_influence(two) - _influence(one)))


def broken_guardrails(before: Measured, after: Measured) -> list[str]:
    """Sentences; empty if the lever may stay. Worse is beyond the interval of the difference."""
    found = []
    emergency = difference(before, after, "999 in time")
    if emergency.high < 0:
        found.append(f"999 within 10 s falls by {_points(emergency)}")
    limit = ASSUMED["guardrails"]["occupancy_at_most"]
    busy = {
        name.removeprefix("busy "): after.value(name) for name in after.measures if name.startswith("busy ")
    }
    found += [f"occupancy of desk {desk} is {share:.1%}" for desk, share in busy.items() if share > limit]
    worst = worst_difference(before, after)
    if worst.high < 0:
        found.append(f"the worst half-hour falls by {_points(worst)}")
    for group in CALLERS:
        for measure, sign, words in (
            ("in time", 1, "fewer in time"),
            ("gave up", -1, "more give up"),
            ("wait", -1, "a longer wait"),
        ):
            change = difference(before, after, f"{measure} {group}")
            if (change.high if sign > 0 else -change.low) < 0:
                amount = f"{abs(change.mean):.1f} s" if measure == "wait" else _points(change)
                found.append(f"callers “{group}”: {words} ({amount})")
    return found


def _points(change: Estimate) -> str:
    return f"{abs(change.mean) * 100:.2f} points"


def _value(measure: Measure) -> float:
    return float(measure[:, 0].sum() / measure[:, 1].sum())


def _influence(measure: Measure) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (measure[:, 0] - _value(measure) * measure[:, 1]) / measure[:, 1].mean()
    return found


def _half_width(influence: NDArray[np.float64]) -> float:
    count = len(influence)
    quantile = student.ppf((1 + ASSUMED["experiment"]["confidence"]) / 2, count - 1)
    return float(quantile * influence.std(ddof=1) / np.sqrt(count))
