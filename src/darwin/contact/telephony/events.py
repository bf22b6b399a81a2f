"""The normalised event that every switch's stream is turned into, and the queue entry derived from it.

Both are plain values: no database, no clock. An adapter (one for each switch) makes CallEvents; they are
stored as evidence and never changed; `entries.derive_entries` turns all the evidence of one call, whatever
its source and order of arrival, into Entries. That derivation is a pure function of the set of evidence,
which is why importing twice, or two sources in either order, gives the same result.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from darwin.science.numbers import WITHHELD as WITHHELD


class EventType(StrEnum):
    OFFERED = "call.offered"  # announced before any queue (UserEvent CallArrived, CallbackAnswered)
    QUEUED = "call.queued"
    REFUSED = "call.refused"
    RINGING = "agent.ringing"
    NO_ANSWER = "agent.no_answer"
    CONNECTED = "call.connected"
    LEFT = "call.left"  # reason: answered, abandoned, key, unknown, or one of EXPULSIONS
    TRANSFERRED = "call.transferred"  # reason: blind, attended
    COMPLETED = "call.completed"  # reason: caller, agent, transfer
    AGENT_STATE = "agent.state"
    IN_SNAPSHOT = "call.in_snapshot"  # found waiting when a session began; at = receipt - wait


class Outcome(StrEnum):
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up
    CALLBACK_REQUESTED = "callback_requested"
    EXPELLED = "expelled"  # the switch ended the wait
    REFUSED = "refused"  # never let into the queue
    UNKNOWN = "unknown"


EXPULSIONS = ("LEAVEEMPTY", "LEAVEUNAVAIL", "TIMEOUT", "WITHDRAW")
"""How a switch ends a wait, in its own words; an exit of the queue_log is given the word that goes with
it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One thing a switch said about one call or handler.

    event_id: the same for the same fact, however often and by whichever recording it is read.
    at: aware, UTC. whole_seconds: `at` and the durations are whole seconds (queue_log, snapshots).
    at_source: "switch" (its own Timestamp), "receive" (ours), "derived" (receipt less a stated wait).
    Durations are milliseconds. agent is the switch's interface (PJSIP/1001), member its display name.
    """

    event_id: str
    source: str  # "asterisk-ami", "asterisk-queue-log"
    type: EventType
    at: datetime
    at_source: str = "switch"
    whole_seconds: bool = False
    sequence: int = 0  # order within the source, for events of the same instant
    queue: str | None = None
    call_id: str | None = None
    root_call_id: str | None = None
    caller: str | None = None
    agent: str | None = None
    member: str | None = None
    position: int | None = None
    queue_length: int | None = None
    priority: int | None = None
    wait_ms: int | None = None
    ring_ms: int | None = None
    talk_ms: int | None = None
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class NoAnswer:
    """A handler's telephone rang for this entry and was not taken."""

    agent: str | None
    member: str | None
    at: datetime
    ring_ms: int | None


@dataclass(slots=True, kw_only=True)
class Entry:
    """One joining of one queue by one call (entry_no 1, 2, ...), or one refusal (entry_no 0).

    wait_ms runs from joining to AgentConnect for the answered, to leaving for all others; None: not known.
    talk_ms is the handler's own part, AgentConnect to AgentComplete. ended_by: caller, agent,
    blind_transfer, attended_transfer or "" (not known). wait_in_seconds: known in whole seconds only.
    """

    queue: str
    call_id: str
    entry_no: int
    outcome: Outcome
    joined_at: datetime | None  # for a refusal: the moment of refusal
    root_call_id: str | None = None
    caller: str | None = None
    left_at: datetime | None = None
    connected_at: datetime | None = None
    completed_at: datetime | None = None
    wait_ms: int | None = None
    wait_in_seconds: bool = False
    talk_ms: int | None = None
    agent: str | None = None
    member: str | None = None
    position: int | None = None
    queue_length: int | None = None
    reason: str = ""  # why refused or expelled, in the switch's word (FULL, LEAVEEMPTY, ...)
    ended_by: str = ""
    no_answers: list[NoAnswer] = field(default_factory=list)
