"""Reading the ledger: for the auditor and the data protection officer; each read is itself a consultation."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction

from darwin.ledger import merkle, reading
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.canonical import Leaf, StoredEntry, content_of, unpack_leaves
from darwin.ledger.keys import trusted_keys
from darwin.ledger.readers import require_reader
from darwin.ledger.search import Search
from darwin.ledger.services import record_consultation, record_entry

PAGE = 50
_NEWEST_FIRST = "e.at DESC, e.id DESC"


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first. `after` continues with the next page; None on the last."""

    entries: list[StoredEntry]
    after: tuple[datetime, int] | None


def entries_of(
    *, actor: Actor, subject: Subject, after: tuple[datetime, int] | None = None, reason: str = ""
) -> Page:
    """What was done to one subject, and who looked at it. Raises readers.NotALedgerReader."""
    require_reader(actor)
    record_consultation(actor=actor, screen="ledger.entries_of_subject", subjects=[subject], reason=reason)
    condition = (
        "(e.at, e.id) IN (SELECT s.at, s.entry_id FROM ledger_subject AS s WHERE s.id = %s AND s.kind = %s)"
    )
    return _page(condition, [subject.id, subject.kind], after)


def consultations_of(
    *, actor: Actor, account: UUID, after: tuple[datetime, int] | None = None, reason: str = ""
) -> Page:
    """What one account has looked at. Raises readers.NotALedgerReader."""
    require_reader(actor)
    looked_at = [Subject("account", account)]
    record_consultation(actor=actor, screen="ledger.consultations_of", subjects=looked_at, reason=reason)
    return _page("e.actor_id = %s AND e.verb = 'consult'", [account], after)


def entries_between(
    *,
    actor: Actor,
    start: datetime,
    end: datetime,
    verb: Verb | None = None,
    event: str = "",
    after: tuple[datetime, int] | None = None,
    reason: str = "",
) -> Page:
    """Entries of the half-open time [start, end), of one verb or event if given.

    Raises readers.NotALedgerReader.
    """
    require_reader(actor)
    record_consultation(actor=actor, screen="ledger.entries_between", subjects=[], reason=reason)
    condition, params = _between(start, end)
    if verb:
        condition, params = f"{condition} AND e.verb = %s", [*params, verb.value]
    if event:
        condition, params = f"{condition} AND e.event = %s", [*params, event]
    return _page(condition, params, after)


def export_entries(*, actor: Actor, reason: str, search: Search) -> Iterator[dict[str, Any]]:
    """A disclosure as one dictionary a line: the public keys, then each entry that is found, with its proof.

    reason: to whom it goes, and what for.

    An entry in a closed block carries its leaf (56 bytes), its index, the proof to the block's root and the
    block's signed header; `merkle.proves` and the public key check it without Darwin's database. The export
    is recorded as a disclosure before its first line. Raises readers.NotALedgerReader.
    """
    require_reader(actor)
    with transaction.atomic():
        record_entry(
            actor=actor,
            verb=Verb.DISCLOSE,
            event="ledger.exported_entries",
            subjects=search.about(),
            reason=reason,
        )
    return _export_lines(*search.condition())


def _export_lines(condition: str, params: list[Any]) -> Iterator[dict[str, Any]]:
    public = trusted_keys(Path(settings.DARWIN_DATA_DIR))
    pem = {
        name: key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        for name, key in public.items()
    }
    yield {"format": "darwin-ledger-export-1", "public_keys": pem}
    blocks = _Blocks()
    with transaction.atomic():
        for entry in reading.stream_entries(condition, params, order="e.system_identifier, e.txid, e.id"):
            place = {"id": entry.id, "at": entry.at.isoformat(), "txid": entry.txid}
            yield {"entry": place | content_of(entry), "inclusion": blocks.inclusion(entry)}


class _Blocks:
    """The block of each entry; one is kept, because entries come in the order in which they were closed."""

    def __init__(self) -> None:
        self.header: dict[str, Any] = {}
        self.leaves: list[Leaf] = []
        self.packed: list[bytes] = []
        self.index: dict[int, int] = {}

    def inclusion(self, entry: StoredEntry) -> dict[str, Any] | None:
        """Leaf, index, proof and signed header; None while the entry is in no closed block."""
        if entry.id not in self.index:
            self._load(entry)
        index = self.index.get(entry.id)
        if index is None:
            return None
        path = [step.hex() for step in merkle.proof(self.packed, index)]
        return {"leaf": self.packed[index].hex(), "index": index, "proof": path, "block": self.header}

    def _load(self, entry: StoredEntry) -> None:
        self.header, self.leaves, self.packed, self.index = {}, [], [], {}
        columns = "number, closed_at, count, months, entries, root, previous_hash, hash, signature, key_id"
        with connection.cursor() as cursor:
            # The first block of this cluster whose last entry is not before this one.
            cursor.execute(
                f"SELECT {columns}, adoption FROM ledger_block WHERE system_identifier = %s AND count > 0 "  # noqa: S608
                "AND ledger_last_place(entries) >= %s ORDER BY ledger_last_place(entries) LIMIT 1",
                [entry.system_identifier, struct.pack(">QQ", entry.txid, entry.id)],
            )
            row = cursor.fetchone()
            names = [column[0] for column in cursor.description]
        if row is None:
            return
        block: dict[str, Any] = {
            name: bytes(v).hex() if isinstance(v, bytes | memoryview) else v
            for name, v in zip(names, row, strict=True)
        }
        self.leaves = list(unpack_leaves(bytes.fromhex(block.pop("entries"))))
        self.header = block | {
            "closed_at": block["closed_at"].isoformat(),
            "system_identifier": entry.system_identifier,
            "months": json.loads(block["months"]),
            "adoption": json.loads(block["adoption"]) if block["adoption"] else None,
        }
        self.packed = [leaf.pack() for leaf in self.leaves]
        self.index = {leaf.id: position for position, leaf in enumerate(self.leaves)}


def _between(start: datetime, end: datetime) -> tuple[str, list[Any]]:
    return "e.at >= %s AND e.at < %s", [start, end]


def _page(condition: str, params: list[Any], after: tuple[datetime, int] | None) -> Page:
    if after:
        condition, params = f"({condition}) AND (e.at, e.id) < (%s, %s)", [*params, *after]
    found = reading.read_entries(condition, params, order=_NEWEST_FIRST, limit=PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], (last.at, last.id) if last else None)
