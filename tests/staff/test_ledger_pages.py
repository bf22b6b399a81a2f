"""The ledger's pages: who may read them, what they find, and that reading is itself recorded."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.live.screens import Screen, register_screen, remove_screen
from darwin.ledger.models import Entry
from darwin.ledger.readers import NotALedgerReader, reader_named, require_reader
from darwin.ledger.search import Search
from darwin.ledger.searching import chain_state, waiting_entries
from darwin.ledger.services import erase_subject, record_consultation, record_entry
from darwin.ledger.verification.kept import keep_result, last_result
from darwin.ledger.verification.report import Report
from darwin.staff.models import Account, RoleHolding
from darwin.staff.permissions import READ_LEDGER
from darwin.staff.subject_pages import address_of

from .people import someone

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SignIn = Callable[..., Client]
pytestmark = pytest.mark.usefixtures("operational_house")


@pytest.fixture
def auditor() -> Account:
    return someone("auditor", display_name="Yusuf Demir")


@pytest.fixture
def reading(auditor: Account, signed_in: SignIn) -> Client:
    return signed_in(auditor)


def write(actor: Actor, event: str = "contact.imported", **more: Any) -> UUID:
    """An entry about a record of its own; the record."""
    record = new_id()
    given: dict[str, Any] = {"verb": Verb.ALTER, "subjects": [Subject("contact", record)]} | more
    with transaction.atomic():
        record_entry(actor=actor, event=event, **given)
    return record


def found(client: Client, **asked: Any) -> list[Any]:
    return list(client.get("/ledger/", asked).context["rows"])


@pytest.mark.parametrize("role", ["auditor", "data_protection_officer"])
def test_the_readers_of_the_ledger_are_those_whom_staffs_rule_names(role: str) -> None:
    reader = someone(role)
    require_reader(reader.actor)
    assert reader_named(reader.sign_in_name.upper()) == reader.actor


@pytest.mark.parametrize("role", ["administrator", "chief_officer", "analyst"])
def test_nobody_else_reads_the_ledger_not_even_past_the_pages(role: str, signed_in: SignIn) -> None:
    other = someone(role)
    for refused in (other.actor, Actor.system("import"), Actor.staff(new_id())):
        with pytest.raises(NotALedgerReader):
            require_reader(refused)
    with pytest.raises(NotALedgerReader):
        reader_named(other.sign_in_name)
    client = signed_in(other)
    for page in ("/ledger/", "/ledger/state/", "/ledger/export/", "/ledger/?about=" + str(other.id)):
        assert client.get(page).status_code == 403
    assert client.post("/ledger/export/", {"recipient": "me"}).status_code == 403


def test_a_role_that_ended_no_longer_reads() -> None:
    reader = someone("auditor")
    RoleHolding.objects.filter(account=reader).update(ended_at=clock.now())
    with pytest.raises(NotALedgerReader):
        require_reader(reader.actor)


def test_a_record_is_found_by_its_identifier_and_nothing_else_is(reading: Client) -> None:
    ruth = someone("contact_supervisor", display_name="Ruth Adeyemi")
    record, _other = write(ruth.actor, fields=["disposition"], counts={"rows": 3}), write(ruth.actor)
    rows = [row for row in found(reading, about=str(record)) if row.event != "ledger.search"]
    assert [(row.who.name, row.fields, row.counts) for row in rows] == [
        ("Ruth Adeyemi", "disposition", "rows 3")
    ]


@pytest.mark.parametrize(
    ("asked", "events"),
    [
        ({"verb": "consult"}, ["contact.lost_callers"]),
        ({"event": "contact.imported"}, ["contact.imported"]),
        ({"event": "contact."}, ["contact.lost_callers", "contact.imported"]),
        ({"event": "contact"}, []),
        ({"by": "import"}, ["import.ran"]),
        ({"by": "RUTH.A"}, ["contact.lost_callers", "contact.imported"]),
        ({"by": "r214"}, ["contact.lost_callers", "contact.imported"]),
        ({"from_day": "21/11/2026", "to_day": "21/11/2026"}, ["contact.imported"]),
        ({"by": "ruth.a", "verb": "consult", "to_day": "21 Nov 2026"}, []),
    ],
)
def test_entries_are_found_by_verb_event_author_and_day(
    asked: dict[str, str], events: list[str], signed_in: SignIn
) -> None:
    with clock.standing_at(NOON - timedelta(days=1)):
        ruth = someone("contact_supervisor", sign_in_name="ruth.a", force_number="R214")
        auditor = someone("auditor")
        write(ruth.actor)
    with clock.standing_at(NOON):
        record_consultation(
            actor=ruth.actor, screen="contact.lost_callers", subjects=[Subject("contact", new_id())]
        )
        write(Actor.system("import"), "import.ran")
        rows = found(signed_in(auditor), **asked)
    mine = {"contact.lost_callers", "contact.imported", "import.ran"}
    assert [row.event for row in rows if row.event in mine] == events


def test_fifty_stand_on_a_page_newest_first_and_the_next_goes_on_without_a_gap(reading: Client) -> None:
    author = someone("contact_supervisor", sign_in_name="ruth.a")
    records = [write(author.actor) for _ in range(120)]
    seen, address = [], "/ledger/?by=ruth.a"
    while address:
        context = reading.get(address).context
        seen.append([row.subjects[0].name for row in context["rows"]])
        address = f"/ledger/{context['older']}" if context["older"] else ""
    assert [len(page) for page in seen] == [50, 50, 20]
    assert [name for page in seen for name in page] == [
        f"contact …{str(record)[-8:]}" for record in reversed(records)
    ]


def test_reading_is_itself_an_entry_that_says_about_whom(reading: Client, auditor: Account) -> None:
    record = write(Actor.system("import"))
    reading.get("/ledger/", {"about": str(record), "verb": "consult"})
    (row,) = found(reading, about=str(record), verb="consult")
    assert (row.who.name, row.event) == ("Yusuf Demir", "ledger.search")
    assert Entry.objects.filter(actor_id=auditor.id, verb="consult").count() == 1  # the same question again


def test_what_nobody_knows_gets_a_sentence_and_is_not_a_reading(reading: Client, auditor: Account) -> None:
    for asked in ({"about": "nobody.at.all"}, {"about": str(new_id())}, {"from_day": "31/11/2026"}):
        response = reading.get("/ledger/", asked)
        assert response.status_code == 422
        assert "d-errors" in response.content.decode()
    assert not Entry.objects.filter(actor_id=auditor.id, verb="consult").exists()


def test_a_reason_is_shown_until_it_is_erased(reading: Client) -> None:
    record = write(someone("officer").actor, reason="Her sister asked")
    address = f"/ledger/?about={record}"
    assert "Her sister asked" in reading.get(address).content.decode()
    with transaction.atomic():
        erase_subject(actor=Actor.system("retention"), subject=Subject("contact", record))
    page = reading.get(address)
    assert "Her sister asked" not in page.content.decode()
    assert [row.erased for row in page.context["rows"] if row.event == "contact.imported"] == [True]


def test_an_entry_that_no_block_holds_says_so_and_is_counted_as_waiting(reading: Client) -> None:
    first = write(Actor.system("import"))
    assert [row.block for row in found(reading, about=str(first), verb="alter")] == [None]
    assert chain_state().waiting == waiting_entries() > 0


@pytest.mark.parametrize(("role", "linked"), [("auditor", False), ("administrator", True)])
def test_a_page_of_its_own_is_linked_only_for_whom_it_is_open(role: str, linked: bool) -> None:
    reader, other = someone(role), someone()
    assert bool(address_of(reader, "account", other.id)) is linked
    assert address_of(reader, "contact", other.id) == ""


def test_no_title_or_link_puts_markup_of_a_name_into_the_page(reading: Client) -> None:
    other = someone("officer", display_name="<script>alert(1)</script>", sign_in_name="odd")
    write(other.actor)
    assert "<script>alert" not in reading.get("/ledger/?by=odd").content.decode()


def test_an_export_needs_a_recipient_and_is_recorded_as_a_disclosure(
    reading: Client, auditor: Account
) -> None:
    record = write(Actor.system("import"))
    address = f"/ledger/export/?about={record}"
    refused = reading.post(address, {"recipient": " "})
    assert refused.status_code == 422
    assert not Entry.objects.filter(verb="disclose").exists()
    given = reading.post(address, {"recipient": "Information Commissioner", "purpose": "case 12"})
    known, line, *rest = [json.loads(line) for line in given.content.decode().splitlines()]
    assert line["entry"]["subjects"] == [["contact", str(record)]]
    assert known["format"] == "darwin-ledger-export-1"
    assert [entry["entry"]["verb"] for entry in rest] == ["disclose"]
    (row,) = found(reading, verb="disclose")
    assert (row.reason, row.who.name) == ("Information Commissioner: case 12", "Yusuf Demir")


def test_more_than_a_page_can_make_is_refused_with_the_command(reading: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("darwin.staff.views.ledger.MOST_EXPORTED", 1)
    for _ in range(2):
        write(Actor.system("import"))
    answer = reading.post("/ledger/export/?by=import", {"recipient": "Court"})
    assert answer.status_code == 422
    assert "darwin ledger export" in answer.content.decode()
    assert not Entry.objects.filter(verb="disclose").exists()


def test_the_state_says_what_the_last_verification_found(reading: Client, settings: Any) -> None:
    folder = Path(settings.DARWIN_DATA_DIR)
    assert "not yet verified" in reading.get("/ledger/state/").content.decode()
    with clock.standing_at(NOON):
        keep_result(folder, Report(blocks=7, entries=99))
    assert "7 blocks, 99 entries" in reading.get("/ledger/state/").content.decode()
    broken = Report(blocks=7, entries=99)
    broken.add("entry_edited", entry=3, month="2026-11", block=2)
    keep_result(folder, broken)
    page = reading.get("/ledger/state/").content.decode()
    assert "Entry 3 of 2026-11 was edited after block 2 was closed." in page
    assert "1 fault was found" in page
    assert "The ledger is not what was written" in reading.get("/").content.decode()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"at": "yesterday"}'])
def test_a_result_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "ledger-verified.json").write_text(content)
    assert last_result(tmp_path) is None


@pytest.mark.parametrize("before", ["", "~", "2026~1", "yesterday~2", "2026-11-22T12:00:00~3", "x" * 400])
def test_an_address_that_was_tampered_with_begins_at_the_newest(before: str, reading: Client) -> None:
    write(Actor.system("import"))
    assert reading.get("/ledger/", {"before": before, "by": "import"}).status_code == 200


def test_an_empty_search_asks_nothing() -> None:
    assert Search().condition() == ("true", [])


def test_the_live_stream_is_for_the_signed_in_and_each_screen_by_its_own_rule(
    reading: Client, signed_in: SignIn, client: Client, monkeypatch: Any
) -> None:
    # The stream gives its connection back before it streams; here that is the test's own.
    monkeypatch.setattr("darwin.ledger.live.stream.connections", SimpleNamespace(close_all=lambda: None))
    screen = Screen(
        name="test.ledger",
        compute=lambda: b"",
        may_watch=lambda request: READ_LEDGER.permits(request.user),
        events=("test.",),
    )
    register_screen(screen)
    try:
        address = "/live/?screens=test.ledger"
        assert "/sign-in/" in client.get(address).headers["Location"]
        assert signed_in(someone("officer")).get(address).status_code == 403
        stream = reading.get(address)
        assert (stream.status_code, stream.headers["Content-Type"]) == (200, "text/event-stream")
        assert reading.get("/live/?screens=test.nothing").status_code == 404
    finally:
        remove_screen(screen.name)
