"""Ending a link of a number: by one person, or proposed by one and decided by another."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.records.forms import ReasonForm
from darwin.records.links import protects
from darwin.records.models import PhoneLink, PhoneLinkEnding
from darwin.records.permissions import DECIDE_LINKS, MARK_NUMBER
from darwin.records.searching import restricted_among
from darwin.records.services.links import (
    confirm_link_ending,
    decline_link_ending,
    end_link,
    propose_link_ending,
)
from darwin.records.services.phones import NumberRefused
from darwin.records.shown import names_of_accounts
from darwin.records.views.asking import asker, consult
from darwin.staff.gate import page
from darwin.theme.parts import Fault

A_PAGE = 50


@never_cache
@require_http_methods(["GET", "POST"])
@page(MARK_NUMBER, personal=True)
def link_end(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """End a link that protects nobody; propose to end one that does."""
    found = get_object_or_404(PhoneLink.objects.select_related("phone"), pk=link_id)
    if (instead := consult(request, "phone", found.phone_id, opens=False)) is not None:
        return instead
    form = ReasonForm(request.POST if request.method == "POST" else None)
    faults = []
    if request.method == "POST" and form.is_valid():
        asked = {"actor": asker(request).actor, "link": found, "reason": form.cleaned_data["reason"]}
        try:
            if protects(found.link):
                propose_link_ending(**asked)
                messages.success(request, _("Proposed. The link holds until a supervisor has decided."))
            else:
                end_link(**asked)
                messages.success(request, _("Ended. It stays in the record, with the day."))
        except NumberRefused as refusal:
            faults = [Fault(str(refusal), "reason")]
        else:
            return redirect("records:phone", found.phone_id)
    context = {"form": form, "faults": faults, "link": found, "protects": protects(found.link)}
    return render(request, "records/link_end.html", context, status=422 if form.errors or faults else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@page(DECIDE_LINKS, personal=True)
def link_ending(request: HttpRequest, ending_id: UUID) -> HttpResponse:
    """Decide, as a second person, about a proposal to end a link."""
    found = get_object_or_404(PhoneLinkEnding.objects.select_related("link__phone"), pk=ending_id)
    if (instead := consult(request, "phone", found.link.phone_id, opens=False)) is not None:
        return instead
    me = asker(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    faults = []
    if request.method == "POST" and form.is_valid():
        decide = confirm_link_ending if request.POST.get("decision") == "confirm" else decline_link_ending
        try:
            decide(actor=me.actor, ending=found, reason=form.cleaned_data["reason"])
        except NumberRefused as refusal:
            faults = [Fault(str(refusal), "")]
        else:
            messages.success(request, _("Your decision is kept."))
            return redirect("records:phone", found.link.phone_id)
    context = {
        "form": form,
        "faults": faults,
        "ending": found,
        "by": names_of_accounts([found.proposed_by])[found.proposed_by],
        "mine": found.proposed_by == me.id,
        "decided": found.confirmed_at is not None or found.declined_at is not None,
    }
    return render(request, "records/link_ending.html", context, status=422 if form.errors or faults else 200)


@never_cache
@require_GET
@page(DECIDE_LINKS, personal=True)
def link_endings(request: HttpRequest) -> HttpResponse:
    """Proposals that wait for a second person, the oldest first."""
    waiting = PhoneLinkEnding.objects.filter(confirmed_at=None, declined_at=None)
    rows = waiting.select_related("link__phone").order_by("proposed_at", "id")
    part = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    shown = list(part)
    phones = [row.link.phone_id for row in shown]
    record_consultation(
        actor=asker(request).actor,
        screen="records.link_endings",
        subjects=[Subject("phone", identifier) for identifier in phones],
    )
    hidden = restricted_among("phone", phones)
    who = names_of_accounts(row.proposed_by for row in shown)
    lines = [
        {
            "row": row,
            "by": who[row.proposed_by],
            "mine": row.proposed_by == asker(request).id,
            "restricted": row.link.phone_id in hidden,
        }
        for row in shown
    ]
    return render(request, "records/link_endings.html", {"part": part, "lines": lines})
