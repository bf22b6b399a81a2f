"""Writes of the live policy. Planning proposes, two people decide, this room writes.

Each takes the room's turn (one lock), so that what a decision rests on cannot change under it.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from secrets import token_hex
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.deadlines.models import RUNNING, Deadline
from darwin.deadlines.services import cancel_deadline, start_deadline
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.reference.lot import draw_days
from darwin.reference.models import (
    GuardrailBreak,
    Intervention,
    PolicyDay,
    PolicyHold,
    PolicyProposal,
    PolicyStep,
    ProposalState,
    RoutingPolicy,
)
from darwin.reference.policies import InForce, Span, in_force, pending, timeline
from darwin.reference.services.values import take_turns

GUARDRAIL_BROKEN = "reference.guardrail_broken"
"""The kind of deadline that gives a policy up."""
LONGEST_LOT_DAYS = 366
DARWIN_ITSELF = "The policy with which Darwin comes"


class PolicyRefused(DarwinError):
    """A step about the live policy that cannot be taken; the sentence says why and what stands."""


@transaction.atomic
def open_policy(*, actor: Actor, parameters: Mapping[str, Any]) -> PolicyHold:
    """The first policy of an installation, with which Darwin comes; the hold that is there, if one is."""
    take_turns()
    first = PolicyHold.objects.first()
    if first is not None:
        return first
    policy = _version(actor, "As Darwin comes", parameters, DARWIN_ITSELF)
    now = clock.now()
    hold = PolicyHold.objects.create(
        from_at=now, policy=policy, step=PolicyStep.OPENED, made_at=now, made_by=actor.id
    )
    _record(actor, "reference.policy_opened", Subject("routing_policy", policy.id), ["policy"])
    return hold


@transaction.atomic
def propose_policy(
    *,
    actor: Actor,
    name: str,
    parameters: Mapping[str, Any],
    source: str,
    reason: str,
    starts_at: datetime,
    days_by_lot: int = 0,
    evidence: Mapping[str, Any] | None = None,
) -> PolicyProposal:
    """Propose a policy for another person to decide about.

    parameters: as darwin.science.routing reads them; whoever calls has had them checked. An earlier version
    with the same parameters is proposed again rather than made twice. Raises PolicyRefused if a proposal is
    open, nobody proposes, a reason is missing or the lot is too long.
    """
    take_turns()
    if actor.id is None:
        raise PolicyRefused(_("A policy is proposed by a person."))
    if not reason.strip():
        raise PolicyRefused(_("Say why this policy is proposed. The person who decides reads it."))
    if not 0 <= days_by_lot <= LONGEST_LOT_DAYS:
        raise PolicyRefused(
            _("Days by lot can be 0 to %(days)s. Nothing was proposed.") % {"days": LONGEST_LOT_DAYS}
        )
    if PolicyProposal.objects.filter(state=ProposalState.OPEN).exists():
        raise PolicyRefused(
            _("Another proposal waits for its decision. Withdraw that one, or have it decided, first.")
        )
    policy = RoutingPolicy.objects.filter(parameters=dict(parameters)).order_by("number").first()
    if policy is None:
        policy = _version(actor, name, parameters, source)
    proposal = PolicyProposal.objects.create(
        policy=policy,
        reason=reason.strip(),
        evidence=dict(evidence or {}),
        starts_at=starts_at,
        days_by_lot=days_by_lot,
        proposed_by=actor.id,
        proposed_at=clock.now(),
    )
    _record(
        actor,
        "reference.policy_proposed",
        Subject("policy_proposal", proposal.id),
        ["policy", "starts_at", "days_by_lot", "evidence"],
        reason=reason,
    )
    return proposal


@transaction.atomic
def adopt_policy(
    *, actor: Actor, proposal_id: UUID, decision: str, guardrails: Mapping[str, Any]
) -> PolicyHold:
    """Decide for a proposal: the second person of the two. It holds from its start, or at once if that is
    past; the lot is drawn, and the intervention is kept, frozen.

    decision: why, in the decider's words. guardrails: {code: {"limit": number, "source": text}} as they are
    at this moment. Raises PolicyRefused if the proposal is not open, the same person proposed it, no policy
    holds yet, or another decision has not begun.
    """
    take_turns()
    proposal = _open(proposal_id)
    now = clock.now()
    _second_person(actor, proposal)
    spans = timeline()
    current = in_force(now, spans)
    if current is None:
        raise PolicyRefused(
            _("No routing runs in this installation yet, so there is nothing to switch. Start Darwin first.")
        )
    if pending(now, spans) is not None:
        raise PolicyRefused(
            _("Another policy is decided and has not begun. Call that one off before this is decided.")
        )
    from_at = max(proposal.starts_at, now)
    if proposal.days_by_lot:
        from_at = _next_midnight(from_at)
        proposal.seed = token_hex(16)
    proposal.state, proposal.decided_by, proposal.decided_at = ProposalState.ADOPTED, actor.id, now
    proposal.decision, proposal.guardrails = decision.strip(), dict(guardrails)
    proposal.save(update_fields=["state", "decided_by", "decided_at", "decision", "guardrails", "seed"])
    hold = _hold(actor, from_at, proposal.policy, PolicyStep.ADOPTED, proposal, decision)
    if proposal.days_by_lot:
        _draw(actor, proposal, current.span.hold.policy, from_at)
    _intervene(actor, from_at, _adopted_words(proposal, current.span.hold.policy), proposal)
    _record(
        actor,
        "reference.policy_adopted",
        Subject("policy_proposal", proposal.id),
        ["state", "from_at", "seed", "guardrails"],
        reason=decision,
    )
    return hold


@transaction.atomic
def refuse_policy(*, actor: Actor, proposal_id: UUID, decision: str) -> PolicyProposal:
    """Decide against a proposal. Raises PolicyRefused if it is not open, the same person proposed it, or no
    reason is given."""
    take_turns()
    proposal = _open(proposal_id)
    _second_person(actor, proposal)
    if not decision.strip():
        raise PolicyRefused(_("Say why it is refused. Whoever proposed it reads that."))
    return _close(actor, proposal, ProposalState.REFUSED, "reference.policy_refused", decision)


@transaction.atomic
def withdraw_proposal(*, actor: Actor, proposal_id: UUID) -> PolicyProposal:
    """Take one's own proposal back. Raises PolicyRefused if it is not open or somebody else's."""
    take_turns()
    proposal = _open(proposal_id)
    if proposal.proposed_by != actor.id:
        raise PolicyRefused(_("Only the person who proposed it can withdraw it. You can refuse it."))
    return _close(actor, proposal, ProposalState.WITHDRAWN, "reference.policy_withdrawn", "")


@transaction.atomic
def return_policy(
    *, actor: Actor, hold_id: UUID, reason: str = "", step: PolicyStep = PolicyStep.ROLLED_BACK
) -> PolicyHold:
    """Go back to the policy before: at once, or before it begins if it has not. One press of one person.

    hold_id: the decision meant, as the page showed it. Raises PolicyRefused if it does not hold and does not
    come any more: then somebody was quicker, and nothing is done twice.
    """
    take_turns()
    now = clock.now()
    spans = timeline()
    found = _to_return(now, spans, hold_id)
    if found is None or found.before is None:
        raise PolicyRefused(
            _("That policy holds no more: somebody else, or a guardrail, was quicker. Nothing was done.")
        )
    back = _hold(actor, max(now, found.from_at), found.before, step, found.hold.proposal, reason)
    _end_breaks(actor, now, returned_for=found.hold if step == PolicyStep.GUARDRAIL else None)
    policy = found.hold.policy
    words = (
        f"Routing policy {policy.number} called off before it began"
        if found.from_at > now
        else f"Routing policy {policy.number} given up, back to {found.before.number}"
    )
    why = ": a guardrail was broken" if step == PolicyStep.GUARDRAIL else ""
    if found.hold.proposal is not None:
        _intervene(actor, now, words + why, found.hold.proposal)
    _record(
        actor,
        "reference.policy_returned",
        Subject("policy_hold", back.id),
        ["policy", "from_at", "step"],
        reason=reason,
    )
    return back


@transaction.atomic
def note_guardrail(
    *, actor: Actor, guardrail: str, broken: bool, figure: float, limit: float
) -> GuardrailBreak | None:
    """What a guardrail shows now. When it breaks a clock starts that gives the policy up; when it holds again
    the clock ends. Only a policy on trial is judged. The break that runs, None if none does.

    Writes, and takes the room's turn, only when something changes.
    """
    running = GuardrailBreak.objects.filter(guardrail=guardrail, ended_at=None).first()
    current = in_force(clock.now())
    judged = current is not None and current.on_trial
    if running is not None and (not broken or not judged):
        take_turns()
        _end_break(actor, running, clock.now())
        return None
    if running is not None or not broken or not judged:
        return running
    take_turns()
    return _begin_break(actor, guardrail, figure, limit)


def give_up(deadline: Deadline, actor: Actor) -> None:
    """A guardrail has been broken for as long as the force allows: the policy before holds again."""
    broken = GuardrailBreak.objects.select_related("hold").get(pk=deadline.subject_id)
    if broken.ended_at is not None:
        return
    current = in_force(clock.now())
    if current is not None and current.span.hold.id == broken.hold_id:
        return_policy(actor=actor, hold_id=broken.hold_id, step=PolicyStep.GUARDRAIL)


def _begin_break(actor: Actor, guardrail: str, figure: float, limit: float) -> GuardrailBreak | None:
    current = in_force(clock.now())
    if current is None or not current.on_trial:
        return None
    broken, fresh = GuardrailBreak.objects.get_or_create(
        guardrail=guardrail,
        ended_at=None,
        defaults={"hold": current.span.hold, "since": clock.now(), "figure": figure, "limit": limit},
    )
    if fresh:
        subject = Subject("guardrail_break", broken.id)
        start_deadline(actor=actor, kind=GUARDRAIL_BROKEN, subject=subject)
        _record(actor, "reference.guardrail_broken", subject, ["since", "figure"])
    return broken


def _end_break(actor: Actor, broken: GuardrailBreak, at: datetime, *, returned: bool = False) -> None:
    changed = GuardrailBreak.objects.filter(pk=broken.pk, ended_at=None).update(
        ended_at=at, returned=returned
    )
    if not changed:
        return
    subject = Subject("guardrail_break", broken.id)
    clocks = Deadline.objects.filter(kind=GUARDRAIL_BROKEN, subject_id=broken.id, state__in=RUNNING)
    for deadline in clocks:
        cancel_deadline(actor=actor, deadline=deadline, reason="the guardrail holds, or the policy ended")
    _record(actor, "reference.guardrail_ended", subject, ["ended_at", "returned"])


def _end_breaks(actor: Actor, at: datetime, returned_for: PolicyHold | None) -> None:
    for broken in GuardrailBreak.objects.filter(ended_at=None):
        returned = returned_for is not None and broken.hold_id == returned_for.id
        _end_break(actor, broken, at, returned=returned)


def _version(actor: Actor, name: str, parameters: Mapping[str, Any], source: str) -> RoutingPolicy:
    last = RoutingPolicy.objects.aggregate(last=Max("number"))["last"] or 0
    return RoutingPolicy.objects.create(
        number=last + 1,
        name=name.strip(),
        parameters=dict(parameters),
        source=source.strip(),
        made_at=clock.now(),
        made_by=actor.id,
    )


def _hold(
    actor: Actor,
    from_at: datetime,
    policy: RoutingPolicy,
    step: PolicyStep,
    proposal: PolicyProposal | None,
    reason: str = "",
) -> PolicyHold:
    return PolicyHold.objects.create(
        from_at=from_at,
        policy=policy,
        step=step,
        proposal=proposal,
        made_at=clock.now(),
        made_by=actor.id,
        reason=reason.strip(),
    )


def _draw(actor: Actor, proposal: PolicyProposal, before: RoutingPolicy, from_at: datetime) -> None:
    first = from_at.astimezone(clock.LONDON).date()
    days = draw_days(proposal.seed, first, proposal.days_by_lot)
    PolicyDay.objects.bulk_create(
        PolicyDay(proposal=proposal, day=day, policy=proposal.policy if new else before) for day, new in days
    )
    ends = datetime.combine(first + timedelta(days=proposal.days_by_lot), time(), clock.LONDON)
    _hold(actor, ends, before, PolicyStep.LOT_ENDED, proposal)


def _adopted_words(proposal: PolicyProposal, before: RoutingPolicy) -> str:
    words = f"Routing policy {proposal.policy.number} ({proposal.policy.name}) instead of {before.number}"
    if not proposal.days_by_lot:
        return words
    return f"{words}, on half of {proposal.days_by_lot} days by lot, seed {proposal.seed}"


def _intervene(actor: Actor, at: datetime, description: str, proposal: PolicyProposal) -> None:
    Intervention.objects.create(
        at=at,
        description=description,
        subject_kind="policy_proposal",
        subject_id=proposal.id,
        made_at=clock.now(),
        made_by=actor.id,
    )


def _to_return(now: datetime, spans: list[Span], hold_id: UUID) -> Span | None:
    """The stretch that this decision has, if it can still be ended."""
    current: InForce | None = in_force(now, spans)
    candidates = [span for span in (current.span if current else None, pending(now, spans)) if span]
    return next(
        (span for span in candidates if span.hold.id == hold_id and span.hold.step == PolicyStep.ADOPTED),
        None,
    )


def _next_midnight(at: datetime) -> datetime:
    local = at.astimezone(clock.LONDON)
    midnight = datetime.combine(local.date(), time(), clock.LONDON)
    if midnight < local:
        midnight = datetime.combine(local.date() + timedelta(days=1), time(), clock.LONDON)
    return midnight


def _open(proposal_id: UUID) -> PolicyProposal:
    proposal = PolicyProposal.objects.select_related("policy").filter(pk=proposal_id).first()
    if proposal is None:
        raise PolicyRefused(_("There is no such proposal."))
    if proposal.state != ProposalState.OPEN:
        raise PolicyRefused(_("This proposal is decided already. Nothing was changed; look at it again."))
    return proposal


def _second_person(actor: Actor, proposal: PolicyProposal) -> None:
    if actor.id is None:
        raise PolicyRefused(_("A policy is decided by a person."))
    if actor.id == proposal.proposed_by:
        raise PolicyRefused(_("You proposed this policy, so another person decides. You can withdraw it."))


def _close(
    actor: Actor, proposal: PolicyProposal, state: ProposalState, event: str, decision: str
) -> PolicyProposal:
    proposal.state, proposal.decision, proposal.decided_at = state, decision.strip(), clock.now()
    proposal.decided_by = actor.id
    proposal.save(update_fields=["state", "decision", "decided_at", "decided_by"])
    _record(actor, event, Subject("policy_proposal", proposal.id), ["state", "decided_at"], reason=decision)
    return proposal


def _record(actor: Actor, event: str, subject: Subject, fields: list[str], reason: str = "") -> None:
    record_entry(
        actor=actor, verb=Verb.ALTER, event=event, subjects=[subject], fields=fields, reason=reason.strip()
    )
