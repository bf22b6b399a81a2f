"""Asking the policy: the one place of the live system that loads compiled kernels.

The function is darwin.science.routing.decide, over the very `choose` by which the digital twin assigns.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from darwin.contact.routing.situation import CALL_BACK, Assigned, Situation, WaitingContact
from darwin.reference.models import RoutingPolicy
from darwin.science.policy import Contact, Handler, Policy, TypeRule, Why
from darwin.science.policy_data import policy_of_data, with_types

FIRST_POLICY = Policy(
    types=(
        TypeRule("999", 1.0),
        TypeRule("101", 2.0),
        TypeRule("LIVE_CHAT", 3.0),
        TypeRule("ONLINE_REPORT", 3.0),
        TypeRule("SOCIAL_MESSAGE", 3.0),
        TypeRule("EMAIL", 4.0),
    )
)
"""The policy with which Darwin comes: 999 before 101 before what is written, the longest waiting first."""


class Decider:
    """Decides situations; made in a worker only, because it loads numba (160 MB)."""

    def __init__(self) -> None:
        from darwin.science import routing

        self._routing = routing
        self._known: dict[UUID, Policy] = {}

    def first_policy(self) -> dict[str, Any]:
        """The parameters of the policy with which Darwin comes."""
        return FIRST_POLICY.as_dict()

    def decide(self, policy: RoutingPolicy, situation: Situation) -> list[Assigned]:
        """What the policy assigns, in its order. Of policy and situation alone: the same again gives the
        same, whoever asks and when."""
        if policy.id not in self._known:
            self._known[policy.id] = policy_of_data(policy.parameters)
        types = sorted({one.type for one in situation.waiting})
        waiting = {str(one.contact): one for one in situation.waiting}
        free = {str(one.account): one for one in situation.handlers}
        found = self._routing.decide(
            with_types(self._known[policy.id], types),
            [_contact(one, situation.at) for one in situation.waiting],
            [
                Handler(str(one.account), dict(one.skills), _seconds(one.idle_since, situation.at))
                for one in situation.handlers
            ],
            0.0,
            callbacks_under_way=situation.callbacks_under_way,
        )
        assigned = []
        for one in found:
            if one.handler is None:
                continue
            contact, handler = waiting[one.contact], free[one.handler]
            numbers = {
                Why.WAITED: situation.at - contact.since,
                Why.LONGEST_FREE: situation.at - handler.idle_since,
            }
            reasons = tuple(
                (str(reason.code), int(numbers.get(reason.code, timedelta()).total_seconds()))
                for reason in one.reasons
            )
            assigned.append(Assigned(contact.contact, handler.account, reasons))
        return assigned


def _contact(one: WaitingContact, at: datetime) -> Contact:
    """As the policy sees it. What was promised is by when, not from when on: it takes no turn from it."""
    return Contact(
        str(one.contact),
        one.type,
        _seconds(one.since, at),
        vulnerable=one.vulnerable,
        attempts=max(0, one.attempts - 1),
        callback=one.kind == CALL_BACK,
    )


def _seconds(moment: datetime, at: datetime) -> float:
    """Seconds from the moment of the decision, so below 0 for what was before it."""
    return (moment - at).total_seconds()
