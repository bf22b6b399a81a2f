"""Storing and loading the evidence of switches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from darwin.contact.services.bulk import change_rows, select_rows, stage_rows
from darwin.contact.telephony.events import CallEvent, EventType
from darwin.ledger.ids import new_id

EVENT_FIELDS = (
    "event_id",
    "source",
    "type",
    "at",
    "at_source",
    "whole_seconds",
    "sequence",
    "queue",
    "call_id",
    "root_call_id",
    "caller",
    "agent",
    "member",
    "position",
    "queue_length",
    "priority",
    "wait_ms",
    "ring_ms",
    "talk_ms",
    "reason",
)
_COLUMNS = ", ".join(EVENT_FIELDS)
_TYPE = EVENT_FIELDS.index("type")
_CALL = EVENT_FIELDS.index("call_id")
_STORE = f"""
INSERT INTO contact_callevent (switch, {_COLUMNS}) SELECT switch, {_COLUMNS} FROM incoming_event
ON CONFLICT DO NOTHING RETURNING event_id, call_id
"""  # noqa: S608
_LOAD = f"""
SELECT {_COLUMNS} FROM contact_callevent WHERE switch = %s AND call_id = ANY(%s) ORDER BY at, id
"""  # noqa: S608


def store_events(switch: str, events: Iterable[CallEvent]) -> tuple[set[str], set[str]]:
    """Store the events that are not known yet: their identifiers, and the calls that they touch."""
    rows = [
        (switch, *(getattr(event, field) for field in EVENT_FIELDS))
        for event in {(event.event_id, event.at): event for event in events}.values()
    ]
    at = 1 + EVENT_FIELDS.index("at")
    _open_months({row[at].date().replace(day=1) for row in rows})
    stage_rows("incoming_event", "contact_callevent", ("switch", *EVENT_FIELDS), rows)
    fresh = select_rows(_STORE, ())
    return {event_id for event_id, _ in fresh}, {call_id for _, call_id in fresh if call_id is not None}


def load_evidence(switch: str, call_ids: Iterable[str]) -> dict[str, list[CallEvent]]:
    """Everything that is known about each call, whatever its source and whenever it was stored."""
    found: dict[str, list[CallEvent]] = defaultdict(list)
    for row in select_rows(_LOAD, (switch, list(call_ids))):
        values = dict(zip(EVENT_FIELDS, row, strict=True))
        values["type"] = EventType(row[_TYPE])
        found[row[_CALL]].append(CallEvent(**values))
    return found


def store_members(switch: str, events: Sequence[CallEvent]) -> None:
    """Remember which member name stands beside which interface (both are in one event)."""
    pairs = {(event.member, event.agent) for event in events if event.member and event.agent}
    for member, interface in sorted(pairs):
        change_rows(
            "INSERT INTO contact_switchmember (id, switch, member, interface) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            (new_id(), switch, member, interface),
        )


def _open_months(months: Iterable[date]) -> None:
    for month in sorted(months):
        select_rows("SELECT contact_make_call_event_month(%s)", (month,))
