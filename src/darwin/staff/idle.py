"""The idle lock: when a screen that nobody touches goes dim, and what it still does then.

The minutes come from reference data: `staff.idle_lock.<zone>.<role>`, else `staff.idle_lock.<zone>`, else
`staff.idle_lock`; zone "other" is everywhere that is not declared. They are read when a
session begins and when it is unlocked. A live call is never locked; a board in a declared secure room
dims to read-only. The time without a touch is that of the person at the screen, so it is the real one even
where practice lets the installation's clock run faster.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.sessions.backends.base import SessionBase

from darwin.deadlines import clock
from darwin.reference.queries import UnknownReference, threshold
from darwin.staff.models import Account

MINUTES = "staff.idle_lock"
ELSEWHERE = "other"

_LAST = "idle.last_active"
_LOCKED = "idle.locked_at"
_SECONDS = "idle.seconds"
_ROOM = "idle.secure_room"
_ZONE = "idle.zone"

# A session is written at most this often for activity alone; the lock comes late by no more.
_GRAIN = timedelta(seconds=20)

V = TypeVar("V", bound=Callable[..., Any])

_live_calls: list[Callable[[Account], bool]] = []


def never_lock_while(check: Callable[[Account], bool]) -> None:
    """Let a room above say when a person is on a live call; asked only when a lock is about to close."""
    _live_calls.append(check)


def on_live_call(account: Account) -> bool:
    """Is this person talking to a caller now?"""
    return any(check(account) for check in _live_calls)


def answers_when_locked(view: V) -> V:
    """Mark a view that a locked session may use: the unlocking itself, its state, signing out."""
    view.answers_when_locked = True  # type: ignore[attr-defined]
    return view


def in_background(view: V) -> V:
    """Mark a view that the page asks for by itself: being asked is no sign that somebody is there."""
    view.in_background = True  # type: ignore[attr-defined]
    return view


def lock_after(zone: str, roles: Collection[str]) -> timedelta:
    """The time without a touch after which a screen in `zone` locks for these roles: the shortest.

    Raises UnknownReference if reference data has no minutes at all.
    """
    return timedelta(minutes=min([_minutes(zone or ELSEWHERE, role) for role in roles or [""]]))


def _minutes(zone: str, role: str) -> float:
    for code in (f"{MINUTES}.{zone}.{role}", f"{MINUTES}.{zone}"):
        try:
            return float(threshold(code).value)
        except UnknownReference:
            continue
    return float(threshold(MINUTES).value)


@dataclass(frozen=True, slots=True)
class IdleState:
    """locked: words and lists are shut. read_only: dimmed in a secure room, to be read but not written.
    left_s: seconds until either happens if nobody touches anything."""

    locked: bool
    read_only: bool
    left_s: int

    @property
    def awake(self) -> bool:
        return not (self.locked or self.read_only)


def begin(session: SessionBase, account: Account, *, zone: str, secure_room: str) -> None:
    """Start counting for a new session."""
    session[_ZONE], session[_ROOM] = zone, secure_room
    wake(session, account)


def wake(session: SessionBase, account: Account) -> None:
    """Count from now on again: the person has shown who they are."""
    session[_SECONDS] = int(lock_after(session.get(_ZONE, ""), account.roles_now()).total_seconds())
    session[_LAST] = clock.real_now().isoformat()
    session.pop(_LOCKED, None)


def touch(session: SessionBase) -> None:
    """Somebody is there. Does nothing to a session that is locked."""
    now = clock.real_now()
    if _LOCKED not in session and now - _last(session, now) >= _GRAIN:
        session[_LAST] = now.isoformat()


def lock(session: SessionBase) -> None:
    """Lock at once, whatever the time."""
    session.setdefault(_LOCKED, clock.real_now().isoformat())


def look(session: SessionBase, account: Callable[[], Account]) -> IdleState:
    """Where the session stands now; closes the lock if its time has come.

    account: gives the person, asked only when the lock is about to close.
    """
    now = clock.real_now()
    limit = timedelta(seconds=seconds_of(session))
    if _LOCKED not in session and now - _last(session, now) >= limit:
        if on_live_call(account()):
            session[_LAST] = now.isoformat()
        else:
            session[_LOCKED] = now.isoformat()
    left = max(0, int((_last(session, now) + limit - now).total_seconds()))
    if _LOCKED not in session:
        return IdleState(locked=False, read_only=False, left_s=left)
    in_secure_room = bool(session.get(_ROOM))
    return IdleState(locked=not in_secure_room, read_only=in_secure_room, left_s=0)


def seconds_of(session: SessionBase) -> int:
    """Seconds without a touch after which this session locks."""
    return int(session.get(_SECONDS, 0))


def _last(session: SessionBase, now: datetime) -> datetime:
    written = session.get(_LAST)
    return datetime.fromisoformat(written) if written else now - timedelta(days=1)
