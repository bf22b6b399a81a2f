"""The event loop of one replication.

Three clocks run side by side: the next arrival, the first scheduled event, the first deadline of those who
wait. The earliest of them happens. Source: A. M. Law, Simulation Modeling and Analysis (5th ed. 2015), 1.3;
arrivals of a changing rate by carrying what is left of a unit exponential over each change, E. Çinlar,
Introduction to Stochastic Processes (1975), 4.7.
"""

import math

import numpy as np
from numpy.typing import NDArray

from darwin.science.kernels import inlined, kernel, part
from darwin.science.twin.floor import (
    break_is_due,
    change_present,
    present_of,
    shift_begins,
    shift_ends,
    staff_number,
)
from darwin.science.twin.queues import drop_first, first_deadline, schedule
from darwin.science.twin.service import (
    FIRST,
    ONE,
    begin_attempt,
    callback_is_due,
    chat_ends,
    come,
    count,
    gives_up,
    happens,
    is_free,
    redials,
    route,
    talk_ends,
)
from darwin.science.twin.state import (
    AWAY,
    CHAT_ENDS,
    COMES,
    CONTACTS,
    DUE,
    FREE,
    GOES,
    IDLE,
    NOBODY,
    OF_VULNERABLE,
    OFFERED,
    PLANNED_CHANGE,
    REDIAL,
    SECONDS_A_SLOT,
    SLOTS_A_WEEK,
    TALK_ENDS,
    TICK,
    VULNERABLE,
    State,
)
from darwin.science.twin.streams import GOLDEN, exponential, mixed

SLOTS_A_DAY = 48
WEEK_S = 604_800.0


@inlined
def plan_next_arrival(s: State, pace: NDArray[np.float64], now: float, kind: int) -> None:
    """Draw the next arrival of a type, and find which type comes next."""
    t = s.types[kind]
    left = exponential(mixed(t.arrival_key))
    t.arrival_key += GOLDEN
    slot, since = t.slot, now
    t.next_arrival = math.inf
    while slot < s.slots:
        rate, end = pace[kind, slot], (slot + 1) * SECONDS_A_SLOT
        if left < (end - since) * rate:
            t.next_arrival = since + left / rate
            break
        left -= (end - since) * rate
        since = end
        slot += 1
    t.slot = slot
    s.next_arrival = math.inf
    for other in range(s.type_count):
        if s.types[other].next_arrival < s.next_arrival:
            s.next_arrival, s.next_type = s.types[other].next_arrival, other


@inlined
def somebody_arrives(s: State, pace: NDArray[np.float64], now: float) -> int:
    """A new contact of the type that was next, which has still to `come`; NOBODY if there is no room."""
    kind = s.next_type
    t = s.types[kind]
    plan_next_arrival(s, pace, now, kind)
    contact: int = s.free_contact
    if contact >= 0:
        s.free_contact = s.contacts[contact].next
    elif s.used_contacts < CONTACTS:
        contact = s.used_contacts
        s.used_contacts += 1
    else:
        s.full = 1
        return -1
    k = s.contacts[contact]
    k.key = mixed(t.contact_key)
    t.contact_key += GOLDEN
    s.callers += 1
    k.caller = s.callers
    k.type, k.attempt, k.legs, k.marks, k.tries = kind, 0, 0, 0, 0
    if happens(s, contact, t.vulnerable, OF_VULNERABLE):
        k.marks = VULNERABLE
    begin_attempt(s, now, contact)
    k.origin, k.origin_half_hour, k.chain = 2 * kind + k.marks, k.half_hour, k.counted
    s.open += k.chain
    count(s, contact, OFFERED, ONE)
    return contact


@part
def half_hour_begins(s: State, now: float) -> bool:
    """Numbers of handlers change; False when the replication is over."""
    s.slot += 1
    if s.slot >= s.slots or (now >= s.horizon and s.open == 0):
        return False
    schedule(s, now + SECONDS_A_SLOT, TICK, NOBODY)
    for pool in range(s.pool_count):
        if s.staff[pool].counted:
            change_number(s, now, pool)
    return True


@part
def change_number(s: State, now: float, pool: int) -> None:
    """Bring a pool that is a number to what this half-hour has."""
    slot, staff = s.slot, s.staff
    before = (slot - 1 + s.phase) % SLOTS_A_WEEK
    after = (slot + s.phase) % SLOTS_A_WEEK
    new_day = slot % SLOTS_A_DAY == 0 and staff[pool].absence > 0.0
    if slot == 0 or new_day or s.targets[pool, before] != s.targets[pool, after]:
        target = present_of(s, pool, slot)
        if target != staff[pool].target:
            staff_number(s, now, pool, target)
            s.look = now


@part
def plan_happens(s: State, now: float) -> None:
    """Somebody comes, goes or rests as planned; the next line of the week's plan is scheduled."""
    entry = s.plan[s.next_plan]
    s.next_plan += 1
    wait = 0.0
    if s.next_plan == s.plan_count:
        s.next_plan = 0
        wait = WEEK_S
    schedule(s, now + (s.plan[s.next_plan].at + wait - entry.at), PLANNED_CHANGE, NOBODY)
    if entry.what == COMES:
        shift_begins(s, now, entry.handler)
        s.look = now
    elif entry.what == GOES:
        shift_ends(s, now, entry.handler)
    else:
        break_is_due(s, now, entry.handler, entry.rest)


@part
def begin(s: State, pace: NDArray[np.float64]) -> None:
    """The floor at time 0: numbers as of now, the first arrivals, the first line of the plan."""
    schedule(s, SECONDS_A_SLOT, TICK, NOBODY)
    for handler in range(s.handler_count):
        if s.handlers[handler].state == IDLE:
            s.handlers[handler].state = AWAY
            shift_begins(s, 0.0, handler)
    for pool in range(s.pool_count):
        if s.staff[pool].counted:
            change_number(s, 0.0, pool)
    for kind in range(s.type_count):
        s.types[kind].next_arrival = math.inf
    for kind in range(s.type_count):
        plan_next_arrival(s, pace, 0.0, kind)
    if s.plan_count > 0:
        start = s.phase * SECONDS_A_SLOT
        while s.next_plan < s.plan_count and s.plan[s.next_plan].at < start:
            s.next_plan += 1
        wait = 0.0
        if s.next_plan == s.plan_count:
            s.next_plan = 0
            wait = WEEK_S
        schedule(s, s.plan[s.next_plan].at + wait - start, PLANNED_CHANGE, NOBODY)


@kernel
def run(memory: NDArray[np.void], pace: NDArray[np.float64]) -> None:
    """Run a replication to its end.

    `memory`: one STATE record; its `full` is 1 if there were more contacts at once than it has room for.
    `pace`: contacts a second by type and half-hour of the replication.
    """
    s = memory[0]
    events = s.events
    begin(s, pace)
    going = True
    while going and not s.full:
        arrival, at, deadline = s.next_arrival, events[0].at, first_deadline(s)
        comes, free = NOBODY, NOBODY
        if s.look < math.inf and s.look <= min(arrival, at, deadline):
            now = s.look
            s.look = math.inf
            route(s, now, FIRST, s.line_count, FIRST, s.pool_count)
        elif arrival <= at and arrival <= deadline:
            now = arrival
            comes = somebody_arrives(s, pace, now)
        elif deadline < at:
            now = deadline
            gives_up(s, now, s.patient[0])
        else:
            now, kind, index = at, events[0].what & 7, events[0].what >> 3
            s.hole = 1
            if kind == FREE:
                free = index
            elif kind == TALK_ENDS:
                free, comes = talk_ends(s, now, index)
            elif kind == REDIAL:
                redials(s, now, index)
                comes = index
            elif kind == CHAT_ENDS:
                free, comes = chat_ends(s, now, index)
            elif kind == DUE:
                callback_is_due(s, now, index)
            elif kind == PLANNED_CHANGE:
                plan_happens(s, now)
            else:
                going = half_hour_begins(s, now)
        if free >= 0:
            is_free(s, now, free)
        if comes >= 0:
            come(s, now, comes)
        if s.hole:
            drop_first(s)
    for pool in range(s.pool_count):
        change_present(s, s.horizon, pool, 0)
