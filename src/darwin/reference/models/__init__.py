"""Tables of the reference room."""

from darwin.reference.models.policies import (
    GuardrailBreak,
    Intervention,
    PolicyDay,
    PolicyHold,
    PolicyProposal,
    PolicyStep,
    ProposalState,
    RoutingPolicy,
)
from darwin.reference.models.values import Adoption, Code, DatedValue, Installation, Mode, Threshold

__all__ = [
    "Adoption",
    "Code",
    "DatedValue",
    "GuardrailBreak",
    "Installation",
    "Intervention",
    "Mode",
    "PolicyDay",
    "PolicyHold",
    "PolicyProposal",
    "PolicyStep",
    "ProposalState",
    "RoutingPolicy",
    "Threshold",
]
