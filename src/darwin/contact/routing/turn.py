"""One look of the routing worker: what has ended is ended, what is free is decided, guardrails are read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from darwin.contact.callbacks.listed import Standing, call_backs
from darwin.contact.floor import calls_now
from darwin.contact.models import RoutedKind, Routing, RoutingDecision, RoutingEnd
from darwin.contact.now.hearing import Heard, hearing_of
from darwin.contact.now.reading import read_now
from darwin.contact.routing.deciding import Decider
from darwin.contact.routing.gathering import gather, ready_handlers, waiting_messages
from darwin.contact.routing.guardrails import Looks, shown_now
from darwin.contact.routing.situation import Situation
from darwin.contact.services.routing import end_routings, record_decision
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.outbound.models import Attempt
from darwin.reference.models import RoutingPolicy
from darwin.reference.policies import in_force
from darwin.reference.services import note_guardrail, open_policy

ACTOR = Actor.system("routing")
_ANY_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Router:
    """What the worker remembers between looks; all of it can be lost. looks: for the average occupancy.
    _empty: the last situation of which nothing came, so that it is not logged with each look."""

    decider: Decider
    looks: Looks = field(default_factory=Looks)
    _empty: tuple[UUID, Situation] | None = None

    def turn(self) -> RoutingDecision | None:
        """Look once: the decision that was logged, None if there was none to make."""
        settle(clock.now())
        # After it, so that what goes on to another in this look is kept for the one no longer when it is
        # for the other.
        at = clock.now()
        policy = self.policy_at(at)
        situation = gather(at)
        if situation is None:
            return None
        decisions = self.decider.decide(policy, situation)
        same = (policy.id, replace(situation, at=_ANY_TIME))
        if not decisions and same == self._empty:
            return None
        self._empty = None if decisions else same
        return record_decision(actor=ACTOR, policy=policy, situation=situation, decisions=decisions)

    def policy_at(self, at: datetime) -> RoutingPolicy:
        """The policy that holds; in an installation that never routed, the one with which Darwin comes."""
        found = in_force(at)
        if found is not None:
            return found.policy
        return open_policy(actor=ACTOR, parameters=self.decider.first_policy()).policy

    def guard(self) -> None:
        """Read the guardrails of a policy on trial. In a gap of the switch nothing is known, so nothing is
        judged, and what was broken stays so until it is seen to hold again."""
        at = clock.now()
        reading = read_now()
        heard = hearing_of(reading.connections, at, reading.stale_after, reading.gap_after)
        if heard.heard is Heard.GAP:
            return
        self.looks.look(at, reading.handlers)
        found = in_force(at)
        limits: dict[str, Any] = {}
        if found is not None and found.on_trial and found.span.hold.proposal is not None:
            limits = found.span.hold.proposal.guardrails
        for shown in shown_now(reading, self.looks, limits):
            note_guardrail(
                actor=ACTOR,
                guardrail=shown.guardrail,
                broken=shown.broken,
                figure=shown.figure if shown.figure is not None else 0.0,
                limit=shown.limit,
            )


def settle(at: datetime) -> None:
    """End the routings that hold no more: taken, lapsed, needed by nobody, or a caller came first."""
    open_ones = list(Routing.objects.filter(ended_at=None).select_related("contact"))
    if not open_ones:
        return
    ends: dict[RoutingEnd, list[UUID]] = {}
    for routing, end in _ended(open_ones, at):
        ends.setdefault(end, []).append(routing.id)
    for end, ids in ends.items():
        end_routings(actor=ACTOR, ids=ids, end=end)


def _ended(routings: Sequence[Routing], at: datetime) -> list[tuple[Routing, RoutingEnd]]:
    ready = ready_handlers(at, list(calls_now()))
    owed = {
        contact: row.standing
        for row in call_backs(at).listed
        for contact in row.owed.contact_ids
        if any(routing.kind == RoutedKind.CALL_BACK for routing in routings)
    }
    waiting = set(
        waiting_messages(at)
        .filter(id__in=[one.contact_id for one in routings if one.kind == RoutedKind.MESSAGE])
        .values_list("id", flat=True)
    )
    ringing = {
        (attempt.subject_id, attempt.by_id)
        for attempt in Attempt.objects.filter(
            ended_at=None, subject_id__in=[one.contact_id for one in routings]
        )
    }
    found: list[tuple[Routing, RoutingEnd]] = []
    for one in routings:
        needed = (
            owed.get(one.contact_id) is Standing.FREE
            if one.kind == RoutedKind.CALL_BACK
            else one.contact_id in waiting
        )
        if (one.contact_id, one.account_id) in ringing:
            found.append((one, RoutingEnd.TAKEN))
        elif not needed:
            found.append((one, RoutingEnd.GONE))
        elif one.until <= at:
            found.append((one, RoutingEnd.LAPSED))
        elif one.account_id not in ready:
            found.append((one, RoutingEnd.BUSY))
    return found
