"""Adding a part to a record, and ending one: names, numbers, places, vehicles, markers."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from darwin.errors import DarwinError
from darwin.records.models import Location, Person, PhoneIdentity
from darwin.records.parts import PARTS, Part, owner_name
from darwin.records.permissions import RECORD_NUMBERS, RECORD_PEOPLE
from darwin.records.shown import title_of
from darwin.records.views.asking import asker, consult
from darwin.staff.gate import page

Owner = Person | Location | PhoneIdentity


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_PEOPLE, personal=True)
def person_add(request: HttpRequest, person_id: UUID, part: str) -> HttpResponse:
    """Add a name, a place, a vehicle or a marker to a person."""
    return _add(request, get_object_or_404(Person, pk=person_id), PARTS[part])


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_PEOPLE, personal=True)
def person_end(request: HttpRequest, person_id: UUID, part: str, row_id: UUID) -> HttpResponse:
    """End one of them."""
    return _end(request, get_object_or_404(Person, pk=person_id), PARTS[part], row_id)


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_NUMBERS, personal=True)
def person_number_add(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Add a telephone number that a person uses."""
    return _add(request, get_object_or_404(Person, pk=person_id), PARTS["number"])


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_NUMBERS, personal=True)
def person_number_end(request: HttpRequest, person_id: UUID, row_id: UUID) -> HttpResponse:
    """Say that a person uses a number no more."""
    return _end(request, get_object_or_404(Person, pk=person_id), PARTS["number"], row_id)


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_PEOPLE, personal=True)
def place_add(request: HttpRequest, location_id: UUID, part: str) -> HttpResponse:
    """Add a marker to a place."""
    return _add(request, get_object_or_404(Location, pk=location_id), PARTS[part])


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_PEOPLE, personal=True)
def place_end(request: HttpRequest, location_id: UUID, part: str, row_id: UUID) -> HttpResponse:
    """End a marker of a place."""
    return _end(request, get_object_or_404(Location, pk=location_id), PARTS[part], row_id)


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_NUMBERS, personal=True)
def phone_add(request: HttpRequest, phone_id: UUID, part: str) -> HttpResponse:
    """Add a marker to a number."""
    return _add(request, get_object_or_404(PhoneIdentity, pk=phone_id), PARTS[part])


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_NUMBERS, personal=True)
def phone_end(request: HttpRequest, phone_id: UUID, part: str, row_id: UUID) -> HttpResponse:
    """End a marker of a number."""
    return _end(request, get_object_or_404(PhoneIdentity, pk=phone_id), PARTS[part], row_id)


def _add(request: HttpRequest, on: Owner, part: Part) -> HttpResponse:
    if (instead := _instead(request, on)) is not None:
        return instead
    form = part.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        there = set(part.open_rows(on).values_list("pk", flat=True))
        try:
            row = part.add(asker(request).actor, on, form.cleaned_data)
        except DarwinError as refusal:
            form.add_error(part.refused_at, str(refusal))
        else:
            if row.pk not in there:
                messages.success(request, _("Recorded. Your name and the time are kept with it."))
                return redirect(f"records:{owner_name(on)}", on.id)
            form.add_error(
                part.refused_at,
                _("That is recorded already and holds. What you typed is kept, and not recorded."),
            )
    context = {"part": part, "form": form, "owner": on, "owner_title": title_of(on), "back": owner_name(on)}
    return render(request, "records/part_add.html", context, status=422 if form.errors else 200)


def _end(request: HttpRequest, on: Owner, part: Part, row_id: UUID) -> HttpResponse:
    if (instead := _instead(request, on)) is not None:
        return instead
    row = get_object_or_404(part.model, **{owner_name(on): on, "pk": row_id})
    if getattr(row, part.ended) is not None:
        messages.info(request, _("That had ended already. Nothing was changed."))
        return redirect(f"records:{owner_name(on)}", on.id)
    form: forms.Form = part.end_form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            part.end(asker(request).actor, row, form.cleaned_data.get("reason", ""))
        except DarwinError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Ended. It stays in the record, with the day."))
            return redirect(f"records:{owner_name(on)}", on.id)
    context = {
        "part": part,
        "form": form,
        "owner": on,
        "owner_title": title_of(on),
        "back": owner_name(on),
        "what": part.words(row),
    }
    return render(request, "records/part_end.html", context, status=422 if form.errors else 200)


def _instead(request: HttpRequest, on: Owner) -> HttpResponse | None:
    """A page or a way elsewhere, where nothing can be added or ended; the look is recorded."""
    if (instead := consult(request, owner_name(on), on.id, opens=False)) is not None:
        return instead
    if isinstance(on, Person) and (on.merged_into_id is not None or on.disposed_at is not None):
        return redirect("records:person", on.id)
    return None
