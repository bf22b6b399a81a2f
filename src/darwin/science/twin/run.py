"""Running a scenario: replications, their sums, and intervals over them.

Ratios (service level, waits, shares) are ratios of sums over all replications, with the half-width of the
ratio estimator: W. G. Cochran, Sampling Techniques (3rd ed. 1977), 6.4; counts are means with Student's
half-width: A. M. Law, Simulation Modeling and Analysis (5th ed. 2015), 9.4.1.
"""

import os
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from darwin import __version__
from darwin.science.twin import loop, prepare
from darwin.science.twin.model import Scenario
from darwin.science.twin.reading import ScenarioRefused
from darwin.science.twin.state import COUNTS

CONFIDENCE = 0.95
# Each thread's `memory`: the record of its last replication.
_THREAD = threading.local()
# Each measure as (numerator, denominator) over the counts; None is one replication.
MEASURES: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    "offered": (("offered",), None),
    "attempts": (("attempts",), None),
    "answered": (("answered",), None),
    "abandoned": (("abandoned",), None),
    "blocked": (("blocked",), None),
    "lost": (("lost",), None),
    "redials": (("redials",), None),
    "transfers": (("transfers",), None),
    "callbacks": (("callbacks",), None),
    "callbacks_reached": (("callbacks_reached",), None),
    "work_s": (("work_s",), None),
    "service_level": (("within",), ("attempts",)),
    "p_wait": (("delayed",), ("let_in",)),
    "p_abandon": (("abandoned",), ("attempts",)),
    "p_block": (("blocked",), ("attempts",)),
    "asa_answered": (("wait_answered_s",), ("answered",)),
    "mean_wait_all": (("wait_answered_s", "wait_abandoned_s"), ("answered", "abandoned")),
    "mean_wait_callback": (("callback_wait_s",), ("callbacks_reached",)),
}
AT = {name: position for position, name in enumerate(COUNTS)}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over replications and the half-width of its 95% interval; None where there is none."""

    mean: float | None
    half_width: float | None

    def as_json(self) -> dict[str, float | None]:
        """With the names of the command line."""
        return {"mean": self.mean, "half_width": self.half_width}


@dataclass(frozen=True, slots=True)
class Replication:
    """What one replication counted.

    `counts`: [types, 2 (others, vulnerable), 336, len(COUNTS)], by the half-hour of the week from Monday
    00:00 in which an attempt began. `busy_s`, `staffed_s`: [groups], seconds of work and of presence.
    """

    counts: NDArray[np.float64]
    busy_s: NDArray[np.float64]
    staffed_s: NDArray[np.float64]


def replicate(scenario: Scenario, seed: int, number: int) -> Replication:
    """Replication `number` (from 0): a function of its three arguments alone, wherever and whenever it runs.

    Raises ScenarioRefused for a scenario too large, at once or while it runs.
    """
    memory, pace = prepare.memory(scenario, seed, number, used=getattr(_THREAD, "memory", None))
    _THREAD.memory = memory
    loop.run(memory, pace)
    found = memory[0]
    if found["full"]:
        raise ScenarioRefused(
            f"{scenario.name or 'The scenario'}: more than {len(found['contacts']):,} contacts were in hand "
            "at once. There are far too few handlers for contacts that never give up."
        )
    types, groups = len(scenario.types), len(scenario.groups)
    counts = found["counts"][: 2 * types].reshape(types, 2, *found["counts"].shape[1:]).copy()
    staff = found["staff"][:groups]
    return Replication(counts, staff["busy"].copy(), staff["staffed"].copy())


@dataclass(frozen=True)
class Result:
    """What the replications of a scenario counted, in their order."""

    scenario: Scenario
    seed: int
    replications: tuple[Replication, ...]

    @property
    def counts(self) -> NDArray[np.float64]:
        """[replications, types, 2, 336, len(COUNTS)]; see `Replication`."""
        return np.stack([each.counts for each in self.replications])

    def figures(self, counts: NDArray[np.float64]) -> dict[str, Figure]:
        """Every measure of counts summed to [replications, len(COUNTS)]."""
        sums = {name: counts[:, at] for name, at in AT.items()}
        sums["let_in"] = sums["attempts"] - sums["blocked"]
        ones = np.ones(len(counts))
        return {
            name: ratio(
                sum((sums[each] for each in above), 0 * ones),
                ones if below is None else sum((sums[each] for each in below), 0 * ones),
            )
            for name, (above, below) in MEASURES.items()
        }

    def of_type(self, name: str) -> dict[str, Figure]:
        """The measures of one type, over the whole time. Raises KeyError for a type that is not there."""
        return self.figures(self.counts[:, self._position(name)].sum(axis=(1, 2)))

    def of_vulnerable(self, name: str) -> dict[str, Figure]:
        """The measures of a type's vulnerable contacts."""
        return self.figures(self.counts[:, self._position(name), 1].sum(axis=1))

    def total(self) -> dict[str, Figure]:
        """The measures over all types."""
        return self.figures(self.counts.sum(axis=(1, 2, 3)))

    def by_half_hour(self, name: str, measure: str) -> list[Figure]:
        """One measure of a type in each of the 336 half-hours of the week in which attempts began."""
        counts = self.counts[:, self._position(name)].sum(axis=1)
        return [self.figures(counts[:, slot])[measure] for slot in range(counts.shape[1])]

    def occupancy(self, group: int) -> Figure:
        """The share of presence in which a group's handlers talk, ring back or wrap up."""
        return ratio(
            np.array([each.busy_s[group] for each in self.replications]),
            np.array([each.staffed_s[group] for each in self.replications]),
        )

    def _position(self, name: str) -> int:
        for position, each in enumerate(self.scenario.types):
            if each.name == name:
                return position
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        """The answer of `darwin plan simulate --json`."""
        return {
            "scenario": self.scenario.name,
            "days": self.scenario.days,
            "replications": len(self.replications),
            "seed": self.seed,
            "version": __version__,
            "confidence": CONFIDENCE,
            "types": {each.name: _shown(self.of_type(each.name)) for each in self.scenario.types},
            "vulnerable": {
                each.name: _shown(self.of_vulnerable(each.name))
                for each in self.scenario.types
                if each.vulnerable
            },
            "total": _shown(self.total()),
            "groups": {
                each.name: {"occupancy": self.occupancy(at).as_json()}
                for at, each in enumerate(self.scenario.groups)
            },
        }


def _shown(figures: dict[str, Figure]) -> dict[str, dict[str, float | None]]:
    return {name: figure.as_json() for name, figure in figures.items()}


def ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> Figure:
    """The ratio of two sums over replications, with its half-width; None without anything below."""
    count, whole = len(above), float(below.sum())
    if whole == 0:
        return Figure(None, None)
    mean = float(above.sum()) / whole
    if count < 2:
        return Figure(mean, None)
    off = above - mean * below
    deviation = float(np.sqrt((off @ off) / (count - 1) / count)) / (whole / count)
    return Figure(mean, float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * deviation)


def simulate(scenario: Scenario, *, replications: int, seed: int, threads: int | None = None) -> Result:
    """Run replications 0, 1, … of a scenario. `threads` (as many as processors) cannot change the result.

    Raises ScenarioRefused for a scenario that is too large.
    """
    if replications < 1:
        raise ScenarioRefused("A simulation needs at least one replication.")
    workers = min(replications, threads or os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(lambda number: replicate(scenario, seed, number), range(replications))
        return combine(scenario, seed, found)


def combine(scenario: Scenario, seed: int, replications: Iterable[Replication]) -> Result:
    """The result of replications that ran anywhere, in their order."""
    return Result(scenario, seed, tuple(replications))
