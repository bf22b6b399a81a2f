"""Marks of a chart: at which moments something was changed on purpose."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from darwin.theme.charts.drawing import Drawing, text_width

# What the letters take below the axis; what stands below it moves down by as much.
MARK_ROW = 20.0
_MOST_SAID = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """`place` is counted in steps of the chart: 2.5 is the middle of the third. `letter` names it in the list
    below the chart, `when` is its date in words."""

    place: float
    letter: str
    when: str


def row_of(marks: Sequence[Mark]) -> float:
    """How much the chart grows by its marks, in pixels."""
    return MARK_ROW if marks else 0.0


def draw_marks(
    drawing: Drawing,
    marks: Sequence[Mark],
    steps: int,
    across: tuple[float, float],
    down: tuple[float, float],
) -> None:
    """A thin dashed line a mark, with its letter below the axis; letters that would touch share one label,
    "B–D".

    across, down: where the steps and the heights of the chart begin and end, in pixels.
    """
    (left, right), (top, bottom) = across, down
    placed = [
        (left + (right - left) * mark.place / max(1, steps), mark)
        for mark in sorted(marks, key=lambda one: one.place)
    ]
    # A ground below all of them, so that they are seen on a filled column and on hatching.
    for kind in ("c-mark-ground", "c-mark"):
        for x, _mark in placed:
            drawing.line((x, top), (x, bottom + 4), kind)
    groups: list[list[tuple[float, Mark]]] = []
    for one in placed:
        groups.append([one])
        while len(groups) > 1 and _touch(groups[-2], groups[-1]):
            last = groups.pop()
            groups[-1] += last
    for group in groups:
        drawing.text((_middle(group), bottom + 17), _label(group), "c-text-mark", "middle", bold=True)


def marks_said(marks: Sequence[Mark]) -> str:
    """The marks in a sentence, for those who do not see them; "" without any."""
    if not marks:
        return ""
    said = ", ".join(f"{mark.letter} {mark.when}" for mark in marks[:_MOST_SAID])
    if len(marks) > _MOST_SAID:
        said = _("%(marks)s and %(n)s more") % {"marks": said, "n": len(marks) - _MOST_SAID}
    return _("Marked as changed: %(marks)s.") % {"marks": said}


def _label(group: Sequence[tuple[float, Mark]]) -> str:
    first, last = group[0][1].letter, group[-1][1].letter
    return first if len(group) == 1 else f"{first}–{last}"


def _middle(group: Sequence[tuple[float, Mark]]) -> float:
    return (group[0][0] + group[-1][0]) / 2


def _touch(one: Sequence[tuple[float, Mark]], other: Sequence[tuple[float, Mark]]) -> bool:
    half = (text_width(_label(one), bold=True) + text_width(_label(other), bold=True)) / 2
    return _middle(other) - _middle(one) < half + 4
