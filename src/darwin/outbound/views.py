"""Pages of safe contact: ask and record, a second person, a supervisor's decision, the attempts."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.outbound import thresholds
from darwin.outbound.channels import channel_named
from darwin.outbound.forms import FinishForm, OverrideForm, PointForm, SafeContactForm, SecondPersonForm
from darwin.outbound.models import Attempt, ContactPoint, PointKind, SafeContact
from darwin.outbound.permissions import DECIDE_UNSAFE, REACH_OUT, RECORD_SAFE_CONTACT, SEE_ATTEMPTS
from darwin.outbound.queries import waiting_answers
from darwin.outbound.services.attempts import finish_attempt
from darwin.outbound.services.overrides import decide_unsafe
from darwin.outbound.services.preferences import (
    confirm_safe_contact,
    decline_safe_contact,
    open_point,
    record_safe_contact,
)
from darwin.outbound.shown import SafeContactShown, safe_contact_of, value_shown
from darwin.outbound.wording import condition_words
from darwin.staff.gate import page
from darwin.staff.models import Account

A_PAGE = 50


def _me(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _consulted(request: HttpRequest, screen: str, *points: UUID) -> None:
    record_consultation(
        actor=_me(request).actor, screen=screen, subjects=[Subject("contact_point", one) for one in points]
    )


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_SAFE_CONTACT, personal=True)
def look_up(request: HttpRequest) -> HttpResponse:
    """Type a number or an address, so that it stands in no address bar; go to its page, or get its part."""
    form = PointForm(request.POST or None)
    fault, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                point = open_point(
                    actor=_me(request).actor,
                    number=form.cleaned_data["number"],
                    kind=PointKind(form.cleaned_data["kind"]),
                )
            except DarwinError as refusal:
                fault = str(refusal)
            else:
                if request.headers.get("HX-Request"):
                    return _part(request, safe_contact_of(point, _me(request)))
                return redirect("outbound:point", point.id)
    _consulted(request, "outbound.look_up")
    return render(request, "outbound/look_up.html", {"form": form, "fault": fault}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_SAFE_CONTACT, personal=True)
def point(request: HttpRequest, point_id: UUID) -> HttpResponse:
    """How one number or address may be reached; ask and record. For htmx the part alone, for another page."""
    found = get_object_or_404(ContactPoint, pk=point_id)
    if request.method == "GET":
        return _answer(request, safe_contact_of(found, _me(request)))
    kind = PointKind(found.kind)
    form = SafeContactForm(kind, request.POST)
    fault = ""
    if form.is_valid():
        try:
            record_safe_contact(actor=_me(request).actor, number=found.value, kind=kind, **form.said())
        except DarwinError as refusal:
            fault = str(refusal)
        else:
            if request.headers.get("HX-Request"):
                return _part(request, safe_contact_of(found, _me(request), saved_at=clock.now()))
            return redirect("outbound:point", found.id)
    return _answer(request, safe_contact_of(found, _me(request), form=form, fault=fault), status=422)


def _answer(request: HttpRequest, shown: SafeContactShown, status: int = 200) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _part(request, shown)
    _consulted(request, "outbound.point", shown.point.id)
    context = {"shown": shown, "value": value_shown(shown.point)}
    return render(request, "outbound/point.html", context, status=status)


def _part(request: HttpRequest, shown: SafeContactShown) -> HttpResponse:
    """The part for another page. With 200 whatever was wrong: htmx does not swap an error."""
    _consulted(request, "outbound.safe_contact_part", shown.point.id)
    return render(request, "outbound/safe_contact_part.html", {"shown": shown})


@never_cache
@require_http_methods(["GET", "POST"])
@page(DECIDE_UNSAFE, personal=True)
def second_person(request: HttpRequest, preference_id: UUID) -> HttpResponse:
    """Confirm an answer that takes protection away, or decline it."""
    preference = get_object_or_404(SafeContact.objects.select_related("point"), pk=preference_id)
    form = SecondPersonForm(request.POST or None)
    fault, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            decide = (
                decline_safe_contact if request.POST.get("decision") == "decline" else confirm_safe_contact
            )
            try:
                decide(actor=_me(request).actor, preference=preference, reason=form.cleaned_data["reason"])
            except DarwinError as refusal:
                fault = str(refusal)
            else:
                return redirect("outbound:point", preference.point_id)
    _consulted(request, "outbound.second_person", preference.point_id)
    shown = safe_contact_of(preference.point, _me(request))
    context = {
        "form": form,
        "fault": fault,
        "value": value_shown(preference.point),
        "shown": shown,
        "answer": next((one for one in shown.answers if one.row.id == preference.id), None),
    }
    return render(request, "outbound/second_person.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@page(DECIDE_UNSAFE, personal=True)
def decide(request: HttpRequest, point_id: UUID) -> HttpResponse:
    """A supervisor's decision about a number that is not safe."""
    found = get_object_or_404(ContactPoint, pk=point_id, kind=PointKind.TELEPHONE)
    form = OverrideForm(request.POST or None)
    fault, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                decide_unsafe(actor=_me(request).actor, number=found.value, **form.decided())
            except DarwinError as refusal:
                fault = str(refusal)
            else:
                return redirect("outbound:decide", found.id)
    _consulted(request, "outbound.decide", found.id)
    rows = found.overrides.select_related("decided_by", "rung_by", "attempt").order_by("-id")
    context = {
        "form": form,
        "fault": fault,
        "point": found,
        "value": value_shown(found),
        "decisions": [
            (row, condition_words(row.conditions), getattr(row, "attempt", None)) for row in rows[:20]
        ],
        "at": clock.now(),
    }
    return render(request, "outbound/decide.html", context, status=status)


@never_cache
@require_GET
@page(DECIDE_UNSAFE, personal=True)
def waiting(request: HttpRequest) -> HttpResponse:
    """Answers that wait for a second person, the oldest first."""
    rows = waiting_answers().select_related("point", "asked_by").order_by("recorded_at", "id")
    part = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    _consulted(request, "outbound.waiting", *(row.point_id for row in part))
    context = {"part": part, "rows": [(row, value_shown(row.point)) for row in part], "me": _me(request).id}
    return render(request, "outbound/waiting.html", context)


@never_cache
@require_GET
@page(SEE_ATTEMPTS, personal=True)
def attempts(request: HttpRequest, point_id: UUID) -> HttpResponse:
    """Every attempt on one number or address, the latest first."""
    return _attempts(request, get_object_or_404(ContactPoint, pk=point_id))


def _attempts(
    request: HttpRequest, found: ContactPoint, *, form: FinishForm | None = None, fault: str = ""
) -> HttpResponse:
    at = clock.now()
    results = thresholds.results(at)
    rows = found.attempts.select_related("by").prefetch_related("notes").order_by("-begun_at", "-id")
    part = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    _consulted(request, "outbound.attempts", found.id)
    me = _me(request)
    context = {
        "point": found,
        "value": value_shown(found),
        "part": part,
        "fault": fault,
        "may_record": RECORD_SAFE_CONTACT.permits(me),
        "rows": [
            {
                "row": row,
                "channel": channel_named(row.channel).label,
                "by": row.by.display_name if row.by else row.part,
                "how": condition_words(row.conditions),
                "result": str(results[row.result]) if row.result in results else "",
                "form": (form or FinishForm(at)) if row.ended_at is None and row.by_id == me.id else None,
            }
            for row in part
        ],
    }
    return render(request, "outbound/attempts.html", context, status=422 if fault else 200)


@require_POST
@page(REACH_OUT, personal=True)
def finish(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Say what came of one's own attempt."""
    attempt = get_object_or_404(Attempt.objects.select_related("point"), pk=attempt_id)
    form = FinishForm(clock.now(), request.POST)
    if not form.is_valid():
        fault = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _attempts(request, attempt.point, form=form, fault=fault)
    try:
        finish_attempt(
            actor=_me(request).actor,
            attempt=attempt,
            result=form.cleaned_data["result"],
            note=form.cleaned_data["note"],
        )
    except DarwinError as refusal:
        return _attempts(request, attempt.point, form=form, fault=str(refusal))
    return redirect("outbound:attempts", attempt.point_id)
