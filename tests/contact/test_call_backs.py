"""Nobody who gave up is forgotten, nobody is rung by two, and nobody is rung back into danger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.urls import reverse

from darwin.contact.callbacks.listed import Standing, call_backs
from darwin.contact.models import ContactQueue
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.callbacks import (
    NotOwed,
    decide_call_back,
    finish_call_back,
    ring_by_switch,
    take_call_back,
)
from darwin.contact.services.calls import record_calls
from darwin.contact.services.promises import make_promise
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import Outcome
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry
from darwin.outbound.errors import NotSafe, TakenByAnother
from darwin.outbound.models import Attempt
from darwin.records.services.phones import link_number, mark_number
from darwin.staff.models import Account
from tests.staff.conftest import signed_in  # noqa: F401
from tests.staff.people import someone

pytestmark = pytest.mark.django_db
IMPORTER = Actor.system("import")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=clock.LONDON)
NUMBER, OTHER = "07700 900142", "07700 900318"
_serial = count(1)


@pytest.fixture(autouse=True)
def house(opened_installation: Callable[[str], None], settings: Any) -> Any:
    settings.DARWIN_MODE = "operational"
    with clock.standing_at(NOON):
        opened_installation("operational")
        open_queue(actor=IMPORTER, slug="101", label="crime line", switch="test")
        yield


@pytest.fixture
def handler() -> Account:
    return someone("contact_handler", display_name="Dev Patel")


@pytest.fixture
def supervisor() -> Account:
    return someone("contact_supervisor", display_name="Ruth Adeyemi")


def calls(
    number: str | None, minutes_ago: float, outcome: Outcome = Outcome.ABANDONED, channel: str = "PHONE_101"
) -> str:
    at = clock.now() - timedelta(minutes=minutes_ago)
    answered = outcome is Outcome.ANSWERED
    leg = LegRecord(
        queue="101",
        entry_no=0 if outcome is Outcome.REFUSED else 1,
        outcome=outcome,
        offered_at=at,
        joined_at=at,
        left_at=at + timedelta(seconds=80),
        connected_at=at + timedelta(seconds=80) if answered else None,
        wait_ms=80_000,
    )
    key = f"call-{next(_serial)}"
    legs = (leg,) if channel.startswith("PHONE") else ()
    record = CallRecord(source_key=key, channel=channel, first_offered_at=at, legs=legs, caller=number)
    record_calls(actor=IMPORTER, source="test", rows=[record])
    return key


def listed() -> list[str]:
    return [row.owed.number for row in call_backs(clock.now()).listed]


LOST = [Outcome.ABANDONED, Outcome.REFUSED, Outcome.EXPELLED, Outcome.CALLBACK_REQUESTED]


@pytest.mark.parametrize("outcome", LOST)
def test_whoever_was_not_answered_is_on_the_list(outcome: Outcome) -> None:
    calls(NUMBER, 20, outcome)
    assert listed() == ["+447700900142"]


CAME_BACK = [
    (Outcome.ANSWERED, "PHONE_101", True),
    (Outcome.ABANDONED, "PHONE_101", False),
    (Outcome.ANSWERED, "ONLINE_REPORT", True),
]


@pytest.mark.parametrize(("outcome", "channel", "through"), CAME_BACK)
def test_who_got_through_later_is_owed_nothing_and_who_did_not_still_is(
    outcome: Outcome, channel: str, through: bool
) -> None:
    calls(NUMBER, 30)
    calls(NUMBER, 10, outcome, channel)
    assert listed() == ([] if through else ["+447700900142"])


def test_an_answer_before_giving_up_pays_nothing() -> None:
    calls(NUMBER, 50, Outcome.ANSWERED)
    calls(NUMBER, 20)
    assert listed() == ["+447700900142"]


def test_most_tries_first_then_longest_since_the_last() -> None:
    calls("07700 900001", 10)
    calls("07700 900002", 40)
    for minutes in (50, 30, 5):
        calls("07700 900003", minutes)
    rows = call_backs(clock.now()).listed
    assert [(row.owed.number[-1], row.owed.tries) for row in rows] == [("3", 3), ("2", 1), ("1", 1)]


def test_a_caller_of_the_day_before_yesterday_is_not_rung_out_of_the_blue() -> None:
    calls(NUMBER, 25 * 60)
    assert listed() == []


def test_a_promise_sets_the_time_and_being_spoken_to_keeps_it(handler: Account) -> None:
    calls(NUMBER, 30)
    row = call_backs(clock.now()).listed[0]
    due = clock.now() + timedelta(minutes=5)
    promise = make_promise(actor=handler.actor, contact_id=row.key, promised_at=clock.now(), promised_by=due)
    assert call_backs(clock.now()).listed[0].owed.ring_by == due
    attempt = take_call_back(actor=handler.actor, contact_id=row.key)
    finish_call_back(actor=handler.actor, attempt=attempt, result="REACHED")
    promise.refresh_from_db()
    assert promise.kept_at == clock.now()
    assert listed() == []


def test_of_two_handlers_the_second_is_told_who_has_the_number(handler: Account) -> None:
    calls(NUMBER, 30)
    row = call_backs(clock.now()).listed[0]
    take_call_back(actor=handler.actor, contact_id=row.key)
    second = someone("contact_handler")
    with pytest.raises(TakenByAnother, match=r"Dev Patel is ringing this number\. You were second\."):
        take_call_back(actor=second.actor, contact_id=row.key)
    assert call_backs(clock.now()).listed[0].standing is Standing.TAKEN


@pytest.mark.parametrize(("result", "owed"), [("REACHED", False), ("NO_ANSWER", True), ("NOT_RUNG", True)])
def test_only_being_spoken_to_takes_a_number_off_the_list(result: str, owed: bool, handler: Account) -> None:
    calls(NUMBER, 30)
    row = call_backs(clock.now()).listed[0]
    attempt = take_call_back(actor=handler.actor, contact_id=row.key)
    finish_call_back(actor=handler.actor, attempt=attempt, result=result)
    assert bool(listed()) is owed


def test_giving_up_again_after_being_spoken_to_is_a_new_debt(handler: Account) -> None:
    calls(NUMBER, 30)
    attempt = take_call_back(actor=handler.actor, contact_id=call_backs(clock.now()).listed[0].key)
    finish_call_back(actor=handler.actor, attempt=attempt, result="REACHED")
    with clock.standing_at(NOON + timedelta(hours=2)):
        calls(NUMBER, 10)
        assert listed() == ["+447700900142"]


def test_after_the_last_try_the_force_makes_nobody_rings_on(handler: Account) -> None:
    calls(NUMBER, 30)
    key = call_backs(clock.now()).listed[0].key
    for turn in range(3):
        with clock.standing_at(NOON + timedelta(hours=1 + 2 * turn)):
            attempt = take_call_back(actor=handler.actor, contact_id=key)
            finish_call_back(actor=handler.actor, attempt=attempt, result="NO_ANSWER")
    with clock.standing_at(NOON + timedelta(hours=8)):
        row = call_backs(clock.now()).listed[0]
        assert row.standing in (Standing.ENOUGH, Standing.LATER)
        assert row.why


def test_who_has_got_through_meanwhile_cannot_be_taken(handler: Account) -> None:
    calls(NUMBER, 30)
    key = call_backs(clock.now()).listed[0].key
    calls(NUMBER, 5, Outcome.ANSWERED)
    with pytest.raises(NotOwed, match="got through"):
        take_call_back(actor=handler.actor, contact_id=key)
    assert not Attempt.objects.exists()


# --- numbers that are not safe ---


def unsafe(number: str = NUMBER) -> Any:
    calls(number, 30)
    link_number(actor=IMPORTER, number=number, link="domestic", subject=None, reason="a report")
    return call_backs(clock.now()).not_safe[0]


def test_a_number_that_is_not_safe_is_on_no_handlers_page(handler: Account, signed_in: Any) -> None:  # noqa: F811
    calls(OTHER, 20)
    row = unsafe()
    answer = signed_in(handler).get(reverse("contact:call_backs"))
    body = answer.content.decode()
    assert "900318" in body
    assert "900142" not in body
    assert str(row.key) not in body
    assert "Not safe to ring" not in body
    refused = signed_in(handler).get(reverse("contact:not_safe", args=[row.key]))
    assert refused.status_code == 403


def test_the_rows_of_numbers_that_are_not_safe_tell_nobody_who_it_is(
    supervisor: Account,
    signed_in: Any,  # noqa: F811
) -> None:
    unsafe()
    mark_number(actor=IMPORTER, number=NUMBER, kind="care_home", reason="seen")
    body = signed_in(supervisor).get(reverse("contact:call_backs")).content.decode()
    panel = body[body.index("not-safe-title") :]
    assert "900142" not in panel
    assert "care home" not in panel
    assert "opens with your reason" in panel


def test_it_opens_with_a_reason_only_and_the_reason_stays_with_the_reading(
    supervisor: Account,
    signed_in: Any,  # noqa: F811
) -> None:
    row = unsafe()
    browser, address = signed_in(supervisor), reverse("contact:not_safe", args=[row.key])
    assert "900142" not in browser.get(address).content.decode()
    assert "900142" not in browser.post(address, {"reason": " "}).content.decode()
    opened = browser.post(address, {"reason": "She rang three times"}).content.decode()
    assert "900142" in opened
    assert "Ask a supervisor" in opened
    read = Entry.objects.get(event="contact.not_safe", actor_id=supervisor.id)
    assert read.reason_id is not None


def test_nobody_rings_it_before_a_decision_and_then_once_as_decided(supervisor: Account) -> None:
    row = unsafe()
    with pytest.raises(NotSafe):
        take_call_back(actor=supervisor.actor, contact_id=row.key)
    decide_call_back(
        actor=supervisor.actor,
        contact_id=row.key,
        reason="She rang three times",
        method=["withheld", "no_voicemail", "ask_first"],
    )
    other = someone("contact_supervisor")
    with pytest.raises(NotSafe):
        take_call_back(actor=other.actor, contact_id=row.key)
    attempt = take_call_back(actor=supervisor.actor, contact_id=row.key)
    assert set(attempt.conditions) == {"withheld", "no_voicemail", "ask_first"}
    finish_call_back(actor=supervisor.actor, attempt=attempt, result="NO_ANSWER")
    with clock.standing_at(NOON + timedelta(hours=2)), pytest.raises(NotSafe):
        take_call_back(actor=supervisor.actor, contact_id=row.key)


def test_a_decision_on_the_page_not_to_ring_is_shown_and_looked_at_again(
    supervisor: Account,
    signed_in: Any,  # noqa: F811
) -> None:
    row = unsafe()
    browser = signed_in(supervisor)
    form = {"reason": "Neighbour answered last time", "decide": "1", "choice": "leave", "look_again": "4"}
    answer = browser.post(reverse("contact:not_safe", args=[row.key]), form)
    assert answer.status_code == 302
    body = browser.get(reverse("contact:call_backs")).content.decode()
    assert "do not ring. Look again 16:00" in body.replace("\u00a0", " ")
    assert not Attempt.objects.exists()


def test_a_decision_to_ring_without_a_method_is_refused_and_nothing_is_lost(
    supervisor: Account,
    signed_in: Any,  # noqa: F811
) -> None:
    row = unsafe()
    form = {"reason": "Three tries", "decide": "1", "choice": "ring"}
    answer = signed_in(supervisor).post(reverse("contact:not_safe", args=[row.key]), form)
    assert answer.status_code == 400
    body = answer.content.decode()
    assert "Choose how it is rung" in body
    assert 'value="Three tries"' in body


def test_a_page_through_takes_rings_and_finishes_by_hand_where_no_switch_is_heard(
    handler: Account,
    signed_in: Any,  # noqa: F811
) -> None:
    calls(NUMBER, 30)
    browser = signed_in(handler)
    key = call_backs(clock.now()).listed[0].key
    taken = browser.post(reverse("contact:call_back_take", args=[key]), follow=True)
    assert "Name nobody" in taken.content.decode()
    attempt = Attempt.objects.get()
    rung = browser.post(reverse("contact:call_back_ring", args=[attempt.id]), follow=True)
    assert "Ring on your own telephone" in rung.content.decode()
    attempt.refresh_from_db()
    assert attempt.ended_at is None
    missing = browser.post(reverse("contact:call_back", args=[attempt.id]), {"note": "kept"})
    assert missing.status_code == 400
    assert "kept" in missing.content.decode()
    browser.post(reverse("contact:call_back", args=[attempt.id]), {"result": "REACHED", "note": ""})
    assert listed() == []


def test_news_of_the_list_are_counts_and_nothing_of_the_unsafe(handler: Account, signed_in: Any) -> None:  # noqa: F811
    calls(OTHER, 20)
    unsafe()
    browser, address = signed_in(handler), reverse("contact:call_backs_new")
    shown = str(call_backs(clock.now()).listed[0].key)
    assert browser.post(address, {"shown": shown}).content.decode().strip() == ""
    assert browser.post(address, {}).content.decode().strip() == "1 new"


def test_the_switch_rings_through_the_gateway_alone() -> None:
    from darwin.outbound.channels import CALL_BACK, channel_named

    assert channel_named(CALL_BACK).send is ring_by_switch


def test_a_hundred_rows_cost_as_many_queries_as_ten(
    handler: Account,
    signed_in: Any,  # noqa: F811
    django_assert_max_num_queries: Any,
) -> None:
    assert ContactQueue.objects.exists()
    for serial in range(100):
        calls(f"07700 900{serial:03}", 20 + serial / 10)
    browser = signed_in(handler)
    with django_assert_max_num_queries(12):
        body = browser.get(reverse("contact:call_backs")).content
    assert body.count(b"data-row-press") == 100
