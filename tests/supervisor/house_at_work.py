"""A real `darwin up` for tests: started, watched from outside, killed in parts."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from darwin.supervisor.state import HouseState, PartState, read_state


def wait_for(condition: Callable[[], Any], limit_s: float = 40, what: str = "") -> Any:
    """The first true value of `condition`; fail after `limit_s`."""
    deadline = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not after {limit_s} s: {what or condition}"
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def house_environment(data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of a newcomer: none of the test's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "LANG") if name in os.environ}
    return {**kept, "DARWIN_DATA_DIR": str(data_dir), **more}


def darwin(
    data_dir: Path, *words: str, cwd: Path | None = None, **more: str
) -> "subprocess.CompletedProcess[str]":
    """Run one command of darwin to its end."""
    return subprocess.run(
        [sys.executable, "-m", "darwin.cli", *words],
        env=house_environment(data_dir, **more),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def processes_of(data_dir: Path) -> list[str]:
    """Every living process that has this data folder in its environment or its arguments, but ourselves."""
    mark, found = os.fsencode(data_dir), []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            ended = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
        if mark in words and not ended:
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


class Up:
    """A running house."""

    def __init__(self, data_dir: Path, port: int, *words: str, **more: str) -> None:
        self.data_dir, self.port = data_dir, port
        self.spoken = data_dir.parent / "spoken.txt"
        with self.spoken.open("ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "darwin.cli", "up", "--port", str(port), *words],
                env=house_environment(data_dir, **more),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    def said(self) -> str:
        return self.spoken.read_text()

    def answers(self) -> bool:
        """Is every part well, as the machines' health page has it?"""
        assert self.process.poll() is None, self.said()
        status, _ = self.health()
        return status == 200

    def health(self, path: str = "/health/") -> tuple[int, str]:
        """Status and body; 0 if nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def state(self) -> HouseState | None:
        return read_state(self.data_dir)

    def part(self, name: str) -> PartState | None:
        state = self.state()
        return next((part for part in state.parts if part.name == name), None) if state else None

    def is_well(self) -> bool:
        state = self.state()
        settled = state is not None and all(part.condition in ("running", "done") for part in state.parts)
        return settled and self.answers()

    def pid_of(self, victim: str) -> int:
        """The process of a part, of the database server or its keeper, or of the supervisor; 0 if none."""
        if victim in ("server", "keeper"):
            try:
                facts: dict[str, int] = json.loads((self.data_dir / "postgres.json").read_text())
            except FileNotFoundError:
                return 0
            return facts[victim]
        if victim == "supervisor":
            return self.process.pid
        part = self.part(victim)
        return part.pid or 0 if part else 0

    def end(self, number: int = signal.SIGTERM, limit_s: float = 15) -> int:
        """Ask it to end; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(limit_s)


@contextmanager
def up(data_dir: Path, *words: str, **more: str) -> Iterator[Up]:
    """A house that is well; killed at the end if the test did not end it."""
    house = Up(data_dir, free_port(), *words, **more)
    try:
        wait_for(house.is_well, 60, "the house opens")
        yield house
    finally:
        if house.process.poll() is None:
            house.process.kill()
            house.process.wait()
        wait_for(lambda: not processes_of(data_dir), 30, "everything ends")


def address_in(text: str) -> str:
    found = re.search(r"http://localhost:\d+", text)
    return found.group() if found else ""
