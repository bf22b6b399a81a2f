"""kill -9 of any part, again and again: the next start works by itself, and what was committed is there."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from darwin.supervisor.postgres import open_server
from tests.supervisor.house_at_work import Up, free_port, processes_of, up, wait_for

SHORT, LONG = 2, 20


def _kill_and_recover(house: Up, victim: str) -> None:
    before = house.pid_of(victim)
    assert before, f"{victim} does not run"
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: house.is_well() and house.pid_of(victim) not in (0, before), 60, f"{victim} is back")


def _note(data_dir: Path, number: int) -> None:
    """Commit one row as the application's owner would, beside the running house."""
    server = open_server(data_dir)
    try:
        with psycopg.connect(**server.parameters("darwin_owner")) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS noted (n int PRIMARY KEY)")
            connection.execute("INSERT INTO noted VALUES (%s)", [number])
    finally:
        server.leave()


def _noted(data_dir: Path) -> list[int]:
    server = open_server(data_dir)
    try:
        with psycopg.connect(**server.parameters("darwin_owner")) as connection:
            return [n for (n,) in connection.execute("SELECT n FROM noted ORDER BY n")]
    finally:
        server.leave()


def _kill_a_part(data_dir: Path, victim: str, times: int) -> None:
    with up(data_dir) as house:
        for number in range(times):
            _note(data_dir, number)
            _kill_and_recover(house, victim)
        assert house.end() == 0, house.said()
        assert processes_of(data_dir) == []
    assert _noted(data_dir) == list(range(times))


def _kill_the_supervisor(data_dir: Path, times: int) -> None:
    for number in range(times):
        house = Up(data_dir, free_port())
        wait_for(house.is_well, 60, f"start {number} works by itself")
        _note(data_dir, number)
        house.process.kill()
        house.process.wait()
    with up(data_dir) as house:
        house.end()
    assert _noted(data_dir) == list(range(times))


@pytest.mark.faults
@pytest.mark.parametrize("victim", ["server", "keeper", "web", "deadlines"])
def test_a_killed_part_is_started_again(data_dir: Path, victim: str) -> None:
    _kill_a_part(data_dir, victim, SHORT)


@pytest.mark.faults
def test_after_a_killed_supervisor_the_next_start_works_by_itself(data_dir: Path) -> None:
    _kill_the_supervisor(data_dir, SHORT)


@pytest.mark.faults
def test_nothing_outlives_a_killed_supervisor(data_dir: Path) -> None:
    with up(data_dir) as house:
        house.process.kill()
        house.process.wait()
        wait_for(lambda: not processes_of(data_dir), 20, "everything ends")


@pytest.mark.faults
@pytest.mark.nightly
@pytest.mark.parametrize("victim", ["server", "keeper", "web", "deadlines"])
def test_a_part_killed_twenty_times_is_started_again(data_dir: Path, victim: str) -> None:
    _kill_a_part(data_dir, victim, LONG)


@pytest.mark.faults
@pytest.mark.nightly
def test_a_supervisor_killed_twenty_times_starts_again_by_itself(data_dir: Path) -> None:
    _kill_the_supervisor(data_dir, LONG)
