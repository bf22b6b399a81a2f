"""Writing to the ledger: one entry in the transaction of each write, one for each read of personal data."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from darwin.deadlines import clock
from darwin.ledger import commitments, wording
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id

# DESIGN section 4. One look at a screen that refreshes itself is one consultation, not two hundred.
CONSULTATION_WINDOW = timedelta(minutes=15)


class NoTransaction(RuntimeError):
    """An entry was to be written outside the transaction of the write that it describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry before it is written; the arguments of `record_entry` without the actor."""

    verb: Verb
    event: str
    subjects: Sequence[Subject] = ()
    fields: Sequence[str] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    reason_code: str = ""
    reason: str = ""
    provable: str = ""


def record_entry(
    *,
    actor: Actor,
    verb: Verb,
    event: str,
    subjects: Iterable[Subject] = (),
    fields: Iterable[str] = (),
    counts: Mapping[str, int] | None = None,
    reason_code: str = "",
    reason: str = "",
    provable: str = "",
) -> int:
    """Write the one entry of a write, inside its transaction, and return the entry's id. One statement.

    event: room.verb_noun. fields: NAMES of what changed. counts: whole numbers by name.
    reason: free text, kept in the erasable table. provable: a value that must be provable later; only its
    salted commitment is kept, and `commitments.proves` checks a claimed value until the reason is erased.
    Raises NoTransaction if none is open, wording.EntryRefused if something does not belong in a ledger.
    """
    entry = NewEntry(
        verb=verb,
        event=event,
        subjects=list(subjects),
        fields=fields if isinstance(fields, str) else list(fields),
        counts=counts or {},
        reason_code=reason_code,
        reason=reason,
        provable=provable,
    )
    return record_entries(actor=actor, entries=[entry])[0]


def record_entries(*, actor: Actor, entries: Iterable[NewEntry]) -> list[int]:
    """Write several entries of one actor in one statement; their ids in the same order.

    Raises as `record_entry` does; then none is written.
    """
    if not connection.in_atomic_block:
        raise NoTransaction(
            "record_entry was called outside a transaction. An entry is written in the transaction of the "
            "write that it describes: open transaction.atomic() around both."
        )
    batch = [_prepared(actor, entry) for entry in entries]
    if not batch:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_write(%s::jsonb)", [json.dumps(batch)])
        return list(cursor.fetchone()[0])


def record_consultation(
    *, actor: Actor, screen: str, subjects: Iterable[Subject], reason: str = "", reason_code: str = ""
) -> int | None:
    """Record that `actor` saw `subjects` on `screen` (room.page). One statement.

    One entry for an actor, screen, set of subjects and CONSULTATION_WINDOW: the entry's id, or None when the
    window is open already. Of two at once one writes. No transaction is needed.
    Raises wording.EntryRefused if something does not belong in a ledger.
    """
    wording.check_screen(screen)
    seen = wording.check_subjects(subjects)
    entry = NewEntry(
        verb=Verb.CONSULT, event=screen, subjects=seen, reason=reason, reason_code=reason_code, counts={}
    )
    item = _prepared(actor, entry)
    # Random identifiers, not values: a plain digest of them gives nothing away.
    digest = hashlib.sha256("\n".join(sorted(f"{s.kind}:{s.id}" for s in seen)).encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_consult(%s::jsonb, %s, %s, make_interval(secs => %s))",
            [json.dumps(item), str(actor.id or actor.name), digest, CONSULTATION_WINDOW.total_seconds()],
        )
        written: int | None = cursor.fetchone()[0]
    return written


@transaction.atomic
def erase_reasons(*, actor: Actor, ids: Sequence[UUID], reason_code: str = "retention") -> int:
    """Destroy the texts and salts of these reasons; the number destroyed. Their entries stay, and stay valid.

    The erasure is an entry whose subjects are the reasons, so that `darwin ledger verify` can tell it from a
    reason that somebody removed.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_reason WHERE id = ANY(%s) RETURNING id", [list(ids)])
        gone = [row[0] for row in cursor.fetchall()]
    record_entry(
        actor=actor,
        verb=Verb.ERASE,
        event="ledger.erased_reasons",
        subjects=[Subject("ledger_reason", identifier) for identifier in gone],
        counts={"reasons": len(gone)},
        reason_code=reason_code,
    )
    return len(gone)


@transaction.atomic
def erase_subject(*, actor: Actor, subject: Subject, reason_code: str = "retention") -> int:
    """Make the ledger keep nothing of a person but a random identifier; the number of reasons destroyed.

    Every reason, and every salt, of an entry about `subject` is destroyed: without the salt a commitment is
    32 bytes that fit any value equally. The identifiers stay: once the rooms above have erased the rows that
    they point to, they lead nowhere. The caller erases those rows in the same transaction.
    """
    wording.check_subjects([subject])
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM ledger_reason WHERE id IN (SELECT e.reason_id FROM ledger_subject AS s "
            "JOIN ledger_entry AS e ON e.at = s.at AND e.id = s.entry_id "
            "WHERE s.id = %s AND s.kind = %s AND e.reason_id IS NOT NULL) RETURNING id",
            [subject.id, subject.kind],
        )
        gone = [row[0] for row in cursor.fetchall()]
    record_entry(
        actor=actor,
        verb=Verb.ERASE,
        event="ledger.erased_subject",
        subjects=[subject, *(Subject("ledger_reason", identifier) for identifier in gone)],
        counts={"reasons": len(gone)},
        reason_code=reason_code,
    )
    return len(gone)


def open_months(*, ahead: int = 2) -> int:
    """Make the partitions of this month and the next `ahead`; how many were missing. Safe to repeat."""
    moment = clock.now()
    first = moment.replace(day=1, hour=12)
    made = 0
    with connection.cursor() as cursor:
        for _ in range(ahead + 1):
            cursor.execute("SELECT ledger_open_month(%s)", [first])
            made += bool(cursor.fetchone()[0])
            first = (first + timedelta(days=32)).replace(day=1)
    return made


def _prepared(actor: Actor, entry: NewEntry) -> dict[str, Any]:
    wording.check_actor(actor)
    item: dict[str, Any] = {
        "at": clock.now().isoformat(),
        "actor_kind": actor.kind,
        "actor_id": str(actor.id) if actor.id else None,
        "actor_name": actor.name,
        "verb": wording.check_verb(entry.verb).value,
        "event": wording.check_event(entry.event),
        "reason_code": wording.check_reason_code(entry.reason_code),
        "fields": wording.check_fields(entry.fields),
        "counts": wording.check_counts(entry.counts),
        "subjects": [[s.kind, str(s.id)] for s in wording.check_subjects(entry.subjects)],
    }
    if entry.reason or entry.provable:
        salt = commitments.new_salt()
        item |= {"reason_id": str(new_id()), "reason": entry.reason, "salt": salt.hex()}
        if entry.reason:
            item["reason_commitment"] = commitments.commit(salt, "reason", entry.reason).hex()
        if entry.provable:
            item["value_commitment"] = commitments.commit(salt, "value", entry.provable).hex()
    return item
