"""A screen without a keyboard shows the wall and nothing else, until somebody ends it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry, EntrySubject
from darwin.staff.models import WallScreen
from darwin.staff.services import StaffFault, end_wall_screen, make_wall_code, pair_wall_screen
from darwin.staff.walls import cookie_name
from tests.contact.now import scene
from tests.staff.people import someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lines")]
ACTOR = Actor.system("test")


@pytest.fixture
def supervisor(signed_in: Callable[..., Client]) -> Client:
    return signed_in(someone("contact_supervisor"))


def code_on(page: bytes) -> str:
    return page.decode().split('<p class="w-code">')[1].split("</p>")[0]


def test_a_code_makes_a_screen_a_wall_once(supervisor: Client) -> None:
    made = supervisor.post(reverse("contact:wall_screen_add"), {"name": "  Control room,  left "})
    code = code_on(made.content)
    assert WallScreen.objects.get().name == "Control room, left"
    screen = Client()
    assert screen.get("/wall/").status_code == 302
    answer = screen.post(reverse("contact:wall_pair"), {"code": code.lower().replace("-", " ")})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/wall/")
    cookie = screen.cookies[cookie_name()]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    page = screen.get("/wall/")
    assert page.status_code == 200
    assert b"data-idle" not in page.content, "it never locks"
    again = Client().post(reverse("contact:wall_pair"), {"code": code})
    assert again.status_code == 400
    assert "used" in again.content.decode()


def test_what_is_kept_of_a_code_and_a_token_opens_nothing(supervisor: Client) -> None:
    _screen, code = make_wall_code(actor=ACTOR, name="Left")
    screen, token = pair_wall_screen(actor=ACTOR, code=code)
    kept = {str(value) for value in WallScreen.objects.filter(pk=screen.pk).values_list()[0]}
    assert not kept & {code, code.replace("-", ""), token}
    for held in (screen.token_hash, screen.code_hash):
        thief = Client()
        thief.cookies[cookie_name()] = held
        assert thief.get("/wall/").status_code == 302


@pytest.mark.parametrize("late", [timedelta(hours=1), timedelta(days=3)])
def test_a_code_is_good_for_an_hour(late: timedelta) -> None:
    _screen, code = make_wall_code(actor=ACTOR, name="Left")
    with clock.standing_at(scene.NOW + late), pytest.raises(StaffFault):
        pair_wall_screen(actor=ACTOR, code=code)
    with clock.standing_at(scene.NOW + timedelta(minutes=59)):
        pair_wall_screen(actor=ACTOR, code=code)


def test_a_new_code_for_the_same_place_ends_the_one_before() -> None:
    _screen, first = make_wall_code(actor=ACTOR, name="Left")
    make_wall_code(actor=ACTOR, name="left")
    with pytest.raises(StaffFault):
        pair_wall_screen(actor=ACTOR, code=first)


def paired(name: str = "Left") -> tuple[WallScreen, Client]:
    _screen, code = make_wall_code(actor=ACTOR, name=name)
    screen, token = pair_wall_screen(actor=ACTOR, code=code)
    browser = Client()
    browser.cookies[cookie_name()] = token
    return screen, browser


def test_an_ended_screen_shows_nothing_more(supervisor: Client) -> None:
    screen, browser = paired()
    assert browser.get("/wall/").status_code == 200
    assert supervisor.post(reverse("contact:wall_screen_end", args=[screen.id])).status_code == 302
    assert browser.get("/wall/").status_code == 302
    assert WallScreen.objects.get(pk=screen.pk).ended_at == scene.NOW


def test_a_screen_sees_no_other_page() -> None:
    _screen, browser = paired()
    for address in ("/", "/contact/line/", "/contact/lost-callers/", "/wall/screens/"):
        answer = browser.get(address)
        assert answer.status_code == 302
        assert "/sign-in/" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("screens", "status"),
    [
        ("contact.wallboard", 200),
        ("contact.wallboard.cy", 200),
        ("contact.floor", 302),
        ("contact.wallboard,contact.floor", 302),
        ("", 302),
        ("contact.unknown", 302),
    ],
)
def test_a_screen_watches_walls_only(screens: str, status: int) -> None:
    _screen, browser = paired()
    assert browser.get(f"/live/?screens={screens}").status_code == status


@pytest.mark.parametrize("name", ["", "   "])
def test_a_screen_without_a_name_is_refused_and_what_was_typed_is_kept(supervisor: Client, name: str) -> None:
    answer = supervisor.post(reverse("contact:wall_screen_add"), {"name": name})
    assert answer.status_code == 400
    assert "needs a name" in answer.content.decode()
    paired("Left")
    answer = supervisor.post(reverse("contact:wall_screen_add"), {"name": "LEFT"})
    assert answer.status_code == 400
    assert 'value="LEFT"' in answer.content.decode()


def test_each_step_of_a_screens_life_is_in_the_ledger_without_its_name() -> None:
    screen, _browser = paired("Corner of Quentin")
    end_wall_screen(actor=ACTOR, screen=screen)
    end_wall_screen(actor=ACTOR, screen=screen)
    about = EntrySubject.objects.filter(kind="wall_screen", id=screen.id).values("entry_id")
    entries = Entry.objects.filter(id__in=about).order_by("id")
    assert [entry.event for entry in entries] == [
        "staff.made_wall_code",
        "staff.paired_wall_screen",
        "staff.ended_wall_screen",
    ]
