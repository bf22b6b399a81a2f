"""A supervisor's decision about a number that is not safe: one call, one person, one time, its conditions."""

from datetime import timedelta
from typing import Any

import pytest

from darwin.deadlines import clock
from darwin.deadlines.worker import act_on_all_due
from darwin.outbound.deciding import Asked, decide
from darwin.outbound.errors import NotPermitted, NotSafe, TakenByAnother
from darwin.outbound.judging import Why
from darwin.outbound.models import Attempt, UnsafeOverride
from darwin.outbound.services.attempts import begin_attempt, finish_attempt
from darwin.outbound.services.overrides import DO_NOT_RING, OverrideRefused, decide_unsafe
from darwin.outbound.services.preferences import record_safe_contact
from darwin.staff.models import Account
from tests.staff.people import someone

from .conftest import NOON, NUMBER, Records

pytestmark = pytest.mark.django_db
ALL = ["ask_first", "no_voicemail", "withheld"]


@pytest.fixture(autouse=True)
def _not_safe(house: Records, supervisor: Account) -> None:
    house.say(NUMBER, "stalking")


def let(supervisor: Account, **more: Any) -> UnsafeOverride:
    values = {"number": NUMBER, "reason": "Three tries in ten minutes.", "method": ALL, **more}
    return decide_unsafe(actor=supervisor.actor, **values)


def ring(account: Account) -> Attempt:
    return begin_attempt(actor=account.actor, channel="call_back", number=NUMBER, purpose="LOST_CALL")


def test_only_the_named_person_rings_once_and_under_the_conditions(
    handler: Account, other_handler: Account, supervisor: Account
) -> None:
    let(supervisor, rung_by=handler.id, method=["withheld", "ask_first"])
    with pytest.raises(NotSafe):
        ring(other_handler)
    attempt = ring(handler)
    assert attempt.conditions == ["ask_first", "withheld"] and attempt.override is not None
    with pytest.raises((TakenByAnother, NotSafe)):
        ring(handler)
    finish_attempt(actor=handler.actor, attempt=attempt, result="NO_ANSWER")
    with clock.standing_at(NOON + timedelta(minutes=20)), pytest.raises(NotSafe):
        ring(handler)


def test_leave_to_ring_ends_with_its_time_whether_or_not_a_worker_runs(
    handler: Account, supervisor: Account
) -> None:
    made = let(supervisor, rung_by=handler.id)
    with clock.standing_at(NOON + timedelta(minutes=30)):
        with pytest.raises(NotSafe):
            ring(handler)
        act_on_all_due()
    made.refresh_from_db()
    assert made.ended_at == NOON + timedelta(minutes=30)


def test_used_leave_is_not_ended_later(handler: Account, supervisor: Account) -> None:
    made = let(supervisor, rung_by=handler.id)
    ring(handler)
    with clock.standing_at(NOON + timedelta(minutes=31)):
        act_on_all_due()
    made.refresh_from_db()
    assert made.ended_at is None


def test_nobody_sets_aside_what_the_person_asked(handler: Account, supervisor: Account) -> None:
    record_safe_contact(actor=handler.actor, number=NUMBER, not_allowed=["call_back"])
    with pytest.raises(OverrideRefused, match="nobody can set that aside"):
        let(supervisor, rung_by=handler.id)
    assert let(supervisor, method=DO_NOT_RING, until=NOON + timedelta(hours=6)).pk


def test_a_no_that_comes_after_the_leave_still_holds(handler: Account, supervisor: Account) -> None:
    let(supervisor, rung_by=handler.id)
    record_safe_contact(actor=handler.actor, number=NUMBER, not_allowed=["call_back"])
    with pytest.raises(NotSafe, match="they asked us not to"):
        ring(handler)


def test_leave_to_ring_gives_no_leave_to_write(handler: Account, supervisor: Account) -> None:
    let(supervisor, rung_by=handler.id)
    assert not decide(NUMBER, "text", NOON, Asked(by=handler.id)).allowed


def test_do_not_ring_holds_for_everybody_until_it_is_looked_at_again(
    house: Records, handler: Account, supervisor: Account
) -> None:
    house.forget()
    let(supervisor, method=DO_NOT_RING, until=NOON + timedelta(hours=6))
    with pytest.raises(NotSafe, match="looks again at 18:00"):
        ring(handler)
    with clock.standing_at(NOON + timedelta(hours=6)):
        act_on_all_due()
        assert ring(handler).pk
    assert UnsafeOverride.objects.get().ended_at == NOON + timedelta(hours=6)


def test_a_later_decision_supersedes_and_both_stay(
    handler: Account, other_handler: Account, supervisor: Account
) -> None:
    first = let(supervisor, rung_by=handler.id)
    let(supervisor, rung_by=other_handler.id, reason="Dev is on a call.")
    first.refresh_from_db()
    assert first.superseded_at == NOON and first.ended_at is None
    with pytest.raises(NotSafe):
        ring(handler)
    assert ring(other_handler).pk


def test_leave_given_before_somebody_said_it_was_not_safe_is_void(
    house: Records, handler: Account, other_handler: Account, supervisor: Account
) -> None:
    house.forget()
    let(supervisor, rung_by=handler.id)
    with clock.standing_at(NOON + timedelta(minutes=1)):
        attempt = ring(other_handler)
        finish_attempt(actor=other_handler.actor, attempt=attempt, result="NOT_SAFE_NOW")
        decision = decide(NUMBER, "call_back", clock.now(), Asked(by=handler.id))
    assert Why.TOLD_NOT_SAFE in decision.reasons


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"reason": " "}, "Say why"),
        ({"method": []}, "Choose how it is rung"),
        ({"method": ["loudly"]}, "Choose how it is rung"),
        ({"method": DO_NOT_RING}, "Say until when"),
        ({"until": NOON}, "still to come"),
    ],
)
def test_a_decision_without_what_it_needs_is_refused(
    more: dict[str, Any], told: str, supervisor: Account
) -> None:
    with pytest.raises(OverrideRefused, match=told):
        let(supervisor, **more)
    assert not UnsafeOverride.objects.exists()


def test_only_a_supervisor_decides_and_only_who_may_ring_is_named(
    handler: Account, supervisor: Account
) -> None:
    with pytest.raises(NotPermitted, match="Contact supervisor, Duty inspector"):
        let(handler)
    with pytest.raises(NotPermitted):
        let(supervisor, rung_by=someone("analyst").id)
    assert not UnsafeOverride.objects.exists()
