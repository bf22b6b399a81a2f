"""The verification itself: one pass over blocks, entries and head in one snapshot, in flat memory."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction

from darwin.ledger import blocks, head, merkle
from darwin.ledger.canonical import Leaf, block_header, unpack_leaves
from darwin.ledger.keys import is_signed, trusted_keys
from darwin.ledger.verification.entries import Entries
from darwin.ledger.verification.guards import check_guards
from darwin.ledger.verification.outside import Adoption, Outside
from darwin.ledger.verification.reasons import check_reasons
from darwin.ledger.verification.report import LISTED_PER_KIND, Report

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlock:
    number: int
    closed_at: datetime
    system_identifier: int
    count: int
    months: dict[str, list[int]]
    entries: bytes
    root: bytes
    previous_hash: bytes
    hash: bytes
    signature: bytes
    key_id: str
    adoption: dict[str, Any] | None

    def header_hash(self, number: int | None = None) -> bytes:
        """The hash that this block should have, were its number `number`."""
        header = block_header(
            number=self.number if number is None else number,
            closed_at=self.closed_at,
            system_identifier=self.system_identifier,
            count=self.count,
            months=self.months,
            root=self.root,
            previous_hash=self.previous_hash,
            adoption=self.adoption,
        )
        return sha256(header).digest()


def total_entries() -> int:
    """How many entries the closed blocks hold, for a progress bar."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(count), 0) FROM ledger_block")
        return int(cursor.fetchone()[0])


def verify_ledger(progress: Progress = lambda entries: None) -> Report:
    """Verify everything. `progress` is called with the number of entries of each block.

    Changes nothing. Waits for a closer to finish its step, so that a block is not seen without its head line.
    """
    report = Report()
    data_dir = Path(settings.DARWIN_DATA_DIR)
    with connection.cursor() as cursor, blocks.closing_lock(), transaction.atomic():
        # A snapshot of its own: entries written meanwhile are neither counted nor missed.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _verify(report, data_dir, progress)
    return report


def _verify(report: Report, data_dir: Path, progress: Progress) -> None:
    check_guards(report)
    adoptions = _adoptions()
    report.adoptions = [adoption.number for adoption in adoptions]
    outside = Outside(head.path_in(data_dir), adoptions, report)
    entries, trusted, before = Entries(report), trusted_keys(data_dir), None
    for block in _stream_blocks():
        report.blocks += 1
        _check_place(report, block, before, outside)
        _check_signature(report, block, trusted)
        leaves = _checked_leaves(report, block)
        for month, totals in block.months.items():
            expected = entries.expected.setdefault(month, [0, 0])
            expected[0] += totals[0]
            expected[1] += totals[1]
        after_gap = block.number != (before.number if before else 0) + 1
        entries.compare(block.number, block.system_identifier, leaves, after_gap=after_gap)
        outside.compare(block.number, block.hash)
        progress(block.count)
        before = block
    outside.finish(before.number if before else 0)
    entries.finish()
    _check_rest(report, entries)
    check_reasons(report)


def _check_place(report: Report, block: StoredBlock, before: StoredBlock | None, outside: Outside) -> None:
    number = before.number if before else 0
    for absent in range(number + 1, min(block.number, number + 1 + 1_000)):
        report.add("block_deleted", block=absent)
    if block.header_hash() != block.hash:
        # Each search reads the head file: only for as many as are listed.
        listed = report.totals.get("blocks_reordered", 0) < LISTED_PER_KIND
        closed_as = outside.number_of(block.hash) if listed else None
        if closed_as is not None and block.header_hash(closed_as) == block.hash:
            report.add("blocks_reordered", block=block.number, other=closed_as)
            return
        report.add("block_edited", block=block.number, how="what stands in it does not give its hash")
    expected = before.hash if before else blocks.FIRST_PREVIOUS_HASH
    if block.number == number + 1 and block.previous_hash != expected:
        report.add("chain_broken", block=block.number, before=number)


def _check_signature(report: Report, block: StoredBlock, trusted: dict[str, Ed25519PublicKey]) -> None:
    public = trusted.get(block.key_id)
    if public is None:
        how = f"it is by the key {block.key_id}, which is not in keys/ledger-public"
        report.add("signature_not_ours", block=block.number, how=how)
    elif not is_signed(public, block.signature, block.hash):
        report.add("signature_not_ours", block=block.number, how="it does not fit the block")


def _checked_leaves(report: Report, block: StoredBlock) -> list[Leaf]:
    """The block's leaves; without those that its root does not cover there is nothing to compare with."""
    try:
        leaves = list(unpack_leaves(block.entries))
    except ValueError:
        leaves = []
    if len(leaves) != block.count or merkle.root([leaf.pack() for leaf in leaves]) != block.root:
        report.add("block_edited", block=block.number, how="its list of entries does not give its root")
    return leaves


def _check_rest(report: Report, entries: Entries) -> None:
    cluster, accepted = blocks.current_cluster(), blocks.accepted_cluster()
    foreign = blocks.foreign_clusters(cluster)
    left = {system: entries.stream(system).rest() for system in {cluster, *foreign}}
    # What was moved behind the last block is explained already, as moved.
    report.not_yet_closed = max(0, sum(left.values()) - entries.moved_behind)
    if (accepted is not None and accepted != cluster) or any(left[system] for system in foreign):
        report.add("restored")


def _adoptions() -> list[Adoption]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, (adoption->>'head_number')::bigint, adoption->>'head_hash' FROM ledger_block "
            "WHERE adoption IS NOT NULL ORDER BY number"
        )
        return [Adoption(*row) for row in cursor.fetchall()]


def _stream_blocks() -> Iterator[StoredBlock]:
    columns = (
        "number, closed_at, system_identifier, count, months, entries, root, previous_hash, hash, signature"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {columns}, key_id, adoption FROM ledger_block ORDER BY number")  # noqa: S608
        while page := cursor.fetchmany(20):
            for row in page:
                number, closed_at, system, count, months, *binary, key_id, adoption = row
                packed, root, previous_hash, block_hash, signature = (bytes(value) for value in binary)
                yield StoredBlock(
                    number=number,
                    closed_at=closed_at,
                    system_identifier=system,
                    count=count,
                    months=json.loads(months),
                    entries=packed,
                    root=root,
                    previous_hash=previous_hash,
                    hash=block_hash,
                    signature=signature,
                    key_id=key_id,
                    adoption=json.loads(adoption) if adoption else None,
                )
