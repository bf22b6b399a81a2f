"""Reviews of how long records are kept, holds, and the pack that answers a person."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.records.forms import AccessForm, HoldForm
from darwin.records.models import LegalHold, Person, RetentionReview
from darwin.records.permissions import ANSWER_SUBJECTS, REVIEW_RETENTION
from darwin.records.searching import restricted_among
from darwin.records.services.retention import (
    RetentionRefused,
    confirm_disposal,
    decide_review,
    decline_disposal,
    place_hold,
    release_hold,
)
from darwin.records.shown import labels
from darwin.records.subject_access import PackRefused, make_pack
from darwin.records.views.asking import asker
from darwin.staff.gate import page
from darwin.theme.parts import Fault

A_PAGE = 25


@never_cache
@require_GET
@page(REVIEW_RETENTION, personal=True)
def reviews(request: HttpRequest) -> HttpResponse:
    """Open reviews, the longest due first; of one person alone where the address names them (`person`)."""
    waiting = RetentionReview.objects.filter(closed_at=None).select_related("person").order_by("due_at", "id")
    if (only := _uuid(request.GET.get("person", ""))) is not None:
        waiting = waiting.filter(person_id=only)
    part = Paginator(waiting, A_PAGE).get_page(request.GET.get("page"))
    rows = list(part)
    people = [row.person_id for row in rows]
    held = set(
        LegalHold.objects.filter(person_id__in=people, released_at=None).values_list("person_id", flat=True)
    )
    hidden = restricted_among("person", people)
    groups = labels("retention_rule")
    record_consultation(
        actor=asker(request).actor,
        screen="records.reviews",
        subjects=[Subject("person", person_id) for person_id in people],
    )
    lines = [
        {
            "review": row,
            "group": groups.get(row.group, row.group),
            "held": row.person_id in held,
            "restricted": row.person_id in hidden,
            "mine": row.decided_by == asker(request).id,
        }
        for row in rows
    ]
    return render(request, "records/reviews.html", {"part": part, "lines": lines, "of_one": only})


def _uuid(text: str) -> UUID | None:
    """An identifier of the address; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
@page(REVIEW_RETENTION, personal=True)
def review_change(request: HttpRequest, review_id: UUID, change: str) -> HttpResponse:
    """Retain, dispose, confirm or decline; what cannot be done is said on the list."""
    review = get_object_or_404(RetentionReview, pk=review_id)
    actor, reason = asker(request).actor, request.POST.get("reason", "")[:500]
    try:
        if change == "confirm":
            confirm_disposal(actor=actor, review=review)
        elif change == "decline":
            decline_disposal(actor=actor, review=review, reason=reason)
        else:
            decide_review(actor=actor, review=review, decision=change, reason=reason)
    except RetentionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your decision is kept."))
    return redirect("records:reviews")


@never_cache
@require_http_methods(["GET", "POST"])
@page(REVIEW_RETENTION, personal=True)
def hold(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Hold a record against every disposal."""
    found = get_object_or_404(Person, pk=person_id)
    form = HoldForm(request.POST if request.method == "POST" else None)
    record_consultation(
        actor=asker(request).actor, screen="records.hold", subjects=[Subject("person", found.id)]
    )
    faults = []
    if request.method == "POST" and form.is_valid():
        try:
            place_hold(actor=asker(request).actor, person=found, **form.cleaned_data)
        except RetentionRefused as refusal:
            faults = [Fault(str(refusal), "")]
        else:
            messages.success(request, _("The record is held. Nothing of it may go while the hold stands."))
            return redirect("records:person_history", found.id)
    context = {"form": form, "faults": faults, "person": found}
    return render(request, "records/hold.html", context, status=422 if form.errors or faults else 200)


@require_POST
@page(REVIEW_RETENTION, personal=True)
def hold_release(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """End a hold, with the reason."""
    found = get_object_or_404(LegalHold, pk=hold_id)
    try:
        release_hold(actor=asker(request).actor, hold=found, reason=request.POST.get("reason", "")[:500])
    except RetentionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("records:person_history", found.person_id)


@never_cache
@require_http_methods(["GET", "POST"])
@page(ANSWER_SUBJECTS, personal=True)
def subject_access(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ask to whom the pack goes; a post gives the pack, which is a disclosure in the ledger."""
    found = get_object_or_404(Person, pk=person_id)
    record_consultation(
        actor=asker(request).actor, screen="records.subject_access", subjects=[Subject("person", found.id)]
    )
    form = AccessForm(request.POST if request.method == "POST" else None)
    faults = []
    if request.method == "POST" and form.is_valid():
        try:
            pack = make_pack(
                actor=asker(request).actor,
                person=found,
                recipient=form.cleaned_data["recipient"],
                reason=form.cleaned_data["reason"],
            )
        except PackRefused as refusal:
            faults = [Fault(str(refusal), "")]
        else:
            as_pdf = form.cleaned_data["form"] == "pdf"
            kind, content = ("pdf", pack.pdf) if as_pdf else ("json", pack.json)
            answer = HttpResponse(content, content_type=f"application/{kind}")
            answer["Content-Disposition"] = f'attachment; filename="subject-access-{found.id}.{kind}"'
            return answer
    context = {"form": form, "faults": faults, "person": found}
    return render(
        request, "records/subject_access.html", context, status=422 if form.errors or faults else 200
    )
