"""Passkeys, the lock layer and the newcomer's click, in Debian's Chromium."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from darwin.ledger.models import Entry
from darwin.reference.services import open_installation
from darwin.staff import idle
from darwin.staff.commands import make_link
from darwin.staff.models import Account, Enrolment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()
    # The server's threads leave connections in the pool, and the test database could not be dropped.
    connection.close()
    connection.close_pool()


@pytest.fixture
def practice(transactional_db, settings) -> None:
    settings.DARWIN_MODE = "practice"
    settings.ROOT_URLCONF = "tests.staff.practice_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    open_installation("practice", "leicestershire")


@pytest.fixture
def operational(transactional_db, settings) -> None:
    settings.DARWIN_MODE = "operational"
    open_installation("operational", "leicestershire")


def lock_soon(monkeypatch: Any, seconds: float) -> None:
    monkeypatch.setattr(idle, "lock_after", lambda zone, roles: timedelta(seconds=seconds))


def test_a_newcomer_is_somebody_with_one_key(page, practice, live_server):
    page.goto(f"{live_server.url}/")
    expect(page.get_by_role("heading", name="Who are you today?")).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ruth")


def test_what_was_typed_survives_the_lock_and_its_opening(page, practice, live_server, monkeypatch):
    lock_soon(monkeypatch, 4)
    page.goto(f"{live_server.url}/sign-in/?next=/pad/")
    page.get_by_role("button", name="Administrator").click()
    words = page.locator("#words")
    words.fill("Caller says the back door\nwas open")
    dialog = page.locator("dialog.s-lock")
    expect(dialog).to_be_visible(timeout=15_000)
    assert words.input_value() == "Caller says the back door\nwas open"
    # The page behind is shut to keys and pointer alike, and Escape does not open it.
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    page.keyboard.type("nothere")
    assert words.input_value() == "Caller says the back door\nwas open"
    expect(dialog.get_by_text("Second person wanted")).to_be_visible()
    # The server is locked too, not only the picture of it.
    refused = page.request.get(f"{live_server.url}/staff/accounts/")
    assert refused.status == 423

    began = time.monotonic()
    dialog.get_by_role("button", name="Unlock").click()
    expect(dialog).to_be_hidden()
    assert time.monotonic() - began < 3
    assert words.input_value() == "Caller says the back door\nwas open"
    assert page.evaluate("document.activeElement.id") == "words"
    expect(page.locator("main").get_by_text("Second person wanted")).to_be_visible()
    page.locator("#keep").click()
    expect(page.locator("#kept")).to_contain_text("Caller says the back door")
    ellis = Account.objects.get(display_name="Ellis Wood")
    assert Entry.objects.filter(event="staff.unlocked_session", actor_id=ellis.id).count() == 1


def test_a_page_left_locked_asks_the_server_no_more_than_once_a_minute(
    page, practice, live_server, monkeypatch
):
    lock_soon(monkeypatch, 2)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/session/" in request.url else None)
    page.goto(f"{live_server.url}/sign-in/?next=/pad/")
    page.get_by_role("button", name="Contact handler").click()
    expect(page.locator("dialog.s-lock")).to_be_visible(timeout=15_000)
    before = len(asked)
    page.wait_for_timeout(4000)
    assert len(asked) == before <= 2


def test_a_passkey_is_made_by_a_link_signs_in_and_unlocks(page, operational, live_server, monkeypatch):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    assert live_server.url.startswith("http://localhost")
    secret = make_link("jo.bell", "Jo Bell", ("administrator",))
    page.goto(f"{live_server.url}/enrol/#{secret}")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jo")
    assert Enrolment.objects.get().used_at is not None

    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")  # a page asked for while this one loads would end the loading
    page.goto(f"{live_server.url}/enrol/#{secret}")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This link has been used")

    lock_soon(monkeypatch, 4)
    page.goto(f"{live_server.url}/sign-in/?next=/me/")
    page.get_by_label("Where is this screen?").select_option("zone:control_room")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    expect(page.get_by_role("rowheader", name="My passkey")).to_be_visible()

    dialog = page.locator("dialog.s-lock")
    expect(dialog).to_be_visible(timeout=15_000)
    began = time.monotonic()
    dialog.get_by_role("button", name="Unlock").click()
    expect(dialog).to_be_hidden()
    assert time.monotonic() - began < 3

    jo = Account.objects.get()
    ways = Entry.objects.filter(actor_id=jo.id, reason_code="passkey").values_list("event", flat=True)
    assert sorted(ways) == ["staff.began_session", "staff.unlocked_session"]
    told = page.evaluate("[...document.querySelectorAll('[style], style')].length")
    assert told == 0
