"""The made-up force's calls as the records that the contact room stores."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from darwin.contact.coverage import EVERYTHING, Span
from darwin.contact.models import LegKind
from darwin.contact.records import CallRecord, LegRecord, fingerprint_of
from darwin.contact.telephony.events import NoAnswer, Outcome
from darwin.practice.population import handler_names
from darwin.practice.rows import Call, Leg
from darwin.practice.story import Gap

SOURCE = "practice"
LIVE = "practice-live"
"""The source of the live feed's events and of the time that it covers."""
# Slug, label, channel and what a stay in it is.
QUEUES = (
    ("101", "101, the non-emergency line", "PHONE_101", LegKind.HANDLER_QUEUE),
    ("999", "999, the emergency line", "PHONE_999", LegKind.HANDLER_QUEUE),
    ("switchboard", "Switchboard of 101", "PHONE_101", LegKind.SWITCHBOARD_QUEUE),
    ("crime", "Crime line", "PHONE_101", LegKind.TRANSFER),
    ("interpreter", "Waiting for an interpreter", "PHONE_101", LegKind.INTERPRETER_WAIT),
    ("recorded-message", "Recorded message of 101", "PHONE_101", LegKind.IVR),
    ("call-backs", "Call-backs by the force", "CALLBACK_OUTBOUND", LegKind.HANDLER_QUEUE),
)
_QUEUE_OF_KIND = {"IVR": "recorded-message", "CALLBACK": "call-backs"}
_KINDS = {kind.value: kind for kind in LegKind} | {"CALLBACK": LegKind.HANDLER_QUEUE}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_ANNOUNCED = {"PHONE_101": "101", "PHONE_999": "999", "SMS_999": "999", "BSL_999": "999"}
_TELEPHONE = frozenset({"PHONE_101", "PHONE_999"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(milliseconds: int) -> datetime:
    """Milliseconds since the epoch as an aware moment, exactly."""
    # A double holds milliseconds exactly enough: the moment is rounded to the microsecond.
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(at: datetime) -> int:
    """An aware moment as whole milliseconds since the epoch."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def call_record(call: Call, seed: int, gaps: Iterable[Gap]) -> CallRecord:
    """One contact as the contact room stores it.

    Its fingerprint stands for seed and name, which decide all the rest. A call that arrived in a gap was not
    announced to anybody who wrote it down.
    """
    queue = _ANNOUNCED.get(call.channel)
    heard = queue and not any(gap.start <= call.arrived < gap.end for gap in gaps)
    return CallRecord(
        source_key=call.call_id,
        channel=call.channel,
        first_offered_at=moment(call.arrived),
        legs=tuple([_leg_record(leg) for leg in call.legs]),
        caller=call.number if call.number or call.channel in _TELEPHONE else None,
        language=call.language or None,
        access_route=access_route(call),
        disposition=call.disposition or None,
        announced=((queue, moment(call.arrived)),) if queue and heard else (),
        fingerprint=fingerprint_of(f"{seed} {call.call_id}".encode()),
    )


def covered(start: int, end: int, gaps: Iterable[Gap]) -> list[Span]:
    """The parts of [start, end) of which there is a record: all but the gaps."""
    spans: list[Span] = []
    for gap in sorted(gaps, key=lambda gap: gap.start):
        if gap.start < end and gap.end > start:
            spans += _span(start, gap.start)
            start = max(start, gap.end)
    return spans + _span(start, end)


def _span(start: int, end: int) -> list[Span]:
    if start >= end:
        return []
    return [Span(source=SOURCE, from_at=moment(start), to_at=moment(end), tells=EVERYTHING)]


def access_route(call: Call) -> str | None:
    """How the caller reached a person: by a service, through an interpreter, directly; None if not known."""
    if call.access_route or not call.language:
        return call.access_route or None
    return "INTERPRETER" if call.interpreter else "DIRECT"


def _leg_record(leg: Leg) -> LegRecord:
    joined = moment(leg.joined)
    answered = leg.outcome == "answered"
    return LegRecord(
        queue=leg.queue or _QUEUE_OF_KIND[leg.kind],
        entry_no=0 if leg.outcome == "refused" else 1,
        outcome=_OUTCOMES[leg.outcome],
        offered_at=joined,
        kind=_KINDS[leg.kind],
        joined_at=None if leg.outcome == "refused" else joined,
        left_at=None if leg.left is None else moment(leg.left),
        connected_at=moment(leg.connected) if answered and leg.connected is not None else None,
        completed_at=None if leg.completed is None else moment(leg.completed),
        wait_ms=leg.wait_ms,
        talk_ms=leg.talk_ms,
        agent=leg.agent or None,
        member=handler_names()[leg.agent] if leg.agent else None,
        queue_length=leg.queue_length,
        reason="FULL" if leg.outcome == "refused" else "",
        ended_by=leg.ended_by,
        no_answers=tuple(
            [
                NoAnswer(agent=agent, member=handler_names()[agent], at=moment(at), ring_ms=ring)
                for agent, at, ring in leg.no_answers
            ]
        ),
    )
