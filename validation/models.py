"""Lines with phases, redials, skills, kept handlers, and calls beside chats, as Markov chains.

Queues are cut where the chance of more is below rounding; `assert_cut_is_far` says so for each. Figures are
named as the twin names them; times in seconds, rates a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from validation.chains import Move, Solved, solve

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stage of the work: left at `rate`, then `after` (None: over); the caller is on the line or not."""

    rate: float
    after: int | None = None
    on_line: bool = True


def assert_cut_is_far(solved: Solved, at_cut: float) -> None:
    """The queue was cut so far out that it makes no difference."""
    if at_cut > 1e-8:
        raise ValueError(
            f"the queue is cut too near: {at_cut:.1e} of the time there, {len(solved.states)} states"
        )


def phased_line(
    rate: float,
    phases: Sequence[Phase],
    starts: Sequence[float],
    servers: int,
    *,
    gives_up: float = 0.0,
    lines: int | None = None,
    cut: int = 200,
) -> Figures:
    """M/PH/c+M with wrap as one of the phases, and so many lines: the state is who is in which phase, and q.

    `starts`: with which chance the work begins in each phase. `gives_up`: rate for each who waits.
    """
    count = len(phases)

    def started(busy: tuple[int, ...], queue: int, rate_in: float, counts: tuple[str, ...]) -> list[Move]:
        return [
            Move(rate_in * chance, (*_with(busy, phase, 1), queue), counts)
            for phase, chance in enumerate(starts)
            if chance > 0
        ]

    def moves(state: Any) -> list[Move]:
        *phases_now, queue = state
        busy = tuple(phases_now)
        found: list[Move] = []
        on_line = queue + sum(n for n, phase in zip(busy, phases, strict=True) if phase.on_line)
        if lines is not None and on_line >= lines:
            found.append(Move(rate, state, ("attempts", "blocked")))
        elif sum(busy) < servers:
            found += started(busy, queue, rate, ("attempts",))
        elif queue < cut:
            found.append(Move(rate, (*busy, queue + 1), ("attempts", "delayed")))
        for at in range(count):
            if busy[at] == 0:
                continue
            out, phase = busy[at] * phases[at].rate, phases[at]
            left = _with(busy, at, -1)
            if phase.after is not None:
                found.append(Move(out, (*_with(left, phase.after, 1), queue)))
            elif queue > 0:
                found += started(left, queue - 1, out, ())
            else:
                found.append(Move(out, (*left, 0)))
        if queue > 0 and gives_up > 0:
            found.append(Move(queue * gives_up, (*busy, queue - 1), ("abandoned",)))
        return found

    solved = solve((0,) * (count + 1), moves)
    waiting = solved.mean(lambda s: _t(s)[-1])
    assert_cut_is_far(solved, solved.mean(lambda s: _t(s)[-1] == cut))
    attempts, blocked = solved.rates["attempts"], solved.rates.get("blocked", 0.0)
    return {
        "p_wait": solved.rates.get("delayed", 0.0) / (attempts - blocked),
        "p_abandon": solved.rates.get("abandoned", 0.0) / attempts,
        "p_block": blocked / attempts,
        "mean_wait_all": waiting / (attempts - blocked),
        "occupancy": solved.mean(lambda s: sum(_t(s)[:-1])) / servers,
    }


def redialling(
    rate: float,
    service: float,
    servers: int,
    patience: float,
    probability: float,
    delay: float,
    *,
    lines: int | None = None,
    cut: tuple[int, int] = (60, 60),
) -> Figures:
    """M/M/c+M whose callers try again: the state is how many are in the system and how many will redial."""

    def moves(state: Any) -> list[Move]:
        inside, away = state
        found: list[Move] = []
        for pace, counts, left in (
            (rate, ("attempts", "offered"), away),
            (away / delay, ("attempts",), away - 1),
        ):
            if pace == 0:
                continue
            if lines is not None and inside >= lines:
                if left < cut[1]:
                    found.append(Move(pace * probability, (inside, left + 1), (*counts, "blocked")))
                found.append(Move(pace * (1 - probability), (inside, left), (*counts, "blocked", "lost")))
            elif inside < servers:
                found.append(Move(pace, (inside + 1, left), counts))
            elif inside < servers + cut[0]:
                found.append(Move(pace, (inside + 1, left), (*counts, "delayed")))
        if inside > 0:
            found.append(Move(min(inside, servers) / service, (inside - 1, away)))
        if inside > servers:
            pace = (inside - servers) / patience
            if away < cut[1]:
                found.append(Move(pace * probability, (inside - 1, away + 1), ("abandoned",)))
            found.append(Move(pace * (1 - probability), (inside - 1, away), ("abandoned", "lost")))
        return found

    solved = solve((0, 0), moves)
    assert_cut_is_far(
        solved, solved.mean(lambda s: (lines is None and _t(s)[0] == servers + cut[0]) or _t(s)[1] == cut[1])
    )
    attempts, blocked = solved.rates["attempts"], solved.rates.get("blocked", 0.0)
    return {
        "p_wait": solved.rates["delayed"] / (attempts - blocked),
        "p_abandon": solved.rates["abandoned"] / attempts,
        "p_block": blocked / attempts,
        "p_lost": solved.rates["lost"] / rate,
        "attempts_each": attempts / rate,
        "mean_wait_all": solved.mean(lambda s: max(0, _t(s)[0] - servers)) / (attempts - blocked),
        "occupancy": solved.mean(lambda s: min(_t(s)[0], servers)) / servers,
    }


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of call: arrivals a second, mean talk, mean patience."""

    rate: float
    service: float
    patience: float


def skilled(kinds: Sequence[Kind], groups: Sequence[tuple[int, Sequence[int]]], cut: int) -> list[Figures]:
    """Groups of (handlers, list of kinds): a call goes to whoever of the free has its kind earliest, a free
    handler takes by its own list. The state is who of which group talks about what, and who waits for what.

    One Figures for each kind, with the `occupancy_g` of every group g.
    """
    seats = [(group, kind) for group, (_, skills) in enumerate(groups) for kind in skills]

    def idle(busy: tuple[int, ...], group: int) -> int:
        return groups[group][0] - _talking(busy, seats, group)

    def taker(busy: tuple[int, ...], kind: int) -> int | None:
        able = [
            (list(skills).index(kind), group) for group, (_, skills) in enumerate(groups) if kind in skills
        ]
        free = [pair for pair in sorted(able) if idle(busy, pair[1]) > 0]
        if len(free) > 1 and free[0][0] == free[1][0]:
            raise ValueError("two groups hold the kind at the same place: the chain would need idle times")
        return seats.index((free[0][1], kind)) if free else None

    def moves(state: Any) -> list[Move]:
        busy, queues = state
        found: list[Move] = []
        for kind, each in enumerate(kinds):
            seat = taker(busy, kind)
            if seat is not None:
                found.append(Move(each.rate, (_with(busy, seat, 1), queues), (f"attempts{kind}",)))
            elif queues[kind] < cut:
                counts = (f"attempts{kind}", f"delayed{kind}")
                found.append(Move(each.rate, (busy, _with(queues, kind, 1)), counts))
            if queues[kind] > 0:
                out = queues[kind] / each.patience
                found.append(Move(out, (busy, _with(queues, kind, -1)), (f"abandoned{kind}",)))
        for seat, (group, kind) in enumerate(seats):
            if busy[seat] == 0:
                continue
            left, out = _with(busy, seat, -1), busy[seat] / kinds[kind].service
            after = next((each for each in groups[group][1] if queues[each] > 0), None)
            if after is None:
                found.append(Move(out, (left, queues)))
            else:
                taken = _with(left, seats.index((group, after)), 1)
                found.append(Move(out, (taken, _with(queues, after, -1))))
        return found

    solved = solve(((0,) * len(seats), (0,) * len(kinds)), moves)
    assert_cut_is_far(solved, solved.mean(lambda s: max(_t(s)[1]) == cut))
    occupancy = {
        f"occupancy_{group}": solved.mean(lambda s, group=group: _talking(_t(s)[0], seats, group)) / number  # type: ignore[misc]
        for group, (number, _) in enumerate(groups)
    }
    return [
        _of_kind(solved, kind, lambda s, kind=kind: _t(s)[1][kind]) | occupancy for kind in range(len(kinds))
    ]


def kept_back(kinds: Sequence[Kind], servers: int, keeps: int, cut: int) -> list[Figures]:
    """Two kinds with the same talk: the second is answered only while more than `keeps` handlers are free."""
    first, second = kinds
    work = 1 / first.service

    def moves(state: Any) -> list[Move]:
        busy, ones, twos = state
        found: list[Move] = []
        if busy < servers:
            found.append(Move(first.rate, (busy + 1, ones, twos), ("attempts0",)))
        elif ones < cut:
            found.append(Move(first.rate, (busy, ones + 1, twos), ("attempts0", "delayed0")))
        if servers - busy > keeps:
            found.append(Move(second.rate, (busy + 1, ones, twos), ("attempts1",)))
        elif twos < cut:
            found.append(Move(second.rate, (busy, ones, twos + 1), ("attempts1", "delayed1")))
        if busy > 0:
            if ones > 0:
                after = (busy, ones - 1, twos)
            elif twos > 0 and servers - busy + 1 > keeps:
                after = (busy, ones, twos - 1)
            else:
                after = (busy - 1, ones, twos)
            found.append(Move(busy * work, after))
        if ones > 0:
            found.append(Move(ones / first.patience, (busy, ones - 1, twos), ("abandoned0",)))
        if twos > 0:
            found.append(Move(twos / second.patience, (busy, ones, twos - 1), ("abandoned1",)))
        return found

    solved = solve((0, 0, 0), moves)
    assert_cut_is_far(solved, solved.mean(lambda s: max(_t(s)[1:]) == cut))
    busy = {"occupancy": solved.mean(lambda s: _t(s)[0]) / servers}
    return [_of_kind(solved, kind, lambda s, kind=kind: _t(s)[1 + kind]) | busy for kind in (0, 1)]


def beside_chats(call: Kind, chat: Kind, at_once: int, cut: int) -> list[Figures]:
    """One handler for calls and chats, calls first in the list: a call needs a handler with nothing in hand,
    a chat goes beside other chats. The state: in a call (-1) or so many chats, calls and chats that wait."""

    def settled(chats: int, calls: int, more: int) -> tuple[int, int, int]:
        """Whom the handler takes, who has so many chats in hand and no call."""
        if chats == 0 and calls > 0:
            return -1, calls - 1, more
        taken = min(at_once - chats, more)
        return chats + taken, calls, more - taken

    def moves(state: Any) -> list[Move]:
        hand, calls, chats = state
        found: list[Move] = []
        if hand == 0:
            found.append(Move(call.rate, (-1, calls, chats), ("attempts0",)))
        elif calls < cut:
            found.append(Move(call.rate, (hand, calls + 1, chats), ("attempts0", "delayed0")))
        if 0 <= hand < at_once:
            found.append(Move(chat.rate, (hand + 1, calls, chats), ("attempts1",)))
        elif chats < cut:
            found.append(Move(chat.rate, (hand, calls, chats + 1), ("attempts1", "delayed1")))
        if hand == -1:
            found.append(Move(1 / call.service, settled(0, calls, chats)))
        elif hand > 0:
            found.append(Move(hand / chat.service, settled(hand - 1, calls, chats)))
        if calls > 0:
            found.append(Move(calls / call.patience, (hand, calls - 1, chats), ("abandoned0",)))
        if chats > 0:
            found.append(Move(chats / chat.patience, (hand, calls, chats - 1), ("abandoned1",)))
        return found

    solved = solve((0, 0, 0), moves)
    assert_cut_is_far(solved, solved.mean(lambda s: max(_t(s)[1:]) == cut))
    busy = {"occupancy": solved.mean(lambda s: _t(s)[0] != 0)}
    return [_of_kind(solved, kind, lambda s, kind=kind: _t(s)[1 + kind]) | busy for kind in (0, 1)]


def _of_kind(solved: Solved, kind: int, waiting: Any) -> Figures:
    attempts = solved.rates[f"attempts{kind}"]
    return {
        "p_wait": solved.rates[f"delayed{kind}"] / attempts,
        "p_abandon": solved.rates[f"abandoned{kind}"] / attempts,
        "mean_wait_all": solved.mean(waiting) / attempts,
    }


def _talking(busy: tuple[int, ...], seats: Sequence[tuple[int, int]], group: int) -> int:
    return sum(number for number, seat in zip(busy, seats, strict=True) if seat[0] == group)


def _with(values: tuple[int, ...], at: int, more: int) -> tuple[int, ...]:
    return (*values[:at], values[at] + more, *values[at + 1 :])


def _t(state: Any) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", state)
