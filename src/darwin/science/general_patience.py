"""Waiting for a free handler when patience is not exponential: M/M/c+G, by numerical integration.

A caller who would wait v if patient to the end finds v with a density proportional to exp(h(v)), where
h(v) = rate · H(v) - servers · v / mean service and H(v) is the integral of the survival of patience up to v
(F. Baccelli and G. Hebuterne, On queues with impatient customers, 1981; S. Zeltyn and A. Mandelbaum, Call
centers with impatient customers: many-server asymptotics of the M/M/n+G queue, 2005). Panels of 16
Gauss-Legendre nodes are halved until the survival is integrated to rounding and h changes little in each;
they break where the survival does. It takes milliseconds; `queueing.erlang_a` takes microseconds.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from darwin.science.queueing import (
    NOBODY_CALLS,
    THRESHOLD_S,
    Performance,
    QueueingRefused,
    checked,
)
from darwin.science.queueing_kernels import states

Values = NDArray[np.float64]

_NODES = 16
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(_NODES)
_NEGLIGIBLE = 45.0
# A Legendre coefficient of highest degree beside the largest value: the rounding of its sum.
_LOST = 3e-15
# Of h over one panel: what 16 nodes integrate to rounding.
_CHANGE = 6.0
_DEEPEST = 60
# In mean services; who has not given up by then never will.
_FOR_EVER = 1e7


@dataclass(frozen=True, slots=True)
class Patience:
    """How long callers stay: `survival(v)` is the share still there after v seconds, from 1 at 0, falling.

    It is given an array and answers with one. `breaks` are the seconds at which it jumps or bends.
    """

    survival: Callable[[Values], Values]
    breaks: tuple[float, ...] = ()


def exponential(mean: float) -> Patience:
    """Exponential, mean in seconds: Erlang A."""
    _above_0(mean, "mean patience")
    return Patience(lambda v: np.exp(-v / mean))


def deterministic(mean: float) -> Patience:
    """Everybody gives up after the same seconds."""
    _above_0(mean, "patience")
    return Patience(lambda v: np.where(v < mean, 1.0, 0.0), (mean,))


def uniform(low: float, high: float) -> Patience:
    """Between `low` and `high` seconds, 0 <= low < high."""
    if not 0.0 <= low < high < math.inf:
        raise QueueingRefused(
            f"A patience between {low} and {high} seconds is none: give two times, the lower first."
        )
    return Patience(lambda v: np.clip((high - v) / (high - low), 0.0, 1.0), (low, high))


def lognormal(mean: float, cv: float) -> Patience:
    """Lognormal of this mean (seconds) and coefficient of variation."""
    _above_0(mean, "mean patience")
    _above_0(cv, "coefficient of variation")
    variance = math.log1p(cv * cv)
    middle, deviation = math.log(mean) - variance / 2, math.sqrt(variance)
    return Patience(lambda v: special.ndtr((middle - np.log(v)) / deviation))


def weibull(mean: float, shape: float) -> Patience:
    """Weibull of this mean (seconds) and shape: below 1 the patient get more patient."""
    _above_0(mean, "mean patience")
    _above_0(shape, "shape")
    scale = mean / math.gamma(1.0 + 1.0 / shape)
    return Patience(lambda v: np.exp(-((v / scale) ** shape)))


def erlang(k: int, mean: float) -> Patience:
    """The sum of `k` equal exponential phases, mean in seconds of all of them together."""
    _above_0(mean, "mean patience")
    _above_0(k, "number of phases")
    return Patience(lambda v: special.gammaincc(k, v * (k / mean)))


def hyperexponential(mean: float, cv: float) -> Patience:
    """Two exponentials with balanced means (H. C. Tijms, Stochastic Models, 1994, appendix B); cv over 1."""
    _above_0(mean, "mean patience")
    if not 1.0 < cv < math.inf:
        raise QueueingRefused(
            f"The coefficient of variation is {cv}; a hyperexponential patience needs one above 1."
        )
    chance = (1.0 + math.sqrt((cv * cv - 1.0) / (cv * cv + 1.0))) / 2.0
    fast, slow = 2.0 * chance / mean, 2.0 * (1.0 - chance) / mean
    return Patience(lambda v: chance * np.exp(-fast * v) + (1.0 - chance) * np.exp(-slow * v))


def general_patience(
    arrival_rate: float,
    mean_service: float,
    patience: Patience,
    servers: int,
    threshold: float = THRESHOLD_S,
) -> Performance:
    """M/M/c+G: as `queueing.erlang_a`, for any law of patience.

    `arrival_rate` in calls a second, times in seconds. Raises QueueingRefused for bad input, and where so
    many callers never give up that the queue grows without end.
    """
    rate, service, servers, threshold = checked(arrival_rate, mean_service, servers, threshold)
    if rate == 0.0:
        return NOBODY_CALLS
    load, within = rate * service, threshold / service
    below, at = states(load, servers)
    v, weight, stay, patient = _integrated(load, servers, patience, service, within)
    height = load * patient - servers * v
    # The peak may lie between nodes; any common factor will do, and where nobody waits it is exp(0).
    top = max(0.0, float(height.max()))
    below *= math.exp(-top)
    density = at * servers * weight * np.exp(height - top)
    staying = density * stay
    total = below + float(density.sum())
    answered = below + float(staying.sum())
    wait = float((density * patient).sum()) / total * service
    return Performance(
        p_wait=float(density.sum()) / total,
        p_abandon=float((density * (1.0 - stay)).sum()) / total,
        service_level=(below + float(staying[v < within].sum())) / total,
        service_level_of_answered=(below + float(staying[v < within].sum())) / answered,
        asa_answered=float((v * staying).sum()) / answered * service,
        mean_wait_all=wait,
        occupancy=load * answered / total / servers,
        mean_queue=rate * wait,
        p_answered=answered / total,
    )


def _integrated(
    load: float, servers: int, patience: Patience, service: float, within: float
) -> tuple[Values, Values, Values, Values]:
    """Nodes in mean services, their weights, the survival there, and its integral from 0 to there."""
    if load * float(patience.survival(np.array([_FOR_EVER * service]))[0]) >= servers:
        raise QueueingRefused(
            "So many callers never give up that the queue grows without end: there must be more servers."
        )
    found: list[tuple[Values, Values, Values, Values]] = []
    base, highest = 0.0, 0.0
    for start, end in _stretches(load, servers, patience, service, within):
        for left, right in _halved(start, end, load, servers, patience, service):
            half = 0.5 * (right - left)
            v = left + half * (1.0 + _POINTS)
            stay = patience.survival(v * service)
            found.append((v, half * _WEIGHTS, stay, base + half * (_INTEGRATION @ stay)))
            base += half * float(_WEIGHTS @ stay)
            highest = max(highest, load * base - servers * right)
        falling = load * float(patience.survival(np.array([end * service]))[0]) < servers
        if falling and load * base - servers * end < highest - _NEGLIGIBLE:
            break
    v, weight, stay, patient = (np.concatenate(part) for part in zip(*found, strict=True))
    return v, weight, stay, patient


def _stretches(
    load: float, servers: int, patience: Patience, service: float, within: float
) -> Iterator[tuple[float, float]]:
    """From 0 outwards without end, each twice as long as the last, cut at the breaks and at the threshold."""
    cuts = sorted({point for point in (within, *(at / service for at in patience.breaks)) if point > 0.0})
    at, length = 0.0, 1.0 / max(load, float(servers))
    while True:
        end = at + length
        length *= 2.0
        while cuts and cuts[0] <= at:
            cuts.pop(0)
        if cuts and cuts[0] < end:
            end = cuts.pop(0)
        yield at, end
        at = end


def _halved(
    start: float, end: float, load: float, servers: int, patience: Patience, service: float
) -> Iterator[tuple[float, float]]:
    """The stretch in panels fine enough for the survival and for h, from left to right.

    The survival is taken for smooth where the last two of its 16 Legendre coefficients are lost in rounding.
    """
    busiest = max(load, float(servers))
    waiting = [(start, end, 0)]
    while waiting:
        left, right, depth = waiting.pop()
        half = 0.5 * (right - left)
        stay = patience.survival((left + half * (1.0 + _POINTS)) * service)
        rough = float(np.abs(_ROUGHNESS @ stay).max())
        change = 2.0 * half * float(np.abs(load * stay - servers).max())
        smooth = rough <= _LOST * float(stay.max()) or rough * half * busiest <= 1e-18
        if depth < _DEEPEST and not (smooth and change <= _CHANGE):
            middle = left + half
            waiting += [(middle, right, depth + 1), (left, middle, depth + 1)]
        else:
            yield left, right


def _matrices() -> tuple[Values, Values]:
    """From the values at the nodes: the integrals from -1 to each node of the polynomial through them, and
    its last two Legendre coefficients.

    The integral of P_k from -1 to x is (P_{k+1}(x) - P_{k-1}(x)) / (2 k + 1).
    """
    legendre = np.polynomial.legendre.legvander(_POINTS, _NODES)
    integrals = np.empty((_NODES, _NODES))
    integrals[:, 0] = _POINTS + 1.0
    for k in range(1, _NODES):
        integrals[:, k] = (legendre[:, k + 1] - legendre[:, k - 1]) / (2 * k + 1)
    coefficients = (np.arange(_NODES) + 0.5)[:, None] * legendre[:, :_NODES].T * _WEIGHTS[None, :]
    return integrals @ coefficients, coefficients[-2:]


_INTEGRATION, _ROUGHNESS = _matrices()


def _above_0(value: float, name: str) -> None:
    if not 0.0 < value < math.inf:
        raise QueueingRefused(f"The {name} is {value}; it must be a finite number above 0.")
