"""Restricting a record, so that it shows no content, and ending that."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.records.forms import ReasonForm
from darwin.records.models import Location, Person, PhoneIdentity, RestrictedRecord, Vehicle
from darwin.records.permissions import RESTRICT_RECORDS
from darwin.records.searching import restricted_among
from darwin.records.services.markers import end_restriction, restrict_record
from darwin.records.shown import names_of_accounts, title_of
from darwin.records.views.asking import asker
from darwin.staff.gate import page

RECORDS: dict[str, type[Model]] = {
    "person": Person,
    "location": Location,
    "phone": PhoneIdentity,
    "vehicle": Vehicle,
}


@never_cache
@require_http_methods(["GET", "POST"])
@page(RESTRICT_RECORDS, personal=True)
def restrict(request: HttpRequest, kind: str, record_id: UUID) -> HttpResponse:
    """Restrict a record, with the reason."""
    found = get_object_or_404(RECORDS[kind], pk=record_id)
    me = asker(request)
    record_consultation(actor=me.actor, screen="records.restrict", subjects=[Subject(kind, record_id)])
    if restricted_among(kind, [record_id]):
        return redirect(f"records:{kind}", record_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        restrict_record(actor=me.actor, kind=kind, record_id=record_id, reason=form.cleaned_data["reason"])
        messages.success(request, _("Restricted. It shows no content to anybody who gives no reason."))
        return redirect(f"records:{kind}", record_id)
    back = reverse(f"records:{kind}", args=[record_id])
    context = {"form": form, "title": title_of(found), "back_address": back}
    return render(request, "records/restrict.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@page(RESTRICT_RECORDS, personal=True)
def restriction_end(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    """Let a record be seen again, with the reason. The page says who restricted it and why, no content."""
    found = get_object_or_404(RestrictedRecord, pk=restriction_id)
    me = asker(request)
    subject = Subject(found.subject_kind, found.subject_id)
    record_consultation(actor=me.actor, screen="records.restriction", subjects=[subject])
    if found.ended_at is not None:
        messages.info(request, _("That had ended already. Nothing was changed."))
        return redirect(f"records:{found.subject_kind}", found.subject_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        end_restriction(actor=me.actor, restriction=found, reason=form.cleaned_data["reason"])
        messages.success(
            request, _("The record can be seen again. That it was restricted stays in the ledger.")
        )
        return redirect(f"records:{found.subject_kind}", found.subject_id)
    by = names_of_accounts([found.restricted_by])
    back = reverse(f"records:{found.subject_kind}", args=[found.subject_id])
    context = {"form": form, "restriction": found, "by": by[found.restricted_by], "back_address": back}
    return render(request, "records/restriction_end.html", context, status=422 if form.errors else 200)
