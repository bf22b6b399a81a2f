"""Times drawn from their laws.

Each time is one standard number times its scale, so that a longer mean makes every single time longer (common
random numbers stay in step). Source: L. Devroye, Non-Uniform Random
Variate Generation (1986), II.2 (inversion), IX.3 (Erlang).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darwin.science.kernels import inlined, part
from darwin.science.twin.laws import LAWS, Law
from darwin.science.twin.streams import GOLDEN, exponential, mixed, normal, uniform

NONE, EXPONENTIAL, DETERMINISTIC, LOGNORMAL, ERLANG, UNIFORM, WEIBULL, HYPEREXPONENTIAL, EMPIRICAL = range(
    len(LAWS)
)
LAW = np.dtype([("a", "f8"), ("b", "f8"), ("code", "i4"), ("first", "i4"), ("count", "i4")], align=True)


def as_arrays(laws: Sequence[Law]) -> tuple[NDArray[np.void], NDArray[np.float64]]:
    """LAW records, and the tables they point into: values, then cumulative chances, of each law in turn."""
    records = np.zeros(len(laws), LAW)
    tables: list[float] = []
    for record, law in zip(records, laws, strict=True):
        record["a"], record["b"], record["code"] = law.a, law.b, LAWS.index(law.name)
        record["first"], record["count"] = len(tables), len(law.values)
        tables += [*law.values, *np.cumsum(law.chances)]
    return records, np.array(tables or [0.0])


@part
def drawn_from_table(table: NDArray[np.float64], first: int, count: int, u: float) -> int:
    """The position of the value that a uniform number falls on; `count` if it lies beyond all chances."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if u <= table[first + count + middle]:
            high = middle
        else:
            low = middle + 1
    return low


@part
def drawn_rarely(law: Any, tables: NDArray[np.float64], bits: np.uint64) -> float:
    """A time in seconds by one of the laws that need more than a logarithm."""
    a: float = law.a
    b: float = law.b
    if law.code == UNIFORM:
        return a + (b - a) * uniform(bits)
    if law.code == WEIBULL:
        return a * math.pow(exponential(bits), 1.0 / b)
    if law.code == ERLANG:
        total, product = 0.0, 1.0
        for phase in range(int(b)):
            product *= uniform(bits)
            bits = mixed(bits + GOLDEN)
            if phase % 8 == 7:
                total -= math.log(product)
                product = 1.0
        return a * (total - math.log(product))
    u = uniform(bits)
    seconds = math.inf
    at = drawn_from_table(tables, law.first, law.count, u)
    if law.code == HYPEREXPONENTIAL:
        seconds = tables[law.first + min(at, law.count - 1)] * exponential(mixed(bits + GOLDEN))
    elif at < law.count:
        seconds = tables[law.first + at]
    return seconds


@inlined
def drawn(law: Any, tables: NDArray[np.float64], bits: np.uint64) -> float:
    """A time in seconds by `law` (a LAW record) from mixed bits; 0 for none."""
    a: float = law.a
    if law.code == EXPONENTIAL:
        return a * exponential(bits)
    if law.code <= DETERMINISTIC:
        return a
    if law.code == LOGNORMAL:
        return math.exp(a + law.b * normal(bits))
    return drawn_rarely(law, tables, bits)
