"""What a routing decision is made from, as plain data: who waits and who is free at one moment.

Everything that the policy looks at is in here and nothing else, so that the decision can be made again from
what the log keeps. Contacts and accounts are identifiers; no number, no name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

CALL, CALL_BACK, MESSAGE = "call", "call_back", "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingContact:
    """Somebody who waits. kind: call (a living call: the switch's to give, never Darwin's), call_back or
    message. type: the policy's name for it. promised: by when a call-back was promised. attempts: how often
    they have tried, or been tried."""

    contact: UUID
    kind: str
    type: str
    since: datetime
    vulnerable: bool = False
    attempts: int = 0
    promised: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeHandler:
    """A handler who could take something now. skills: type and level, 1 before 2."""

    account: UUID
    skills: tuple[tuple[str, int], ...]
    idle_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """At one moment: who waits, who is free, and how many call-backs are under way."""

    at: datetime
    waiting: tuple[WaitingContact, ...]
    handlers: tuple[FreeHandler, ...]
    callbacks_under_way: int = 0


@dataclass(frozen=True, slots=True)
class Assigned:
    """One of the decisions: this contact to this handler, and why: codes of science.policy.Why, each
    with its seconds, whole, or 0."""

    contact: UUID
    account: UUID
    reasons: tuple[tuple[str, int], ...]


def situation_as_data(situation: Situation) -> dict[str, Any]:
    """JSON-ready; times to the microsecond, so that nothing of what was decided from is lost."""
    return {
        "at": situation.at.isoformat(),
        "callbacks_under_way": situation.callbacks_under_way,
        "waiting": [
            {
                "contact": str(one.contact),
                "kind": one.kind,
                "type": one.type,
                "since": one.since.isoformat(),
                "vulnerable": one.vulnerable,
                "attempts": one.attempts,
                "promised": one.promised.isoformat() if one.promised else None,
            }
            for one in situation.waiting
        ],
        "handlers": [
            {
                "account": str(one.account),
                "skills": [list(skill) for skill in one.skills],
                "idle_since": one.idle_since.isoformat(),
            }
            for one in situation.handlers
        ],
    }


def situation_of_data(data: Mapping[str, Any]) -> Situation:
    """The situation that was written."""
    moment = datetime.fromisoformat
    return Situation(
        at=moment(data["at"]),
        callbacks_under_way=data["callbacks_under_way"],
        waiting=tuple(
            WaitingContact(
                contact=UUID(one["contact"]),
                kind=one["kind"],
                type=one["type"],
                since=moment(one["since"]),
                vulnerable=one["vulnerable"],
                attempts=one["attempts"],
                promised=moment(one["promised"]) if one["promised"] else None,
            )
            for one in data["waiting"]
        ),
        handlers=tuple(
            FreeHandler(
                account=UUID(one["account"]),
                skills=tuple((name, level) for name, level in one["skills"]),
                idle_since=moment(one["idle_since"]),
            )
            for one in data["handlers"]
        ),
    )


def assigned_as_data(decisions: list[Assigned]) -> list[dict[str, Any]]:
    """JSON-ready, in the order in which they were decided."""
    return [
        {
            "contact": str(one.contact),
            "account": str(one.account),
            "reasons": [list(reason) for reason in one.reasons],
        }
        for one in decisions
    ]
