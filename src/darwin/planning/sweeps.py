"""Many runs of the twin at once: on the processes of this machine, or on an existing Dask cluster.

A run is (scenario text, replications, seed), and its result depends on nothing else: not on where it ran, nor
on how many ran beside it. Every worker says which source of the science it has; one that has another would
simulate by another policy, and its results are refused.
"""

import json
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from darwin.errors import DarwinError

# A scheduler that is there answers in milliseconds; one behind a slow tunnel in a few seconds.
CONNECT_S = 10


class SweepRefused(DarwinError):
    """A sweep that cannot run where it was asked to."""


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario (its TOML text) to be simulated `replications` times with the streams of `seed`."""

    scenario: str
    replications: int
    seed: int


def sweep(runs: Sequence[Run], *, scheduler: str = "", processes: int | None = None) -> list[dict[str, Any]]:
    """The results of `runs` in their order, each as `Result.as_json()` gives it.

    With `scheduler` (tcp://host:port) they run on that Dask cluster, otherwise on `processes` processes of
    this machine (as many as there are cores). Raises ScenarioRefused before anything runs if one of the
    scenarios is faulty, and SweepRefused where the cluster cannot be used.
    """
    from darwin.science.kernels import cache_folder
    from darwin.science.twin.scenario import read_scenario

    for run in dict.fromkeys(runs):
        read_scenario(run.scenario)
    source = cache_folder().name
    answers = _on_cluster(runs, scheduler) if scheduler else _on_this_machine(runs, processes)
    for worker_source, worker, _ in answers:
        if worker_source != source:
            raise SweepRefused(
                f"The worker {worker} has another version of Darwin's science than this machine, so its "
                "results cannot be mixed with others. Install the same version there and start it again."
            )
    return [json.loads(result) for _, _, result in answers]


def simulate_run(run: Run) -> tuple[str, str, str]:
    """What a worker does: (fingerprint of its science, its name, the result as JSON text), on one thread."""
    from darwin.science.kernels import cache_folder
    from darwin.science.twin.run import simulate
    from darwin.science.twin.scenario import read_scenario

    result = simulate(read_scenario(run.scenario), replications=run.replications, seed=run.seed, threads=1)
    return cache_folder().name, f"{os.uname().nodename}:{os.getpid()}", json.dumps(result.as_json())


def _on_this_machine(runs: Sequence[Run], processes: int | None) -> list[tuple[str, str, str]]:
    wanted = min(len(runs), processes or os.cpu_count() or 1)
    if wanted <= 1:
        return [simulate_run(run) for run in runs]
    # Not fork: a worker of the house has threads and database connections that a copy must not share.
    with ProcessPoolExecutor(wanted, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(simulate_run, runs))


def _on_cluster(runs: Sequence[Run], scheduler: str) -> list[tuple[str, str, str]]:
    client = _client_of(scheduler)
    with client:
        if not client.scheduler_info()["workers"]:
            raise SweepRefused(
                f"The Dask scheduler at {scheduler} has no workers. Start one beside it with "
                f"`dask worker {scheduler}`, in an environment in which Darwin is installed."
            )
        # pure=False: the key of a run is not kept, so that a result is never one of an older source.
        answers: list[tuple[str, str, str]] = client.gather(client.map(simulate_run, runs, pure=False))
        return answers


def _client_of(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError as missing:
        raise SweepRefused(
            "A sweep on a cluster needs the package distributed, which is not installed here. "
            "Install it with `pip install 'darwin[cluster]'`, or leave --scheduler out."
        ) from missing
    make: Callable[..., Any] = Client
    try:
        return make(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as fault:
        raise SweepRefused(
            f"No Dask scheduler answers at {scheduler}. Start one with `dask scheduler` and give the address "
            "that it prints, or leave --scheduler out to use this machine."
        ) from fault
