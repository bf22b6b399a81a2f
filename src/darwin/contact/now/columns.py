"""The day by half-hours, drawn for a wall: no axis of values, because the table has them."""

from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from darwin.contact.now.wall import Column
from darwin.theme import formats

# Pixels of a wall of 1920 by 1080.
WIDTH, HEIGHT, TOP, BOTTOM = 1576, 236, 34, 196
_LABEL_EVERY = 4
_GAP = 0.12


def draw_columns(columns: Sequence[Column]) -> SafeString:
    """An SVG without words for those who do not see it: they have the table.

    Filled: answered in time. Outlined: late, gave up or refused. Dotted: still waiting. Hatched: a gap; a
    hatched foot: some minutes of it were one. A dash: to come.
    """
    most = max((column.offered or 0 for column in columns), default=0) or 1
    step = WIDTH / max(1, len(columns))
    shapes = [_hatch(), *(_column(column, at * step, step, most) for at, column in enumerate(columns))]
    shapes.append(_rectangle("w-foot", 0, BOTTOM, WIDTH, 2))
    shapes += [
        _text("w-hour", at * step, HEIGHT - 8, formats.clock_time(column.from_at))
        for at, column in enumerate(columns)
        if at % _LABEL_EVERY == 0
    ]
    shapes += _words(columns, step, most)
    return format_html(
        '<svg class="w-columns" viewBox="0 0 {} {}" focusable="false">{}</svg>',
        WIDTH,
        HEIGHT,
        format_html_join("", "{}", ((shape,) for shape in shapes)),
    )


def _hatch() -> SafeString:
    return mark_safe(
        '<defs><pattern id="w-hatch" width="12" height="12" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="w-hatch" d="M0 0V12"/></pattern></defs>'
    )


# All but the present half-hour are as they were a moment ago.
@lru_cache(maxsize=512)
def _column(column: Column, left: float, step: float, most: int) -> SafeString:
    x, width = left + step * _GAP / 2, step * (1 - _GAP)
    if column.to_come:
        return _rectangle("w-to-come", x, BOTTOM - 3, width, 3)
    if column.offered is None or column.in_time is None:
        return _rectangle("w-gap", x, TOP, width, BOTTOM - TOP, ' fill="url(#w-hatch)"')
    scale = (BOTTOM - TOP - 6) / most
    ended = column.offered - column.still_waiting
    shapes = []
    if column.still_waiting:
        shapes.append(_standing("w-waiting", x, width, column.offered * scale))
    if ended > column.in_time:
        shapes.append(_standing("c-column-rest", x, width, ended * scale))
    if column.in_time:
        shapes.append(_standing("c-column", x, width, column.in_time * scale))
    if column.missing:
        shapes.append(_rectangle("w-gap", x, BOTTOM + 3, width, 9, ' fill="url(#w-hatch)"'))
    return format_html_join("", "{}", ((shape,) for shape in shapes))


def _standing(kind: str, x: float, width: float, height: float) -> SafeString:
    return _rectangle(kind, x, BOTTOM - height, width, height)


def _rectangle(kind: str, x: float, y: float, width: float, height: float, more: str = "") -> SafeString:
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"{}/>',
        kind,
        *(f"{number:.1f}".removesuffix(".0") for number in (x, y, width, height)),
        mark_safe(more),  # noqa: S308 - a constant of this module
    )


def _text(kind: str, x: float, y: float, words: str) -> SafeString:
    return format_html('<text class="{}" x="{}" y="{}">{}</text>', kind, round(x), round(y), words)


def _words(columns: Sequence[Column], step: float, most: int) -> list[SafeString]:
    """ "now" above the present half-hour, or what its hatch means beside it."""
    at = next((at for at, column in enumerate(columns) if column.now), None)
    if at is None:
        return []
    if columns[at].offered is None:
        return [_text("w-word", (at + 1) * step + 8, (TOP + BOTTOM) / 2, _("gap: calls not yet known"))]
    near = [column.offered or 0 for column in columns[max(0, at - 1) : at + 2]]
    height = max(near) * (BOTTOM - TOP - 6) / most
    return [_text("w-word w-word--now", (at + 0.5) * step, BOTTOM - height - 10, _("now"))]
