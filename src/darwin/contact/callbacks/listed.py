"""The two lists of calls owed: the one everybody works from, and that of numbers that are not safe to ring.

Which list a number is on is the gateway's decision (outbound.deciding), never this room's.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from darwin.contact.callbacks.owed import OwedCall, owed_calls
from darwin.contact.models import FloorCall, FloorStage
from darwin.outbound import thresholds
from darwin.outbound.channels import CALL_BACK
from darwin.outbound.deciding import Asked, decide_all
from darwin.outbound.judging import Decision, Limits, Why
from darwin.outbound.models import Attempt, PointKind
from darwin.outbound.points import destination
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

    attempts: tries of ours for these contacts that counted. why: the sentence of the gravest reason against
    ringing now, "" if there is none. living: their call now, if they rang again by themselves.
    """

    owed: OwedCall
    decision: Decision
    standing: Standing
    attempts: int
    why: str = ""
    living: FloorCall | None = None

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
    """listed: for everybody who rings back. not_safe: for a supervisor alone."""

    listed: tuple[CallBackRow, ...]
    not_safe: tuple[CallBackRow, ...]


def call_backs(at: datetime) -> CallBacks:
    """Everybody who is owed a call at `at`, most tries first, in eight queries whatever their number.

    The caller records the consultation of what it shows.
    """
    owed = owed_calls(at)
    decisions: dict[str | None, Decision] = {}
    for purpose in sorted({purpose_of(one) for one in owed}):
        numbers = [one.number for one in owed if purpose_of(one) == purpose]
        decisions |= decide_all(numbers, CALL_BACK, at, Asked(purpose=purpose))
    rows = _rows(owed, decisions, at)
    return CallBacks(
        listed=tuple(row for row in rows if row.decision.safe),
        not_safe=tuple(row for row in rows if not row.decision.safe),
    )


def purpose_of(one: OwedCall) -> str:
    """Why this number is rung (a code of outbound_purpose): it decides whether the morning is waited for."""
    if one.channel == EMERGENCY:
        return LOST_999_CALL
    return PROMISE if one.promised else LOST_CALL


def row_of(contact_id: UUID, at: datetime) -> CallBackRow | None:
    """The row that a contact stands for, on whichever list; None if that number is owed nothing any more."""
    lists = call_backs(at)
    return next((row for row in (*lists.listed, *lists.not_safe) if contact_id in row.owed.contact_ids), None)


def _rows(
    owed: Sequence[OwedCall], decisions: Mapping[str | None, Decision], at: datetime
) -> list[CallBackRow]:
    limits = thresholds.limits(at)
    known = thresholds.results(at)
    reached = _reached(
        [one.number for one in owed], [code for code, r in known.items() if r.attributes["reached"]]
    )
    counted = [code for code, result in known.items() if result.attributes["counts_as_try"]]
    tried = _tried({contact for one in owed for contact in one.contact_ids[:1]}, counted)
    living = {call.caller_number: call for call in FloorCall.objects.filter(caller_number__isnull=False)}
    rows = []
    for one in owed:
        decision = decisions[one.number]
        last_reached = reached.get(destination(PointKind.TELEPHONE, one.number).value)
        told_since = Why.TOLD_NOT_SAFE in decision.reasons
        if last_reached is not None and last_reached >= one.last_try and not told_since:
            continue
        call = living.get(one.number)
        if call is not None and call.stage == FloorStage.TALKING:
            continue
        rows.append(_row(one, decision, call, tried[one.contact_ids[0]], limits))
    return rows


def _row(
    one: OwedCall, decision: Decision, call: FloorCall | None, attempts: int, limits: Limits
) -> CallBackRow:
    standing = _standing(decision, call, attempts, limits)
    why = sentence(decision.reasons[0], decision, limits) if decision.reasons else ""
    if standing is Standing.ENOUGH and not why:
        why = sentence(Why.TRIED_ENOUGH, decision, limits)
    return CallBackRow(
        owed=one, decision=decision, standing=standing, attempts=attempts, why=why, living=call
    )


def _standing(decision: Decision, call: FloorCall | None, attempts: int, limits: Limits) -> Standing:
    if call is not None:
        return Standing.RANG_AGAIN
    if decision.holder:
        return Standing.TAKEN
    if not decision.can_be_reached:
        return Standing.CANNOT
    if attempts >= limits.tries_enough:
        return Standing.ENOUGH
    return Standing.FREE if decision.allowed or not decision.safe else Standing.LATER


def _reached(numbers: Collection[str], results: Collection[str]) -> dict[str, datetime]:
    """When somebody of ours last spoke to each number."""
    values = {destination(PointKind.TELEPHONE, number).value for number in numbers}
    rows = (
        Attempt.objects.filter(
            point__kind=PointKind.TELEPHONE, point__value__in=values, result__in=results, channel=CALL_BACK
        )
        .order_by("begun_at")
        .values_list("point__value", "begun_at")
    )
    return dict(rows)


def _tried(contacts: Collection[UUID], results: Collection[str]) -> Counter[UUID]:
    """How many attempts that counted were made for each contact."""
    rows = Attempt.objects.filter(
        subject_kind=SUBJECT, subject_id__in=contacts, channel=CALL_BACK, result__in=results
    ).values_list("subject_id", flat=True)
    return Counter(found for found in rows if found is not None)
