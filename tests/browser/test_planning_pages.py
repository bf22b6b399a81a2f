"""The planning room in a real browser: axe in both themes, nothing wider than the screen, by keyboard."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from darwin.contact.services.queues import open_queue
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.planning.models import RunKind
from darwin.planning.services.rosters import publish_roster
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts
from tests.browser.pictures import place_of
from tests.ledger.looking import untouched_ledger
from tests.planning import figures as made_up
from tests.planning import houses

LARGEST_PICTURE = 200_000
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 800}
NOW = datetime(2026, 11, 27, 14, 24, tzinfo=UTC)
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
PAGES = {
    "forecast": "/planning/",
    "forecast-day": "/planning/?day=2026-12-01",
    "staffing": "/planning/staffing/",
    "staffing-answer": "/planning/runs/{staffing}/",
    "what-ifs": "/planning/what-if/",
    "new-what-if": "/planning/what-if/new/?from={what_if}",
    "what-if": "/planning/runs/{what_if}/",
    "twin-check": "/planning/twin-check/",
    "rosters": "/planning/rosters/",
    "roster": "/planning/rosters/{roster}/",
    "person": "/planning/rosters/{roster}/people/{person}/",
    "people": "/planning/people/",
    "one-of-the-people": "/planning/people/{person}/",
    "runs": "/planning/runs/",
    "waiting": "/planning/runs/{waiting}/",
    "failed": "/planning/runs/{failed}/",
}
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A practice house in which a planner has asked for one of each."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with clock.standing_at(NOW), untouched_ledger():
        open_installation("practice", "leicestershire")
        open_practice_accounts(actor=Actor.system("practice"))
        for slug, label in (("101", "101, the non-emergency line"), ("999", "999, the emergency line")):
            open_queue(actor=houses.WORKER, slug=slug, label=label, switch="practice")
        planner = Account.objects.get(sign_in_name="resource-planner.practice")
        sam = Account.objects.get(sign_in_name="contact-handler.practice")
        who = houses.people(24, sam)
        made = houses.roster(who, 2, planner)
        publish_roster(actor=planner.actor, roster=made, by=planner)
        yield {
            "forecast": houses.finish(
                houses.asked(RunKind.FORECAST, planner), made_up.lifelike_forecast()
            ).id,
            "staffing": houses.finished(RunKind.STAFFING, planner, "90 contacts an hour, 400 s each").id,
            "what_if": houses.finished(RunKind.WHAT_IF, planner, "Six ways to answer sooner").id,
            "twin_check": houses.finished(RunKind.TWIN_CHECK, planner).id,
            "roster": made.id,
            "person": who[0].id,
            "failed": houses.failed(
                RunKind.FORECAST, "A forecast needs 42 recorded days, and there are 12."
            ).id,
            "waiting": houses.asked(RunKind.WHAT_IF, planner, "Two more on Mondays").id,
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
def test_every_page_of_planning_is_open_to_everybody(
    open_page: OpenPage, axe: Axe, house: dict[str, Any], width: dict[str, int], theme: str
) -> None:
    """axe finds nothing, and nothing but tables and charts is wider than the screen."""
    page = open_page("/sign-in/", viewport=width, cookies={"darwin_theme": theme}, may_fail=True)
    Account.objects.update(theme=theme)
    enter(page, "resource_planner")
    folder = os.environ.get("DARWIN_LOOK_AT")
    found = []
    for name, address in PAGES.items():
        answer = page.goto(address.format(**house))
        assert answer is not None
        assert answer.ok, address
        if folder:
            page.screenshot(path=f"{folder}/{name}-{theme}-{width['width']}.png", full_page=True)
        found += [f"{name}: {line}" for line in axe(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{name} is {wide} px wider than the screen")
    assert not found, "\n".join(found)


def test_what_is_worked_out_appears_without_a_reload(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "resource_planner")
    page.goto(f"/planning/runs/{house['waiting']}/")
    expect(page.get_by_role("heading", name="It waits for its turn")).to_be_visible()
    page.evaluate("window.stayed = true")
    houses.finish(houses.claimed(), made_up.what_if_figures())
    expect(page.get_by_role("heading", name="Answered in time")).to_be_visible(timeout=10_000)
    assert page.evaluate("window.stayed")


def test_a_what_if_is_asked_by_keyboard_and_adding_a_scenario_loses_nothing(
    open_page: OpenPage, house: dict[str, Any]
) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "resource_planner")
    page.goto("/planning/what-if/new/")
    page.get_by_label("Name of this what-if").focus()
    page.keyboard.type("Two more by day")
    page.get_by_label("People more (or fewer, with a minus)").focus()
    page.keyboard.type("2")
    page.get_by_role("button", name="Add a scenario").press("Enter")
    expect(page.get_by_label("Name of this what-if")).to_have_value("Two more by day")
    expect(page.get_by_label("People more (or fewer, with a minus)").first).to_have_value("2")
    page.get_by_role("button", name="Take the last scenario away").press("Enter")
    page.get_by_role("button", name="Simulate").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Two more by day")


def test_the_pages_of_planning_are_on_record_as_pictures(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "resource_planner")
    for name in ("forecast", "what-if", "roster"):
        page.goto(PAGES[name].format(**house))
        page.evaluate("document.fonts.ready")
        picture = page.screenshot(path=place_of(f"planning-{name}"))
        assert 10_000 < len(picture) < LARGEST_PICTURE
