"""A contact and a handler: how they meet, how the talk goes, what comes after."""

import math
from typing import Any

import numpy as np

from darwin.science.kernels import inlined, part
from darwin.science.routing import choose
from darwin.science.twin.draws import drawn
from darwin.science.twin.floor import add_room, overlap, remove_idle, remove_room, stop_working
from darwin.science.twin.queues import leave_line, schedule, stand_in_line, wait_until
from darwin.science.twin.state import (
    ABANDONED,
    ANSWERED,
    ATTEMPTS,
    BLOCKED,
    BUSY,
    CALLBACK,
    CALLBACK_WAIT,
    CALLBACKS,
    CALLBACKS_REACHED,
    CHAT_ENDS,
    CHATTING,
    DELAY,
    DELAYED,
    DUE,
    FREE,
    LATER,
    LAWS_A_TYPE,
    LOG_ROWS,
    LOST,
    NEXT_ATTEMPT,
    NEXT_LEG,
    NEXT_TRY,
    NOBODY,
    OF_ACCEPTING,
    OF_DELAY,
    OF_LATER,
    OF_OTHER,
    OF_PATIENCE,
    OF_REACHED,
    OF_REDIAL,
    OF_TALK,
    OF_TRANSFER,
    OF_WRAP,
    OUT_ABANDONED,
    OUT_ANSWERED,
    OUT_BLOCKED,
    OUT_NOT_REACHED,
    OUT_RUNG_BACK,
    OUT_TO_RING,
    PATIENCE,
    REDIAL,
    REDIALS,
    REPEAT,
    SLOTS_A_WEEK,
    TALK,
    TALK_ENDS,
    TRANSFERS,
    VULNERABLE,
    WAIT_ABANDONED,
    WAIT_ANSWERED,
    WITHIN,
    WORK,
    WRAP,
    State,
)
from darwin.science.twin.streams import derived, uniform

ONE: Any = np.float64(1.0)
NO_TIME: Any = np.float64(0.0)
FIRST: Any = np.int64(0)


@inlined
def count(s: State, contact: int, what: int, amount: float) -> None:
    """Add to a count of the attempt, in the row of its type and the half-hour in which it began."""
    k = s.contacts[contact]
    if k.counted:
        s.counts[2 * k.type + (k.marks & VULNERABLE), k.half_hour, what] += amount


@inlined
def common_duration(s: State, contact: int, law: int, purpose: int) -> float:
    """`duration`, compiled into its callers."""
    k = s.contacts[contact]
    return drawn(s.laws[k.type * LAWS_A_TYPE + law], s.table, derived(k.key, purpose))


@part
def duration(s: State, contact: int, law: int, purpose: int) -> float:
    """A time of this contact by one of the laws of its type: the same whenever it is asked for."""
    return common_duration(s, contact, law, purpose)


@inlined
def happens(s: State, contact: int, probability: float, purpose: int) -> bool:
    """Whether something of this probability happens to this contact."""
    return probability > 0.0 and uniform(derived(s.contacts[contact].key, purpose)) < probability


@part
def write_log(s: State, now: float, contact: int, handler: int, outcome: Any, talk: float) -> None:
    """A row of the sample path. Rows beyond its length are counted, not kept."""
    k = s.contacts[contact]
    if s.logged < LOG_ROWS:
        row = s.log[s.logged]
        row.arrived, row.ended_waiting, row.talk, row.caller = k.arrived, now, talk, k.caller
        row.wrap = duration(s, contact, WRAP, OF_WRAP) if handler >= 0 and outcome != OUT_NOT_REACHED else 0.0
        row.type, row.handler, row.attempt, row.legs = k.type, handler, k.attempt, k.legs
        row.marks, row.outcome = k.marks, outcome
    s.logged += 1


@inlined
def forget(s: State, contact: int) -> None:
    """The contact is over, with all its attempts."""
    s.open -= s.contacts[contact].chain
    s.contacts[contact].next = s.free_contact
    s.free_contact = contact


@part
def not_served(s: State, now: float, contact: int) -> None:
    """The attempt failed: the caller redials later, perhaps for something else, or is lost."""
    k = s.contacts[contact]
    t = s.types[k.type]
    if happens(s, contact, t.redial, OF_REDIAL):
        schedule(s, now + duration(s, contact, DELAY, OF_DELAY), REDIAL, contact)
        return
    if k.chain:
        s.counts[k.origin, k.origin_half_hour, LOST] += 1.0
    forget(s, contact)


@inlined
def begin_attempt(s: State, now: float, contact: int) -> None:
    """The clock of an attempt starts, and with it the half-hour that it counts in."""
    k = s.contacts[contact]
    k.arrived = now
    k.half_hour = (s.slot + s.phase) % SLOTS_A_WEEK
    k.counted = s.warm <= now < s.horizon
    k.place = -1
    count(s, contact, ATTEMPTS, ONE)


@part
def gives_up(s: State, now: float, contact: int) -> None:
    """The patience of a waiting contact ends: abandonment, at its very moment."""
    k = s.contacts[contact]
    leave_line(s, contact)
    if s.capacity > 0:
        s.lines_busy -= s.types[k.type].on_line
    count(s, contact, ABANDONED, ONE)
    count(s, contact, WAIT_ABANDONED, now - k.arrived)
    if s.keeps_log:
        write_log(s, now, contact, NOBODY, OUT_ABANDONED, NO_TIME)
    not_served(s, now, contact)


@part
def would_wait(s: State, kind: int) -> float:
    """The wait that a new contact is told: those before it times their work, over who is there."""
    there = 0
    for pool in range(s.pool_count):
        if s.levels[pool, kind] > 0:
            there += s.staff[pool].present
    return math.inf if there == 0 else s.types[kind].waiting * s.types[kind].work / there


@part
def accepts_callback(s: State, now: float, contact: int) -> bool:
    """A caller who must wait is offered to be rung back: True if it accepts, and so leaves the line."""
    k = s.contacts[contact]
    t = s.types[k.type]
    if would_wait(s, k.type) < t.over or not happens(s, contact, t.accepted, OF_ACCEPTING):
        return False
    leave_line(s, contact)
    if s.capacity > 0:
        s.lines_busy -= t.on_line
    count(s, contact, CALLBACKS, ONE)
    if s.keeps_log:
        write_log(s, now, contact, NOBODY, OUT_TO_RING, NO_TIME)
    k.marks |= CALLBACK
    k.tries = 0
    later = duration(s, contact, LATER, OF_LATER)
    if later > 0.0:
        schedule(s, now + later, DUE, contact)
    else:
        stand_in_line(s, contact, s.line_of[k.type, k.marks])
    return True


@part
def callback_is_due(s: State, now: float, contact: int) -> None:
    """The moment for which a call-back was promised, or is tried again."""
    k = s.contacts[contact]
    k.arrived = now
    stand_in_line(s, contact, s.line_of[k.type, k.marks])
    s.look = now


@inlined
def come(s: State, now: float, contact: int) -> None:
    """An attempt reaches the line: engaged, served at once, or waiting."""
    k = s.contacts[contact]
    t = s.types[k.type]
    if t.on_line and 0 < s.capacity <= s.lines_busy:
        count(s, contact, BLOCKED, ONE)
        if s.keeps_log:
            write_log(s, now, contact, NOBODY, OUT_BLOCKED, NO_TIME)
        not_served(s, now, contact)
        return
    if s.capacity > 0:
        s.lines_busy += t.on_line
    line = s.line_of[k.type, k.marks]
    if s.rules[0].restricts:
        stand_in_line(s, contact, line)
        route(s, now, line, line + 1, FIRST, s.pool_count)
        if k.line < 0:
            return
    else:
        if s.idle > 0 and s.lines[line].waiting == 0 and goes_straight(s, now, contact, line):
            return
        stand_in_line(s, contact, line)
    count(s, contact, DELAYED, ONE)
    if t.accepted > 0.0 and accepts_callback(s, now, contact):
        return
    patience = s.laws[k.type * LAWS_A_TYPE + PATIENCE]
    if patience.code:
        deadline = now + drawn(patience, s.table, derived(k.key, OF_PATIENCE))
        if deadline < math.inf:
            wait_until(s, contact, deadline)


@part
def route(s: State, now: float, line_from: int, line_to: int, pool_from: int, pool_to: int) -> None:
    """Let the policy assign, among these lines and pools, until it has nothing more to assign."""
    if s.rules[0].restricts:
        line_from, line_to, pool_from, pool_to = 0, s.line_count, 0, s.pool_count
    while s.waiting > 0 and s.idle > 0:
        line, pool, again = choose(
            s.rules[0], s.type_rules, s.lines, s.pools, s.levels, now, line_from, line_to, pool_from, pool_to
        )
        if line < 0:
            s.look = min(s.look, again)
            return
        contact = s.lines[line].head
        leave_line(s, contact)
        s.contacts[contact].line = -1
        meet(s, now, contact, line, pool)


@inlined
def goes_straight(s: State, now: float, contact: int, line: int) -> bool:
    """A contact that finds nobody before it in its line: True if somebody free takes it at once."""
    s.lines[line].since, s.lines[line].waiting = now, 1
    _, pool, _ = choose(
        s.rules[0], s.type_rules, s.lines, s.pools, s.levels, now, line, line + 1, FIRST, s.pool_count
    )
    s.lines[line].waiting = 0
    if pool < 0:
        return False
    meet(s, now, contact, line, pool)
    return True


@part
def meet(s: State, now: float, contact: int, line: int, pool: int) -> None:
    """A contact and the first of a pool."""
    if s.lines[line].chat:
        begin_chat(s, now, contact, pool)
        return
    handler = s.pools[pool].head
    remove_idle(s, handler)
    s.handlers[handler].state = BUSY
    if s.lines[line].callback:
        begin_callback(s, now, contact, handler)
        return
    talk = answered(s, now, contact, handler)
    k = s.contacts[contact]
    if s.capacity == 0 and s.types[k.type].transfer == 0.0:
        # Nothing happens when the talk ends but that the wrap begins: one event will do.
        if s.laws[k.type * LAWS_A_TYPE + WRAP].code:
            wrap = common_duration(s, contact, WRAP, OF_WRAP)
            count(s, contact, WORK, wrap)
            talk += wrap
        forget(s, contact)
        schedule(s, now + talk, FREE, handler)
    else:
        s.handlers[handler].contact = contact
        schedule(s, now + talk, TALK_ENDS, handler)
    s.staff[pool].busy += overlap(s, now, now + talk)


@inlined
def answered(s: State, now: float, contact: int, handler: int) -> float:
    """Count the answer and draw the talk, in seconds."""
    k = s.contacts[contact]
    wait = now - k.arrived
    talk = common_duration(s, contact, TALK, OF_TALK)
    if k.counted:
        found = s.counts[2 * k.type + (k.marks & VULNERABLE), k.half_hour]
        found[ANSWERED] += 1.0
        found[WITHIN] += wait <= s.types[k.type].threshold
        found[WAIT_ANSWERED] += wait
        found[WORK] += talk
    if s.keeps_log:
        write_log(s, now, contact, handler, OUT_ANSWERED, talk)
    return talk


@part
def begin_callback(s: State, now: float, contact: int, handler: int) -> None:
    """Somebody rings back: the caller answers and talks, or it is tried again, or given up."""
    k, h = s.contacts[contact], s.handlers[handler]
    t = s.types[k.type]
    s.rules[0].callbacks += 1
    h.callback, h.contact = 1, -1
    ends = now + t.ring
    if uniform(derived(k.key, OF_REACHED)) < t.reached:
        talk = duration(s, contact, TALK, OF_TALK)
        ends += talk
        count(s, contact, CALLBACKS_REACHED, ONE)
        count(s, contact, CALLBACK_WAIT, now - k.arrived)
        count(s, contact, WORK, t.ring + talk)
        h.contact = contact
        if s.keeps_log:
            write_log(s, now, contact, handler, OUT_RUNG_BACK, talk)
    else:
        k.tries += 1
        count(s, contact, WORK, t.ring)
        if s.keeps_log:
            write_log(s, now, contact, handler, OUT_NOT_REACHED, NO_TIME)
        if k.tries < t.tries:
            k.key = derived(k.key, NEXT_TRY)
            schedule(s, ends + t.retry, DUE, contact)
        else:
            if k.chain:
                s.counts[k.origin, k.origin_half_hour, LOST] += 1.0
            forget(s, contact)
    s.staff[h.pool].busy += overlap(s, now, ends)
    schedule(s, ends, TALK_ENDS, handler)


@part
def goes_on(s: State, now: float, contact: int) -> bool:
    """After a talk: True if the caller is transferred, and so waits again as another type."""
    k = s.contacts[contact]
    t = s.types[k.type]
    if not happens(s, contact, t.transfer, OF_TRANSFER):
        return False
    k.type, k.marks, k.legs = t.transfer_to, k.marks & VULNERABLE, min(k.legs + 1, 100)
    k.key = derived(k.key, NEXT_LEG)
    begin_attempt(s, now, contact)
    count(s, contact, TRANSFERS, ONE)
    return True


@part
def talk_ends(s: State, now: float, handler: int) -> tuple[int, int]:
    """The caller rings off: (handler if it is free at once, contact if it is transferred); else NOBODY."""
    h = s.handlers[handler]
    contact, wrap, transferred = h.contact, 0.0, NOBODY
    if h.callback:
        s.rules[0].callbacks -= 1
    if contact >= 0:
        k = s.contacts[contact]
        if s.capacity > 0 and not h.callback:
            s.lines_busy -= s.types[k.type].on_line
        if s.laws[k.type * LAWS_A_TYPE + WRAP].code:
            wrap = duration(s, contact, WRAP, OF_WRAP)
            count(s, contact, WORK, wrap)
        if s.types[k.type].transfer > 0.0 and goes_on(s, now, contact):
            transferred = contact
        else:
            forget(s, contact)
    h.contact, h.callback = -1, 0
    if wrap > 0.0:
        s.staff[h.pool].busy += overlap(s, now, now + wrap)
        schedule(s, now + wrap, FREE, handler)
        handler = NOBODY
    return handler, transferred


@inlined
def is_free(s: State, now: float, handler: int) -> None:
    """A handler has finished everything in hand: it stays and takes what the policy gives it, or goes."""
    pool = s.handlers[handler].pool
    if stop_working(s, now, handler) and s.waiting > 0:
        route(s, now, FIRST, s.line_count, pool, pool + 1)


@part
def begin_chat(s: State, now: float, contact: int, pool: int) -> None:
    """A chat goes to who has room beside other chats, else to the longest free."""
    handlers, beside = s.handlers, s.pools[pool].room > 0
    if beside:
        handler = s.pools[pool].room_head
        remove_room(s, handler)
    else:
        handler = s.pools[pool].head
        remove_idle(s, handler)
        handlers[handler].state, handlers[handler].busy_since = CHATTING, now
    handlers[handler].chats += 1
    s.contacts[contact].handler = handler
    if handlers[handler].chats < s.staff[pool].chats:
        add_room(s, now, handler)
    talk = answered(s, now, contact, handler)
    schedule(s, now + talk, CHAT_ENDS, contact)


@part
def chat_ends(s: State, now: float, contact: int) -> tuple[int, int]:
    """One of a handler's chats ends, after the last comes the wrap: what `talk_ends` gives."""
    handler = s.contacts[contact].handler
    h = s.handlers[handler]
    pool, kind = h.pool, s.contacts[contact].type
    wrap = duration(s, contact, WRAP, OF_WRAP)
    count(s, contact, WORK, wrap)
    stays = not h.off and h.rest == 0.0 and s.staff[pool].leaving == 0
    h.chats -= 1
    if h.room and (h.chats == 0 or not stays):
        remove_room(s, handler)
    elif h.chats > 0 and not h.room and stays:
        add_room(s, now, handler)
    transferred = NOBODY
    if s.types[kind].transfer > 0.0 and goes_on(s, now, contact):
        transferred = contact
    else:
        forget(s, contact)
    if h.chats > 0:
        s.look = now
        return NOBODY, transferred
    s.staff[pool].busy += overlap(s, h.busy_since, now + wrap)
    if wrap > 0.0:
        h.state = BUSY
        schedule(s, now + wrap, FREE, handler)
        handler = NOBODY
    return handler, transferred


@part
def redials(s: State, now: float, contact: int) -> None:
    """The caller tries again: a new attempt, which has still to `come`."""
    k = s.contacts[contact]
    if happens(s, contact, s.types[k.type].other, OF_OTHER):
        k.type = s.types[k.type].other_type
    k.key = derived(k.key, NEXT_ATTEMPT)
    k.attempt += 1
    k.marks |= REPEAT
    begin_attempt(s, now, contact)
    count(s, contact, REDIALS, ONE)
