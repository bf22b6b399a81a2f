"""Many runs of the twin at once: on the processes of this machine, or on an existing Dask cluster.

A run is a scenario, replications and a seed, and its result depends on nothing else: each replication has
streams of its own, so it does not matter where it ran, nor beside which others. Every worker says which
source of the science it has; one that has another would simulate by another policy, and is refused.
"""

import multiprocessing
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from darwin.errors import DarwinError

if TYPE_CHECKING:
    from darwin.science.twin.model import Scenario
    from darwin.science.twin.run import Replication, Result

# Looked at before Dask is: it begins a thread and a loop of its own before it reads what it was given.
ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}")
# A scheduler that is there answers in milliseconds; one behind a slow tunnel in a few seconds.
CONNECT_S = 10
# A part is sent, run and sent back as a whole: long against the sending, short against the sweep.
REPLICATIONS_A_PART = 10


class SweepRefused(DarwinError):
    """A sweep that cannot run where it was asked to."""


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario, to be simulated `replications` times with the streams of `seed`."""

    scenario: "Scenario"
    replications: int
    seed: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some replications of a run, from `first` up to, not including, `end`."""

    run: Run
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker found, who it is, and the fingerprint of its science."""

    replications: "tuple[Replication, ...]"
    worker: str
    science: str


def sweep(runs: Sequence[Run], *, scheduler: str = "", processes: int | None = None) -> "list[Result]":
    """The results of `runs` in their order, the same as `simulate` gives of each.

    With `scheduler` (tcp://host:port) they run on that Dask cluster, otherwise on `processes` processes of
    this machine (as many as there are cores). Raises SweepRefused where the cluster cannot be used, and
    ScenarioRefused for a scenario that turns out to be too large.
    """
    from darwin.science.kernels import cache_folder
    from darwin.science.twin.run import combine

    parts = [part for run in runs for part in _parts(run)]
    answers = _on_cluster(parts, scheduler) if scheduler else _on_this_machine(parts, processes)
    science = cache_folder().name
    for answer in answers:
        if answer.science != science:
            raise SweepRefused(
                f"The worker {answer.worker} has another version of Darwin's science than this machine, so "
                "its results cannot be mixed with others. Install the same version there and start it again."
            )
    found: Iterator[Replication] = (each for answer in answers for each in answer.replications)
    return [combine(run.scenario, run.seed, islice(found, run.replications)) for run in runs]


def simulate_part(part: Part) -> Answer:
    """What a worker does, on one thread."""
    from darwin.science.kernels import cache_folder
    from darwin.science.twin.run import replicate

    run = part.run
    found = tuple(replicate(run.scenario, run.seed, number) for number in range(part.first, part.end))
    return Answer(found, f"{os.uname().nodename}, process {os.getpid()},", cache_folder().name)


def _parts(run: Run) -> Iterator[Part]:
    for first in range(0, run.replications, REPLICATIONS_A_PART):
        yield Part(run, first, min(first + REPLICATIONS_A_PART, run.replications))


def _on_this_machine(parts: Sequence[Part], processes: int | None) -> list[Answer]:
    wanted = min(len(parts), processes or os.cpu_count() or 1)
    if wanted <= 1:
        return [simulate_part(part) for part in parts]
    # Not fork: whoever asks may have threads and database connections that a copy must not share.
    with ProcessPoolExecutor(wanted, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(simulate_part, parts))


def _on_cluster(parts: Sequence[Part], scheduler: str) -> list[Answer]:
    with _client_of(scheduler) as client:
        if not client.scheduler_info()["workers"]:
            raise SweepRefused(
                f"The Dask scheduler at {scheduler} has no workers. Start one with "
                f"`dask worker {scheduler}`, in an environment in which Darwin is installed."
            )
        # pure=False: a result that the cluster still has may be one of an older source.
        found: list[Answer] = client.gather(client.map(simulate_part, parts, pure=False))
        return found


def _client_of(scheduler: str) -> Any:
    if not ADDRESS.fullmatch(scheduler):
        raise SweepRefused(
            f"“{scheduler}” is no address of a Dask scheduler. Give the one that `dask scheduler` prints, "
            "like tcp://10.0.0.7:8786, or leave --scheduler out to use this machine."
        )
    try:
        from distributed import Client
    except ImportError as missing:
        raise SweepRefused(
            "A sweep on a cluster needs the package distributed, which is not installed here. "
            "Install it with `pip install 'darwin[cluster]'`, or leave --scheduler out."
        ) from missing
    try:
        return Client(scheduler, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as fault:
        raise SweepRefused(
            f"No Dask scheduler answers at {scheduler}. Start one with `dask scheduler` and give the address "
            "that it prints, or leave --scheduler out to use this machine."
        ) from fault
