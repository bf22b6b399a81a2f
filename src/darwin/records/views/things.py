"""The pages of a number, a place and a vehicle."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from darwin.deadlines import clock
from darwin.records.forms import LinkNumberForm, MarkNumberForm
from darwin.records.history import earlier_values, earlier_words
from darwin.records.links import protects
from darwin.records.marked import markers_of
from darwin.records.models import (
    Location,
    PersonLocation,
    PersonVehicle,
    PhoneIdentity,
    PhoneKind,
    PhoneLinkEnding,
    RestrictedRecord,
    Vehicle,
)
from darwin.records.parts import MARKERS, PARTS
from darwin.records.permissions import (
    DECIDE_LINKS,
    MARK_NUMBER,
    RECORD_NUMBERS,
    RECORD_PEOPLE,
    RESTRICT_RECORDS,
    SEARCH_RECORDS,
    SEE_NUMBER,
)
from darwin.records.phones import identity_of
from darwin.records.searching import restricted_among
from darwin.records.services.phones import link_number, mark_number
from darwin.records.views.asking import asker, consult
from darwin.staff.gate import page
from darwin.theme.formats import Words

MOST = 50


@never_cache
@require_http_methods(["GET", "POST"])
@page(SEE_NUMBER, personal=True)
def phone(request: HttpRequest, phone_id: UUID) -> HttpResponse:
    """One number: what it is, who used it, and why it is treated with care."""
    hidden = RestrictedRecord.objects.filter(subject_kind="phone", subject_id=OuterRef("pk"), ended_at=None)
    found = get_object_or_404(PhoneIdentity.objects.annotate(hidden=Exists(hidden)), pk=phone_id)
    is_hidden = getattr(found, "hidden")  # noqa: B009 - an annotation, which mypy loses
    if (instead := consult(request, "phone", found.id, restricted=is_hidden)) is not None:
        return instead
    may_add = request.method != "POST"
    return _show_phone(request, found, MarkNumberForm(), LinkNumberForm(), may_add=may_add)


@require_POST
@page(MARK_NUMBER, personal=True)
def phone_change(request: HttpRequest, phone_id: UUID, change: str) -> HttpResponse:
    """Say what the number is ("mark"), or link it ("link")."""
    found = get_object_or_404(PhoneIdentity, pk=phone_id)
    if (instead := consult(request, "phone", found.id, opens=False)) is not None:
        return instead
    forms = (MarkNumberForm(), LinkNumberForm())
    if change == "mark":
        forms = (MarkNumberForm(request.POST), forms[1])
        if forms[0].is_valid():
            mark_number(actor=asker(request).actor, number=found.number, **forms[0].cleaned_data)
    else:
        forms = (forms[0], LinkNumberForm(request.POST))
        if forms[1].is_valid():
            link_number(actor=asker(request).actor, number=found.number, **forms[1].cleaned_data)
    if not any(form.errors for form in forms):
        messages.success(request, _("Kept. What was said of the number before stays in its history."))
        return redirect("records:phone", found.id)
    return _show_phone(request, found, *forms, may_add=True, status=422)


def _show_phone(
    request: HttpRequest,
    found: PhoneIdentity,
    mark: MarkNumberForm,
    link: LinkNumberForm,
    *,
    may_add: bool,
    status: int = 200,
) -> HttpResponse:
    """The page of a number. may_add: False where it is restricted and was opened with a reason."""
    facts = identity_of(found.number, clock.now())
    may_record = may_add and RECORD_NUMBERS.permits(asker(request))
    uses = list(found.uses.select_related("person").order_by("-since")[:MOST])
    context = {
        "phone": found,
        "kind": PhoneKind(facts.kind).label,
        "facts": facts,
        "people": _people(uses),
        "markings": found.markings.order_by("-since")[:MOST],
        "links": _links(request, found),
        "unsafe": any(map(protects, facts.links)),
        "markers": _with_ends(markers_of(found), "records:phone_end", found.id, may_record),
        "additions": _additions("records:phone_add", found.id, may_record),
        "restrict": _restrict(request, "phone", found.id),
        "may_mark": may_add and MARK_NUMBER.permits(asker(request)),
        "mark_form": mark,
        "link_form": link,
    }
    return render(request, "records/phone.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@page(SEARCH_RECORDS, personal=True)
def location(request: HttpRequest, location_id: UUID) -> HttpResponse:
    """One place and who belongs to it."""
    found = get_object_or_404(Location, pk=location_id)
    if (instead := consult(request, "location", found.id)) is not None:
        return instead
    ties = list(
        PersonLocation.objects.filter(location=found).select_related("person").order_by("-since")[:MOST]
    )
    facts = [
        (_("Property number (UPRN)"), found.uprn or _("not known")),
        (_("Point"), f"{found.latitude}, {found.longitude}" if found.latitude else _("not known")),
    ]
    # A post gave the reason for opening a restricted record: nothing is added to that.
    may_record = request.method != "POST" and RECORD_PEOPLE.permits(asker(request))
    context = {
        "title": found.words,
        "facts": facts,
        "people": _people(ties),
        "markers": _with_ends(markers_of(found), "records:place_end", found.id, may_record),
        "additions": _additions("records:place_add", found.id, may_record),
        "restrict": _restrict(request, "location", found.id),
    }
    return render(request, "records/thing.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@page(SEARCH_RECORDS, personal=True)
def vehicle(request: HttpRequest, vehicle_id: UUID) -> HttpResponse:
    """One vehicle and who keeps or drives it."""
    found = get_object_or_404(Vehicle.objects.annotate(earlier=earlier_values("vehicle")), pk=vehicle_id)
    if (instead := consult(request, "vehicle", found.id)) is not None:
        return instead
    ties = list(
        PersonVehicle.objects.filter(vehicle=found).select_related("person").order_by("-since")[:MOST]
    )
    facts = [
        (_("Make"), found.make or _("not known")),
        (_("Model"), found.model or _("not known")),
        (_("Colour"), found.colour or _("not known")),
    ]
    context = {
        "title": found.vrm,
        "facts": facts,
        "people": _people(ties),
        "earlier": earlier_words(getattr(found, "earlier")),  # noqa: B009 - an annotation, which mypy loses
        "restrict": _restrict(request, "vehicle", found.id),
    }
    return render(request, "records/thing.html", context)


def _links(request: HttpRequest, found: PhoneIdentity) -> list[dict[str, Any]]:
    """The links of a number, each with what this reader may do about it. One query."""
    me = asker(request)
    may_end, may_decide = MARK_NUMBER.permits(me), DECIDE_LINKS.permits(me)
    proposed = PhoneLinkEnding.objects.filter(link=OuterRef("pk"), confirmed_at=None, declined_at=None)
    rows = found.links.annotate(
        waiting_id=Subquery(proposed.values("id")[:1]),
        waiting_by=Subquery(proposed.values("proposed_by")[:1]),
    )
    return [
        {
            "link": row,
            "protects": protects(row.link),
            "waits": row.waiting_id is not None,
            "end": reverse("records:link_end", args=[row.id])
            if may_end and row.ended_at is None and row.waiting_id is None
            else "",
            "decide": reverse("records:link_ending", args=[row.waiting_id])
            if may_decide and row.waiting_id is not None and row.waiting_by != me.id
            else "",
        }
        for row in rows.order_by("-linked_at")[:MOST]
    ]


def _with_ends(markers: list[dict[str, Any]], page: str, on: UUID, may: bool) -> list[dict[str, Any]]:
    """Markers with the address at which each is ended, for those who may."""
    return [
        marker | {"end": reverse(page, args=[on, marker["kind"], marker["id"]]) if may else ""}
        for marker in markers
    ]


def _additions(page: str, on: UUID, may: bool) -> list[tuple[Words, str]]:
    """What can be added to a place or a number, each with its address; nothing for those who may not."""
    return [(PARTS[name].add_title, reverse(page, args=[on, name])) for name in MARKERS] if may else []


def _restrict(request: HttpRequest, kind: str, record_id: UUID) -> str:
    """The address at which this record is restricted, for those who may."""
    may = RESTRICT_RECORDS.permits(asker(request))
    return reverse("records:restrict", args=[kind, record_id]) if may else ""


def _people(ties: list[Any]) -> list[dict[str, Any]]:
    """The people of a thing; one whose record is restricted shows no name. One query more."""
    hidden = restricted_among("person", [tie.person_id for tie in ties])
    return [{"tie": tie, "person": tie.person, "restricted": tie.person_id in hidden} for tie in ties]
