"""Where one call stands now, from all that is known of it: waiting, ringing at handlers, or talking.

Like `entries.derive_call` a pure function of the SET of evidence, so that late events, doubled events and
events out of order give the same floor as the switch's own order would."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from darwin.contact.telephony.events import WITHHELD, CallEvent, EventType


class Stage(StrEnum):
    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a living call stands.

    since: when this stage began. arrived_at: when the call was first seen; joined_at: when it joined this
    queue. agents: the interfaces that ring, or the one that talks. caller: the number, WITHHELD, or None
    where no event tells.
    """

    call_id: str
    queue: str
    stage: Stage
    since: datetime
    arrived_at: datetime
    joined_at: datetime
    connected_at: datetime | None = None
    agents: tuple[str, ...] = ()
    caller: str | None = None


@dataclass(slots=True)
class _Walk:
    """One call as its events go by."""

    arrived_at: datetime | None = None
    caller: str | None = None
    now: Position | None = None
    rang_at: dict[str, datetime] = field(default_factory=dict)
    # Handlers whose talk with this caller began and is not known to have ended.
    talking_with: set[str] = field(default_factory=set)


# Events of one instant: what begins a stage comes before what ends it.
_RANK = {
    EventType.OFFERED: 0,
    EventType.QUEUED: 1,
    EventType.IN_SNAPSHOT: 1,
    EventType.RINGING: 2,
    EventType.NO_ANSWER: 3,
    EventType.LEFT: 4,
    EventType.CONNECTED: 5,
    EventType.TRANSFERRED: 6,
    EventType.COMPLETED: 7,
}
_ENDS = frozenset({EventType.REFUSED, EventType.COMPLETED, EventType.TRANSFERRED})


def position_of(events: Iterable[CallEvent]) -> Position | None:
    """Where ONE call (one switch, one call_id) stands after all these events; None if it is over, or if none
    of them places it in a queue."""
    walk = _Walk()
    told_once = {event.event_id: event for event in events}.values()
    for event in sorted(told_once, key=lambda e: (e.at, _RANK.get(e.type, 9), e.event_id)):
        _step(walk, event)
    if walk.now is None:
        return None
    return replace(walk.now, caller=walk.caller)


def _step(walk: _Walk, event: CallEvent) -> None:
    walk.arrived_at = min(walk.arrived_at or event.at, event.at)
    if event.caller is not None and walk.caller != WITHHELD:
        walk.caller = event.caller
    if event.type in (EventType.QUEUED, EventType.IN_SNAPSHOT):
        _join(walk, event)
    elif _ends_a_talk_before(walk, event):
        if event.type is EventType.COMPLETED:
            walk.talking_with.discard(event.agent or "")
    elif event.type in _ENDS or (event.type is EventType.LEFT and event.reason != "answered"):
        _end(walk, event)
    elif event.type is EventType.CONNECTED:
        _connect(walk, event)
    elif walk.now and event.agent and walk.now.stage is not Stage.TALKING:
        _ring(walk, event)


def _ends_a_talk_before(walk: _Walk, event: CallEvent) -> bool:
    """A caller whom a handler transferred back to the queue waits there again before the switch says that
    the talk is over: that word is not of the present stay."""
    if event.type not in (EventType.COMPLETED, EventType.TRANSFERRED):
        return False
    if walk.now is None or walk.now.stage is Stage.TALKING:
        return False
    return event.agent in walk.talking_with or (event.type is EventType.TRANSFERRED and event.agent is None)


def _join(walk: _Walk, event: CallEvent) -> None:
    """A snapshot tells nothing new of a call that is known to wait, or to be answered, in that queue."""
    if event.type is EventType.IN_SNAPSHOT and walk.now and walk.now.queue == event.queue:
        return
    walk.rang_at.clear()
    walk.now = Position(
        call_id=event.call_id or "",
        queue=event.queue or "",
        stage=Stage.WAITING,
        since=event.at,
        arrived_at=walk.arrived_at or event.at,
        joined_at=event.at,
    )


def _end(walk: _Walk, event: CallEvent) -> None:
    """Whatever ends a stay in another queue than the present one is old news."""
    if event.type is EventType.COMPLETED:
        walk.talking_with.discard(event.agent or "")
    if walk.now and event.queue in (None, walk.now.queue):
        walk.now = None
        walk.rang_at.clear()


def _connect(walk: _Walk, event: CallEvent) -> None:
    joined = walk.now.joined_at if walk.now else event.at
    if event.agent:
        walk.talking_with.add(event.agent)
    walk.now = Position(
        call_id=event.call_id or "",
        queue=event.queue or (walk.now.queue if walk.now else ""),
        stage=Stage.TALKING,
        since=event.at,
        arrived_at=walk.arrived_at or event.at,
        joined_at=joined,
        connected_at=event.at,
        agents=(event.agent,) if event.agent else (),
    )


def _ring(walk: _Walk, event: CallEvent) -> None:
    assert walk.now is not None and event.agent is not None
    if event.type is EventType.RINGING:
        walk.rang_at.setdefault(event.agent, event.at)
    elif event.type is EventType.NO_ANSWER:
        walk.rang_at.pop(event.agent, None)
    else:
        return
    ringing = tuple(sorted(walk.rang_at))
    since = min(walk.rang_at.values()) if ringing else walk.now.joined_at
    stage = Stage.RINGING if ringing else Stage.WAITING
    walk.now = replace(walk.now, stage=stage, since=since, agents=ringing)
