"""The live screens, declared by the rooms above when Darwin starts (AppConfig.ready)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One live screen.

    name: room.page. compute: the screen as bytes (HTML or JSON), in at most 2 queries; called by the
    publisher only. may_watch: may this request's person see it; decided before its stream opens, and where
    the screen shows personal data it records the consultation. events: beginnings of ledger events that
    change it ("contact."). tables: others that change it; each has `txid xid8 DEFAULT pg_current_xact_id()`,
    indexed.
    """

    name: str
    compute: Callable[[], bytes]
    may_watch: Callable[[HttpRequest], bool]
    events: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


_screens: dict[str, Screen] = {}


def register_screen(screen: Screen) -> None:
    """Declare a screen.

    Raises ImproperlyConfigured if its name is taken or of another form, or if nothing changes it.
    """
    if not _NAME.fullmatch(screen.name):
        raise ImproperlyConfigured(f"The live screen “{screen.name}” must be named room.page.")
    if screen.name in _screens:
        raise ImproperlyConfigured(f"There are two live screens named {screen.name}.")
    if not screen.events and not screen.tables:
        raise ImproperlyConfigured(
            f"Nothing would ever change the live screen {screen.name}: name events or tables."
        )
    _screens[screen.name] = screen


def remove_screen(name: str) -> None:
    _screens.pop(name, None)


def screens() -> dict[str, Screen]:
    """All screens by name."""
    return dict(_screens)
