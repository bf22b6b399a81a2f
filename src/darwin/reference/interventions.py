"""What was changed on purpose, and when: the dates against which a change in the figures is judged.

Read from what held when, which is written once and carries the dates of the frozen interventions. What was
decided and called off before it began changed nothing, and is none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from darwin.deadlines.clock import LONDON
from darwin.reference.models import PolicyHold, PolicyStep, RoutingPolicy
from darwin.reference.policies import RETURNS, Span, timeline
from darwin.theme import formats


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """At `at` the routing policy `policy` began to hold in place of `before`, for the reason of `step`.

    days: the first and the last day by lot, where the change begins or ends them; the end stands at the
    midnight after the last day. subject_kind, subject_id: the decision, as the ledger names it.
    """

    at: datetime
    step: PolicyStep
    policy: RoutingPolicy
    before: RoutingPolicy
    days: tuple[date, date] | None
    subject_kind: str
    subject_id: UUID

    def words(self) -> str:
        """What was changed, in the reader's language, without who did it and why."""
        said = {
            "policy": f"{self.policy.number}",
            "name": self.policy.name,
            "before": f"{self.before.number}",
        }
        if self.days:
            said |= {"first": formats.day(self.days[0]), "last": formats.day(self.days[1])}
        match self.step:
            case PolicyStep.ROLLED_BACK:
                words = _("Routing policy %(before)s rolled back: %(policy)s holds again")
            case PolicyStep.GUARDRAIL:
                words = _(
                    "Routing policy %(before)s given up, a guardrail was broken: %(policy)s holds again"
                )
            case PolicyStep.LOT_ENDED:
                words = _(
                    "Days by lot of routing policy %(before)s ended, the last was %(last)s: %(policy)s holds "
                    "again"
                )
            case _ if self.days:
                words = _(
                    "Routing policy %(policy)s (%(name)s) instead of %(before)s, on half of the days from "
                    "%(first)s to %(last)s, by lot"
                )
            case _:
                words = _("Routing policy %(policy)s (%(name)s) instead of %(before)s")
        return words % said


def interventions_between(start: datetime, end: datetime) -> list[PolicyChange]:
    """What was changed on purpose in [start, end), in order: a policy that two people switched on, a
    roll-back, a return by a guardrail, and the first and the last of the days by lot. One query.

    What is decided and still to come is in it, if its date is.
    """
    return [change for change in _changes(timeline()) if start <= change.at < end]


def _changes(spans: list[Span]) -> Iterator[PolicyChange]:
    for span in spans:
        hold, before = span.hold, span.before
        if before is None:
            continue
        # Called off before it began: the policy before went on holding.
        if hold.step in RETURNS and hold.policy_id == before.id:
            continue
        yield PolicyChange(
            at=span.from_at,
            step=PolicyStep(hold.step),
            policy=hold.policy,
            before=before,
            days=_days_by_lot(hold),
            subject_kind="policy_hold",
            subject_id=hold.id,
        )


def _days_by_lot(hold: PolicyHold) -> tuple[date, date] | None:
    days = hold.proposal.days_by_lot if hold.proposal else 0
    if not days or hold.step not in (PolicyStep.ADOPTED, PolicyStep.LOT_ENDED):
        return None
    day = hold.from_at.astimezone(LONDON).date()
    if hold.step == PolicyStep.LOT_ENDED:
        return day - timedelta(days=days), day - timedelta(days=1)
    return day, day + timedelta(days=days - 1)
