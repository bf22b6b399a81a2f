"""The embedded PostgreSQL as its users see it: start it or join it, connect, leave."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from darwin.errors import DarwinError
from darwin.supervisor import keeper
from darwin.supervisor.cluster import START_LIMIT_S
from darwin.supervisor.keys import Keys, ensure_keys
from darwin.supervisor.locks import FileLock, exclusive, is_held
from darwin.supervisor.place import make_data_dir

DATABASE = "darwin"
STOP_LIMIT_S = 30
STARTERS_WAIT_S = START_LIMIT_S + 60
SAY_AFTER_S = 2.0

Say = Callable[[str], None]


def say_nothing(sentence: str) -> None:
    """For callers without a reader."""


@dataclass(slots=True)
class Server:
    """A running embedded server that this process uses. It runs at least until `leave`."""

    data_dir: Path
    keys: Keys
    sockets: str
    port: int
    pid: int
    _users: FileLock
    _keeper: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def parameters(self, role: str, database: str = DATABASE) -> dict[str, Any]:
        """What psycopg.connect takes, for one of our roles (darwin_super, _owner, _app, _report)."""
        password: str = getattr(self.keys, role)
        where = {"host": self.sockets, "port": self.port}
        return {**where, "dbname": database, "user": role, "password": password, "connect_timeout": 10}

    def url(self, role: str, database: str = DATABASE) -> str:
        """The same as a DATABASE_URL."""
        password = quote(getattr(self.keys, role), safe="")
        host = quote(self.sockets, safe="/")
        return f"postgresql://{role}:{password}@/{database}?host={host}&port={self.port}"

    def is_alive(self) -> bool:
        """Does its keeper still live and know it as running?"""
        if self._keeper is not None:
            self._keeper.poll()  # reaps it, if it has ended
        return (
            is_held(self.data_dir / "lock" / "keeper") and _running(self.data_dir).get("server") == self.pid
        )

    def leave(self) -> None:
        """Stop using the server; it stops if nobody else does, and this returns when it has.

        Does nothing a second time.
        """
        if self._users.is_closed:
            return
        last = self._users.try_exclusive()
        self._users.close()
        if not last:
            return
        deadline = time.monotonic() + STOP_LIMIT_S
        while is_held(self.data_dir / "lock" / "keeper") and time.monotonic() < deadline:
            if self._keeper is not None:
                self._keeper.poll()
            if _joined_by_another(self.data_dir):
                return
            time.sleep(0.01)
        if self._keeper is not None:
            self._keeper.poll()


def open_server(
    data_dir: Path,
    say: Say = say_nothing,
    settings: Mapping[str, str] | None = None,
    tcp_port: int | None = None,
) -> Server:
    """Join the running server of `data_dir`, or start it; on an empty folder everything is made first.

    say: is told in a sentence what takes long. settings: server settings beside our own, when it is we who
    start it. Raises DarwinError in one sentence if there can be no server.
    """
    make_data_dir(data_dir)
    users = FileLock(data_dir / "lock" / "users")
    try:
        _become_user(users, say)
        with exclusive(data_dir / "lock" / "start", STARTERS_WAIT_S) as ours:
            if not ours:
                raise DarwinError(
                    f"Another process has been starting the database in {data_dir} for {STARTERS_WAIT_S} s. "
                    "End it, then start again. Nothing is lost."
                )
            keys = ensure_keys(data_dir)
            started = None
            running = _wait_for_another(data_dir, say)
            if not running:
                started, running = _start_keeper(data_dir, say, settings or {}, tcp_port)
        place = (running["sockets"], running["port"], running["server"])
        return Server(data_dir, keys, *place, _users=users, _keeper=started)
    except OSError as problem:
        users.close()
        raise DarwinError(f"The data folder {data_dir} cannot be used: {problem.strerror}.") from problem
    except BaseException:
        users.close()
        raise


def _become_user(users: FileLock, say: Say) -> None:
    """Hold the users' lock; while the last server is being stopped, wait for that."""
    deadline, said = time.monotonic() + STOP_LIMIT_S, False
    say_at = time.monotonic() + SAY_AFTER_S
    while not users.try_shared():
        if time.monotonic() > deadline:
            raise DarwinError(
                f"The last database server has been stopping for {STOP_LIMIT_S} s. Start again in a moment."
            )
        if not said and time.monotonic() > say_at:
            say("Waiting for the last database server to stop.")
            said = True
        time.sleep(0.01)


def _wait_for_another(data_dir: Path, say: Say) -> dict[str, Any]:
    """The running server's facts; empty if there is none. A keeper whose starter was killed is waited for."""
    deadline = time.monotonic() + START_LIMIT_S
    say_at, said = time.monotonic() + SAY_AFTER_S, False
    while is_held(data_dir / "lock" / "keeper"):
        running = _running(data_dir)
        if running:
            return running
        if time.monotonic() > deadline:
            raise DarwinError(
                "The database server that another process began to start is not ready. Start again."
            )
        if not said and time.monotonic() > say_at:
            say("Waiting for the database server that another process starts.")
            said = True
        time.sleep(0.02)
    return {}


def _start_keeper(
    data_dir: Path, say: Say, settings: Mapping[str, str], tcp_port: int | None
) -> "tuple[subprocess.Popen[bytes], dict[str, Any]]":
    (data_dir / keeper.STATE).unlink(missing_ok=True)
    wishes = json.dumps({"settings": dict(settings), "tcp_port": tcp_port})
    with (data_dir / "log" / "keeper.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", keeper.__name__, str(data_dir), wishes],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_keeper_environment(),
            start_new_session=True,
        )
    answer = _read_answer(process, say)
    if "server" not in answer:
        process.wait()
        raise DarwinError(
            answer.get("sentence") or f"The database server could not be started. See {data_dir / 'log'}."
        )
    return process, answer


def _read_answer(process: "subprocess.Popen[bytes]", say: Say) -> dict[str, Any]:
    pipe = process.stdout
    assert pipe is not None
    with pipe:
        if not select.select([pipe], [], [], SAY_AFTER_S)[0]:
            say("Waiting for the database server to start.")
        if not select.select([pipe], [], [], STARTERS_WAIT_S)[0]:
            process.kill()
            return {}
        line = pipe.readline()
    try:
        answer: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return answer


def _running(data_dir: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((data_dir / keeper.STATE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if is_held(data_dir / "lock" / "keeper") else {}


def _joined_by_another(data_dir: Path) -> bool:
    """Has somebody come while we left, so that the server goes on?"""
    lock = FileLock(data_dir / "lock" / "users")
    try:
        return not lock.try_exclusive() and lock.try_shared()
    finally:
        lock.close()


def _keeper_environment() -> dict[str, str]:
    """Enough to find Python's packages; none of our secrets."""
    kept = ("PATH", "PYTHONPATH", "HOME", "XDG_RUNTIME_DIR", "LANG", "LC_ALL", "PYTHONUTF8")
    return {name: os.environ[name] for name in kept if name in os.environ}
