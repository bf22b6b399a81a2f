"""What a page shows live: it changes in place, never under the hand, and says when it hears nothing."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

import darwin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIVE = (Path(darwin.__file__).parent / "theme" / "static" / "darwin" / "live.js").read_text("utf-8")
OpenPage = Callable[..., Page]

PAGE = """<!doctype html><html lang="en"><title>Live</title>
<body data-live-source="/stream/" data-live-stale-after="2" data-live-gap-after="4" data-version="old">
<section data-live="floor"><p data-cell="waiting">6 waiting</p></section>
<section data-live="notes"><input aria-label="Note"></section>
<p data-live-status data-stale="No news since {time}." data-gap="No figure since {time}."
 data-drift="{n} s off"></p>
<p data-live-newer hidden>A newer version is ready. <a href="">Load it</a></p>
<p role="status" data-live-say></p><button>elsewhere</button><script src="/live.js"></script></body></html>"""
STREAM = """retry: 600000
event: time
data: 2026-11-22T14:24:16Z

event: floor
data: <p data-cell="waiting">7 waiting</p>

event: notes
data: <input aria-label="Note" value="swapped">

event: say
data: three new

event: say
data: one late

"""


@pytest.fixture
def live(open_page: OpenPage) -> Page:
    """A page with two live regions whose stream speaks once, when it is let, and then falls silent."""
    page = open_page("/nothing/", may_fail=True)

    def answer(route: Route) -> None:
        address = route.request.url
        if address.endswith("/live.js"):
            route.fulfill(body=LIVE, content_type="text/javascript")
        elif address.endswith("/stream/"):
            route.fulfill(body=STREAM, content_type="text/event-stream")
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    page.route("**/*", answer)
    return page


def test_a_region_changes_in_place_and_the_changed_cell_is_tinted(live: Page) -> None:
    live.goto("/live/")
    expect(live.locator("[data-cell=waiting]")).to_have_text("7 waiting")
    expect(live.locator("[data-cell=waiting]")).to_have_class("d-changed")
    expect(live.locator("[data-cell=waiting]")).not_to_have_class("d-changed", timeout=4000)


def test_nothing_changes_under_the_hand(live: Page) -> None:
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    live.route("**/stream/", hold)
    live.goto("/live/")
    live.get_by_label("Note").focus()
    while not asked:
        live.wait_for_timeout(50)
    asked[0].fulfill(body=STREAM, content_type="text/event-stream")
    expect(live.locator("[data-cell=waiting]")).to_have_text("7 waiting")
    live.keyboard.type("kept")
    expect(live.get_by_label("Note")).to_have_value("kept")
    live.get_by_role("button").focus()
    expect(live.get_by_label("Note")).to_have_value("swapped")


def test_what_is_said_is_gathered_into_one_message(live: Page) -> None:
    live.goto("/live/")
    expect(live.get_by_role("status")).to_have_text("three new, one late")


def test_silence_makes_a_region_stale_and_then_a_gap_and_says_since_when(live: Page) -> None:
    live.goto("/live/")
    region, status = live.locator("[data-live=floor]"), live.locator("[data-live-status]")
    expect(region).to_have_attribute("data-live-state", "stale", timeout=5000)
    expect(status).to_have_text("No news since 14:24:16.")
    expect(region).to_have_attribute("data-live-state", "gap", timeout=5000)
    expect(status).to_have_text("No figure since 14:24:16.")


def test_a_clock_that_drifts_is_told(live: Page) -> None:
    live.goto("/live/")
    expect(live.locator("[data-live-status]")).to_contain_text("s off", timeout=2500)


def test_a_newer_version_is_offered_and_nothing_is_loaded_under_the_hand(live: Page) -> None:
    live.route(
        "**/stream/",
        lambda route: route.fulfill(
            body=f"{STREAM}event: live.version\ndata: new\n\n", content_type="text/event-stream"
        ),
    )
    live.goto("/live/")
    loaded = live.evaluate("performance.timeOrigin")
    expect(live.get_by_text("A newer version is ready.")).to_be_visible()
    live.wait_for_timeout(1500)
    assert live.evaluate("performance.timeOrigin") == loaded


def test_the_same_version_is_no_newer_one(live: Page) -> None:
    live.route(
        "**/stream/",
        lambda route: route.fulfill(
            body=f"{STREAM}event: live.version\ndata: old\n\n", content_type="text/event-stream"
        ),
    )
    live.goto("/live/")
    expect(live.locator("[data-cell=waiting]")).to_have_text("7 waiting")
    expect(live.get_by_text("A newer version is ready.")).to_be_hidden()


@pytest.mark.parametrize("status", [502, 503, 401])
def test_a_refused_stream_is_asked_for_again(live: Page, status: int) -> None:
    asked: list[int] = []

    def answer(route: Route) -> None:
        asked.append(1)
        if len(asked) < 3:
            route.fulfill(status=status, body="Bad gateway")
        else:
            route.fulfill(body=STREAM, content_type="text/event-stream")

    live.route("**/stream/", answer)
    live.goto("/live/")
    expect(live.locator("[data-cell=waiting]")).to_have_text("7 waiting", timeout=10_000)
    assert len(asked) == 3


def test_a_running_clock_counts_by_the_servers_clock_at_its_rate(live: Page) -> None:
    body = PAGE.replace("<section", '<time data-since="2026-11-22T14:22:28Z"></time><section', 1)
    live.route("**/live/", lambda route: route.fulfill(body=body, content_type="text/html"))
    live.route(
        "**/stream/",
        lambda route: route.fulfill(
            body="retry: 600000\nevent: time\ndata: 2026-11-22T14:24:16Z 60\n\n",
            content_type="text/event-stream",
        ),
    )
    live.goto("/live/")
    clock = live.locator("time[data-since]")
    expect(clock).to_have_text(re.compile(r"^\d+:\d\d$"))

    def shown() -> int:
        minutes, seconds = clock.inner_text().split(":")
        return 60 * int(minutes) + int(seconds)

    # A minute of the house's clock passes in a second.
    first, began = shown(), time.monotonic()
    live.wait_for_timeout(1000)
    assert 40 * (time.monotonic() - began) < shown() - first < 80 * (time.monotonic() - began)
