"""Reads of the live policy: what holds at a moment, what comes, what held before, and what broke."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from darwin.deadlines.clock import LONDON
from darwin.reference.models import (
    GuardrailBreak,
    PolicyDay,
    PolicyHold,
    PolicyProposal,
    PolicyStep,
    ProposalState,
    RoutingPolicy,
)

RETURNS = frozenset({PolicyStep.ROLLED_BACK, PolicyStep.GUARDRAIL})


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which one decision holds. to_at: None while nothing follows. before: the policy that a
    return from it leads to, None for the first."""

    hold: PolicyHold
    from_at: datetime
    to_at: datetime | None
    before: RoutingPolicy | None


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds at a moment. policy: the one that decides, by the day's lot where there is one. on_trial:
    it is one that two people decided, and not the one before it. by_lot: a lot decides about this day."""

    policy: RoutingPolicy
    span: Span
    on_trial: bool
    by_lot: bool


def timeline() -> list[Span]:
    """Every stretch, past and decided, in order; two queries at most."""
    return spans_of(list(PolicyHold.objects.select_related("policy", "proposal__policy")))


def spans_of(holds: Sequence[PolicyHold]) -> list[Span]:
    """Stretches of holds in their order. The end of a lot counts only while its own decision holds; what was
    called off before it began has no length and is left out."""
    kept: list[tuple[PolicyHold, RoutingPolicy | None]] = []
    for hold in holds:
        last = kept[-1][0] if kept else None
        if hold.step == PolicyStep.LOT_ENDED and not (
            last and last.step == PolicyStep.ADOPTED and last.proposal_id == hold.proposal_id
        ):
            continue
        called_off = hold.step in RETURNS and last is not None and last.from_at == hold.from_at
        if called_off and last is not None and last.proposal_id == hold.proposal_id:
            kept.pop()
        kept.append((hold, kept[-1][0].policy if kept else None))
    ends = [*(hold.from_at for hold, _ in kept[1:]), None][: len(kept)]
    return [Span(hold, hold.from_at, end, before) for (hold, before), end in zip(kept, ends, strict=True)]


def in_force(at: datetime, spans: Sequence[Span] | None = None) -> InForce | None:
    """What holds at `at`; None in an installation whose routing has never run. spans: read already."""
    found = [span for span in (timeline() if spans is None else spans) if span.from_at <= at]
    if not found:
        return None
    span = found[-1]
    hold = span.hold
    if hold.step != PolicyStep.ADOPTED or hold.proposal is None or not hold.proposal.days_by_lot:
        return InForce(hold.policy, span, on_trial=hold.step == PolicyStep.ADOPTED, by_lot=False)
    day = PolicyDay.objects.select_related("policy").filter(
        proposal=hold.proposal, day=at.astimezone(LONDON).date()
    )
    policy = next((row.policy for row in day), hold.policy)
    return InForce(policy, span, on_trial=policy.id == hold.policy_id, by_lot=True)


def pending(at: datetime, spans: Sequence[Span]) -> Span | None:
    """What two people have decided that has not begun at `at`."""
    return next((span for span in spans if span.from_at > at and span.hold.step == PolicyStep.ADOPTED), None)


def open_proposal() -> PolicyProposal | None:
    """The one that waits for its decision."""
    return PolicyProposal.objects.select_related("policy").filter(state=ProposalState.OPEN).first()


def breaks_now() -> list[GuardrailBreak]:
    """Guardrails that are broken at this moment."""
    return list(GuardrailBreak.objects.filter(ended_at=None).select_related("hold"))
