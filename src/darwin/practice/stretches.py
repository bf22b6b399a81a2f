"""Which calls are the live feed's and which the history's, wherever the one takes over from the other.

A call belongs to the live feed if it was alive at any moment of a stretch that was played live; every other
is the history's. So nothing is in both, and a stretch in which nothing was played is filled from the history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from darwin.practice.rows import Call

PLAYED = frozenset({"PHONE_101", "PHONE_999", "CALLBACK_OUTBOUND", "ONLINE_REPORT"})
"""The channels of which the live feed has its own."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch [start, end) that was played live, in milliseconds; end None: it still goes on."""

    start: int
    end: int | None


def is_live(call: Call, stretches: Iterable[Stretch]) -> bool:
    """Whether this call of the history was alive in one of the stretches."""
    return any(
        call.settled >= stretch.start and (stretch.end is None or call.arrived < stretch.end)
        for stretch in stretches
    )


def of_history(calls: Sequence[Call], stretches: Sequence[Stretch]) -> list[Call]:
    """The calls that the history keeps: those that the live feed did not have, and what it never plays
    (e-mails, chats, texts, sign language). A call-back goes with the call it answers."""
    if not stretches:
        return list(calls)
    lived = {call.call_id for call in calls if call.channel in PLAYED and is_live(call, stretches)}
    return [
        call
        for call in calls
        if call.call_id not in lived and not (call.call_id.endswith("-B") and call.call_id[:-2] in lived)
    ]
