"""One line of waiting callers against the handlers on duty: first come, first served, longest idle first.

Callers are put to the line in the order of joining. Because the line is first come, first served, each
caller's fate follows from those before: the handler who is free first takes the call, or the caller's
patience ends before. That is exact, and needs one heap operation a caller instead of an event loop.
"""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace

from darwin.practice.roster import Duty

RING_OUT_MS = 15_000
PAUSED_AFTER_NO_ANSWER_MS = 120_000


@dataclass(slots=True)
class Taken:
    """How a wait ended. duty is None if nobody took the call; moment is the answer, or the caller's end."""

    moment: int
    duty: int | None
    no_answers: tuple[tuple[str, int, int], ...] = ()


class Line:
    """The callers and handlers of one queue over one shift-day."""

    def __init__(self, queue: str, duties: list[Duty], limit: int = 10_000) -> None:
        self.queue = queue
        self.duties = duties
        self.limit = limit
        self._free = [(duty.start, n) for n, duty in enumerate(duties)]
        heapify(self._free)
        self._next_break = [0] * len(duties)
        self._leaving: list[int] = []

    def waiting(self, moment: int) -> int:
        """How many callers wait at `moment`, which may not be earlier than at the last call."""
        while self._leaving and self._leaving[0] <= moment:
            heappop(self._leaving)
        return len(self._leaving)

    def idle(self, moment: int) -> bool:
        """Whether somebody is free at `moment`, so that nobody waits."""
        start = self._first_start(moment)
        return start is not None and start <= moment

    def take(self, ready: int, gives_up: int, ring_ms: int, misses: int = 0) -> Taken:
        """Let a caller wait from now on; answered no earlier than `ready`, or gone at `gives_up`.

        ring_ms: how long the telephone rings before it is taken. misses: how many handlers let it ring out
        first. A handler who took the call stays off the line until `release`.
        """
        no_answers: list[tuple[str, int, int]] = []
        while True:
            start = self._first_start(ready, ring_ms)
            if start is None or start >= gives_up:
                return self._gone(gives_up, no_answers)
            number = self._free[0][1]
            if len(no_answers) < misses and start + RING_OUT_MS < gives_up:
                no_answers.append((self.duties[number].handler.interface, start, RING_OUT_MS))
                ready = start + RING_OUT_MS
                heapreplace(self._free, (ready + PAUSED_AFTER_NO_ANSWER_MS, number))
                continue
            if start + ring_ms > gives_up:
                heapreplace(self._free, (gives_up, number))
                return self._gone(gives_up, no_answers)
            heappop(self._free)
            heappush(self._leaving, start + ring_ms)
            return Taken(start + ring_ms, number, tuple(no_answers))

    def release(self, duty: int, moment: int) -> None:
        """The handler is free again from `moment`, the end of the wrap-up."""
        heappush(self._free, (moment, duty))

    def _gone(self, moment: int, no_answers: list[tuple[str, int, int]]) -> Taken:
        heappush(self._leaving, moment)
        return Taken(moment, None, tuple(no_answers))

    def _first_start(self, ready: int, ring_ms: int = 0) -> int | None:
        """When the handler on top of the heap could be rung; sends those whose break or end is due away."""
        while self._free:
            free_at, number = self._free[0]
            start = max(free_at, ready)
            duty = self.duties[number]
            if start + ring_ms >= duty.end:
                heappop(self._free)
                continue
            nth = self._next_break[number]
            if nth < len(duty.breaks) and duty.breaks[nth][0] <= start:
                begins, length = duty.breaks[nth]
                self._next_break[number] = nth + 1
                heapreplace(self._free, (max(free_at, begins) + length, number))
                continue
            return start
        return None
