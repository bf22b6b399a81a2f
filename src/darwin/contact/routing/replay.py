"""Making logged decisions again: the same policy, the same situation, and the same decision, every one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from darwin.contact.models import RoutingDecision
from darwin.contact.routing.deciding import Decider
from darwin.contact.routing.situation import assigned_as_data, situation_of_data


@dataclass(frozen=True, slots=True)
class Replayed:
    """decisions: how many were made again. different: the identifiers of those that came out otherwise."""

    decisions: int
    assigned: int
    different: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "decisions": self.decisions,
            "assigned": self.assigned,
            "different": list(self.different),
        }

    def as_text(self) -> str:
        """One or two lines for a person."""
        lines = [f"{self.decisions:,} decisions were made again, with {self.assigned:,} assignments."]
        if self.different:
            lines.append(f"{len(self.different):,} came out otherwise: {', '.join(self.different[:10])}.")
        else:
            lines.append("Every one came out the same.")
        return "\n".join(lines)


def replay(from_at: datetime, to_at: datetime) -> Replayed:
    """Make the decisions logged in [from_at, to_at) again."""
    decider = Decider()
    rows = RoutingDecision.objects.filter(at__gte=from_at, at__lt=to_at).select_related("policy")
    count = assigned = 0
    different: list[str] = []
    for row in rows.iterator(chunk_size=500):
        again = decider.decide(row.policy, situation_of_data(row.situation))
        count += 1
        assigned += len(again)
        if assigned_as_data(list(again)) != row.decisions:
            different.append(str(row.id))
    return Replayed(count, assigned, tuple(different))
