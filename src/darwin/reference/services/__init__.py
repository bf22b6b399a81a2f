"""Writes of reference data."""

from darwin.reference.services.policies import (
    PolicyRefused,
    adopt_policy,
    note_guardrail,
    open_policy,
    propose_policy,
    refuse_policy,
    return_policy,
    withdraw_proposal,
)
from darwin.reference.services.values import WrongInstallation, adopt_values, open_installation

__all__ = [
    "PolicyRefused",
    "WrongInstallation",
    "adopt_policy",
    "adopt_values",
    "note_guardrail",
    "open_installation",
    "open_policy",
    "propose_policy",
    "refuse_policy",
    "return_policy",
    "withdraw_proposal",
]
