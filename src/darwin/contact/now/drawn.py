"""The wall as HTML, in one language: a page's first paint and what the stream sends are made alike."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from darwin.contact.now.columns import draw_columns
from darwin.contact.now.hearing import Heard
from darwin.contact.now.wall import Column, InTime, LineOnWall, Wall
from darwin.theme import formats


def draw_wall(wall: Wall, language: str, at: datetime | None = None) -> str:
    """at: when a page is made, so that its clocks show something before a script runs them; None for the
    stream, whose text must not change with each second."""
    with translation.override(language):
        return render_to_string("contact/wall_figures.html", _context(wall, at))


def draw_counts(wall: Wall, language: str, at: datetime | None = None) -> str:
    """The same figures as a row of tiles, for the supervisor's page. at: as above."""
    with translation.override(language):
        return render_to_string("contact/floor_counts.html", _context(wall, at))


def _context(wall: Wall, at: datetime | None) -> dict[str, Any]:
    gap = wall.hearing.heard is Heard.GAP
    return {
        "wall": wall,
        "at": at,
        # The word stands on every wall of a practice house.
        "practice": settings.DARWIN_MODE == "practice",
        "gap": gap,
        "never": wall.hearing.heard is Heard.NEVER,
        "stale": wall.hearing.heard is Heard.STALE,
        "since": wall.hearing.since,
        "date": date_format(wall.day, "l j F"),
        "names": _and([str(of.line.label) for of in wall.lines]),
        "lines": [_line(of, wall) for of in wall.lines],
        "longest_line": next((_line(of, wall) for of in wall.lines if _is_longest(of, wall)), None),
        "over": f"{wall.over_s:g}" if wall.over_s is not None else "",
        "reasons": ", ".join(
            f"{_small(str(reason)) if reason else _('other reasons')}{formats.NO_SPACE_BREAK}{count}"
            for reason, count in wall.reasons
        ),
        "chart": draw_columns(wall.columns),
        "rows": [_row(column, get_language() or "") for column in wall.columns if not column.to_come],
        "gaps": wall.gaps,
    }


def _small(words: str) -> str:
    """Words of a list within a sentence."""
    return words[:1].lower() + words[1:]


def _is_longest(of: LineOnWall, wall: Wall) -> bool:
    return wall.longest_line in (None, of.line.code)


def _line(of: LineOnWall, wall: Wall) -> dict[str, Any]:
    return {
        "label": of.line.label,
        "waiting": of.waiting,
        "within": f"{of.line.within_s:g}",
        "today": _share(of.today, of.line.target_pct),
        "since": _share(of.since, of.line.target_pct),
        "longest": None if of.longest_ms is None else formats.wait_words(of.longest_ms),
    }


def _share(share: InTime | None, target: float) -> dict[str, str] | None:
    """A share for the wall: whole per cent, and never rounded up to a target that it misses. With fewer than
    20 in the denominator the counts stand alone."""
    if share is None:
        return None
    counts = {"counts": formats.of(share.part, share.whole)}
    if share.whole < formats.LEAST_FOR_A_SHARE:
        return counts | {"part": str(share.part), "whole": str(share.whole)}
    exact = 100 * share.part / share.whole
    return counts | {"percent": formats.percentage(exact, target, places=0).removesuffix("%")}


# All but the present half-hour are as they were a moment ago. language: that which is active.
@lru_cache(maxsize=512)
def _row(column: Column, language: str) -> SafeString:
    """A half-hour as a row of the table. A gap has no figures."""
    if column.offered is None or column.in_time is None:
        figures = format_html('<td colspan="4">{}</td>', _("gap: calls not yet known"))
    else:
        late = column.offered - column.in_time - column.still_waiting
        counts = (column.offered, column.in_time, late, column.still_waiting)
        figures = format_html_join(
            "", '<td class="d-figure">{}</td>', ((formats.count(number),) for number in counts)
        )
    return format_html(
        '<tr><th scope="row">{}</th>{}<td>{}</td></tr>',
        formats.clock_time(column.from_at),
        figures,
        _("%(n)s min") % {"n": column.missing} if column.missing else "",
    )


def _and(words: Iterable[str]) -> str:
    *first, last = list(words) or [""]
    return _("%(some)s and %(last)s") % {"some": ", ".join(first), "last": last} if first else last
