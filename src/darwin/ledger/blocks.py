"""Closing: entries are gathered into blocks that are chained, signed and made known outside the database.

A block takes only entries whose transaction lies below the snapshot horizon. Every such transaction has
ended, so no entry can slip in behind a closed block; and an entry of a transaction that is still open is not
missed, it goes into a later block. Writers hold nothing that closing waits for, and the reverse.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger import head, merkle, reading
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.canonical import LEAF_BYTES, StoredEntry, block_header, unpack_leaves
from darwin.ledger.keys import SigningKey, signing_key
from darwin.ledger.services import record_entry

# A block is held in memory while it is closed or verified: 5,000 entries are about 5 MB.
BLOCK_SIZE = 5_000
FIRST_PREVIOUS_HASH = bytes(32)
# What still runs in another database of the cluster is no concern of ours, and a long transaction there
# must not hold up closing here. Who holds which id is read after the snapshot: an id that ended in between
# counts as ours, which is the safe side.
_HORIZON = """
    WITH now AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot),
    elsewhere AS (
        SELECT held.transactionid FROM pg_locks AS held
        JOIN pg_stat_activity AS session ON session.pid = held.pid
        WHERE held.locktype = 'transactionid' AND held.mode = 'ExclusiveLock' AND held.granted
          AND session.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    SELECT coalesce(
        (SELECT running FROM now, pg_snapshot_xip(snapshot) AS running
         WHERE running::xid NOT IN (SELECT transactionid FROM elsewhere) ORDER BY running LIMIT 1),
        (SELECT pg_snapshot_xmax(snapshot) FROM now)
    )::text
"""
_LOCK = "hashtextextended('darwin.ledger.blocks', 0)"


class NothingToAdopt(DarwinError):
    """An adoption was asked for, but the database is the one whose blocks were closed last."""


class NeedsAdoption(DarwinError):
    """The database is not the one whose blocks were closed last. Nothing is closed until someone decides."""


@dataclass(frozen=True, slots=True)
class LastBlock:
    number: int
    previous_hash: bytes
    hash: bytes
    signature: bytes
    key_id: str
    count: int
    closed_at: datetime
    adoption: dict[str, Any] | None

    def continues(self, line: head.HeadLine | None) -> bool:
        """Is this the adopting block whose line a killed process had no time to write behind `line`."""
        found = (line.number, line.hash) if line else (None, None)
        return (
            self.adoption is not None and (self.adoption["head_number"], self.adoption["head_hash"]) == found
        )


@contextmanager
def closing_lock() -> Iterator[None]:
    """One closer at a time, and no verification in the middle of its step. Ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({_LOCK})")
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({_LOCK})")


def close_blocks(*, block_size: int = BLOCK_SIZE) -> int:
    """Close everything that can be closed now; the number of entries closed.

    Completes a head that a killed closer left one line short.
    Raises NeedsAdoption if the database was restored from a backup, keys.KeyTrouble if it cannot sign.
    """
    data_dir = Path(settings.DARWIN_DATA_DIR)
    key = signing_key(data_dir)
    closed = 0
    with closing_lock():
        last = last_block()
        outside = head.path_in(data_dir)
        _check_continuity(last, head.last_line(outside))
        if last:
            _complete_head(outside, last)
        while count := _close_one(key, outside, current_cluster(), block_size, below_horizon=True):
            closed += count
    return closed


def adopt_restore(*, actor: Actor, reason: str) -> int:
    """Accept a database that was restored from a backup and go on from it; the number of the adopting block.

    The block says which head it found, so that verify knows for ever what was lost. What the old cluster had
    written but not closed is closed now. Raises NothingToAdopt if nothing was restored.
    """
    data_dir = Path(settings.DARWIN_DATA_DIR)
    key, outside = signing_key(data_dir), head.path_in(data_dir)
    with closing_lock():
        last, line, cluster = last_block(), head.last_line(outside), current_cluster()
        if not _restored(last, line):
            raise NothingToAdopt(
                "The database is the one whose blocks were closed last: there is nothing to adopt. "
                "Nothing was changed."
            )
        adoption = {
            "head_number": line.number if line else None,
            "head_hash": line.hash if line else None,
            "left_cluster": accepted_cluster(),
        }
        block = _store(key, [], cluster, last, adoption)
        head.append_line(outside, _line(block))
        for foreign in foreign_clusters(cluster):
            while _close_one(key, outside, foreign, BLOCK_SIZE, below_horizon=False):
                pass
    with transaction.atomic():
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="ledger.adopted_restore",
            counts={"block": block.number},
            reason=reason,
        )
    return block.number


def last_block() -> LastBlock | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, previous_hash, hash, signature, key_id, count, closed_at, adoption FROM "
            "ledger_block "
            "ORDER BY number DESC LIMIT 1"
        )
        row = cursor.fetchone()
    if not row:
        return None
    adoption = json.loads(row[7]) if isinstance(row[7], str) else row[7]
    previous_hash, block_hash, signature = (bytes(value) for value in row[1:4])
    number, key, count, closed_at = row[0], row[4], row[5], row[6]
    return LastBlock(number, previous_hash, block_hash, signature, key, count, closed_at, adoption)


def current_cluster() -> int:
    """The system identifier of the cluster that answers."""
    return int(_value("SELECT ledger_cluster()"))


def accepted_cluster() -> int | None:
    """The cluster that the chain belongs to: the last adopted, else the first block's; None before any."""
    found = _value(
        "SELECT coalesce((SELECT system_identifier FROM ledger_block WHERE adoption IS NOT NULL "
        "ORDER BY number DESC LIMIT 1), (SELECT system_identifier FROM ledger_block WHERE number = 1))"
    )
    return None if found is None else int(found)


def _check_continuity(last: LastBlock | None, line: head.HeadLine | None) -> None:
    trouble = _restored(last, line)
    if trouble:
        raise NeedsAdoption(
            f"{trouble} No block is closed until this is decided; entries go on being written. Look "
            "at it with "
            "darwin ledger verify. If you restored a backup yourself: darwin ledger adopt-restore --reason …"
        )


def _restored(last: LastBlock | None, line: head.HeadLine | None) -> str:
    """In which way the database is not the one that was closed last; empty if it is."""
    cluster, accepted = current_cluster(), accepted_cluster()
    if (accepted is not None and accepted != cluster) or (last is None and foreign_clusters(cluster)):
        return "The ledger was restored from a backup into a new database cluster."
    if last and last.continues(line):
        return ""
    if line and (last is None or line.number > last.number):
        stored = last.number if last else 0
        return f"The database ends at block {stored}, the head outside it at block {line.number}."
    if last and not line and last.number > 1:
        return f"The database holds {last.number} closed blocks, but there is no head outside it."
    if last and line and line.number < last.number - 1:
        return (
            f"The head outside the database ends at block {line.number}, the database at block {last.number}."
        )
    known = {last.number: last.hash, last.number - 1: last.previous_hash} if last else {}
    if line and line.hash != known[line.number].hex():
        return f"Block {line.number} of the database is not the one that the head outside it knows."
    return ""


def _complete_head(outside: Path, last: LastBlock) -> None:
    line = head.last_line(outside)
    if (line.number if line else 0) == last.number - 1 or last.continues(line):
        head.append_line(outside, _line(last))


def _close_one(key: SigningKey, outside: Path, cluster: int, block_size: int, *, below_horizon: bool) -> int:
    entries = _next_entries(cluster, block_size, below_horizon=below_horizon)
    if entries:
        block = _store(key, entries, cluster, last_block(), None)
        head.append_line(outside, _line(block))
    return len(entries)


def _next_entries(cluster: int, limit: int, *, below_horizon: bool) -> list[StoredEntry]:
    txid, number = last_place(cluster)
    horizon = _value(_HORIZON) if below_horizon else None
    condition = "e.system_identifier = %s AND (e.txid, e.id) > (%s::text::xid8, %s)"
    params: list[Any] = [cluster, str(txid), number]
    if horizon is not None:
        condition += " AND e.txid < %s::text::xid8"
        params.append(horizon)
    return reading.read_entries(condition, params, order="e.system_identifier, e.txid, e.id", limit=limit)


def last_place(cluster: int) -> tuple[int, int]:
    """(txid, id) of the last entry of a cluster that is in a closed block; (0, 0) before any."""
    tail = _value(
        "SELECT substr(entries, octet_length(entries) - %s) FROM ledger_block "
        "WHERE system_identifier = %s AND count > 0 ORDER BY number DESC LIMIT 1",
        [LEAF_BYTES - 1, cluster],
    )
    if tail is None:
        return (0, 0)
    leaf = next(unpack_leaves(bytes(tail)))
    return (leaf.txid, leaf.id)


def _store(
    key: SigningKey,
    entries: list[StoredEntry],
    cluster: int,
    last: LastBlock | None,
    adoption: dict[str, Any] | None,
) -> LastBlock:
    leaves = [entry.leaf for entry in entries]
    packed = [leaf.pack() for leaf in leaves]
    months: dict[str, list[int]] = {}
    for entry, leaf in zip(entries, leaves, strict=True):
        totals = months.setdefault(leaf.month, [0, 0])
        totals[0] += 1
        totals[1] += len(entry.subjects)
    number = last.number + 1 if last else 1
    previous_hash = last.hash if last else FIRST_PREVIOUS_HASH
    root, closed_at = merkle.root(packed), clock.now()
    header = block_header(
        number=number,
        closed_at=closed_at,
        system_identifier=cluster,
        count=len(entries),
        months=months,
        root=root,
        previous_hash=previous_hash,
        adoption=adoption,
    )
    block_hash = sha256(header).digest()
    signature = key.sign(block_hash)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_block (number, closed_at, system_identifier, count, months, entries, root, "
            "previous_hash, hash, signature, key_id, adoption) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                number,
                closed_at,
                cluster,
                len(entries),
                json.dumps(months),
                b"".join(packed),
                root,
                previous_hash,
                block_hash,
                signature,
                key.id,
                json.dumps(adoption) if adoption else None,
            ],
        )
    return LastBlock(number, previous_hash, block_hash, signature, key.id, len(entries), closed_at, adoption)


def _line(block: LastBlock) -> head.HeadLine:
    return head.HeadLine(
        number=block.number,
        hash=block.hash.hex(),
        signature=block.signature.hex(),
        key_id=block.key_id,
        count=block.count,
        closed_at=block.closed_at.isoformat(),
    )


def foreign_clusters(cluster: int) -> list[int]:
    """The clusters other than this whose entries are here."""
    with connection.cursor() as cursor:
        # Steps from one identifier to the next along the index instead of reading every entry.
        cursor.execute(
            "WITH RECURSIVE known(s) AS (SELECT min(system_identifier) FROM ledger_entry UNION ALL "
            "SELECT (SELECT min(system_identifier) FROM ledger_entry WHERE system_identifier > known.s) "
            "FROM known WHERE known.s IS NOT NULL) SELECT s FROM known WHERE s <> %s",
            [cluster],
        )
        return [row[0] for row in cursor.fetchall()]


def _value(sql: str, params: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
        return row[0] if row else None
