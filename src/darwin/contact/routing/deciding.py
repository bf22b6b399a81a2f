"""Asking the policy: the one place of the live system that loads compiled kernels.

The function is darwin.science.deciding.decide over darwin.science.routing.choose, the very one by which the
digital twin assigns.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from darwin.contact.routing.situation import CALL_BACK, Assigned, Situation
from darwin.reference.models import RoutingPolicy
from darwin.science.policy import Policy, TypeRule
from darwin.science.policy_data import policy_as_data, policy_of_data, with_types

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
        from darwin.science import deciding

        self._science = deciding
        self._known: dict[UUID, Policy] = {}

    def first_policy(self) -> dict[str, Any]:
        """The parameters of the policy with which Darwin comes."""
        return policy_as_data(FIRST_POLICY)

    def decide(self, policy: RoutingPolicy, situation: Situation) -> list[Assigned]:
        """What the policy assigns, in its order. Of policy and situation alone: the same again gives the
        same, whoever asks and when."""
        if policy.id not in self._known:
            self._known[policy.id] = policy_of_data(policy.parameters)
        types = sorted({one.type for one in situation.waiting})
        waiting = [
            self._science.Waits(
                one.type,
                _seconds(one.since, situation.at),
                vulnerable=one.vulnerable,
                repeat=one.attempts > 1,
                callback=one.kind == CALL_BACK,
            )
            for one in situation.waiting
        ]
        free = [
            self._science.Free(one.skills, _seconds(one.idle_since, situation.at))
            for one in situation.handlers
        ]
        found = self._science.decide(
            with_types(self._known[policy.id], types), waiting, free, 0.0, situation.callbacks_under_way
        )
        return [
            Assigned(
                situation.waiting[one.contact].contact,
                situation.handlers[one.handler].account,
                tuple((str(reason), int(number)) for reason, number in one.reasons),
            )
            for one in found
        ]


def _seconds(moment: datetime, at: datetime) -> float:
    """Seconds from the moment of the decision, so below 0 for what was before it."""
    return (moment - at).total_seconds()
