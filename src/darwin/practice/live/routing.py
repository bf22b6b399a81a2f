"""Who is rung next: the routing policy's own function, as the made-up switch uses it.

Each line of the switch is one line of `darwin.science.routing.choose`, its telephones two pools: those of
real people, who are here to take calls and so hold the line first, and those of simulated colleagues, who
hold it second. Within a pool the longest idle is rung; of callers the longest waiting. It is the function
that the digital twin calls, so waits follow from whoever takes a call, a newcomer or a colleague.
"""

import numpy as np

from darwin.science.policy import Policy, TypeRule
from darwin.science.routing import LINE, POOL, as_arrays, choose

PEOPLE, COLLEAGUES = 0, 1
_LEVELS = np.array([[1], [2]], np.int64)


class LineRouting:
    """The routing of one line. Moments are milliseconds."""

    def __init__(self, queue: str) -> None:
        rules, self._types = as_arrays(Policy(types=(TypeRule(queue),)))
        rules["pools"] = 2
        self._rules = rules[0]
        self._lines, self._pools = np.zeros(1, LINE), np.zeros(2, POOL)

    def next_pool(self, now: int, since: int, idle: tuple[int | None, int | None]) -> int | None:
        """PEOPLE or COLLEAGUES, whose longest idle telephone is rung for the caller who has waited longest;
        None if none is. since: from when that caller may be rung. idle: since when the longest idle of each
        pool is free, None where nobody of it is.
        """
        self._lines[0]["waiting"], self._lines[0]["since"] = 1, since / 1_000
        for pool, moment in zip(self._pools, idle, strict=True):
            pool["idle"] = moment is not None
            pool["idle_since"] = (moment or 0) / 1_000
        line, chosen, _ = choose(
            self._rules, self._types, self._lines, self._pools, _LEVELS, now / 1_000, 0, 1, 0, 2
        )
        return None if line < 0 else int(chosen)
