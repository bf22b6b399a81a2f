"""The floor for a supervisor: every handler by state, the longest in it first. Names of staff are on it, so
that it is never for a wall; and no ranking of people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from darwin.contact.floor import HandlerNow, HandlerState
from darwin.contact.now.hearing import Heard, Hearing, hearing_of
from darwin.contact.now.reading import NowReading
from darwin.reference.values import CodeValue

_FIRST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Person:
    """One handler. since: None where it is not known since when they are in this state."""

    name: str
    state: HandlerState
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Paused:
    """How many are paused for one reason, and since when the longest. reason: None for all that is not in the
    force's own list."""

    reason: CodeValue | None
    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Floor:
    """Everybody who is at a telephone, and those whose telephone cannot be reached. on_call holds those who
    finish their notes; more is how many of them stand below the first."""

    hearing: Hearing
    ready: tuple[Person, ...]
    on_call: tuple[Person, ...]
    paused: tuple[Paused, ...]
    off: tuple[Person, ...]

    @property
    def at_work(self) -> int:
        """How many handlers are on the line."""
        return len(self.ready) + len(self.on_call) + self.pauses

    @property
    def pauses(self) -> int:
        return sum(group.count for group in self.paused)

    @property
    def ringing(self) -> int:
        return sum(person.state is HandlerState.RINGING for person in self.ready)

    @property
    def notes(self) -> int:
        return sum(person.state is HandlerState.NOTES for person in self.on_call)

    @property
    def off_since(self) -> datetime | None:
        return min((person.since for person in self.off if person.since), default=None)


def floor_of(reading: NowReading) -> Floor:
    """The floor at the moment of a reading."""
    return Floor(
        hearing_of(reading.connections, reading.at, reading.stale_after, reading.gap_after),
        ready=_people(reading, HandlerState.RINGING) + _people(reading, HandlerState.READY),
        on_call=_people(reading, HandlerState.ON_A_CALL, HandlerState.NOTES),
        paused=_paused(reading),
        off=_people(reading, HandlerState.UNREACHABLE),
    )


def draw_floor(floor: Floor, language: str, at: datetime | None = None) -> str:
    """The fragment of the supervisor's page, in one language. at: as in drawn.draw_wall."""
    with translation.override(language):
        context = {
            "floor": floor,
            "at": at,
            "known": floor.hearing.known,
            "gap": floor.hearing.heard is Heard.GAP,
            "ready": [_row(person, language, at) for person in floor.ready],
            "first": [_row(person, language, at) for person in floor.on_call[:_FIRST_SHOWN]],
            "more": [_row(person, language, at) for person in floor.on_call[_FIRST_SHOWN:]],
        }
        return render_to_string("contact/floor_now.html", context)


def _row(person: Person, language: str, at: datetime | None) -> SafeString:
    """One handler as a row, in the language that is active.

    In the stream (at: None) rows are kept: on a floor of 200 all but a few stand as they stood a moment ago,
    and drawing them was most of what a tick cost.
    """
    return _drawn_row(person, at) if at else _kept_row(person, language)


def _drawn_row(person: Person, at: datetime | None) -> SafeString:
    return render_to_string("contact/floor_person.html", {"person": person, "at": at})


@lru_cache(maxsize=4096)
def _kept_row(person: Person, language: str) -> SafeString:
    return _drawn_row(person, None)


def _people(reading: NowReading, *states: HandlerState) -> tuple[Person, ...]:
    found = [
        Person(_name(handler, reading), handler.state, handler.since)
        for handler in reading.handlers
        if handler.state in states
    ]
    timed = [person for person in found if person.since is not None]
    timed.sort(key=lambda person: (person.since or reading.at, person.name))
    return (*timed, *sorted((p for p in found if p.since is None), key=lambda person: person.name))


def _name(handler: HandlerNow, reading: NowReading) -> str:
    """The account's name; else what the switch calls the telephone."""
    known = reading.names.get(handler.account_id) if handler.account_id else None
    return known or handler.member


def _paused(reading: NowReading) -> tuple[Paused, ...]:
    groups: dict[str, list[HandlerNow]] = {}
    words: dict[str, CodeValue] = {}
    for handler in reading.handlers:
        if handler.state is not HandlerState.PAUSED:
            continue
        reason = reading.reasons.get(handler.reason.strip().casefold())
        if reason is not None:
            words[reason.code] = reason
        groups.setdefault(reason.code if reason else "", []).append(handler)
    found = [
        Paused(words.get(code), len(group), _earliest(handler.since for handler in group))
        for code, group in groups.items()
    ]
    return tuple(sorted(found, key=lambda row: (-row.count, row.reason.code if row.reason else "~")))


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
