"""What the practice page says of the made-up force. The room that makes it lies above and tells it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PracticeFacts:
    """handlers: invented people who answer. contacts: in the months that are loaded."""

    handlers: int
    seed: int
    months_in: int
    months_in_all: int
    contacts: int

    @property
    def complete(self) -> bool:
        return self.months_in >= self.months_in_all


_tell: Callable[[], PracticeFacts | None] = lambda: None  # noqa: E731 - nobody tells anything yet


def tell_of_practice(tell: Callable[[], PracticeFacts | None]) -> None:
    """Let the room of the made-up force say how much of it is in; None while there is none."""
    global _tell
    _tell = tell


def practice_facts() -> PracticeFacts | None:
    """What is known of the made-up force now; None if nobody tells, or there is none."""
    return _tell()
