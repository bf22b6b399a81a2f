"""Lost callers, the list behind a figure, one contact, fair access, one handler's figures, imports, home."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from darwin.contact.models import Contact, ImportReject, ImportRun
from darwin.contact.services.handlers import link_handler
from darwin.contact.telephony.events import Outcome
from darwin.ledger.models import Entry, EntrySubject
from tests.contact.pages.conftest import IMPORTER, NOW, call, store
from tests.contact.pages.test_line_page import text_of
from tests.staff.people import someone

MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
TEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
LOST = "/contact/lost-callers/"
GONE = Outcome.ABANDONED


def lost_ones():
    """One who got through, one who came back in vain, one withheld, two who were not seen again."""
    return [
        call("through", TEN, GONE, caller="07700 900001", wait_s=40),
        call("through-again", TEN + timedelta(minutes=5), caller="07700 900001"),
        call("vain", TEN + timedelta(minutes=1), GONE, caller="07700 900002"),
        call("vain-again", TEN + timedelta(minutes=9), GONE, caller="07700 900002"),
        call("unseen", TEN + timedelta(minutes=2), GONE, caller="07700 900003"),
        call("withheld", TEN + timedelta(minutes=3), GONE, caller=""),
        call("wrote", TEN + timedelta(minutes=4), GONE, caller="07700 900004"),
    ]


def subjects_of(event):
    entry = Entry.objects.filter(event=event).latest("id")
    return set(EntrySubject.objects.filter(entry_id=entry.id, kind="contact").values_list("id", flat=True))


def test_lost_callers_say_what_became_of_each(as_role):
    store(*lost_ones(), from_at=MIDNIGHT)
    words = text_of(as_role("contact_supervisor").get(LOST))
    assert "6 gave up" in words
    assert "got through 10:05" in words and "101 call, 4 min 30 s later" in words
    assert "came back 10:09, not through" in words
    assert "withheld: cannot be matched" in words
    assert "07700 900003" in words


def test_not_yet_through_leaves_out_who_got_through_and_keeps_the_counts_of_all(as_role):
    store(*lost_ones(), from_at=MIDNIGHT)
    words = text_of(as_role("contact_supervisor").get(LOST, {"show": "waiting"}))
    assert "07700 900001" not in words and "07700 900002" in words
    assert "6 gave up" in words and "1 got through later" in words


def test_looking_at_lost_callers_is_recorded_with_exactly_those_shown(as_role):
    store(*lost_ones(), from_at=MIDNIGHT)
    as_role("quality_assessor").get(LOST)
    gave_up = set(Contact.objects.filter(legs__outcome="abandoned").values_list("id", flat=True))
    assert subjects_of("contact.lost_callers") == gave_up


def test_taking_lost_callers_out_is_a_disclosure_of_every_one_of_them(as_role):
    store(*lost_ones(), from_at=MIDNIGHT)
    answer = as_role("contact_supervisor").get(LOST, {"view": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["Wait (s)"] for row in rows if row["Number"] == "07700 900001"] == ["40"]
    entry = Entry.objects.get(event="contact.lost_callers_exported")
    assert entry.verb == "disclose" and entry.counts == {"rows": len(rows)} == {"rows": 6}
    assert len(subjects_of("contact.lost_callers_exported")) == 6


@pytest.mark.parametrize("number", ["0", "9", "-1", "x", "99999999999999999999"])
@pytest.mark.parametrize("address", [LOST, "/contact/entries/", "/contact/imports/"])
def test_a_page_that_is_not_there_gets_a_sentence_and_the_first(as_role, address, number):
    store(*lost_ones(), from_at=MIDNIGHT)
    page = as_role("contact_supervisor").get(address, {"page": number})
    assert page.status_code == 400
    assert f"This list has no page “{number}”" in text_of(page)


def test_a_time_without_records_has_no_lost_callers_to_speak_of(as_role):
    store(*lost_ones(), from_at=MIDNIGHT)
    words = text_of(as_role("contact_supervisor").get(LOST, {"from": "2019-01-01", "to": "2019-01-02"}))
    assert "nobody can say who gave up" in words and "0 gave up" not in words


def test_the_list_behind_a_figure_is_narrowed_by_what_the_figure_counts(as_role):
    calls = [call(f"wait-{n}", TEN + timedelta(minutes=n), wait_s=n * 10) for n in range(1, 7)]
    store(*calls, call("lost", TEN, GONE), from_at=MIDNIGHT)
    client = as_role("professional_standards")
    assert "3 entries of" in text_of(client.get("/contact/entries/", {"within": "30"}))
    assert "1 entry of" in text_of(client.get("/contact/entries/", {"outcome": "abandoned"}))
    assert "1 entry of" in text_of(client.get("/contact/entries/", {"point": "HANDLER_QUEUE"}))
    wrong = client.get("/contact/entries/", {"within": "soon"})
    assert wrong.status_code == 400 and "Write the seconds as a number." in text_of(wrong)


def test_one_contact_shows_its_line_its_handler_and_how_exactly_its_wait_is_known(as_role):
    store(call("one", TEN, wait_s=42, wait_in_seconds=True), from_at=MIDNIGHT)
    one = Contact.objects.get()
    client = as_role("contact_supervisor")
    page = client.get(f"/contact/contacts/{one.id}/")
    words = text_of(page)
    assert "0:42" in words and "whole seconds, from the log" in words and "PJSIP/1001" in words
    assert "10:00:42 answered" in words and "10:03:42 ended" in words
    assert "07700 900123" in words
    assert subjects_of("contact.contact") == {one.id}
    assert client.get("/contact/contacts/01900000-0000-7000-8000-000000000000/").status_code == 404


def test_not_known_is_a_row_of_its_own_and_few_are_shown_as_counts(as_role):
    known = [call(f"gu-{n}", TEN + timedelta(minutes=n), language="gu") for n in range(19)]
    silent = [
        call(f"no-{n}", TEN + timedelta(minutes=n), GONE if n % 4 == 0 else Outcome.ANSWERED)
        for n in range(24)
    ]
    store(*known, *silent, from_at=MIDNIGHT)
    words = text_of(
        as_role("analyst").get("/contact/fair-access/", {"from": "2026-11-22", "to": "2026-11-22"})
    )
    assert "Of 43 who joined the queue, the language of 24 is not known." in words
    assert "Gujarati 19 19 0 0 of 19 – –" in words
    assert "Not known 24 18 6 25.0% – –" in words


def test_nobodys_figures_are_shown_below_thirty_contacts(as_role, signed_in):
    handler = someone("contact_handler")
    link_handler(
        actor=IMPORTER, switch="example", member="Sam", interface="PJSIP/1001", account_id=handler.id
    )
    store(*[call(f"few-{n}", TEN + timedelta(minutes=n)) for n in range(29)], from_at=MIDNIGHT)
    words = text_of(signed_in(handler).get("/contact/handlers/me/"))
    assert "Nov 2026 not known" in words and "fewer than 30 contacts" in words and "29" not in words
    store(call("one-more", TEN + timedelta(hours=1)))
    assert "Nov 2026 30 3:00 3:00 0" in text_of(signed_in(handler).get("/contact/handlers/me/"))


def test_one_handlers_figures_are_for_them_and_their_line_manager_alone(house, signed_in):
    manager, other = someone("contact_supervisor"), someone("contact_supervisor")
    handler = someone("contact_handler", line_manager=manager)
    colleague = someone("contact_handler", line_manager=manager)
    address = f"/contact/handlers/{handler.id}/"
    assert signed_in(manager).get(address).status_code == 200
    assert [signed_in(one).get(address).status_code for one in (other, colleague)] == [404, 404]
    entry = Entry.objects.get(event="contact.handler_figures")
    assert entry.verb == "consult" and entry.actor_id == manager.id
    assert "Person" in text_of(signed_in(manager).get("/contact/handlers/me/"))


def test_an_inspector_who_answers_no_telephone_is_led_to_those_they_manage(house, signed_in):
    inspector = someone("duty_inspector")
    managed = someone("contact_supervisor", line_manager=inspector, display_name="Ruth Adeyemi")
    page = signed_in(inspector).get("/contact/handlers/me/")
    assert page.status_code == 200 and f"/contact/handlers/{managed.id}/" in page.content.decode()
    assert signed_in(inspector).get(f"/contact/handlers/{managed.id}/").status_code == 200


def test_an_import_shows_which_line_was_left_out_and_why(as_role):
    run = ImportRun.objects.create(
        kind="csv", source="bank", file_name="january.csv", digest="0" * 64, started_at=NOW, finished_at=NOW,
        actor_kind="system", rows_read=8931, imported=8930, rejected=1, flags={"a negative talk": 2},
    )  # fmt: skip
    ImportReject.objects.create(run=run, line=214, reason="It has no time of day.")
    client = as_role("administrator")
    assert "january.csv csv" in text_of(client.get("/contact/imports/"))
    words = text_of(client.get(f"/contact/imports/{run.id}/"))
    assert "8,931 rows read: 8,930 imported" in words
    assert "214 It has no time of day." in words and "a negative talk 2" in words


def test_the_home_counts_numbers_that_have_not_got_through_today(as_role):
    store(*lost_ones(), from_at=MIDNIGHT)
    words = text_of(as_role("contact_supervisor").get("/"))
    assert "3 Lost callers not yet through" in words  # 900002 gave up twice and waits once
