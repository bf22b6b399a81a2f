"""The newcomer's path in a real browser: the line, a measure and lost callers, by keys and in both themes."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from darwin.contact.models import AnnotationKind, Contact, ContactQueue
from darwin.contact.periods import add_months, midnight, month_of
from darwin.contact.services.annotations import annotate_measure
from darwin.contact.telephony.events import Outcome
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts
from tests.contact.pages.conftest import call, store
from tests.ledger.looking import untouched_ledger
from tests.reference.switches import a_history

WIDE, NARROW, ZOOMED = (
    {"width": 1440, "height": 960},
    {"width": 390, "height": 844},
    {"width": 320, "height": 256},
)
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
PRACTICE = Actor.system("practice")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    ("contact_supervisor", "/contact/line/"),
    ("contact_supervisor", "/contact/line/?view=table&wait=queue"),
    ("contact_supervisor", "/contact/line/?from=2019-01-01&to=2019-01-31&by=day"),
    ("contact_supervisor", "/contact/line/?from=31+11+2026&queue=102"),
    ("contact_supervisor", "/contact/lost-callers/"),
    ("contact_supervisor", "/contact/entries/?outcome=answered"),
    ("contact_supervisor", "/contact/contacts/{contact}/"),
    ("contact_supervisor", "/contact/handlers/me/"),
    ("analyst", "/measures/"),
    ("analyst", "/measures/answered-in-time/"),
    ("analyst", "/measures/answered-in-time/?view=table&month=2019-01"),
    ("analyst", "/measures/answered-in-time/?all=yes"),
    ("analyst", "/measures/answered-in-time/note/"),
    ("analyst", "/contact/fair-access/"),
    ("analyst", "/contact/imports/"),
    ("local_policing_body", "/contact/line/"),
    ("local_policing_body", "/measures/refused/"),
]
_CLIPPED = """() => [...document.querySelectorAll('main *')]
  .filter(element => !element.closest('.d-scroll > *, .d-chart > *, .govuk-visually-hidden'))
  .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(element => element.outerHTML.slice(0, 80))"""


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A practice house with calls of today and of the last year, one month of it exceptional."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with untouched_ledger():
        open_installation("practice", "leicestershire")
        open_practice_accounts(actor=PRACTICE)
        queue = _calls(clock.now())
        yield {"contact": Contact.objects.latest("first_offered_at").id, "queue": queue}


def _calls(now: datetime) -> ContactQueue:
    first = add_months(month_of(now), -14)
    calls = []
    for back in range(14):
        month = add_months(first, back)
        good = 12 if back == 5 else 45 + back % 4
        for number in range(60):
            at = midnight(month) + timedelta(days=9, hours=10, minutes=number)
            outcome = Outcome.ABANDONED if number % 10 == 9 else Outcome.ANSWERED
            wait_s = 12 if number < good else 95
            calls.append(call(f"{month}-{number}", at, outcome, wait_s=wait_s, language="en"))
    start = max(now - timedelta(hours=4), midnight(now.astimezone(clock.LONDON).date()))
    for number in range(120):
        at = start + (now - start) * number / 121
        outcome = Outcome.ABANDONED if number % 7 == 0 else Outcome.ANSWERED
        caller = f"07700 900{number // 7:03}"
        calls.append(call(f"today-{number}", at, outcome, wait_s=8 + number % 60, caller=caller))
    queue = store(*calls, from_at=midnight(first))
    exceptional, changed = add_months(first, 5), add_months(first, 7)
    said = {"actor": PRACTICE, "measure": "answered-in-time", "queue": queue}
    annotate_measure(month=exceptional, kind=AnnotationKind.NOTE, text="The switch was replaced.", **said)
    annotate_measure(month=changed, kind=AnnotationKind.REBASE, text="New roster", **said)
    a_history(midnight(first), midnight(add_months(first, 10)) + timedelta(days=12), days_by_lot=40)
    return queue


def enter(page: Page, role: str) -> None:
    """Sign in with one click."""
    page.goto("/sign-in/")
    page.locator(f'button[name="role"][value="{role}"]').click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        pytest.param(WIDE, "light", marks=pytest.mark.nightly),
        (WIDE, "low-light"),
        (NARROW, "light"),
        (ZOOMED, "low-light"),
    ],
)
def test_every_page_of_the_contact_room_is_open_to_everybody(
    open_page: OpenPage, axe: Axe, house: dict[str, Any], width: dict[str, int], theme: str
) -> None:
    """axe finds nothing, and nothing but tables and charts is wider than the screen at 400% zoom."""
    page = open_page("/sign-in/", viewport=width, cookies={"darwin_theme": theme}, may_fail=True)
    Account.objects.update(theme=theme)
    found, now = [], ""
    for role, address in PAGES:
        if role != now:
            enter(page, role)
            now = role
        page.goto(address.format(**house))
        expect(page.locator("h1")).to_be_visible()
        found += [f"{role} {address}: {line}" for line in axe(page)]
        found += [f"{role} {address} is cut off: {part}" for part in page.evaluate(_CLIPPED)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{role} {address} is wider than the screen")
    assert found == []


def test_a_newcomer_gets_from_signing_in_to_a_lost_caller_by_keys_alone(
    open_page: OpenPage, house: dict[str, Any]
) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    page.keyboard.press("2")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ruth")
    _walk_to(page, "The line")
    expect(page.get_by_role("heading", level=1)).to_have_text("101, the non-emergency line, today")
    expect(page.locator(".d-verdict")).to_contain_text("were answered within 30 seconds")
    _walk_to(page, "Measures")
    _walk_to(page, "101 calls answered within 30 seconds")
    expect(page.locator(".d-verdict")).to_contain_text("month")
    expect(page.locator(".d-chart svg")).to_be_visible()
    _walk_to(page, "Lost callers")
    expect(page.locator("tbody tr").first).to_contain_text("07700")
    _walk_to(page, page.locator("tbody th a").first.inner_text())
    expect(page.locator(".d-line")).to_contain_text("gave up")
    ruth = Account.objects.get(display_name="Ruth Adeyemi")
    seen = Entry.objects.filter(actor_id=ruth.id, verb="consult").values_list("event", flat=True)
    assert {"contact.lost_callers", "contact.contact"} <= set(seen)


def _walk_to(page: Page, word: str) -> None:
    """Press Tab until the link of that word has the focus and shows it, then Enter."""
    for _ in range(90):
        page.keyboard.press("Tab")
        words, drawn = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.innerText || '', s.outlineStyle + s.boxShadow]; }"
        )
        if " ".join(words.split()).startswith(word.replace("\N{NO-BREAK SPACE}", " ").split("\n")[0].strip()):
            assert drawn != "nonenone", f"{word} has the focus and does not show it"
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never reached “{word}”")


def test_a_form_works_without_a_script_and_keeps_what_was_typed(
    open_page: OpenPage, house: dict[str, Any]
) -> None:
    page = open_page("/sign-in/", viewport=WIDE, java_script_enabled=False, may_fail=True)
    enter(page, "analyst")
    page.goto("/contact/line/")
    page.get_by_label("From").fill("31/11/2026")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="The 31st of November 2026 does not exist.")).to_be_visible()
    expect(page.get_by_label("From")).to_have_value("31/11/2026")
    page.get_by_role("link", name="The 31st of November").click()
    assert page.url.endswith("#from")
