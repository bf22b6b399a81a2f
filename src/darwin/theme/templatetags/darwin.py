"""The parts of a page: `{% load darwin %}`. What is put in is escaped; nothing inline comes out."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from darwin.theme import formats
from darwin.theme.fields import draw_field
from darwin.theme.forms import PeriodForm
from darwin.theme.parts import (
    STATE_WORDS,
    SYMBOLS,
    TOLD_SYMBOLS,
    ClockFace,
    Crumb,
    Fault,
    Pages,
    Stop,
    Tile,
    Work,
)

register = template.Library()

for _name, _filter in {
    "wait": formats.wait,
    "wait_words": formats.wait_words,
    "percentage": formats.percentage,
    "count": formats.count,
    "few": formats.few,
    "clock_time": formats.clock_time,
    "record_time": formats.record_time,
    "day": formats.day,
    "month": formats.month,
    "moment": formats.moment,
}.items():
    register.filter(_name, cast(Callable[..., str], _filter))


@register.filter
def telephone(number: str | None) -> SafeString:
    """A telephone number that is not broken across lines and is heard digit by digit; none is "withheld"."""
    shown = formats.telephone(number)
    if not any(character.isdigit() for character in shown):
        return format_html('<b class="d-nowrap">{}</b>', shown)
    return format_html(
        '<span class="d-number" aria-hidden="true">{}</span>'
        '<span class="govuk-visually-hidden d-spoken">{}</span>',
        shown,
        formats.spoken(shown),
    )


@register.simple_tag
def share(part: int, whole: int, target: float | None = None) -> str:
    """A share of `whole`: see formats.share."""
    return formats.share(part, whole, target)


@register.simple_tag
def of(part: int, whole: int) -> str:
    """Both numbers of a share: "626 of 789"."""
    return formats.of(part, whole)


@register.simple_tag
def symbol(name: str, label: str = "") -> SafeString:
    """A symbol of the sprite, silent unless it has a label. Raises ValueError for another name."""
    if name not in SYMBOLS:
        raise ValueError(f"the theme has no symbol {name}")
    kind = "d-mark" if name == "mark" else "d-symbol"
    address = f"{static('darwin/symbols.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', kind, label, address
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', kind, address
    )


@register.simple_tag
def grade(number: int, word: str) -> SafeString:
    """A grade by number, word and weight of ink. Raises ValueError for a number other than 1 to 5."""
    if number not in range(1, 6):
        raise ValueError(f"there is no grade {number}")
    return format_html(
        '<span class="d-grade d-grade--{}"><span class="d-grade__number">{}</span>{}</span>',
        number,
        number,
        word,
    )


@register.simple_tag
def state(name: str, word: str = "") -> SafeString:
    """A state by shape and word; `word` where the usual one does not do. Raises ValueError for another."""
    if name not in STATE_WORDS:
        raise ValueError(f"the theme has no state {name}")
    return format_html(
        '<span class="d-state d-state--{}">{}{}</span>', name, symbol(name), word or STATE_WORDS[name]
    )


@register.simple_tag
def label(word: str) -> SafeString:
    """A plain label, of a thing that is no state: "care home", "version 3"."""
    return format_html('<span class="d-state">{}</span>', word)


@register.simple_tag
def key(name: str) -> SafeString:
    """The cap of a key: "Ctrl Enter"."""
    return format_html('<kbd class="d-key">{}</kbd>', name)


@register.simple_tag
def button(
    word: str,
    *,
    kind: str = "",
    key: str = "",
    href: str = "",
    name: str = "",
    value: str = "",
    type: str = "submit",
    size: str = "",
    focused: bool = False,
    disabled: bool = False,
) -> SafeString:
    """A press. `kind`: "first" (the next safe act: one on a screen), "hang-up", or "" for any other.

    With `href` it is a link that looks like a press. `key` is shown on it and acts on it (keys.js).
    """
    if kind not in ("", "first", "hang-up"):
        raise ValueError(f"the theme has no press of the kind {kind}")
    names = ["d-button", f"d-button--{kind}" if kind else "", f"d-button--{size}" if size else ""]
    attributes = {"class": " ".join(filter(None, [*names, "is-focused" if focused else ""])), "data-key": key}
    attributes |= {"href": href} if href else {"type": type, "name": name, "value": value}
    cap = format_html('<kbd class="d-key">{}</kbd>', key) if key else ""
    return format_html(
        "<{0}{1}{2}>{3}{4}</{0}>",
        "a" if href else "button",
        format_html_join("", ' {}="{}"', ((name, text) for name, text in attributes.items() if text)),
        SafeString(" disabled") if disabled and not href else "",
        word,
        cap,
    )


@register.inclusion_tag("theme/parts/clock.html")
def clock(face: ClockFace) -> dict[str, Any]:
    """A clock: its figure, its word, its bar."""
    return {"face": face}


@register.inclusion_tag("theme/parts/line.html")
def one_line(stops: Sequence[Stop], label: str = "") -> dict[str, Any]:
    """The one line of a contact: an ordered list, drawn as a line."""
    return {"stops": stops, "label": label}


@register.inclusion_tag("theme/parts/tiles.html")
def tiles(shown: Sequence[Tile]) -> dict[str, Any]:
    """A row of figures, each with its label."""
    return {"tiles": shown}


@register.inclusion_tag("theme/parts/worklist.html")
def worklist(lines: Sequence[Work]) -> dict[str, Any]:
    """What waits for a role, worst first: the first press that is late is the filled one."""
    first = next((line for line in lines if line.number and line.href), None)
    return {"lines": [(line, line is first) for line in lines]}


@register.inclusion_tag("theme/parts/summary.html")
def summary(rows: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A list of terms and what each is."""
    return {"rows": rows}


@register.inclusion_tag("theme/parts/trail.html")
def trail(crumbs: Sequence[Crumb]) -> dict[str, Any]:
    """The way to this page."""
    return {"crumbs": crumbs}


@register.inclusion_tag("theme/parts/pages.html", takes_context=True)
def pages(context: template.Context, page: "Page[Any]") -> dict[str, Any]:
    """The pages of a list; the other choices in the address stay."""
    request: HttpRequest = context["request"]

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    spread = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    numbered = [(number, address(number)) if isinstance(number, int) else None for number in spread]
    return {
        "pages": Pages(
            number=page.number,
            last=page.paginator.num_pages,
            before=address(page.number - 1) if page.has_previous() else "",
            after=address(page.number + 1) if page.has_next() else "",
            numbered=numbered,
        )
    }


@register.inclusion_tag("theme/parts/sort_head.html", takes_context=True)
def sort_head(context: template.Context, word: str, name: str, figure: bool = False) -> dict[str, Any]:
    """The head of a column that the list can be ordered by: `?order=name`, pressed again `?order=-name`."""
    request: HttpRequest = context["request"]
    now = request.GET.get("order", "")
    query = request.GET.copy()
    query["order"] = f"-{name}" if now == name else name
    query.pop("page", None)
    direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
    return {"word": word, "href": f"?{query.urlencode()}", "direction": direction, "figure": figure}


@register.inclusion_tag("theme/parts/period.html", takes_context=True)
def period_filter(context: template.Context, form: PeriodForm, word: str = "") -> dict[str, Any]:
    """The form that asks for a stretch of days; the other choices of the address stay."""
    request: HttpRequest = context["request"]
    kept = [
        (name, value)
        for name, values in request.GET.lists()
        if name not in form.fields and name != "page"
        for value in values
    ]
    return {"form": form, "kept": kept, "word": word or _("Show")}


@register.simple_tag
def field(
    bound: BoundField, size: int = 0, inputmode: str = "", focused: bool = False, hint: str = ""
) -> SafeString:
    """A field of a form with its label, hint, error and control; `size` 5, 10 or 20 characters."""
    return draw_field(bound, size=size, inputmode=inputmode, focused=focused, hint=hint)


@register.inclusion_tag("theme/parts/errors.html")
def error_summary(source: BaseForm | Sequence[Fault] | None) -> dict[str, Any]:
    """What was wrong, on top of the page, each line a link to its field. Nothing if nothing was wrong."""
    if isinstance(source, BaseForm):
        return {
            "faults": [
                Fault(str(error), source[name].id_for_label if name in source.fields else "")
                for name, errors in source.errors.items()
                for error in errors
            ]
        }
    return {"faults": source or ()}


@register.inclusion_tag("theme/parts/result.html")
def result(shown: Any, views: Sequence[Any] = (), view: str = "chart", id: str = "result") -> dict[str, Any]:
    """A result of darwin.theme.charts as a chart or as a table, with the ways to see it otherwise."""
    drawn = shown.svg(id) if view == "chart" and shown.chart else shown.table()
    return {
        "result": shown,
        "drawn": drawn,
        "is_chart": bool(view == "chart" and shown.chart),
        "views": views,
        "view": view,
        "id": id,
    }


@register.simple_block_tag
def told(content: SafeString, kind: str, title: str = "") -> SafeString:
    """What a panel tells instead of its content. Kinds: empty, loading, error, offline, stale, gap, closed,
    restricted, saved, saved-here. Raises ValueError for another one.
    """
    if kind not in TOLD_SYMBOLS:
        raise ValueError(f"a panel cannot be {kind}")
    drawn = symbol(TOLD_SYMBOLS[kind]) if TOLD_SYMBOLS[kind] else ""
    head = format_html('<span class="d-told__title">{}</span> ', title) if title else ""
    bars = SafeString('<span class="d-told__bar"></span><span class="d-told__bar"></span>')
    return format_html(
        '<div class="d-told d-told--{}"{}><div class="d-told__text">{} {}{}{}</div></div>',
        kind,
        SafeString(' role="alert"') if kind == "error" else "",
        drawn,
        head,
        content,
        bars if kind == "loading" else "",
    )


@register.simple_block_tag
def verdict(content: SafeString) -> SafeString:
    """The sentence that stands before the chart."""
    return format_html('<p class="d-verdict">{}</p>', content)
