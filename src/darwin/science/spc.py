"""Control charts of single values (XmR): mean, natural process limits, and which points are signals.

Source of the limits: D. J. Wheeler, Understanding Variation (2nd ed. 2000), chapter 3 and appendix: mean of
the values plus and minus 2.66 mean moving ranges; a moving range above 3.267 mean moving ranges is itself
a signal. Source of the rules: NHS England, Making Data Count, as NHSRplotthedots 0.2 applies them:
a value outside the limits; seven in a row on one side of the mean; seven in a row rising or falling; two of
three beyond two thirds of the way to the same limit, all three on that side.

Where this differs from NHSRplotthedots, and why:
- moving ranges that are signals are left out of the mean moving range (there, an option that is on by
  default; here, always), so that one exceptional month does not hide the next;
- a gap (None) ends every run and has no moving range on either side: nothing is read across it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from statistics import mean as exact_mean

# 3 / d2 with d2 = 1.128, the bias of a range of two (Wheeler).
LIMIT_FACTOR = 2.66
# D4 for ranges of two (Wheeler).
RANGE_LIMIT_FACTOR = 3.267
RUN_LENGTH = 7
# Below this many values limits say little (Making Data Count asks for at least 12 to draw them with trust).
FEW_VALUES = 12


class Signal(StrEnum):
    """Why a point is not ordinary."""

    ABOVE_LIMIT = "above the upper limit"
    BELOW_LIMIT = "below the lower limit"
    RUN_ABOVE = "seven or more in a row above the mean"
    RUN_BELOW = "seven or more in a row below the mean"
    RISING = "seven or more in a row rising"
    FALLING = "seven or more in a row falling"
    NEAR_UPPER = "two of three near the upper limit"
    NEAR_LOWER = "two of three near the lower limit"


OUTSIDE = frozenset({Signal.ABOVE_LIMIT, Signal.BELOW_LIMIT})


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch with limits of its own: values from `start` up to, not including, `end` (positions).

    `mean`, `lower` and `upper` are in the unit of the values; None where there is no value, and no limits
    where there is no moving range. `values` is how many are known: below FEW_VALUES they are provisional.
    """

    start: int
    end: int
    mean: float | None
    lower: float | None
    upper: float | None
    values: int


@dataclass(frozen=True, slots=True)
class Point:
    """A value, how far it moved from the one before (None after a gap or a rebase), and its signals."""

    value: float | None
    moving_range: float | None
    signals: frozenset[Signal] = field(default_factory=frozenset)

    @property
    def exceptional(self) -> bool:
        """True if the value lies outside its limits."""
        return bool(self.signals & OUTSIDE)


@dataclass(frozen=True, slots=True)
class Xmr:
    """An XmR chart: one point a value, in order, and the phases that the rebases cut."""

    points: tuple[Point, ...]
    phases: tuple[Phase, ...]

    def phase_of(self, position: int) -> Phase:
        """The phase that the value at `position` belongs to. Raises IndexError outside the values."""
        for phase in self.phases:
            if phase.start <= position < phase.end:
                return phase
        raise IndexError(position)


def xmr(
    values: Sequence[float | None],
    *,
    rebase_at: Sequence[int] = (),
    floor: float | None = None,
    ceiling: float | None = None,
) -> Xmr:
    """The XmR chart of `values`, oldest first, evenly spaced; None is a gap.

    At each position in `rebase_at` a new phase begins. `floor` and `ceiling` are what the measure cannot pass
    (0 for a count, 0 and 100 for a percentage): limits stop there. Raises ValueError for a rebase outside
    the values or a value that is not finite.
    """
    if any(value is not None and not abs(value) < float("inf") for value in values):
        raise ValueError("a control chart needs finite values; what is not known is None")
    if any(not 0 <= position < len(values) for position in rebase_at):
        raise ValueError(f"a rebase at {list(rebase_at)} lies outside the {len(values)} values")
    cuts = sorted({0, *rebase_at, len(values)})
    phases: list[Phase] = []
    points: list[Point] = []
    for start, end in pairwise(cuts):
        part = values[start:end]
        ranges = _moving_ranges(part)
        phase = _phase(part, ranges, start, floor, ceiling)
        phases.append(phase)
        found = _signals(part, phase, _mean(_ordinary(ranges)))
        points += [
            Point(value, moved, frozenset(signals))
            for value, moved, signals in zip(part, ranges, found, strict=True)
        ]
    return Xmr(tuple(points), tuple(phases))


def _moving_ranges(values: Sequence[float | None]) -> list[float | None]:
    ranges: list[float | None] = [None] * len(values)
    for position in range(1, len(values)):
        before, value = values[position - 1], values[position]
        if before is not None and value is not None:
            ranges[position] = abs(value - before)
    return ranges


def _ordinary(ranges: Sequence[float | None]) -> list[float]:
    """The moving ranges that are no signals themselves: not above 3.267 times their mean."""
    known = [moved for moved in ranges if moved is not None]
    mean = _mean(known)
    return [moved for moved in known if mean is not None and moved <= RANGE_LIMIT_FACTOR * mean]


def _mean(values: Sequence[float]) -> float | None:
    """The mean without rounding on the way, so that equal values lie exactly on it; None of nothing."""
    return float(exact_mean(values)) if values else None


def _phase(
    part: Sequence[float | None],
    ranges: Sequence[float | None],
    start: int,
    floor: float | None,
    ceiling: float | None,
) -> Phase:
    known = [value for value in part if value is not None]
    mean, spread = _mean(known), _mean(_ordinary(ranges))
    lower = upper = None
    if mean is not None and spread is not None:
        lower, upper = mean - LIMIT_FACTOR * spread, mean + LIMIT_FACTOR * spread
        lower = lower if floor is None else max(floor, lower)
        upper = upper if ceiling is None else min(ceiling, upper)
    return Phase(start, start + len(part), mean, lower, upper, len(known))


def _signals(part: Sequence[float | None], phase: Phase, spread: float | None) -> list[set[Signal]]:
    """The signals of each value of a phase; none without limits."""
    found: list[set[Signal]] = [set() for _ in part]
    mean, lower, upper = phase.mean, phase.lower, phase.upper
    if mean is None or lower is None or upper is None or spread is None:
        return found
    for start, end in _unbroken(part):
        stretch = [value for value in part[start:end] if value is not None]
        sides = [(value > mean) - (value < mean) for value in stretch]
        steps = [(after > before) - (after < before) for before, after in pairwise(stretch)]
        for position, value in enumerate(stretch):
            if value > upper:
                found[start + position].add(Signal.ABOVE_LIMIT)
            elif value < lower:
                found[start + position].add(Signal.BELOW_LIMIT)
        near = 2 * LIMIT_FACTOR / 3 * spread
        for direction, run, trend, close in (
            (1, Signal.RUN_ABOVE, Signal.RISING, Signal.NEAR_UPPER),
            (-1, Signal.RUN_BELOW, Signal.FALLING, Signal.NEAR_LOWER),
        ):
            _mark(found, start, run, _runs(sides, direction, RUN_LENGTH))
            # Seven values in a row make six steps; the value before the first step belongs to the trend.
            rising = (range(span.start, span.stop + 1) for span in _runs(steps, direction, RUN_LENGTH - 1))
            _mark(found, start, trend, rising)
            beyond = [
                side == direction and abs(value - mean) > near and lower <= value <= upper
                for side, value in zip(sides, stretch, strict=True)
            ]
            _mark(found, start, close, _two_of_three(beyond, sides, direction))
    return found


def _mark(found: list[set[Signal]], start: int, signal: Signal, spans: Iterator[range]) -> None:
    for span in spans:
        for position in span:
            found[start + position].add(signal)


def _unbroken(part: Sequence[float | None]) -> Iterator[tuple[int, int]]:
    """The stretches without a gap, as (start, end)."""
    start = 0
    for position, value in enumerate([*part, None]):
        if value is None:
            if position > start:
                yield start, position
            start = position + 1


def _runs(marks: Sequence[int], direction: int, least: int) -> Iterator[range]:
    """Where `direction` stands at least `least` times in a row."""
    start = 0
    for position, mark in enumerate([*marks, 0]):
        if mark != direction:
            if position - start >= least:
                yield range(start, position)
            start = position + 1


def _two_of_three(beyond: Sequence[bool], sides: Sequence[int], direction: int) -> Iterator[range]:
    """The values near the limit that are two of three neighbours, all three on that side of the mean."""
    for first in range(len(beyond) - 2):
        three = range(first, first + 3)
        if sum(beyond[at] for at in three) >= 2 and all(sides[at] == direction for at in three):
            yield from (range(at, at + 1) for at in three if beyond[at])
