"""The installation's clock: shifted and sped up by a file, the same in every process, never backwards."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.config import environment
from darwin.config.environment import SettingError
from darwin.deadlines import clock
from tests.supervisor.house_at_work import darwin, house_environment

MICROSECOND = timedelta(microseconds=1)
START = datetime(2026, 11, 22, 14, 24, tzinfo=UTC)


class World:
    """Real time under the test's hand; the clock looks at its file whenever it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = START
        monkeypatch.setattr(clock, "real_now", lambda: self.at)
        monkeypatch.setattr(clock, "monotonic", lambda: self.at.timestamp())

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    found = World(monkeypatch)
    clock.follow(tmp_path / "clock.json")
    yield found
    clock.follow(None)


def test_without_a_file_the_clock_shows_real_time(world: World) -> None:
    assert clock.now() == START
    assert clock.rate() == 1


def test_a_rate_multiplies_what_passes_from_the_moment_it_takes_effect(world: World) -> None:
    clock.change(rate=20)
    world.pass_by(0.2)
    assert clock.now() == START + timedelta(seconds=0.2)
    world.pass_by(10.1)
    assert clock.now() == START + timedelta(seconds=0.3 + 200)


def test_returning_to_the_real_rate_keeps_the_shift(world: World) -> None:
    clock.change(rate=20)
    world.pass_by(3600.3)
    clock.change(rate=1)
    world.pass_by(100.3)
    ahead = clock.now() - world.at
    assert ahead == timedelta(seconds=3600.3 * 19)
    world.pass_by(1_000)
    assert clock.now() - world.at == ahead


def test_a_jump_leads_forwards_only(world: World) -> None:
    with pytest.raises(ValueError, match="never runs backwards"):
        clock.change(rate=1, jump_to=START - timedelta(seconds=1))
    clock.change(rate=1, jump_to=START + timedelta(days=1))
    world.pass_by(1)
    assert clock.now() == START + timedelta(days=1, seconds=0.7)


def test_only_rates_that_are_whole_and_not_too_fast_are_taken(world: World) -> None:
    for wrong in (0, -1, clock.FASTEST + 1):
        with pytest.raises(ValueError, match="times as fast"):
            clock.change(rate=wrong)
    assert clock.rate() == 1


STEPS = st.lists(
    st.tuples(
        st.floats(0, 600, allow_nan=False),
        st.sampled_from([None, 1, 5, 20, 60]),
        st.sampled_from([None, 1, 3_600, 86_400]),
    ),
    min_size=1,
    max_size=20,
)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@given(STEPS)
def test_the_clock_never_runs_backwards_and_never_slower_than_real_time(
    steps: list[tuple[float, int | None, int | None]],
) -> None:
    """Whatever is changed and however soon after the last change; a second process sees the same."""
    with pytest.MonkeyPatch.context() as patch, _folder() as folder:
        world = World(patch)
        clock.follow(folder / "clock.json")
        shown, real = clock.now(), world.at
        for passes, rate, jump in steps:
            if rate is not None:
                target = clock.now() + timedelta(seconds=jump * 100) if jump else None
                with suppress(ValueError):  # a jump behind one that is announced already is refused
                    clock.change(rate=rate, jump_to=target)
            world.pass_by(passes)
            now = clock.now()
            assert now - shown >= world.at - real
            clock.follow(folder / "clock.json")
            assert clock.now() == now
            shown, real = now, world.at
        clock.follow(None)


@given(st.floats(0.1, 0.29), st.sampled_from([5, 20, 60]))
def test_whoever_looked_just_before_a_change_turns_with_the_others(late: float, rate: int) -> None:
    """Between the announcement and its effect every process has looked again: nobody has to go back."""
    with pytest.MonkeyPatch.context() as patch, _folder() as folder:
        world = World(patch)
        clock.follow(folder / "clock.json")
        clock.change(rate=rate)
        world.pass_by(late)
        before = clock.now()
        world.pass_by(0.3 - late)
        assert clock.now() - before <= timedelta(seconds=0.3 - late) + MICROSECOND
        clock.follow(None)


def test_waiting_follows_the_rate(world: World) -> None:
    clock.change(rate=20)
    world.pass_by(1)
    assert clock.real_seconds_until(clock.now() + timedelta(seconds=60)) == 3
    assert clock.shown_in(timedelta(seconds=15)) == timedelta(seconds=300)


def test_a_file_that_is_gone_means_real_time_and_one_that_is_torn_changes_nothing(
    world: World, tmp_path: Path
) -> None:
    clock.change(rate=1, jump_to=START + timedelta(days=1))
    world.pass_by(1)
    (tmp_path / "clock.json").write_text("{", "utf-8")
    world.pass_by(1)
    assert clock.now() > START + timedelta(days=1)
    clock.return_to_real_time()
    assert clock.now() == world.at


def test_two_processes_show_the_same_time(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    code = (
        "import sys; from pathlib import Path; from darwin.deadlines import clock\n"
        "clock.follow(Path(sys.argv[1])); print('ready', flush=True)\n"
        "for _ in sys.stdin: print(clock.now().isoformat(), flush=True)"
    )
    words = [sys.executable, "-c", code, str(file)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin and other.stdout
        assert other.stdout.readline() == "ready\n"
        clock.follow(file)
        try:
            clock.change(rate=20, jump_to=clock.now() + timedelta(days=2))
            asked_after = 0
            while asked_after < 20:
                before = clock.now()
                other.stdin.write("\n")
                other.stdin.flush()
                there = datetime.fromisoformat(other.stdout.readline().strip())
                # Before, during and after the turn: what lies between is the asking itself.
                assert before <= there <= clock.now()
                asked_after += clock.rate() == 20
        finally:
            clock.follow(None)
            other.stdin.close()


@pytest.mark.parametrize("mode", ["operational", "shadow"])
def test_every_command_refuses_a_clock_file_outside_practice(tmp_path: Path, mode: str) -> None:
    (tmp_path / environment.CLOCK_FILE).write_text(json.dumps([[0, 0, 20]]), "utf-8")
    with pytest.raises(SettingError, match="only practice mode may do"):
        environment.follow_clock(mode, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", "from darwin.config import settings"],
        env=house_environment(tmp_path, DARWIN_MODE=mode),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "only practice mode may do" in done.stderr


def test_a_torn_clock_file_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / environment.CLOCK_FILE).write_text("[[1, 2", "utf-8")
    done = darwin(tmp_path, "practice", "load", DARWIN_MODE="practice")
    assert done.returncode == 1
    assert "does not say how the clock runs. Nothing was started. Take the file away" in done.stderr
    assert "Traceback" not in done.stderr
