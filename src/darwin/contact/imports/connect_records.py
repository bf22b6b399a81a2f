"""Amazon Connect contact trace records, read into calls.

Fields: docs.aws.amazon.com, Connect administrator guide, "Contact records data model". A record is delivered
again whenever it changes; the later LastUpdateTimestamp holds. One record is one contact in at most one
queue: a transfer is a record of its own with PreviousContactId.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from darwin.contact.imports.moments import compile_format, moment_of, seconds_of_day
from darwin.contact.models.leg_kinds import LegKind
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.telephony.events import WITHHELD, Outcome
from darwin.science.numbers import normalise_number

_SECONDS = compile_format("%Y-%m-%dT%H:%M:%S%z")
_FRACTIONS = compile_format("%Y-%m-%dT%H:%M:%S.%f%z")
_CHANNELS = {"VOICE": "PHONE_101", "CHAT": "LIVE_CHAT", "EMAIL": "EMAIL", "TASK": "INTERNAL"}
_INWARD = frozenset({"INBOUND", "TRANSFER", "QUEUE_TRANSFER", "CALLBACK", "API", "WEBRTC_API"})
_TRANSFERS = frozenset({"TRANSFER", "QUEUE_TRANSFER"})
# DisconnectReason of a contact that the caller did not end.
_BY_THE_SWITCH = frozenset(
    {"CONTACT_FLOW_DISCONNECT", "TELECOM_PROBLEM", "BARGED", "EXPIRED", "API", "OTHER"}
)
LONGEST_NAME = 80
LONGEST_NUMBER = 40


class BrokenRecord(ValueError):
    """A record that cannot be read. The text names the field, never its value."""


def read_record(record: Any) -> CallRecord | None:
    """The call of one record; None for a contact that did not come in to a queue. Raises BrokenRecord."""
    if not isinstance(record, Mapping):
        raise BrokenRecord("the record is not a JSON object")
    key = record.get("ContactId")
    if not isinstance(key, str) or not 0 < len(key) <= 200:
        raise BrokenRecord("the record has no ContactId: it is no contact trace record")
    if record.get("InitiationMethod") not in _INWARD or not record.get("Queue"):
        return None
    queue = _object(record, "Queue")
    name = queue.get("Name")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise BrokenRecord("Queue has no Name")
    channel = _CHANNELS.get(str(record.get("Channel")))
    if channel is None:
        raise BrokenRecord("Channel is not one of VOICE, CHAT, EMAIL and TASK")
    offered = _moment(record, "InitiationTimestamp")
    if offered is None:
        raise BrokenRecord("InitiationTimestamp is missing")
    return CallRecord(
        source_key=key,
        channel=channel,
        first_offered_at=offered,
        legs=(_leg(record, queue, name, offered),),
        caller=_caller(record),
        version=_moment(record, "LastUpdateTimestamp"),
    )


def _leg(record: Mapping[str, Any], queue: Mapping[str, Any], name: str, offered: datetime) -> LegRecord:
    agent = _object(record, "Agent")
    connected = _moment(agent, "ConnectedToAgentTimestamp")
    joined = _moment(queue, "EnqueueTimestamp")
    left = _moment(queue, "DequeueTimestamp")
    ended = _moment(record, "DisconnectTimestamp")
    outcome, reason = _outcome(record, connected, left, ended)
    talk = _seconds(agent, "AgentInteractionDuration")
    hold = _seconds(agent, "CustomerHoldDuration") or 0
    transferred = bool(record.get("TransferCompletedTimestamp"))
    return LegRecord(
        queue=name,
        entry_no=1,
        outcome=outcome,
        offered_at=joined or offered,
        kind=LegKind.TRANSFER if record.get("InitiationMethod") in _TRANSFERS else None,
        joined_at=joined,
        left_at=left,
        connected_at=connected,
        completed_at=(_moment(record, "TransferCompletedTimestamp") or ended) if connected else None,
        wait_ms=_wait(queue, joined, connected or left or ended),
        wait_in_seconds=True,
        talk_ms=None if talk is None or not connected else (talk + hold) * 1000,
        agent=_name(agent, "Username") if connected else None,
        reason=reason,
        ended_by=_ended_by(record, transferred) if connected else "",
    )


def _outcome(
    record: Mapping[str, Any], connected: datetime | None, left: datetime | None, ended: datetime | None
) -> tuple[Outcome, str]:
    if connected is not None:
        return Outcome.ANSWERED, ""
    if record.get("NextContactId"):
        # Queued again or called back as another record, which tells what became of it.
        return Outcome.CALLBACK_REQUESTED if _is_callback(record) else Outcome.UNKNOWN, ""
    reason = str(record.get("DisconnectReason") or "")
    if reason in _BY_THE_SWITCH:
        return Outcome.EXPELLED, reason
    if reason == "CUSTOMER_DISCONNECT" or ((left or ended) and not reason):
        return Outcome.ABANDONED, ""
    return Outcome.UNKNOWN, ""


def _is_callback(record: Mapping[str, Any]) -> bool:
    return record.get("InitiationMethod") != "CALLBACK" and not record.get("TransferCompletedTimestamp")


def _ended_by(record: Mapping[str, Any], transferred: bool) -> str:
    if transferred:
        return "blind_transfer"
    return {"CUSTOMER_DISCONNECT": "caller", "AGENT_DISCONNECT": "agent"}.get(
        str(record.get("DisconnectReason")), ""
    )


def _wait(queue: Mapping[str, Any], joined: datetime | None, ended: datetime | None) -> int | None:
    """The time to the handler where both moments are known, else the stated time in the queue."""
    if joined is not None and ended is not None and ended >= joined:
        return round((ended - joined).total_seconds() * 1000)
    stated = _seconds(queue, "Duration")
    return None if stated is None else stated * 1000


def _caller(record: Mapping[str, Any]) -> str | None:
    endpoint = _object(record, "CustomerEndpoint")
    address = endpoint.get("Address")
    if endpoint.get("Type") != "TELEPHONE_NUMBER" or not isinstance(address, str):
        return None
    number = normalise_number(address[:LONGEST_NUMBER])
    # Exports are often masked: a word in place of the number tells nothing.
    return number if number == WITHHELD or any(mark.isdigit() for mark in address) else None


def _object(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise BrokenRecord(f"{name} is not a JSON object")
    return value or {}


def _name(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    return value[:120] if isinstance(value, str) and value else None


def _moment(record: Mapping[str, Any], name: str) -> datetime | None:
    text = record.get(name)
    if text is None:
        return None
    parts = (_SECONDS.parts(text) or _FRACTIONS.parts(text)) if isinstance(text, str) else None
    moment = moment_of(parts, None) if parts and seconds_of_day(parts) is not None else None
    if moment is None:
        raise BrokenRecord(f"{name} holds no moment of the form 2020-03-31T16:20:01Z")
    return moment


def _seconds(record: Mapping[str, Any], name: str) -> int | None:
    value = record.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2_000_000:
        raise BrokenRecord(f"{name} holds no number of seconds")
    return int(value)
