"""A line by day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from darwin.theme import formats
from darwin.theme.charts.axes import LEFT, RIGHT, draw_places, draw_values, spread
from darwin.theme.charts.drawing import Box, Drawing
from darwin.theme.charts.marks import Mark, draw_marks, marks_said, row_of
from darwin.theme.charts.scale import Scale, upright
from darwin.theme.charts.units import Unit

WIDTH, HEIGHT, TOP, BOTTOM = 948.0, 260.0, 16.0, 226.0
# With more days than this the dots would touch, and the line alone is read.
MOST_DOTS = 62


@dataclass(frozen=True, slots=True)
class LineChart:
    """`values` belong to `days`, one to one, oldest first; None is a gap. `name` stands at the line's end.

    `target` is in the unit of the values; `current` is the position of the day in question; `marks` say when
    something was changed.
    """

    days: Sequence[date]
    values: Sequence[float | None]
    unit: Unit
    name: str = ""
    target: float | None = None
    current: int | None = None
    marks: Sequence[Mark] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if len(self.days) != len(self.values):
            raise ValueError(f"{len(self.days)} days for {len(self.values)} values")

    def described(self) -> str:
        """The chart in sentences, for those who do not see it."""
        known = [(value, day) for value, day in zip(self.values, self.days, strict=True) if value is not None]
        if not known:
            return _("Nothing is known for this time.")
        most, least = max(known), min(known)
        said = _("Most: %(most)s at %(when)s. Least: %(least)s at %(then)s.") % {
            "most": self.unit.written(most[0]),
            "when": formats.day(most[1]),
            "least": self.unit.written(least[0]),
            "then": formats.day(least[1]),
        }
        missing = len(self.values) - len(known)
        gaps = _("Gaps: %(n)s.") % {"n": missing} if missing else ""
        return " ".join(filter(None, (said, gaps, marks_said(self.marks))))

    def draw(self, *, title: str, name: str) -> SafeString:
        """The SVG. `name` begins every id in it and must be the only one of its kind on the page."""
        row = row_of(self.marks)
        drawing = Drawing(WIDTH, HEIGHT + row, title=title, description=self.described(), name=name)
        known = [value for value in self.values if value is not None]
        y = upright(
            [*known, *([] if self.target is None else [self.target])], self.unit, TOP, BOTTOM, lines=4
        )
        x = spread(len(self.days), LEFT, WIDTH - RIGHT)
        draw_values(drawing, y, self.unit, LEFT, WIDTH - RIGHT)
        draw_places(
            drawing,
            [f"{day.day} {formats.months()[day.month - 1]}" for day in self.days],
            x,
            BOTTOM + 18 + row,
        )
        if self.target is not None:
            at = y.place(self.target)
            drawing.line((LEFT, at), (WIDTH - RIGHT + 8, at), "c-target")
        self._draw_data(drawing, x, y)
        draw_marks(drawing, self.marks, len(self.days), (LEFT, WIDTH - RIGHT), (TOP, BOTTOM))
        self._draw_ends(drawing, y)
        return drawing.markup()

    def _draw_data(self, drawing: Drawing, x: Sequence[float], y: Scale) -> None:
        half = (x[1] - x[0]) / 2 if len(x) > 1 else 8.0
        stretch: list[tuple[float, float]] = []
        for at, value in zip(x, self.values, strict=True):
            if value is None:
                drawing.path(stretch, "c-data")
                stretch = []
                drawing.hatched(Box(at - half, TOP, at + half, BOTTOM))
            else:
                stretch.append((at, y.place(value)))
        drawing.path(stretch, "c-data")
        for position, (at, value) in enumerate(zip(x, self.values, strict=True)):
            alone = self._neighbour(position - 1) is None and self._neighbour(position + 1) is None
            if value is not None and position == self.current:
                drawing.circle((at, y.place(value)), 6.5, "c-now")
            elif value is not None and (alone or len(self.days) <= MOST_DOTS):
                drawing.circle((at, y.place(value)), 3, "c-dot")

    def _neighbour(self, position: int) -> float | None:
        return self.values[position] if 0 <= position < len(self.values) else None

    def _draw_ends(self, drawing: Drawing, y: Scale) -> None:
        last = next((value for value in reversed(self.values) if value is not None), None)
        ends: list[tuple[float, str, str]] = []
        if last is not None and self.name:
            ends.append((y.place(last), self.name, "c-text-data"))
        if self.target is not None:
            words = _("target %(value)s") % {"value": self.unit.written(self.target)}
            ends.append((y.place(self.target), words, "c-text-target"))
        drawing.end_labels(WIDTH - RIGHT + 14, ends)
