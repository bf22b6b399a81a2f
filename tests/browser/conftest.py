"""A real browser: Debian's Chromium under Playwright, against the whole application on a port of its own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Quiet, and nothing but the loopback; no sandbox, for tests run as root in CI.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.fixture(scope="session")
def built_theme() -> None:
    """The style sheet, the fonts and axe are there."""
    from darwin.theme.build import build

    build()


@pytest.fixture(scope="session")
def chromium(built_theme: None) -> Iterator[Browser]:
    """One browser for the whole run."""
    if not CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed (apt install chromium)")
    # Playwright keeps an event loop in this thread; the tests' own use of the database is not concurrent.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, settings: Any) -> Iterator[OpenPage]:
    """`open_page("/theme/parts/", viewport={…})`: a page of the live server in a context of its own.

    `may_fail=True` for a page whose answer is an error on purpose. Everything else that the browser
    complains about (a refused style, a missing file, a script's fault) fails the test when it ends.
    """
    settings.DARWIN_MODE = "practice"
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(
        path: str, *, may_fail: bool = False, cookies: dict[str, str] | None = None, **options: Any
    ) -> Page:
        context = chromium.new_context(base_url=live_server.url, locale="en-GB", **options)
        contexts.append(context)
        for name, value in (cookies or {}).items():
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page = context.new_page()

        def complained(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not may_fail:
                complaints.append(f"{path}: {message.text}")

        page.on("console", complained)
        page.on("pageerror", lambda error: complaints.append(f"{path}: {error}"))
        page.goto(path)
        page.evaluate("document.fonts.ready")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def axe() -> Axe:
    """`axe(page)`: what axe-core finds wrong with a page, one line each; an empty list is what we want."""

    def run(page: Page) -> list[str]:
        page.evaluate(AXE.read_text("utf-8"))
        found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['target']}: {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return run
