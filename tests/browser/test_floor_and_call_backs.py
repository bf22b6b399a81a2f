"""The floor and the list of calls owed in a real browser: axe, keys, both themes, and who sees what."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from darwin.contact.coverage import EVERYTHING, Span
from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.floor import note_connected
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import CallEvent, EventType
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.records.services.phones import link_number, mark_number
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts
from tests.ledger.looking import untouched_ledger

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 800}
SWITCH = Actor.system("switch")
NOON = datetime(2026, 3, 4, 14, 0, tzinfo=clock.LONDON)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]
_house = count(1)


def event(call: str, minutes: float, kind: EventType, **values: Any) -> CallEvent:
    at = clock.now() - timedelta(minutes=minutes)
    return CallEvent(
        event_id=f"{call}:{kind}:{values.get('agent', '')}:{minutes}",
        source="test",
        type=kind,
        at=at,
        queue="101",
        call_id=call,
        **values,
    )


def gave_up(call: str, number: str, minutes: float, wait_s: float) -> list[CallEvent]:
    ended = minutes - wait_s / 60
    return [
        event(call, minutes, EventType.QUEUED, caller=number),
        event(call, ended, EventType.LEFT, caller=number, reason="abandoned", wait_ms=round(wait_s * 1000)),
    ]


def agent(interface: str, name: str, state: str, minutes: float) -> CallEvent:
    return CallEvent(
        event_id=f"{interface}:{state}",
        source="test",
        type=EventType.AGENT_STATE,
        at=clock.now() - timedelta(minutes=minutes),
        queue="101",
        agent=interface,
        member=name,
        reason=state,
    )


def busy_floor() -> list[CallEvent]:
    """Two who wait, one talk, one break; five numbers that gave up, one of them four times."""
    return [
        *gave_up("a1", "0116 496 0173", 80, 132),
        *gave_up("a2", "0116 496 0173", 66, 240),
        *gave_up("a3", "0116 496 0173", 40, 372),
        *gave_up("b1", "07700 900318", 31, 220),
        *gave_up("c1", "0116 496 0155", 18, 135),
        *gave_up("d1", "07700 900142", 25, 80),
        *gave_up("e1", "", 13, 93),
        event("w1", 1.8, EventType.QUEUED, caller="07700 900201"),
        event("w2", 0.4, EventType.QUEUED, caller="07700 900202"),
        event("t1", 9, EventType.QUEUED, caller="07700 900203"),
        event("t1", 8.2, EventType.RINGING, agent="SIP/1"),
        event("t1", 8.1, EventType.LEFT, reason="answered", wait_ms=54_000),
        event("t1", 8.1, EventType.CONNECTED, agent="SIP/1", member="Ben Marsh", wait_ms=54_000),
        agent("SIP/1", "Ben Marsh", "in use", 8),
        agent("SIP/2", "Kerry Walsh", "idle", 1),
        agent("SIP/3", "Joan Price", "paused: Break", 18),
        agent("SIP/4", "Li Chen", "unavailable", 12),
    ]


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with untouched_ledger(), clock.standing_at(NOON):
        open_installation("practice", "leicestershire")
        open_practice_accounts(actor=SWITCH)
        open_queue(actor=SWITCH, slug="101", label="crime line", switch="test")
        now = clock.now()
        span = Span(source="test", from_at=now - timedelta(hours=14), to_at=now, tells=EVERYTHING)
        # Evidence outlives a test that commits, and what is known already moves no floor.
        own = f"house {next(_house)}:"
        events = [replace(one, event_id=own + one.event_id) for one in busy_floor()]
        record_call_events(actor=SWITCH, switch="test", events=events, coverage=[span], live=True)
        note_connected(switch="test", source="test")
        mark_number(actor=SWITCH, number="0116 496 0155", kind="care_home", reason="known")
        link_number(actor=SWITCH, number="07700 900142", link="domestic", subject=None, reason="a report")
        yield


@pytest.fixture
def visit(house: None, open_page: OpenPage) -> Callable[..., Page]:
    """`visit(role, path)`: the page after one click on the practice sign-in page."""

    def enter(role: str, path: str, **options: Any) -> Page:
        page = open_page("/sign-in/", **{"viewport": WIDE, **options})
        name = Account.objects.get(sign_in_name=f"{role.replace('_', '-')}.practice").display_name
        page.get_by_role("button", name=name).click()
        page.goto(path)
        page.evaluate("document.fonts.ready")
        return page

    return enter


PAGES = [
    ("contact_supervisor", "/contact/floor/"),
    ("contact_supervisor", "/contact/call-backs/"),
    ("contact_handler", "/contact/call-backs/"),
    ("contact_handler", "/contact/fall-back/"),
    ("contact_handler", "/contact/fall-back/form/"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("role", "path"), PAGES)
def test_axe_finds_nothing(visit: Any, axe: Any, role: str, path: str, scheme: str) -> None:
    page = visit(role, path, color_scheme=scheme)
    assert axe(page) == []


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_nothing_is_cut_off_at_four_hundred_per_cent(visit: Any, role: str, path: str) -> None:
    page = visit(role, path, viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_supervisor_takes_a_caller_by_keys_alone_and_says_what_came_of_it(visit: Any) -> None:
    page = visit("contact_supervisor", "/contact/floor/")
    page.keyboard.press("Alt+1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    first = page.locator("[data-row-press]").first
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ring back")
    page.get_by_label("No answer").check()
    page.get_by_role("button", name="Keep it").press("Enter")
    expect(page.get_by_text("What came of it is kept.")).to_be_visible()


def test_a_handler_sees_no_trace_of_a_number_that_is_not_safe(visit: Any) -> None:
    page = visit("contact_handler", "/contact/call-backs/")
    expect(page.get_by_text("0116 496 0173").first).to_be_visible()
    html = page.content()
    assert "900142" not in html
    assert "Not safe to ring" not in html


def test_a_number_that_is_not_safe_opens_with_a_reason_and_is_rung_as_decided(visit: Any) -> None:
    page = visit("contact_supervisor", "/contact/floor/")
    page.locator("a[href*='/not-safe/']").first.click()
    assert "900142" not in page.content()
    page.get_by_label("Why you open it").fill("Four tries, and she whispered")
    page.keyboard.press("Enter")
    expect(page.locator("h2").first).to_contain_text("900142")
    page.get_by_label("I ring now, once, in this way").check()
    page.get_by_role("button", name="Keep the decision").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ring back")
    expect(page.get_by_text("Withhold our number")).to_be_visible()
    expect(page.get_by_text("Leave no voicemail")).to_be_visible()
