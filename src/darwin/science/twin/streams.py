"""Random numbers that belong to something: a call's talk is the same number whatever else happened.

SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014;
the mixing constants are D. Stafford's variant 13) used as a counter-based generator: the number is a function
of a key and a counter, with no state between. Each call has a key of its own, made from seed, replication,
type and the call's number, and each purpose (talk, patience, …) adds a constant to it. So two scenarios with
the same seed meet the same callers (common random numbers), and the number of threads cannot matter.
"""

import math

import numpy as np

from darwin.science.kernels import part

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_U30, _U27, _U31, _U11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_STEP = 2.0**-53


@part
def mixed(key: np.uint64) -> np.uint64:
    """64 well-mixed bits of a 64-bit key; a bijection."""
    key = (key ^ (key >> _U30)) * _FIRST
    key = (key ^ (key >> _U27)) * _SECOND
    return key ^ (key >> _U31)


@part
def derived(key: np.uint64, purpose: int) -> np.uint64:
    """The key of one purpose (1, 2, …) of what `key` belongs to."""
    return mixed(key + np.uint64(purpose) * GOLDEN)


@part
def uniform(key: np.uint64) -> float:
    """A number in (0, 1), neither end included, from mixed bits."""
    return np.int64(key >> _U11) * _STEP + 0.5 * _STEP


@part
def exponential(key: np.uint64) -> float:
    """An exponential of mean 1 from mixed bits, by inversion: larger bits, shorter time."""
    return -math.log(uniform(key))


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
