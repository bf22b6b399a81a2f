"""The pages of safe contact: what is typed stays, a supervisor decides, and no address holds a number."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from darwin.outbound.deciding import decide
from darwin.outbound.models import Attempt, ContactPoint, SafeContact, UnsafeOverride
from darwin.outbound.services.attempts import begin_attempt
from darwin.outbound.services.preferences import open_point
from darwin.staff.models import Account

from .conftest import NOON, NUMBER, Records

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Account], Client]
HTMX: Any = {"headers": {"HX-Request": "true"}}


def page_of(name: str, **arguments: Any) -> str:
    return reverse(f"outbound:{name}", kwargs=arguments)


@pytest.fixture
def point(handler: Account) -> ContactPoint:
    return open_point(actor=handler.actor, number=NUMBER)


def test_a_number_is_looked_up_without_standing_in_the_address(handler: Account, signed_in: SignedIn) -> None:
    answer = signed_in(handler).post(page_of("look_up"), {"kind": "telephone", "number": NUMBER})
    assert answer.status_code == 302
    assert "900142" not in answer.headers["Location"]
    assert ContactPoint.objects.get().value == "+447700900142"


def test_what_is_no_number_is_said_and_what_was_typed_stays(handler: Account, signed_in: SignedIn) -> None:
    answer = signed_in(handler).post(page_of("look_up"), {"kind": "telephone", "number": "9" * 40})
    assert answer.status_code == 422
    assert "not a whole telephone number" in answer.content.decode()
    assert "9" * 40 in answer.content.decode()


def test_nothing_is_answered_before_somebody_asked(
    handler: Account, point: ContactPoint, signed_in: SignedIn
) -> None:
    text = signed_in(handler).get(page_of("point", point_id=point.id)).content.decode()
    assert "Nobody has asked yet: not known." in text
    assert text.count('value="not_asked"') == text.count(" checked") == 2


def test_the_part_is_saved_from_another_page_and_says_when(
    handler: Account, point: ContactPoint, signed_in: SignedIn
) -> None:
    answer = signed_in(handler).post(
        page_of("point", point_id=point.id),
        {
            "answer_call_back": "allowed",
            "answer_text": "not_allowed",
            "conditions": ["ask_first"],
            "days": ["0", "1"],
            "hour_from": "9",
            "hour_to": "17.30",
            "words": "Say it is the dentist.",
        },
        **HTMX,
    )
    text = answer.content.decode()
    assert "Saved 12:00:00" in text and "<html" not in text
    kept = SafeContact.objects.get()
    assert (kept.allowed, kept.not_allowed) == (["call_back"], ["text"])
    assert kept.windows == [{"days": [0, 1], "from": "09:00", "to": "17:30"}]
    assert kept.asked_by_id == handler.id


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"hour_from": "9", "words": "Kept"}, "Give both hours"),
        ({"hour_from": "nine", "hour_to": "10", "words": "Kept"}, "no time of day"),
        ({"answer_call_back": "allowed", "words": "Kept"}, "Identify them first"),
    ],
)
def test_a_fault_keeps_what_was_typed(
    typed: dict[str, str],
    told: str,
    house: Records,
    handler: Account,
    point: ContactPoint,
    signed_in: SignedIn,
) -> None:
    house.say(NUMBER, "domestic")
    answer = signed_in(handler).post(page_of("point", point_id=point.id), typed)
    assert answer.status_code == 422
    assert told in answer.content.decode() and 'value="Kept"' in answer.content.decode()
    assert not SafeContact.objects.exists()


def test_the_page_never_says_what_kind_of_record_makes_it_unsafe(
    house: Records, handler: Account, point: ContactPoint, signed_in: SignedIn
) -> None:
    house.say(NUMBER, "sealed_report", "stalking")
    text = signed_in(handler).get(page_of("point", point_id=point.id)).content.decode().lower()
    assert "not safe" in text
    assert not any(word in text for word in ("sealed", "stalking", "report", "domestic"))


def test_a_supervisor_confirms_what_a_handler_asked(
    house: Records, handler: Account, supervisor: Account, point: ContactPoint, signed_in: SignedIn
) -> None:
    house.say(NUMBER, "domestic")
    signed_in(handler).post(
        page_of("point", point_id=point.id), {"answer_call_back": "allowed", "identified_how": "questions"}
    )
    said = SafeContact.objects.get()
    browser = signed_in(supervisor)
    assert "07700" in browser.get(page_of("waiting")).content.decode()
    refused = browser.post(page_of("second_person", preference_id=said.id), {"decision": "confirm"})
    assert refused.status_code == 422 and not decide(NUMBER, "call_back", NOON).allowed
    browser.post(
        page_of("second_person", preference_id=said.id), {"decision": "confirm", "reason": "Met her."}
    )
    assert decide(NUMBER, "call_back", NOON).allowed
    assert "No answer waits" in browser.get(page_of("waiting")).content.decode()


def test_a_supervisor_lets_one_person_ring_or_decides_that_nobody_does(
    house: Records, handler: Account, supervisor: Account, point: ContactPoint, signed_in: SignedIn
) -> None:
    house.say(NUMBER, "stalking")
    browser, address = signed_in(supervisor), page_of("decide", point_id=point.id)
    assert browser.post(address, {"method": "ring", "reason": "Three tries."}).status_code == 422
    browser.post(
        address,
        {
            "method": "ring",
            "conditions": ["withheld", "ask_first"],
            "rung_by": str(handler.id),
            "reason": "Three tries.",
        },
    )
    browser.post(address, {"method": "do_not_ring", "until": "18:00", "reason": "He is there."})
    first, second = UnsafeOverride.objects.order_by("id")
    assert first.rung_by_id == handler.id and first.superseded_at == NOON
    assert second.rung_by_id is None and second.until == NOON.replace(hour=18)
    text = browser.get(address).content.decode()
    assert "Dev Patel may ring once" in text and "He is there." in text


def test_whoever_has_the_number_says_what_came_of_it(
    handler: Account, other_handler: Account, point: ContactPoint, signed_in: SignedIn
) -> None:
    attempt = begin_attempt(actor=handler.actor, channel="call_back", number=NUMBER, purpose="LOST_CALL")
    address = page_of("attempts", point_id=point.id)
    assert "Give the number back" not in signed_in(other_handler).get(address).content.decode()
    browser = signed_in(handler)
    assert "Give the number back" in browser.get(address).content.decode()
    finish = page_of("finish", attempt_id=attempt.id)
    assert browser.post(finish, {"result": "LAPSED"}).status_code == 422
    assert signed_in(other_handler).post(finish, {"result": "REACHED"}).status_code == 422
    browser.post(finish, {"result": "REACHED", "note": "Is well."})
    assert Attempt.objects.get().result == "REACHED"
    assert "Is well." in browser.get(address).content.decode()
