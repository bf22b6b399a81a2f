"""A small SVG writer: shapes with classes, no inline style, everything escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

SIZE = 13
Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
_NARROW, _WIDE = frozenset("ijl.,:;'|!()I "), frozenset("mwMW%@")


def text_width(text: str, bold: bool = False) -> float:
    """About how wide a text is at 13 px in our type, in pixels: rather too wide than too narrow."""
    ems = sum(0.36 if c in _NARROW else 0.9 if c in _WIDE else 0.6 for c in text)
    return ems * SIZE * (1.04 if bold else 1.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that something stands in."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """True if the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Drawing:
    """An SVG of `width` by `height` pixels, with a title and a description for those who do not see it.

    It remembers where texts and points stand, so that a label is put where nothing else is.
    """

    def __init__(self, width: float, height: float, *, title: str, description: str, name: str) -> None:
        self.width, self.height, self.name = width, height, name
        self._title, self._description = title, description
        self._shapes: list[SafeString] = []
        self._taken: list[Box] = []

    def line(self, start: Point, end: Point, kind: str) -> None:
        """A straight line."""
        self._add("line", kind, x1=start[0], y1=start[1], x2=end[0], y2=end[1])

    def path(self, points: Sequence[Point], kind: str) -> None:
        """A line through points; nothing for fewer than two. Labels keep off it."""
        if len(points) < 2:
            return
        self._add("polyline", kind, points=" ".join(f"{_number(x)},{_number(y)}" for x, y in points))
        for (x1, y1), (x2, y2) in pairwise(points):
            for part in (0.25, 0.5, 0.75):
                x, y = x1 + part * (x2 - x1), y1 + part * (y2 - y1)
                self._taken.append(Box(x - 2, y - 2, x + 2, y + 2))

    def area(self, points: Sequence[Point], kind: str) -> None:
        """A filled area within points; nothing for fewer than three."""
        if len(points) >= 3:
            self._add("polygon", kind, points=" ".join(f"{_number(x)},{_number(y)}" for x, y in points))

    def rectangle(self, box: Box, kind: str) -> None:
        """A filled or outlined rectangle; what kind it is decides."""
        width, height = max(0.0, box.right - box.left), max(0.0, box.bottom - box.top)
        self._add("rect", kind, x=box.left, y=box.top, width=width, height=height)

    def hatched(self, box: Box) -> None:
        """A rectangle that says: this cannot be seen."""
        self.rectangle(box, "c-gap")
        fill = f"url(#{self.name}-hatch)"
        self._add(
            "rect",
            "",
            x=box.left,
            y=box.top,
            width=box.right - box.left,
            height=box.bottom - box.top,
            fill=fill,
        )

    def circle(self, centre: Point, radius: float, kind: str) -> None:
        """A point of the data. Labels keep off it."""
        self._add("circle", kind, cx=centre[0], cy=centre[1], r=radius)
        self._keep_off(centre, radius + 1)

    def triangle(self, centre: Point, size: float, kind: str, *, up: bool) -> None:
        """An exceptional point, pointing the way it went. Labels keep off it."""
        x, y = centre
        away = -size if up else size
        corners = [(x, y + away), (x - size, y - away * 0.8), (x + size, y - away * 0.8)]
        self._add("polygon", kind, points=" ".join(f"{_number(a)},{_number(b)}" for a, b in corners))
        self._keep_off(centre, size + 1)

    def text(
        self, at: Point, words: str, kind: str = "", anchor: Anchor = "start", bold: bool = False
    ) -> None:
        """A text on its base line."""
        self._taken.append(_text_box(at, words, anchor, bold))
        self._shapes.append(
            format_html(
                '<text{} x="{}" y="{}"{}>{}</text>',
                format_html(' class="{}"', kind) if kind else "",
                _number(at[0]),
                _number(at[1]),
                format_html(' text-anchor="{}"', anchor) if anchor != "start" else "",
                words,
            )
        )

    def label(self, at: Point, words: str, kind: str, gap: float = 12, *, after: bool = False) -> bool:
        """A bold label beside a point: left (with `after`, right first), right, above or below, the first
        place where nothing stands.

        False, and nothing drawn, if there is none: the table says it all the same.
        """
        x, y = at
        places: list[tuple[Point, Anchor]] = [
            ((x - gap, y + 4), "end"),
            ((x + gap, y + 4), "start"),
            ((x, y - gap), "middle"),
            ((x, y + gap + SIZE), "middle"),
            ((x, y - 2.5 * gap), "middle"),
            ((x, y + 2.5 * gap + SIZE), "middle"),
        ]
        if after:
            places[0], places[1] = places[1], places[0]
        for place, anchor in places:
            box = _text_box(place, words, anchor, bold=True)
            inside = box.left >= 0 and box.right <= self.width and box.top >= 0 and box.bottom <= self.height
            if inside and not any(box.meets(other) for other in self._taken):
                self.text(place, words, kind, anchor, bold=True)
                return True
        return False

    def end_labels(self, x: float, wanted: Iterable[tuple[float, str, str]]) -> None:
        """Labels at the ends of lines, (height, words, kind) each, pushed apart where they would touch."""
        height = SIZE + 3.0
        rows = sorted(wanted)
        at: list[float] = []
        for y, _words, _kind in rows:
            at.append(max(y, at[-1] + height) if at else y)
        over = at[-1] - (self.height - 4) if at else 0
        # Half of what they were pushed down goes back up, so that the group stays about its lines; but
        # never so far that the first leaves the picture.
        back = sum(a - row[0] for a, row in zip(at, rows, strict=True)) / len(at) if at else 0
        shift = max(over, min(back, at[0] - SIZE) if at else 0)
        for y, (_, words, kind) in zip(at, rows, strict=True):
            self.text((x, y - shift + 4), words, kind, bold=kind != "")

    def markup(self) -> SafeString:
        """The SVG element."""
        head = format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}" '
            'aria-labelledby="{}-title {}-desc"><title id="{}-title">{}</title><desc id="{}-desc">{}</desc>',
            *(_number(self.width), _number(self.height), self.name, self.name),
            *(self.name, self._title, self.name, self._description),
        )
        hatch = format_html(
            '<defs><pattern id="{}-hatch" width="8" height="8" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><line class="c-gap-line" x1="1" y1="0" x2="1" y2="8"/>'
            "</pattern></defs>",
            self.name,
        )
        return mark_safe("".join([head, hatch, *self._shapes, "</svg>"]))  # noqa: S308 - each part is escaped

    def _add(self, element: str, kind: str, **attributes: float | str) -> None:
        named = {"class": kind} if kind else {}
        named |= {
            name: value if isinstance(value, str) else _number(value) for name, value in attributes.items()
        }
        written = "".join(f' {name}="{escape(value)}"' for name, value in named.items())
        self._shapes.append(mark_safe(f"<{element}{written}/>"))  # noqa: S308 - names are ours, values escaped

    def _keep_off(self, centre: Point, radius: float) -> None:
        x, y = centre
        self._taken.append(Box(x - radius, y - radius, x + radius, y + radius))


def _text_box(at: Point, words: str, anchor: Anchor, bold: bool) -> Box:
    width = text_width(words, bold)
    left = at[0] - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Box(left, at[1] - SIZE * 0.8, left + width, at[1] + SIZE * 0.25)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
