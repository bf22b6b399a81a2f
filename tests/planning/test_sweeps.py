"""A sweep gives the same whatever runs it, and says what is wrong where it cannot run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from darwin.planning import sweeps
from darwin.planning.command_lines.simulate import command
from darwin.planning.sweeps import Run, SweepRefused, sweep
from darwin.science.twin.run import simulate
from darwin.science.twin.scenario import read_scenario

SCENARIO = """
days = 3
warm_up_days = 0
threshold_s = 30
[[types]]
name = "101"
rate_per_hour = {rate}
talk = {{ law = "exponential", mean = 450 }}
wrap = {{ law = "none" }}
patience = {{ law = "exponential", mean = 300 }}
redial = {{ probability = 0.4, delay = {{ law = "exponential", mean = 300 }} }}
[[groups]]
name = "handlers"
skills = ["101"]
handlers = 8
"""
RUNS = [
    Run(read_scenario(SCENARIO.format(rate=rate)), replications, seed)
    for rate, replications in ((50, 5), (60, 25), (70, 10))
    for seed in (1, 2)
]
# A worker imports half of Dask before it answers, and machines that run tests are busy.
PATIENCE_S = 180


def dask(command: str, *options: str) -> subprocess.Popen[bytes]:
    """`dask scheduler` or `dask worker`, as an operator starts them."""
    program = [sys.executable, "-m", f"distributed.cli.dask_{command}", "--no-dashboard", *options]
    return subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler in a process of its own, without workers."""
    from distributed import Client

    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    process = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    try:
        with Client(scheduler_file=str(file), timeout=PATIENCE_S, set_as_default=False) as client:
            yield client.scheduler.address
    finally:
        stop(process)


@pytest.fixture(scope="module")
def cluster(scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same scheduler with two workers, each a process of its own."""
    from distributed import Client

    folder = str(tmp_path_factory.mktemp("workers"))
    options = ("--nthreads", "1", "--no-nanny", "--local-directory", folder, "--host", "127.0.0.1")
    workers = [dask("worker", scheduler, *options) for _ in range(2)]
    try:
        with Client(scheduler, timeout=PATIENCE_S, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE_S)
            yield scheduler
    finally:
        for worker in workers:
            stop(worker)


def test_it_refuses_a_scheduler_without_workers(scheduler: str) -> None:
    with pytest.raises(SweepRefused, match=rf"no workers.*dask worker {scheduler}"):
        sweep(RUNS[:1], scheduler=scheduler)


def test_it_gives_the_same_on_one_process_on_two_and_on_a_cluster(cluster: str) -> None:
    from distributed import Client

    alone = [simulate(run.scenario, replications=run.replications, seed=run.seed).as_json() for run in RUNS]
    assert [result.as_json() for result in sweep(RUNS, processes=1)] == alone
    assert [result.as_json() for result in sweep(RUNS, processes=2)] == alone
    assert [result.as_json() for result in sweep(RUNS, scheduler=cluster)] == alone
    with Client(cluster, set_as_default=False) as client:
        done = client.run(lambda dask_worker: dask_worker.state.transition_counter)
    assert len(done) == 2
    assert all(done.values())


def test_simulate_runs_on_the_cluster_that_it_is_given(cluster: str, tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(SCENARIO.format(rate=60), "utf-8")
    arguments = [str(file), "--replications", "25", "--json"]
    here = CliRunner().invoke(command, arguments)
    there = CliRunner().invoke(command, [*arguments, "--scheduler", cluster])
    assert json.loads(there.output) == json.loads(here.output)


def test_it_refuses_the_results_of_a_worker_with_another_science(
    cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darwin.science.kernels.cache_folder", lambda: Path("another"))
    with pytest.raises(SweepRefused, match="another version of Darwin's science"):
        sweep(RUNS[:1], scheduler=cluster)


def test_it_says_how_to_start_a_scheduler_where_none_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "CONNECT_S", 1)
    with pytest.raises(SweepRefused, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1\."):
        sweep(RUNS[:1], scheduler="tcp://127.0.0.1:1")


@pytest.mark.parametrize("address", ["nonsense://here:1", "tcp://", "127.0.0.1", "tcp://here", "tcp://a b:1"])
def test_it_refuses_an_address_that_is_none(address: str) -> None:
    with pytest.raises(SweepRefused, match=f"“{address}” is no address of a Dask scheduler"):
        sweep(RUNS[:1], scheduler=address)


def test_it_says_what_to_install_where_dask_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SweepRefused, match=r"pip install 'darwin\[cluster\]'"):
        sweep(RUNS[:1], scheduler="tcp://127.0.0.1:1")


def test_it_takes_no_more_processes_than_there_are_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(sweeps, "ProcessPoolExecutor", None)
    assert len(sweep(RUNS[:1])) == 1
