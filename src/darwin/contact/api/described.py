"""What an adapter may send, described for programs (JSON Schema) from the table that is enforced."""

from typing import Any

from darwin.contact.coverage import Tells
from darwin.contact.telephony.delivered.types import (
    DURATIONS,
    HEARTBEAT,
    LONGEST_MS,
    MOST_CALLS,
    MOST_EVENTS,
    MOST_NUMBER,
    NUMBERS,
    SNAPSHOT,
    STATES,
    TEXT_LIMITS,
    TYPES,
)
from darwin.contact.telephony.events import EventType

_MOMENT = {"type": "string", "format": "date-time", "description": "With its offset from UTC."}
_CALLER = {
    "type": "string",
    "maxLength": MOST_NUMBER,
    "description": "The number in any written form; empty: withheld; left out: not told.",
}


def _text(name: str) -> dict[str, Any]:
    return {"type": "string", "maxLength": TEXT_LIMITS[name]}


def _common() -> dict[str, Any]:
    found: dict[str, Any] = {name: _text(name) for name in TEXT_LIMITS if name != "instance"}
    found |= {name: {"type": "integer", "minimum": 0} for name in NUMBERS}
    found |= {
        name: {"type": "integer", "minimum": 0, "maximum": LONGEST_MS, "description": "Milliseconds."}
        for name in DURATIONS
    }
    found["event_id"]["description"] = "Yours, one event for ever: the same whenever you send it again."
    found["at"] = _MOMENT
    found["at_source"] = {"enum": ["switch", "receive", "derived"], "default": "switch"}
    found["whole_seconds"] = {"type": "boolean", "default": False}
    found["caller"] = _CALLER
    return found


def _of_type(kind: EventType) -> dict[str, Any]:
    rule = TYPES[kind]
    properties = _common() | {"type": {"const": kind.value}}
    if kind is EventType.AGENT_STATE:
        states = ", ".join(sorted(STATES))
        properties["reason"] = _text("reason") | {
            "description": f"One of {states}; behind “paused: ” why, in the switch's word."
        }
    elif rule.reasons is None:
        properties["reason"] = {"type": "string", "maxLength": 60}
    elif rule.reasons:
        properties["reason"] = {"enum": sorted(rule.reasons)}
    else:
        del properties["reason"]
    if rule.waits:
        needs = f"Needed with the reasons {', '.join(sorted(rule.waits))}."
        properties["wait_ms"] = properties["wait_ms"] | {"description": f"Milliseconds. {needs}"}
    needed = ["event_id", "type", "at", *rule.needs, *(["reason"] if rule.needs_reason else [])]
    return {
        "type": "object",
        "title": kind.value,
        "description": rule.meaning,
        "properties": properties,
        "required": needed,
    }


_WATCHING: dict[str, Any] = {
    "event_id": _text("event_id"),
    "at": _MOMENT | {"description": "The switch's clock now."},
    "instance": _text("instance") | {"description": "Another word each time the switch was started."},
    "watching_since": _MOMENT | {"description": "Everything from this moment to `at` has been told."},
    "tells": {"type": "array", "items": {"enum": [fact.value for fact in Tells]}},
    "queues": {"type": "array", "items": _text("queue")},
}
_CALL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "call_id": _text("call_id"),
        "queue": _text("queue"),
        "stage": {"enum": ["waiting", "ringing", "talking"], "default": "waiting"},
        "agents": {"type": "array", "items": _text("agent")},
        "member": _text("member"),
        "joined_at": _MOMENT,
        "connected_at": _MOMENT,
        "caller": _CALLER,
    },
    "required": ["call_id", "queue"],
}
_HANDLER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "agent": _text("agent"),
        "queue": _text("queue"),
        "member": _text("member"),
        "state": _text("reason"),
    },
    "required": ["agent", "queue", "state"],
}


def _control(kind: str, meaning: str, more: dict[str, Any], needed: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": kind,
        "description": meaning,
        "properties": {"type": {"const": kind}, **_WATCHING, **more},
        "required": ["type", "at", *needed],
    }


EVENT: dict[str, Any] = {
    "oneOf": [
        *(_of_type(kind) for kind in TYPES),
        _control(HEARTBEAT, "the switch is heard", {}, []),
        _control(
            SNAPSHOT,
            "every call that lives, and every telephone, at this moment",
            {
                "calls": {"type": "array", "items": _CALL, "maxItems": MOST_CALLS},
                "handlers": {"type": "array", "items": _HANDLER, "maxItems": MOST_CALLS},
            },
            ["event_id", "calls"],
        ),
    ]
}
BATCH: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "array", "items": EVENT, "maxItems": MOST_EVENTS}},
        "application/x-ndjson": {"schema": EVENT},
    },
}
