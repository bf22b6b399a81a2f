"""What another switch's adapter delivered: events stored, the floor moved, how it is heard kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from darwin.contact.coverage import Span
from darwin.contact.models import CallEvent as StoredEvent
from darwin.contact.models import Coverage, ImportReject, ImportRun, SwitchConnection, SwitchSnapshot
from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.evidence import EVENT_FIELDS
from darwin.contact.services.floor import (
    note_connected,
    note_heard,
    note_trouble,
    settle_floor,
    take_turns,
)
from darwin.contact.services.switch_commands import HEARD_WITHIN
from darwin.contact.telephony.delivered.reading import Delivery, Rejected, in_seconds
from darwin.contact.telephony.delivered.snapshot import Snapshot, Watching
from darwin.contact.telephony.delivered.types import CLOCK_TOLERANCE, SOURCE
from darwin.contact.telephony.events import CallEvent
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.services import record_entry

HEARD_EVERY = timedelta(seconds=1)
COVERED_EVERY = timedelta(minutes=1)
"""How often it is written down that a quiet line was watched: each time leaves an entry in the ledger."""
KEPT_REASONS = 50
"""Reasons of one request that are kept; the answer tells the client all of them."""
_ASKED_BACK = timedelta(days=1)
"""How far around the events of a request others with the same identifier are looked for."""


class SwitchIsAnothers(DarwinError):
    """A client tells of a switch that Darwin hears in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a delivery; kept + already_known + rejected = events and snapshots received."""

    kept: int
    already_known: int
    rejected: Sequence[Rejected]
    warnings: Sequence[str]


@transaction.atomic
def take_delivery(*, actor: Actor, switch: str, delivery: Delivery) -> Taken:
    """Store what is new, move the floor, keep how the switch is heard; one ledger entry if anything is new.

    Idempotent, and the same for any order and cutting of the same events: an event that is known and says
    the same is counted, one that says something else is rejected and the known one kept. Raises
    SwitchIsAnothers if a switch of this name is heard in another way.
    """
    take_turns(switch)
    line = SwitchConnection.objects.filter(switch=switch).first()
    if line is not None and line.source != SOURCE:
        raise SwitchIsAnothers(
            f"Darwin hears the switch {switch} by itself ({line.source}), so nobody else can tell of its "
            "calls. Ask the force's administrator for a token under another name."
        )
    life = _note_life(switch, line, delivery.watching)
    events, contradicted = _without_contradictions(delivery)
    spans = _spans(switch, delivery.watching, quiet=not events)
    recorded = record_call_events(actor=actor, switch=switch, events=events, coverage=spans, live=True)
    _settle(switch, life or delivery.snapshot, events)
    rejected = sorted([*delivery.rejected, *contradicted], key=lambda one: one.index)
    _set_aside(actor, switch, rejected)
    warnings = [*delivery.warnings, *_look_at_clock(switch, delivery)]
    kept = len({delivery.index_of[event_id] for event_id in recorded.fresh})
    return Taken(
        kept=kept,
        already_known=len(set(delivery.index_of.values())) - kept - len(contradicted),
        rejected=rejected,
        warnings=warnings,
    )


def note_wrong_clock(*, switch: str, apart: timedelta) -> None:
    """A request of the switch's client was signed at another time than ours, and refused for it. apart:
    positive where the client is ahead."""
    side = "ahead of" if apart > timedelta(0) else "behind"
    note_trouble(
        switch=switch,
        trouble=f"The clock of the system that tells of this switch is {in_seconds(apart)} {side} Darwin's. "
        "What it sends is refused until its clock is set.",
    )


# --- how the switch is heard ---


def _note_life(switch: str, line: SwitchConnection | None, watching: Watching | None) -> Snapshot | None:
    """A sign of life, and after a silence a new connection. Another life of the switch gives an empty
    snapshot: of the calls and telephones before it none is left."""
    now = clock.now()
    told = watching.instance if watching else ""
    known = line.instance if line else ""
    heard = line.heard_at if line and line.connected_since else None
    if heard is None or now - heard > clock.shown_in(HEARD_WITHIN) or (told and told != known):
        note_connected(switch=switch, source=SOURCE, instance=told or known)
    elif now - heard >= HEARD_EVERY:
        note_heard(switch=switch)
    if watching and told and known and told != known:
        return Snapshot(at=watching.at, living=frozenset(), members=frozenset())
    return None


def _look_at_clock(switch: str, delivery: Delivery) -> list[str]:
    """Warn of a switch's clock that is not ours, and tell the supervisor; all well again says so too."""
    now = clock.now()
    apart = delivery.watching.at - now if delivery.watching else timedelta(0)
    ahead = max(apart, delivery.furthest_ahead)
    if ahead > CLOCK_TOLERANCE:
        trouble = (
            f"This switch's clock is {in_seconds(ahead)} ahead of Darwin's: its waits cannot be trusted."
        )
        warning = f"The switch's clock is {in_seconds(ahead)} ahead of Darwin's ({now.isoformat()})."
    elif apart < -CLOCK_TOLERANCE:
        trouble = (
            f"This switch's clock is {in_seconds(apart)} behind Darwin's, or what it says comes so late."
        )
        warning = f"The switch's clock is {in_seconds(apart)} behind Darwin's ({now.isoformat()})."
    else:
        # Old events alone may be a backlog: only a word of the switch's own time clears the trouble.
        if delivery.watching:
            note_trouble(switch=switch, trouble="")
        return []
    note_trouble(switch=switch, trouble=trouble)
    return [warning] if delivery.watching else []


def _spans(switch: str, watching: Watching | None, *, quiet: bool) -> list[Span]:
    """What the adapter says it watched, for the whole switch and for each queue it names."""
    if watching is None or watching.since is None or watching.since == watching.at:
        return []
    if quiet and _is_covered(switch, watching.since, watching.at - COVERED_EVERY):
        return []
    return [
        Span(source=SOURCE, from_at=watching.since, to_at=watching.at, tells=watching.tells, queue=queue)
        for queue in (None, *watching.queues)
    ]


def _is_covered(switch: str, since: datetime, until: datetime) -> bool:
    return Coverage.objects.filter(
        switch=switch, queue=None, source=SOURCE, from_at=since, to_at__gt=until
    ).exists()


# --- events ---


def _without_contradictions(delivery: Delivery) -> tuple[list[CallEvent], list[Rejected]]:
    """The events without those whose identifier is known, here or in the database, with other content."""
    said: dict[str, tuple[object, ...]] = _known(delivery.events)
    kept: list[CallEvent] = []
    against: dict[int, str] = {}
    for event in delivery.events:
        content = tuple(getattr(event, field) for field in EVENT_FIELDS)
        if said.setdefault(event.event_id, content) == content:
            kept.append(event)
        else:
            against[delivery.index_of[event.event_id]] = event.event_id
    rejected = [
        Rejected(
            index,
            event_id.split(":", 2)[2][:200],
            "This event_id is known and said something else. The known event was kept. An identifier stands "
            "for one event for ever: an event that corrects another needs its own.",
        )
        for index, event_id in against.items()
    ]
    return kept, rejected


def _known(events: Sequence[CallEvent]) -> dict[str, tuple[object, ...]]:
    if not events:
        return {}
    moments = [event.at for event in events]
    rows = StoredEvent.objects.filter(
        event_id__in={event.event_id for event in events},
        at__gte=min(moments) - _ASKED_BACK,
        at__lte=max(moments) + _ASKED_BACK,
    )
    return {row[0]: row for row in rows.values_list(*EVENT_FIELDS)}


def _settle(switch: str, told: Snapshot | None, events: Sequence[CallEvent]) -> None:
    """Take off the floor what the newest snapshot says is over, be it that the snapshot is new or that what
    came now is older than it."""
    known = SwitchSnapshot.objects.filter(switch=switch).first()
    if told is not None and (known is None or told.at >= known.at):
        members = None if told.members is None else sorted(map(list, told.members))
        known, _ = SwitchSnapshot.objects.update_or_create(
            switch=switch, defaults={"at": told.at, "living": sorted(told.living), "members": members}
        )
    elif known is None or all(event.at >= known.at for event in events):
        return
    settle_floor(
        switch=switch,
        before=known.at,
        living=known.living,
        members=None if known.members is None else {(agent, queue) for agent, queue in known.members},
    )


def _set_aside(actor: Actor, switch: str, rejected: Sequence[Rejected]) -> None:
    """Count what was rejected, on the page of imports, under one run for the switch and day."""
    if not rejected:
        return
    now = clock.now()
    today = now.astimezone(clock.LONDON).date()
    run, _ = ImportRun.objects.get_or_create(
        kind="api",
        source=switch,
        file_name=f"{switch}, {today.isoformat()}",
        defaults={"digest": "", "started_at": now, "actor_kind": actor.kind, "actor_id": actor.id},
    )
    ImportRun.objects.filter(pk=run.pk).update(
        rows_read=F("rows_read") + len(rejected), rejected=F("rejected") + len(rejected), finished_at=now
    )
    ImportReject.objects.bulk_create(
        ImportReject(run=run, line=one.index, reason=one.reason[:400]) for one in rejected[:KEPT_REASONS]
    )
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="contact.call_events_rejected",
        counts={"rejected": len(rejected)},
    )
