"""Keeping the floor: what a live switch's events and snapshots say of calls and telephones at this moment.

The floor is derived, like an index: it writes no ledger entries of its own, because the batch of events it
follows has one.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from darwin.contact.models import FloorCall, FloorMember, SwitchConnection
from darwin.contact.services.bulk import change_rows
from darwin.contact.telephony.events import CallEvent, EventType
from darwin.contact.telephony.position import Position
from darwin.deadlines import clock
from darwin.ledger.ids import new_id
from darwin.science.numbers import kept_number

LOGGED_OFF = "logged off"


def take_turns(switch: str) -> None:
    """Two streams of one switch can touch one call; each must see what the other stored."""
    change_rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", (f"contact.events {switch}",))


def place_calls(
    switch: str,
    positions: Mapping[str, Position | None],
    contacts: Mapping[str, UUID],
    queues: Mapping[str, tuple[UUID, str]],
) -> None:
    """Put each call where it stands now, and take away those that are over. positions: by call_id."""
    living = {
        call_id: position
        for call_id, position in positions.items()
        if position is not None and call_id in contacts and position.queue in queues
    }
    over = [call_id for call_id in positions if call_id not in living]
    if over:
        FloorCall.objects.filter(switch=switch, call_id__in=over).delete()
    FloorCall.objects.bulk_create(
        [
            _floor_call(switch, position, contacts[call_id], queues[position.queue][0])
            for call_id, position in living.items()
        ],
        update_conflicts=True,
        unique_fields=["switch", "call_id"],
        update_fields=[
            "contact", "queue", "stage", "since", "arrived_at", "joined_at", "connected_at", "agents",
            "caller_number", "withheld",
        ],
    )  # fmt: skip


def _floor_call(switch: str, position: Position, contact: UUID, queue: UUID) -> FloorCall:
    caller = kept_number(position.caller)
    return FloorCall(
        switch=switch,
        call_id=position.call_id,
        contact_id=contact,
        queue_id=queue,
        stage=position.stage.value,
        since=position.since,
        arrived_at=position.arrived_at,
        joined_at=position.joined_at,
        connected_at=position.connected_at,
        agents=list(position.agents),
        caller_number=caller or None,
        withheld=caller == "",
    )


_STATE = """
INSERT INTO contact_floormember AS known (id, switch, queue, interface, member, state, reason, since)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (switch, interface, queue) DO UPDATE
SET member = coalesce(nullif(excluded.member, ''), known.member), state = excluded.state,
    reason = excluded.reason, since = excluded.since
WHERE known.since IS NULL OR known.since <= excluded.since
"""
_COMPLETED = """
INSERT INTO contact_floormember AS known (id, switch, queue, interface, member, state, reason, completed_at)
VALUES (%s, %s, %s, %s, %s, 'unknown', '', %s)
ON CONFLICT (switch, interface, queue) DO UPDATE
SET completed_at = greatest(known.completed_at, excluded.completed_at)
"""


def place_members(switch: str, events: Iterable[CallEvent]) -> None:
    """What the events say of handlers' telephones; the latest moment stands, whatever the order."""
    states: dict[tuple[str, str], CallEvent] = {}
    completed: dict[tuple[str, str], CallEvent] = {}
    for event in events:
        if not event.agent or not event.queue:
            continue
        latest = {EventType.AGENT_STATE: states, EventType.COMPLETED: completed}.get(event.type)
        if latest is None:
            continue
        key = (event.agent, event.queue)
        if key not in latest or latest[key].at <= event.at:
            latest[key] = event
    for (agent, queue), event in sorted(states.items()):
        state, _, reason = event.reason.partition(": ")
        change_rows(
            _STATE,
            (new_id(), switch, queue, agent, event.member or "", state[:40], reason[:120], event.at),
        )
    for (agent, queue), event in sorted(completed.items()):
        change_rows(_COMPLETED, (new_id(), switch, queue, agent, event.member or "", event.at))


@transaction.atomic
def settle_floor(
    *,
    switch: str,
    before: datetime,
    living: Collection[str],
    members: Collection[tuple[str, str]] | None = None,
) -> int:
    """A snapshot that is complete: of the calls last placed before it, only `living` (call_ids) live. How
    many vanished while nobody listened; their stays keep the outcome unknown until a log tells.

    members: every (interface, queue) that the snapshot shows; who is not among them has logged off. None:
    the snapshot tells nothing of them.
    """
    take_turns(switch)
    gone = FloorCall.objects.filter(switch=switch, since__lt=before).exclude(call_id__in=list(living))
    if members is not None:
        there = FloorMember.objects.filter(Q(since__isnull=True) | Q(since__lt=before), switch=switch)
        absent = [
            member.id
            for member in there.exclude(state=LOGGED_OFF)
            if (member.interface, member.queue) not in members
        ]
        FloorMember.objects.filter(id__in=absent).update(state=LOGGED_OFF, reason="", since=before)
    return gone.delete()[0]


@transaction.atomic
def clear_floor(*, switch: str) -> None:
    """Another life of the switch: no call of the one before lives, nobody is logged on until it says so."""
    take_turns(switch)
    FloorCall.objects.filter(switch=switch).delete()
    FloorMember.objects.filter(switch=switch).delete()


def note_connected(*, switch: str, source: str, instance: str = "") -> None:
    """The switch is heard (again): a gap ends here."""
    now = clock.now()
    SwitchConnection.objects.update_or_create(
        switch=switch,
        defaults={
            "source": source, "connected_since": now, "down_since": None, "heard_at": now,
            "instance": instance, "trouble": "",
        },
    )  # fmt: skip


def note_trouble(*, switch: str, trouble: str) -> None:
    """The switch is heard, but something about it is not as it should be; "" when all is well again."""
    SwitchConnection.objects.filter(switch=switch, connected_since__isnull=False).update(
        trouble=trouble[:400]
    )


def note_heard(*, switch: str) -> None:
    """A sign of life; about one a second is enough."""
    SwitchConnection.objects.filter(switch=switch).update(heard_at=clock.now())


def note_down(*, switch: str, source: str, trouble: str) -> None:
    """The switch is not heard any more. The first moment of it stands; the trouble is a sentence for the
    supervisor and names no secret."""
    now = clock.now()
    known, made = SwitchConnection.objects.get_or_create(
        switch=switch, defaults={"source": source, "down_since": now, "trouble": trouble[:400]}
    )
    if made:
        return
    # What was heard last ends the time that is known, not the moment at which the silence was noticed.
    known.down_since = known.down_since or known.heard_at or now
    known.connected_since, known.trouble = None, trouble[:400]
    known.save(update_fields=["down_since", "connected_since", "trouble"])
