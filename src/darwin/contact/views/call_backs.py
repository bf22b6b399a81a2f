"""The list of calls owed, taking a number from it, ringing it and saying what came of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from darwin.contact.callbacks.forms import CallBackResultForm
from darwin.contact.callbacks.listed import SUBJECT, call_backs
from darwin.contact.callbacks.shown import list_of, not_safe_of
from darwin.contact.permissions import SEE_NOT_SAFE, TAKE_ROUTED, WORK_CALL_BACKS
from darwin.contact.routing.shown import routed_shown
from darwin.contact.services.callbacks import finish_call_back, take_call_back
from darwin.contact.views import asking
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.outbound.channels import CALL_BACK
from darwin.outbound.deciding import Asked, decide
from darwin.outbound.models import Attempt
from darwin.outbound.services.attempts import send_attempt
from darwin.outbound.wording import advice, condition_words, kind_words
from darwin.staff.gate import page
from darwin.staff.idle import in_background


@never_cache
@require_GET
@page(WORK_CALL_BACKS, personal=True)
def owed(request: HttpRequest) -> HttpResponse:
    """Everybody who may be rung back. Numbers that are not safe are a supervisor's: no trace of them here."""
    at, account = clock.now(), asking.asker(request)
    lists = call_backs(at)
    record_consultation(
        actor=account.actor,
        screen="contact.call_backs",
        subjects=[Subject(SUBJECT, row.key) for row in lists.listed],
    )
    supervises = SEE_NOT_SAFE.permits(account)
    context = {
        "rows": list_of(lists.listed, account, at),
        "without": lists.without,
        "supervises": supervises,
        "not_safe": not_safe_of(lists.not_safe, account, at) if supervises else [],
        "routed_to_one": TAKE_ROUTED.permits(account),
        "routed": routed_shown(account, at) if TAKE_ROUTED.permits(account) else None,
        "at": at,
    }
    return render(request, "contact/call_backs.html", context)


@never_cache
@require_POST
@in_background
@page(WORK_CALL_BACKS, personal=False)
def news(request: HttpRequest) -> HttpResponse:
    """How many stand on the list that this page does not show yet; nothing moves until the person asks."""
    shown = set(request.POST.getlist("shown"))
    fresh = [row for row in call_backs(clock.now()).listed if str(row.key) not in shown]
    words = ngettext("%(n)s new", "%(n)s new", len(fresh)) % {"n": len(fresh)} if fresh else ""
    return render(request, "contact/call_backs_new.html", {"words": words})


@never_cache
@require_POST
@page(WORK_CALL_BACKS, personal=True)
def take(request: HttpRequest, contact_id: UUID) -> HttpResponseBase:
    """Take a number. Of two who press at once one is told who has it."""
    account = asking.asker(request)
    record_consultation(
        actor=account.actor, screen="contact.call_back", subjects=[Subject(SUBJECT, contact_id)]
    )
    try:
        attempt = take_call_back(actor=account.actor, contact_id=contact_id)
    except DarwinError as refused:
        messages.error(request, str(refused))
        return redirect("contact:call_backs")
    return redirect("contact:call_back", attempt_id=attempt.id)


@never_cache
@page(WORK_CALL_BACKS, personal=True)
def one(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """The number one has taken: how it is to be rung, what to say first, and what came of it."""
    account = asking.asker(request)
    own = Attempt.objects.filter(by=account).select_related("point")
    attempt = get_object_or_404(own, pk=attempt_id)
    record_consultation(
        actor=account.actor, screen="contact.call_back", subjects=[Subject("attempt", attempt.id)]
    )
    form = CallBackResultForm(request.POST or None, at=clock.now())
    fault = ""
    if request.method == "POST" and form.is_valid():
        try:
            finish_call_back(
                actor=account.actor,
                attempt=attempt,
                result=form.cleaned_data["result"],
                note=form.cleaned_data["note"],
            )
        except DarwinError as refused:
            fault = str(refused)
        else:
            messages.success(request, _("What came of it is kept. The number is nobody’s now."))
            return redirect("contact:call_backs")
    asked = Asked(purpose=attempt.purpose, by=account.id, attempt=attempt.id)
    kind = decide(attempt.point.value, CALL_BACK, clock.now(), asked).kind
    context = {
        "attempt": attempt,
        "form": form,
        "fault": fault,
        "conditions": condition_words(attempt.conditions),
        "kind": kind_words(kind),
        "advice": advice(kind),
        "open": attempt.ended_at is None,
        "handed_over": attempt.handed_over_at is not None,
    }
    return render(request, "contact/call_back.html", context, status=400 if form.errors or fault else 200)


@never_cache
@require_POST
@page(WORK_CALL_BACKS, personal=True)
def ring(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """Let the switch ring it; where it cannot, say how to ring by hand. The number stays one's own."""
    account = asking.asker(request)
    attempt = get_object_or_404(Attempt.objects.filter(by=account), pk=attempt_id)
    record_consultation(
        actor=account.actor, screen="contact.call_back", subjects=[Subject("attempt", attempt.id)]
    )
    try:
        send_attempt(actor=account.actor, attempt=attempt)
    except DarwinError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Your telephone rings first. Lift it, and the number is rung."))
    return redirect("contact:call_back", attempt_id=attempt.id)
