"""How a page says what was set, by whom and since when."""

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from darwin.reference.values import CodeValue, ThresholdValue

UNVERIFIED = "to be verified by the force"


def is_unverified(source: str) -> bool:
    """Does a source say that nobody in the force has confirmed the value, or a part of it?"""
    return UNVERIFIED in source


def source_line(value: ThresholdValue | CodeValue) -> str:
    """The value, its source and its dates in one line: “30 seconds. Set by the force, from 1 Apr 2024”.

    A version that has ended says its last day. The source is shown as the file gives it.
    """
    line = f"{value}. {_capital(_(value.source) if value.source == UNVERIFIED else value.source)}"
    first = _short(value.valid_from)
    if value.valid_to is None:
        return _("%(line)s, from %(first)s") % {"line": line, "first": first}
    last = _short(value.valid_to - timedelta(days=1))
    return _("%(line)s, from %(first)s to %(last)s") % {"line": line, "first": first, "last": last}


def _short(day: date) -> str:
    return date_format(day, "j M Y")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
