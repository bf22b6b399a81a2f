"""The handler's screen in a real browser, over a real web server, a real publisher and a real database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.call_house import CallHouse
from tests.contact.taking.calls import Floor

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[CallHouse]:
    """A practice house with its people, running apart from this process."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    open_installation("practice", "leicestershire")
    open_practice_accounts(actor=Actor.system("practice"))
    running = CallHouse(tmp_path)
    running.start()
    yield running
    running.kill()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


@pytest.fixture
def sam(house: CallHouse) -> Account:
    return Account.objects.get(display_name="Sam Okoro")


@pytest.fixture
def floor(sam: Account) -> Floor:
    return Floor(sam)


@pytest.fixture
def context(chromium: Browser, house: CallHouse) -> Iterator[BrowserContext]:
    made = chromium.new_context(base_url=house.url, locale="en-GB", viewport=WIDE)  # type: ignore[arg-type]
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Sam's page, signed in, with no call yet."""
    page = context.new_page()
    page.goto("/sign-in/?next=/contact/my-call/")
    page.locator('button[name="role"][value="contact_handler"]').click()
    page.wait_for_selector("[data-writer-here]")
    return page


def test_the_pop_shows_while_it_rings(page: Page, floor: Floor) -> None:
    at = clock.now()
    for minutes, wait in ((79, 130), (53, 242), (19, 80)):
        floor.gave_up(f"g{minutes}", at - timedelta(minutes=minutes), wait)
    floor.rings(at=clock.now(), wait_s=114)
    expect(page.locator("[data-desk]")).to_have_attribute("data-stage", "ringing")
    expect(page.get_by_role("heading", name="Tried 3 times today")).to_be_visible()
    page.screenshot(path="/tmp/ringing.png")
    floor.answered(at=clock.now())
    expect(page.locator("[data-desk]")).to_have_attribute("data-stage", "talking")
    page.keyboard.type("Ex-partner is outside the flat in his car.")
    expect(page.locator("[data-kept]")).to_contain_text("on this machine and the server")
    page.screenshot(path="/tmp/talking.png", full_page=True)
