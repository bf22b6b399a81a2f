"""The live screens of the line: each is computed by the publisher once, however many watch."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest

from darwin.contact.now.drawn import draw_wall
from darwin.contact.now.floor import draw_floor, floor_of
from darwin.contact.now.reading import NowReading, read_now
from darwin.contact.now.wall import wall_of
from darwin.contact.permissions import SEE_FLOOR, SEE_WALL
from darwin.ledger.live.screens import Screen, register_screen
from darwin.staff.models import Account
from darwin.staff.walls import wall_screen_of

WALL, FLOOR = "contact.wallboard", "contact.floor"
# Silence, targets that are passed and half-hours come by time and write no row.
EVERY_S = 1.0
_EVENTS = ("contact.call_events_recorded",)
T = TypeVar("T")


def screen_name(screen: str, language: str) -> str:
    """A screen with words in it is one for each language: "contact.wallboard", "contact.wallboard.cy"."""
    return screen if language == settings.LANGUAGE_CODE else f"{screen}.{language.partition('-')[0]}"


def register_screens() -> None:
    """Declare the wall and the floor in every language."""
    for language, _name in settings.LANGUAGES:
        register_screen(
            Screen(
                name=screen_name(WALL, language),
                compute=_drawn(wall_of, partial(draw_wall, language=language)),
                may_watch=_may_watch_wall,
                events=_EVENTS,
                every_s=EVERY_S,
                on_a_wall=True,
            )
        )
        register_screen(
            Screen(
                name=screen_name(FLOOR, language),
                compute=_drawn(floor_of, partial(draw_floor, language=language)),
                may_watch=lambda request: SEE_FLOOR.permits(request.user),
                events=_EVENTS,
                every_s=EVERY_S,
            )
        )


def _drawn(make: Callable[[NowReading], T], draw: Callable[[T], str]) -> Callable[[], bytes]:
    """Make what a screen shows, and draw it only where it is not what it was."""
    last: list[tuple[T, bytes]] = []

    def compute() -> bytes:
        shown = make(read_now())
        if not last or last[0][0] != shown:
            last[:] = [(shown, draw(shown).encode())]
        return last[0][1]

    return compute


def _may_watch_wall(request: HttpRequest) -> bool:
    return wall_screen_of(request) is not None or (
        isinstance(request.user, Account) and SEE_WALL.permits(request.user)
    )
