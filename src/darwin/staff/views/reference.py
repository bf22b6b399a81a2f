"""What the force has set, for everyone signed in: thresholds and lists on a day, with their sources."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.deadlines import clock
from darwin.reference.catalogue import (
    Version,
    lists_on,
    thresholds_on,
    versions_of_entry,
    versions_of_threshold,
)
from darwin.reference.lists import known_list
from darwin.reference.presentation import is_unverified
from darwin.reference.queries import UnknownReference, codes
from darwin.reference.required import required_thresholds
from darwin.reference.values import CodeValue, ThresholdValue
from darwin.staff.gate import page
from darwin.staff.permissions import READ_REFERENCE
from darwin.theme.forms import DayField

# The first day of a value that holds for as long as records go back (docs/reference-data.md).
FOR_EVER = date(1990, 1, 1)


class DayForm(forms.Form):
    """The day on which values are looked at."""

    on = DayField(label=gettext_lazy("As it stood on"))


@never_cache
@require_GET
@page(READ_REFERENCE, personal=False)
def reference(request: HttpRequest) -> HttpResponse:
    """Every threshold that holds on a day, by room, and every list with its number of entries."""
    form, day = _asked(request)
    meanings = {wanted.code: wanted.meaning for wanted in required_thresholds()}
    values = [(*_row(value), meanings.get(value.code, "")) for value in thresholds_on(day)]
    context = {
        "form": form,
        "day": day,
        "rooms": [(room, list(rows)) for room, rows in groupby(values, key=lambda row: _room(row[0].code))],
        "number": len(values),
        "unverified": sum(1 for _value, _since, unverified, _meaning in values if unverified),
        "lists": [(found, _meaning(found.code)) for found in lists_on(day)],
    }
    return render(request, "staff/reference/reference.html", context, status=_status(form))


@never_cache
@require_GET
@page(READ_REFERENCE, personal=False)
def code_list(request: HttpRequest, code: str) -> HttpResponse:
    """The entries of one list on a day."""
    form, day = _asked(request)
    kind = known_list(code)
    if kind is None:
        raise Http404
    try:
        entries = [_row(value) for value in codes(code, at=day)]
    except UnknownReference:
        entries = []
    context = {"form": form, "day": day, "code": code, "meaning": kind.meaning, "entries": entries}
    return render(request, "staff/reference/list.html", context, status=_status(form))


@never_cache
@require_GET
@page(READ_REFERENCE, personal=False)
def threshold_history(request: HttpRequest, code: str) -> HttpResponse:
    """Every version of one threshold."""
    meanings = {wanted.code: wanted.meaning for wanted in required_thresholds()}
    return _history(request, code, versions_of_threshold(code), meanings.get(code, ""))


@never_cache
@require_GET
@page(READ_REFERENCE, personal=False)
def entry_history(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Every version of one entry of a list."""
    return _history(request, entry, versions_of_entry(code, entry), "", code)


def _history(
    request: HttpRequest, code: str, versions: list[Version], meaning: str, of_list: str = ""
) -> HttpResponse:
    if not versions:
        raise Http404
    today = clock.now().astimezone(clock.LONDON).date()
    rows = [
        (
            version,
            _since(version.valid_from),
            version.valid_to - timedelta(days=1) if version.valid_to else None,
            is_unverified(version.source),
            version.withdrawn_at is None
            and version.valid_from <= today
            and (version.valid_to is None or today < version.valid_to),
        )
        for version in versions
    ]
    context = {"code": code, "rows": rows, "meaning": meaning, "list": of_list}
    return render(request, "staff/reference/history.html", context)


def _meaning(list_code: str) -> str:
    kind = known_list(list_code)
    return kind.meaning if kind else ""


def _asked(request: HttpRequest) -> tuple[DayForm, date]:
    today = clock.now().astimezone(clock.LONDON).date()
    if "on" not in request.GET:
        return DayForm({"on": f"{today:%d/%m/%Y}"}), today
    form = DayForm(request.GET)
    return form, form.cleaned_data["on"] if form.is_valid() else today


def _status(form: DayForm) -> int:
    return 422 if form.errors else 200


def _row(value: ThresholdValue | CodeValue) -> tuple[Any, date | None, bool]:
    return value, _since(value.valid_from), is_unverified(value.source)


def _since(first: date) -> date | None:
    return None if first == FOR_EVER else first


def _room(code: str) -> str:
    return code.partition(".")[0]
