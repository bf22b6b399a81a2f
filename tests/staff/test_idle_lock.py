"""A screen that nobody touches: what it refuses, what it keeps, and when it never locks."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from darwin.deadlines import clock
from darwin.ledger.models import Entry
from darwin.staff import idle
from darwin.staff.idle import lock_after
from darwin.staff.models import Account

from .people import someone

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("operational_house")


@contextmanager
def minutes_later(minutes):
    with clock.standing_at(NOON + timedelta(minutes=minutes)):
        yield


def entered(signed_in, *roles, place="", way="passkey"):
    with clock.standing_at(NOON):
        account = someone(*roles)
        return account, signed_in(account, place=place, way=way)


@pytest.mark.parametrize(
    ("zone", "roles", "minutes"),
    [
        ("", ["contact_handler"], 15),
        ("nowhere", ["contact_handler"], 15),
        ("control_room", ["contact_handler"], 30),
        ("public_counter", ["contact_handler"], 5),
        ("", ["administrator"], 10),
        ("control_room", ["administrator"], 30),
        ("public_counter", ["administrator"], 5),
        ("", ["contact_handler", "administrator"], 10),
        ("", [], 15),
    ],
)
def test_the_minutes_come_from_the_place_and_the_role_the_shortest_wins(zone, roles, minutes):
    assert lock_after(zone, roles) == timedelta(minutes=minutes)


def test_a_locked_session_is_refused_personal_pages_and_every_write(signed_in):
    account, client = entered(signed_in, "administrator")
    with minutes_later(11):
        assert client.get("/staff/accounts/").status_code == 423
        assert client.post("/me/theme/", {"theme": "light"}).status_code == 423
        assert client.get("/").status_code == 200
    account.refresh_from_db()
    assert account.theme == ""
    assert not Entry.objects.filter(verb="consult").exists()


def test_what_was_sent_to_a_locked_session_is_kept_on_its_page(signed_in):
    _, client = entered(signed_in, "administrator")
    typed = {"sign_in_name": "new.person", "display_name": 'Jo "Red" Bell <b>', "force_number": ""}
    with minutes_later(11):
        page = client.post("/staff/accounts/open/", typed)
    assert page.status_code == 423
    text = page.content.decode()
    assert 'name="display_name" value="Jo &quot;Red&quot; Bell &lt;b&gt;"' in text
    assert not Account.objects.filter(sign_in_name="new.person").exists()


def test_a_script_and_a_part_of_a_page_get_an_answer_they_can_use(signed_in):
    _, client = entered(signed_in, "administrator")
    with minutes_later(11):
        told = client.get("/staff/accounts/", headers={"Accept": "application/json"})
        part = client.get("/staff/accounts/", headers={"HX-Request": "true"})
    assert (told.status_code, told.json()["locked"]) == (423, True)
    assert part.status_code == 423
    assert "<html" not in part.content.decode()


def test_touching_the_screen_keeps_it_open_and_asking_for_its_state_does_not(signed_in):
    _, client = entered(signed_in, "contact_handler")
    with minutes_later(14):
        assert client.get("/session/state/").json()["left_s"] == 60
    with minutes_later(14.5):
        client.post("/session/here/")
    with minutes_later(29):
        assert client.get("/session/state/").json()["locked"] is False
    with minutes_later(29.5):
        assert client.get("/session/state/").json()["locked"] is True


def test_a_lock_does_not_open_by_being_touched(signed_in):
    _, client = entered(signed_in, "contact_handler")
    with minutes_later(16):
        client.get("/session/state/")
        assert client.post("/session/here/").json()["locked"] is True
        assert client.post("/me/theme/", {"theme": "light"}).status_code == 423


def test_a_lock_stays_closed_when_the_clock_of_the_limit_is_read_again(signed_in):
    _, client = entered(signed_in, "contact_handler")
    with minutes_later(16):
        client.get("/")
    with minutes_later(1):
        assert client.get("/session/state/").json()["locked"] is True


def test_an_operational_lock_does_not_open_by_a_click(signed_in):
    _, client = entered(signed_in, "contact_handler")
    with minutes_later(16):
        answer = client.post("/session/unlock/", json.dumps({}), content_type="application/json")
        assert answer.status_code == 403
        assert client.get("/session/state/").json()["locked"] is True


def test_a_practice_way_in_does_not_unlock_an_operational_house(signed_in):
    _, client = entered(signed_in, "contact_handler", way="practice")
    with minutes_later(16):
        client.post("/session/unlock/", "{}", content_type="application/json")
        assert client.get("/session/state/").json()["locked"] is True


def test_nothing_locks_during_a_live_call(signed_in, monkeypatch):
    talking = set()
    monkeypatch.setattr(idle, "_live_calls", [lambda account: account.id in talking])
    account, client = entered(signed_in, "contact_handler")
    talking.add(account.id)
    with minutes_later(40):
        assert client.post("/session/lock/").json()["locked"] is False
        assert client.post("/me/theme/", {"theme": "light"}).status_code == 302
    talking.clear()
    with minutes_later(54):
        assert client.get("/session/state/").json()["locked"] is False
    with minutes_later(56):
        assert client.get("/session/state/").json()["locked"] is True


def test_a_board_in_a_declared_secure_room_dims_to_read_only(signed_in):
    _, client = entered(signed_in, "administrator", place="room:contact_floor")
    with minutes_later(31):
        state = client.get("/session/state/").json()
        assert (state["locked"], state["read_only"]) == (False, True)
        assert client.get("/staff/accounts/").status_code == 200
        assert client.post("/me/theme/", {"theme": "light"}).status_code == 423


@pytest.mark.parametrize(
    "place", ["room:", "room:kitchen", "zone:control_room", "room:contact_floor' OR 1=1"]
)
def test_a_room_that_nobody_declared_locks_like_any_other_place(place, signed_in):
    _, client = entered(signed_in, "administrator", place=place)
    with minutes_later(31):
        assert client.get("/session/state/").json()["locked"] is True


def test_a_person_can_lock_at_once(signed_in):
    _, client = entered(signed_in, "contact_handler")
    with clock.standing_at(NOON):
        assert client.post("/session/lock/").json()["locked"] is True
        assert client.post("/me/theme/", {"theme": "light"}).status_code == 423
