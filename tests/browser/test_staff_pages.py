"""The staff room in a real browser: axe in both themes and at 400%, by keyboard, and its pictures."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.blocks import close_blocks
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_consultation, record_entry
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.practice_facts import PracticeFacts
from darwin.staff.services import make_token, open_practice_accounts, revoke_token
from tests.browser.pictures import place_of
from tests.ledger.looking import untouched_ledger

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 800}
LARGEST_PICTURE = 200_000
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]

# Who opens which page; None is nobody.
PAGES = [
    (None, "/sign-in/"),
    (None, "/roles/"),
    ("contact_supervisor", "/"),
    ("officer", "/"),
    ("auditor", "/"),
    ("administrator", "/"),
    ("administrator", "/staff/accounts/"),
    ("administrator", "/staff/accounts/open/"),
    ("administrator", "/staff/accounts/{sam}/"),
    ("administrator", "/staff/tokens/"),
    ("administrator", "/staff/tokens/make/"),
    ("administrator", "/deadlines/"),
    ("analyst", "/me/"),
    ("auditor", "/ledger/"),
    ("auditor", "/ledger/?about={sam}&verb=consult"),
    ("auditor", "/ledger/?about=nobody"),
    ("auditor", "/ledger/export/"),
    ("auditor", "/ledger/state/"),
    ("analyst", "/ledger/"),
    ("analyst", "/reference/"),
    ("analyst", "/reference/lists/contact_channel/"),
    ("analyst", "/reference/thresholds/contact.101.answer_within_s/"),
]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(
    transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: Any
) -> Iterator[dict[str, Any]]:
    """A practice house with some history in its ledger, and Sam's and a record's identifiers."""
    settings.DARWIN_MODE, settings.DARWIN_DATA_DIR = "practice", tmp_path
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with untouched_ledger():
        open_installation("practice", "leicestershire")
        open_practice_accounts(actor=Actor.system("practice"))
        facts = PracticeFacts(handlers=170, seed=6655, months_in=19, months_in_all=25, contacts=704_311)
        monkeypatch.setattr("darwin.staff.practice_facts._tell", lambda: facts)
        yield _history()


def _history() -> dict[str, Any]:
    sam, ruth, paul = (
        Account.objects.get(display_name=name) for name in ("Sam Okoro", "Ruth Adeyemi", "Paul Greaves")
    )
    record = new_id()
    for minutes, reader in ((50, ruth), (33, paul), (12, ruth)):
        with clock.standing_at(clock.now() - timedelta(minutes=minutes)):
            record_consultation(
                actor=reader.actor,
                screen="contact.lost_callers",
                subjects=[Subject("contact", record), Subject("account", sam.id)],
                reason="The caller rang a second time",
            )
    with transaction.atomic():
        record_entry(
            actor=Actor.system("import"),
            verb=Verb.COLLECT,
            event="contact.imported",
            subjects=[Subject("import", new_id())],
            counts={"rows": 8_931, "rejected": 1},
        )
    for client in ("genesys-north", "partner-cad"):
        made = make_token(
            actor=Actor.system("test"), client=client, scopes=["contact.write", "telephony.events"], days=90
        )
    revoke_token(actor=Actor.system("test"), token=made.token)
    close_blocks()
    return {"sam": sam.id, "record": record}


def enter(page: Page, role: str) -> None:
    """Sign in with one click."""
    page.goto("/sign-in/")
    page.locator(f'button[name="role"][value="{role}"]').click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_token_is_made_by_keyboard_and_its_secrets_can_be_read(
    open_page: OpenPage, axe: Axe, house: dict[str, Any]
) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "administrator")
    page.goto("/staff/tokens/make/")
    page.get_by_label("Name of the system").focus()
    page.keyboard.type("live-chat")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Make the token").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The token of live-chat")
    assert axe(page) == []
    page.get_by_role("link", name="I have copied it").press("Enter")
    expect(page.get_by_role("rowheader", name="live-chat")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "theme"),
    [pytest.param(WIDE, "light", marks=pytest.mark.nightly), (WIDE, "low-light"), (NARROW, "light")],
)
def test_every_page_of_the_staff_room_is_open_to_everybody(
    open_page: OpenPage, axe: Axe, house: dict[str, Any], width: dict[str, int], theme: str
) -> None:
    """axe finds nothing, and at 320 px (400% zoom) nothing but tables and code is wider than the screen."""
    page = open_page("/sign-in/", viewport=width, cookies={"darwin_theme": theme}, may_fail=True)
    Account.objects.update(theme=theme)
    found, now = [], None
    for role, address in PAGES:
        if role != now and role:
            enter(page, role)
            now = role
        page.goto(address.format(**house))
        found += [f"{role} {address}: {line}" for line in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{role} {address} is wider than the screen")
    assert found == []


def test_the_auditor_finds_out_by_keyboard_who_has_looked_at_a_record(
    open_page: OpenPage, house: dict[str, Any]
) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "auditor")
    page.get_by_role("link", name="Ledger", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("About which record or account").focus()
    page.keyboard.type(str(house["record"]))
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Who has looked at this record").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who has looked at contact")
    names = page.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert [name for name in names if name != "Yusuf Demir"] == [
        "Ruth Adeyemi",
        "Paul Greaves",
        "Ruth Adeyemi",
    ]


def test_entries_are_given_out_with_their_proof_and_the_giving_is_recorded(
    open_page: OpenPage, house: dict[str, Any]
) -> None:
    page = open_page("/sign-in/", viewport=WIDE)
    enter(page, "data_protection_officer")
    page.goto(f"/ledger/export/?about={house['record']}")
    page.get_by_label("Who receives it").fill("Information Commissioner")
    with page.expect_download() as download:
        page.get_by_role("button", name="Record and give out").click()
    known, *lines = map(json.loads, Path(download.value.path()).read_text("utf-8").splitlines())
    assert known["public_keys"] and len(lines) == 4
    assert sum(1 for line in lines if line["inclusion"]) == 3
    page.goto("/ledger/?verb=disclose")
    expect(page.locator("tbody tr").first).to_contain_text("Information Commissioner")


@pytest.mark.parametrize(
    ("name", "role", "address"),
    [
        ("sign-in", None, "/sign-in/"),
        ("home", "administrator", "/"),
        ("ledger", "auditor", "/ledger/?about={record}"),
    ],
)
def test_the_pictures_of_the_staff_room_are_small(
    open_page: OpenPage, house: dict[str, Any], name: str, role: str | None, address: str
) -> None:
    page = open_page("/sign-in/", viewport=WIDE | {"height": 560}, cookies={"darwin_theme": "light"})
    if role:
        enter(page, role)
        page.goto(address.format(**house))
    page.evaluate("document.fonts.ready")
    picture = page.screenshot(path=place_of(name), full_page=True)
    assert len(picture) < LARGEST_PICTURE
