"""One entry in the transaction of each write."""

import json
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_DNS, uuid4, uuid5

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import Error
from django.test.utils import CaptureQueriesContext

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry, EntrySubject, Reason
from darwin.ledger.services import (
    NewEntry,
    NoTransaction,
    open_months,
    record_consultation,
    record_entries,
    record_entry,
)
from darwin.ledger.wording import EntryRefused

from .looking import as_role, connect, rows

MOMENT = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
IMPORT = Actor.system("import")


def write(**changes: Any) -> int:
    wanted: dict[str, Any] = {
        "actor": IMPORT,
        "verb": Verb.ALTER,
        "event": "contact.recorded_outcome",
    } | changes
    return record_entry(**wanted)


@pytest.mark.django_db
def test_an_entry_keeps_what_was_done_and_to_what() -> None:
    account, contact = new_id(), new_id()
    with clock.standing_at(MOMENT):
        number = write(
            actor=Actor.staff(account),
            subjects=[Subject("contact", contact), Subject("contact", contact)],
            fields=["disposition"],
            counts={"rows": 3},
            reason_code="data_quality",
            reason="Rang back and told us more.",
        )
    entry = Entry.objects.get(id=number)
    assert (entry.at, entry.actor_kind, entry.actor_id, entry.verb) == (MOMENT, "staff", account, "alter")
    assert (entry.event, entry.reason_code) == ("contact.recorded_outcome", "data_quality")
    assert (entry.fields, entry.counts) == (["disposition"], {"rows": 3})
    assert list(EntrySubject.objects.values_list("entry_id", "at", "kind", "id")) == [
        (number, MOMENT, "contact", contact)
    ]
    assert Reason.objects.get(id=entry.reason_id).text == "Rang back and told us more."
    assert entry.txid == int(rows("SELECT pg_current_xact_id()")[0][0])
    assert entry.system_identifier == rows("SELECT system_identifier FROM pg_control_system()")[0][0]


@pytest.mark.django_db
def test_an_entry_costs_one_statement() -> None:
    write()
    with CaptureQueriesContext(connection) as queries:
        write(subjects=[Subject("contact", new_id()) for _ in range(50)], reason="Asked to.")
    assert len(queries) == 1


@pytest.mark.django_db
def test_many_entries_cost_one_statement_and_keep_their_order() -> None:
    with CaptureQueriesContext(connection) as queries:
        numbers = record_entries(
            actor=IMPORT,
            entries=[
                NewEntry(verb=Verb.COLLECT, event="contact.imported", counts={"rows": n}) for n in range(20)
            ],
        )
    assert len(queries) == 1
    assert numbers == sorted(numbers)
    assert [Entry.objects.get(id=n).counts["rows"] for n in numbers] == list(range(20))


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NoTransaction, match=r"transaction\.atomic"):
        write()


@pytest.mark.django_db(transaction=True)
def test_an_entry_vanishes_with_the_write_that_was_rolled_back() -> None:
    before = Entry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        write(reason="Never happened.")
        raise RuntimeError
    assert Entry.objects.count() == before
    assert not Reason.objects.filter(text="Never happened.").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "imported"},
        {"event": "Contact.Imported"},
        {"event": "contact.rang 07700 900123"},
        {"event": "contact.rang_07700900123"},
        {"fields": ["Mrs Green rang about her son"]},
        {"fields": ["phone_07700900123"]},
        {"fields": ["phone_07-70-09"]},
        {"fields": "disposition"},
        {"counts": {"rows": 7700900123}},
        {"counts": {"rows": "3"}},
        {"counts": {"rows": True}},
        {"counts": {"rows": 1.5}},
        {"counts": {"rows": -1}},
        {"counts": {"0116 496 0123": 1}},
        {"reason_code": "The caller was upset"},
        {"reason_code": "c07700900123"},
        {"subjects": [Subject("contact", uuid5(NAMESPACE_DNS, "07700900123"))]},
        {"subjects": [Subject("contact", "07700900123")]},  # type: ignore[arg-type]
        {"subjects": [Subject("07700900123", uuid4())]},
        {"actor": Actor("staff", None)},
        {"actor": Actor("staff", uuid4(), "Jane Green")},
        {"actor": Actor.system("Jane Green")},
        {"verb": "peek"},
    ],
)
@pytest.mark.django_db
def test_what_could_name_a_person_is_refused_and_not_repeated(changes: dict[str, Any]) -> None:
    with pytest.raises(EntryRefused) as refused:
        write(**changes)
    assert "07700" not in str(refused.value)
    assert "Green" not in str(refused.value)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "table", ["ledger_entry", "ledger_subject", "ledger_entry_202603", "ledger_subject_202603"]
)
@pytest.mark.parametrize("how", ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.django_db
def test_no_entry_is_changed_removed_or_truncated_even_by_a_replication_role(table: str, how: str) -> None:
    with clock.standing_at(MOMENT):
        write(subjects=[Subject("contact", new_id())])
    rows("SET LOCAL session_replication_role = replica")
    with pytest.raises(Error, match="only ever added to"):
        rows(how.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET event = 'a.b'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "DELETE FROM ledger_entry_202603",
        "INSERT INTO ledger_subject VALUES (1, '2026-03-01', 'contact', gen_random_uuid())",
        "INSERT INTO ledger_entry_202603 SELECT * FROM ledger_entry",
        "UPDATE ledger_block SET count = 0",
        "DELETE FROM ledger_block",
        "TRUNCATE ledger_block",
        "UPDATE ledger_reason SET text = ''",
        "SELECT nextval('ledger_entry_id_seq')",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "SELECT ledger_guard('ledger_reason')",
    ],
)
def test_the_application_role_can_only_add(roles: None, statement: str) -> None:
    with as_role("darwin_app"), clock.standing_at(MOMENT):
        write(subjects=[Subject("contact", new_id())], reason="As it should be.")
    rows("SET ROLE darwin_app")
    with pytest.raises(Error, match=r"permission denied|must be owner"):
        rows(statement)


def test_the_application_role_writes_into_a_month_that_nobody_opened(roles: None) -> None:
    with as_role("darwin_app"), clock.standing_at(datetime(2019, 7, 31, 23, 59, tzinfo=UTC)):
        number = write()
    assert rows("SELECT tableoid::regclass::text FROM ledger_entry WHERE id = %s", [number]) == [
        ("ledger_entry_201907",)
    ]


def test_the_report_role_does_not_read_the_ledger(roles: None) -> None:
    rows("SET ROLE darwin_report")
    with pytest.raises(Error, match="permission denied"):
        rows("SELECT * FROM ledger_entry")


@pytest.mark.django_db
def test_months_are_opened_ahead_across_the_end_of_a_year() -> None:
    with clock.standing_at(datetime(2031, 11, 30, 23, 0, tzinfo=UTC)):
        assert open_months(ahead=2) == 3
        assert open_months(ahead=2) == 0
    made = {
        row[0]
        for row in rows(
            "SELECT relname FROM pg_class WHERE relname LIKE 'ledger_entry_203%%' AND relkind = 'r'"
        )
    }
    assert made == {"ledger_entry_203111", "ledger_entry_203112", "ledger_entry_203201"}


@pytest.mark.django_db(transaction=True)
def test_writers_that_meet_in_a_new_month_make_it_once_and_lose_nothing() -> None:
    failures: list[Exception] = []
    start = threading.Barrier(6)
    entry = {"at": "2033-05-05T12:00Z", "actor_kind": "system", "actor_name": "race", "verb": "alter"}
    entry |= {"event": "race.met", "reason_code": ""}
    batch = json.dumps([entry | {"fields": [], "counts": {}, "subjects": []}])

    def writer() -> None:
        with connect() as own:
            start.wait()
            try:
                own.execute("SELECT ledger_write(%s::jsonb)", [batch])
            except psycopg.Error as failure:
                failures.append(failure)

    threads = [threading.Thread(target=writer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert rows("SELECT count(*) FROM ledger_entry_203305 WHERE event = 'race.met'") == [(6,)]


@pytest.mark.django_db
def test_a_screen_seen_again_within_fifteen_minutes_is_one_consultation(someone: Actor) -> None:
    seen = [Subject("contact", new_id()), Subject("contact", new_id())]

    def look(minute: int, **changes: Any) -> int | None:
        with clock.standing_at(MOMENT.replace(minute=minute)):
            wanted: dict[str, Any] = {
                "actor": someone,
                "screen": "contact.lost_callers",
                "subjects": seen,
            } | changes
            return record_consultation(**wanted)

    assert look(0) is not None
    with CaptureQueriesContext(connection) as queries:
        assert look(14) is None
    assert len(queries) == 1
    assert look(14, subjects=seen[::-1]) is None
    assert look(14, subjects=seen[:1]) is not None
    assert look(14, screen="contact.line_today") is not None
    assert look(14, actor=Actor.staff(new_id())) is not None
    assert look(15) is not None
    assert look(29) is None
    assert Entry.objects.filter(verb="consult").count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_one_consultation(someone: Actor) -> None:
    seen = [Subject("contact", new_id())]
    written: list[int | None] = []
    start = threading.Barrier(6)

    def look() -> None:
        try:
            start.wait()
            written.append(record_consultation(actor=someone, screen="contact.lost_callers", subjects=seen))
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 6
    assert len([number for number in written if number]) == 1
