"""Several answers to one question side by side, each with the interval in which it lies."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from darwin.theme.charts.drawing import Drawing, text_width
from darwin.theme.charts.scale import upright
from darwin.theme.charts.units import Unit

WIDTH, ROW, TOP, FOOT, RIGHT = 948.0, 30.0, 12.0, 34.0, 176.0
WIDEST_NAME = 300.0


@dataclass(frozen=True, slots=True)
class Interval:
    """One answer: its name, its value and the edges of its interval (None: not known)."""

    name: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class IntervalChart:
    """Rows from top to bottom; the first is what the others are compared with, and its value is a line
    through all of them. `target` is in the unit of the values. Raises ValueError without a row."""

    rows: Sequence[Interval]
    unit: Unit
    target: float | None = None

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("nothing to compare")

    def described(self) -> str:
        """The chart in sentences, for those who do not see it."""
        return " ".join(
            f"{row.name}: {self._written(row)}."
            if row.value is not None
            else _("%(name)s: not known.") % {"name": row.name}
            for row in self.rows
        )

    def draw(self, *, title: str, name: str) -> SafeString:
        """The SVG. `name` begins every id in it and must be the only one of its kind on the page."""
        bottom = TOP + ROW * len(self.rows)
        drawing = Drawing(WIDTH, bottom + FOOT, title=title, description=self.described(), name=name)
        left = min(WIDEST_NAME, max(text_width(row.name, bold=True) for row in self.rows)) + 16
        known = [one for row in self.rows for one in (row.value, row.low, row.high) if one is not None]
        # The scale is made for heights; its places are read from left to right here.
        scale = upright([*known, *([] if self.target is None else [self.target])], self.unit, 0, 1, lines=6)
        width = WIDTH - RIGHT - left

        def place(value: float) -> float:
            return left + width * (value - scale.low) / (scale.high - scale.low)

        for value in scale.ticks():
            drawing.line((place(value), TOP), (place(value), bottom), "c-grid")
            drawing.text((place(value), bottom + 18), self.unit.on_axis(value, scale.step), "", "middle")
        if self.target is not None:
            drawing.line((place(self.target), TOP), (place(self.target), bottom), "c-target")
        if self.rows[0].value is not None:
            at = place(self.rows[0].value)
            drawing.line((at, TOP), (at, bottom), "c-mean")
        for position, row in enumerate(self.rows):
            y = TOP + ROW * (position + 0.5)
            kind = "c-text-strong" if position == 0 else ""
            drawing.text((0, y + 4), _shortened(row.name), kind, bold=position == 0)
            if row.value is None:
                continue
            if row.low is not None and row.high is not None:
                drawing.line((place(row.low), y), (place(row.high), y), "c-whisker")
                for edge in (row.low, row.high):
                    drawing.line((place(edge), y - 5), (place(edge), y + 5), "c-whisker")
            drawing.circle((place(row.value), y), 5, "c-now" if position == 0 else "c-dot")
            drawing.text((WIDTH - RIGHT + 14, y + 4), self._written(row), kind, bold=position == 0)
        return drawing.markup()

    def _written(self, row: Interval) -> str:
        if row.value is None:
            return _("not known")
        value = self.unit.written(row.value, self.target)
        if row.low is None or row.high is None:
            return value
        words = _("%(value)s (%(low)s to %(high)s)")
        return words % {
            "value": value,
            "low": self.unit.written(row.low).removesuffix("%"),
            "high": self.unit.written(row.high),
        }


def _shortened(name: str) -> str:
    """As much of a name as its place holds; the table has all of it."""
    if text_width(name, bold=True) <= WIDEST_NAME:
        return name
    kept = name
    while kept and text_width(f"{kept}…", bold=True) > WIDEST_NAME:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"
