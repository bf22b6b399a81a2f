"""The live screens of the line: each is computed by the publisher once, however many watch."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest

from darwin.contact.now.drawn import draw_counts, draw_wall
from darwin.contact.now.floor import Floor, draw_floor, floor_of
from darwin.contact.now.reading import read_now
from darwin.contact.now.wall import Wall, wall_of
from darwin.contact.permissions import SEE_FLOOR, SEE_WALL
from darwin.ledger.live.screens import Screen, once_a_tick, register_screen
from darwin.staff.models import Account
from darwin.staff.walls import wall_screen_of

WALL, FLOOR, COUNTS = "contact.wallboard", "contact.floor", "contact.counts"
# Silence, targets that are passed and half-hours come by time and write no row.
EVERY_S = 1.0
_EVENTS = ("contact.call_events_recorded",)
T = TypeVar("T")


def screen_name(screen: str, language: str) -> str:
    """A screen with words in it is one for each language: "contact.wallboard", "contact.wallboard.cy"."""
    return screen if language == settings.LANGUAGE_CODE else f"{screen}.{language.partition('-')[0]}"


def register_screens() -> None:
    """Declare the wall, the floor and its counts in every language."""
    for language, _name in settings.LANGUAGES:
        register_screen(
            Screen(
                name=screen_name(WALL, language),
                compute=_drawn(_wall_now, partial(draw_wall, language=language)),
                may_watch=_may_watch_wall,
                events=_EVENTS,
                every_s=EVERY_S,
                on_a_wall=True,
            )
        )
        register_screen(
            Screen(
                name=screen_name(COUNTS, language),
                compute=_drawn(_wall_now, partial(draw_counts, language=language)),
                may_watch=lambda request: SEE_FLOOR.permits(request.user),
                events=_EVENTS,
                every_s=EVERY_S,
            )
        )
        register_screen(
            Screen(
                name=screen_name(FLOOR, language),
                compute=_drawn(_floor_now, partial(draw_floor, language=language)),
                may_watch=lambda request: SEE_FLOOR.permits(request.user),
                events=_EVENTS,
                every_s=EVERY_S,
            )
        )


@once_a_tick
def _wall_now() -> Wall:
    return wall_of(read_now())


@once_a_tick
def _floor_now() -> Floor:
    return floor_of(read_now())


def _drawn(make: Callable[[], T], draw: Callable[[T], str]) -> Callable[[], bytes]:
    """Make what a screen shows, and draw it only where it is not what it was."""
    last: list[tuple[T, bytes]] = []

    def compute() -> bytes:
        shown = make()
        if not last or last[0][0] != shown:
            last[:] = [(shown, draw(shown).encode())]
        return last[0][1]

    return compute


def _may_watch_wall(request: HttpRequest) -> bool:
    return wall_screen_of(request) is not None or (
        isinstance(request.user, Account) and SEE_WALL.permits(request.user)
    )
