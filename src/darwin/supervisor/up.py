"""`darwin up`: the whole house in one command."""

import errno
import os
import signal
import socket
import time
from pathlib import Path

from darwin.config import environment
from darwin.errors import DarwinError
from darwin.supervisor.house import close_connections, open_house
from darwin.supervisor.locks import FileLock
from darwin.supervisor.parts import parts_of
from darwin.supervisor.place import make_data_dir
from darwin.supervisor.progress import say
from darwin.supervisor.state import read_state
from darwin.supervisor.watch import AskedToEnd, Watch


def run(port: int) -> None:
    """Start everything, watch it, and return when asked to end (SIGTERM, SIGINT) and everything has ended.

    Raises DarwinError if the data folder, the port or the database cannot be had.
    """
    data_dir = environment.data_dir()
    make_data_dir(data_dir)
    alone = _be_the_only_one(data_dir)
    try:
        listener = _listen(port)
    except DarwinError:
        alone.close()
        raise
    # What we start reads the environment for itself, exactly as we did.
    inherited = {**os.environ, "DARWIN_DATA_DIR": str(data_dir)}
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end_while_starting)
    try:
        say("Opening the house.")
        with open_house() as house:
            close_connections()
            _check_that_pages_are_built()
            watch = Watch(data_dir, parts_of(house.mode), listener, house.server, inherited)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, watch.ask_to_end)
            try:
                watch.run()
            finally:
                if watch.server is not house.server and watch.server is not None:
                    watch.server.leave()
    except AskedToEnd:
        pass
    finally:
        listener.close()
        alone.close()
    say("Everything has ended.")


def _check_that_pages_are_built() -> None:
    from django.conf import settings

    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        raise DarwinError(
            "The pages' styles and scripts are not built. Nothing was started. Run make setup first."
        )


def _be_the_only_one(data_dir: Path) -> FileLock:
    lock = FileLock(data_dir / "lock" / "up")
    # Whoever asks for our state holds the lock for an instant.
    for _ in range(20):
        if lock.try_exclusive():
            return lock
        time.sleep(0.01)
    state = read_state(data_dir)
    where = f" at http://localhost:{state.port} (process {state.supervisor})" if state else ""
    lock.close()
    raise DarwinError(
        f"Darwin already runs on the data folder {data_dir}{where}. Nothing was started. "
        "Use that one, end it first, or choose another folder with DARWIN_DATA_DIR."
    )


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        reason = "is in use by another program" if problem.errno == errno.EADDRINUSE else "cannot be used"
        raise DarwinError(
            f"Port {port} {reason}. Nothing was started. End that program, or choose another with --port."
        ) from problem
    return listener


def _end_while_starting(number: int, frame: object) -> None:
    raise AskedToEnd
