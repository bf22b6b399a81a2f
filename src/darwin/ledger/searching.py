"""What is found in the ledger, what stands beside each entry, and where the chain stands."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from darwin.ledger import head, reading
from darwin.ledger.actors import Actor
from darwin.ledger.canonical import StoredEntry
from darwin.ledger.queries import PAGE, Page
from darwin.ledger.readers import require_reader
from darwin.ledger.search import Search
from darwin.ledger.services import record_consultation

_NEWEST_FIRST = "e.at DESC, e.id DESC"


def search_entries(
    *, actor: Actor, search: Search, after: tuple[datetime, int] | None = None, reason: str = ""
) -> Page:
    """A page of what was found, newest first. The reading is recorded, about whom it was asked.

    Raises readers.NotALedgerReader.
    """
    require_reader(actor)
    record_consultation(actor=actor, screen="ledger.search", subjects=search.about(), reason=reason)
    condition, params = search.condition()
    if after:
        condition, params = f"({condition}) AND (e.at, e.id) < (%s, %s)", [*params, *after]
    found = reading.read_entries(condition, params, order=_NEWEST_FIRST, limit=PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], (last.at, last.id) if last else None)


def count_up_to(search: Search, most: int) -> int:
    """How many entries there are, counted no further than `most` + 1."""
    condition, params = search.condition()
    with connection.cursor() as cursor:
        counted = f"SELECT FROM ledger_entry AS e WHERE {condition} LIMIT %s"
        cursor.execute(f"SELECT count(*) FROM ({counted}) AS found", [*params, most + 1])  # noqa: S608
        return int(cursor.fetchone()[0])


def kind_of(identifier: UUID) -> str:
    """The kind under which the ledger knows an identifier; empty if it knows it not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM ledger_subject WHERE id = %s LIMIT 1", [identifier])
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def reasons_of(entries: Sequence[StoredEntry]) -> dict[UUID, str]:
    """The texts of these entries' reasons by the reason's id; one that was erased is not among them."""
    wanted = [entry.reason_id for entry in entries if entry.reason_id]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, text FROM ledger_reason WHERE id = ANY(%s)", [wanted])
        return dict(cursor.fetchall())


def blocks_of(entries: Sequence[StoredEntry]) -> dict[int, int]:
    """The number of the closed block of each entry, by the entry's id; without those that no block holds yet.

    By the entry's place in the chain: that nothing was put in behind a block is what verify finds out.
    """
    if not entries:
        return {}
    places = [struct.pack(">QQ", entry.txid, entry.id) for entry in entries]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.id, block.number FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) "
            "AS wanted (id, system, place) CROSS JOIN LATERAL (SELECT number FROM ledger_block "
            "WHERE system_identifier = wanted.system AND count > 0 AND ledger_last_place(entries) >= place "
            "ORDER BY ledger_last_place(entries) LIMIT 1) AS block",
            [[entry.id for entry in entries], [entry.system_identifier for entry in entries], places],
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class ChainState:
    """Where the chain stands. block: the number of the last closed block, 0 before any; entries: in it.

    waiting: entries in no closed block yet; oldest: when the first of them was written. head: the last block
    that the file outside the database knows, None if there is no such file.
    """

    block: int
    closed_at: datetime | None
    entries: int
    waiting: int
    oldest: datetime | None
    head: int | None


# The entries behind the last that a block of this cluster holds: the two parts of every statement about them.
_PLACE = (
    "place AS (SELECT coalesce(('x' || left(hex, 16))::bit(64)::bigint, 0) AS tx, "
    "coalesce(('x' || right(hex, 16))::bit(64)::bigint, 0) AS id "
    "FROM (SELECT) AS one LEFT JOIN ("
    "SELECT encode(ledger_last_place(entries), 'hex') AS hex FROM ledger_block "
    "WHERE count > 0 AND system_identifier = ledger_cluster() ORDER BY number DESC LIMIT 1) AS tail ON true)"
)
_BEHIND = (
    "ledger_entry WHERE system_identifier = ledger_cluster() "
    "AND (txid, id) > ((SELECT tx::text::xid8 FROM place), (SELECT id FROM place))"
)


def waiting_entries() -> int:
    """How many entries no block holds yet. One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {_PLACE} SELECT count(*) FROM {_BEHIND}")  # noqa: S608
        return int(cursor.fetchone()[0])


def chain_state() -> ChainState:
    """The chain as it stands now, in one query and a look at the head's last line."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH last AS (SELECT number, closed_at, count FROM ledger_block ORDER BY number DESC LIMIT 1), "  # noqa: S608
            f"{_PLACE}, rest AS (SELECT count(*) AS waiting, min(at) AS oldest FROM {_BEHIND}) "
            "SELECT number, closed_at, count, waiting, oldest FROM rest LEFT JOIN last ON true"
        )
        number, closed_at, entries, waiting, oldest = cursor.fetchone()
    line = head.last_line(head.path_in(Path(settings.DARWIN_DATA_DIR)))
    known = line.number if line else None
    return ChainState(number or 0, closed_at, entries or 0, waiting, oldest, known)
