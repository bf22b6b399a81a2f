"""The page of parts as a browser shows it: axe finds nothing, keys suffice, it reflows, it prints."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pictures import place_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARTS = "/theme/parts/"
WIDE = {"width": 1600, "height": 1196}
# 1280 pixels at 400% zoom (WCAG 2.2, 1.4.10).
ZOOMED = {"width": 320, "height": 256}
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]

_CLIPPED = """() => [...document.querySelectorAll('main *')]
  .filter(element => !element.closest('.d-scroll > *, .d-chart > *, .govuk-visually-hidden'))
  .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(element => element.outerHTML.slice(0, 80))"""
_OVERLAPS = """() => [...document.querySelectorAll('.d-chart svg')].flatMap(svg => {
  const outer = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')]
    .map(text => [text.textContent, text.getBoundingClientRect()]);
  const outside = texts.filter(([, box]) => box.left < outer.left - 1 || box.right > outer.right + 1 ||
    box.top < outer.top - 1 || box.bottom > outer.bottom + 1).map(([words]) => 'outside: ' + words);
  const meeting = texts.flatMap(([words, a], at) => texts.slice(at + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1)
    .filter(([, b]) => a.top + 3 < b.bottom - 3 && b.top + 3 < a.bottom - 3)
    .map(([others]) => words + ' over ' + others));
  return [...outside, ...meeting];
})"""


@pytest.mark.parametrize("theme", ["light", "low-light"])
@pytest.mark.parametrize("viewport", [WIDE, ZOOMED], ids=["wide", "400%"])
def test_axe_finds_nothing_on_the_parts(
    open_page: OpenPage, axe: Axe, theme: str, viewport: dict[str, int]
) -> None:
    page = open_page(PARTS, viewport=viewport, cookies={"darwin_theme": theme})
    assert page.locator("html").get_attribute("data-theme") == theme
    assert axe(page) == []


def test_at_four_hundred_per_cent_nothing_is_cut_off_or_scrolls_sideways(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=ZOOMED)
    assert page.evaluate(_CLIPPED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= ZOOMED["width"]


def test_the_labels_of_a_chart_do_not_cover_each_other(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=WIDE)
    assert page.locator(".d-chart svg text").count() > 50
    assert page.evaluate(_OVERLAPS) == []


def test_the_page_follows_the_system_until_a_theme_is_chosen(open_page: OpenPage) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    page = open_page(PARTS, color_scheme="dark")
    assert page.evaluate(ground) == "rgb(13, 19, 21)"
    page.get_by_role("button", name="light", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) == "rgb(242, 244, 240)"
    page.get_by_role("button", name="as the system").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) == "rgb(13, 19, 21)"


def test_the_keyboard_alone_reaches_every_press_and_shows_where_it_is(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=WIDE)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    reached: set[str] = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen: dict[str, Any] = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return {words: e.textContent.trim() || e.value || e.id,"
            " ring: s.outlineStyle + s.outlineWidth}; }"
        )
        assert seen["ring"] == "solid3px", seen
        reached.add(seen["words"])
        if "Work the list: Lost callers not rung back" in reached:
            break
    assert {"SendCtrl Enter", "Second", "Hang upShift F2", "0116 496", "Try again"} <= reached
    assert "Work the list: Lost callers not rung back" in reached


def test_the_map_of_keys_opens_outside_a_field_and_not_in_one(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=WIDE)
    page.get_by_label("A number", exact=True).first.focus()
    page.keyboard.type("?")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.locator("main").focus()
    page.keyboard.type("?")
    expect(page.get_by_role("dialog")).to_contain_text("Ctrl Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()


def test_a_key_presses_what_it_stands_on(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=WIDE)
    page.evaluate(
        "document.querySelector('[data-key]').addEventListener('click', () => document.title = 'sent')"
    )
    page.get_by_label("A number", exact=True).first.focus()
    page.keyboard.press("Control+Enter")
    assert page.title() == "sent"


def test_the_page_of_parts_speaks_welsh_when_asked(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=WIDE)
    page.get_by_role("button", name="Cymraeg").click()
    expect(page.locator("html")).to_have_attribute("lang", "cy")
    expect(page.locator(".d-banner").first).to_contain_text("Nid oes neb yma’n real")
    expect(page.locator(".d-state--late").first).to_have_text("hwyr")


def test_in_forced_colours_grades_are_told_apart_by_their_borders(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=WIDE, forced_colors="active")
    styles = page.evaluate(
        "() => [1, 3, 4].map(n => { const s = getComputedStyle(document.querySelector('.d-grade--' + n));"
        " return s.borderTopStyle + s.borderTopWidth; })"
    )
    assert styles == ["solid3px", "solid2px", "dashed2px"]
    _keep(page, "parts-forced-colours")


def test_on_paper_the_house_leaves_out_its_presses_and_keeps_the_word_practice(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=WIDE, cookies={"darwin_theme": "low-light"})
    page.emulate_media(media="print")
    expect(page.locator(".d-topbar")).not_to_be_visible()
    expect(page.locator(".d-button").first).not_to_be_visible()
    expect(page.locator(".d-banner").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.d-table')).color") == "rgb(18, 32, 30)"


def test_the_parts_stand_as_in_the_picture(open_page: OpenPage) -> None:
    page = open_page(PARTS, viewport=WIDE)
    box = page.locator("#parts").bounding_box()
    assert box is not None
    assert box["width"] == 1600
    assert abs(box["height"] - 1196) < 24
    _keep(page, "parts-light", "#parts [data-theme=light]")
    _keep(page, "parts-low-light", "#parts [data-theme=low-light]")
    _keep(page, "chart-control", ".d-panel:has(#chart-1-head)")
    _keep(page, "chart-columns", ".d-panel:has(#chart-2-head)")


@pytest.mark.parametrize("address", ["/nothing/here/"])
def test_axe_finds_nothing_on_the_page_that_says_there_is_none(
    open_page: OpenPage, axe: Axe, address: str
) -> None:
    page = open_page(address, may_fail=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no page at this address")
    assert axe(page) == []


def _keep(page: Page, name: str, part: str = "#parts") -> None:
    """The picture is looked at, not compared."""
    page.locator(part).screenshot(path=place_of(name))
