"""The lines that a wall shows, as the force has set them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from darwin.contact.thresholds import answer_target, answer_within_s
from darwin.reference.queries import UnknownReference, codes
from darwin.reference.values import CodeValue

Words: TypeAlias = str | CodeValue


@dataclass(frozen=True, slots=True)
class WallLine:
    """One line: its code ("101"), what it is called in the reader's language once it is shown, and within how
    many seconds what share of its calls is to be answered. queues: those named by the force; None: every
    handlers' queue of the channel."""

    code: str
    label: Words
    channel: str
    queues: tuple[str, ...] | None
    within_s: float
    target_pct: float


_USUAL: tuple[tuple[str, Words, str, None], ...] = (
    ("101", "101", "PHONE_101", None),
    ("999", "999", "PHONE_999", None),
)


def wall_lines(at: datetime) -> tuple[WallLine, ...]:
    """The lines of the list `wallboard`; where the force has none, 101 and 999."""
    return tuple(
        WallLine(
            code,
            label,
            channel,
            None if queues is None else tuple(queues),
            answer_within_s(channel, at),
            float(answer_target(channel, at).value),
        )
        for code, label, channel, queues in _set(at)
    )


def _set(at: datetime) -> Iterable[tuple[str, Words, str, list[str] | None]]:
    try:
        found = codes("wallboard", at)
    except UnknownReference:
        return _USUAL
    return [(row.code, row, str(row.attributes["channel"]), row.attributes.get("queues")) for row in found]


def pause_reasons(at: datetime) -> dict[str, CodeValue]:
    """The force's own words for why a handler is paused, by how a switch may write them, in small letters."""
    try:
        listed = codes("pause_reason", at)
    except UnknownReference:
        return {}
    return {word.casefold(): row for row in listed for word in (row.code, row.label)}
