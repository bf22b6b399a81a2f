"""Entries as they are read back for hashing: one statement, streamed, however many there are."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

from darwin.ledger.canonical import StoredEntry

_COLUMNS = """
    e.id, e.at, e.actor_kind, e.actor_id, e.actor_name, e.verb, e.event, e.reason_code, e.fields, e.counts,
    e.reason_id, e.reason_commitment, e.value_commitment, e.txid::text::bigint AS txid, e.system_identifier,
    ARRAY(SELECT ARRAY[s.kind, s.id::text] FROM ledger_subject AS s
          WHERE s.at = e.at AND s.entry_id = e.id) AS subjects
"""
_ROWS_AT_ONCE = 2_000


def stream_entries(condition: str, params: list[Any], *, order: str) -> Iterator[StoredEntry]:
    """Entries `e` of a condition, through a cursor of the server. Needs an open transaction.

    `condition` and `order` are ours, never a caller's text.
    """
    sql = f"SELECT {_COLUMNS} FROM ledger_entry AS e WHERE {condition} ORDER BY {order}"  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        names = None
        while page := cursor.fetchmany(_ROWS_AT_ONCE):
            names = names or [column[0] for column in cursor.description]
            for row in page:
                yield _entry(dict(zip(names, row, strict=True)))


def read_entries(condition: str, params: list[Any], *, order: str, limit: int) -> list[StoredEntry]:
    """At most `limit` entries of a condition, in one statement."""
    sql = f"SELECT {_COLUMNS} FROM ledger_entry AS e WHERE {condition} ORDER BY {order} LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, limit])
        names = [column[0] for column in cursor.description]
        return [_entry(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _entry(row: dict[str, Any]) -> StoredEntry:
    # Django leaves jsonb of its own statements to its JSONField, so it arrives as text.
    row["counts"] = json.loads(row["counts"]) if isinstance(row["counts"], str) else row["counts"]
    row["subjects"] = [(kind, identifier) for kind, identifier in row["subjects"]]
    for name in ("reason_commitment", "value_commitment"):
        row[name] = None if row[name] is None else bytes(row[name])
    return StoredEntry(**row)
