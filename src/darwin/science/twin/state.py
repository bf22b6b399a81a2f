"""The memory of one replication: records that the event loop works on, and nothing else.

Records (arrays of structures) because everything about one contact or handler then lies in one cache line.
Times are seconds from the start of the replication, warm-up included.
"""

from typing import Any, NamedTuple

import numpy as np

from darwin.science.kernels import njit

# A part of the event loop: compiled into `loop.run`, never called from Python, so without the wrappers for it,
# which would take longer to compile than the part. `inlined` is for what happens with every call.
part = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
inlined = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)

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
) = range(len(COUNTS))  # fmt: skip

# The kinds of scheduled event.
TALK_ENDS, FREE, TICK, PLAN, REDIAL, DUE, CHAT_ENDS = range(7)
# What a handler is doing.
AWAY, IDLE, BUSY, CHATTING, RESTING = range(5)
# The laws of a type, and with the last ones the purposes that a contact's key is split by.
TALK, WRAP, PATIENCE, DELAY, LATER = range(5)
LAWS_A_TYPE = 5
(
    OF_TALK, OF_WRAP, OF_PATIENCE, OF_DELAY, OF_LATER, OF_REDIAL, OF_OTHER, OF_VULNERABLE, OF_ACCEPTING,
    OF_TRANSFER, OF_REACHED, NEXT_ATTEMPT, NEXT_LEG, NEXT_TRY,
) = range(1, 15)  # fmt: skip
# Which line a contact stands in: bits.
VULNERABLE, REPEAT, CALLBACK = 1, 2, 4
# How an attempt ended, in the log of a sample path.
OUTCOMES = ("answered", "abandoned", "blocked", "rung back", "not reached")
(OUT_ANSWERED, OUT_ABANDONED, OUT_BLOCKED, OUT_RUNG_BACK, OUT_NOT_REACHED) = range(len(OUTCOMES))

SECONDS_A_SLOT = 1800.0
SLOTS_A_WEEK = 336

WORLD = np.dtype(
    [
        ("next_arrival", "f8"), ("look", "f8"), ("warm", "f8"), ("horizon", "f8"),
        ("idle", "i8"), ("waiting", "i8"), ("open", "i8"), ("events", "i8"), ("hole", "i8"),
        ("patient", "i8"), ("free_slots", "i8"), ("lines", "i8"), ("lines_busy", "i8"),
        ("next_type", "i8"), ("slot", "i8"), ("phase", "i8"), ("plan", "i8"), ("logged", "i8"),
        ("full", "i8"), ("absence_key", "u8"),
    ],
    align=True,
)  # fmt: skip
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
        ("arrived", "f8"), ("deadline", "f8"), ("key", "u8"), ("next", "i8"), ("previous", "i8"),
        ("place", "i8"), ("line", "i8"), ("handler", "i8"), ("type", "i8"), ("half_hour", "i8"),
        ("origin", "i8"), ("origin_half_hour", "i8"), ("attempt", "i2"), ("tries", "i8"), ("flags", "i1"),
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
EVENT = np.dtype([("at", "f8"), ("kind", "i8"), ("index", "i8")], align=True)
PLANNED = np.dtype([("at", "f8"), ("rest", "f8"), ("what", "i4"), ("handler", "i8")], align=True)
COMES, GOES, RESTS = range(3)
LOG = np.dtype(
    [
        ("arrived", "f8"), ("ended_waiting", "f8"), ("talk", "f8"), ("wrap", "f8"), ("key", "u8"),
        ("type", "i8"), ("handler", "i8"), ("attempt", "i4"), ("legs", "i4"), ("flags", "i4"),
        ("outcome", "i4"),
    ],
    align=True,
)  # fmt: skip


class State(NamedTuple):
    """All arrays of a replication. Lengths: W = 1, T types, P pools, L lines, H handlers, C contacts."""

    world: Any  # WORLD [1]
    types: Any  # TYPE [T]
    laws: Any  # LAW [T * 5]
    tables: Any  # float64: what empirical laws point into
    pace: Any  # float64 [T, slots]: contacts a second in each half-hour of the replication
    rules: Any  # routing.RULES [1]
    type_rules: Any  # routing.TYPE_RULE [T]
    lines: Any  # routing.LINE [L]
    line_of: Any  # int64 [T, 8]: the line of a type and of bits VULNERABLE, REPEAT, CALLBACK
    pools: Any  # routing.POOL [P]
    levels: Any  # int64 [P, T]
    staff: Any  # STAFF [P]
    targets: Any  # int64 [P, 336]: how many are there, where a pool is a number
    handlers: Any  # HANDLER [H]
    plan: Any  # PLANNED: who comes, goes and rests, in the order of a week
    contacts: Any  # CONTACT [C]
    free: Any  # int64 [C]: the unused contacts, a stack
    events: Any  # EVENT, a heap
    patient: Any  # int64 [C]: who waits with a deadline, a heap by deadline
    counts: Any  # float64 [2 T, 336, len(COUNTS)]: rows 2 t (others) and 2 t + 1 (vulnerable)
    log: Any  # LOG; empty where no path is asked for
