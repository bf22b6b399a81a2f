"""The handlers: who is free since when, who comes, rests and goes home.

The identity rule of a falling number of handlers: the free go home first, the longest free before the others;
who is talking finishes the call and its wrap, and then goes. A rising number first keeps those who would go.
"""

from typing import Any

import numpy as np

from darwin.science.kernels import inlined, part
from darwin.science.twin.queues import schedule
from darwin.science.twin.state import AWAY, FREE, IDLE, RESTING, SLOTS_A_WEEK, State
from darwin.science.twin.streams import derived, uniform

SLOTS_A_DAY = 48
ONE_MORE: Any = np.int64(1)
ONE_LESS: Any = np.int64(-1)


@inlined
def overlap(s: State, start: float, end: float) -> float:
    """How much of [start, end] lies between warm-up and horizon, in seconds."""
    if start >= s.warm and end <= s.horizon:
        return end - start
    inside: float = max(0.0, min(end, s.horizon) - max(start, s.warm))
    return inside


@inlined
def add_idle(s: State, now: float, handler: int) -> None:
    """The handler is free from now: the last of its pool to be chosen."""
    handlers, pools = s.handlers, s.pools
    pool, last = handlers[handler].pool, pools[handlers[handler].pool].tail
    handlers[handler].state, handlers[handler].idle_since = IDLE, now
    handlers[handler].next, handlers[handler].previous = -1, last
    if last >= 0:
        handlers[last].next = handler
    else:
        pools[pool].head, pools[pool].idle_since = handler, now
    pools[pool].tail = handler
    pools[pool].idle += 1
    s.idle += 1


@inlined
def remove_idle(s: State, handler: int) -> None:
    """The handler is no longer free; its state is the caller's to set."""
    handlers, pools = s.handlers, s.pools
    pool, before, after = handlers[handler].pool, handlers[handler].previous, handlers[handler].next
    if before >= 0:
        handlers[before].next = after
    else:
        pools[pool].head = after
        if after >= 0:
            pools[pool].idle_since = handlers[after].idle_since
    if after >= 0:
        handlers[after].previous = before
    else:
        pools[pool].tail = before
    pools[pool].idle -= 1
    s.idle -= 1


@part
def add_room(s: State, now: float, handler: int) -> None:
    """The handler is in a chat and has room for another: the last of its pool to be chosen for one."""
    handlers, pools = s.handlers, s.pools
    pool, last = handlers[handler].pool, pools[handlers[handler].pool].room_tail
    handlers[handler].idle_since = now
    handlers[handler].next, handlers[handler].previous = -1, last
    if last >= 0:
        handlers[last].next = handler
    else:
        pools[pool].room_head, pools[pool].room_since = handler, now
    pools[pool].room_tail = handler
    pools[pool].room += 1
    handlers[handler].room = 1
    s.idle += 1


@part
def remove_room(s: State, handler: int) -> None:
    """The handler has no more room for a chat."""
    handlers, pools = s.handlers, s.pools
    pool, before, after = handlers[handler].pool, handlers[handler].previous, handlers[handler].next
    if before >= 0:
        handlers[before].next = after
    else:
        pools[pool].room_head = after
        if after >= 0:
            pools[pool].room_since = handlers[after].idle_since
    if after >= 0:
        handlers[after].previous = before
    else:
        pools[pool].room_tail = before
    pools[pool].room -= 1
    handlers[handler].room = 0
    s.idle -= 1


@part
def change_present(s: State, now: float, pool: int, by: int) -> None:
    """More or fewer handlers of a pool are at work from now."""
    staff = s.staff
    staff[pool].staffed += staff[pool].present * overlap(s, staff[pool].since, now)
    staff[pool].since = now
    staff[pool].present += by


@part
def go_home(s: State, now: float, handler: int) -> None:
    """A handler who is neither free nor busy any more leaves the floor."""
    handlers, pool = s.handlers, s.handlers[handler].pool
    handlers[handler].state, handlers[handler].off, handlers[handler].rest = AWAY, 0, 0.0
    handlers[handler].next = s.staff[pool].away
    s.staff[pool].away = handler
    change_present(s, now, pool, ONE_LESS)


@part
def come_in(s: State, now: float, pool: int) -> None:
    """Somebody of a pool that is a number comes in and is free."""
    handler = s.staff[pool].away
    s.staff[pool].away = s.handlers[handler].next
    change_present(s, now, pool, ONE_MORE)
    add_idle(s, now, handler)


@part
def begin_rest(s: State, now: float, handler: int) -> None:
    """A handler who is not busy begins the break that is due."""
    handlers = s.handlers
    handlers[handler].state = RESTING
    change_present(s, now, handlers[handler].pool, -1)
    schedule(s, now + handlers[handler].rest, FREE, handler)
    handlers[handler].rest = 0.0


@inlined
def stop_working(s: State, now: float, handler: int) -> bool:
    """A handler has finished: True if it stays and is free from now, False if it rests or goes home."""
    handlers, staff, pool = s.handlers, s.staff, s.handlers[handler].pool
    if handlers[handler].state == RESTING:
        change_present(s, now, pool, ONE_MORE)
    if handlers[handler].off:
        go_home(s, now, handler)
    elif staff[pool].leaving > 0:
        staff[pool].leaving -= 1
        go_home(s, now, handler)
    elif handlers[handler].rest > 0.0:
        begin_rest(s, now, handler)
    else:
        add_idle(s, now, handler)
        return True
    return False


@part
def present_of(s: State, pool: int, slot: int) -> int:
    """How many of a pool that is a number are there in a half-hour of the replication, less the absent."""
    number: int = s.targets[pool, (slot + s.phase) % SLOTS_A_WEEK]
    if s.staff[pool].absence == 0.0:
        return number
    there, day = 0, slot // SLOTS_A_DAY
    key = derived(derived(s.absence_key, pool + 1), day + 1)
    for each in range(number):
        there += uniform(derived(key, each + 1)) >= s.staff[pool].absence
    return there


@part
def staff_number(s: State, now: float, pool: int, target: int) -> None:
    """Bring a pool to a number by the identity rule."""
    staff, pools = s.staff, s.pools
    more = target - staff[pool].target
    staff[pool].target = target
    while more > 0:
        if staff[pool].leaving > 0:
            staff[pool].leaving -= 1
        else:
            come_in(s, now, pool)
        more -= 1
    while more < 0:
        if pools[pool].idle > 0:
            handler = pools[pool].head
            remove_idle(s, handler)
            go_home(s, now, handler)
        else:
            staff[pool].leaving += 1
        more += 1


@part
def shift_begins(s: State, now: float, handler: int) -> None:
    """A handler with shifts comes in, unless absent today; who still works on stays."""
    handlers, pool = s.handlers, s.handlers[handler].pool
    absence = s.staff[pool].absence
    if absence > 0.0:
        key = derived(derived(s.absence_key, handler + 1), s.slot // SLOTS_A_DAY + 1)
        if uniform(key) < absence:
            return
    if handlers[handler].state != AWAY:
        handlers[handler].off = 0
        return
    change_present(s, now, pool, ONE_MORE)
    add_idle(s, now, handler)


@part
def shift_ends(s: State, now: float, handler: int) -> None:
    """A handler with shifts goes home if free; else when the work or the break is over."""
    handlers = s.handlers
    if handlers[handler].state == IDLE:
        remove_idle(s, handler)
        go_home(s, now, handler)
    elif handlers[handler].state != AWAY:
        if handlers[handler].room:
            remove_room(s, handler)
        handlers[handler].off = 1


@part
def break_is_due(s: State, now: float, handler: int, rest: float) -> None:
    """A handler with shifts rests now if free, else after the work in hand; who is absent does not."""
    handlers = s.handlers
    if handlers[handler].state == AWAY or handlers[handler].off:
        return
    handlers[handler].rest = rest
    if handlers[handler].state == IDLE:
        remove_idle(s, handler)
        begin_rest(s, now, handler)
