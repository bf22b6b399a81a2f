"""Reading, exporting and erasing: what the ledger shows, to whom, and what it keeps of nobody."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import transaction

from darwin.deadlines import clock
from darwin.ledger import blocks, head, merkle, queries
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.canonical import block_header
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry
from darwin.ledger.readers import NotALedgerReader, ReaderRule, reader_named, set_reader_rule
from darwin.ledger.search import Search
from darwin.ledger.services import erase_subject, record_consultation, record_entry
from darwin.ledger.verification import verify_ledger

from .looking import rows, untouched_ledger

pytestmark = pytest.mark.django_db(transaction=True)
AUDITOR = Actor.staff(new_id())
MOMENT = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
MARCH = {"start": datetime(2026, 3, 1, tzinfo=UTC), "end": datetime(2026, 4, 1, tzinfo=UTC)}
PERSONAL = ("Jane Green", "07700 900123", "07700900123", "jane@example.org", "12 Saxby Street")


@pytest.fixture(autouse=True)
def auditor(transactional_db: None, data_dir: Path) -> Iterator[None]:
    rule = ReaderRule(lambda actor: actor == AUDITOR, lambda name: {"ann": AUDITOR}.get(name))
    before = set_reader_rule(rule)
    with untouched_ledger(), clock.standing_at(MOMENT):
        yield
    set_reader_rule(before)


def write(subject: Subject, **changes: Any) -> int:
    with transaction.atomic():
        wanted: dict[str, Any] = {
            "actor": Actor.staff(new_id()),
            "verb": Verb.ALTER,
            "event": "contact.recorded_outcome",
            "subjects": [subject],
        }
        return record_entry(**(wanted | changes))


def person() -> Subject:
    return Subject("person", new_id())


def test_the_entries_of_a_subject_come_newest_first_and_page_by_page() -> None:
    about = person()
    made = [write(about) for _ in range(queries.PAGE + 3)]
    write(person())
    first = queries.entries_of(actor=AUDITOR, subject=about)
    assert first.after is not None
    second = queries.entries_of(actor=AUDITOR, subject=about, after=first.after)
    found = [entry.id for entry in first.entries + second.entries if entry.verb == "alter"]
    assert found == made[::-1]
    assert second.after is None


def test_what_somebody_looked_at_is_found_by_their_account() -> None:
    curious, about = Actor.staff(new_id()), person()
    record_consultation(actor=curious, screen="contact.lost_callers", subjects=[about])
    write(about, actor=curious)
    assert curious.id
    [entry] = queries.consultations_of(actor=AUDITOR, account=curious.id).entries
    assert (entry.event, entry.subjects) == ("contact.lost_callers", [("person", str(about.id))])


def test_entries_are_found_by_time_verb_and_event() -> None:
    write(person())
    with clock.standing_at(MOMENT + timedelta(days=30)):
        write(person(), event="contact.imported", verb=Verb.COLLECT)
    assert [e.event for e in queries.entries_between(actor=AUDITOR, verb=Verb.ALTER, **MARCH).entries] == [
        "contact.recorded_outcome"
    ]
    april = {"start": MARCH["end"], "end": MARCH["end"] + timedelta(days=30)}
    found = queries.entries_between(actor=AUDITOR, event="contact.imported", **april).entries
    assert [entry.verb for entry in found] == ["collect"]


def test_reading_the_ledger_is_itself_a_consultation() -> None:
    about = person()
    queries.entries_of(actor=AUDITOR, subject=about, reason="Complaint.")
    entry = Entry.objects.get(verb="consult")
    assert (entry.actor_id, entry.event) == (AUDITOR.id, "ledger.entries_of_subject")


@pytest.mark.parametrize("reader", [Actor.staff(new_id()), Actor.system("command-line")])
def test_nobody_else_reads_the_ledger(reader: Actor) -> None:
    about = person()
    write(about)
    for read in (
        lambda: queries.entries_of(actor=reader, subject=about),
        lambda: queries.consultations_of(actor=reader, account=new_id()),
        lambda: queries.entries_between(actor=reader, **MARCH),
        lambda: queries.export_entries(actor=reader, reason="Mine.", search=Search(**MARCH)),
    ):
        with pytest.raises(NotALedgerReader):
            read()
    assert Entry.objects.count() == 1


def test_a_reader_is_found_by_the_name_they_sign_in_with() -> None:
    assert reader_named("ann") == AUDITOR
    with pytest.raises(NotALedgerReader, match="Nobody signs in"):
        reader_named("bob")


def test_an_export_proves_itself_without_the_database() -> None:
    about = person()
    for _ in range(7):
        write(about)
        write(person())
    blocks.close_blocks(block_size=5)
    open_entry = write(about)
    asked = Search(subject=about, **MARCH)
    known, *lines = queries.export_entries(actor=AUDITOR, reason="Court order.", search=asked)
    lines = json.loads(json.dumps(lines))
    assert len(lines) == 9  # seven closed, one not yet, and the export itself
    assert {line["entry"]["id"] for line in lines if line["inclusion"] is None} >= {open_entry}
    proved = [line["inclusion"] for line in lines if line["inclusion"]]
    assert len(proved) == 7
    for shown in proved:
        block = shown["block"]
        header = block_header(
            number=block["number"],
            closed_at=datetime.fromisoformat(block["closed_at"]),
            system_identifier=block["system_identifier"],
            count=block["count"],
            months=block["months"],
            root=bytes.fromhex(block["root"]),
            previous_hash=bytes.fromhex(block["previous_hash"]),
            adoption=block["adoption"],
        )
        assert sha256(header).hexdigest() == block["hash"]
        public = load_pem_public_key(known["public_keys"][block["key_id"]].encode())
        assert isinstance(public, Ed25519PublicKey)
        public.verify(bytes.fromhex(block["signature"]), bytes.fromhex(block["hash"]))
        path = [bytes.fromhex(step) for step in shown["proof"]]
        assert merkle.proves(
            bytes.fromhex(shown["leaf"]), shown["index"], block["count"], path, bytes.fromhex(block["root"])
        )


def _everything_kept(data_dir: Path) -> bytes:
    tables = [
        row[0]
        for row in rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND (relname LIKE 'ledger%%' OR relname LIKE 'live%%')",
            [],
        )
    ]
    stored = "".join(str(rows(f"SELECT t::text FROM {table} AS t")) for table in tables)
    exported = json.dumps(list(queries.export_entries(actor=AUDITOR, reason="Test.", search=Search(**MARCH))))
    return (stored + exported).encode() + head.path_in(data_dir).read_bytes()


def test_of_an_erased_person_nothing_remains_and_the_ledger_still_verifies(data_dir: Path) -> None:
    jane, other = person(), person()
    for text in PERSONAL:
        write(jane, reason=f"Spoke to {text} again.", provable=text, fields=["name", "phone"])
    write(other, reason="Nothing to do with her.")
    salts = [bytes(row[0]) for row in rows("SELECT salt FROM ledger_reason")]
    blocks.close_blocks(block_size=2)
    assert erase_subject(actor=Actor.system("retention"), subject=jane) == len(PERSONAL)
    blocks.close_blocks(block_size=2)
    kept = _everything_kept(data_dir)
    assert len(kept) > 5_000
    for text in PERSONAL:
        assert text.encode() not in kept
        for plain in (text, f"Spoke to {text} again."):
            assert sha256(plain.encode()).hexdigest().encode() not in kept
    for salt in salts[:-1]:
        assert salt.hex().encode() not in kept
    assert b"Nothing to do with her." in kept
    report = verify_ledger()
    assert report.ok, [fault.sentence for fault in report.faults]


def test_a_provable_value_is_proved_until_its_salt_is_destroyed() -> None:
    from darwin.ledger.commitments import proves

    about = person()
    number = write(about, provable="PRN 55/0001234")
    [(commitment, salt)] = rows(
        "SELECT e.value_commitment, r.salt FROM ledger_entry AS e JOIN ledger_reason AS r ON r.id = "
        "e.reason_id "
        "WHERE e.id = %s",
        [number],
    )
    assert proves(bytes(commitment), bytes(salt), "value", "PRN 55/0001234")
    erase_subject(actor=Actor.system("retention"), subject=about)
    assert rows("SELECT * FROM ledger_reason") == []
    assert verify_ledger().ok
