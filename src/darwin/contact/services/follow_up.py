"""Storing in bulk what finished calls led to: promises to call back, and why people had to call at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from darwin.contact.services.bulk import change_rows, copy_rows
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRecord:
    """A call-back promised to the caller of a contact; contacts are named by their source_key.

    kept_by: the contact by which it was kept, "" if none is known.
    """

    source_key: str
    promised_at: datetime
    promised_by: datetime
    kept_at: datetime | None = None
    kept_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureDemandRecord:
    """Why a contact was caused by a failure to do something, or to do it right; cause is a code."""

    source_key: str
    cause: str
    tagged_at: datetime


_PROMISES = """
INSERT INTO contact_callbackpromise
    (id, contact_id, leg_id, promised_at, promised_by, kept_at, kept_by_contact_id)
SELECT staged.id, contact.id, leg.id, staged.promised_at, staged.promised_by, staged.kept_at, kept.id
FROM staged_promises AS staged
JOIN contact_contact AS contact ON contact.source = %s AND contact.source_key = staged.source_key
LEFT JOIN contact_contact AS kept ON kept.source = %s AND kept.source_key = staged.kept_by
LEFT JOIN contact_contactleg AS leg ON leg.contact_id = contact.id AND leg.outcome = 'callback_requested'
ON CONFLICT (contact_id, promised_at) DO NOTHING
"""
_TAGS = """
INSERT INTO contact_failuredemandtag (id, contact_id, cause, tagged_at)
SELECT staged.id, contact.id, staged.cause, staged.tagged_at
FROM staged_tags AS staged
JOIN contact_contact AS contact ON contact.source = %s AND contact.source_key = staged.source_key
ON CONFLICT (contact_id, cause) DO NOTHING
"""


@transaction.atomic
def record_follow_ups(
    *,
    actor: Actor,
    source: str,
    promises: Sequence[PromiseRecord] = (),
    failure_demand: Sequence[FailureDemandRecord] = (),
) -> int:
    """Store what is not known yet, with one ledger entry; how many rows that was.

    The contacts must be stored already: a row whose contact is not known is left out.
    """
    kept = _store(
        "staged_promises",
        "id uuid, source_key text, promised_at timestamptz, promised_by timestamptz, kept_at timestamptz, "
        "kept_by text",
        [(new_id(), p.source_key, p.promised_at, p.promised_by, p.kept_at, p.kept_by) for p in promises],
        _PROMISES,
        (source, source),
    )
    tagged = _store(
        "staged_tags",
        "id uuid, source_key text, cause text, tagged_at timestamptz",
        [(new_id(), tag.source_key, tag.cause, tag.tagged_at) for tag in failure_demand],
        _TAGS,
        (source,),
    )
    if kept or tagged:
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="contact.follow_ups_recorded",
            counts={"promises": kept, "failure_demand_tags": tagged},
        )
    return kept + tagged


def _store(
    table: str, columns: str, rows: Sequence[Sequence[object]], insert: str, parameters: tuple[str, ...]
) -> int:
    if not rows:
        return 0
    names = [column.split()[0] for column in columns.split(", ")]
    change_rows(f"DROP TABLE IF EXISTS pg_temp.{table}")
    change_rows(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
    copy_rows(table, names, rows)
    change_rows(f"ANALYZE {table}")
    return change_rows(insert, parameters)
