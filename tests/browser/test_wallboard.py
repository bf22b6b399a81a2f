"""The wall in a real browser, over a real stream: through a restart, in every state, for every reader."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from darwin.contact.models import SwitchConnection
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.staff.services import end_wall_screen, make_wall_code, pair_wall_screen
from darwin.staff.walls import cookie_name
from tests.browser.pictures import place_of
from tests.contact.now import scene
from tests.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FULL = {"width": 1920, "height": 1080}
# The least size of each kind of text on a wall of 1920 by 1080, in pixels.
LEAST_SIZES = {
    ".w-figure--first": 250,
    ".w-figure--wait b": 160,
    ".w-figure--share": 108,
    ".w-count .w-figure": 92,
    ".w-board h3": 40,
    ".w-label": 34,
}
SIZE_OF = "where => parseFloat(getComputedStyle(document.querySelector(where)).fontSize)"
SMALLEST_TEXT = """() => {
  const written = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const shown = [...document.querySelectorAll(".w-board *, .w-end *")].filter(
    (one) => one.getClientRects().length && written(one));
  return Math.min(...shown.map((one) => parseFloat(getComputedStyle(one).fontSize)));
}"""
SPILLS = """() => [...document.querySelectorAll(".w-tile")].filter((tile) => {
  const bottom = tile.getBoundingClientRect().bottom;
  return [...tile.querySelectorAll("p, h3, svg")].some((inner) =>
    inner.getBoundingClientRect().bottom > bottom + 1 || inner.scrollWidth > tile.clientWidth + 1);
}).map((tile) => tile.textContent.trim().slice(0, 40))"""
OpenWall = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def serving(opened_installation: Callable[[str], None], settings: Any, tmp_path: Any) -> Iterator[Serving]:
    """A practice house at NOW with a day behind it, on a real server."""
    settings.DARWIN_MODE = "practice"
    settings.DARWIN_DATA_DIR = tmp_path
    opened_installation("practice")
    house = Serving()
    with clock.standing_at(scene.NOW):
        scene.a_day()
        scene.the_floor()
        house.start()
        yield house
        house.end()


@pytest.fixture
def open_wall(chromium: Browser, serving: Serving) -> Iterator[OpenWall]:
    """`open_wall()`: a screen that was paired, in a browser of its own. `same_as`: another tab beside it."""
    contexts: list[BrowserContext] = []

    def one(path: str = "/wall/", *, same_as: Page | None = None, **options: Any) -> Page:
        if same_as is not None:
            page = same_as.context.new_page()
        else:
            actor = Actor.system("test")
            _screen, code = make_wall_code(actor=actor, name=f"Wall {len(contexts)}")
            _screen, token = pair_wall_screen(actor=actor, code=code)
            options = {"viewport": FULL, "locale": "en-GB", **options}
            context = chromium.new_context(base_url=serving.url, **options)
            contexts.append(context)
            context.add_cookies([{"name": cookie_name(), "value": token, "url": serving.url}])
            page = context.new_page()
        page.goto(path)
        page.evaluate("document.fonts.ready")
        return page

    yield one
    for context in contexts:
        context.close()


def waiting(page: Page) -> Any:
    return page.locator(".w-board [data-cell=waiting]")


def live(page: Page) -> Any:
    return page.locator("body[data-live-is=live]")


def loads_of(page: Page) -> float:
    """When the page was loaded: another moment after a reload."""
    return float(page.evaluate("performance.timeOrigin"))


def streams() -> int:
    """How many streams this process's server has open."""
    from darwin.ledger.live import hub

    return sum(len(found.listeners) for found in list(hub._hubs.values()))


def until(condition: Callable[[], bool], page: Page) -> bool:
    for _ in range(100):
        if condition():
            return True
        page.wait_for_timeout(100)
    return False


def test_a_wall_goes_on_through_a_restart_of_the_server_without_a_reload(
    open_wall: OpenWall, serving: Serving
) -> None:
    page = open_wall()
    expect(waiting(page)).to_have_text("9")
    loaded = loads_of(page)
    scene.tell(scene.waits(scene.NOW))
    expect(waiting(page)).to_have_text("10")
    serving.end()
    scene.tell(scene.waits(scene.NOW))
    expect(page.locator("[data-live-status]")).to_contain_text("No news from the server", timeout=20_000)
    expect(page.locator(".w")).to_have_attribute("data-live-state", "stale")
    serving.start()
    expect(waiting(page)).to_have_text("11", timeout=20_000)
    expect(live(page)).to_have_count(1)
    expect(page.locator("[data-live-status]")).to_be_empty()
    scene.tell(scene.waits(scene.NOW))
    expect(waiting(page)).to_have_text("12")
    assert loads_of(page) == loaded


def test_an_answer_that_is_no_stream_ends_nothing(
    open_wall: OpenWall, serving: Serving, monkeypatch: Any
) -> None:
    from darwin.ledger.live import stream

    asked: list[int] = []
    as_it_was = stream._may_watch

    # As a proxy answers for a server that is away: an EventSource would close for ever.
    def away(request: Any, wanted: Any) -> bool:
        asked.append(1)
        if len(asked) <= 2:
            raise ConnectionError
        return as_it_was(request, wanted)

    monkeypatch.setattr(stream, "_may_watch", away)
    page = open_wall()
    scene.tell(scene.waits(scene.NOW))
    expect(waiting(page)).to_have_text("10", timeout=20_000)
    assert len(asked) >= 3


def test_a_publisher_that_ended_is_seen_although_the_server_still_speaks(
    open_wall: OpenWall, serving: Serving
) -> None:
    page = open_wall()
    expect(live(page)).to_have_count(1)
    page.evaluate("document.body.dataset.seen = 'yes'")
    serving.stop_publisher()
    expect(page.locator(".w")).to_have_attribute("data-live-state", "stale", timeout=30_000)
    serving.start_publisher()
    expect(page.locator(".w")).not_to_have_attribute("data-live-state", "stale", timeout=15_000)


def test_eight_tabs_share_one_stream_and_all_of_them_move_on(open_wall: OpenWall, serving: Serving) -> None:
    first = open_wall()
    tabs = [first, *(open_wall(same_as=first) for _ in range(7))]
    for tab in tabs:
        expect(waiting(tab)).to_have_text("9")
    scene.tell(scene.waits(scene.NOW))
    for tab in tabs:
        expect(waiting(tab)).to_have_text("10")
    assert streams() == 1
    first.close()
    scene.tell(scene.waits(scene.NOW))
    for tab in tabs[1:]:
        expect(waiting(tab)).to_have_text("11")
    for tab in tabs[1:]:
        tab.close()


def test_a_browser_without_shared_workers_has_a_stream_a_page(open_wall: OpenWall, serving: Serving) -> None:
    page = open_wall("/wall/pair/")
    page.add_init_script("delete window.SharedWorker")
    page.goto("/wall/")
    scene.tell(scene.waits(scene.NOW))
    expect(waiting(page)).to_have_text("10")


def test_an_ended_screen_goes_dark_when_its_stream_is_asked_anew(
    open_wall: OpenWall, serving: Serving, monkeypatch: Any
) -> None:
    from darwin.staff.models import WallScreen

    monkeypatch.setattr("darwin.ledger.live.stream.LIFE_S", 1.0)
    page = open_wall()
    expect(waiting(page)).to_have_text("9")
    end_wall_screen(actor=Actor.system("test"), screen=WallScreen.objects.get())
    expect(page.locator("[data-live-status]")).to_contain_text("not open to you any more", timeout=30_000)
    expect(page.locator(".w")).to_have_attribute("data-live-state", "gap")
    expect(waiting(page)).to_be_hidden()


def test_clocks_run_by_the_servers_clock_and_not_by_the_browsers(
    chromium: Browser, open_wall: OpenWall
) -> None:
    page = open_wall()
    page.add_init_script("const real = Date.now; Date.now = () => real() + 5 * 3600 * 1000;")
    page.reload()
    wait = page.locator(".w-board time[data-as=parts]")
    expect(wait).to_have_text(re.compile(r"^1\s?min\s?(48|49|50|51)\s?s$"))
    first = wait.inner_text()
    page.wait_for_timeout(1300)
    assert wait.inner_text() != first
    expect(page.locator(".w-clock time")).to_have_text("14:24")
    # In practice the house's clock is shifted, so that it says nothing about the browser's.
    expect(page.locator("[data-live-status]")).to_be_empty()


def test_the_switch_falling_silent_is_shown_and_read_aloud(open_wall: OpenWall) -> None:
    page = open_wall()
    expect(live(page)).to_have_count(1)
    SwitchConnection.objects.update(heard_at=scene.NOW - timedelta(seconds=190))
    expect(page.locator(".w-head--gap")).to_contain_text("No news from the switch since 14:20.")
    expect(page.locator(".w-longest .w-figure")).to_have_text("–")
    expect(page.get_by_role("status")).to_have_text("No news from the switch", timeout=15_000)
    SwitchConnection.objects.update(heard_at=scene.NOW)
    expect(waiting(page)).to_have_text("9")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/wall/", "/wall/?view=table"])
def test_axe_finds_nothing(open_wall: OpenWall, axe: Axe, scheme: str, path: str) -> None:
    page = open_wall(path, color_scheme=scheme)
    expect(live(page)).to_have_count(1)
    assert axe(page) == []


def test_the_type_can_be_read_from_across_the_room(open_wall: OpenWall) -> None:
    page = open_wall()
    expect(live(page)).to_have_count(1)
    sizes = {where: page.evaluate(SIZE_OF, where) for where in LEAST_SIZES}
    assert all(size >= LEAST_SIZES[where] for where, size in sizes.items()), sizes
    least = page.evaluate(SMALLEST_TEXT)
    assert least >= 24


@pytest.mark.parametrize("size", [FULL, {"width": 3840, "height": 2160}, {"width": 1366, "height": 768}])
def test_the_picture_is_the_same_on_every_wall(open_wall: OpenWall, size: dict[str, int]) -> None:
    page = open_wall(viewport=size)
    expect(live(page)).to_have_count(1)
    unit = min(size["width"] / 1920, size["height"] / 1080)
    box = page.evaluate("document.querySelector('.w-longest').getBoundingClientRect().toJSON()")
    assert abs(box["x"] / unit - 538) < 4
    assert abs(box["width"] / unit - 560) < 4
    spills = page.evaluate(SPILLS)
    assert spills == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_at_four_times_its_size_the_wall_is_one_column(open_wall: OpenWall) -> None:
    page = open_wall(viewport={"width": 480, "height": 270})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    lefts = page.evaluate(
        "[...document.querySelectorAll('.w-tile')].map((t) => t.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 1


def test_the_key_t_gives_the_same_figures_as_a_table_and_back(open_wall: OpenWall) -> None:
    page = open_wall()
    expect(page.locator(".w-board")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator(".w-board")).to_be_hidden()
    row = page.get_by_role("row", name="Waiting now")
    expect(row).to_contain_text("9")
    page.keyboard.press("t")
    expect(page.locator(".w-board")).to_be_visible()


def test_a_screen_reader_gets_the_table_first_and_the_board_not_at_all(open_wall: OpenWall) -> None:
    page = open_wall()
    tree = page.locator("main").aria_snapshot()
    assert tree.index("table") < tree.index("link")
    assert "Longest wait now" in tree
    assert page.locator(".w-board").get_attribute("aria-hidden") == "true"


def test_forced_colours_keep_what_colour_said(open_wall: OpenWall) -> None:
    SwitchConnection.objects.update(heard_at=scene.NOW - timedelta(seconds=15))
    page = open_wall(forced_colors="active")
    expect(page.locator(".w-stale")).to_have_count(1)
    # Asked until it is so: a tick may exchange the element in the same moment.
    expect(page.locator(".w-now").first).to_have_css("border-top-style", "dashed")
    over = page.locator(".w-over")
    expect(over).to_have_css("border-top-style", "solid")
    expect(over).to_contain_text("over 30 s")


def test_a_practice_wall_says_so(open_wall: OpenWall) -> None:
    page = open_wall()
    expect(page.locator(".w-practice")).to_have_text("Practice")
    expect(page.get_by_text("Practice. Nobody here is real.")).to_be_visible()
    SwitchConnection.objects.update(heard_at=scene.NOW - timedelta(seconds=190))
    expect(page.locator(".w-head--gap")).to_contain_text("Practice")


def test_without_scripts_the_wall_shows_its_figures(open_wall: OpenWall) -> None:
    page = open_wall(java_script_enabled=False)
    expect(waiting(page)).to_have_text("9")
    expect(page.locator(".w-board time[data-as=parts]")).to_have_text(re.compile(r"1\s?min\s?48\s?s"))


def test_the_picture_of_the_wall_is_renewed_when_asked_for(open_wall: OpenWall) -> None:
    page = open_wall(color_scheme="light", device_scale_factor=0.5)
    expect(live(page)).to_have_count(1)
    page.wait_for_timeout(2100)
    assert page.locator(".d-changed").count() == 0, "a tint ends after two seconds"
    page.screenshot(path=place_of("wallboard"))
