"""The memory of one replication: one record with everything in it, and nothing else.

One record, because a compiled function is then given one address; arrays of structures, because everything
about one contact or handler then lies in one cache line. The lengths are limits: what is not used is never
touched, so it costs no memory. Times are seconds from the start of the replication, warm-up included.
"""

from typing import Any, TypeAlias

import numpy as np

from darwin.science import routing
from darwin.science.twin.draws import LAW


def _codes(count: int, first: int = 0) -> list[Any]:
    """Whole numbers of numpy's, which parts of a kernel can be handed."""
    return [np.int64(code) for code in range(first, first + count)]


# Limits.
TYPES, POOLS, LINES, HANDLERS = 32, 64, 256, 4096
CONTACTS = 1 << 16  # at once: waiting, talking, or about to redial
TABLE, PLAN_LINES, LOG_ROWS = 1 << 18, 1 << 17, 1 << 16

# What is counted for each attempt, in the half-hour of the week in which it began. The first eight are
# touched most and share a cache line.
COUNTS = (
    "attempts", "answered", "within", "delayed", "abandoned", "wait_answered_s", "wait_abandoned_s", "lost",
    "blocked", "redials", "transfers", "callbacks", "callbacks_reached", "callback_wait_s", "work_s",
    "offered",
)  # fmt: skip
(
    ATTEMPTS, ANSWERED, WITHIN, DELAYED, ABANDONED, WAIT_ANSWERED, WAIT_ABANDONED, LOST,
    BLOCKED, REDIALS, TRANSFERS, CALLBACKS, CALLBACKS_REACHED, CALLBACK_WAIT, WORK, OFFERED,
) = _codes(len(COUNTS))  # fmt: skip

(NOBODY,) = _codes(1, -1)
# The kinds of scheduled event.
TALK_ENDS, FREE, TICK, PLANNED_CHANGE, REDIAL, DUE, CHAT_ENDS = _codes(7)
# What a handler is doing.
AWAY, IDLE, BUSY, CHATTING, RESTING = _codes(5)
# The laws of a type, and with the last ones the purposes that a contact's key is split by.
TALK, WRAP, PATIENCE, DELAY, LATER = _codes(5)
LAWS_A_TYPE = 5
(
    OF_TALK, OF_WRAP, OF_PATIENCE, OF_DELAY, OF_LATER, OF_REDIAL, OF_OTHER, OF_VULNERABLE, OF_ACCEPTING,
    OF_TRANSFER, OF_REACHED, NEXT_ATTEMPT, NEXT_LEG, NEXT_TRY,
) = _codes(14, 1)  # fmt: skip
# Which line a contact stands in: bits.
VULNERABLE, REPEAT, CALLBACK = 1, 2, 4
# How an attempt ended, in the log of a sample path.
OUTCOMES = ("answered", "abandoned", "blocked", "rung back", "not reached", "to be rung back")
(OUT_ANSWERED, OUT_ABANDONED, OUT_BLOCKED, OUT_RUNG_BACK, OUT_NOT_REACHED, OUT_TO_RING) = map(
    np.int64, range(len(OUTCOMES))
)

SECONDS_A_SLOT = 1800.0
SLOTS_A_WEEK = 336

TYPE = np.dtype(
    [
        ("next_arrival", "f8"), ("threshold", "f8"), ("redial", "f8"), ("other", "f8"), ("vulnerable", "f8"),
        ("accepted", "f8"), ("over", "f8"), ("ring", "f8"), ("reached", "f8"), ("retry", "f8"),
        ("transfer", "f8"), ("work", "f8"), ("arrival_key", "u8"), ("contact_key", "u8"), ("waiting", "i8"),
        ("other_type", "i8"), ("transfer_to", "i8"), ("tries", "i8"), ("chat", "i4"), ("on_line", "i4"),
        ("slot", "i8"),
    ],
    align=True,
)  # fmt: skip
CONTACT = np.dtype(
    [
        ("arrived", "f8"), ("deadline", "f8"), ("key", "u8"), ("caller", "i8"), ("next", "i8"),
        ("previous", "i8"),
        ("place", "i8"), ("line", "i8"), ("handler", "i8"), ("type", "i8"), ("half_hour", "i8"),
        ("origin", "i8"), ("origin_half_hour", "i8"), ("attempt", "i2"), ("tries", "i8"), ("marks", "i1"),
        ("counted", "i1"), ("chain", "i1"), ("legs", "i1"),
    ],
    align=True,
)  # fmt: skip
HANDLER = np.dtype(
    [
        ("idle_since", "f8"), ("busy_since", "f8"), ("rest", "f8"), ("next", "i8"), ("previous", "i8"),
        ("pool", "i8"), ("contact", "i8"), ("state", "i8"), ("chats", "i8"), ("off", "i4"),
        ("callback", "i4"), ("room", "i4"),
    ],
    align=True,
)  # fmt: skip
# What the twin keeps of a pool beside routing's POOL.
STAFF = np.dtype(
    [
        ("busy", "f8"), ("staffed", "f8"), ("since", "f8"), ("absence", "f8"), ("present", "i8"),
        ("leaving", "i8"), ("away", "i8"), ("chats", "i8"), ("counted", "i4"), ("target", "i8"),
    ],
    align=True,
)  # fmt: skip
# `what` is 8 times the handler or contact, plus the kind of event.
EVENT = np.dtype([("at", "f8"), ("what", "i8")], align=True)
PLANNED = np.dtype([("at", "f8"), ("rest", "f8"), ("what", "i4"), ("handler", "i8")], align=True)
COMES, GOES, RESTS = _codes(3)
LOG = np.dtype(
    [
        ("arrived", "f8"), ("ended_waiting", "f8"), ("talk", "f8"), ("wrap", "f8"), ("caller", "i8"),
        ("type", "i8"), ("handler", "i8"), ("attempt", "i4"), ("legs", "i4"), ("marks", "i4"),
        ("outcome", "i4"),
    ],
    align=True,
)  # fmt: skip
STATE = np.dtype(
    [
        # The clocks.
        ("next_arrival", "f8"), ("look", "f8"), ("warm", "f8"), ("horizon", "f8"), ("next_type", "i8"),
        ("slot", "i8"), ("slots", "i8"), ("phase", "i8"),
        # How many there are of what follows, and of what happens now.
        ("type_count", "i8"), ("pool_count", "i8"), ("line_count", "i8"), ("handler_count", "i8"),
        ("event_count", "i8"), ("hole", "i8"), ("patient_count", "i8"), ("plan_count", "i8"),
        ("next_plan", "i8"), ("used_contacts", "i8"), ("free_contact", "i8"), ("idle", "i8"),
        ("waiting", "i8"), ("open", "i8"), ("capacity", "i8"), ("lines_busy", "i8"), ("keeps_log", "i8"),
        ("logged", "i8"),
        ("callers", "i8"), ("full", "i8"), ("absence_key", "u8"),
        # The policy, as `routing.choose` reads it.
        ("rules", routing.RULES, (1,)), ("type_rules", routing.TYPE_RULE, (TYPES,)),
        ("pools", routing.POOL, (POOLS,)), ("lines", routing.LINE, (LINES,)),
        ("levels", "i8", (POOLS, TYPES)),
        # The line of a type and of the bits VULNERABLE, REPEAT, CALLBACK.
        ("line_of", "i8", (TYPES, 8)),
        ("types", TYPE, (TYPES,)), ("laws", LAW, (TYPES * LAWS_A_TYPE,)), ("staff", STAFF, (POOLS,)),
        # How many are there in each half-hour of the week, where a pool is a number.
        ("targets", "i8", (POOLS, SLOTS_A_WEEK)),
        ("handlers", HANDLER, (HANDLERS,)), ("events", EVENT, (CONTACTS + HANDLERS + 8,)),
        # Who waits with a deadline: a heap.
        ("patient", "i8", (CONTACTS,)), ("contacts", CONTACT, (CONTACTS,)),
        # Rows 2 t (others) and 2 t + 1 (vulnerable) of each type t.
        ("counts", "f8", (2 * TYPES, SLOTS_A_WEEK, len(COUNTS))),
        ("table", "f8", (TABLE,)), ("plan", PLANNED, (PLAN_LINES,)), ("log", LOG, (LOG_ROWS,)),
    ],
    align=True,
)  # fmt: skip
State: TypeAlias = Any  # a STATE record
