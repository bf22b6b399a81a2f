"""The live screens, declared by the rooms above when Darwin starts (AppConfig.ready)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One live screen.

    name: room.page. compute: the screen as bytes (HTML or JSON), in as few queries as it can (a tick of the
    publisher costs two beside them, and a tick may cost three: see `once_a_tick`); called by the publisher
    only. may_watch: may this request's person see it; decided before its stream opens, and where the screen
    shows personal data it records the consultation. events: beginnings of ledger events that change it
    ("contact."). tables: others that change it; each has `txid xid8 DEFAULT pg_current_xact_id()`, indexed.
    every_s: compute it at least that often, because silence and the passing of time write no row; None:
    only rows change it. on_a_wall: a paired wall screen, at which nobody is signed in, may watch it.
    """

    name: str
    compute: Callable[[], bytes]
    may_watch: Callable[[HttpRequest], bool]
    events: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    every_s: float | None = None
    on_a_wall: bool = False


_screens: dict[str, Screen] = {}


def register_screen(screen: Screen) -> None:
    """Declare a screen.

    Raises ImproperlyConfigured if its name is taken or of another form, or if nothing changes it.
    """
    if not _NAME.fullmatch(screen.name):
        raise ImproperlyConfigured(f"The live screen “{screen.name}” must be named room.page.")
    if screen.name in _screens:
        raise ImproperlyConfigured(f"There are two live screens named {screen.name}.")
    if not screen.events and not screen.tables and screen.every_s is None:
        raise ImproperlyConfigured(
            f"Nothing would ever change the live screen {screen.name}: name events, tables or every_s."
        )
    _screens[screen.name] = screen


def remove_screen(name: str) -> None:
    _screens.pop(name, None)


def screens() -> dict[str, Screen]:
    """All screens by name."""
    return dict(_screens)


_read: ContextVar[dict[Callable[..., Any], Any] | None] = ContextVar("read in this tick", default=None)


@contextmanager
def one_tick() -> Iterator[None]:
    """What is read inside through `once_a_tick` is read once."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def once_a_tick(read: Callable[[], T]) -> Callable[[], T]:
    """Let several screens share one reading: within a tick of the publisher it is made once, so that they
    cost one query together and never contradict each other. Outside a tick it is made each time."""

    @wraps(read)
    def reading() -> T:
        known = _read.get()
        if known is None:
            return read()
        if read not in known:
            known[read] = read()
        return cast(T, known[read])

    return reading
