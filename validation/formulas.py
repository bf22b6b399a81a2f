"""Exact formulas: one server with any talk (Pollaczek-Khinchine, Erlang), and priorities (Cobham).

Times in seconds, rates a second.
"""

import math
from collections.abc import Sequence

import mpmath

from darwin.science.queueing import erlang_c


def mean_wait_of_one_server(rate: float, mean: float, square: float) -> float:
    """M/G/1: the mean wait of all; `mean` and `square` are the first two moments of the work.

    F. Pollaczek 1930, A. Khinchine 1932; L. Kleinrock, Queueing Systems I (1975), 5.63.
    """
    return rate * square / 2 / (1 - rate * mean)


def wait_within_of_constant_work(rate: float, work: float, threshold: float) -> float:
    """M/D/1: the chance of a wait of at most `threshold`. A. K. Erlang 1909; H. C. Tijms (1994), 4.2."""
    with mpmath.workdps(50):
        total = mpmath.mpf(0)
        for k in range(math.floor(threshold / work) + 1):
            x = -rate * (threshold - k * mpmath.mpf(work))
            total += x**k / mpmath.factorial(k) * mpmath.exp(-x)
        return float((1 - rate * work) * total)


def waits_by_priority(
    rates: Sequence[float], means: Sequence[float], squares: Sequence[float]
) -> list[float]:
    """M/G/1 with priorities, the first class before the second, nobody interrupted: the mean wait of each.

    A. Cobham, Priority assignment in waiting line problems (1954).
    """
    residual = sum(rate * square for rate, square in zip(rates, squares, strict=True)) / 2
    found, before = [], 0.0
    for rate, mean in zip(rates, means, strict=True):
        after = before + rate * mean
        found.append(residual / (1 - before) / (1 - after))
        before = after
    return found


def waits_by_priority_of_many(rates: Sequence[float], mean: float, servers: int) -> list[float]:
    """M/M/c with priorities and one law of work: the mean wait of each class (Cobham 1954)."""
    residual = erlang_c(sum(rates), mean, servers).p_wait * mean / servers
    found, before = [], 0.0
    for rate in rates:
        after = before + rate * mean / servers
        found.append(residual / (1 - before) / (1 - after))
        before = after
    return found


def square_of(mean: float, cv: float) -> float:
    """The second moment of a time with this mean and coefficient of variation."""
    return mean * mean * (1 + cv * cv)
