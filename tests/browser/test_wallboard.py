"""The wall in a real browser, over a real stream."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.serving import Serving
from tests.contact.now import scene

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.staff.services import make_wall_code, pair_wall_screen
from darwin.staff.walls import cookie_name

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def serving(opened_installation: Callable[[str], None], settings: Any, tmp_path: Any) -> Iterator[Serving]:
    settings.DARWIN_MODE = "practice"
    settings.DARWIN_DATA_DIR = tmp_path
    opened_installation("practice")
    house = Serving()
    yield house
    house.end()


@pytest.fixture
def walls(chromium: Browser, serving: Serving) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def open_wall(path: str = "/wall/", **options: Any) -> Page:
        _screen, code = make_wall_code(actor=Actor.system("test"), name=f"Wall {len(contexts)}")
        _screen, token = pair_wall_screen(actor=Actor.system("test"), code=code)
        size = options.pop("viewport", {"width": 1920, "height": 1080})
        context = chromium.new_context(base_url=serving.url, locale="en-GB", viewport=size, **options)
        contexts.append(context)
        context.add_cookies([{"name": cookie_name(), "value": token, "url": serving.url}])
        page = context.new_page()
        page.goto(path)
        page.evaluate("document.fonts.ready")
        return page

    yield open_wall
    for context in contexts:
        context.close()


def test_picture(walls: Callable[..., Page], serving: Serving) -> None:
    with clock.standing_at(scene.NOW):
        scene.a_day()
        scene.the_floor()
        serving.start()
        for theme in ("light", "dark"):
            page = walls(color_scheme=theme)
            page.on("console", lambda m: print(m.text))
            page.wait_for_timeout(2500)
            page.screenshot(path=f"/tmp/wall-{theme}.png")
            print(page.evaluate("document.body.dataset.liveIs"))
        page = walls("/wall/?view=table")
        page.screenshot(path="/tmp/wall-table.png", full_page=True)
        page = walls(viewport={"width": 480, "height": 270})
        page.screenshot(path="/tmp/wall-small.png", full_page=True)
