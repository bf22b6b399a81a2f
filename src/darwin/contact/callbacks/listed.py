"""The two lists of calls owed: the one everybody works from, and that of numbers that are not safe to ring.

Which list a number is on is the gateway's decision (outbound.deciding), never this room's.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from darwin.contact.callbacks.owed import CannotRing, OwedCall, owed_calls
from darwin.outbound import thresholds
from darwin.outbound.channels import CALL_BACK
from darwin.outbound.deciding import Asked, decide_all
from darwin.outbound.judging import Decision, Limits, Why
from darwin.outbound.wording import sentence

SUBJECT = "contact"
EMERGENCY = "PHONE_999"
LOST_CALL, LOST_999_CALL, PROMISE = "LOST_CALL", "LOST_999_CALL", "PROMISE"


class Standing(StrEnum):
    """What can be done with a row now."""

    FREE = "free"
    RANG_AGAIN = "rang_again"  # they are on the line at this moment
    TAKEN = "taken"
    LATER = "later"  # the hour, the gap or today's tries
    ENOUGH = "enough"  # tried as often as the force tries
    CANNOT = "cannot"  # no number that can be rung


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackRow:
    """One number that is owed a call, and what the gateway says of it.

    why: the sentence of the gravest reason against ringing now, "" if there is none.
    """

    owed: OwedCall
    decision: Decision
    standing: Standing
    why: str = ""

    @property
    def key(self) -> UUID:
        """The contact by which the row is known in addresses, which must not hold a number."""
        return self.owed.contact_ids[0]

    @property
    def undecided(self) -> bool:
        """A number that is not safe, and no supervisor's decision about it holds."""
        return self.decision.override is None and self.standing is not Standing.TAKEN


@dataclass(frozen=True, slots=True)
class CallBacks:
    """listed: for everybody who rings back. not_safe: for a supervisor alone. without: those of no number."""

    listed: tuple[CallBackRow, ...]
    not_safe: tuple[CallBackRow, ...]
    without: CannotRing


def call_backs(at: datetime) -> CallBacks:
    """Everybody who is owed a call at `at`, most tries first, in as many queries whatever their number.

    The caller records the consultation of what it shows.
    """
    owed, without = owed_calls(at)
    decisions: dict[str | None, Decision] = {}
    for purpose, numbers in _by_hours(owed, at).items():
        decisions |= decide_all(numbers, CALL_BACK, at, Asked(purpose=purpose))
    limits = thresholds.limits(at)
    rows = [_row(one, decisions[one.number], limits) for one in owed]
    return CallBacks(
        listed=tuple(row for row in rows if row.decision.safe),
        not_safe=tuple(row for row in rows if not row.decision.safe),
        without=without,
    )


def purpose_of(one: OwedCall) -> str:
    """Why this number is rung (a code of outbound_purpose): it decides whether the morning is waited for."""
    if one.channel == EMERGENCY:
        return LOST_999_CALL
    return PROMISE if one.promised else LOST_CALL


def _by_hours(owed: Sequence[OwedCall], at: datetime) -> dict[str, list[str]]:
    """The numbers under one purpose for each that waits, or does not wait, for the morning: a decision on a
    list differs by nothing else of it, and each costs a round of queries."""
    standing_for: dict[bool, str] = {}
    numbers: dict[str, list[str]] = defaultdict(list)
    for one in owed:
        purpose = purpose_of(one)
        any_hour = bool(thresholds.purpose(purpose, at).attributes["at_any_hour"])
        numbers[standing_for.setdefault(any_hour, purpose)].append(one.number)
    return numbers


def row_of(contact_id: UUID, at: datetime) -> CallBackRow | None:
    """The row that a contact stands for, on whichever list; None if that number is owed nothing any more."""
    lists = call_backs(at)
    return next((row for row in (*lists.listed, *lists.not_safe) if contact_id in row.owed.contact_ids), None)


def _row(one: OwedCall, decision: Decision, limits: Limits) -> CallBackRow:
    standing = _standing(one, decision, limits)
    why = sentence(decision.reasons[0], decision, limits) if decision.reasons else ""
    if standing is Standing.ENOUGH and not why:
        why = sentence(Why.TRIED_ENOUGH, decision, limits)
    return CallBackRow(owed=one, decision=decision, standing=standing, why=why)


def _standing(one: OwedCall, decision: Decision, limits: Limits) -> Standing:
    if one.rang_again_at is not None:
        return Standing.RANG_AGAIN
    if decision.holder:
        return Standing.TAKEN
    if not decision.can_be_reached:
        return Standing.CANNOT
    if one.attempts >= limits.tries_enough:
        return Standing.ENOUGH
    return Standing.FREE if decision.allowed or not decision.safe else Standing.LATER
