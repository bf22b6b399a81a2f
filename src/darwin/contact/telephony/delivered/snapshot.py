"""Heartbeats and snapshots: what an adapter says of itself, and of every call that lives.

A snapshot is taken whole or not at all: settling the floor by a part of it would end living calls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from darwin.contact.coverage import Tells
from darwin.contact.telephony.delivered import fields
from darwin.contact.telephony.delivered.fields import EventRejected, Told
from darwin.contact.telephony.delivered.types import (
    MOST_CALLS,
    SNAPSHOT_FIELDS,
    SOURCE,
    STATES,
    TEXT_LIMITS,
    stored_id,
)
from darwin.contact.telephony.events import CallEvent, EventType

_MOST_QUEUES = 200
_MOST_RINGING = 50
_STAGES = ("waiting", "ringing", "talking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What an adapter says of itself. at: the switch's clock when it was said.

    since: it has told everything from this moment on, without a gap; None: it does not say. tells: of which
    facts. queues: the queues it watches. instance: the switch's present life.
    """

    at: datetime
    instance: str = ""
    since: datetime | None = None
    tells: frozenset[Tells] = frozenset()
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Every call that lives and every telephone, at one moment. members: (agent, queue), None: not told."""

    at: datetime
    living: frozenset[str]
    members: frozenset[tuple[str, str]] | None = None


def read_watching(told: Told, now: datetime) -> Watching:
    """What a heartbeat or a snapshot says of the adapter. Raises EventRejected."""
    at = fields.moment(told, "at", now)
    tells = _tells(told)
    since = None
    if told.get("watching_since") is not None:
        since = fields.moment(told, "watching_since", now)
        if since > at:
            raise EventRejected("watching_since is after at. It is when the adapter began to watch.")
        if not tells:
            raise EventRejected(
                "tells is missing. With watching_since say which facts were watched: one or more of "
                f"{', '.join(Tells)}."
            )
    queues = fields.listed(told, "queues", _MOST_QUEUES)
    if not all(fields.is_text(queue, TEXT_LIMITS["queue"]) for queue in queues):
        raise EventRejected("queues must be a list of names of queues.")
    instance = fields.text(told, "instance")
    return Watching(at=at, instance=instance, since=since, tells=tells, queues=tuple(sorted(set(queues))))


def _tells(told: Told) -> frozenset[Tells]:
    facts = fields.listed(told, "tells", len(Tells))
    for fact in facts:
        if not isinstance(fact, str) or fact not in set(Tells):
            shown = fact if fields.is_text(fact, 40) else "?"
            raise EventRejected(f"“{shown}” is no fact that a switch can tell: one of {', '.join(Tells)}.")
    return frozenset(map(Tells, facts))


def read_snapshot(
    told: Told, switch: str, now: datetime, warnings: list[str], place: str
) -> tuple[Watching, Snapshot, list[CallEvent]]:
    """A snapshot, and the events that its parts amount to. Raises EventRejected."""
    event_id = fields.text(told, "event_id", needed=True)
    watching = read_watching(told, now)
    if "calls" not in told:
        raise EventRejected("calls is missing. A snapshot lists every call that lives, none being [].")
    make = _EventMaker(stored_id(switch, event_id), watching.at, now)
    events: list[CallEvent] = []
    living: set[str] = set()
    for number, call in enumerate(fields.listed(told, "calls", MOST_CALLS)):
        events += _part(f"calls[{number}]", call, lambda part: make.call(part, warnings, place))
        living.add(call["call_id"])
    members: set[tuple[str, str]] | None = None
    if told.get("handlers") is not None:
        members = set()
        for number, handler in enumerate(fields.listed(told, "handlers", MOST_CALLS)):
            events += _part(f"handlers[{number}]", handler, make.handler)
            members.add((handler["agent"], handler["queue"]))
    fields.warn_of_unknown(told, SNAPSHOT_FIELDS, warnings, place)
    found = Snapshot(
        at=watching.at,
        living=frozenset(living),
        members=None if members is None else frozenset(members),
    )
    return watching, found, events


def _part(place: str, told: object, read: Callable[[Told], list[CallEvent]]) -> list[CallEvent]:
    if not isinstance(told, dict):
        raise EventRejected(f"{place} is not an object. Nothing of this snapshot was used.")
    try:
        return read(told)
    except EventRejected as problem:
        raise EventRejected(f"{place}: {problem} Nothing of this snapshot was used.") from None


@dataclass(frozen=True, slots=True)
class _EventMaker:
    """Events out of the parts of one snapshot; their identifiers say which part of which snapshot."""

    snapshot_id: str
    at: datetime
    now: datetime

    def call(self, told: Told, warnings: list[str], place: str) -> list[CallEvent]:
        """The caller found, and if the call rings or talks, that too."""
        call_id, queue = fields.text(told, "call_id", needed=True), fields.text(told, "queue", needed=True)
        stage = told.get("stage", "waiting")
        if stage not in _STAGES:
            raise EventRejected(f"stage must be one of {', '.join(_STAGES)}.")
        agents = fields.listed(told, "agents", _MOST_RINGING)
        if not all(fields.is_text(agent, TEXT_LIMITS["agent"]) for agent in agents):
            raise EventRejected("agents must be a list of telephones.")
        if stage == "talking" and len(agents) != 1:
            raise EventRejected("agents must name the one telephone that talks.")
        joined = None if told.get("joined_at") is None else fields.moment(told, "joined_at", self.now)
        if joined is not None and joined > self.at:
            raise EventRejected("joined_at is after the snapshot.")
        found = CallEvent(
            event_id=f"{self.snapshot_id}/{call_id}/{queue}",
            source=SOURCE,
            type=EventType.IN_SNAPSHOT,
            at=joined or self.at,
            at_source="derived",
            queue=queue,
            call_id=call_id,
            root_call_id=fields.text(told, "root_call_id") or None,
            caller=fields.caller(told, warnings, place),
            position=fields.number(told, "position"),
            priority=fields.number(told, "priority"),
            wait_ms=round((self.at - joined) / timedelta(milliseconds=1)) if joined else None,
        )
        return [found, *self._taken(told, stage, agents, found)]

    def _taken(self, told: Told, stage: str, agents: list[str], found: CallEvent) -> list[CallEvent]:
        """Ringing since the snapshot at the latest; talking since it says. Without a stated wait a known
        connection is never taken for another."""
        if stage == "waiting":
            return []
        talking = stage == "talking"
        return [
            CallEvent(
                event_id=f"{found.event_id}/{agent}",
                source=SOURCE,
                type=EventType.CONNECTED if talking else EventType.RINGING,
                at=fields.moment(told, "connected_at", self.now) if talking else self.at,
                queue=found.queue,
                call_id=found.call_id,
                agent=agent,
                member=fields.text(told, "member") or None,
            )
            for agent in agents
        ]

    def handler(self, told: Told) -> list[CallEvent]:
        """The state of one telephone in one queue."""
        agent, queue = fields.text(told, "agent", needed=True), fields.text(told, "queue", needed=True)
        said = told.get("state")
        if not isinstance(said, str) or not fields.is_text(said, TEXT_LIMITS["reason"]):
            raise EventRejected(f"state is missing: one of {', '.join(sorted(STATES))}.")
        return [
            CallEvent(
                event_id=f"{self.snapshot_id}/{queue}/{agent}",
                source=SOURCE,
                type=EventType.AGENT_STATE,
                at=self.at,
                queue=queue,
                agent=agent,
                member=fields.text(told, "member") or None,
                reason=fields.state(said),
            )
        ]
