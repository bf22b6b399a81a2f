"""A case, the twin's answer to it, and how many standard errors lie between them.

The standard error is that of a ratio of sums over independent replications (Cochran, Sampling Techniques,
1977, 6.4). With R replications the deviation in standard errors follows Student's law with R - 1 degrees;
it is turned into the normal deviate of the same chance, so that all z-scores have one law whatever R is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, kolmogorov, ndtri, stdtr

from darwin.science.twin.run import AT, MEASURES, Result, simulate
from darwin.science.twin.scenario import read_scenario

MORE_MEASURES = {
    "p_lost": (("lost",), ("offered",)),
    "attempts_each": (("attempts",), ("offered",)),
    "service_level_of_answered": (("within",), ("answered",)),
}
FURTHEST = 4.0


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of a case and its exact value.

    `kind`: the position of the type, None for all. `vulnerable`: of those or of the others only. `hours`: of
    attempts that begin in these hours of the day. `group`: whose occupancy.
    """

    measure: str
    exact: float
    kind: int | None = None
    vulnerable: bool | None = None
    hours: tuple[int, ...] = ()
    group: int = 0

    @property
    def title(self) -> str:
        """For the table."""
        words = self.measure
        if self.measure == "occupancy":
            return words + (f" of group {self.group + 1}" if self.group else "")
        if self.kind is not None:
            words += f", type {self.kind + 1}"
        if self.vulnerable is not None:
            words += ", vulnerable" if self.vulnerable else ", the others"
        if self.hours:
            words += f", {self.hours[0]:02}:00 to {self.hours[-1] + 1:02}:00"
        return words


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario with its exact figures. The first check is the one that counts for the spread of the
    z-scores, because figures of one run depend on each other."""

    family: str
    name: str
    text: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the twin said of one check."""

    check: Check
    mean: float
    error: float
    z: float


def judge(case: Case, *, replications: int, seed: int, threads: int | None = None) -> list[Verdict]:
    """Run a case and compare each of its figures."""
    result = simulate(read_scenario(case.text), replications=replications, seed=seed, threads=threads)
    return [_verdict(check, *_sums(result, check)) for check in case.checks]


def _sums(result: Result, check: Check) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numerator and denominator of each replication."""
    if check.measure == "occupancy":
        return (
            np.array([each.busy_s[check.group] for each in result.replications]),
            np.array([each.staffed_s[check.group] for each in result.replications]),
        )
    counts = result.counts
    if check.kind is not None:
        counts = counts[:, check.kind : check.kind + 1]
    if check.vulnerable is not None:
        counts = counts[:, :, int(check.vulnerable) : int(check.vulnerable) + 1]
    if check.hours:
        slots = [slot for slot in range(counts.shape[3]) if slot % 48 // 2 in check.hours]
        counts = counts[:, :, :, slots]
    sums = counts.sum(axis=(1, 2, 3))
    if check.measure == "offered_squared":
        return sums[:, AT["offered"]] ** 2, np.ones(len(sums))
    above, below = {**MEASURES, **MORE_MEASURES}[check.measure]
    return _added(sums, above), _added(sums, below or ())


def _added(sums: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
    total = np.zeros(len(sums))
    for name in names:
        total = total + (
            sums[:, AT["attempts"]] - sums[:, AT["blocked"]] if name == "let_in" else sums[:, AT[name]]
        )
    return total


def _verdict(check: Check, above: NDArray[np.float64], below: NDArray[np.float64]) -> Verdict:
    count = len(above)
    mean = float(above.sum() / below.sum())
    off = above - mean * below
    error = math.sqrt(float(off @ off) / (count - 1) / count) / float(below.mean())
    t = (mean - check.exact) / error if error > 0 else math.copysign(math.inf, mean - check.exact)
    z = math.copysign(float(ndtri(stdtr(count - 1, -abs(t)))), t)
    return Verdict(check, mean, error, z)


@dataclass(frozen=True, slots=True)
class Spread:
    """How the z-scores of independent cases lie beside a normal law: each figure with its chance."""

    count: int
    furthest: float
    chi_square: float
    chi_square_chance: float
    distance: float
    distance_chance: float
    mean: float
    beyond_2: int


def spread_of(scores: Sequence[float]) -> Spread:
    """Chi-square of all squares together (both tails), and Kolmogorov-Smirnov's distance from normal.

    The chance of the distance is by the limiting law with Stephens' correction (1970), good for 20 and more.
    """
    z = np.sort(np.array(scores))
    count = len(z)
    below = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z])
    steps = np.arange(count + 1) / count
    distance = float(max((steps[1:] - below).max(), (below - steps[:-1]).max()))
    square = float((z**2).sum())
    more = float(gammaincc(count / 2, square / 2))
    root = math.sqrt(count)
    return Spread(
        count=count,
        furthest=float(np.abs(z).max()),
        chi_square=square,
        chi_square_chance=2 * min(more, 1 - more),
        distance=distance,
        distance_chance=float(kolmogorov((root + 0.12 + 0.11 / root) * distance)),
        mean=float(z.mean()),
        beyond_2=int((np.abs(z) > 2).sum()),
    )
