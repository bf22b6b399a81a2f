"""What can be asked of the ledger: whom an entry is about, whose hand it was, what was done, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from darwin.ledger.actors import Subject, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; None and "" ask nothing.

    by: the account that acted. tokens: those of another system that acted through the API. system: the part
    of the system that acted. event: as a whole ("staff.began_session") or its beginning, ending with a dot
    ("staff."). Times are half-open [start, end).
    """

    subject: Subject | None = None
    by: UUID | None = None
    tokens: tuple[UUID, ...] = ()
    system: str = ""
    verb: Verb | None = None
    event: str = ""
    start: datetime | None = None
    end: datetime | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """The condition over entries `e`, and its parameters."""
        parts: list[tuple[str, list[Any]]] = []
        if self.subject:
            # An entry and its subjects are kept under the same moment, so one month is looked at for both.
            kept = "(e.at, e.id) IN (SELECT s.at, s.entry_id FROM ledger_subject AS s WHERE s.id = %s"
            parts.append((f"{kept} AND s.kind = %s)", [self.subject.id, self.subject.kind]))
        if self.by:
            parts.append(("e.actor_id = %s", [self.by]))
        if self.tokens:
            parts.append(("e.actor_id = ANY(%s)", [list(self.tokens)]))
        if self.system:
            parts.append(("e.actor_id IS NULL AND e.actor_name = %s", [self.system]))
        if self.verb:
            parts.append(("e.verb = %s", [self.verb.value]))
        if self.event.endswith("."):
            parts.append(("starts_with(e.event, %s)", [self.event]))
        elif self.event:
            parts.append(("e.event = %s", [self.event]))
        if self.start:
            parts.append(("e.at >= %s", [self.start]))
        if self.end:
            parts.append(("e.at < %s", [self.end]))
        return " AND ".join(part for part, _ in parts) or "true", [v for _, values in parts for v in values]

    def about(self) -> list[Subject]:
        """Whom reading what is found is about."""
        asked = [self.subject] if self.subject else []
        asked += [Subject("api_token", token) for token in self.tokens]
        return asked + ([Subject("account", self.by)] if self.by else [])
