"""A line with the band in which it may lie: a forecast, or what was predicted beside what came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from darwin.theme.charts.axes import LEFT, RIGHT, draw_places, draw_values, spread
from darwin.theme.charts.drawing import Box, Drawing
from darwin.theme.charts.scale import Scale, upright
from darwin.theme.charts.units import Unit

WIDTH, HEIGHT, TOP, BOTTOM = 948.0, 260.0, 16.0, 226.0
# With more points than this the dots would touch, and the lines alone are read.
MOST_DOTS = 62


@dataclass(frozen=True, slots=True)
class BandChart:
    """`values` belong to `labels`, one to one; None is a gap. `low` and `high` are the band around them.

    `actual` is what came, where it is known: dots, named `actual_name`. `beside` is a second line, dashed,
    named `beside_name` (the handlers needed beside those on duty). `stepped`: each value holds for the whole
    of its label, as a number on duty does. `target` is in the unit of the values. `named`: which places of
    the axis have which word, instead of as many labels as there is room for.

    Raises ValueError if the sequences are not of one length, or if only one edge of the band is given.
    """

    labels: Sequence[str]
    values: Sequence[float | None]
    unit: Unit
    name: str = ""
    low: Sequence[float | None] | None = None
    high: Sequence[float | None] | None = None
    actual: Sequence[float | None] | None = None
    actual_name: str = ""
    beside: Sequence[float | None] | None = None
    beside_name: str = ""
    target: float | None = None
    stepped: bool = False
    named: Mapping[int, str] | None = None

    def __post_init__(self) -> None:
        given = [
            one for one in (self.values, self.low, self.high, self.actual, self.beside) if one is not None
        ]
        if any(len(one) != len(self.labels) for one in given):
            raise ValueError("labels and values of a chart belong together one to one")
        if (self.low is None) != (self.high is None):
            raise ValueError("a band has two edges")

    def described(self) -> str:
        """The chart in sentences, for those who do not see it."""
        known = [(value, at) for at, value in enumerate(self.values) if value is not None]
        if not known:
            return _("Nothing is known for this time.")
        most, least = max(known), min(known)
        said = [
            _("Most: %(most)s at %(when)s. Least: %(least)s at %(then)s.")
            % {
                "most": self.unit.written(most[0]),
                "when": self.labels[most[1]],
                "least": self.unit.written(least[0]),
                "then": self.labels[least[1]],
            }
        ]
        if self.actual is not None and (seen := self._seen()):
            inside, told = seen
            said.append(_("%(n)s of %(m)s lie in the band.") % {"n": inside, "m": told})
        if self.beside is not None and (short := self._short()):
            said.append(_("Below %(name)s at %(n)s of them.") % {"name": self.beside_name, "n": short})
        missing = len(self.values) - len(known)
        if missing:
            said.append(_("Gaps: %(n)s.") % {"n": missing})
        return " ".join(said)

    def draw(self, *, title: str, name: str) -> SafeString:
        """The SVG. `name` begins every id in it and must be the only one of its kind on the page."""
        drawing = Drawing(WIDTH, HEIGHT, title=title, description=self.described(), name=name)
        rows = (self.values, self.low or (), self.high or (), self.actual or (), self.beside or ())
        known = [value for row in rows for value in row if value is not None]
        y = upright(
            [*known, *([] if self.target is None else [self.target])], self.unit, TOP, BOTTOM, lines=4
        )
        x = spread(len(self.values), LEFT, WIDTH - RIGHT)
        half = (x[1] - x[0]) / 2 if len(x) > 1 else 8.0
        draw_values(drawing, y, self.unit, LEFT, WIDTH - RIGHT)
        self._draw_band(drawing, x, y)
        if self.named is None:
            draw_places(drawing, self.labels, x, BOTTOM + 18)
        for position, word in (self.named or {}).items():
            drawing.line((x[position] - half, TOP), (x[position] - half, BOTTOM), "c-grid")
            drawing.text((x[position] - half, BOTTOM + 18), word)
        if self.target is not None:
            at = y.place(self.target)
            drawing.line((LEFT, at), (WIDTH - RIGHT + 8, at), "c-target")
        for at, value in zip(x, self.values, strict=True):
            if value is None:
                drawing.hatched(Box(at - half, TOP, at + half, BOTTOM))
        for row, kind in ((self.beside, "c-limit-line"), (self.values, "c-data")):
            for stretch in self._stretches(row or (), x, y, half):
                drawing.path(stretch, kind)
        self._draw_dots(drawing, x, y)
        self._draw_ends(drawing, y)
        return drawing.markup()

    def _stretches(
        self, row: Sequence[float | None], x: Sequence[float], y: Scale, half: float
    ) -> list[list[tuple[float, float]]]:
        """The points of a line, cut at its gaps; a stepped one has two for each value."""
        found: list[list[tuple[float, float]]] = [[]]
        for at, value in zip(x, row, strict=bool(row)):
            if value is None:
                found.append([])
                continue
            height = y.place(value)
            found[-1] += [(at - half, height), (at + half, height)] if self.stepped else [(at, height)]
        return [stretch for stretch in found if stretch]

    def _draw_band(self, drawing: Drawing, x: Sequence[float], y: Scale) -> None:
        if self.low is None or self.high is None:
            return
        lower: list[tuple[float, float]] = []
        upper: list[tuple[float, float]] = []
        for at, low, high in [*zip(x, self.low, self.high, strict=True), (0.0, None, None)]:
            if low is None or high is None:
                drawing.area([*upper, *reversed(lower)], "c-band")
                drawing.path(upper, "c-edge-line")
                drawing.path(lower, "c-edge-line")
                lower, upper = [], []
            else:
                lower.append((at, y.place(low)))
                upper.append((at, y.place(high)))

    def _draw_dots(self, drawing: Drawing, x: Sequence[float], y: Scale) -> None:
        if self.actual is None:
            if not self.stepped and len(x) <= MOST_DOTS:
                for at, value in zip(x, self.values, strict=True):
                    if value is not None:
                        drawing.circle((at, y.place(value)), 3, "c-dot")
            return
        for at, value in zip(x, self.actual, strict=True):
            if value is not None:
                drawing.circle((at, y.place(value)), 3.5 if len(x) <= MOST_DOTS else 2.2, "c-came")

    def _draw_ends(self, drawing: Drawing, y: Scale) -> None:
        """Names at the lines' ends: no legend."""
        ends = []
        for row, name, kind in (
            (self.values, self.name, "c-text-data"),
            (self.beside, self.beside_name, "c-text-mean"),
            (self.actual, self.actual_name, "c-text-strong"),
        ):
            last = next((value for value in reversed(row or ()) if value is not None), None)
            if last is not None and name:
                ends.append((y.place(last), name, kind))
        if self.target is not None:
            words = _("target %(value)s") % {"value": self.unit.written(self.target)}
            ends.append((y.place(self.target), words, "c-text-target"))
        drawing.end_labels(WIDTH - RIGHT + 14, ends)

    def _seen(self) -> tuple[int, int] | None:
        """How many of what came lie in the band, and of how many that is known."""
        rows = zip(self.actual or (), self.low or (), self.high or (), strict=False)
        told = [
            low <= value <= high
            for value, low, high in rows
            if value is not None and low is not None and high is not None
        ]
        return (sum(told), len(told)) if told else None

    def _short(self) -> int:
        return sum(
            value < beside
            for value, beside in zip(self.values, self.beside or (), strict=True)
            if value is not None and beside is not None
        )
