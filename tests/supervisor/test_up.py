"""`darwin up`: what people see of it, with real processes and real signals."""

import http.server
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supervisor.conftest import folder_open_to_all
from tests.supervisor.house_at_work import (
    Up,
    address_in,
    darwin,
    free_port,
    processes_of,
    up,
    wait_for,
)

ROOT = os.geteuid() == 0
# A command that needs the database and changes nothing: nobody has this name.
ASKING = ("staff", "grant", "nobody-of-this-name", "auditor")


@pytest.fixture(scope="module")
def house() -> Iterator[Up]:
    """One house for the tests that only look at it or are turned away by it."""
    with folder_open_to_all() as folder, up(folder / "data") as opened:
        yield opened


def test_it_prints_its_address_when_it_answers(house: Up) -> None:
    assert address_in(house.said()) == f"http://localhost:{house.port}"


def test_health_names_each_part_for_machines_and_for_people(house: Up) -> None:
    status, body = house.health()
    parts = json.loads(body)["parts"]
    assert status == 200
    assert parts["web"]["state"] == parts["database"]["state"] == "running"
    status, page = house.health("/health/page/")
    assert status == 200
    for name in parts:
        assert name in page


def test_a_second_instance_is_told_where_the_first_one_is(house: Up) -> None:
    second = darwin(house.data_dir, "up", "--port", str(free_port()))
    assert second.returncode == 1
    assert (
        f"already runs on the data folder {house.data_dir} at http://localhost:{house.port}" in second.stderr
    )
    assert "Traceback" not in second.stderr
    assert house.answers()


def test_a_command_joins_the_running_database_and_leaves_it_running(house: Up) -> None:
    server = house.pid_of("server")
    done = darwin(house.data_dir, *ASKING)
    assert "Traceback" not in done.stderr
    assert house.pid_of("server") == server
    assert house.answers()


def test_a_command_of_the_other_mode_is_refused_in_a_sentence(house: Up) -> None:
    done = darwin(house.data_dir, *ASKING, DARWIN_MODE="practice")
    assert done.returncode == 1
    assert "holds operational data" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_said_in_a_sentence_and_nothing_is_started(data_dir: Path) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as other:
        done = darwin(data_dir, "up", "--port", str(other.server_port))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"Port {other.server_port} is in use by another program. Nothing was started. "
        "End that program, or choose another with --port."
    )
    assert not (data_dir / "keys.json").exists()


@pytest.mark.faults
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_and_leaves_no_process(data_dir: Path, number: int) -> None:
    with up(data_dir) as house:
        begun = time.monotonic()
        assert house.end(number) == 0
        assert time.monotonic() - begun < 8
        assert processes_of(data_dir) == []
        assert house.said().rstrip().endswith("Everything has ended.")


@pytest.mark.faults
def test_a_signal_while_it_opens_ends_everything_too(data_dir: Path) -> None:
    house = Up(data_dir, free_port())
    wait_for(lambda: "Opening the house" in house.said())
    time.sleep(0.5)
    assert house.end() == 0
    wait_for(lambda: not processes_of(data_dir), 15, "everything ends")


@pytest.mark.faults
def test_a_database_of_the_other_mode_is_left_alone(data_dir: Path) -> None:
    with up(data_dir, "--practice") as house:
        house.end()
    for sign in ("shifts the clock, which only practice mode may", "This database holds practice data"):
        done = darwin(data_dir, "up", "--port", str(free_port()))
        assert done.returncode == 1
        assert sign in done.stderr
        (data_dir / "clock.json").unlink(missing_ok=True)
    assert "Traceback" not in done.stderr


@pytest.mark.faults
def test_a_relative_data_folder_is_taken_from_where_the_command_was_given(data_dir: Path) -> None:
    data_dir.parent.joinpath("elsewhere").mkdir()
    first = darwin(Path("../here"), *ASKING, cwd=data_dir.parent / "elsewhere")
    assert "Traceback" not in first.stderr
    assert (data_dir.parent / "here" / "keys.json").exists()


@pytest.mark.faults
@pytest.mark.skipif(not ROOT, reason="only root can have a folder that the server's user cannot enter")
def test_root_opens_a_house_in_a_closed_folder(closed_data_dir: Path) -> None:
    with up(closed_data_dir) as house:
        assert house.answers()
        house.end()
    assert processes_of(closed_data_dir) == []


@pytest.fixture
def small_disk(open_folder: Path) -> Iterator[Path]:
    """A file system of 100 MB, which root may mount."""
    folder = open_folder / "disk"
    folder.mkdir()
    options = "size=100m,mode=711"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this machine does not allow a file system to be mounted")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.faults
@pytest.mark.skipif(not ROOT, reason="only root can mount a small file system to fill")
def test_a_full_disk_is_said_in_a_sentence_and_passes(small_disk: Path) -> None:
    data_dir = small_disk / "data"
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(95_000_000))
    done = darwin(data_dir, "up", "--port", str(free_port()))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "disk is full" in done.stderr or "No space left on device" in done.stderr
    assert processes_of(data_dir) == []
    ballast.unlink()
    done = darwin(data_dir, *ASKING)
    assert "Traceback" not in done.stderr
    assert "full" not in done.stderr


@pytest.mark.faults
def test_without_the_database_pages_say_so_and_health_is_503(data_dir: Path) -> None:
    with up(data_dir) as house:
        answers: list[int] = []
        looking = threading.Event()

        def look() -> None:
            while not looking.is_set():
                answers.append(house.health()[0])

        watcher = threading.Thread(target=look)
        watcher.start()
        os.kill(house.pid_of("server"), signal.SIGKILL)
        wait_for(lambda: 503 in answers, what="health says 503")
        wait_for(house.is_well, what="the database is back")
        looking.set()
        watcher.join()
        assert "The database server has ended." in house.said()
        assert "The database server runs again." in house.said()
        house.end()
