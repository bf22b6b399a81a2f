"""The pages that record, correct and protect a person, in a real browser, in both themes and languages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from darwin.ledger.actors import Actor
from darwin.records.models import Person, PhoneLink, PhoneLinkEnding
from darwin.records.services.links import propose_link_ending
from darwin.records.services.markers import restrict_record
from darwin.records.services.people import correct_person, record_person
from darwin.records.services.phones import link_number
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts
from tests.browser.pictures import place_of
from tests.ledger.looking import untouched_ledger
from tests.records.addresses import priya, reviews_of

WIDE, MIDDLE, NARROW = (
    {"width": 1440, "height": 900},
    {"width": 768, "height": 900},
    {"width": 390, "height": 844},
)
LARGEST_PICTURE = 250_000
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
PAGES = [
    ("contact_handler", "/records/people/new/?q=krzysztof+wroblewski+07700900321&born=3/1984"),
    ("contact_handler", "/records/people/{person}/"),
    ("contact_handler", "/records/people/{person}/history/"),
    ("contact_handler", "/records/people/{person}/correct/"),
    ("contact_handler", "/records/people/{person}/add/name/"),
    ("contact_handler", "/records/people/{person}/add/number/"),
    ("contact_handler", "/records/people/{person}/add/place/"),
    ("contact_handler", "/records/people/{person}/add/vehicle/"),
    ("contact_handler", "/records/people/{person}/add/vulnerability/"),
    ("contact_handler", "/records/people/{person}/add/warning/"),
    ("contact_handler", "/records/people/{person}/end/place/{tie}/"),
    ("contact_handler", "/records/people/{person}/end/warning/{warning}/"),
    ("contact_handler", "/records/places/{place}/"),
    ("contact_handler", "/records/vehicles/{vehicle}/"),
    ("contact_handler", "/records/numbers/{phone}/"),
    ("contact_handler", "/records/numbers/links/{link}/end/"),
    ("contact_supervisor", "/records/people/{person}/"),
    ("contact_supervisor", "/records/people/{person}/same/"),
    ("contact_supervisor", "/records/people/{person}/join/{other}/"),
    ("contact_supervisor", "/records/numbers/{phone}/"),
    ("contact_supervisor", "/records/numbers/links/"),
    ("contact_supervisor", "/records/numbers/links/endings/{ending}/"),
    ("duty_inspector", "/records/restrict/person/{person}/"),
    ("duty_inspector", "/records/people/{restricted}/"),
    ("duty_inspector", "/records/restrictions/{restriction}/end/"),
    ("data_protection_officer", "/records/people/{person}/"),
    ("data_protection_officer", "/records/reviews/?person={other}"),
]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A practice house with a person who was corrected, and the identifiers that the addresses need."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with untouched_ledger():
        open_installation("practice", "leicestershire")
        open_practice_accounts(actor=Actor.system("practice"))
        yield _people()


def _people() -> dict[str, Any]:
    actor = Actor.system("test")
    sam = Account.objects.get(display_name="Sam Okoro")
    person, other = priya("Desae"), priya("Desay")
    correct_person(
        actor=sam.actor, person=person, values={"family_name": "Desai"}, reason="Seen on her passport"
    )
    hidden = record_person(actor=actor, given_name="Priyal", family_name="Desai")
    restriction = restrict_record(actor=actor, kind="person", record_id=hidden.id, reason="An officer’s own")
    for given, family in (("Owen", "Hale"), ("Siân", "Llewellyn-Pugh")):
        record_person(actor=actor, given_name=given, family_name=family)
    link = link_number(actor=actor, number="07700 900142", link="domestic", reason="Told so")
    stalking = link_number(actor=actor, number="07700 900142", link="stalking", reason="Told so")
    link_number(actor=actor, number="07700 900142", link="child", reason="A child answered")
    ending = propose_link_ending(actor=sam.actor, link=stalking, reason="It was another number")
    reviews_of([person.id])
    return {
        "person": person.id,
        "other": other.id,
        "restricted": hidden.id,
        "restriction": restriction.id,
        "phone": person.phone_uses.get().phone_id,
        "place": person.places.get().location_id,
        "vehicle": person.vehicles.get().vehicle_id,
        "tie": person.places.get().id,
        "warning": person.warningmarkers.get().id,
        "link": link.id,
        "ending": ending.id,
    }


def enter(page: Page, role: str) -> None:
    """Sign in with one click."""
    page.goto("/sign-in/")
    page.locator(f'button[name="role"][value="{role}"]').click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [
        (WIDE, "light", "en-gb"),
        pytest.param(WIDE, "low-light", "en-gb", marks=pytest.mark.nightly),
        pytest.param(MIDDLE, "light", "cy", marks=pytest.mark.nightly),
        (NARROW, "low-light", "cy"),
        ({"width": 320, "height": 800}, "light", "en-gb"),
    ],
)
def test_every_page_is_open_to_everybody(
    open_page: OpenPage,
    axe: Axe,
    house: dict[str, Any],
    width: dict[str, int],
    theme: str,
    language: str,
) -> None:
    """axe finds nothing, and at no width (320 px is 400% zoom) is the page wider than the screen."""
    page = open_page("/sign-in/", viewport=width, cookies={"darwin_theme": theme})
    Account.objects.update(theme=theme, language=language)
    found, now = [], None
    for role, address in PAGES:
        if role != now:
            enter(page, role)
            now = role
        page.goto(address.format(**house))
        found += [f"{role} {address}: {line}" for line in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{role} {address} is wider than the screen")
        if page.locator("html").get_attribute("lang") != language:
            found.append(f"{role} {address} speaks another language")
    assert found == []


def test_a_field_that_asks_for_the_focus_has_it_when_the_page_opens(
    open_page: OpenPage, house: dict[str, Any]
) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "contact_handler")
    for address, label in (
        ("/records/search/", "Name, number, registration mark or address"),
        ("/records/people/new/", "Given name"),
        (f"/records/people/{house['person']}/add/number/", "Telephone number"),
        (f"/records/people/{house['person']}/add/place/", "What it is to them"),
        (f"/records/people/{house['person']}/end/warning/{house['warning']}/", "Why"),
    ):
        page.goto(address)
        expect(page.get_by_label(label, exact=True)).to_be_focused()
    # Nothing that has no focus looks as if it had.
    assert page.locator(".is-focused").count() == 0
    page.goto("/records/search/")
    page.keyboard.type("desay priya")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="People found")).to_be_visible()


def test_who_was_not_found_is_recorded_by_keyboard_alone(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "contact_handler")
    page.goto("/records/search/")
    page.keyboard.type("zephyrine quillfeather 07700 900321")
    page.keyboard.press("Tab")
    page.keyboard.type("3/1984")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Record a new person").press("Enter")
    expect(page.get_by_label("Given name")).to_have_value("Zephyrine")
    expect(page.get_by_label("Family name")).to_have_value("Quillfeather")
    expect(page.get_by_label("Telephone number")).to_have_value("07700900321")
    expect(page.get_by_label("Date of birth")).to_have_value("3/1984")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zephyrine Quillfeather")
    expect(page.get_by_text("Recorded. Your name and the time are kept with it.")).to_be_visible()


def test_a_double_is_shown_before_it_is_made(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE, may_fail=True)
    enter(page, "contact_handler")
    page.goto("/records/people/new/")
    expect(page.get_by_label("Given name")).to_be_focused()
    page.keyboard.type("Preeya")
    page.get_by_label("Family name").fill("Dessai")
    page.keyboard.press("Control+Enter")
    like = page.get_by_role("group", name="People who are like them")
    expect(like.get_by_role("link", name="Priya Desai")).to_be_visible()
    page.get_by_role("button", name="None of these: record them as new").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Preeya Dessai")


def test_a_record_is_corrected_and_added_to_with_its_keys(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE, may_fail=True)
    enter(page, "contact_handler")
    page.goto(f"/records/people/{house['person']}/")
    page.keyboard.press("Alt+1")
    page.get_by_label("Family name").fill("Desai-Hale")
    # Without a reason nothing is sent, and nothing typed is lost.
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Why", exact=True)).to_be_focused()
    expect(page.get_by_label("Family name")).to_have_value("Desai-Hale")
    page.keyboard.type("Married in spring")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Desai-Hale")
    expect(page.get_by_text("Family name: “Desai” until")).to_contain_text("changed by Sam Okoro")
    page.keyboard.press("Alt+2")
    expect(page.get_by_label("Telephone number")).to_be_focused()
    page.keyboard.type("0116 496 0173")
    page.keyboard.press("Control+Enter")
    # A screen reader hears a number digit by digit.
    expect(page.get_by_role("link", name="0 1 1 6, 4 9 6, 0 1 7 3", exact=True)).to_be_visible()
    page.keyboard.press("Alt+7")
    page.get_by_label("Marker").select_option("WEAPONS")
    page.get_by_label("Where this is known from").fill("Officer on scene")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Warning: Weapons")).to_be_visible()


def test_a_protecting_link_ends_by_two_people(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "contact_handler")
    page.goto(f"/records/numbers/{house['phone']}/")
    page.get_by_role("link", name="Propose to end domestic abuse").press("Enter")
    expect(page.get_by_label("Why")).to_be_focused()
    page.keyboard.type("It was another number")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The link holds until a supervisor has decided.")).to_be_visible()
    assert PhoneLink.objects.get(pk=house["link"]).ended_at is None
    ending = PhoneLinkEnding.objects.get(link_id=house["link"])
    enter(page, "contact_supervisor")
    page.goto("/records/numbers/links/")
    page.locator(f'a[href$="/{ending.id}/"]').press("Enter")
    expect(page.get_by_label("Why")).to_be_focused()
    page.keyboard.type("I looked it up")
    page.get_by_role("button", name="Confirm: the link ends").press("Enter")
    expect(page.get_by_text("Your decision is kept.")).to_be_visible()
    assert PhoneLink.objects.get(pk=house["link"]).ended_at is not None


def test_two_records_are_joined_from_the_page_of_one(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "contact_supervisor")
    page.goto(f"/records/people/{house['person']}/")
    page.get_by_role("link", name="The same person as another record").press("Enter")
    page.get_by_role("link", name="Compare and join: Priya Desay").press("Enter")
    page.locator('input[name="name"][value="survivor"]').check()
    page.get_by_label("Why").fill("One date of birth, one number")
    page.get_by_role("button", name="Join the records").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Desai")
    assert Person.objects.get(pk=house["other"]).merged_into_id == house["person"]


@pytest.mark.parametrize(
    ("name", "role", "address"),
    [
        ("person", "contact_supervisor", "/records/people/{person}/"),
        ("record-person", "contact_handler", "/records/people/new/?q=zephyrine+quillfeather&born=3/1984"),
        ("number", "contact_supervisor", "/records/numbers/{phone}/"),
    ],
)
def test_the_pictures_of_the_manual_are_small(
    open_page: OpenPage, house: dict[str, Any], name: str, role: str, address: str
) -> None:
    page = open_page("/sign-in/", viewport=WIDE | {"height": 640}, cookies={"darwin_theme": "light"})
    enter(page, role)
    page.goto(address.format(**house))
    page.evaluate("document.fonts.ready")
    picture = page.screenshot(path=place_of(name), full_page=True)
    assert len(picture) < LARGEST_PICTURE
