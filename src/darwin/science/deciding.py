"""The routing policy asked about a list of who waits and a list of who is free, with its reasons.

`decide` lays them out as the lines and pools of `routing.choose`, the compiled function that the digital twin
calls on each of its events, and calls it until nothing is left to assign: it has no rule of its own. The
reasons are found afterwards, by comparing what was assigned with what it was assigned before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from darwin.science.policy import Policy
from darwin.science.routing import LINE, POOL, as_arrays, choose, set_line


@dataclass(frozen=True, slots=True)
class Waits:
    """A contact that waits. since: seconds from any one origin. repeat: they have tried before. callback:
    they are to be rung."""

    type: str
    since: float
    vulnerable: bool = False
    repeat: bool = False
    callback: bool = False


@dataclass(frozen=True, slots=True)
class Free:
    """A handler who is free. skills: pairs of type and level, 1 before 2. idle_since: as Waits.since."""

    skills: tuple[tuple[str, int], ...]
    idle_since: float


class Reason(StrEnum):
    """Why this contact, and why this handler. The number beside it: seconds, a level, or 0."""

    VULNERABLE = "vulnerable"
    TRIED_BEFORE = "tried_before"
    CALL_BACK = "call_back"
    FIRST_SKILL = "first_skill"  # the handler holds it earlier than what else waits
    MOST_URGENT = "most_urgent"
    LONGEST_WAIT = "longest_wait"
    ONLY_ONE = "only_one"  # nothing else waits that this handler takes
    HOLDS_FIRST = "holds_first"  # nobody free holds it earlier, others hold it later
    LONGEST_IDLE = "longest_idle"
    ONLY_FREE = "only_free"


@dataclass(frozen=True, slots=True)
class Decision:
    """Positions in the two lists, and the reasons, first about the contact and then about the handler."""

    contact: int
    handler: int
    reasons: tuple[tuple[Reason, float], ...]


@dataclass(slots=True)
class _Line:
    """The contacts of one type, urgency and kind, the longest waiting first."""

    kind: int
    priority: float
    callback: bool
    contacts: list[int] = field(default_factory=list)


def decide(
    policy: Policy, waiting: Sequence[Waits], free: Sequence[Free], now: float, callbacks: int = 0
) -> list[Decision]:
    """Who gets whom at `now`, in the order of the policy; who is in no decision waits on.

    callbacks: how many are under way, for the policy's slots. Types and skills that the policy does not name
    take no part. Equal in everything: the earlier in the list.
    """
    lines = _lines(policy, waiting)
    groups = _groups(policy, free)
    rules, types = as_arrays(policy)
    rules["callbacks"], rules["pools"] = callbacks, len(groups)
    line_rows, pool_rows = np.zeros(len(lines), LINE), np.zeros(len(groups), POOL)
    for row, line in zip(line_rows, lines, strict=True):
        set_line(row, policy.types[line.kind], line.kind, line.priority, callback=line.callback)
    levels = np.zeros((len(groups), len(policy.types)), np.int64)
    for place, skills in enumerate(groups):
        for kind, level in skills:
            levels[place, kind] = level
    left = list(groups.values())
    found: list[Decision] = []
    while lines and groups:
        _stand(line_rows, [[waiting[one].since for one in line.contacts] for line in lines], "waiting")
        _stand(pool_rows, [[free[one].idle_since for one in handlers] for handlers in left], "idle")
        line, pool, _again = choose(
            rules[0], types, line_rows, pool_rows, levels, now, 0, len(lines), 0, len(left)
        )
        if line < 0:
            break
        why = _Why(policy, waiting, free, lines, left, levels, now)
        found.append(Decision(lines[line].contacts[0], left[pool][0], why.of(line, pool)))
        rules["callbacks"] += lines[line].callback
        del lines[line].contacts[0], left[pool][0]
    return found


def _lines(policy: Policy, waiting: Sequence[Waits]) -> list[_Line]:
    position = {rule.name: place for place, rule in enumerate(policy.types)}
    found: dict[tuple[int, float, bool], _Line] = {}
    for place in sorted(range(len(waiting)), key=lambda one: (waiting[one].since, one)):
        contact = waiting[place]
        kind = position.get(contact.type)
        if kind is None:
            continue
        priority = policy.priority_of(
            policy.types[kind],
            vulnerable=contact.vulnerable,
            repeat=contact.repeat,
            callback=contact.callback,
        )
        key = (kind, priority, contact.callback)
        found.setdefault(key, _Line(*key)).contacts.append(place)
    return list(found.values())


def _groups(policy: Policy, free: Sequence[Free]) -> dict[tuple[tuple[int, int], ...], list[int]]:
    """Handlers by the skills that the policy names, in each the longest idle first."""
    position = {rule.name: place for place, rule in enumerate(policy.types)}
    found: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for place in sorted(range(len(free)), key=lambda one: (free[one].idle_since, one)):
        skills = tuple(
            sorted((position[name], level) for name, level in free[place].skills if name in position)
        )
        found.setdefault(skills, []).append(place)
    return found


def _stand(rows: NDArray[np.void], since: list[list[float]], count: str) -> None:
    """Write how many stand in each line or pool, and since when its first does."""
    moment = "since" if count == "waiting" else "idle_since"
    for row, moments in zip(rows, since, strict=True):
        row[count] = len(moments)
        if moments:
            row[moment] = moments[0]


@dataclass(frozen=True, slots=True)
class _Why:
    """What a decision is compared with: everybody who still waited and was free when it was made."""

    policy: Policy
    waiting: Sequence[Waits]
    free: Sequence[Free]
    lines: Sequence[_Line]
    pools: Sequence[Sequence[int]]
    levels: NDArray[np.int64]
    now: float

    def of(self, line: int, pool: int) -> tuple[tuple[Reason, float], ...]:
        return (*self._marked(line), self._before_others(line, pool), self._this_handler(line, pool))

    def _marked(self, line: int) -> list[tuple[Reason, float]]:
        contact, policy = self.waiting[self.lines[line].contacts[0]], self.policy
        marks = (
            (Reason.VULNERABLE, contact.vulnerable and policy.vulnerable_ahead > 0),
            (Reason.TRIED_BEFORE, contact.repeat and policy.repeat_ahead > 0),
            (Reason.CALL_BACK, contact.callback and policy.callback_ahead > 0),
        )
        return [(reason, 0.0) for reason, holds in marks if holds]

    def _before_others(self, line: int, pool: int) -> tuple[Reason, float]:
        others = [
            other
            for other, one in enumerate(self.lines)
            if one.contacts[int(other == line) :] and self.levels[pool, one.kind] > 0
        ]
        if not others:
            return Reason.ONLY_ONE, self._wait(line)
        own, theirs = self._level(line, pool), [self._level(other, pool) for other in others]
        if self.policy.own_list_first and own < min(theirs):
            return Reason.FIRST_SKILL, float(own)
        if self._urgency(line) < min(self._urgency(other) for other in others):
            return Reason.MOST_URGENT, self._wait(line)
        return Reason.LONGEST_WAIT, self._wait(line)

    def _this_handler(self, line: int, pool: int) -> tuple[Reason, float]:
        kind, idle = self.lines[line].kind, self.now - self.free[self.pools[pool][0]].idle_since
        others = [
            int(self.levels[other, kind])
            for other, handlers in enumerate(self.pools)
            if handlers[int(other == pool) :] and self.levels[other, kind] > 0
        ]
        if not others:
            return Reason.ONLY_FREE, idle
        if self._level(line, pool) < min(others):
            return Reason.HOLDS_FIRST, float(self._level(line, pool))
        return Reason.LONGEST_IDLE, idle

    def _level(self, line: int, pool: int) -> int:
        return int(self.levels[pool, self.lines[line].kind])

    def _wait(self, line: int) -> float:
        return self.now - self.waiting[self.lines[line].contacts[0]].since

    def _urgency(self, line: int) -> float:
        ages = self.policy.types[self.lines[line].kind].ages_every_s
        return self.lines[line].priority - (self._wait(line) / ages if ages > 0 else 0.0)
