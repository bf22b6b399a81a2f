"""Safe contact in a real browser: axe in both themes and at 400%, and asked and recorded by keyboard."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from darwin.ledger.actors import Actor
from darwin.outbound.models import SafeContact
from darwin.outbound.services.attempts import begin_attempt
from darwin.outbound.services.overrides import decide_unsafe
from darwin.outbound.services.preferences import open_point, record_safe_contact
from darwin.records.services.phones import link_number
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts
from tests.ledger.looking import untouched_ledger

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 800}
NUMBER, FREE = "07700 900142", "0116 496 0173"
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A practice house with a number that is not safe, an answer that waits and a decision."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with untouched_ledger():
        open_installation("practice", "leicestershire")
        open_practice_accounts(actor=Actor.system("practice"))
        sam, ruth = (Account.objects.get(display_name=name) for name in ("Sam Okoro", "Ruth Adeyemi"))
        link_number(actor=Actor.system("practice"), number=NUMBER, link="stalking")
        said = record_safe_contact(
            actor=sam.actor,
            number=NUMBER,
            allowed=["call_back"],
            not_allowed=["text"],
            conditions=["ask_first"],
            windows=[{"days": [0, 1, 2, 3, 4], "from": "09:00", "to": "15:00"}],
            words="Say it is the dentist.",
            identified_how="questions",
        )
        decide_unsafe(
            actor=ruth.actor,
            number=NUMBER,
            reason="Three tries in ten minutes.",
            method=["ask_first", "no_voicemail", "withheld"],
            rung_by=sam.id,
        )
        begin_attempt(actor=sam.actor, channel="call_back", number=FREE, purpose="LOST_999_CALL")
        free = open_point(actor=sam.actor, number=FREE)
        yield {"point": said.point_id, "free": free.id, "answer": said.id}


def enter(page: Page, role: str) -> None:
    page.goto("/sign-in/")
    page.locator(f'button[name="role"][value="{role}"]').click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


PAGES = [
    ("contact_handler", "/safe-contact/"),
    ("contact_handler", "/safe-contact/{point}/"),
    ("contact_handler", "/safe-contact/{free}/attempts/"),
    ("contact_supervisor", "/safe-contact/{point}/"),
    ("contact_supervisor", "/safe-contact/waiting/"),
    ("contact_supervisor", "/safe-contact/{point}/decide/"),
    ("contact_supervisor", "/safe-contact/answers/{answer}/"),
]


@pytest.mark.parametrize(
    ("width", "theme"),
    [pytest.param(WIDE, "light", marks=pytest.mark.nightly), (WIDE, "low-light"), (NARROW, "light")],
)
def test_every_page_of_safe_contact_is_open_to_everybody(
    open_page: OpenPage, axe: Axe, house: dict[str, Any], width: dict[str, int], theme: str
) -> None:
    page = open_page("/sign-in/", viewport=width, cookies={"darwin_theme": theme})
    Account.objects.update(theme=theme)
    found, now = [], None
    for role, address in PAGES:
        if role != now:
            enter(page, role)
            now = role
        page.goto(address.format(**house))
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true }")
        found += [f"{role} {address}: {line}" for line in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{role} {address} is wider than the screen")
    assert found == []


def test_a_handler_asks_and_records_by_keyboard_alone(open_page: OpenPage, house: dict[str, Any]) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "contact_handler")
    page.goto(f"/safe-contact/{house['free']}/")
    page.keyboard.press("Alt+7")
    no = page.get_by_role("group", name="Text").get_by_label("Not safe")
    expect(no).to_be_visible()
    page.get_by_role("group", name="Ring").get_by_label("Not asked").focus()
    for key in ("ArrowUp", "ArrowUp", "Tab", "ArrowUp", "Tab", "Tab", "Tab", "Space"):
        page.keyboard.press(key)
    page.get_by_label("Words agreed").focus()
    page.keyboard.type("Say it is the dentist.")
    page.keyboard.press("Enter")
    # The part alone is swapped: the page stays, and says what is kept.
    expect(page.locator("#safe-contact").get_by_role("status")).to_contain_text("Saved")
    kept = SafeContact.objects.get(point_id=house["free"])
    assert (kept.allowed, kept.not_allowed) == (["call_back"], ["text"])
    assert (kept.conditions, kept.words) == (["ask_first"], "Say it is the dentist.")
