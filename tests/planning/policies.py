"""A house whose routing has run, with a policy proposed, decided or on trial by lot."""

from datetime import timedelta
from typing import Any

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.reference.models import PolicyHold, PolicyProposal
from darwin.reference.policies import open_proposal, pending, timeline
from darwin.reference.services import (
    adopt_policy,
    open_policy,
    propose_policy,
    refuse_policy,
    return_policy,
)
from darwin.science.policy import Policy, TypeRule
from darwin.staff.models import Account
from tests.staff.people import someone

WORKER = Actor.system("routing")
FIRST = Policy(types=(TypeRule("999", 1.0), TypeRule("101", 2.0), TypeRule("ONLINE_REPORT", 3.0)))
RESERVED = Policy(
    types=(TypeRule("999", 1.0, reserve=2), TypeRule("101", 2.0), TypeRule("ONLINE_REPORT", 3.0)),
    callback_ahead=0.5,
)
GUARDRAILS: dict[str, Any] = {
    "occupancy": {"limit": 85.0, "source": "House rule"},
    "999_in_time": {"limit": 93.4, "source": "999 in time, 28 days: 15,012 calls"},
    "worst_half_hour": {"limit": 41.2, "source": "the worst half-hour of 28 days"},
}


def opened() -> PolicyHold:
    """Routing has run, and the first policy holds."""
    return open_policy(actor=WORKER, parameters=FIRST.as_dict())


def _clear() -> None:
    """Nothing is proposed and nothing is to come: a house is visited again and again."""
    stands = open_proposal()
    if stands is not None:
        refuser = someone("chief_officer")
        refuse_policy(actor=refuser.actor, proposal_id=stands.id, decision="Another is to be visited.")
    comes = pending(clock.now(), timeline())
    if comes is not None:
        return_policy(actor=WORKER, hold_id=comes.hold.id)


def proposed(by: Account | None = None, **more: Any) -> PolicyProposal:
    """A policy that somebody proposes."""
    opened()
    _clear()
    planner = by or someone("resource_planner", display_name="Grace Lowe")
    given: dict[str, Any] = {
        "name": "Two for 999",
        "parameters": RESERVED.as_dict(),
        "source": "Proposed from policy 1",
        "reason": "999 waits less in the evening, and nobody waits longer.",
        "starts_at": clock.now() - timedelta(seconds=1),
    }
    return propose_policy(actor=planner.actor, **given | more)


def adopted(by: Account | None = None, **more: Any) -> PolicyHold:
    """A policy that two people switched on."""
    proposal = proposed(**more)
    chief = by or someone("chief_officer", display_name="Anil Sharma")
    return adopt_policy(
        actor=chief.actor, proposal_id=proposal.id, decision="The twin shows it.", guardrails=GUARDRAILS
    )
