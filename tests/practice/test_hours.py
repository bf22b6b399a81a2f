"""The clock of the practice force on its pages: who may change it, and that everybody sees the same."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from darwin.contact.models import Contact, FloorCall, FloorStage
from darwin.contact.services.queues import open_queue
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.practice.hours import FIRST_RATE, HoursRefused, next_busy_monday, set_speed, wake_force
from darwin.practice.models import PracticeForce
from darwin.practice.permissions import SET_CLOCK
from darwin.practice.records import SOURCE
from darwin.practice.services import NotPractice, open_force
from darwin.practice.urls import practice_addresses
from darwin.staff.models import Account
from darwin.staff.roles import EVERYONE
from darwin.staff.services import open_practice_accounts
from darwin.staff.services.practice import BY_ROLE

ACTOR = Actor.system("practice")


class Moved:
    """Real time as the test has it, for a clock that follows a file."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Moved]:
    moved = Moved(datetime(2026, 11, 22, 14, 24, tzinfo=UTC))
    monkeypatch.setattr(clock, "real_now", lambda: moved.at)
    monkeypatch.setattr(clock, "monotonic", lambda: moved.at.timestamp())
    clock.follow(tmp_path / "clock.json")
    yield moved
    clock.follow(None)


@pytest.fixture
def house(opened_installation: Any, settings: Any, outside: Moved) -> None:
    settings.DARWIN_MODE, settings.ROOT_URLCONF = "practice", "tests.staff.practice_urls"
    opened_installation("practice")
    open_practice_accounts(actor=ACTOR)


def signed_in(role: str) -> Client:
    client = Client()
    answer = client.post(reverse("staff:enter_practice"), {"role": role})
    assert answer.status_code == 302
    return client


def test_who_may_sees_the_buttons_and_changes_the_speed_for_everybody(house: None, outside: Moved) -> None:
    trainer, trainee = signed_in("contact_supervisor"), signed_in("contact_handler")
    assert "Speed 1×" in trainee.get("/").content.decode()
    answer = trainer.post(reverse("practice:change_clock"), {"speed": "20"})
    assert answer.status_code == 302
    outside.pass_by(1)
    assert clock.rate() == 20
    page = trainee.get("/").content.decode()
    assert "Speed 20×" in page
    assert re.search(r'data-clock="[^"]+ 20"', page)
    assert 'name="speed"' in trainer.get(reverse("practice:clock")).content.decode()
    assert 'name="speed"' not in trainee.get(reverse("practice:clock")).content.decode()


def test_every_role_sees_the_clock_and_only_the_trainers_change_it(house: None, outside: Moved) -> None:
    for role in sorted(EVERYONE):
        client = signed_in(role)
        assert client.get(reverse("practice:clock")).status_code == 200
        expected = 302 if role in SET_CLOCK.roles else 403
        assert client.post(reverse("practice:change_clock"), {"speed": "5"}).status_code == expected


def test_a_speed_that_is_none_changes_nothing_and_says_so(house: None, outside: Moved) -> None:
    answer = signed_in("contact_supervisor").post(reverse("practice:change_clock"), {"speed": "1000"})
    assert answer.status_code == 422
    assert (
        "There is no such speed. Nothing was changed. Choose one of 1×, 5×, 20×." in answer.content.decode()
    )
    outside.pass_by(1)
    assert clock.rate() == 1


def test_the_jump_leads_to_eight_on_the_next_monday_and_keeps_the_speed(house: None, outside: Moved) -> None:
    trainer = signed_in("contact_supervisor")
    trainer.post(reverse("practice:change_clock"), {"speed": "5"})
    outside.pass_by(1)
    trainer.post(reverse("practice:change_clock"), {"speed": "jump"})
    outside.pass_by(0.3)
    assert clock.now() == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert clock.rate() == 5
    # Whoever was signed in stays so, and no screen locks: hours here are no hours at the keyboard.
    assert trainer.get("/").status_code == 200


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 22, 14, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=UTC)),
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=UTC)),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), datetime(2026, 11, 30, 8, tzinfo=UTC)),
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),  # summer time begins
    ],
)
def test_the_busy_monday_always_lies_ahead(now: datetime, monday: datetime) -> None:
    assert next_busy_monday(now) == monday


@pytest.mark.parametrize(
    ("now", "wakes"),
    [
        (datetime(2026, 11, 22, 14, 24, tzinfo=UTC), None),
        (datetime(2026, 11, 22, 4, 0, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC)),
        (datetime(2026, 11, 22, 19, 30, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)),
    ],
)
def test_a_fresh_force_wakes_by_day_and_runs_faster(
    house: None, outside: Moved, now: datetime, wakes: datetime | None
) -> None:
    outside.at = now
    assert wake_force(actor=ACTOR)
    outside.pass_by(0.3)
    assert clock.rate() == FIRST_RATE
    assert clock.now() == (wakes or now + timedelta(seconds=0.3))
    open_force(actor=ACTOR)
    assert not wake_force(actor=ACTOR)
    assert PracticeForce.objects.count() == 1


def test_the_clock_of_real_people_cannot_be_changed(opened_installation: Any, outside: Moved) -> None:
    opened_installation("operational")
    with pytest.raises(NotPractice):
        set_speed(actor=ACTOR, rate=5)
    assert clock.rate() == 1


def test_a_refused_speed_is_a_sentence(house: None, outside: Moved) -> None:
    with pytest.raises(HoursRefused, match="no such speed"):
        set_speed(actor=ACTOR, rate=7)


def test_outside_practice_the_pages_have_no_address() -> None:
    assert practice_addresses("operational") == practice_addresses("shadow") == []
    for name in ("clock", "change_clock", "caller", "caller_part"):
        with pytest.raises(NoReverseMatch):
            reverse(f"practice:{name}", urlconf="darwin.config.urls")


def test_the_caller_speaks_once_the_call_is_answered(house: None) -> None:
    open_force(actor=ACTOR)
    sam = Account.objects.get(sign_in_name=BY_ROLE["contact_handler"].sign_in_name)
    client = signed_in("contact_handler")
    assert client.get(reverse("practice:caller_part")).content.decode().strip() == ""
    assert "Your telephone has no call." in client.get(reverse("practice:caller")).content.decode()
    call = _call_of(sam)
    assert "It rings. Answer it" in client.get(reverse("practice:caller")).content.decode()
    call.stage = FloorStage.TALKING
    call.save()
    part = client.get(reverse("practice:caller_part")).content.decode()
    assert "Practice: the caller" in part
    assert part in client.get(reverse("practice:caller")).content.decode()
    assert client.get(reverse("practice:caller_part")).content.decode() == part
    assert signed_in("analyst").get(reverse("practice:caller_part")).status_code == 403


def test_the_panel_is_on_the_pages_of_those_who_take_calls_only(house: None) -> None:
    part = reverse("practice:caller_part")
    assert f'data-practice-panel="{part}"' in signed_in("contact_handler").get("/").content.decode()
    assert "data-practice-panel" not in signed_in("analyst").get("/").content.decode()
    assert "data-practice-panel" not in Client().get(reverse("staff:sign_in")).content.decode()


def _call_of(account: Account) -> FloorCall:
    now = clock.now()
    queue = open_queue(actor=ACTOR, slug="101")
    contact = Contact.objects.create(
        channel="PHONE_101", first_offered_at=now, source=SOURCE, source_key="N20261109-00001"
    )
    return FloorCall.objects.create(
        switch=SOURCE,
        call_id="N20261109-00001",
        contact=contact,
        queue=queue,
        stage=FloorStage.RINGING,
        since=now,
        arrived_at=now,
        joined_at=now,
        agents=["PJSIP/1001"],
    )
