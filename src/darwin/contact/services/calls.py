"""Storing finished calls in bulk: a CSV log, Amazon Connect, the practice force."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from darwin.contact.coverage import Span
from darwin.contact.records import CallRecord, Recorded, fingerprint_of
from darwin.contact.services.bulk import change_rows, copy_rows, select_rows
from darwin.contact.services.coverage import store_coverage
from darwin.contact.services.legs import (
    LEG_COLUMNS,
    NO_ANSWER_COLUMNS,
    leg_row,
    no_answer_rows,
    only_in_queue,
)
from darwin.contact.services.queues import TELEPHONE, queues_by_slug
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.science.numbers import kept_number

CONTACT_COLUMNS = (
    "id",
    "channel",
    "first_offered_at",
    "caller_number",
    "withheld",
    "language",
    "access_route",
    "disposition",
    "source",
    "source_key",
    "source_version",
    "source_fingerprint",
)
SAYS_SOMETHING_ELSE = (
    "This record is already known and now says something else. The known one was kept; if the new one is "
    "right, it has to come from its source as a correction."
)


class _Known(NamedTuple):
    contact_id: UUID
    fingerprint: int | None
    version: datetime | None


@transaction.atomic
def record_calls(
    *, actor: Actor, source: str, rows: Sequence[CallRecord], coverage: Sequence[Span] = ()
) -> Recorded:
    """Store one batch of finished calls by COPY, with one ledger entry. Some thousands a batch are best.

    source: the log's name; with a record's source_key it is that record's identity. A record that is known
    and says the same is counted as already known. One that is known and says something else is rejected and
    the known one kept, unless both carry a version and the new one's is later: then it supersedes.
    Queues that are not known are opened with the first channel that uses them.
    """
    # Two imports of one log at a time would each find the other's rows unknown.
    change_rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (f"contact.calls {source}",))
    outcome = Recorded(imported=0)
    fresh, superseded = _unknown_rows(source, rows, outcome)
    _remove(list(superseded.values()))
    _store(source, fresh, superseded)
    spans = store_coverage(switch=source, spans=coverage)
    if fresh or spans:
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="contact.calls_recorded",
            counts={"calls": len(fresh), "already_known": outcome.already_known, "coverage": spans},
            provable=f"{len(fresh)} {sum(fingerprint for _, fingerprint in fresh)}" if fresh else "",
        )
    outcome.imported = len(fresh)
    return outcome


def _unknown_rows(
    source: str, rows: Sequence[CallRecord], outcome: Recorded
) -> tuple[list[tuple[CallRecord, int]], dict[str, UUID]]:
    """The rows to store, each with its fingerprint, and the contacts that some of them replace, by key.

    The others are counted in `outcome`.
    """
    known = {
        key: _Known(contact_id, fingerprint, version)
        for key, contact_id, fingerprint, version in select_rows(
            "SELECT source_key, id, source_fingerprint, source_version FROM contact_contact "
            "WHERE source = %s AND source_key = ANY(%s)",
            (source, [row.source_key for row in rows]),
        )
    }
    fresh: dict[str, tuple[CallRecord, int]] = {}
    superseded: dict[str, UUID] = {}
    for index, row in enumerate(rows):
        fingerprint = row.fingerprint if row.fingerprint is not None else fingerprint_of(repr(row).encode())
        said = fresh.get(row.source_key)
        before = _Known(UUID(int=0), said[1], said[0].version) if said else known.get(row.source_key)
        corrects = before and row.version and before.version and row.version > before.version
        if before is None or (corrects and before.fingerprint != fingerprint):
            fresh[row.source_key] = (row, fingerprint)
            if row.source_key in known:
                superseded[row.source_key] = known[row.source_key].contact_id
            outcome.already_known += said is not None
        elif before.fingerprint == fingerprint or (row.version and before.version):
            outcome.already_known += 1
        else:
            outcome.rejected.append((index, SAYS_SOMETHING_ELSE))
    return list(fresh.values()), superseded


def _remove(contacts: list[UUID]) -> None:
    """Take out what a correction replaces; the contacts come back under the same identifiers."""
    if not contacts:
        return
    legs = "SELECT id FROM contact_contactleg WHERE contact_id = ANY(%s)"
    change_rows(f"UPDATE contact_callbackpromise SET leg_id = NULL WHERE leg_id IN ({legs})", (contacts,))  # noqa: S608
    change_rows(f"DELETE FROM contact_noanswer WHERE leg_id IN ({legs})", (contacts,))  # noqa: S608
    for table in ("contact_contactleg", "contact_announcement"):
        change_rows(f"DELETE FROM {table} WHERE contact_id = ANY(%s)", (contacts,))  # noqa: S608
    change_rows("DELETE FROM contact_contact WHERE id = ANY(%s)", (contacts,))


def _store(source: str, fresh: Iterable[tuple[CallRecord, int]], replaced: Mapping[str, UUID]) -> None:
    contacts: list[tuple[Any, ...]] = []
    legs: list[tuple[Any, ...]] = []
    rings: list[tuple[Any, ...]] = []
    announcements: list[tuple[Any, ...]] = []
    queues: dict[str, tuple[UUID, str]] = {}
    for record, fingerprint in fresh:
        contact_id = replaced.get(record.source_key) or new_id()
        contacts.append(contact_row(contact_id, source, record, fingerprint))
        slugs = {leg.queue for leg in record.legs} | {slug for slug, _ in record.announced}
        if not slugs <= queues.keys():
            queues |= queues_by_slug(slugs, channel=record.channel or TELEPHONE, switch=source)
        for leg, only in zip(record.legs, only_in_queue(record.legs), strict=True):
            leg_id = new_id()
            legs.append(leg_row(leg_id, contact_id, queues[leg.queue], leg, only=only))
            if leg.no_answers:
                rings += no_answer_rows(leg_id, leg.no_answers)
        announcements += [(new_id(), contact_id, queues[slug][0], at) for slug, at in record.announced]
    if not contacts:
        return
    copy_rows("contact_contact", CONTACT_COLUMNS, contacts)
    copy_rows("contact_contactleg", LEG_COLUMNS, legs)
    if rings:
        copy_rows("contact_noanswer", NO_ANSWER_COLUMNS, rings)
    if announcements:
        copy_rows("contact_announcement", ("id", "contact_id", "queue_id", "at"), announcements)
    if replaced:
        change_rows(_SAY_AGAIN, (list(replaced.values()),))


# A source that corrects its record does not take back what a person recorded of the contact.
_SAY_AGAIN = """
UPDATE contact_contact AS contact SET
  caller_role = coalesce(newest.caller_role, contact.caller_role),
  disposition = coalesce(newest.disposition, contact.disposition),
  language = coalesce(newest.language, contact.language),
  access_route = coalesce(newest.access_route, contact.access_route)
FROM (SELECT DISTINCT ON (contact_id) * FROM contact_contactrecord
      WHERE contact_id = ANY(%s) ORDER BY contact_id, version DESC) AS newest
WHERE contact.id = newest.contact_id
"""


def contact_row(
    contact_id: UUID, source: str, record: CallRecord, fingerprint: int | None
) -> tuple[Any, ...]:
    """The values of one contact in the order of CONTACT_COLUMNS."""
    caller = kept_number(record.caller)
    return (
        contact_id,
        record.channel,
        record.first_offered_at,
        caller or None,
        caller == "",
        record.language,
        record.access_route,
        record.disposition,
        source,
        record.source_key,
        record.version,
        fingerprint,
    )
