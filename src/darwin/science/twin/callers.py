"""The contacts of a scenario without their meeting a handler: when they come and what they bring.

Every number that a simulation draws belongs to a contact, never to a state (`streams`), so the contacts of a
replication can be told before anything is simulated. Whoever plays them on another floor, where a person
takes calls, meets the very contacts that `simulate` meets with the same seed: same moments, same lengths,
same patience.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darwin.science.kernels import njit
from darwin.science.twin.draws import drawn
from darwin.science.twin.model import Scenario
from darwin.science.twin.prepare import memory
from darwin.science.twin.state import (
    DELAY,
    LAWS_A_TYPE,
    NEXT_ATTEMPT,
    NEXT_LEG,
    OF_DELAY,
    OF_PATIENCE,
    OF_REDIAL,
    OF_TALK,
    OF_TRANSFER,
    OF_VULNERABLE,
    OF_WRAP,
    PATIENCE,
    SECONDS_A_SLOT,
    TALK,
    WRAP,
)
from darwin.science.twin.streams import GOLDEN, derived, exponential, mixed, uniform

AGAIN, ON = NEXT_ATTEMPT, NEXT_LEG
"""What `Stream.after` goes on to: the same caller's next attempt, or their next stay after a transfer."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What contacts bring, each an array of one number a contact: seconds, and draws between 0 and 1.

    patience is infinite where nobody gives up. redial, transfer, vulnerable: it happens where the draw lies
    below the probability.
    """

    talk: NDArray[np.float64]
    wrap: NDArray[np.float64]
    patience: NDArray[np.float64]
    delay: NDArray[np.float64]
    redial: NDArray[np.float64]
    transfer: NDArray[np.float64]
    vulnerable: NDArray[np.float64]


class Stream:
    """The contacts of one replication of a scenario."""

    def __init__(self, scenario: Scenario, *, seed: int, number: int) -> None:
        found, self._pace = memory(scenario, seed, number)
        # Copies: the memory of a whole simulation need not stay.
        self._types, self._laws, self._table = (found[0][name].copy() for name in ("types", "laws", "table"))

    def arrivals(self, kind: int) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
        """When each contact of a type comes, in seconds from the start of the replication (warm-up included,
        and the day after the last for what is open then), and its key."""
        row, pace = self._types[kind], self._pace[kind]
        # Beyond all that a Poisson number of this mean reaches.
        mean = float(pace.sum()) * SECONDS_A_SLOT
        room = int(mean + 12 * mean**0.5 + 64)
        moments, keys = np.empty(room), np.empty(room, np.uint64)
        count = _arrivals(row["arrival_key"], row["contact_key"], pace, moments, keys)
        return moments[:count], keys[:count]

    def brought(self, kind: int, keys: NDArray[np.uint64]) -> Brought:
        """What the contacts of these keys bring as contacts of a type."""
        rows = np.empty((7, len(keys)))
        laws = self._laws[kind * LAWS_A_TYPE : (kind + 1) * LAWS_A_TYPE]
        _brought(laws, self._table, keys, rows)
        return Brought(*rows)

    def after(self, keys: NDArray[np.uint64], what: int) -> NDArray[np.uint64]:
        """The keys under which the same contacts go on. what: AGAIN or ON."""
        return _after(keys, what)


@njit(cache=True)
def _arrivals(
    arrival_key: np.uint64,
    contact_key: np.uint64,
    pace: NDArray[np.float64],
    moments: NDArray[np.float64],
    keys: NDArray[np.uint64],
) -> int:
    """Fill in moments and keys; how many there are."""
    arrival_key, contact_key = np.uint64(arrival_key), np.uint64(contact_key)
    count, slot, since = 0, 0, 0.0
    while count < len(moments):
        left = exponential(mixed(arrival_key))
        arrival_key += GOLDEN
        while slot < len(pace):
            end = (slot + 1) * SECONDS_A_SLOT
            if left < (end - since) * pace[slot]:
                break
            left -= (end - since) * pace[slot]
            since = end
            slot += 1
        if slot == len(pace):
            break
        since += left / pace[slot]
        moments[count], keys[count] = since, mixed(contact_key)
        contact_key += GOLDEN
        count += 1
    return count


@njit(cache=True)
def _brought(
    laws: NDArray[np.void],
    tables: NDArray[np.float64],
    keys: NDArray[np.uint64],
    rows: NDArray[np.float64],
) -> None:
    """Fill in the rows of `Brought`, in its order."""
    for place in range(len(keys)):
        key = keys[place]
        rows[0, place] = drawn(laws[TALK], tables, derived(key, OF_TALK))
        rows[1, place] = drawn(laws[WRAP], tables, derived(key, OF_WRAP))
        rows[2, place] = np.inf
        if laws[PATIENCE].code:
            rows[2, place] = drawn(laws[PATIENCE], tables, derived(key, OF_PATIENCE))
        rows[3, place] = drawn(laws[DELAY], tables, derived(key, OF_DELAY))
        rows[4, place] = uniform(derived(key, OF_REDIAL))
        rows[5, place] = uniform(derived(key, OF_TRANSFER))
        rows[6, place] = uniform(derived(key, OF_VULNERABLE))


@njit(cache=True)
def _after(keys: NDArray[np.uint64], what: int) -> NDArray[np.uint64]:
    found = np.empty(len(keys), np.uint64)
    for place in range(len(keys)):
        found[place] = derived(keys[place], what)
    return found
