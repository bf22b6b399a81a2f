"""Many handlers at once, against a real database: each number is with one of them, and a no holds at once."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any

import pytest
from django.db import connection

from darwin.outbound.errors import NotSafe, TakenByAnother
from darwin.outbound.models import Attempt
from darwin.outbound.services.attempts import begin_attempt, finish_attempt
from darwin.outbound.services.preferences import record_safe_contact
from darwin.reference.queries import one_version
from darwin.staff.models import Account
from tests.staff.people import someone

from .conftest import NUMBER, Records

pytestmark = pytest.mark.django_db(transaction=True)
HANDLERS, NUMBERS, ROUNDS = 4, 6, 75


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    def run(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@pytest.mark.parametrize("new_number", [True, False], ids=["never seen before", "known"])
def test_of_four_who_take_a_number_at_once_three_are_told_who_has_it(
    house: Records, new_number: bool
) -> None:
    handlers = [someone("contact_handler", display_name=f"Handler {n}") for n in range(4)]
    if not new_number:
        record_safe_contact(actor=handlers[0].actor, number=NUMBER, allowed=["call_back"])
    together = Barrier(4)

    def take(n: int) -> str:
        together.wait(10)
        try:
            begin_attempt(actor=handlers[n].actor, channel="call_back", number=NUMBER, purpose="LOST_CALL")
        except TakenByAnother as taken:
            return str(taken)
        return "mine"

    told = in_threads(4, take)
    winner = handlers[told.index("mine")].display_name
    assert sorted(told) == sorted(["mine"] + 3 * [f"{winner} is ringing this number. You were second."])
    assert Attempt.objects.filter(ended_at=None).count() == 1


def test_one_person_taken_at_two_numbers_at_once_is_with_one_handler(house: Records) -> None:
    handlers = [someone("contact_handler") for _ in range(2)]
    person = handlers[0].id  # any identifier
    together = Barrier(2)

    def take(n: int) -> bool:
        together.wait(10)
        try:
            begin_attempt(
                actor=handlers[n].actor,
                channel="call_back",
                number=f"07700 90014{n}",
                purpose="LOST_CALL",
                person=person,
            )
        except TakenByAnother:
            return False
        return True

    assert sorted(in_threads(2, take)) == [False, True]


class Watch:
    """What the handlers of one run saw: who has which number, and which numbers somebody said no to."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.held: dict[str, int] = {}
        self.refused: set[str] = set()
        self.begun = self.second = self.kept_from = 0

    def took(self, number: str, who: int) -> None:
        with self.lock:
            assert number not in self.held, f"{number} is with {self.held[number]} and with {who}"
            self.held[number] = who
            self.begun += 1

    def gives_back(self, number: str) -> None:
        with self.lock:
            del self.held[number]


def _work(account: Account, who: int, watch: Watch, numbers: list[str]) -> None:
    """Rings and gives back, at random; now and then records that a caller does not want to be rung."""
    chance = random.Random(who)
    with one_version():
        for turn in range(ROUNDS):
            number = chance.choice(numbers)
            if turn % 25 == 24:
                record_safe_contact(actor=account.actor, number=number, not_allowed=["call_back"])
                with watch.lock:
                    watch.refused.add(number)
                continue
            with watch.lock:
                said_no = number in watch.refused
            try:
                attempt = begin_attempt(
                    actor=account.actor, channel="call_back", number=number, purpose="LOST_CALL"
                )
            except TakenByAnother:
                watch.second += 1
                continue
            except NotSafe:
                watch.kept_from += 1
                continue
            assert not said_no, f"{number} was rung against a preference"
            watch.took(number, who)
            watch.gives_back(number)
            # Given back unrung, so that the gap and the day's number of tries do not end the run.
            finish_attempt(actor=account.actor, attempt=attempt, result="NOT_RUNG")


def test_handlers_at_once_never_share_a_number_and_a_no_holds_from_its_moment(house: Records) -> None:
    handlers = [someone("contact_handler", display_name=f"Handler {n}") for n in range(HANDLERS)]
    numbers = [f"07700 9001{n:02}" for n in range(NUMBERS)]
    watch = Watch()
    in_threads(HANDLERS, lambda who: _work(handlers[who], who, watch, numbers))
    assert watch.begun > 20 and watch.second > 0 and watch.kept_from > 0
    assert Attempt.objects.count() == watch.begun
    assert not Attempt.objects.filter(ended_at=None).exists()
