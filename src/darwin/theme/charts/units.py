"""What a value is counted in, and how it is written on an axis and beside a point."""

from enum import StrEnum

from darwin.theme import formats


class Unit(StrEnum):
    """PERCENTAGE: 0 to 100. COUNT: whole things. WAIT: milliseconds."""

    PERCENTAGE = "percentage"
    COUNT = "count"
    WAIT = "wait"

    @property
    def starts_at_zero(self) -> bool:
        """An axis of a count or a wait begins at 0; one of a share need not."""
        return self is not Unit.PERCENTAGE

    def written(self, value: float, target: float | None = None) -> str:
        """A value beside its point; a percentage is never rounded to meet its target."""
        if self is Unit.PERCENTAGE:
            return formats.percentage(value, target)
        if self is Unit.WAIT:
            return formats.wait(value)
        return formats.count(round(value))

    def on_axis(self, value: float, step: float) -> str:
        """A value at a line of the axis whose lines are `step` apart."""
        if self is Unit.PERCENTAGE:
            return f"{value:.0f}%" if step >= 1 else f"{value:.1f}%"
        return self.written(value)
