"""A live policy that was switched on, rolled back, given up and put to the lot, each at its moment."""

from datetime import datetime, timedelta

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.reference.models import PolicyHold, PolicyStep
from darwin.reference.services import adopt_policy, open_policy, propose_policy, return_policy

WORKER = Actor.system("routing")
PLANNER, CHIEF = Actor.staff(new_id()), Actor.staff(new_id())


def opened(at: datetime) -> None:
    """Routing has run since then, with policy 1."""
    with clock.standing_at(at):
        open_policy(actor=WORKER, parameters={"reserve": 0})


def switched(at: datetime, *, starts_at: datetime | None = None, days_by_lot: int = 0) -> PolicyHold:
    """Two people switch policy 2, “Reserve two”, on."""
    with clock.standing_at(at):
        proposal = propose_policy(
            actor=PLANNER,
            name="Reserve two",
            parameters={"reserve": 2},
            source="What-if of 3 March",
            reason="999 waits less",
            starts_at=starts_at or at,
            days_by_lot=days_by_lot,
        )
        return adopt_policy(actor=CHIEF, proposal_id=proposal.id, decision="agreed", guardrails={})


def returned(at: datetime, hold: PolicyHold, step: PolicyStep = PolicyStep.ROLLED_BACK) -> None:
    """The policy before holds again."""
    with clock.standing_at(at):
        return_policy(actor=WORKER, hold_id=hold.id, step=step)


def a_history(first: datetime, at: datetime, days_by_lot: int = 4) -> None:
    """Routing since `first`; from `at` on: switched on, rolled back after a day, switched on again after two,
    given up by a guardrail after three, and put to the lot after five, from the next midnight."""
    opened(first)
    day = timedelta(days=1)
    hold = switched(at)
    returned(at + day, hold)
    hold = switched(at + 2 * day)
    returned(at + 3 * day, hold, PolicyStep.GUARDRAIL)
    switched(at + 5 * day, days_by_lot=days_by_lot)
