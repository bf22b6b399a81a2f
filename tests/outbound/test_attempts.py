"""An attempt is begun by exactly one person, never against what was asked, and says what came of it."""

from datetime import timedelta

import pytest

from darwin.deadlines import clock
from darwin.deadlines.worker import act_on_all_due
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.ids import new_id
from darwin.ledger.models import EntrySubject
from darwin.outbound.deciding import decide, decide_all
from darwin.outbound.errors import (
    CannotBeReached,
    NotPermitted,
    NotSafe,
    OutOfHours,
    Refused,
    TakenByAnother,
    TooManyTries,
    TooSoon,
)
from darwin.outbound.judging import Condition, Why
from darwin.outbound.models import Attempt, ContactPoint
from darwin.outbound.permissions import UnknownActor
from darwin.outbound.services.attempts import AttemptRefused, begin_attempt, finish_attempt
from darwin.outbound.services.preferences import record_safe_contact
from darwin.reference.queries import one_version
from darwin.staff.models import Account
from tests.staff.people import someone

from .conftest import NOON, NUMBER, Records

pytestmark = pytest.mark.django_db
STORED = "+447700900142"


def ring(account: Account, number: str | None = NUMBER, **more: object) -> Attempt:
    values: dict[str, object] = {"channel": "call_back", "purpose": "LOST_CALL", **more}
    return begin_attempt(actor=account.actor, number=number, **values)  # type: ignore[arg-type]


def test_a_number_nobody_asked_about_may_be_rung_and_no_voicemail_is_left(handler: Account) -> None:
    decision = decide(NUMBER, "call_back", NOON)
    assert decision.allowed and decision.conditions == {Condition.NO_VOICEMAIL}
    attempt = ring(handler)
    assert attempt.conditions == ["no_voicemail"]
    assert attempt.point.value == STORED
    assert EntrySubject.objects.filter(kind="attempt", id=attempt.id).exists()


@pytest.mark.parametrize("written", ["07700900142", "+44 7700 900142", "0044 7700 900142"])
def test_one_line_is_taken_however_it_is_written(
    written: str, handler: Account, other_handler: Account
) -> None:
    ring(handler)
    with pytest.raises(TakenByAnother, match=r"^Dev Patel is ringing this number. You were second.$"):
        ring(other_handler, written)
    assert Attempt.objects.count() == 1


def test_whoever_has_the_number_is_not_told_that_they_were_second(handler: Account) -> None:
    ring(handler)
    with pytest.raises(TakenByAnother, match="You have this number already"):
        ring(handler)


def test_one_person_is_not_rung_at_two_numbers_at_once(handler: Account, other_handler: Account) -> None:
    person = new_id()
    ring(handler, person=person)
    with pytest.raises(TakenByAnother):
        ring(other_handler, "0116 496 0173", person=person)


@pytest.mark.parametrize(
    "link", ["domestic", "stalking", "honour_based", "sexual", "exploitation", "sealed_report"]
)
@pytest.mark.parametrize("channel", ["call_back", "text"])
def test_a_linked_number_is_not_safe_and_the_refusal_does_not_say_why(
    link: str, channel: str, house: Records, handler: Account
) -> None:
    house.say(STORED, link)
    with pytest.raises(NotSafe) as refused:
        ring(handler, channel=channel)
    assert not any(word in str(refused.value) for word in (link, "abuse", "report", "victim"))
    assert not refused.value.decision.safe
    assert not Attempt.objects.exists()


def test_a_child_or_a_weapon_does_not_make_a_number_unsafe(house: Records, handler: Account) -> None:
    house.say(STORED, "child", "weapon")
    assert ring(handler).pk


@pytest.mark.parametrize("number", [None, "", "anonymous", "<unknown>"])
def test_a_withheld_number_cannot_be_rung(number: str | None, handler: Account) -> None:
    with pytest.raises(CannotBeReached, match="withheld"):
        ring(handler, number)


@pytest.mark.parametrize("number", ["2101", "0" * 40, "sip:desk@force.example", "999"])
def test_what_is_no_whole_number_cannot_be_rung(number: str, handler: Account) -> None:
    with pytest.raises(CannotBeReached, match="not a whole number"):
        ring(handler, number)
    assert not ContactPoint.objects.exists()


@pytest.mark.parametrize("kind", ["shared", "care_home", "prison", "switchboard"])
def test_a_number_that_others_answer_asks_first_and_leaves_no_voicemail(
    kind: str, house: Records, handler: Account
) -> None:
    house.say(STORED, kind=kind)
    record_safe_contact(actor=handler.actor, number=NUMBER, allowed=["call_back"])
    assert decide(NUMBER, "call_back", NOON).kind == kind
    assert set(ring(handler).conditions) == {"ask_first", "no_voicemail"}


@pytest.mark.parametrize(("hour", "minute"), [(7, 59), (21, 0), (3, 0)])
def test_nobody_is_rung_at_night_but_whose_999_call_was_lost(
    hour: int, minute: int, handler: Account
) -> None:
    with clock.standing_at(NOON.replace(day=5, hour=hour, minute=minute)):
        with pytest.raises(OutOfHours, match=r"between 08:00 and 21:00"):
            ring(handler)
        assert ring(handler, purpose="LOST_999_CALL").pk


def test_the_hours_are_those_of_london_in_summer(handler: Account) -> None:
    with clock.standing_at(NOON.replace(month=7, hour=20, minute=30)), pytest.raises(OutOfHours):
        ring(handler)
    with clock.standing_at(NOON.replace(month=7, hour=7, minute=30)):
        assert ring(handler).pk


def test_the_hours_a_person_gave_hold_in_place_of_the_houses(handler: Account) -> None:
    night = [{"days": [2], "from": "22:00", "to": "02:00"}]
    record_safe_contact(actor=handler.actor, number=NUMBER, allowed=["call_back"], windows=night)
    with pytest.raises(OutOfHours, match="hours they said were safe"):
        ring(handler)
    with clock.standing_at(NOON.replace(day=5, hour=1)):  # Thursday, one in the morning
        assert ring(handler).pk


def test_a_number_rests_between_attempts_and_has_a_number_of_them_a_day(handler: Account) -> None:
    moment = NOON
    for _ in range(3):
        with clock.standing_at(moment):
            attempt = ring(handler)
        with clock.standing_at(moment + timedelta(minutes=1)):
            finish_attempt(actor=handler.actor, attempt=attempt, result="NO_ANSWER")
        with clock.standing_at(moment + timedelta(minutes=10)), pytest.raises(TooSoon, match=r"at 1\d:\d\d"):
            ring(handler)
        moment += timedelta(minutes=11)
    with clock.standing_at(moment), pytest.raises(TooManyTries, match="3 times today"):
        ring(handler)
    with clock.standing_at(NOON + timedelta(days=1)):
        assert ring(handler).pk


def test_one_subject_is_tried_so_often_in_all(handler: Account) -> None:
    subject = Subject("contact", new_id())
    for day in range(3):
        with clock.standing_at(NOON + timedelta(days=day)):
            attempt = ring(handler, subject=subject)
            finish_attempt(actor=handler.actor, attempt=attempt, result="NO_ANSWER")
    with clock.standing_at(NOON + timedelta(days=4)):
        with pytest.raises(TooManyTries, match="3 times in all"):
            ring(handler, subject=subject)
        assert ring(handler, subject=Subject("contact", new_id())).pk


def test_a_number_given_back_unrung_is_free_at_once(handler: Account, other_handler: Account) -> None:
    attempt = ring(handler)
    finish_attempt(actor=handler.actor, attempt=attempt, result="NOT_RUNG")
    assert ring(other_handler).pk


def test_what_came_of_an_attempt_is_said_once_and_by_whoever_made_it(
    handler: Account, other_handler: Account
) -> None:
    attempt = ring(handler)
    with pytest.raises(AttemptRefused, match="Somebody else"):
        finish_attempt(actor=other_handler.actor, attempt=attempt, result="REACHED")
    with pytest.raises(AttemptRefused, match="choose one of the results"):
        finish_attempt(actor=handler.actor, attempt=attempt, result="SPOKE")
    finish_attempt(actor=handler.actor, attempt=attempt, result="REACHED", note="Will ring back tomorrow.")
    assert [note.text for note in attempt.notes.all()] == ["Will ring back tomorrow."]
    with pytest.raises(AttemptRefused, match="recorded already"):
        finish_attempt(actor=handler.actor, attempt=attempt, result="NO_ANSWER")


def test_an_attempt_held_too_long_lapses_and_its_result_can_still_be_said(
    handler: Account, other_handler: Account
) -> None:
    attempt = ring(handler)
    with clock.standing_at(NOON + timedelta(minutes=59)):
        act_on_all_due()
        with pytest.raises(TakenByAnother):
            ring(other_handler)
    with clock.standing_at(NOON + timedelta(minutes=61)):
        act_on_all_due()
    attempt.refresh_from_db()
    assert attempt.result == "LAPSED"
    with clock.standing_at(NOON + timedelta(minutes=72)):
        assert ring(other_handler).pk
        finish_attempt(actor=handler.actor, attempt=attempt, result="REACHED")
    assert attempt.result == "REACHED"
    assert attempt.ended_at == NOON + timedelta(minutes=61)


def test_where_somebody_said_it_was_not_safe_nobody_rings_again(
    handler: Account, other_handler: Account
) -> None:
    attempt = ring(handler)
    finish_attempt(actor=handler.actor, attempt=attempt, result="NOT_SAFE_NOW")
    with clock.standing_at(NOON + timedelta(days=9)), pytest.raises(NotSafe, match="Ask a supervisor"):
        ring(other_handler)


def test_nobody_without_the_role_rings_and_no_machine_does(house: Records) -> None:
    with pytest.raises(NotPermitted, match="Contact handler"):
        ring(someone("analyst"))
    with pytest.raises(UnknownActor):
        begin_attempt(actor=Actor.system("practice"), channel="call_back", number=NUMBER, purpose="LOST_CALL")


def test_many_numbers_are_decided_in_as_many_queries_as_one(
    house: Records, handler: Account, django_assert_max_num_queries: object
) -> None:
    numbers = [f"0116 496 0{n:03}" for n in range(200)]
    house.say("+441164960007", "stalking")
    ring(handler, numbers[9])
    with one_version(), django_assert_max_num_queries(5):  # type: ignore[operator]
        decided = decide_all([*numbers, "", None], "call_back", NOON)
    assert [n for n in numbers if not decided[n].allowed] == [numbers[7], numbers[9]]
    assert not decided[numbers[7]].safe and decided[numbers[9]].safe
    assert decided[numbers[9]].holder == "Dev Patel"
    assert decided[""].reasons == (Why.NO_NUMBER,) and decided[None].reasons == (Why.NO_NUMBER,)


def test_every_refusal_of_the_gateway_is_a_sentence(house: Records, handler: Account) -> None:
    for number, links in ((NUMBER, ["domestic"]), ("", []), ("123", [])):
        house.say(STORED, *links)
        with pytest.raises(Refused) as refused:
            ring(handler, number)
        assert str(refused.value).endswith(".") and "%" not in str(refused.value)
