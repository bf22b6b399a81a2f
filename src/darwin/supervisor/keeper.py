"""The keeper: a small process that owns the database server while anybody uses it.

    python -m darwin.supervisor.keeper DATA_DIR

Everybody who uses the server holds the lock lock/users together with the others. The keeper asks for that
lock alone: it gets it when the last user has ended, however that one ended, and then stops the server. It
holds lock/keeper all its life, so there is one at most. If the keeper itself is killed, the kernel asks the
server to stop, and the next one who needs the server starts a new keeper.

It writes one line of JSON to standard output when the server is ready, or when it cannot be.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from darwin.errors import DarwinError
from darwin.supervisor import cluster
from darwin.supervisor.keys import read_keys, write_durably
from darwin.supervisor.locks import FileLock
from darwin.supervisor.place import Place, find_place

STATE = "postgres.json"
CLAIM_LIMIT_S = 5


def main(arguments: list[str]) -> int:
    """Keep the server of one data folder until nobody uses it. Returns the exit status."""
    data_dir = Path(arguments[0])
    asked_for = json.loads(arguments[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    keeping = FileLock(data_dir / "lock" / "keeper")
    if not _claim(keeping):
        return _tell({"sentence": "Another process keeps the database of this data folder already."})
    try:
        keys = read_keys(data_dir)
        if keys is None:
            return _tell({"sentence": f"{data_dir} has no keys yet."})
        place = find_place(data_dir)
        cluster.create_cluster(place, keys)
        server = cluster.start_server(place, asked_for["settings"], asked_for["tcp_port"])
    except DarwinError as problem:
        return _tell({"sentence": str(problem)})
    except OSError as problem:
        return _tell(
            {"sentence": f"The database server could not be started: {problem.strerror}. Nothing is lost."}
        )
    return _keep(place, server, asked_for["tcp_port"] or cluster.PORT)


def _keep(place: Place, server: "subprocess.Popen[bytes]", port: int) -> int:
    state = place.data_dir / STATE
    facts = {"keeper": os.getpid(), "server": server.pid, "sockets": str(place.sockets), "port": port}
    try:
        write_durably(state, json.dumps(facts))
    except OSError as problem:
        cluster.stop_server(server)
        return _tell(
            {"sentence": f"{state} cannot be written: {problem.strerror}. The database was stopped."}
        )
    signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))
    _tell(facts)
    # Nobody reads on, and a closed pipe must not end us.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    users = FileLock(place.data_dir / "lock" / "users")

    def stop_when_unused() -> None:
        users.wait_exclusive()
        cluster.stop_server(server)

    threading.Thread(target=stop_when_unused, daemon=True).start()
    status = server.wait()
    state.unlink(missing_ok=True)
    cluster.clear_leftovers(place)
    with suppress(OSError):
        place.sockets.rmdir()
    return 0 if status == 0 else 1


def _claim(keeping: FileLock) -> bool:
    """Starters come one at a time; but whoever asks for a keeper holds the lock for an instant."""
    deadline = time.monotonic() + CLAIM_LIMIT_S
    while not keeping.try_exclusive():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _tell(message: dict[str, object]) -> int:
    # A starter who was killed reads nothing; others may still wait for this server.
    with suppress(BrokenPipeError):
        print(json.dumps(message), flush=True)  # noqa: T201 - the starter reads it from a pipe
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
