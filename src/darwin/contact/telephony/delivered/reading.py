"""One request of an adapter, read: events to store, what the adapter says of itself, what was rejected."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from darwin.contact.telephony.delivered import fields
from darwin.contact.telephony.delivered.fields import EventRejected, Told
from darwin.contact.telephony.delivered.snapshot import Snapshot, Watching, read_snapshot, read_watching
from darwin.contact.telephony.delivered.types import (
    CLOCK_TOLERANCE,
    EVENT_FIELDS,
    HEARTBEAT,
    KINDS,
    SNAPSHOT,
    SOURCE,
    TYPES,
    WATCHING_FIELDS,
    TypeRule,
    stored_id,
)
from darwin.contact.telephony.events import CallEvent, EventType


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that was not kept. index: its place in the request, 0 is the first. event_id: the client's
    own, "" where it has none that can be shown."""

    index: int
    event_id: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What one request holds. index_of: the place in the request of each event, by the stored identifier."""

    received: int = 0
    events: list[CallEvent] = field(default_factory=list)
    index_of: dict[str, int] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    watching: Watching | None = None
    snapshot: Snapshot | None = None
    furthest_ahead: timedelta = timedelta(0)


def read_delivery(items: Iterable[object], *, switch: str, now: datetime) -> Delivery:
    """Read the items of one request. switch: part of each event's stored identifier. now: Darwin's clock.

    The same content of the same client gives the same events, whenever it is read.
    """
    delivery = Delivery()
    for index, item in enumerate(items):
        delivery.received += 1
        try:
            _read_item(delivery, index, item, switch, now)
        except EventRejected as problem:
            event_id = item.get("event_id") if isinstance(item, dict) else ""
            shown = str(event_id) if fields.is_text(event_id, 200) else ""
            delivery.rejected.append(Rejected(index, shown, str(problem)))
    if delivery.furthest_ahead > CLOCK_TOLERANCE:
        delivery.warnings.append(
            f"Events lie up to {in_seconds(delivery.furthest_ahead)} ahead of Darwin's clock. They were "
            "kept. Set the switch's clock (NTP): waits and the floor are shown by it."
        )
    return delivery


def in_seconds(span: timedelta) -> str:
    """A difference of clocks in words: “3,600 s”."""
    return f"{round(abs(span).total_seconds()):,} s"


def _read_item(delivery: Delivery, index: int, item: object, switch: str, now: datetime) -> None:
    if not isinstance(item, dict):
        raise EventRejected("It is not an object. An event is a JSON object with event_id, type and at.")
    kind = fields.text(item, "type", needed=True)
    place, warnings, events = f"Event {index}", list[str](), list[CallEvent]()
    if kind == HEARTBEAT:
        _watch(delivery, read_watching(item, now))
        fields.warn_of_unknown(item, WATCHING_FIELDS, warnings, place)
    elif kind == SNAPSHOT:
        watching, snapshot, events = read_snapshot(item, switch, now, warnings, place)
        _watch(delivery, watching)
        if delivery.snapshot is None or snapshot.at >= delivery.snapshot.at:
            delivery.snapshot = snapshot
    else:
        events = [_read_event(item, kind, switch, now, warnings, place)]
        fields.warn_of_unknown(item, EVENT_FIELDS, warnings, place)
    for event in events:
        delivery.events.append(event)
        delivery.index_of.setdefault(event.event_id, index)
        delivery.furthest_ahead = max(delivery.furthest_ahead, event.at - now)
    delivery.warnings += warnings


def _watch(delivery: Delivery, watching: Watching) -> None:
    if delivery.watching is None or watching.at >= delivery.watching.at:
        delivery.watching = watching


def _read_event(
    told: Told, kind: str, switch: str, now: datetime, warnings: list[str], place: str
) -> CallEvent:
    if kind not in KINDS:
        raise EventRejected(f"There is no type “{kind}”. The types are: {', '.join(KINDS)}.")
    rule = TYPES[EventType(kind)]
    reason = _reason(told, kind, rule)
    for name in rule.needs:
        if told.get(name) in (None, ""):
            raise EventRejected(f"{name} is missing. An event {kind} ({rule.meaning}) needs it.")
    if reason in rule.waits and told.get("wait_ms") is None:
        raise EventRejected(
            f"wait_ms is missing. An event {kind} with the reason {reason} needs it: it says which joining "
            "of the queue ended."
        )
    return CallEvent(
        event_id=stored_id(switch, fields.text(told, "event_id", needed=True)),
        source=SOURCE,
        type=EventType(kind),
        at=fields.moment(told, "at", now),
        at_source=fields.at_source(told),
        whole_seconds=fields.flag(told, "whole_seconds"),
        sequence=fields.number(told, "sequence") or 0,
        queue=fields.text(told, "queue") or None,
        call_id=fields.text(told, "call_id") or None,
        root_call_id=fields.text(told, "root_call_id") or None,
        caller=fields.caller(told, warnings, place),
        agent=fields.text(told, "agent") or None,
        member=fields.text(told, "member") or None,
        position=fields.number(told, "position"),
        queue_length=fields.number(told, "queue_length"),
        priority=fields.number(told, "priority"),
        wait_ms=fields.duration(told, "wait_ms"),
        ring_ms=fields.duration(told, "ring_ms"),
        talk_ms=fields.duration(told, "talk_ms"),
        reason=reason,
    )


def _reason(told: Told, kind: str, rule: TypeRule) -> str:
    reason = fields.text(told, "reason")
    if not reason:
        if rule.needs_reason:
            raise EventRejected(f"reason is missing. An event {kind} needs it{rule.words(kind)}.")
        return "arrived" if kind == EventType.OFFERED else ""
    if kind == EventType.AGENT_STATE:
        return fields.state(reason)
    if rule.reasons is None:
        if len(reason) > 60:
            raise EventRejected("reason has more than 60 characters. Send the switch's own short word.")
        return reason
    if not rule.reasons:
        raise EventRejected(f"An event {kind} has no reason. Leave reason out.")
    if reason not in rule.reasons:
        raise EventRejected(f"“{reason[:40]}” is no reason of {kind}{rule.words(kind)}.")
    return reason
