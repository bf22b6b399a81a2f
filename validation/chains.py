"""Continuous-time Markov chains solved exactly: what the twin is compared with where no formula is known.

A chain is a start and a function from a state to its moves. Stationary chances by one sparse linear system,
of large chains by iteration (W. J. Stewart, Introduction to the Numerical Solution of Markov Chains, 1994,
2.3 and 3.2); chances over time by uniformization (A. Jensen 1953; Stewart 8.2).
"""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

State = Hashable
Values = NDArray[np.float64]

# Poisson terms below this, at either end, are left out.
_LEFT_OUT = 1e-16
# States beyond which a chain is solved by steps.
_FEW = 4000


@dataclass(frozen=True, slots=True)
class Move:
    """At `rate` (a second) the chain goes to `to`; `counts` names what happens then."""

    rate: float
    to: State
    counts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Solved:
    """A stationary chain: the states and their chances, and how often everything counted happens a second."""

    states: Sequence[State]
    chances: Values
    rates: dict[str, float]

    def mean(self, of: Callable[[State], float]) -> float:
        """The long-run average of a function of the state."""
        return float(sum(p * of(state) for state, p in zip(self.states, self.chances, strict=True)))


def explore(start: Iterable[State], moves: Callable[[State], Sequence[Move]]) -> dict[State, int]:
    """Every state that can be reached, with its position."""
    found = {state: at for at, state in enumerate(start)}
    waiting = list(found)
    while waiting:
        for move in moves(waiting.pop()):
            if move.to not in found:
                found[move.to] = len(found)
                waiting.append(move.to)
    return found


def generator(
    places: dict[State, int], moves: Callable[[State], Sequence[Move]], among: Iterable[State] | None = None
) -> sparse.csr_matrix:
    """The matrix of rates: row the state left, column the state entered; only those `among` are ever left."""
    rows, columns, rates = [], [], []
    for state in places if among is None else among:
        at = places[state]
        for move in moves(state):
            rows += [at, at]
            columns += [places[move.to], at]
            rates += [move.rate, -move.rate]
    size = len(places)
    return sparse.csr_matrix((rates, (rows, columns)), shape=(size, size))


def solve(start: State, moves: Callable[[State], Sequence[Move]]) -> Solved:
    """The stationary chain. Its states must be few enough to be listed: whoever makes it cuts the queue."""
    places = explore([start], moves)
    matrix = generator(places, moves)
    chances = _eliminated(matrix) if len(places) <= _FEW else _iterated(matrix)
    rates: dict[str, float] = {}
    for state, at in places.items():
        for move in moves(state):
            for name in move.counts:
                rates[name] = rates.get(name, 0.0) + float(chances[at]) * move.rate
    return Solved(list(places), chances, rates)


def _eliminated(matrix: sparse.csr_matrix) -> Values:
    """By elimination: one balance equation follows from the others; in its place the chances add up to 1."""
    flow = matrix.T.tolil()
    flow[0, :] = 1.0
    right = np.zeros(matrix.shape[0])
    right[0] = 1.0
    return np.asarray(splu(flow.tocsc()).solve(right))


def _iterated(matrix: sparse.csr_matrix) -> Values:
    """By steps of the uniformized chain until a thousand of them change nothing (factors would fill up)."""
    step = _step(matrix, _pace(matrix))
    now = np.full(matrix.shape[0], 1.0 / matrix.shape[0])
    while True:
        before = now
        for _ in range(1000):
            now = step @ now
        now = np.asarray(now / now.sum())
        if float(np.abs(now - before).sum()) < 1e-12:
            return now


def _pace(matrix: sparse.csr_matrix) -> float:
    return 1.0001 * float(-matrix.diagonal().min())


def _step(matrix: sparse.csr_matrix, pace: float) -> sparse.csr_matrix:
    return (sparse.identity(matrix.shape[0]) + matrix / pace).T.tocsr()


def spend(start: Values, matrix: sparse.csr_matrix, seconds: float) -> tuple[Values, Values]:
    """Chances after `seconds`, and the seconds spent in each state meanwhile, by uniformization.

    With the pace at least every state's rate of leaving, a Poisson number of steps of I + G / pace is taken;
    the time in a state is the sum over steps k of P(more than k steps) / pace.
    """
    pace = _pace(matrix)
    step = _step(matrix, pace)
    mean = pace * seconds
    last = int(mean + 9 * math.sqrt(mean) + 40)
    logs = (
        -mean + np.arange(last + 1) * math.log(mean) - np.array([math.lgamma(k + 1) for k in range(last + 1)])
    )
    weights = np.exp(logs)
    weights /= weights.sum()
    more = np.maximum(0.0, 1.0 - np.cumsum(weights))
    now, after, spent = start, np.zeros_like(start), np.zeros_like(start)
    for k in range(last + 1):
        if weights[k] > _LEFT_OUT:
            after += weights[k] * now
        spent += more[k] / pace * now
        now = step @ now
    return after, spent
