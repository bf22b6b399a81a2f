"""Who asks, and what a restricted record says to them."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.records.forms import ReasonForm
from darwin.records.models import RestrictedRecord
from darwin.records.permissions import OPEN_RESTRICTED, RESTRICT_RECORDS
from darwin.records.searching import restricted_among
from darwin.staff.models import Account


def asker(request: HttpRequest) -> Account:
    """The person who asks; the gate has let them in."""
    return cast(Account, request.user)


def consult(
    request: HttpRequest,
    kind: str,
    record_id: UUID,
    *,
    restricted: bool | None = None,
    opens: bool = True,
) -> HttpResponse | None:
    """Record that this record is looked at. A page to show instead where it is restricted and nobody who may
    open it gave a reason; None where it may be shown. restricted: if it is known already. opens: False where
    no reason opens it, because the page is for writing: to a restricted record nothing is added."""
    me = asker(request)
    screen = f"records.{kind}"
    subject = Subject(kind, record_id)
    if restricted is None:
        restricted = bool(restricted_among(kind, [record_id]))
    if not restricted:
        record_consultation(actor=me.actor, screen=screen, subjects=[subject])
        return None
    may = opens and OPEN_RESTRICTED.permits(me)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if may and request.method == "POST" and form.is_valid():
        record_consultation(
            actor=me.actor,
            screen=f"{screen}_opened",
            subjects=[subject],
            reason=form.cleaned_data["reason"],
            reason_code="restricted",
        )
        return None
    record_consultation(actor=me.actor, screen=f"{screen}_restricted", subjects=[subject])
    status = 422 if may and form.errors else 200
    context = {"form": form, "may": may, "restriction": _to_end(me, record_id)}
    return render(request, "records/restricted.html", context, status=status)


def _to_end(me: Account, record_id: UUID) -> RestrictedRecord | None:
    """The open restriction, for those who may end it."""
    if not RESTRICT_RECORDS.permits(me):
        return None
    return RestrictedRecord.objects.filter(subject_id=record_id, ended_at=None).first()
