"""Storing what a switch said, and the contacts and legs that follow from it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from darwin.contact.coverage import Span
from darwin.contact.models import LegKind
from darwin.contact.records import Recorded
from darwin.contact.services.bulk import change_rows, select_rows, stage_rows
from darwin.contact.services.coverage import store_coverage
from darwin.contact.services.derived_legs import (
    StoredLeg,
    earliest_moment,
    first_moment,
    leg_records,
    same_stays,
)
from darwin.contact.services.evidence import load_evidence, store_events, store_members
from darwin.contact.services.floor import place_calls, place_members, take_turns
from darwin.contact.services.legs import (
    LEG_COLUMNS,
    NO_ANSWER_COLUMNS,
    leg_row,
    no_answer_rows,
    only_in_queue,
)
from darwin.contact.services.queues import TELEPHONE, channels_of, queues_by_slug
from darwin.contact.telephony.entries import CallDerivation, derive_call
from darwin.contact.telephony.events import CallEvent, Entry
from darwin.contact.telephony.position import position_of
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.science.numbers import kept_number


@transaction.atomic
def record_call_events(
    *,
    actor: Actor,
    switch: str,
    events: Sequence[CallEvent],
    coverage: Sequence[Span] = (),
    live: bool = False,
) -> Recorded:
    """Store one batch of a switch's events, and bring the calls they touch up to date.

    Idempotent: an event that is known is counted as already known. The contacts and legs are derived anew
    from ALL the evidence of each touched call, so that neither the order of two sources nor the cutting of a
    stream into batches makes a difference. One ledger entry a batch. live: the switch says this now, so the
    floor follows it (services.floor); what is read from a file leaves the floor alone.
    """
    take_turns(switch)
    fresh, touched = store_events(switch, events)
    store_members(switch, events)
    if touched:
        _bring_up_to_date(switch, load_evidence(switch, touched), live)
    if live:
        place_members(switch, events)
    spans = store_coverage(switch=switch, spans=coverage)
    if fresh or spans:
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="contact.call_events_recorded",
            counts={"events": len(fresh), "calls": len(touched), "coverage": spans},
            provable=_digest(fresh) if fresh else "",
        )
    return Recorded(imported=len(fresh), already_known=len(events) - len(fresh), fresh=frozenset(fresh))


def _digest(event_ids: Iterable[str]) -> str:
    """SHA-256 of the identifiers of what was stored; the ledger keeps a salted commitment to it."""
    return sha256("\n".join(sorted(event_ids)).encode()).hexdigest()


def _bring_up_to_date(switch: str, evidence: dict[str, list[CallEvent]], live: bool) -> None:
    derived = {call_id: derive_call(events) for call_id, events in evidence.items()}
    told = {call_id: call for call_id, call in derived.items() if call.entries or call.arrivals}
    slugs = {entry.queue for call in told.values() for entry in call.entries}
    slugs |= {arrival.queue for call in told.values() for arrival in call.arrivals if arrival.queue}
    queues = queues_by_slug(slugs, channel=TELEPHONE, switch=switch)
    contacts = _store_contacts(switch, told, channels_of(slugs))
    _store_announcements(contacts, told, queues)
    _store_legs(contacts, {call_id: call.entries for call_id, call in told.items()}, queues)
    if live:
        positions = {call_id: position_of(events) for call_id, events in evidence.items()}
        place_calls(switch, positions, contacts, queues)


def _store_contacts(
    switch: str, told: dict[str, CallDerivation], channels: dict[str, str]
) -> dict[str, UUID]:
    """One contact a call; the identifier of each. A number or a moment that becomes known is filled in.

    channels: of each queue; a call's is that of the queue whose number it reached, else of its first.
    """
    rows = []
    for call_id, call in told.items():
        first = first_moment(call)
        if first is not None:
            caller = kept_number(_caller(call))
            channel = channels.get(_first_queue(call), TELEPHONE)
            rows.append((new_id(), channel, first, caller or None, caller == "", switch, call_id))
    columns = ("id", "channel", "first_offered_at", "caller_number", "withheld", "source", "source_key")
    stage_rows("derived_contact", "contact_contact", columns, rows)
    change_rows(
        f"INSERT INTO contact_contact AS known ({', '.join(columns)}) SELECT * FROM derived_contact "  # noqa: S608
        "ON CONFLICT (source, source_key) DO UPDATE SET first_offered_at = excluded.first_offered_at, "
        "caller_number = excluded.caller_number, withheld = excluded.withheld "
        "WHERE (known.first_offered_at, known.caller_number, known.withheld) IS DISTINCT FROM "
        "(excluded.first_offered_at, excluded.caller_number, excluded.withheld)"
    )
    return dict(
        select_rows(
            "SELECT source_key, id FROM contact_contact WHERE source = %s AND source_key = ANY(%s)",
            (switch, [row[-1] for row in rows]),
        )
    )


def _first_queue(call: CallDerivation) -> str:
    """The queue that the call was announced to; where no source told, the one it joined first."""
    announced = min(((arrival.at, arrival.queue) for arrival in call.arrivals if arrival.queue), default=None)
    if announced is not None:
        return announced[1]
    joined = [(at, entry.queue) for entry in call.entries if (at := earliest_moment(entry)) is not None]
    return min(joined, default=(None, ""))[1]


def _caller(call: CallDerivation) -> str | None:
    """The caller's number as the entries have it, else as the announcement had it."""
    numbers = [entry.caller for entry in call.entries] + [arrival.caller for arrival in call.arrivals]
    return next((number for number in numbers if number is not None), None)


def _store_announcements(
    contacts: dict[str, UUID], told: dict[str, CallDerivation], queues: dict[str, tuple[UUID, str]]
) -> None:
    """The first announcement of a call to a queue; one that comes to light earlier replaces a later."""
    rows = [
        (new_id(), contacts[call_id], queues[arrival.queue][0], arrival.at)
        for call_id, call in told.items()
        for arrival in call.arrivals
        if arrival.queue and call_id in contacts
    ]
    stage_rows("derived_announcement", "contact_announcement", ("id", "contact_id", "queue_id", "at"), rows)
    change_rows(
        "INSERT INTO contact_announcement AS known (id, contact_id, queue_id, at) "
        "SELECT id, contact_id, queue_id, at FROM derived_announcement "
        "ON CONFLICT (contact_id, queue_id) DO UPDATE SET at = excluded.at WHERE known.at <> excluded.at"
    )


def _store_legs(
    contacts: dict[str, UUID], told: dict[str, list[Entry]], queues: dict[str, tuple[UUID, str]]
) -> None:
    """Make the legs of each contact those that were derived; the same stay keeps its identifier."""
    known = _known_legs(list(contacts.values()))
    switchboards = {slug for slug, (_, kind) in queues.items() if kind == LegKind.SWITCHBOARD_QUEUE}
    rows: list[tuple[Any, ...]] = []
    rings: list[tuple[Any, ...]] = []
    gone: list[UUID] = []
    for call_id, contact_id in contacts.items():
        legs = leg_records(told[call_id], switchboards)
        kept = same_stays(known[contact_id], legs, queues)
        gone += known[contact_id].keys() - set(kept)
        for leg_id, leg, only in zip(kept, legs, only_in_queue(legs), strict=True):
            rows.append(leg_row(leg_id, contact_id, queues[leg.queue], leg, only=only))
            rings += no_answer_rows(leg_id, leg.no_answers)
    _replace_rings([leg for legs_of in known.values() for leg in legs_of], rings)
    if gone:
        change_rows("UPDATE contact_callbackpromise SET leg_id = NULL WHERE leg_id = ANY(%s)", (gone,))
        change_rows("DELETE FROM contact_contactleg WHERE id = ANY(%s)", (gone,))
    _upsert_legs(rows)


def _upsert_legs(rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(LEG_COLUMNS)
    stage_rows("derived_leg", "contact_contactleg", LEG_COLUMNS, rows)
    changing = [column for column in LEG_COLUMNS if column not in ("id", "contact_id", "queue_id")]
    change_rows(
        f"INSERT INTO contact_contactleg AS known ({columns}) SELECT {columns} FROM derived_leg "  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in changing)} "
        f"WHERE ({', '.join(f'known.{name}' for name in changing)}) IS DISTINCT FROM "
        f"({', '.join(f'excluded.{name}' for name in changing)})"
    )


def _replace_rings(known_legs: list[UUID], rings: list[tuple[Any, ...]]) -> None:
    if known_legs:
        change_rows("DELETE FROM contact_noanswer WHERE leg_id = ANY(%s)", (known_legs,))
    columns = ", ".join(NO_ANSWER_COLUMNS)
    stage_rows("derived_ring", "contact_noanswer", NO_ANSWER_COLUMNS, rings)
    change_rows(f"INSERT INTO contact_noanswer ({columns}) SELECT {columns} FROM derived_ring")  # noqa: S608


def _known_legs(contacts: list[UUID]) -> defaultdict[UUID, dict[UUID, StoredLeg]]:
    """The stored legs of each contact: identifier to (queue, entry number, moment offered)."""
    known: defaultdict[UUID, dict[UUID, StoredLeg]] = defaultdict(dict)
    for contact, leg, queue, number, offered in select_rows(
        "SELECT contact_id, id, queue_id, entry_no, offered_at FROM contact_contactleg "
        "WHERE contact_id = ANY(%s) ORDER BY queue_id, entry_no",
        (contacts,),
    ):
        known[contact][leg] = StoredLeg(queue, number, offered)
    return known
