"""Random numbers that belong to something: a call's talk is the same number whatever else happened.

SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014;
the mixing constants are D. Stafford's variant 13) used as a counter-based generator: the number is a function
of a key and a counter, with no state between. Each call has a key of its own, made from seed, replication,
type and the call's number, and each purpose (talk, patience, …) adds a constant to it. So two scenarios with
the same seed meet the same callers (common random numbers), and the number of threads cannot matter.

Exponential and normal numbers: G. Marsaglia, W. W. Tsang, The ziggurat method for generating random
variables, J. Stat. Software 5 (2000).
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from darwin.science.kernels import inlined, part

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_U30, _U27, _U31, _U11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_STEP = 2.0**-53
_LAYER, _SIGN = np.uint64(255), np.uint64(256)


@inlined
def mixed(key: np.uint64) -> np.uint64:
    """64 well-mixed bits of a 64-bit key; a bijection."""
    key = (key ^ (key >> _U30)) * _FIRST
    key = (key ^ (key >> _U27)) * _SECOND
    return key ^ (key >> _U31)


@inlined
def derived(key: np.uint64, purpose: int) -> np.uint64:
    """The key of one purpose (1, 2, …) of what `key` belongs to."""
    return mixed(key + np.uint64(purpose) * GOLDEN)


@inlined
def uniform(key: np.uint64) -> float:
    """A number in (0, 1), neither end included, from mixed bits."""
    return np.int64(key >> _U11) * _STEP + 0.5 * _STEP


def _layers(
    tail: float, area: float, density: Callable[[float], float], inverse: Callable[[float], float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The right ends of a ziggurat's 256 layers of one area, and the density there."""
    ends = [area / density(tail), tail]
    while len(ends) < 256:
        ends.append(inverse(area / ends[-1] + density(ends[-1])))
    ends.append(0.0)
    return np.array(ends), np.array([density(end) for end in ends])


# Where the tail begins and the area of each of 256 layers: Marsaglia and Tsang 2000.
_TAIL, _AREA = 7.69711747013104972, 0.0039496598225815571993
_RIGHT, _DENSITY = _layers(_TAIL, _AREA, lambda x: math.exp(-x), lambda y: -math.log(y))
_NORMAL_TAIL, _NORMAL_AREA = 3.6541528853610088, 0.00492867323399
_NORMAL_RIGHT, _NORMAL_DENSITY = _layers(
    _NORMAL_TAIL, _NORMAL_AREA, lambda x: math.exp(-x * x / 2), lambda y: math.sqrt(-2 * math.log(y))
)


@inlined
def exponential(bits: np.uint64) -> float:
    """An exponential of mean 1 from mixed bits, by ziggurat (Marsaglia and Tsang 2000)."""
    while True:
        layer = np.int64(bits & _LAYER)
        seconds: float = uniform(bits) * _RIGHT[layer]
        if seconds < _RIGHT[layer + 1]:
            return seconds
        bits = mixed(bits + GOLDEN)
        if layer == 0:
            return _TAIL - math.log(uniform(bits))
        height = _DENSITY[layer] + uniform(bits) * (_DENSITY[layer + 1] - _DENSITY[layer])
        if height < math.exp(-seconds):
            return seconds
        bits = mixed(bits + GOLDEN)


@part
def normal(bits: np.uint64) -> float:
    """A standard normal number from mixed bits, by ziggurat (Marsaglia and Tsang 2000)."""
    while True:
        layer = np.int64(bits & _LAYER)
        sign = -1.0 if bits & _SIGN else 1.0
        x: float = uniform(bits) * _NORMAL_RIGHT[layer]
        if x < _NORMAL_RIGHT[layer + 1]:
            return sign * x
        bits = mixed(bits + GOLDEN)
        if layer == 0:
            return sign * _normal_tail(bits)
        height = _NORMAL_DENSITY[layer] + uniform(bits) * (
            _NORMAL_DENSITY[layer + 1] - _NORMAL_DENSITY[layer]
        )
        if height < math.exp(-x * x / 2):
            return sign * x
        bits = mixed(bits + GOLDEN)


@part
def _normal_tail(bits: np.uint64) -> float:
    """A normal number beyond the ziggurat's last layer: G. Marsaglia, Technometrics 6 (1964)."""
    while True:
        beyond = -math.log(uniform(bits)) / _NORMAL_TAIL
        bits = mixed(bits + GOLDEN)
        if -2 * math.log(uniform(bits)) > beyond * beyond:
            return _NORMAL_TAIL + beyond
        bits = mixed(bits + GOLDEN)


def key_of(*parts: int) -> int:
    """The 64-bit key of a list of whole numbers, in order: (seed, replication, purpose, type)."""
    key = 0
    for each in parts:
        key = _mixed_plainly((key + (each & _ALL) * int(GOLDEN) + int(GOLDEN)) & _ALL)
    return key


_ALL = 2**64 - 1


def _mixed_plainly(key: int) -> int:
    key = ((key ^ (key >> 30)) * int(_FIRST)) & _ALL
    key = ((key ^ (key >> 27)) * int(_SECOND)) & _ALL
    return key ^ (key >> 31)
