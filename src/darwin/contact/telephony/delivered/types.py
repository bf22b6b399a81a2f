"""The table of events: what each type means, needs and may say, and how long a field may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from darwin.contact.telephony.asterisk import MEMBER_STATES
from darwin.contact.telephony.events import EXPULSIONS, EventType

SOURCE = "api"
MOST_EVENTS = 1_000
"""Events of one request. A switch with 20 calls a second makes about 140 a second; a minute's backlog goes
in a handful of requests."""
MOST_CALLS = 2_000
"""Living calls, or telephones, of one snapshot."""
LATEST = timedelta(days=400)
"""How late an event may be: a year's log that was found again. What is older is imported, not delivered."""
FURTHEST_AHEAD = timedelta(days=1)
CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far a switch's clock may be from Darwin's before it is said. Clocks that are kept agree within a
second; the rest is the way here."""
LONGEST_MS = 7 * 24 * 3600 * 1000
"""No wait or talk lasts a week; a larger number is a moment, or microseconds."""
MOST_DIGITS = 15
"""ITU-T E.164: a telephone number has at most 15 digits."""
MOST_NUMBER = 40
HEARTBEAT, SNAPSHOT = "heartbeat", "snapshot"
STATES = frozenset(MEMBER_STATES.values()) | {"paused", "logged off"}
TEXT_LIMITS = {
    "event_id": 200, "type": 40, "queue": 80, "call_id": 200, "root_call_id": 200, "agent": 120,
    "member": 120, "reason": 120, "instance": 80,
}  # fmt: skip
DURATIONS = ("wait_ms", "ring_ms", "talk_ms")
NUMBERS = ("position", "queue_length", "priority", "sequence")
EVENT_FIELDS = frozenset(
    {*TEXT_LIMITS, *NUMBERS, *DURATIONS, "at", "at_source", "whole_seconds", "caller"}
) - {"instance"}
WATCHING_FIELDS = frozenset({"event_id", "type", "at", "instance", "watching_since", "tells", "queues"})
SNAPSHOT_FIELDS = WATCHING_FIELDS | {"calls", "handlers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRule:
    """What an event of one type needs. reasons: the words that `reason` may have; None: any word of the
    switch's. needs_reason: it must have one. waits: the reasons with which it must state its wait, which says
    whose joining has ended.
    """

    meaning: str
    needs: tuple[str, ...] = ("call_id", "queue")
    reasons: frozenset[str] | None = frozenset()
    needs_reason: bool = False
    waits: frozenset[str] = frozenset()

    def words(self, kind: str) -> str:
        """The reasons in words, as the end of a sentence; "" where any will do or none may be."""
        words = STATES if kind == EventType.AGENT_STATE else self.reasons
        return f": one of {', '.join(sorted(words))}" if words else ""


_OF_HANDLER = ("call_id", "queue", "agent")
TYPES: Mapping[EventType, TypeRule] = {
    EventType.OFFERED: TypeRule(
        meaning="the call reached the number, before any queue",
        needs=("call_id",),
        reasons=frozenset({"arrived", "callback"}),
    ),
    EventType.QUEUED: TypeRule(meaning="the caller joined the queue"),
    EventType.REFUSED: TypeRule(meaning="the switch never let the caller into the queue", reasons=None),
    EventType.RINGING: TypeRule(meaning="a handler's telephone began to ring", needs=_OF_HANDLER),
    EventType.NO_ANSWER: TypeRule(meaning="it rang and was not taken, or was rejected", needs=_OF_HANDLER),
    EventType.CONNECTED: TypeRule(meaning="caller and handler talk; the wait ends here", needs=_OF_HANDLER),
    EventType.LEFT: TypeRule(
        meaning="the caller left the queue, however",
        reasons=frozenset({"answered", "abandoned", "key", "unknown", *EXPULSIONS}),
        needs_reason=True,
        waits=frozenset({"abandoned", "key", *EXPULSIONS}),
    ),
    EventType.TRANSFERRED: TypeRule(
        meaning="the handler passed the caller on",
        needs=("call_id",),
        reasons=frozenset({"blind", "attended"}),
        needs_reason=True,
    ),
    EventType.COMPLETED: TypeRule(
        meaning="the handler's talk is over",
        needs=_OF_HANDLER,
        reasons=frozenset({"caller", "agent", "transfer"}),
    ),
    EventType.AGENT_STATE: TypeRule(
        meaning="the state of a telephone in a queue changed",
        needs=("agent", "queue"),
        reasons=None,
        needs_reason=True,
    ),
    EventType.IN_SNAPSHOT: TypeRule(meaning="the caller was found waiting; `at` is when they had joined"),
}
KINDS = (*(kind.value for kind in TYPES), HEARTBEAT, SNAPSHOT)


def stored_id(switch: str, event_id: str) -> str:
    """The identifier under which an event is kept: no client can take another's."""
    return f"{SOURCE}:{switch}:{event_id}"
