"""The live policy in a real browser: axe in both themes and at 400%, and one press back by keyboard."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.reference.policies import in_force
from darwin.reference.services import note_guardrail, open_installation, propose_policy
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts
from tests.ledger.looking import untouched_ledger
from tests.planning import policies

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 800}
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """A practice house with a policy on trial, a broken guardrail and another proposal."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with untouched_ledger():
        open_installation("practice", "leicestershire")
        open_practice_accounts(actor=Actor.system("practice"))
        policies.adopted()
        note_guardrail(actor=policies.WORKER, guardrail="occupancy", broken=True, figure=91.0, limit=85.0)
        propose_policy(
            actor=Account.objects.get(sign_in_name="resource-planner.practice").actor,
            name="As before, and the repeat callers first",
            parameters=policies.FIRST.as_dict() | {"repeat_ahead": 0.5},
            source="Proposed from policy 2",
            reason="Who has tried three times has waited three times.",
            starts_at=clock.now(),
            days_by_lot=14,
            evidence={
                "kind": "planning_run",
                "id": str(policies.opened().id),
                "label": "Repeat callers first",
                "lines": [["Today", "81.2% in time"], ["Repeat callers first", "81.4% in time"]],
            },
        )
        yield


def enter(page: Page, role: str) -> None:
    page.goto("/sign-in/")
    page.locator(f'button[name="role"][value="{role}"]').click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


PAGES = [
    ("chief_officer", "/planning/live-policy/"),
    ("chief_officer", "/planning/live-policy/versions/2/"),
]


@pytest.mark.parametrize(
    ("width", "theme"),
    [pytest.param(WIDE, "light", marks=pytest.mark.nightly), (WIDE, "low-light"), (NARROW, "light")],
)
def test_every_page_of_the_live_policy_is_open_to_everybody(
    open_page: OpenPage, axe: Axe, house: None, width: dict[str, int], theme: str
) -> None:
    page = open_page("/sign-in/", viewport=width, cookies={"darwin_theme": theme})
    Account.objects.update(theme=theme)
    found = []
    enter(page, "chief_officer")
    for role, address in PAGES:
        page.goto(address)
        found += [f"{role} {address}: {line}" for line in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{role} {address} is wider than the screen")
    # What is open to be decided stands in the way of another proposal, so that page opens without it.
    page.goto("/planning/live-policy/")
    page.get_by_label("Why you decide so").fill("Not now")
    page.get_by_role("button", name="Refuse it").click()
    enter(page, "resource_planner")
    page.goto("/planning/live-policy/propose/")
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true }")
    found += [f"propose: {line}" for line in axe(page)]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        found.append("propose is wider than the screen")
    assert found == []


def test_one_press_of_the_keyboard_goes_back(open_page: OpenPage, house: None) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "chief_officer")
    page.goto("/planning/live-policy/")
    page.keyboard.press("Alt+1")
    expect(page.get_by_text("Policy 1 holds.")).to_be_visible()
    found = in_force(clock.now())
    assert found is not None
    assert found.policy.number == 1
