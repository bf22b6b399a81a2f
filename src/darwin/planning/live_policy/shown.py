"""The page of the live policy: what holds, what is proposed, the guardrails now, and all that was decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from darwin.contact.floor import HandlerState
from darwin.contact.now.reading import read_now
from darwin.contact.routing.guardrails import GUARDRAILS, OCCUPANCY, Looks, shown_now
from darwin.deadlines.clock import LONDON
from darwin.deadlines.models import Deadline
from darwin.planning.live_policy.wording import GUARDRAIL_WORDS, STEP_WORDS, Parameter, differences
from darwin.reference.models import (
    GuardrailBreak,
    PolicyDay,
    PolicyProposal,
    PolicyStep,
    ProposalState,
    RoutingPolicy,
)
from darwin.reference.policies import InForce, Span, in_force, pending, timeline
from darwin.reference.services.policies import GUARDRAIL_BROKEN
from darwin.staff.models import Account
from darwin.theme.formats import Words
from darwin.theme.parts import ClockFace

_SOON = timedelta(minutes=15)
_SECOND_MS = 1000


@dataclass(frozen=True, slots=True)
class ShownGuardrail:
    """One guardrail: figure None where too little is known. clock: until the policy is given up, None while
    it holds. figure_now: only of this moment, not the average that decides."""

    word: Words
    figure: float | None
    limit: float
    source: str
    at_least: bool
    clock: ClockFace | None
    figure_now: bool


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One line of the history. who: by name, the proposer and the decider where two decided. hold: its
    identifier, to which links lead."""

    hold: UUID
    from_at: datetime
    policy: RoutingPolicy
    word: Words
    who: str
    reason: str
    to_come: bool


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """The proposal that is open. lines: what the evidence tells, as what and figure."""

    proposal: PolicyProposal
    by: str
    changes: list[Parameter]
    lines: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LivePolicyPage:
    """Everything on the page. current None: no routing has run here. lot: the days of the lot that runs."""

    current: InForce | None
    coming: Span | None
    proposal: ShownProposal | None
    guardrails: list[ShownGuardrail]
    lot: Sequence[PolicyDay]
    today: Any
    seed: str
    history: list[ShownStep]
    closed: list[tuple[PolicyProposal, str, str]]
    versions: list[RoutingPolicy]


def page_at(at: datetime) -> LivePolicyPage:
    """The page at `at`, in a handful of queries whatever its length."""
    spans = timeline()
    current = in_force(at, spans)
    coming = pending(at, spans)
    proposals = list(
        PolicyProposal.objects.select_related("policy")
        .exclude(state=ProposalState.ADOPTED)
        .order_by("-proposed_at")
    )
    names = _names(spans, proposals)
    open_one = next((one for one in proposals if one.state == ProposalState.OPEN), None)
    on_trial = (
        current.span.hold.proposal if current and current.span.hold.step == PolicyStep.ADOPTED else None
    )
    of_lot = on_trial or (coming.hold.proposal if coming else None)
    lot = list(of_lot.days.select_related("policy")) if of_lot and of_lot.days_by_lot else []
    return LivePolicyPage(
        current=current,
        coming=coming,
        proposal=_proposal(open_one, current, names) if open_one else None,
        guardrails=_guardrails(at, on_trial) if on_trial else [],
        lot=lot,
        today=at.astimezone(LONDON).date(),
        seed=of_lot.seed if lot and of_lot else "",
        history=[_step(span, names, at) for span in reversed(spans)],
        closed=[
            (one, names.get(one.proposed_by, ""), names.get(one.decided_by, "") if one.decided_by else "")
            for one in proposals
            if one.state != ProposalState.OPEN
        ],
        versions=list(RoutingPolicy.objects.order_by("-number")),
    )


def _names(spans: Iterable[Span], proposals: Iterable[PolicyProposal]) -> Mapping[UUID, str]:
    wanted = {span.hold.made_by for span in spans}
    wanted |= {span.hold.proposal.proposed_by for span in spans if span.hold.proposal}
    for one in proposals:
        wanted |= {one.proposed_by, one.decided_by}
    rows = Account.objects.filter(pk__in=[one for one in wanted if one is not None])
    return dict(rows.values_list("id", "display_name"))


def _proposal(proposal: PolicyProposal, current: InForce | None, names: Mapping[UUID, str]) -> ShownProposal:
    held = current.span.hold.policy.parameters if current else proposal.policy.parameters
    return ShownProposal(
        proposal=proposal,
        by=names.get(proposal.proposed_by, ""),
        changes=differences(proposal.policy.parameters, held),
        lines=[(str(what), str(figure)) for what, figure in proposal.evidence.get("lines", [])],
    )


def _step(span: Span, names: Mapping[UUID, str], at: datetime) -> ShownStep:
    hold = span.hold
    by = names.get(hold.made_by, "") if hold.made_by else "Darwin"
    both = hold.step == PolicyStep.ADOPTED and hold.proposal is not None
    proposer = names.get(hold.proposal.proposed_by, "") if both and hold.proposal else ""
    reason = hold.proposal.reason if both and hold.proposal else hold.reason
    return ShownStep(
        hold=hold.id,
        from_at=span.from_at,
        policy=hold.policy,
        word=STEP_WORDS[hold.step],
        who=f"{proposer}, {by}" if both else by,
        reason=reason,
        to_come=span.from_at > at,
    )


def _guardrails(at: datetime, proposal: PolicyProposal) -> list[ShownGuardrail]:
    reading = read_now()
    limits = proposal.guardrails
    figures = {one.guardrail: one.figure for one in shown_now(reading, Looks(), limits)}
    figures[OCCUPANCY] = _busy(one.state for one in reading.handlers)
    clocks = _clocks(at)
    return [
        ShownGuardrail(
            word=GUARDRAIL_WORDS[code],
            figure=figures.get(code),
            limit=float(limits[code]["limit"]),
            source=str(limits[code]["source"]),
            at_least=code != OCCUPANCY,
            clock=clocks.get(code),
            figure_now=code == OCCUPANCY,
        )
        for code in GUARDRAILS
        if code in limits
    ]


def _busy(states: Iterable[HandlerState]) -> float | None:
    found = list(states)
    busy = sum(one in (HandlerState.ON_A_CALL, HandlerState.NOTES) for one in found)
    there = busy + sum(one in (HandlerState.READY, HandlerState.RINGING) for one in found)
    return 100 * busy / there if there else None


def _clocks(at: datetime) -> dict[str, ClockFace]:
    """Until when each guardrail that is broken may be so."""
    breaks = {one.id: one for one in GuardrailBreak.objects.filter(ended_at=None)}
    due = Deadline.objects.filter(kind=GUARDRAIL_BROKEN, subject_id__in=list(breaks)).values_list(
        "subject_id", "due_at"
    )
    soon = int(_SOON.total_seconds()) * _SECOND_MS
    return {
        breaks[subject].guardrail: ClockFace.until(
            moment, now=at, started_at=breaks[subject].since, soon_ms=soon
        )
        for subject, moment in due
        if moment is not None
    }
