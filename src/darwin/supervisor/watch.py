"""Start the parts, watch them, start again what ends, end them all."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.supervisor import launcher
from darwin.supervisor.parts import WEB, Part, Pauses
from darwin.supervisor.postgres import Server, open_server
from darwin.supervisor.progress import say
from darwin.supervisor.state import Condition, HouseState, PartState, stamp, write_state

TICK_S = 0.25
END_LIMIT_S = 5.0


class AskedToEnd(Exception):
    """SIGTERM or SIGINT arrived."""


@dataclass(slots=True)
class Running:
    """One part and its present process, if it has one."""

    part: Part
    pauses: Pauses = field(default_factory=lambda: Pauses(time.monotonic))
    process: "subprocess.Popen[bytes] | None" = None
    condition: Condition = "starting"
    since: str = ""
    restarts: int = 0
    due_at: float = 0.0

    def become(self, condition: Condition) -> None:
        self.condition = condition
        self.since = stamp(clock.now())


class Watch:
    """The parts of one house. listener: the socket of the web pages. server: None with a DATABASE_URL."""

    def __init__(
        self,
        data_dir: Path,
        parts: tuple[Part, ...],
        listener: socket.socket,
        server: Server | None,
        environment: Mapping[str, str],
    ) -> None:
        self.data_dir = data_dir
        self.listener = listener
        self.port: int = listener.getsockname()[1]
        self.server = server
        self.parts = [Running(part) for part in parts]
        self.environment = environment
        self.database = Running(Part("database", "The database server", ()))
        self.database.become("running")
        self._ending = False
        self._written: HouseState | None = None
        self._said_disk = False

    def run(self) -> None:
        """Watch until asked to end, then end every part. The database is left to the caller."""
        try:
            while not self._ending:
                self.look()
                time.sleep(TICK_S)
        except AskedToEnd:
            pass
        finally:
            self.end()

    def ask_to_end(self, number: int, frame: FrameType | None) -> None:
        """The handler of SIGTERM and SIGINT."""
        first, self._ending = not self._ending, True
        if first:
            raise AskedToEnd

    def look(self) -> None:
        """See what has ended, start what is due, write down what changed."""
        self._look_at_database()
        for running in self.parts:
            self._look_at(running)
        self._write()

    def _look_at_database(self) -> None:
        if self.server is None or time.monotonic() < self.database.due_at or self.server.is_alive():
            return
        if self.database.condition == "running":
            say("The database server has ended. It is started again; what was saved is safe.")
            self.database.become("waiting")
            self._write()
        try:
            self.database.pauses.start()
            fresh = open_server(self.data_dir, say)
        except DarwinError as problem:
            pause = self.database.pauses.end()
            say(f"{problem} The next try is in {pause:.0f} s.")
            self.database.due_at = time.monotonic() + pause
            return
        self.server.leave()
        self.server = fresh
        self.database.restarts += 1
        self.database.become("running")
        for running in self.parts:
            running.pauses.forgive()
            running.due_at = 0.0
        say("The database server runs again.")

    def _look_at(self, running: Running) -> None:
        if running.process is None:
            if running.condition != "done" and time.monotonic() >= running.due_at:
                self._start(running)
            return
        status = running.process.poll()
        if status is not None:
            self._has_ended(running, status)
        elif running.condition == "starting" and (running.part is not WEB or self._web_answers()):
            running.become("running")
            if running.part is WEB:
                say(f"Darwin is at http://localhost:{self.port}")

    def _start(self, running: Running) -> None:
        descriptor = self.listener.fileno()
        words = [*running.part.arguments, *([str(descriptor)] if running.part is WEB else [])]
        here = [sys.executable, "-I", "-S", str(Path(launcher.__file__))]
        # SIGKILL, because nothing of us may outlive a killed supervisor, and nothing relies on a last word.
        bound = [str(os.getpid()), str(int(signal.SIGKILL)), "-", "-", "--"]
        running.process = subprocess.Popen(
            [*here, *bound, sys.executable, "-P", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**self.environment, "DARWIN_PART": running.part.name},
            pass_fds=[descriptor] if running.part is WEB else [],
            start_new_session=True,
        )
        running.pauses.start()
        running.become("starting")

    def _has_ended(self, running: Running, status: int) -> None:
        running.process = None
        if status == 0 and not running.part.forever:
            running.become("done")
            say(f"{running.part.title} is done.")
            return
        pause = running.pauses.end()
        running.due_at = time.monotonic() + pause
        running.restarts += 1
        running.become("waiting")
        how = f"was killed (signal {-status})" if status < 0 else f"ended with status {status}"
        say(f"{running.part.title} {how}. It is started again in {pause:.0f} s.")

    def _web_answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=0.5)
        try:
            connection.request("GET", "/health/live/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def end(self) -> None:
        """Ask every part to end; after five seconds, end them."""
        self._ending = True
        alive = [running for running in self.parts if running.process is not None]
        for running in alive:
            running.become("stopping")
            _signal_group(running.process, signal.SIGTERM)
        self._write()
        deadline = time.monotonic() + END_LIMIT_S
        for running in alive:
            assert running.process is not None
            try:
                running.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(running.process, signal.SIGKILL)
                running.process.wait()

    def _write(self) -> None:
        everyone = [*([self.database] if self.server else []), *self.parts]
        states = (
            PartState(
                running.part.name,
                running.condition,
                running.since,
                running.restarts,
                running.pauses.ends_in_a_row,
                running.process.pid if running.process else None,
            )
            for running in everyone
        )
        state = HouseState(os.getpid(), self.port, tuple(states))
        if state == self._written:
            return
        try:
            write_state(self.data_dir, state)
            self._written = state
        except OSError as problem:
            if not self._said_disk:
                say(f"The state of the house cannot be written to {self.data_dir}: {problem.strerror}.")
            self._said_disk = True


def _signal_group(process: "subprocess.Popen[bytes] | None", number: int) -> None:
    """Every part leads a session of its own, so its helpers get the signal too."""
    if process is not None and process.poll() is None:
        os.killpg(process.pid, number)
