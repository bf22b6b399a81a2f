"""Who gets whom: the routing policy, one function for the live line and for the digital twin.

The policy is data (`Policy`); the decision is `choose`, a compiled function over waiting lines and pools of
handlers with the same skills. The twin calls it on each of its events; `decide` builds the same lines and
pools from a list of who waits and who is free, calls it until nothing is left to assign, and gives reasons.

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

Sources: longest idle agent first and skill lists with levels, N. Gans, G. Koole, A. Mandelbaum, Telephone call
centers, M&SOM 5 (2003), section 5; ageing priorities, L. Kleinrock, Queueing Systems II (1976), 3.7; reserve
(threshold) policies, M. Armony, C. Maglaras, Operations Research 52 (2004).
"""

import math

import numpy as np
from numpy.typing import NDArray

from darwin.science.kernels import njit
from darwin.science.policy import Policy

# A line holds contacts of one type and one urgency in the order of `since`; `since` is that of its first.
LINE = np.dtype(
    [
        ("priority", "f8"), ("ageing", "f8"), ("overflow", "f8"), ("since", "f8"), ("type", "i4"),
        ("waiting", "i4"), ("head", "i4"), ("tail", "i4"), ("callback", "i4"), ("chat", "i4"),
    ],
    align=True,
)  # fmt: skip
# A pool holds handlers of the same skills: the free, and those in chats with room for another.
POOL = np.dtype(
    [
        ("idle_since", "f8"), ("room_since", "f8"), ("idle", "i4"), ("room", "i4"), ("head", "i4"),
        ("tail", "i4"), ("room_head", "i4"), ("room_tail", "i4"),
    ],
    align=True,
)  # fmt: skip
RULES = np.dtype(
    [("own_list_first", "i4"), ("restricts", "i4"), ("slots", "i4"), ("callbacks", "i4"), ("reserves", "i4")],
    align=True,
)
TYPE_RULE = np.dtype([("priority", "f8"), ("reserve", "i4")], align=True)


def as_arrays(policy: Policy) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """One RULES record, and a TYPE_RULE record a type: the policy as `choose` reads it."""
    rules, types = np.zeros(1, RULES), np.zeros(len(policy.types), TYPE_RULE)
    rules["own_list_first"], rules["restricts"] = policy.own_list_first, policy.restricts
    rules["slots"] = policy.callback_slots
    rules["reserves"] = any(rule.reserve for rule in policy.types)
    types["priority"] = [rule.priority for rule in policy.types]
    types["reserve"] = [rule.reserve for rule in policy.types]
    return rules, types


@njit(cache=True)
def keeps_back(
    types: NDArray[np.void], pools: NDArray[np.void], levels: NDArray[np.int64], pool: int, kind: int
) -> bool:
    """True if the first free handler of `pool` is kept for a type of a better priority than `kind`."""
    for other in range(len(types)):
        keeps = types[other].reserve
        if keeps == 0 or levels[pool, other] == 0 or types[other].priority >= types[kind].priority:
            continue
        free = 0
        for each in range(len(pools)):
            if levels[each, other] > 0:
                free += pools[each].idle
        if free <= keeps:
            return True
    return False


@njit(cache=True, forceinline=True)
def choose(
    rules: np.void,
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
            if rules.reserves and not beside and keeps_back(types, pools, levels, pool, kind):
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
