"""A month of the centre in the digital twin, and what of its counts the experiment looks at."""

import numpy as np
from numpy.typing import NDArray

from darwin.science.twin.run import AT, Result, simulate
from darwin.science.twin.scenario import read_scenario
from experiments.leicestershire.centre import ASSUMED, CALLERS, Centre
from experiments.leicestershire.measuring import Measure, Measured


def simulated(
    centre: Centre,
    replications: int,
    threads: int | None = None,
    *,
    seed: int = ASSUMED["experiment"]["seed"],
) -> Measured:
    """So many months of the centre; with the same seed, the same callers call."""
    experiment = ASSUMED["experiment"]
    scenario = read_scenario(centre.scenario(experiment["days"]), name="the month")
    return measured(simulate(scenario, replications=replications, seed=seed, threads=threads))


def measured(result: Result) -> Measured:
    """What the experiment looks at.

    Who accepts a call-back counts as a call that is neither answered in time nor given up, and waits until
    somebody rings back: otherwise a call-back would make the longest waits disappear.
    """
    names = [each.name for each in result.scenario.types]
    by_type = result.counts.sum(axis=2)
    of_101 = [names.index(f"101 {name}") for name in CALLERS]
    line = by_type[:, of_101].sum(axis=1)
    month = line.sum(axis=1)
    ones = np.ones(len(month))
    emergency = by_type[:, names.index("999")].sum(axis=1)
    found: dict[str, Measure] = {
        "in time": _pair(month[:, AT["within"]], ones),
        "attempts": _pair(month[:, AT["attempts"]], ones),
        "share in time": _pair(month[:, AT["within"]], month[:, AT["attempts"]]),
        "gave up": _pair(month[:, AT["abandoned"]], month[:, AT["attempts"]]),
        "wait of answered": _waits(month, "answered"),
        "wait of all": _waits(month, "answered", "abandoned"),
        "999 in time": _pair(emergency[:, AT["within"]], emergency[:, AT["attempts"]]),
    }
    for group, position in zip(CALLERS, of_101, strict=True):
        own = by_type[:, position].sum(axis=1)
        found[f"in time {group}"] = _pair(own[:, AT["within"]], own[:, AT["attempts"]])
        found[f"gave up {group}"] = _pair(own[:, AT["abandoned"]], own[:, AT["attempts"]])
        found[f"wait {group}"] = _waits(own, "answered", "abandoned")
    for at, desk in enumerate(result.scenario.groups):
        busy = np.array([each.busy_s[at] for each in result.replications])
        found[f"busy {desk.name}"] = _pair(
            busy, np.array([each.staffed_s[at] for each in result.replications])
        )
    return Measured(found, line[:, :, [AT["within"], AT["attempts"]]])


def _pair(above: NDArray[np.float64], below: NDArray[np.float64]) -> Measure:
    return np.column_stack([above, below])


def _waits(counts: NDArray[np.float64], *outcomes: str) -> Measure:
    """Seconds waited until these outcomes or a call-back, over how many there were."""
    waited = counts[:, AT["callback_wait_s"]] + sum(counts[:, AT[f"wait_{each}_s"]] for each in outcomes)
    return _pair(waited, counts[:, AT["callbacks_reached"]] + sum(counts[:, AT[each]] for each in outcomes))
