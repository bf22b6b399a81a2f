"""The form that asks for a stretch of days."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from darwin.deadlines.clock import LONDON
from darwin.theme import formats

_WRITTEN = re.compile(r"(\d{1,2})[\s/.-]+(\d{1,2}|[^\W\d]{3,})[\s/.-]+(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class DayField(forms.CharField):
    """A day typed as 22/11/2026, 22 Nov 2026 or 2026-11-22; its value is a date. What was typed stays."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        """The day. Raises ValidationError with a sentence that says what is wrong with it."""
        if isinstance(value, date):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        year, month, day = _numbers(text)
        try:
            return date(year, month, day)
        except ValueError as error:
            raise forms.ValidationError(_no_such_day(text, month, day)) from error

    def prepare_value(self, value: Any) -> Any:
        """A date is shown as it can be typed."""
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


class PeriodForm(forms.Form):
    """From one day to another, both included: `?from_day=01/10/2026&to_day=31/10/2026`."""

    from_day = DayField(label=gettext_lazy("From"))
    to_day = DayField(label=gettext_lazy("To, that day included"))

    def clean(self) -> dict[str, Any] | None:
        """Refuses an end before its beginning, at the end."""
        cleaned = super().clean()
        first, last = self.cleaned_data.get("from_day"), self.cleaned_data.get("to_day")
        if first and last and last < first:
            self.add_error(
                "to_day",
                _("The last day, %(last)s, is before the first, %(first)s. What you typed is kept.")
                % {"last": formats.day(last), "first": formats.day(first)},
            )
        return cleaned

    def bounds(self) -> tuple[datetime, datetime]:
        """The half-open stretch from the first midnight in London to the one after the last day, both aware.

        To be asked of a valid form only.
        """
        first: date = self.cleaned_data["from_day"]
        last: date = self.cleaned_data["to_day"]
        return midnight(first), midnight(last + timedelta(days=1))


def midnight(day: date) -> datetime:
    """The moment in London at which a day begins."""
    return datetime.combine(day, time(), tzinfo=LONDON)


def _numbers(text: str) -> tuple[int, int, int]:
    """Year, month and day as typed. Raises ValidationError if the text has none."""
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    found = _WRITTEN.fullmatch(text)
    month = _month(found[2]) if found else 0
    if not found or not month:
        raise forms.ValidationError(
            _("“%(text)s” is not a day. Write it as 22/11/2026. What you typed is kept.") % {"text": text}
        )
    return int(found[3]), month, int(found[1])


def _month(word: str) -> int:
    """The number of a month by its number or name, in English or the reader's language; 0 if none."""
    if word.isdigit():
        return int(word)
    english = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    theirs = [name.lower() for name in formats.months()]
    for names in (theirs, english):
        for number, name in enumerate(names, start=1):
            if word.lower().startswith(name):
                return number
    return 0


def _no_such_day(text: str, month: int, day: int) -> str:
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return _("There is no day “%(text)s”. Write it as 22/11/2026. What you typed is kept.") % {
            "text": text
        }
    return _("The %(day)s of %(month)s does not exist. What you typed is kept.") % {
        "day": _ordinal(day),
        "month": _month_names()[month - 1],
    }


def _ordinal(day: int) -> str:
    if (get_language() or "en").startswith("en"):
        ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        return f"{day}{ending}"
    return str(day)


def _month_names() -> tuple[str, ...]:
    return (
        _("January"),
        _("February"),
        _("March"),
        _("April"),
        _("May"),
        _("June"),
        _("July"),
        _("August"),
        _("September"),
        _("October"),
        _("November"),
        _("December"),
    )
