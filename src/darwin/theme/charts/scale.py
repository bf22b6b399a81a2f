"""From values to places on the drawing."""

import math
from dataclasses import dataclass

from darwin.theme.charts.units import Unit

_SECOND = 1000
_WAIT_STEPS = [
    _SECOND * s for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)
]


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale: the values `low` to `high` onto the pixels `at_low` to `at_high`."""

    low: float
    high: float
    at_low: float
    at_high: float
    step: float

    def place(self, value: float) -> float:
        """The pixel of a value, to a tenth."""
        part = (value - self.low) / (self.high - self.low)
        return round(self.at_low + part * (self.at_high - self.at_low), 1)

    def ticks(self) -> list[float]:
        """The values at which the axis has a line, from low to high."""
        return [self.low + self.step * at for at in range(round((self.high - self.low) / self.step) + 1)]


def upright(values: list[float], unit: Unit, top: float, bottom: float, lines: int = 5) -> Scale:
    """The scale of a vertical axis that holds `values`, with about `lines` lines at round values.

    A count or a wait begins at 0; a percentage stays within 0 and 100.
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    if unit.starts_at_zero:
        low = min(0.0, low)
    if high - low < 1e-9:
        low, high = (low, low + 1) if unit.starts_at_zero else (low - 1, high + 1)
    step = _round_step((high - low) / lines, unit)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    if unit is Unit.PERCENTAGE:
        low, high = max(0.0, low), min(100.0, high)
    return Scale(low, high, bottom, top, step)


def _round_step(least: float, unit: Unit) -> float:
    if unit is Unit.WAIT:
        return next(
            (step for step in _WAIT_STEPS if step >= least), 24 * 3600 * _SECOND * math.ceil(least / 86.4e6)
        )
    size = 10.0 ** math.floor(math.log10(least))
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= least * 0.999)
    return max(1.0, step) if unit is Unit.COUNT else step
