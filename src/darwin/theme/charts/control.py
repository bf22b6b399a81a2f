"""The control chart by month: data, mean, limits, target, rebases, exceptional points, gaps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from darwin.science.spc import Phase, Signal, Xmr
from darwin.theme import formats
from darwin.theme.charts.axes import LEFT, RIGHT, draw_months, draw_values, spread
from darwin.theme.charts.drawing import Box, Drawing
from darwin.theme.charts.marks import Mark, draw_marks, marks_said, row_of
from darwin.theme.charts.scale import Scale, upright
from darwin.theme.charts.units import Unit

WIDTH, HEIGHT, TOP, BOTTOM = 948.0, 300.0, 24.0, 256.0
# More words than this hide the line they are about.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Rebase:
    """From the value at `position` on, new limits hold, because of `reason` ("call-back key, new limits")."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class ControlChart:
    """`months` (the first day of each) and the points of `xmr` belong together, one to one, oldest first.

    `target` is in the unit of the values; `current` is the position of the month in question; `marks` say
    when something was changed.
    """

    months: Sequence[date]
    xmr: Xmr
    unit: Unit
    target: float | None = None
    rebases: Sequence[Rebase] = field(default_factory=tuple)
    current: int | None = None
    marks: Sequence[Mark] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if len(self.months) != len(self.xmr.points):
            raise ValueError(f"{len(self.months)} months for {len(self.xmr.points)} points")

    def described(self) -> str:
        """The chart in sentences, for those who do not see it."""
        known = [point.value for point in self.xmr.points if point.value is not None]
        if not known:
            return _("No month has a figure.")
        said = [
            _("%(n)s months, from %(first)s to %(last)s.")
            % {
                "n": len(self.months),
                "first": formats.month(self.months[0]),
                "last": formats.month(self.months[-1]),
            }
        ]
        last = self.xmr.phases[-1]
        if last.mean is not None and last.lower is not None and last.upper is not None:
            said.append(
                _("Mean %(mean)s, usual range %(lower)s to %(upper)s.")
                % {key: self.unit.written(getattr(last, key)) for key in ("mean", "lower", "upper")}
            )
        said += [self._exceptional(at) + "." for at, point in enumerate(self.xmr.points) if point.exceptional]
        missing = len(self.months) - len(known)
        if missing:
            said.append(_("Months without a figure: %(n)s.") % {"n": missing})
        if self.marks:
            said.append(marks_said(self.marks))
        return " ".join(said)

    def draw(self, *, title: str, name: str) -> SafeString:
        """The SVG. `name` begins every id in it and must be the only one of its kind on the page."""
        row = row_of(self.marks)
        drawing = Drawing(WIDTH, HEIGHT + row, title=title, description=self.described(), name=name)
        x = spread(len(self.months), LEFT, WIDTH - RIGHT)
        y = self._scale()
        draw_values(drawing, y, self.unit, LEFT, WIDTH - RIGHT)
        draw_months(drawing, self.months, x, BOTTOM + row)
        for phase in self.xmr.phases:
            self._draw_phase(drawing, phase, x, y)
        if self.target is not None:
            at = y.place(self.target)
            drawing.line((LEFT, at), (WIDTH - RIGHT + 8, at), "c-target")
        self._draw_ends(drawing, y)
        self._draw_gaps(drawing, x)
        draw_marks(drawing, self.marks, len(self.months), (LEFT, WIDTH - RIGHT), (TOP, BOTTOM))
        self._draw_data(drawing, x, y)
        for rebase in self.rebases:
            self._draw_rebase(drawing, rebase, x)
        self._draw_labels(drawing, x, y)
        return drawing.markup()

    def _scale(self) -> Scale:
        values = [point.value for point in self.xmr.points if point.value is not None]
        limits = [
            limit for phase in self.xmr.phases for limit in (phase.lower, phase.upper) if limit is not None
        ]
        target = [] if self.target is None else [self.target]
        return upright([*values, *limits, *target], self.unit, TOP, BOTTOM)

    def _draw_phase(self, drawing: Drawing, phase: Phase, x: Sequence[float], y: Scale) -> None:
        if phase.mean is None or phase.lower is None or phase.upper is None:
            return
        half = (x[1] - x[0]) / 2 if len(x) > 1 else 8.0
        left, right = x[phase.start] - half + 2, x[phase.end - 1] + half - 2
        upper, mean, lower = (y.place(value) for value in (phase.upper, phase.mean, phase.lower))
        drawing.rectangle(Box(left, upper, right, lower), "c-band")
        drawing.line((left, upper), (right, upper), "c-limit")
        drawing.line((left, lower), (right, lower), "c-limit")
        drawing.line((left, mean), (right, mean), "c-mean")

    def _draw_ends(self, drawing: Drawing, y: Scale) -> None:
        """Names at the lines' ends: no legend."""
        last = self.xmr.phases[-1] if self.xmr.phases else None
        ends: list[tuple[float, str, str]] = []
        if last and last.mean is not None and last.upper is not None and last.lower is not None:
            ends += [
                (y.place(last.upper), _("upper %(value)s") % {"value": self.unit.written(last.upper)}, ""),
                (
                    y.place(last.mean),
                    _("mean %(value)s") % {"value": self.unit.written(last.mean)},
                    "c-text-mean",
                ),
                (y.place(last.lower), _("lower %(value)s") % {"value": self.unit.written(last.lower)}, ""),
            ]
        if self.target is not None:
            written = self.unit.on_axis(self.target, 1 if float(self.target).is_integer() else 0.1)
            ends.append((y.place(self.target), _("target %(value)s") % {"value": written}, "c-text-target"))
        drawing.end_labels(WIDTH - RIGHT + 14, ends)

    def _draw_gaps(self, drawing: Drawing, x: Sequence[float]) -> None:
        half = min(12.0, (x[1] - x[0]) / 2) if len(x) > 1 else 12.0
        for at, point in zip(x, self.xmr.points, strict=True):
            if point.value is None:
                drawing.hatched(Box(at - half, TOP, at + half, BOTTOM))

    def _draw_data(self, drawing: Drawing, x: Sequence[float], y: Scale) -> None:
        for phase in self.xmr.phases:
            stretch: list[tuple[float, float]] = []
            for at in range(phase.start, phase.end):
                value = self.xmr.points[at].value
                if value is None:
                    drawing.path(stretch, "c-data")
                    stretch = []
                else:
                    stretch.append((x[at], y.place(value)))
            drawing.path(stretch, "c-data")
        for at, point in enumerate(self.xmr.points):
            if point.value is None:
                continue
            centre = (x[at], y.place(point.value))
            if point.exceptional:
                drawing.triangle(centre, 7, "c-signal", up=Signal.ABOVE_LIMIT in point.signals)
            elif at == self.current:
                drawing.circle(centre, 6.5, "c-now")
            else:
                drawing.circle(centre, 3.5, "c-dot")

    def _draw_rebase(self, drawing: Drawing, rebase: Rebase, x: Sequence[float]) -> None:
        at = (x[rebase.position] + x[rebase.position - 1]) / 2 if rebase.position else x[0]
        drawing.line((at, TOP - 16), (at, BOTTOM), "c-rebase")
        words = f"{formats.month(self.months[rebase.position])}: {rebase.reason}"
        if not drawing.label((at, TOP - 10), words, "c-text-strong", gap=6, after=True):
            month = formats.month(self.months[rebase.position])
            drawing.label((at, TOP - 10), month, "c-text-strong", gap=6, after=True)

    def _draw_labels(self, drawing: Drawing, x: Sequence[float], y: Scale) -> None:
        for at in self._named_signals():
            value = self.xmr.points[at].value
            if value is not None:
                drawing.label((x[at], y.place(value)), self._exceptional(at), "c-text-signal")
        if self.current is not None and not self.xmr.points[self.current].exceptional:
            value = self.xmr.points[self.current].value
            if value is not None:
                drawing.label(
                    (x[self.current], y.place(value)),
                    formats.month(self.months[self.current]),
                    "c-text-strong",
                )

    def _named_signals(self) -> list[int]:
        """The exceptional points that get words: all, or where they would hide the line only the month in
        question and the two farthest out. The triangles and the description name the rest."""
        points = self.xmr.points
        values = {
            at: point.value
            for at, point in enumerate(points)
            if point.exceptional and point.value is not None
        }
        if len(values) <= MOST_NAMED:
            return list(values)
        farthest = {min(values, key=values.__getitem__), max(values, key=values.__getitem__)}
        return sorted(farthest | {at for at in values if at == self.current})

    def _exceptional(self, at: int) -> str:
        value = self.xmr.points[at].value
        shown = "" if value is None else self.unit.written(value, self.target)
        return _("%(month)s: %(value)s, exceptional") % {
            "month": formats.month(self.months[at]),
            "value": shown,
        }
