"""Columns side by side: how much in each hour, half-hour or month, and how much of it was in time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from darwin.theme.charts.axes import LEFT, draw_places, draw_values, spread
from darwin.theme.charts.drawing import Box, Drawing
from darwin.theme.charts.marks import Mark, draw_marks, marks_said, row_of
from darwin.theme.charts.scale import upright
from darwin.theme.charts.units import Unit

WIDTH, HEIGHT, TOP, BOTTOM = 948.0, 240.0, 28.0, 208.0


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """`values` belong to `labels`, one to one; None is a gap. `parts` (if given) is how much of each value is
    filled, named `part_word`; the rest is outlined, named `rest_word`. `now` is the position of the present:
    what is None after it is to come and no gap. `marks` say when something was changed.

    Values are counts, or waits in milliseconds. Raises ValueError if a part is more than its whole.
    """

    labels: Sequence[str]
    values: Sequence[float | None]
    unit: Unit = Unit.COUNT
    parts: Sequence[float | None] | None = None
    part_word: str = ""
    rest_word: str = ""
    now: int | None = None
    marks: Sequence[Mark] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.values) or (self.parts and len(self.parts) != len(self.values)):
            raise ValueError("labels, values and parts of a chart belong together one to one")
        for part, value in zip(self.parts or (), self.values, strict=bool(self.parts)):
            if part is not None and value is not None and part > value:
                raise ValueError(f"a part of {part} is more than its whole of {value}")

    def described(self) -> str:
        """The chart in sentences, for those who do not see it."""
        known = [
            (value, label) for value, label in zip(self.values, self.labels, strict=True) if value is not None
        ]
        if not known:
            return _("Nothing is known for this time.")
        most, least = max(known, key=lambda pair: pair[0]), min(known, key=lambda pair: pair[0])
        said = _("Most: %(most)s at %(when)s. Least: %(least)s at %(then)s.") % {
            "most": self.unit.written(most[0]),
            "when": most[1],
            "least": self.unit.written(least[0]),
            "then": least[1],
        }
        missing = sum(value is None and not self._to_come(at) for at, value in enumerate(self.values))
        gaps = _("Gaps: %(n)s.") % {"n": missing} if missing else ""
        return " ".join(filter(None, (said, gaps, marks_said(self.marks))))

    def draw(self, *, title: str, name: str) -> SafeString:
        """The SVG. `name` begins every id in it and must be the only one of its kind on the page."""
        row = row_of(self.marks)
        drawing = Drawing(WIDTH, HEIGHT + row, title=title, description=self.described(), name=name)
        right = WIDTH - 8
        y = upright([value for value in self.values if value is not None], self.unit, TOP, BOTTOM, lines=4)
        x = spread(len(self.values), LEFT, right)
        half = (right - LEFT) / max(1, len(self.values)) * 0.4
        draw_values(drawing, y, self.unit, LEFT, right)
        for at, value in enumerate(self.values):
            if value is None and self._to_come(at):
                drawing.line((x[at] - half, BOTTOM - 2), (x[at] + half, BOTTOM - 2), "c-grid")
                continue
            if value is None:
                drawing.hatched(Box(x[at] - half, TOP, x[at] + half, BOTTOM))
                continue
            top = y.place(value)
            part = self.parts[at] if self.parts else value
            if part is None or part < value:
                drawing.rectangle(Box(x[at] - half, top, x[at] + half, BOTTOM), "c-column-rest")
            if part:
                drawing.rectangle(Box(x[at] - half, y.place(part), x[at] + half, BOTTOM), "c-column")
        drawing.line((LEFT, BOTTOM), (right, BOTTOM), "c-axis")
        draw_marks(drawing, self.marks, len(self.values), (LEFT, right), (TOP, BOTTOM))
        draw_places(drawing, self.labels, x, BOTTOM + 18 + row)
        if self.now is not None:
            # Above its neighbours too, for the word is wider than a column.
            near = [value for value in self.values[max(0, self.now - 1) : self.now + 2] if value is not None]
            above = y.place(max(near, default=0)) - 6
            drawing.text((x[self.now], above), _("now"), "c-text-strong", "middle", bold=True)
        self._name_parts(drawing)
        return drawing.markup()

    def _to_come(self, at: int) -> bool:
        return self.now is not None and at > self.now

    def _name_parts(self, drawing: Drawing) -> None:
        """A square of each kind with its word, above the columns, where nothing else stands."""
        at = LEFT
        for word, kind in ((self.part_word, "c-column"), (self.rest_word, "c-column-rest")):
            if self.parts and word:
                drawing.rectangle(Box(at, 3, at + 12, 15), kind)
                drawing.text((at + 18, 14), word)
                at += 160
