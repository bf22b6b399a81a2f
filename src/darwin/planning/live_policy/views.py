"""The pages of the live policy."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from darwin.contact.routing.guardrails import limits_at
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.planning.live_policy.evidence import evidence_of, what_ifs
from darwin.planning.live_policy.forms import DecisionForm, ProposalForm
from darwin.planning.live_policy.permissions import (
    DECIDE_POLICY,
    PROPOSE_POLICY,
    RETURN_POLICY,
    SEE_LIVE_POLICY,
)
from darwin.planning.live_policy.shown import page_at
from darwin.planning.live_policy.wording import parameters_of
from darwin.reference.models import RoutingPolicy
from darwin.reference.policies import in_force, open_proposal
from darwin.reference.services import (
    adopt_policy,
    propose_policy,
    refuse_policy,
    return_policy,
    withdraw_proposal,
)
from darwin.science.policy_data import policy_of_data
from darwin.staff.gate import page
from darwin.staff.models import Account

HOME = "live_policy:live_policy"


@never_cache
@require_GET
@page(SEE_LIVE_POLICY, personal=False)
def live_policy(request: HttpRequest) -> HttpResponse:
    """What holds today, what is proposed, the guardrails now, and the history."""
    return _page(request)


def _page(request: HttpRequest, form: DecisionForm | None = None, fault: str = "") -> HttpResponse:
    account, at = _person(request), clock.now()
    shown = page_at(at)
    proposal = shown.proposal.proposal if shown.proposal else None
    own = proposal is not None and proposal.proposed_by == account.pk
    context = {
        "shown": shown,
        "at": at,
        "own": own,
        "may_propose": PROPOSE_POLICY.permits(account),
        "may_decide": DECIDE_POLICY.permits(account),
        "may_return": RETURN_POLICY.permits(account),
        "form": form or DecisionForm(),
        "fault": fault,
    }
    return render(request, "planning/live_policy/live_policy.html", context, status=400 if fault else 200)


@never_cache
@page(PROPOSE_POLICY, personal=False)
def propose(request: HttpRequest) -> HttpResponseBase:
    """Change the policy that holds, and propose what comes of it."""
    at = clock.now()
    held = in_force(at)
    if held is None or open_proposal() is not None:
        messages.error(request, _("Nothing can be proposed now. The page says what stands in the way."))
        return redirect(HOME)
    form = ProposalForm(
        request.POST if request.method == "POST" else None,
        held=policy_of_data(held.span.hold.policy.parameters),
        now=at,
        runs=what_ifs(),
        chosen=request.GET.get("what_if", ""),
    )
    fault = ""
    if form.is_bound and form.is_valid():
        try:
            propose_policy(
                actor=_person(request).actor,
                name=form.cleaned_data["name"],
                parameters=form.parameters(),
                source=f"Proposed from policy {held.span.hold.policy.number}",
                reason=form.cleaned_data["reason"],
                starts_at=form.starts(),
                days_by_lot=form.cleaned_data["days_by_lot"] or 0,
                evidence=evidence_of(form.cleaned_data["what_if"]),
            )
        except DarwinError as refused:
            fault = str(refused)
        else:
            messages.success(request, _("It is proposed. Another person decides."))
            return redirect(HOME)
    context = {"form": form, "held": held.span.hold.policy, "fault": fault}
    status = 400 if form.is_bound else 200
    return render(request, "planning/live_policy/propose.html", context, status=status)


@never_cache
@require_POST
@page(DECIDE_POLICY, personal=False)
def decide(request: HttpRequest, proposal_id: UUID) -> HttpResponseBase:
    """Switch it on, or refuse it: the second of the two people."""
    actor = _person(request).actor
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, form, _("That reason is too long. What you typed is kept."))
    words = form.cleaned_data["decision"]
    try:
        if request.POST.get("press") == "adopt":
            adopt_policy(
                actor=actor,
                proposal_id=proposal_id,
                decision=words,
                guardrails=limits_at(clock.now()),
            )
            messages.success(request, _("It is decided. The page says from when it holds."))
        else:
            refuse_policy(actor=actor, proposal_id=proposal_id, decision=words)
            messages.success(request, _("It is refused. What holds today goes on."))
    except DarwinError as refused:
        return _page(request, form, str(refused))
    return redirect(HOME)


@never_cache
@require_POST
@page(PROPOSE_POLICY, personal=False)
def withdraw(request: HttpRequest, proposal_id: UUID) -> HttpResponseBase:
    """Take back what one has proposed."""
    try:
        withdraw_proposal(actor=_person(request).actor, proposal_id=proposal_id)
    except DarwinError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is withdrawn. What holds today goes on."))
    return redirect(HOME)


@never_cache
@require_POST
@page(RETURN_POLICY, personal=False)
def go_back(request: HttpRequest, hold_id: UUID) -> HttpResponseBase:
    """Go back to the policy before, at once."""
    reason = request.POST.get("reason", "")[:2_000]
    try:
        back = return_policy(actor=_person(request).actor, hold_id=hold_id, reason=reason)
    except DarwinError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Policy %(number)s holds.") % {"number": back.policy.number})
    return redirect(HOME)


@never_cache
@require_GET
@page(SEE_LIVE_POLICY, personal=False)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version with every parameter, beside the one that holds."""
    policy = get_object_or_404(RoutingPolicy, number=number)
    held = in_force(clock.now())
    beside = held.span.hold.policy if held and held.span.hold.policy_id != policy.id else None
    context = {
        "policy": policy,
        "beside": beside,
        "parameters": parameters_of(policy.parameters, beside.parameters if beside else None),
    }
    return render(request, "planning/live_policy/version.html", context)


def _person(request: HttpRequest) -> Account:
    return cast(Account, request.user)
