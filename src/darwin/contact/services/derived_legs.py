"""From the entries that the evidence gives to the legs that are stored, keeping the identity of each stay."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from darwin.contact.models import LegKind
from darwin.contact.records import LegRecord
from darwin.contact.telephony.entries import CallDerivation
from darwin.contact.telephony.events import Entry
from darwin.ledger.ids import new_id

_TRANSFERS = ("blind_transfer", "attended_transfer")


class StoredLeg(NamedTuple):
    """What tells a stored leg again."""

    queue_id: UUID
    entry_no: int
    offered_at: datetime


def earliest_moment(entry: Entry) -> datetime | None:
    """The joining (or refusal); where it is not known, the earliest moment of the entry that is."""
    if entry.joined_at is not None:
        return entry.joined_at
    ended = entry.connected_at or entry.left_at
    if ended is not None and entry.wait_ms is not None:
        return ended - timedelta(milliseconds=entry.wait_ms)
    moments = [ended, entry.completed_at, *(ring.at for ring in entry.no_answers)]
    return min((moment for moment in moments if moment is not None), default=None)


def first_moment(call: CallDerivation) -> datetime | None:
    """When the call reached the number; where no source announced it, its first entry.

    None: no moment known.
    """
    moments = [arrival.at for arrival in call.arrivals] or [
        moment for entry in call.entries if (moment := earliest_moment(entry)) is not None
    ]
    return min(moments, default=None)


def leg_records(entries: Sequence[Entry], switchboards: Collection[str] = ()) -> list[LegRecord]:
    """The legs of one call, in time. One that follows a transfer of the call by a handler is a transfer leg;
    what a switchboard puts through is on its way still. switchboards: the slugs of such queues.

    An entry of which no moment is known belongs to no period and gives no leg.
    """
    timed = [(moment, entry) for entry in entries if (moment := earliest_moment(entry)) is not None]
    timed.sort(key=lambda pair: (pair[0], pair[1].entry_no))
    transferred = False
    legs = []
    for moment, entry in timed:
        legs.append(_leg_record(moment, entry, LegKind.TRANSFER if transferred else None))
        transferred = entry.ended_by in _TRANSFERS and entry.queue not in switchboards
    return legs


def _leg_record(offered_at: datetime, entry: Entry, kind: LegKind | None) -> LegRecord:
    return LegRecord(
        queue=entry.queue,
        entry_no=entry.entry_no,
        outcome=entry.outcome,
        offered_at=offered_at,
        kind=kind,
        joined_at=entry.joined_at if entry.entry_no else None,
        left_at=entry.left_at,
        connected_at=entry.connected_at,
        completed_at=entry.completed_at,
        wait_ms=entry.wait_ms,
        wait_in_seconds=entry.wait_in_seconds,
        talk_ms=entry.talk_ms,
        agent=entry.agent,
        member=entry.member,
        position=entry.position,
        queue_length=entry.queue_length,
        reason=entry.reason,
        ended_by=entry.ended_by,
        no_answers=tuple(entry.no_answers),
    )


def same_stays(
    stored: dict[UUID, StoredLeg], legs: Sequence[LegRecord], queues: dict[str, tuple[UUID, str]]
) -> list[UUID]:
    """For each leg the identifier of the stored one that is the same stay, or a fresh one.

    The moment tells first, because a joining that comes to light later renumbers those after it; only then
    the number, for a joining whose moment became known more exactly.
    """
    free = dict(stored)
    kept: dict[int, UUID] = {}
    by_moment = {(leg.queue_id, leg.offered_at): leg_id for leg_id, leg in stored.items()}
    for index, leg in enumerate(legs):
        match = by_moment.get((queues[leg.queue][0], leg.offered_at))
        if match in free:
            kept[index] = match
            del free[match]
    by_number = {(leg.queue_id, leg.entry_no): leg_id for leg_id, leg in free.items()}
    for index, leg in enumerate(legs):
        match = by_number.get((queues[leg.queue][0], leg.entry_no))
        if index not in kept and match in free:
            kept[index] = match
            del free[match]
    return [kept.get(index) or new_id() for index in range(len(legs))]
