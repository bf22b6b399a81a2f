"""What an adapter tells of made-up calls, for tests."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOLD = "/api/telephony/events"
_number = count(1)


def at(seconds: float) -> str:
    """A moment so long after noon."""
    return (NOON + timedelta(seconds=seconds)).isoformat()


def event(kind: str, seconds: float, **more: Any) -> dict[str, Any]:
    """One event so long after noon, with an identifier of its own unless one is given."""
    return {"event_id": f"e{next(_number)}", "type": kind, "at": at(seconds)} | more


def answered(
    call: str, start: float, *, agent: str = "desk-1", wait: float = 8, talk: float = 30
) -> list[Any]:
    """A caller who waits, is rung for, talks and is done."""
    ids = {"call_id": call, "queue": "101"}
    who = ids | {"agent": agent, "member": agent.title()}
    return [
        event("call.offered", start, **ids, caller="07700 900142"),
        event("call.queued", start + 0.2, **ids, caller="07700 900142", position=1, queue_length=1),
        event("agent.ringing", start + wait - 2, **who),
        event("call.left", start + wait, **ids, reason="answered"),
        event("call.connected", start + wait, **who, wait_ms=round((wait - 0.2) * 1000)),
        event("call.completed", start + wait + talk, **who, talk_ms=round(talk * 1000), reason="caller"),
    ]


def gave_up(call: str, start: float, *, wait: float = 25) -> list[Any]:
    """A caller who hangs up before being answered; a telephone rang meanwhile and was not taken."""
    ids = {"call_id": call, "queue": "101"}
    return [
        event("call.queued", start, **ids, caller="0116 496 0173"),
        event("agent.ringing", start + 3, **ids, agent="desk-2"),
        event("agent.no_answer", start + 13, **ids, agent="desk-2", ring_ms=10_000),
        event("call.left", start + wait, **ids, reason="abandoned", wait_ms=round(wait * 1000)),
    ]


def refused(call: str, start: float) -> list[Any]:
    """A caller whom the switch never let into the queue."""
    ids = {"call_id": call, "queue": "101"}
    return [
        event("call.offered", start, **ids, caller=""),
        event("call.refused", start + 0.1, **ids, reason="FULL"),
    ]


def transferred(call: str, start: float) -> list[Any]:
    """A caller who is answered, passed on, and waits in another queue now."""
    ids = {"call_id": call, "queue": "101"}
    who = ids | {"agent": "desk-3", "member": "Desk-3"}
    return [
        event("call.queued", start, **ids),
        event("call.left", start + 4, **ids, reason="answered"),
        event("call.connected", start + 4, **who),
        event("call.completed", start + 60, **who, reason="transfer"),
        event("call.transferred", start + 60, **who, reason="blind"),
        event("call.queued", start + 61, call_id=call, queue="crime-desk"),
    ]


def states(start: float) -> list[Any]:
    """Telephones of two handlers as they change."""
    return [
        event("agent.state", start, agent="desk-1", member="Desk-1", queue="101", reason="idle"),
        event("agent.state", start + 9, agent="desk-1", member="Desk-1", queue="101", reason="in use"),
        event(
            "agent.state", start + 40, agent="desk-1", member="Desk-1", queue="101", reason="paused: lunch"
        ),
        event("agent.state", start + 5, agent="desk-2", queue="101", reason="unavailable"),
    ]
