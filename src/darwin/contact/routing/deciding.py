"""Asking the policy: the one place of the live system that loads compiled kernels.

The function is darwin.science.routing.decide, the very one that the digital twin is made with.
"""

from collections.abc import Mapping
from typing import Any

from darwin.contact.routing.situation import Assigned, Situation
from darwin.reference.models import RoutingPolicy


class Decider:
    """Decides situations; made in a worker only, because it loads numba."""

    def __init__(self) -> None:
        from darwin.science import routing

        self._routing = routing

    def first_policy(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def decide(self, policy: RoutingPolicy, situation: Situation) -> list[Assigned]:
        raise NotImplementedError
