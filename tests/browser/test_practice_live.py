"""A newcomer's first minute: `darwin up --practice` on an empty data folder, and a call is taken."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pictures import place_of
from tests.supervisor.house_at_work import free_port, house_environment, processes_of, wait_for

pytestmark = pytest.mark.browser
FIRST_CALL_MS = 60_000


@pytest.fixture
def house() -> Iterator[str]:
    """The address of a practice house that has just been started for the first time, its pages answering."""
    folder = Path(tempfile.mkdtemp(prefix="darwin-practice-"))
    folder.chmod(0o711)
    port = free_port()
    words = [sys.executable, "-m", "darwin.cli", "up", "--practice", "--port", str(port)]
    log = (folder / "up.log").open("wb")
    running = subprocess.Popen(words, env=house_environment(folder), stdout=log, stderr=log)
    try:
        wait_for(lambda: b"Darwin is at" in (folder / "up.log").read_bytes(), 120, "the pages answer")
        yield f"http://localhost:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)
        wait_for(lambda: not processes_of(folder), 30, "everything has ended")
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_newcomer_watches_calls_takes_one_and_sees_the_days_figures_change(
    chromium: Browser, house: str
) -> None:
    context = chromium.new_context(base_url=house, locale="en-GB", viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_role("button", name=re.compile("Contact handler")).first.click()
        # The clock is set going by a part of its own, which may come up after the pages.
        wait_for(lambda: _speed_told(page) == "Speed 5×", 30, "the force goes at five times life")
        page.goto("/contact/my-call/")
        answer = page.get_by_role("button", name=re.compile("Answer"))
        expect(answer).to_be_visible(timeout=FIRST_CALL_MS)
        page.keyboard.press("F2")
        expect(page.locator(".p-caller")).to_be_visible(timeout=15_000)
        assert page.locator(".p-caller__opening").inner_text().startswith("“")
        _keep_picture(page, "practice-caller")
        before = _answered_today(context.new_page())
        page.get_by_role("button", name=re.compile("Hang up")).click()
        page.get_by_role("button", name=re.compile("Hang up")).click()
        expect(page.locator(".p-caller")).to_be_hidden(timeout=15_000)
        assert wait_for(lambda: _answered_today(context.new_page()) > before, 40, "the figures change")
    finally:
        context.close()


def _speed_told(page: Page) -> str:
    page.reload()
    return page.locator(".d-banner").get_by_role("link", name=re.compile("Speed")).inner_text()


def _answered_today(page: Page) -> int:
    """How many calls of 101 the page of the line counts as answered."""
    page.goto("/contact/line/")
    row = page.get_by_role("row", name=re.compile("101, the non-emergency line"))
    text = row.get_by_role("cell").nth(1).inner_text() if row.count() else "0"
    page.close()
    return int(text.replace(",", ""))


def _keep_picture(page: Page, name: str) -> None:
    page.screenshot(path=place_of(name))
