"""Calls as an importer or the practice force hands them over: plain values, no database."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from darwin.contact.models.leg_kinds import LegKind
from darwin.contact.telephony.events import NoAnswer, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRecord:
    """One leg of a call; the fields are those of contact.models.ContactLeg, `queue` is the queue's slug.

    Durations are milliseconds, moments aware. abandon_point "" takes the leg's kind for an abandoned leg.
    """

    queue: str
    entry_no: int
    outcome: Outcome
    offered_at: datetime
    kind: LegKind | None = None  # None: what the queue is
    joined_at: datetime | None = None
    left_at: datetime | None = None
    connected_at: datetime | None = None
    completed_at: datetime | None = None
    wait_ms: int | None = None
    wait_in_seconds: bool = False
    talk_ms: int | None = None
    agent: str | None = None
    member: str | None = None
    position: int | None = None
    queue_length: int | None = None
    reason: str = ""
    ended_by: str = ""
    abandon_point: str = ""
    no_answers: tuple[NoAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One contact of a source that delivers finished records (a CSV log, Connect, the practice force).

    source_key: the source's own identifier, unique in the source. caller: any written form; "" withheld,
    None not told. announced: (queue slug, moment) for a contact that reached a queue's number.
    version: where the source may correct a record, the moment of this state of it; a later one
    supersedes. fingerprint: 64 bits of what the source said; None computes it from the record.
    """

    source_key: str
    channel: str
    first_offered_at: datetime
    legs: tuple[LegRecord, ...]
    caller: str | None = None
    language: str | None = None
    access_route: str | None = None
    disposition: str | None = None
    announced: tuple[tuple[str, datetime], ...] = ()
    version: datetime | None = None
    fingerprint: int | None = None


def fingerprint_of(said: bytes) -> int:
    """A signed 64-bit number that stands for what a source said, to know it again."""
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What became of a batch. rejected: index in the batch and reason. fresh: identifiers of new events."""

    imported: int
    already_known: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)
    fresh: frozenset[str] = frozenset()
