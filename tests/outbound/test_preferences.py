"""What people say of how they may be reached: kept with its history, never loosened by one alone."""

from datetime import timedelta
from typing import Any

import pytest

from darwin.deadlines import clock
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry
from darwin.outbound.deciding import decide
from darwin.outbound.errors import NotPermitted
from darwin.outbound.judging import Condition, Why
from darwin.outbound.models import PointKind, SafeContact
from darwin.outbound.points import NoSuchPoint
from darwin.outbound.services.attempts import begin_attempt, finish_attempt
from darwin.outbound.services.preferences import (
    PreferenceRefused,
    confirm_safe_contact,
    decline_safe_contact,
    record_safe_contact,
)
from darwin.staff.models import Account
from tests.staff.people import someone

from .conftest import NOON, NUMBER, Records

pytestmark = pytest.mark.django_db
STORED = "+447700900142"


def record(account: Account, **said: Any) -> SafeContact:
    return record_safe_contact(actor=account.actor, **{"number": NUMBER, **said})


def may(channel: str = "call_back") -> bool:
    return decide(NUMBER, channel, clock.now()).allowed


@pytest.mark.parametrize("channel", ["call_back", "text"])
def test_a_no_holds_at_once_and_for_its_channel_alone(channel: str, handler: Account) -> None:
    record(handler, allowed=["call_back", "text"])
    record(handler, allowed=[c for c in ("call_back", "text") if c != channel], not_allowed=[channel])
    assert [may("call_back"), may("text")] == [channel != "call_back", channel != "text"]
    assert decide(NUMBER, channel, NOON).reasons == (Why.ASKED_NOT_TO,)


def test_what_nobody_was_asked_about_is_not_known(handler: Account) -> None:
    record(handler, not_allowed=["call_back"])
    assert decide(NUMBER, "text", NOON).reasons == (Why.NOBODY_ASKED,)


def test_nothing_is_written_where_nobody_asked_whether_others_read_it(handler: Account) -> None:
    for channel, to in (("text", NUMBER), ("email", "priya@example.com"), ("letter", "14 Marlow Court, LE2")):
        assert decide(to, channel, NOON).reasons == (Why.NOBODY_ASKED,), channel
    record(handler, number="14 Marlow Court, LE2", kind=PointKind.POSTAL, allowed=["letter"])
    assert decide("14 marlow court\nLE2", "letter", NOON).allowed
    record(handler, number="Priya@example.com", kind=PointKind.EMAIL, allowed=["email"])
    assert decide("priya@EXAMPLE.com ", "email", NOON).allowed


def test_a_later_answer_supersedes_and_the_earlier_one_stays_in_the_history(handler: Account) -> None:
    first = record(handler, allowed=["call_back"])
    second = record(handler, allowed=["call_back"], conditions=["ask_first"])
    first.refresh_from_db()
    assert (first.superseded_at, first.superseded_by_id) == (NOON, second.id)
    assert first.allowed == ["call_back"] and SafeContact.objects.count() == 2
    assert decide(NUMBER, "call_back", NOON).conditions == {Condition.ASK_FIRST}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"not_allowed": ["call_back"]}, {"allowed": ["call_back"]}),
        ({"not_allowed": ["text"]}, {"not_allowed": ["call_back"]}),
        ({"conditions": ["ask_first"]}, {"conditions": ["no_voicemail"]}),
        (
            {"windows": [{"days": [1], "from": "09:00", "to": "17:00"}]},
            {"windows": [{"days": [1], "from": "09:00", "to": "17:30"}]},
        ),
        ({"windows": [{"days": [1], "from": "09:00", "to": "17:00"}]}, {"allowed": ["text"]}),
    ],
    ids=["a no taken back", "a no left out", "a condition dropped", "half an hour added", "hours dropped"],
)
def test_what_takes_protection_away_waits_for_a_second_person(
    earlier: dict[str, Any], later: dict[str, Any], handler: Account, supervisor: Account
) -> None:
    first = record(handler, **earlier)
    second = record(handler, **later)
    first.refresh_from_db()
    assert second.needs_second_person and not second.stands and first.superseded_at is None
    confirm_safe_contact(actor=supervisor.actor, preference=second, reason="Rang her sister, who agrees.")
    first.refresh_from_db()
    assert first.superseded_by_id == second.id


def test_a_yes_for_a_number_that_is_not_safe_needs_a_known_person_and_a_second_one(
    house: Records, handler: Account, supervisor: Account
) -> None:
    house.say(STORED, "domestic")
    with pytest.raises(PreferenceRefused, match="Identify them first"):
        record(handler, allowed=["call_back"])
    assert record(handler, not_allowed=["text"]).stands
    said = record(handler, allowed=["call_back"], not_allowed=["text"], identified_how="questions")
    assert decide(NUMBER, "call_back", NOON).reasons == (Why.LINKED,)
    confirm_safe_contact(actor=supervisor.actor, preference=said, reason="Seen at the station today.")
    assert may()
    with clock.standing_at(NOON + timedelta(hours=1)):
        house.say(STORED, "domestic", "stalking")
        assert decide(NUMBER, "call_back", clock.now()).reasons == (Why.LINKED,)


def test_a_yes_given_before_the_link_was_known_does_not_make_the_number_safe(
    house: Records, handler: Account
) -> None:
    record(handler, allowed=["call_back"])
    assert may()
    house.say(STORED, "stalking")
    assert not may()


def test_nobody_is_their_own_second_person_and_nobody_confirms_twice(
    house: Records, handler: Account, supervisor: Account
) -> None:
    house.say(STORED, "sexual")
    own = record(supervisor, allowed=["call_back"], identified_how="in_person")
    with pytest.raises(PreferenceRefused, match="cannot be the second person"):
        confirm_safe_contact(actor=supervisor.actor, preference=own, reason="I saw her.")
    other = someone("duty_inspector")
    with pytest.raises(PreferenceRefused, match="Say why"):
        confirm_safe_contact(actor=other.actor, preference=own, reason=" ")
    with pytest.raises(NotPermitted):
        confirm_safe_contact(actor=handler.actor, preference=own, reason="Looks fine.")
    confirm_safe_contact(actor=other.actor, preference=own, reason="Read the report with her.")
    with pytest.raises(PreferenceRefused, match="decided this already"):
        decline_safe_contact(actor=other.actor, preference=own, reason="Changed my mind.")


def test_a_declined_yes_never_holds_and_its_noes_do(
    house: Records, handler: Account, supervisor: Account
) -> None:
    house.say(STORED, "domestic")
    said = record(handler, allowed=["call_back"], not_allowed=["text"], identified_how="questions")
    decline_safe_contact(actor=supervisor.actor, preference=said, reason="He was heard beside her.")
    assert not may() and Why.ASKED_NOT_TO in decide(NUMBER, "text", NOON).reasons


def test_a_superseded_answer_cannot_be_confirmed(
    house: Records, handler: Account, supervisor: Account
) -> None:
    house.say(STORED, "domestic")
    said = record(handler, allowed=["call_back"], identified_how="questions")
    record(handler, not_allowed=["call_back"])
    with pytest.raises(PreferenceRefused, match="something else since"):
        confirm_safe_contact(actor=supervisor.actor, preference=said, reason="Too late.")
    assert not may()


def test_one_persons_yes_does_not_lift_anothers_no(handler: Account) -> None:
    hers, his = new_id(), new_id()
    record(handler, person=hers, identified_how="questions", not_allowed=["call_back"])
    record(handler, person=his, identified_how="questions", allowed=["call_back"])
    assert not may()


def test_a_known_persons_answer_supersedes_what_nobody_in_particular_said(handler: Account) -> None:
    unknown = record(handler, conditions=["no_voicemail"])
    record(handler, person=new_id(), identified_how="questions", conditions=["no_voicemail", "ask_first"])
    unknown.refresh_from_db()
    assert unknown.superseded_at is not None


def test_after_it_was_not_safe_to_talk_a_confirmed_yes_opens_the_number_again(
    house: Records, handler: Account, supervisor: Account
) -> None:
    attempt = begin_attempt(actor=handler.actor, channel="call_back", number=NUMBER, purpose="LOST_CALL")
    finish_attempt(actor=handler.actor, attempt=attempt, result="NOT_SAFE_NOW")
    with clock.standing_at(NOON + timedelta(hours=1)):
        said = record(handler, allowed=["call_back"], identified_how="questions")
        assert said.needs_second_person and not may()
    with clock.standing_at(NOON + timedelta(hours=2)):
        confirm_safe_contact(actor=supervisor.actor, preference=said, reason="He has moved out.")
        assert may()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Nothing was answered yet"),
        ({"allowed": ["text"], "not_allowed": ["text"]}, "both safe and not safe"),
        ({"allowed": ["letter"]}, "letter cannot reach a telephone number"),
        ({"conditions": ["whisper"]}, "conditions is not known"),
        ({"person": new_id(), "allowed": ["text"]}, "Say how they were identified"),
        ({"allowed": ["text"], "asked_at": NOON + timedelta(minutes=1)}, "in the future"),
        ({"windows": [{"days": [], "from": "08:00", "to": "09:00"}]}, "Give the days"),
        ({"windows": [{"days": [7], "from": "08:00", "to": "09:00"}]}, "Give the days"),
        ({"windows": [{"days": [1], "from": "8 in the morning", "to": "09:00"}]}, "Give the days"),
    ],
)
def test_what_makes_no_answer_is_refused_with_what_to_do(
    said: dict[str, Any], told: str, handler: Account
) -> None:
    with pytest.raises(PreferenceRefused, match=told):
        record(handler, **said)
    assert not SafeContact.objects.exists()


@pytest.mark.parametrize("number", ["", "anonymous", "0" * 40, "2101"])
def test_nothing_is_kept_of_what_is_no_number(number: str, handler: Account) -> None:
    with pytest.raises(NoSuchPoint):
        record(handler, number=number, not_allowed=["call_back"])


def test_the_ledger_knows_that_it_was_recorded_and_not_what(handler: Account) -> None:
    record(handler, not_allowed=["call_back"], words="Say it is the dentist.")
    entry = Entry.objects.filter(event="outbound.recorded_safe_contact", actor_id=handler.id).get()
    assert "words" in entry.fields
    assert "dentist" not in str(vars(entry)) and "7700" not in str(vars(entry))


def test_who_does_not_speak_to_people_records_nothing(house: Records) -> None:
    with pytest.raises(NotPermitted):
        record(someone("dispatcher"), not_allowed=["call_back"])
