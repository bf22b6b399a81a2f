"""Single fields of an event. What cannot be used raises EventRejected with its sentence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from darwin.contact.telephony.delivered.types import (
    FURTHEST_AHEAD,
    LATEST,
    LONGEST_MS,
    MOST_DIGITS,
    MOST_NUMBER,
    STATES,
    TEXT_LIMITS,
)
from darwin.contact.telephony.events import WITHHELD

_LARGEST = 2**31 - 1
_EXAMPLE = "such as 2026-11-22T14:28:16.123Z"
_SHORTEST = len("2026-11-22T14:28:16Z")
Told = Mapping[str, Any]


class EventRejected(ValueError):
    """An event that cannot be used; the text is for whoever wrote the adapter and quotes no value of a
    caller."""


def is_text(value: object, most: int) -> bool:
    """Printable and not too long: no control character, no half of a surrogate pair."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= most
        and all(char >= " " and char != "\x7f" and not "\ud800" <= char <= "\udfff" for char in value)
    )


def text(told: Told, name: str, *, needed: bool = False) -> str:
    """A text within its limit; "" where it is missing and not needed."""
    value = told.get(name)
    if value is None or value == "":
        if needed:
            raise EventRejected(f"{name} is missing.")
        return ""
    most = TEXT_LIMITS[name]
    if not isinstance(value, str):
        raise EventRejected(f"{name} must be a text.")
    if len(value) > most:
        raise EventRejected(f"{name} has {len(value):,} characters; at most {most} are kept.")
    if not is_text(value, most):
        raise EventRejected(f"{name} holds a control character or half a character.")
    return value


def moment(told: Told, name: str, now: datetime) -> datetime:
    """A moment in UTC, not too far from `now` to either side."""
    value = told.get(name)
    if value is None:
        raise EventRejected(f"{name} is missing: the moment, {_EXAMPLE}.")
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or (found.tzinfo is not None and len(value) < _SHORTEST):
        raise EventRejected(f"{name} is no moment {_EXAMPLE}.")
    if found.tzinfo is None:
        raise EventRejected(f"{name} has no offset from UTC. Write it {_EXAMPLE}.")
    if found > now + FURTHEST_AHEAD:
        raise EventRejected(f"{name} lies more than a day ahead of Darwin's clock.")
    if found < now - LATEST:
        raise EventRejected(f"{name} is more than {LATEST.days} days old. Import such records instead.")
    return found.astimezone(now.tzinfo)


def at_source(told: Told) -> str:
    """Whose clock `at` is: the switch's, the adapter's, or worked out."""
    value = told.get("at_source", "switch")
    if value not in ("switch", "receive", "derived"):
        raise EventRejected("at_source must be switch (its own clock), receive (yours) or derived.")
    return str(value)


def flag(told: Told, name: str) -> bool:
    value = told.get(name, False)
    if not isinstance(value, bool):
        raise EventRejected(f"{name} must be true or false.")
    return value


def number(told: Told, name: str) -> int | None:
    value = told.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise EventRejected(f"{name} must be a whole number from 0 to {_LARGEST:,}.")
    return value


def duration(told: Told, name: str) -> int | None:
    """Milliseconds."""
    value = told.get(name)
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise EventRejected(f"{name} must be whole milliseconds, 0 or more.")
    if value > LONGEST_MS:
        raise EventRejected(f"{name} is longer than a week. Is it in milliseconds?")
    return value


def caller(told: Told, warnings: list[str], place: str) -> str | None:
    """The number, "" withheld, None not told. An impossible one is left out: the call is more than its
    number, and anybody can make a telephone announce anything."""
    value = told.get("caller")
    if value is None or value == WITHHELD:
        return value
    if not isinstance(value, str):
        raise EventRejected("caller must be a text: a number, or empty where the caller withheld it.")
    digits = sum(char.isdecimal() for char in value)
    if digits > MOST_DIGITS and all(char.isdecimal() or char in "+ ()-." for char in value):
        warnings.append(
            f"{place}: caller has {digits:,} digits; a telephone number has at most {MOST_DIGITS}. "
            "The event was kept without the number."
        )
        return None
    if not is_text(value, MOST_NUMBER):
        warnings.append(
            f"{place}: caller has more than {MOST_NUMBER} characters or holds a control character. "
            "The event was kept without the number."
        )
        return None
    return value


def listed(told: Told, name: str, most: int) -> list[Any]:
    """A list of at most `most` entries; empty where it is missing."""
    value = told.get(name, [])
    if not isinstance(value, list):
        raise EventRejected(f"{name} must be a list.")
    if len(value) > most:
        raise EventRejected(f"{name} has {len(value):,} entries; at most {most:,} are taken.")
    return value


def state(said: str) -> str:
    """The state of a telephone, with why it is paused behind a colon."""
    word, _, why = said.partition(":")
    word, why = word.strip(), why.strip()
    if word not in STATES:
        raise EventRejected(f"“{word[:40]}” is no state of a telephone: one of {', '.join(sorted(STATES))}.")
    return f"{word}: {why}" if why else word


def warn_of_unknown(told: Told, known: frozenset[str], warnings: list[str], place: str) -> None:
    """A field that is not known is harmless: another version of Darwin, or the adapter's own note."""
    for name in sorted(set(told) - known):
        shown = name if is_text(name, 40) else "with an odd name"
        warnings.append(f"{place}: the field {shown} is not known here and was left out.")
