"""The bytes that are hashed and signed: the same for the same entry on every machine and in every version.

An entry is split into its content (who, what, on whom) and its place (number, transaction, time), so that
verify can tell an entry that was edited from one that was moved.
"""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

_PLACE = struct.Struct(">qQq")
LEAF_BYTES = _PLACE.size + 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry in a closed block: its place, and the SHA-256 of its content."""

    id: int
    txid: int
    at_us: int  # microseconds since 1970
    content: bytes

    def pack(self) -> bytes:
        """56 bytes: id, txid and at_us in 8 each, big-endian; content in 32."""
        return _PLACE.pack(self.id, self.txid, self.at_us) + self.content

    @property
    def month(self) -> str:
        return month_of(self.at_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as it is read back, with its subjects as (kind, id) in any order."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    verb: str
    event: str
    reason_code: str
    fields: Sequence[str]
    counts: Mapping[str, int]
    reason_id: UUID | None
    reason_commitment: bytes | None
    value_commitment: bytes | None
    txid: int
    system_identifier: int
    subjects: Sequence[tuple[str, str]]

    @property
    def leaf(self) -> Leaf:
        content = sha256(entry_bytes(self)).digest()
        return Leaf(self.id, self.txid, microseconds(self.at), content)


def entry_bytes(entry: StoredEntry) -> bytes:
    """The content of an entry: everything but its id, txid and time."""
    return _bytes("darwin-ledger-entry-1", content_of(entry))


def content_of(entry: StoredEntry) -> dict[str, Any]:
    """The content of an entry as plain values; subjects sorted, fields in order, bytes in hexadecimal."""
    return {
        "actor": [entry.actor_kind, str(entry.actor_id) if entry.actor_id else None, entry.actor_name],
        "verb": entry.verb,
        "event": entry.event,
        "reason_code": entry.reason_code,
        "fields": list(entry.fields),
        "counts": dict(entry.counts),
        "reason_id": str(entry.reason_id) if entry.reason_id else None,
        "reason_commitment": _hex(entry.reason_commitment),
        "value_commitment": _hex(entry.value_commitment),
        "system_identifier": entry.system_identifier,
        "subjects": sorted([kind, str(identifier)] for kind, identifier in entry.subjects),
    }


def block_header(
    *,
    number: int,
    closed_at: datetime,
    system_identifier: int,
    count: int,
    months: Mapping[str, Sequence[int]],
    root: bytes,
    previous_hash: bytes,
    adoption: Mapping[str, Any] | None,
) -> bytes:
    """What a block's hash is taken over. The entries are in it by their Merkle root."""
    return _bytes(
        "darwin-ledger-block-1",
        {
            "number": number,
            "closed_at": microseconds(closed_at),
            "system_identifier": system_identifier,
            "count": count,
            "months": {month: list(numbers) for month, numbers in months.items()},
            "root": root.hex(),
            "previous_hash": previous_hash.hex(),
            "adoption": adoption,
        },
    )


def unpack_leaves(packed: bytes) -> Iterator[Leaf]:
    """The leaves of a block's `entries`. Raises ValueError if its length is no multiple of LEAF_BYTES."""
    if len(packed) % LEAF_BYTES:
        raise ValueError(f"{len(packed)} bytes are no whole number of leaves of {LEAF_BYTES}")
    for start in range(0, len(packed), LEAF_BYTES):
        number, txid, at_us = _PLACE.unpack_from(packed, start)
        yield Leaf(number, txid, at_us, packed[start + _PLACE.size : start + LEAF_BYTES])


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, exactly (a float would lose some)."""
    past = moment - _EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds


def month_of(at_us: int) -> str:
    """The UTC month ("2026-03") of a moment in microseconds: that of its partition."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m")


def _bytes(kind: str, value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return f"{kind}\n{text}".encode("ascii")


def _hex(value: bytes | None) -> str | None:
    return None if value is None else bytes(value).hex()
