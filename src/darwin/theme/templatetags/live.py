"""Clocks that run: `{% load live %}`. What is put in is escaped; the page's script counts on from there."""

import re
from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from darwin.theme import formats

register = template.Library()
_PARTS = re.compile(r"\d+|\D+")


@register.simple_tag
def running(since: datetime, at: datetime | None = None, form: str = "") -> SafeString:
    """A clock that counts up from `since` by the server's clock. form: "" for "1:48", "words" for
    "1 min 48 s", "parts" for the same with each figure apart, so that it can be large.

    at: the moment for which it is written when a page is made; None where a script fills it in, so that a
    live screen is the same a second later and is not sent again.
    """
    text = "" if at is None else _text(since, at, form)
    return format_html(
        '<time datetime="{0}" data-since="{0}"{1}{2}>{3}</time>',
        since.isoformat(timespec="milliseconds"),
        format_html(' data-as="{}"', form) if form else "",
        format_html(' data-length="{}"', len(text)) if form == "parts" and text else "",
        in_parts(text) if form == "parts" else text,
    )


def _text(since: datetime, at: datetime, form: str) -> str:
    waited = max(0.0, (at - since).total_seconds() * 1000)
    return formats.wait_words(waited) if form else formats.wait(waited)


@register.filter
def in_parts(text: str) -> SafeString:
    """A text whose figures are marked, so that they can be larger than its words."""
    return format_html_join(
        "",
        "<{0}>{1}</{0}>",
        (("b" if part[0].isdigit() else "span", part) for part in _PARTS.findall(text)),
    )


@register.simple_tag
def time_now(at: datetime | None = None) -> SafeString:
    """The time of day by the server's clock; at: as in `running`."""
    return format_html("<time data-now>{}</time>", "" if at is None else formats.clock_time(at))
