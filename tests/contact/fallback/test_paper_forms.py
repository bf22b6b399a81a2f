"""What was taken on paper is keyed in once, with its true time, and says that it was entered later."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from darwin.contact.models import CallbackPromise, Contact, ContactRecord, PaperForm
from darwin.contact.services.fallback import renew_pack
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.staff.models import Account
from tests.staff.conftest import signed_in  # noqa: F401
from tests.staff.people import someone

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=clock.LONDON)
PAPER = {
    "form_number": "LEI-04MAR-1015-03",
    "came_at": "04/03/2026 10:20",
    "taken_by": "Sam Okoro P318",
    "channel": "PHONE_101",
    "number": "07700 900142",
    "narrative": "Shed broken into overnight",
    "disposition": "ADVICE",
    "promise_by": "11:30",
}


@pytest.fixture(autouse=True)
def house(opened_installation: Callable[[str], None], settings: Any, tmp_path: Path) -> Any:
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "operational", tmp_path
    with clock.standing_at(NOON):
        opened_installation("operational")
        yield


@pytest.fixture
def browser(signed_in: Any) -> Any:  # noqa: F811
    return signed_in(someone("contact_handler", display_name="Sam Okoro"))


def test_a_form_becomes_a_contact_at_its_true_time_marked_entered_later(browser: Any) -> None:
    assert browser.post(reverse("contact:paper_form"), PAPER).status_code == 302
    contact = Contact.objects.get()
    record = ContactRecord.objects.get()
    assert contact.first_offered_at == datetime(2026, 3, 4, 10, 20, tzinfo=clock.LONDON)
    assert contact.caller_number == "+447700900142"
    assert (record.narrative, record.disposition, record.entered_later) == (
        "Shed broken into overnight",
        "ADVICE",
        True,
    )
    assert record.recorded_at == NOON
    form = PaperForm.objects.get()
    assert (form.taken_by, form.entered_at, form.contact_id) == ("Sam Okoro P318", NOON, contact.id)


def test_a_promise_made_on_paper_counts_from_when_it_was_made_even_if_it_is_late(browser: Any) -> None:
    browser.post(reverse("contact:paper_form"), PAPER)
    promise = CallbackPromise.objects.get()
    assert promise.promised_at == datetime(2026, 3, 4, 10, 20, tzinfo=clock.LONDON)
    assert promise.promised_by == datetime(2026, 3, 4, 11, 30, tzinfo=clock.LONDON)


@pytest.mark.parametrize("again", ["LEI-04MAR-1015-03", "lei-04mar-1015-03", " LEI-04MAR-1015-03 "])
def test_a_form_is_keyed_in_once_and_the_second_is_told_by_whom(browser: Any, again: str) -> None:
    browser.post(reverse("contact:paper_form"), PAPER)
    answer = browser.post(reverse("contact:paper_form"), PAPER | {"form_number": again, "narrative": "again"})
    assert answer.status_code == 400
    body = answer.content.decode()
    assert "was keyed in by Sam Okoro" in body
    assert "again" in body
    assert Contact.objects.count() == 1


WRONG = [
    ({"came_at": ""}, "Write when the call came, as on the form."),
    ({"came_at": "31/11/2025 10:00"}, "does not exist"),
    ({"came_at": "04/03/2026 13:00"}, "has not come yet"),
    ({"came_at": "noonish"}, "Write the time of day, like 15:30"),
    ({"form_number": " "}, "Write the number that is printed on it."),
    ({"promise_by": "soon"}, "Write the time of day, like 15:30"),
]


@pytest.mark.parametrize(("typed", "sentence"), WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    browser: Any, typed: dict[str, str], sentence: str
) -> None:
    answer = browser.post(reverse("contact:paper_form"), PAPER | typed)
    body = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in body
    assert "Shed broken into overnight" in body
    assert not Contact.objects.exists()


WHOSE = [("withheld", None, True), ("", None, False), ("0116 496 0173", "+441164960173", False)]


@pytest.mark.parametrize(("written", "number", "withheld"), WHOSE)
def test_a_withheld_number_is_not_one_that_nobody_wrote_down(
    browser: Any, written: str, number: str | None, withheld: bool
) -> None:
    browser.post(reverse("contact:paper_form"), PAPER | {"number": written})
    contact = Contact.objects.get()
    assert (contact.caller_number, contact.withheld) == (number, withheld)


def test_the_pack_is_handed_out_and_its_age_is_said(browser: Any, tmp_path: Path) -> None:
    assert "There is no pack yet" in browser.get(reverse("contact:fallback")).content.decode()
    assert browser.get(reverse("contact:fallback_pack")).status_code == 404
    renew_pack(actor=Actor.system("fallback"), folder=tmp_path / "fallback")
    assert b"".join(browser.get(reverse("contact:fallback_pack"))).startswith(b"%PDF")
    assert "with 12 blank forms" in browser.get(reverse("contact:fallback")).content.decode()
    with clock.standing_at(NOON + timedelta(minutes=40)):
        assert "A newer one should be there" in browser.get(reverse("contact:fallback")).content.decode()


def test_an_outsider_cannot_open_the_pack(signed_in: Any) -> None:  # noqa: F811
    account: Account = someone("local_policing_body")
    assert signed_in(account).get(reverse("contact:fallback_pack")).status_code == 403
