"""The records room in a real browser: axe in both themes and at 400%, and the search by keyboard alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from darwin.ledger.actors import Actor
from darwin.records.models import Person
from darwin.records.services.markers import restrict_record
from darwin.records.services.people import record_person
from darwin.records.services.phones import link_number, mark_number
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts
from tests.browser.pictures import place_of
from tests.ledger.looking import untouched_ledger
from tests.records.addresses import priya, reviews_of

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 800}
LARGEST_PICTURE = 200_000
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
PAGES = [
    ("contact_handler", "/records/search/"),
    ("contact_handler", "/records/search/?q=desay+priya&born=7/3/1984"),
    ("contact_handler", "/records/search/?q=0142"),
    ("contact_handler", "/records/search/?q=nobody+of+that+name"),
    ("contact_handler", "/records/search/?q=priya&born=31/11/1984"),
    ("contact_handler", "/records/people/{person}/"),
    ("contact_handler", "/records/people/{person}/history/"),
    ("contact_handler", "/records/people/{restricted}/"),
    ("contact_handler", "/records/numbers/{phone}/"),
    ("contact_handler", "/records/places/{place}/"),
    ("contact_handler", "/records/vehicles/{vehicle}/"),
    ("duty_inspector", "/records/people/{restricted}/"),
    ("duty_inspector", "/records/people/{person}/join/{other}/"),
    ("data_protection_officer", "/records/reviews/"),
    ("data_protection_officer", "/records/people/{person}/hold/"),
    ("data_protection_officer", "/records/people/{person}/answer/"),
]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A practice house with some people on record; the identifiers that the addresses need."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with untouched_ledger():
        open_installation("practice", "leicestershire")
        open_practice_accounts(actor=Actor.system("practice"))
        yield _people()


def _people() -> dict[str, Any]:
    actor = Actor.system("test")
    person, other = priya(), priya("Desay")
    hidden = record_person(actor=actor, given_name="Priyal", family_name="Desai")
    restrict_record(actor=actor, kind="person", record_id=hidden.id, reason="An officer’s own")
    for given, family in (("Owen", "Hale"), ("Siân", "Llewellyn-Pugh"), ("Krzysztof", "Wróblewski")):
        record_person(actor=actor, given_name=given, family_name=family)
    mark_number(actor=actor, number="07700 900142", kind="shared", reason="A family’s")
    link_number(actor=actor, number="07700 900142", link="domestic", reason="Told so")
    reviews_of([person.id, other.id, hidden.id])
    return {
        "person": person.id,
        "other": other.id,
        "restricted": hidden.id,
        "phone": person.phone_uses.get().phone_id,
        "place": person.places.get().location_id,
        "vehicle": person.vehicles.get().vehicle_id,
    }


def enter(page: Page, role: str) -> None:
    """Sign in with one click."""
    page.goto("/sign-in/")
    page.locator(f'button[name="role"][value="{role}"]').click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("width", "theme"),
    [pytest.param(WIDE, "light", marks=pytest.mark.nightly), (WIDE, "low-light"), (NARROW, "light")],
)
def test_every_page_of_the_records_is_open_to_everybody(
    open_page: OpenPage, axe: Axe, house: dict[str, Any], width: dict[str, int], theme: str
) -> None:
    """axe finds nothing, and at 320 px (400% zoom) nothing but tables is wider than the screen."""
    page = open_page("/sign-in/", viewport=width, cookies={"darwin_theme": theme}, may_fail=True)
    Account.objects.update(theme=theme)
    found, now = [], None
    for role, address in PAGES:
        if role != now:
            enter(page, role)
            now = role
        page.goto(address.format(**house))
        found += [f"{role} {address}: {line}" for line in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{role} {address} is wider than the screen")
    assert found == []


def test_a_person_is_found_and_opened_by_keyboard(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "contact_handler")
    page.get_by_role("link", name="Search", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name, number, registration mark or address").focus()
    page.keyboard.type("Dessai Preeya")
    page.keyboard.press("Tab")
    page.keyboard.type("3/7/1984")
    page.keyboard.press("Enter")
    rows = page.get_by_role("group", name="People found").locator("tbody tr")
    expect(rows.first).to_contain_text("day and month swapped")
    page.get_by_role("link", name="Priya Desai").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Desai")
    expect(page.get_by_text("Two dogs in the yard")).to_be_visible()


def test_a_restricted_record_opens_for_the_inspector_with_a_reason(
    open_page: OpenPage, house: dict[str, Any]
) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "duty_inspector")
    page.goto(f"/records/people/{house['restricted']}/")
    expect(page.get_by_text("Restricted. Ring the duty inspector.")).to_be_visible()
    page.get_by_label("Why").fill("Officers are going there")
    page.get_by_role("button", name="Open the record").press("Enter")
    name = Person.objects.get(pk=house["restricted"]).shown_name
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_picture_of_the_search_is_small(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE | {"height": 640}, cookies={"darwin_theme": "light"})
    enter(page, "contact_handler")
    page.goto("/records/search/?q=dessai+preeya&born=3/7/1984")
    page.evaluate("document.fonts.ready")
    picture = page.screenshot(path=place_of("search"), full_page=True)
    assert len(picture) < LARGEST_PICTURE
