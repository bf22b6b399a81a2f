"""The event loop of one replication.

Three clocks run side by side: the next arrival, the first scheduled event, the first deadline of those who
wait. The earliest of them happens. Source: A. M. Law, Simulation Modeling and Analysis (5th ed. 2015), 1.3;
arrivals of a changing rate by carrying what is left of a unit exponential over each change, E. Çinlar,
Introduction to Stochastic Processes (1975), 4.7.
"""

import math

from darwin.science.kernels import njit
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
    DUE,
    FREE,
    GOES,
    IDLE,
    OF_VULNERABLE,
    OFFERED,
    PLAN,
    REDIAL,
    SECONDS_A_SLOT,
    TALK_ENDS,
    TICK,
    VULNERABLE,
    State,
    inlined,
    part,
)
from darwin.science.twin.streams import GOLDEN, exponential, mixed

SLOTS_A_DAY = 48
WEEK_S = 604_800.0


@inlined
def plan_next_arrival(s: State, now: float, kind: int) -> None:
    """Draw the next arrival of a type, and find which type comes next."""
    w, t = s.world[0], s.types[kind]
    left = exponential(mixed(t.arrival_key))
    t.arrival_key += GOLDEN
    slot, since = t.slot, now
    t.next_arrival = math.inf
    while slot < s.pace.shape[1]:
        pace, end = s.pace[kind, slot], (slot + 1) * SECONDS_A_SLOT
        if left < (end - since) * pace:
            t.next_arrival = since + left / pace
            break
        left -= (end - since) * pace
        since = end
        slot += 1
    t.slot = slot
    w.next_arrival = math.inf
    for other in range(len(s.types)):
        if s.types[other].next_arrival < w.next_arrival:
            w.next_arrival, w.next_type = s.types[other].next_arrival, other


@inlined
def somebody_arrives(s: State, now: float) -> None:
    """A new contact of the type that was next."""
    w, kind = s.world[0], s.world[0].next_type
    t = s.types[kind]
    plan_next_arrival(s, now, kind)
    if w.free_slots == 0:
        w.full = 1
        return
    w.free_slots -= 1
    contact = s.free[w.free_slots]
    k = s.contacts[contact]
    k.key = mixed(t.contact_key)
    t.contact_key += GOLDEN
    k.type, k.attempt, k.legs, k.flags, k.tries = kind, 0, 0, 0, 0
    if happens(s, contact, t.vulnerable, OF_VULNERABLE):
        k.flags = VULNERABLE
    begin_attempt(s, now, contact)
    k.origin, k.origin_half_hour, k.chain = 2 * kind + k.flags, k.half_hour, k.counted
    w.open += k.chain
    count(s, contact, OFFERED, 1.0)
    come(s, now, contact)


@part
def half_hour_begins(s: State, now: float) -> bool:
    """Numbers of handlers change; False when the replication is over."""
    w = s.world[0]
    w.slot += 1
    if w.slot >= s.pace.shape[1] or (now >= w.horizon and w.open == 0):
        return False
    schedule(s, now + SECONDS_A_SLOT, TICK, 0)
    for pool in range(len(s.pools)):
        if s.staff[pool].counted:
            change_number(s, now, pool)
    return True


@part
def change_number(s: State, now: float, pool: int) -> None:
    """Bring a pool that is a number to what this half-hour has."""
    slot, staff = s.world[0].slot, s.staff
    before = (slot - 1 + s.world[0].phase) % s.targets.shape[1]
    after = (slot + s.world[0].phase) % s.targets.shape[1]
    new_day = slot % SLOTS_A_DAY == 0 and staff[pool].absence > 0.0
    if slot == 0 or new_day or s.targets[pool, before] != s.targets[pool, after]:
        target = present_of(s, pool, slot)
        if target != staff[pool].target:
            staff_number(s, now, pool, target)
            route(s, now, 0, len(s.lines), pool, pool + 1)


@part
def plan_happens(s: State, now: float) -> None:
    """Somebody comes, goes or rests as planned; the next line of the week's plan is scheduled."""
    w, entry = s.world[0], s.plan[s.world[0].plan]
    w.plan += 1
    wait = 0.0
    if w.plan == len(s.plan):
        w.plan = 0
        wait = WEEK_S
    schedule(s, now + (s.plan[w.plan].at + wait - entry.at), PLAN, 0)
    pool = s.handlers[entry.handler].pool
    if entry.what == COMES:
        if shift_begins(s, now, entry.handler):
            route(s, now, 0, len(s.lines), pool, pool + 1)
    elif entry.what == GOES:
        shift_ends(s, now, entry.handler)
    else:
        break_is_due(s, now, entry.handler, entry.rest)


@part
def begin(s: State) -> None:
    """The floor at time 0: numbers as of now, the first arrivals, the first line of the plan."""
    w = s.world[0]
    schedule(s, SECONDS_A_SLOT, TICK, 0)
    for pool in range(len(s.pools)):
        if s.staff[pool].counted:
            change_number(s, 0.0, pool)
    for handler in range(len(s.handlers)):
        if s.handlers[handler].state == IDLE:
            s.handlers[handler].state = AWAY
            shift_begins(s, 0.0, handler)
    for kind in range(len(s.types)):
        s.types[kind].next_arrival = math.inf
    for kind in range(len(s.types)):
        plan_next_arrival(s, 0.0, kind)
    if len(s.plan) > 0:
        start = w.phase * SECONDS_A_SLOT
        while w.plan < len(s.plan) and s.plan[w.plan].at < start:
            w.plan += 1
        wait = 0.0
        if w.plan == len(s.plan):
            w.plan = 0
            wait = WEEK_S
        schedule(s, s.plan[w.plan].at + wait - start, PLAN, 0)


@njit(cache=True, nogil=True)
def run(s: State) -> None:
    """Run a replication to its end. `world.full` is 1 if there were more contacts at once than room."""
    w, events = s.world[0], s.events
    begin(s)
    going = True
    while going and not w.full:
        arrival, at, deadline = w.next_arrival, events[0].at, first_deadline(s)
        if w.look < min(arrival, at, deadline):
            now = w.look
            w.look = math.inf
            route(s, now, 0, len(s.lines), 0, len(s.pools))
        elif arrival <= at and arrival <= deadline:
            somebody_arrives(s, arrival)
        elif deadline < at:
            gives_up(s, deadline, s.patient[0])
        else:
            kind, index = events[0].kind, events[0].index
            w.hole = 1
            if kind == TALK_ENDS:
                talk_ends(s, at, index)
            elif kind == FREE:
                is_free(s, at, index)
            elif kind == REDIAL:
                redials(s, at, index)
            elif kind == CHAT_ENDS:
                chat_ends(s, at, index)
            elif kind == DUE:
                callback_is_due(s, at, index)
            elif kind == PLAN:
                plan_happens(s, at)
            else:
                going = half_hour_begins(s, at)
            if w.hole:
                drop_first(s)
    for pool in range(len(s.pools)):
        change_present(s, w.horizon, pool, 0)
