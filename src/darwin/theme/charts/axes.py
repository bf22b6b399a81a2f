"""The axes that the charts share."""

from collections.abc import Sequence
from datetime import date

from darwin.theme import formats
from darwin.theme.charts.drawing import Drawing, text_width
from darwin.theme.charts.scale import Scale
from darwin.theme.charts.units import Unit

LEFT, RIGHT = 56.0, 108.0


def spread(number: int, left: float, right: float) -> list[float]:
    """The places of `number` points side by side, each in the middle of its share of the width."""
    share = (right - left) / max(1, number)
    return [round(left + share * (at + 0.5), 1) for at in range(number)]


def draw_values(drawing: Drawing, scale: Scale, unit: Unit, left: float, right: float) -> None:
    """The lines of the vertical axis, each with its value."""
    for value in scale.ticks():
        at = scale.place(value)
        drawing.line((left, at), (right, at), "c-grid")
        drawing.text((left - 8, at + 4), unit.on_axis(value, scale.step), "", "end")


def draw_months(drawing: Drawing, months: Sequence[date], x: Sequence[float], bottom: float) -> None:
    """The months below the axis: each, or the first of each quarter; the year where it begins."""
    every = 1 if len(months) <= 14 else 3
    named = [at for at, month in enumerate(months) if every == 1 or month.month % 3 == 1]
    for order, at in enumerate(named):
        month = months[at]
        drawing.text((x[at], bottom + 18), formats.months()[month.month - 1], "", "middle")
        if order == 0 or month.month == 1:
            drawing.text((x[at], bottom + 34), str(month.year), "c-text-mean", "middle", bold=True)


def draw_places(drawing: Drawing, words: Sequence[str], x: Sequence[float], at: float) -> None:
    """Words below the axis, at even steps, as many as stand side by side without touching."""
    if not words:
        return
    room = (x[1] - x[0]) if len(x) > 1 else drawing.width
    widest = max(text_width(word) for word in words) + 10
    step = next((n for n in (1, 2, 3, 4, 6, 7, 8, 12, 14, 24, 28) if n * room >= widest), len(words))
    for position in range(0, len(words), step):
        half = text_width(words[position]) / 2
        drawing.text((min(x[position], drawing.width - half), at), words[position], "", "middle")
