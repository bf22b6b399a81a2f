"""Who gets whom: the routing policy, one function for the live line and for the digital twin.

The policy is data (`policy.Policy`); the decision is `choose`, a compiled function over waiting lines and
pools of handlers with the same skills. The twin calls it on each of its events; `decide` builds the same
lines and pools from a list of who waits and who is free, calls it until nothing is left to assign, and gives
reasons.

The order. Among all pairs of a waiting contact and a free handler that the rules allow, the first by
1. the handler's own list: the place (level) at which it holds the contact's type, 1 before 2;
2. the contact's urgency: its priority, 1 before 2, moved ahead by what the policy says of age, markers,
   repeated attempts and call-backs;
3. the contact's wait, longest first;
4. the handler's idle time, longest first.
With one handler free it takes by its own list, then by priority, then by wait; with one contact waiting it
goes to those who hold its type earliest, among them to the longest idle. `own_list_first=False` puts urgency
before the list. Only the first of a line and of a pool can be in the first pair, so heads are all that is
looked at: a decision costs the number of lines times the number of pools, not of people.

`routing_plainly` says the same in plain Python, pair by pair; a test compares the two.

Sources: longest idle agent first and skill lists, N. Gans, G. Koole, A. Mandelbaum, Telephone call centers,
M&SOM 5 (2003), section 5; ageing priorities, L. Kleinrock, Queueing Systems II (1976), 3.7; reserve
(threshold) policies, M. Armony, C. Maglaras, Operations Research 52 (2004).
"""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darwin.science.kernels import inlined_kernel, part
from darwin.science.policy import Contact, Decision, Handler, Policy, Reason, TypeRule, Why

Record: TypeAlias = Any  # one record of a structured array

# A line holds contacts of one type and one urgency in the order of `since`; `since` is that of its first.
LINE = np.dtype(
    [
        ("priority", "f8"), ("ageing", "f8"), ("overflow", "f8"), ("since", "f8"), ("type", "i8"),
        ("waiting", "i8"), ("head", "i8"), ("tail", "i8"), ("callback", "i4"), ("chat", "i4"),
    ],
    align=True,
)  # fmt: skip
# A pool holds handlers of the same skills: the free, and those in chats with room for another.
POOL = np.dtype(
    [
        ("idle_since", "f8"), ("room_since", "f8"), ("idle", "i8"), ("room", "i8"), ("head", "i8"),
        ("tail", "i8"), ("room_head", "i8"), ("room_tail", "i8"),
    ],
    align=True,
)  # fmt: skip
RULES = np.dtype(
    [
        ("own_list_first", "i4"), ("restricts", "i4"), ("slots", "i8"), ("callbacks", "i8"),
        ("reserves", "i8"), ("types", "i8"), ("pools", "i8"),
    ],
    align=True,
)  # fmt: skip
TYPE_RULE = np.dtype([("priority", "f8"), ("reserve", "i8")], align=True)


def as_arrays(policy: Policy) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """One RULES record, and a TYPE_RULE record a type: the policy as `choose` reads it."""
    rules, types = np.zeros(1, RULES), np.zeros(len(policy.types), TYPE_RULE)
    rules["own_list_first"], rules["restricts"] = policy.own_list_first, policy.restricts
    rules["slots"], rules["types"] = policy.callback_slots, len(policy.types)
    rules["reserves"] = any(rule.reserve for rule in policy.types)
    types["priority"] = [rule.priority for rule in policy.types]
    types["reserve"] = [rule.reserve for rule in policy.types]
    return rules, types


def set_line(line: Record, rule: TypeRule, kind: int, priority: float, *, callback: bool = False) -> None:
    """Make a LINE record the line of one type (its position) and priority; it is empty."""
    line["type"], line["priority"], line["callback"], line["chat"] = kind, priority, callback, rule.chat
    line["ageing"] = 1 / rule.ages_every_s if rule.ages_every_s > 0 else 0.0
    line["overflow"] = rule.overflow_after_s
    line["head"] = line["tail"] = -1


@part
def keeps_back(
    rules: Record,
    types: NDArray[np.void],
    pools: NDArray[np.void],
    levels: NDArray[np.int64],
    pool: int,
    kind: int,
) -> bool:
    """True if the first free handler of `pool` is kept for a type of a better priority than `kind`."""
    for other in range(rules.types):
        keeps = types[other].reserve
        if keeps == 0 or levels[pool, other] == 0 or types[other].priority >= types[kind].priority:
            continue
        free = 0
        for each in range(rules.pools):
            if levels[each, other] > 0:
                free += pools[each].idle
        if free <= keeps:
            return True
    return False


@inlined_kernel
def choose(
    rules: Record,
    types: NDArray[np.void],
    lines: NDArray[np.void],
    pools: NDArray[np.void],
    levels: NDArray[np.int64],
    now: float,
    line_from: int,
    line_to: int,
    pool_from: int,
    pool_to: int,
) -> tuple[int, int, float]:
    """The next assignment among some lines and pools: (line, pool, when to look again).

    `levels[pool, type]` is the place at which the pool holds the type, from 1; 0 = not at all. The first of
    the line goes to the first of the pool; a chat goes to who has room beside other chats, if there is one.
    Line and pool are -1 if there is none; then the third is the earliest moment at which waiting alone makes
    a pair allowed (infinite if none). Times in seconds from any one origin. Equal in everything: the earlier
    line, then the earlier pool.
    """
    best_line, best_pool, again = -1, -1, math.inf
    best_first = best_second = best_since = best_idle = math.inf
    for line in range(line_from, line_to):
        if lines[line].waiting == 0:
            continue
        since, kind = lines[line].since, lines[line].type
        if since > now:
            again = min(again, since)
            continue
        if lines[line].callback and rules.slots > 0 and rules.callbacks >= rules.slots:
            continue
        urgency = lines[line].priority - (now - since) * lines[line].ageing
        for pool in range(pool_from, pool_to):
            level = levels[pool, kind]
            if level == 0:
                continue
            beside = lines[line].chat and pools[pool].room > 0
            if not beside and pools[pool].idle == 0:
                continue
            if level > 1 and now < since + lines[line].overflow:
                again = min(again, since + lines[line].overflow)
                continue
            if rules.reserves and not beside and keeps_back(rules, types, pools, levels, pool, kind):
                continue
            idle = pools[pool].room_since if beside else pools[pool].idle_since
            first, second = (level, urgency) if rules.own_list_first else (urgency, level)
            if first != best_first:
                better = first < best_first
            elif second != best_second:
                better = second < best_second
            elif since != best_since:
                better = since < best_since
            else:
                better = idle < best_idle
            if better:
                best_line, best_pool = line, pool
                best_first, best_second, best_since, best_idle = first, second, since, idle
    return best_line, best_pool, again


def decide(
    policy: Policy,
    waiting: Sequence[Contact],
    handlers: Sequence[Handler],
    now: float,
    *,
    callbacks_under_way: int = 0,
) -> list[Decision]:
    """One decision for each waiting contact, in the order in which they were made; those who wait at the end.

    `now` in seconds from the origin of the contacts' and handlers' times. Raises UnknownType for a contact
    whose type the policy does not have; a handler's skill that it does not have counts for nothing.
    """
    floor = _Floor(policy, waiting, handlers, callbacks_under_way)
    found: list[Decision] = []
    while True:
        line, pool, again = choose(
            floor.rules[0], floor.type_rules, floor.lines, floor.pools, floor.levels, now,
            0, len(floor.lines), 0, len(floor.pools),
        )  # fmt: skip
        if line < 0:
            break
        contact, handler, beside = floor.assign(line, pool, now)
        reasons = _reasons(policy, contact, handler, beside, now)
        found.append(Decision(contact.id, handler.id, reasons))
    look = again if math.isfinite(again) else None
    taken = {decision.handler for decision in found}
    for queue in floor.queues:
        for contact in queue:
            reason = _why_it_waits(floor, contact, handlers, taken, now)
            found.append(Decision(contact.id, None, (reason,), look))
    return found


class _Floor:
    """The lines and pools of one moment, as `choose` reads them, and who stands in them."""

    def __init__(
        self, policy: Policy, waiting: Sequence[Contact], handlers: Sequence[Handler], callbacks: int
    ) -> None:
        self.policy = policy
        self.rules, self.type_rules = as_arrays(policy)
        by_line: dict[tuple[int, float, bool], list[Contact]] = {}
        for contact in waiting:
            by_line.setdefault(line_key(policy, contact), []).append(contact)
        keys = sorted(by_line)
        self.queues = [sorted(by_line[key], key=lambda each: each.turn) for key in keys]
        self.lines = np.zeros(len(keys), LINE)
        for at, (kind, priority, callback) in enumerate(keys):
            set_line(self.lines[at], policy.types[kind], kind, priority, callback=callback)
        by_pool: dict[tuple[tuple[int, int], ...], list[Handler]] = {}
        for handler in handlers:
            if handler.free:
                by_pool.setdefault(pool_key(policy, handler), []).append(handler)
        skills = sorted(by_pool)
        members = [sorted(by_pool[each], key=lambda handler: handler.since) for each in skills]
        self.idle = [[each for each in pool if each.chats == 0] for pool in members]
        self.room = [[each for each in pool if 0 < each.chats < each.capacity] for pool in members]
        self.chats = {handler.id: handler.chats for handler in handlers}
        self.since = {handler.id: handler.since for handler in handlers}
        self.pools = np.zeros(len(skills), POOL)
        self.levels = np.zeros((len(skills), len(policy.types)), np.int64)
        for at, each in enumerate(skills):
            for kind, level in each:
                self.levels[at, kind] = level
            self._count_pool(at)
        self.rules["pools"], self.rules["callbacks"] = len(skills), callbacks
        for at in range(len(keys)):
            self._count_line(at)

    def assign(self, line: int, pool: int, now: float) -> tuple[Contact, Handler, bool]:
        """Take the first of the line and of the pool: (contact, handler, whether beside other chats)."""
        contact = self.queues[line].pop(0)
        self._count_line(line)
        chat = bool(self.lines[line]["chat"])
        beside = chat and bool(self.room[pool])
        handler = (self.room if beside else self.idle)[pool].pop(0)
        if chat:
            self.chats[handler.id] += 1
            if self.chats[handler.id] < handler.capacity:
                self.room[pool].append(handler)
                self.since[handler.id] = now
        if contact.callback:
            self.rules["callbacks"] += 1
        self._count_pool(pool)
        return contact, handler, beside

    def _count_line(self, at: int) -> None:
        queue = self.queues[at]
        self.lines[at]["waiting"] = len(queue)
        self.lines[at]["since"] = queue[0].turn if queue else 0.0

    def _count_pool(self, at: int) -> None:
        for count, since, members in (
            ("idle", "idle_since", self.idle[at]),
            ("room", "room_since", self.room[at]),
        ):
            self.pools[at][count] = len(members)
            self.pools[at][since] = self.since[members[0].id] if members else 0.0


def line_key(policy: Policy, contact: Contact) -> tuple[int, float, bool]:
    """The line that a contact stands in: (position of its type, priority, call-back or not)."""
    position = policy.position(contact.type)
    priority = policy.priority_of(
        policy.types[position],
        base=contact.priority,
        vulnerable=contact.vulnerable,
        repeat=contact.attempts > 0,
        callback=contact.callback,
    )
    return position, priority, contact.callback


def pool_key(policy: Policy, handler: Handler) -> tuple[tuple[int, int], ...]:
    """The pool of a handler: the (position, level) of the types that it can take."""
    levels = ((at, handler.skills.get(rule.name, 0)) for at, rule in enumerate(policy.types))
    return tuple((at, level) for at, level in levels if level > 0)


def _reasons(
    policy: Policy, contact: Contact, handler: Handler, beside: bool, now: float
) -> tuple[Reason, ...]:
    """Why this contact went to this handler."""
    position, priority, _ = line_key(policy, contact)
    rule, level = policy.types[position], handler.skills[contact.type]
    wait = now - contact.turn
    found = [
        Reason(Why.PLACE, f"{contact.type} stands at place {level} in the handler's list"),
        Reason(Why.PRIORITY, f"priority {priority:g}"),
    ]
    if rule.ages_every_s and wait >= rule.ages_every_s:
        found.append(Reason(Why.AGED, f"moved ahead by {wait / rule.ages_every_s:.1f} for its wait"))
    if contact.vulnerable and policy.vulnerable_ahead:
        found.append(Reason(Why.VULNERABLE, "marked as vulnerable"))
    if contact.attempts and policy.repeat_ahead:
        found.append(Reason(Why.REPEAT, f"tried {contact.attempts} times before"))
    if contact.callback:
        due = "its turn came" if contact.promised_at is None else "the promised time came"
        found.append(Reason(Why.CALLBACK, f"to be rung back: {due}"))
    found.append(Reason(Why.WAITED, f"waited {wait:.0f} s"))
    if beside:
        found.append(Reason(Why.BESIDE_CHATS, "has room beside other chats"))
    else:
        found.append(
            Reason(Why.LONGEST_FREE, f"free for {now - handler.since:.0f} s, the longest of the same list")
        )
    return tuple(found)


def _why_it_waits(
    floor: _Floor, contact: Contact, handlers: Sequence[Handler], taken: set[str | None], now: float
) -> Reason:
    """Why nobody takes this contact now."""
    policy = floor.policy
    rule = policy.types[policy.position(contact.type)]
    able = [handler for handler in handlers if handler.skills.get(contact.type, 0) > 0]
    if not able:
        return Reason(Why.NOBODY_SKILLED, f"nobody here can take {contact.type}")
    if contact.turn > now:
        return Reason(Why.NOT_YET_DUE, f"to be rung back in {contact.turn - now:.0f} s")
    if contact.callback and 0 < policy.callback_slots <= int(floor.rules[0]["callbacks"]):
        return Reason(
            Why.SLOTS_TAKEN, f"{policy.callback_slots} call-backs are under way, as many as allowed"
        )
    ready = [handler for handler in able if handler.free and (rule.chat or handler.chats == 0)]
    left = [handler for handler in ready if handler.id not in taken and handler.chats == 0]
    if not left:
        if ready:
            return Reason(Why.OTHERS_FIRST, "those who are free took contacts that come first")
        return Reason(Why.NOBODY_FREE, f"nobody who can take {contact.type} is free")
    early = now < contact.turn + rule.overflow_after_s
    if early and all(handler.skills[contact.type] > 1 for handler in left):
        seconds = contact.turn + rule.overflow_after_s - now
        return Reason(Why.OVERFLOW, f"may go to those who hold {contact.type} second in {seconds:.0f} s")
    return Reason(Why.KEPT, "those who are free are kept for contacts of a better priority")
