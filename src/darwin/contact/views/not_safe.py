"""A number that is not safe to ring: opened by a supervisor with a reason, and decided about."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from darwin.contact.callbacks.forms import NotSafeDecisionForm, NotSafeReasonForm
from darwin.contact.callbacks.listed import SUBJECT, CallBackRow, call_backs
from darwin.contact.callbacks.shown import where_words
from darwin.contact.permissions import SEE_NOT_SAFE
from darwin.contact.services.callbacks import decide_call_back, take_call_back
from darwin.contact.views import asking
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.outbound.thresholds import limits
from darwin.outbound.wording import advice, kind_words, sentences
from darwin.staff.gate import page


@never_cache
@page(SEE_NOT_SAFE, personal=True)
def not_safe(request: HttpRequest, contact_id: UUID) -> HttpResponseBase:
    """Shut until a reason is given, which is kept with the reading. Then the number, why, what to decide."""
    row = _row(contact_id)
    account = asking.asker(request)
    subject = [Subject(SUBJECT, row.key)]
    reason_form = NotSafeReasonForm(request.POST or None)
    if request.method != "POST" or not reason_form.is_valid():
        record_consultation(actor=account.actor, screen="contact.not_safe_shut", subjects=subject)
        status = 400 if reason_form.errors else 200
        return render(
            request, "contact/not_safe.html", {"reason_form": reason_form, "row": row}, status=status
        )
    reason = reason_form.cleaned_data["reason"]
    record_consultation(actor=account.actor, screen="contact.not_safe", subjects=subject, reason=reason)
    form = NotSafeDecisionForm(request.POST if "decide" in request.POST else None, at=clock.now())
    fault = ""
    if form.is_bound and form.is_valid():
        try:
            return _decide(request, row, reason, form)
        except DarwinError as refused:
            fault = str(refused)
    at = clock.now()
    context = {
        "reason_form": reason_form,
        "open": True,
        "row": row,
        "where": where_words(row),
        "kind": kind_words(row.decision.kind),
        "advice": advice(row.decision.kind),
        "why": sentences(row.decision, limits(at)),
        "form": form,
        "fault": fault,
    }
    return render(request, "contact/not_safe.html", context, status=400 if fault or form.errors else 200)


def _decide(
    request: HttpRequest, row: CallBackRow, reason: str, form: NotSafeDecisionForm
) -> HttpResponseBase:
    """Keep the decision; one to ring takes the number at once, for whoever decided it. Raises DarwinError."""
    account = asking.asker(request)
    decide_call_back(
        actor=account.actor, contact_id=row.key, reason=reason, method=form.method, until=form.until
    )
    if not form.rings:
        messages.success(request, _("Kept: nobody rings. You are asked to look at it again then."))
        return redirect("contact:call_backs")
    attempt = take_call_back(actor=account.actor, contact_id=row.key)
    return redirect("contact:call_back", attempt_id=attempt.id)


def _row(contact_id: UUID) -> CallBackRow:
    rows = call_backs(clock.now()).not_safe
    found = next((row for row in rows if contact_id in row.owed.contact_ids), None)
    if found is None:
        raise Http404
    return found
