"""Times drawn from their laws.

By inversion of one uniform number where the law has a closed quantile, so that a longer mean makes every
single time longer (common random numbers stay in step). Sources: L. Devroye, Non-Uniform Random Variate
Generation (1986), II.2 (inversion), IX.3 (Erlang); normal quantile: M. J. Wichura, Algorithm AS 241, Applied
Statistics 37 (1988), PPND16.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darwin.science.kernels import part
from darwin.science.twin.laws import LAWS, Law
from darwin.science.twin.streams import GOLDEN, exponential, mixed, uniform

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
    if law.code == LOGNORMAL:
        return math.exp(a + b * normal_quantile(uniform(bits)))
    if law.code == UNIFORM:
        return a + (b - a) * uniform(bits)
    if law.code == WEIBULL:
        return a * exponential(bits) ** (1.0 / b)
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


@part
def drawn(law: Any, tables: NDArray[np.float64], bits: np.uint64) -> float:
    """A time in seconds by `law` (a LAW record) from mixed bits; 0 for none."""
    a: float = law.a
    if law.code == EXPONENTIAL:
        return a * exponential(bits)
    if law.code <= DETERMINISTIC:
        return a
    return drawn_rarely(law, tables, bits)


@part
def normal_quantile(p: float) -> float:
    """The standard normal quantile of 0 < p < 1, to about 1e-16 (AS 241)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
                + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
                + 1.3314166789178437745e2) * r + 3.3871328727963666080e0)
            / (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
                + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
                + 4.2313330701600911252e1) * r + 1.0)
        )  # fmt: skip
    r = math.sqrt(-math.log(min(p, 1.0 - p)))
    if r <= 5.0:
        r -= 1.6
        found = (
            (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
            + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r
            + 5.76949722146069140550e0) * r + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)
            / (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
            + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r
            + 1.67638483018380384940e0) * r + 2.05319162663775882187e0) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        found = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
            + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r
            + 1.78482653991729133580e0) * r + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)
            / (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
            + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r
            + 1.36929880922735805310e-1) * r + 5.99832206555887937690e-1) * r + 1.0)
        )  # fmt: skip
    return -found if q < 0.0 else found
