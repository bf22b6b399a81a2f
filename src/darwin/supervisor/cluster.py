"""One PostgreSQL cluster on the disk and its server process, run by the keeper and by nobody else.

We use the programs of the wheel and none of its code: its own start opens parent folders to everybody,
trusts every local user and leaves the server running when its parent is killed.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from darwin.errors import DarwinError
from darwin.supervisor import launcher
from darwin.supervisor.keys import Keys, write_durably
from darwin.supervisor.place import Place, make_socket_folder

SUPERUSER = "darwin_super"
MAJOR_VERSION = 18
START_LIMIT_S = 120
LEFTOVER_LIMIT_S = 30
PORT = 5432  # only part of the socket's name while TCP is off
LOG = "postgres.log"
LOG_LIMIT_BYTES = 20_000_000

# Statements, their parameters and the details of their errors hold personal data. The server may therefore
# write nothing about a client's statement at all: the application logs the error's class instead.
SETTINGS: Mapping[str, str] = {
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
}

# What the server's log says, and what the reader can do about it.
KNOWN_TROUBLE = (
    (
        "No space left on device",
        "The disk is full. Free some space, then start again; nothing that was saved is lost.",
    ),
    (
        "Disk quota exceeded",
        "The disk quota is used up. Free some space, then start again; nothing saved is lost.",
    ),
    ("Permission denied", "The server may not read its own files. Give them back to the user who runs it."),
    ("are incompatible with server", "The database was made by another version of PostgreSQL."),
    (
        "could not create shared memory",
        "The system gives no shared memory. Free some memory, then start again.",
    ),
    ("Cannot allocate memory", "The system has no memory left. Free some, then start again."),
    ("already in use", "Another server uses its socket or port. End that one, then start again."),
)


def create_cluster(place: Place, keys: Keys) -> None:
    """Make the cluster if there is none. An unfinished one of a killed start is thrown away first.

    Raises DarwinError if it cannot be made, or if the one that is there is of another version.
    """
    if (place.cluster / "PG_VERSION").exists():
        version = (place.cluster / "PG_VERSION").read_text().strip()
        if version != str(MAJOR_VERSION):
            raise DarwinError(
                f"The database in {place.cluster} was made by PostgreSQL {version}; this Darwin brings "
                f"{MAJOR_VERSION}. Nothing was changed. Restore your backup into a new data folder."
            )
        return
    if place.cluster.exists() and any(place.cluster.iterdir()):
        raise DarwinError(
            f"{place.cluster} holds files but no database. Nothing was changed. Move them away, or put the "
            "database back from your backup."
        )
    unfinished = place.home / "cluster.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    passwords = place.home / "first-password"
    write_durably(passwords, keys.darwin_super)
    place.give(passwords)
    try:
        _run_initdb(place, unfinished, passwords)
        unfinished.rename(place.cluster)
    finally:
        passwords.unlink(missing_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)


def _run_initdb(place: Place, folder: Path, passwords: Path) -> None:
    options = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command = [place.program("initdb"), "-D", str(folder), "-U", SUPERUSER, "--auth=scram-sha-256"]
    done = subprocess.run(
        [*_launch(place, signal.SIGKILL), *command, f"--pwfile={passwords}", *options, "--no-instructions"],
        env=_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=START_LIMIT_S,
        check=False,
    )
    if done.returncode != 0:
        raise DarwinError(
            f"The database in {folder.parent} could not be made. {explain(done.stdout + done.stderr)}"
        )


def start_server(place: Place, extra: Mapping[str, str], tcp_port: int | None) -> "subprocess.Popen[bytes]":
    """Start the server and return once it takes connections.

    extra: settings beside our own. tcp_port: listen on 127.0.0.1 too; None (the rule) for the socket alone.
    Raises DarwinError if it has not started after 120 s.
    """
    clear_leftovers(place)
    settings = {
        **SETTINGS,
        **extra,
        "unix_socket_directories": str(make_socket_folder(place)),
        "listen_addresses": "127.0.0.1" if tcp_port else "",
        "port": str(tcp_port or PORT),
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    log = place.data_dir / "log" / LOG
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    begun = log.stat().st_size if log.exists() else 0
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        # SIGINT is PostgreSQL's fast shutdown: if the keeper is killed, the server still ends in good order.
        server = subprocess.Popen(
            [*_launch(place, signal.SIGINT), place.program("postgres"), "-D", str(place.cluster), *options],
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=fd,
            stderr=fd,
            start_new_session=True,
        )
    finally:
        os.close(fd)
    try:
        _wait_until_ready(place, server, log, begun)
    except BaseException:
        stop_server(server)
        raise
    return server


def _wait_until_ready(place: Place, server: "subprocess.Popen[bytes]", log: Path, begun: int) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            with log.open("rb") as file:
                file.seek(begun)
                written = file.read().decode("utf-8", "replace")
            raise DarwinError(f"The database server did not start. {explain(written)} Its log is {log}.")
        if _status_line(place) == (server.pid, "ready"):
            return
        time.sleep(0.02)
    raise DarwinError(
        f"The database server was not ready after {START_LIMIT_S} s and was ended. Nothing is lost. "
        f"Start again; if it stays so, its log {log} says what it was doing."
    )


def _status_line(place: Place) -> tuple[int, str]:
    """The server's process id and state in postmaster.pid (lines 1 and 8; PostgreSQL, miscadmin.h)."""
    try:
        lines = (place.cluster / "postmaster.pid").read_text("utf-8").splitlines()
        return int(lines[0]), lines[7].strip()
    except (OSError, ValueError, IndexError):
        return 0, ""


def stop_server(server: "subprocess.Popen[bytes]") -> None:
    """End the server: in good order within 20 s, at once within 5 more, and else by force."""
    for request, limit_s in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if server.poll() is not None:
            return
        server.send_signal(request)
        try:
            server.wait(limit_s)
        except subprocess.TimeoutExpired:
            continue


def clear_leftovers(place: Place) -> None:
    """End what a killed server left behind: its processes still hold the old memory, its pid file its name.

    Whoever calls this holds the keeper's lock, so no server of this cluster can be in anybody's care.
    Raises DarwinError if something is still there after 30 s.
    """
    begun = time.monotonic()
    while left := server_processes(place):
        waited = time.monotonic() - begun
        if waited > LEFTOVER_LIMIT_S:
            raise DarwinError(
                f"Processes of an earlier database server do not end ({', '.join(map(str, left))}). "
                "Nothing was started. End them, or restart the machine."
            )
        # A server whose keeper was killed is already on its way out, and better left to end in good order.
        for pid in left if waited > 5 else []:
            _signal(pid, signal.SIGKILL)
        for pid in left if waited > 0.5 and _status_line(place)[0] not in left else []:
            _signal(pid, signal.SIGKILL)
        time.sleep(0.05)
    # A killed server that nobody has reaped still answers to its number, so PostgreSQL would believe these.
    (place.cluster / "postmaster.pid").unlink(missing_ok=True)
    for name in place.sockets.glob(".s.PGSQL.*"):
        name.unlink(missing_ok=True)


def server_processes(place: Place) -> list[int]:
    """Every living PostgreSQL process that works in this cluster's folder (from /proc)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            works_in = (entry / "cwd").readlink()
            is_server = (entry / "exe").readlink().name.startswith("postgres")
            ended = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
        if works_in == place.cluster and is_server and not ended:
            found.append(int(entry.name))
    return found


def explain(output: str) -> str:
    """What a program of PostgreSQL meant, in a sentence. Its own words only where we know none better."""
    for words, sentence in KNOWN_TROUBLE:
        if words in output:
            return sentence
    lines = [
        line for line in output.splitlines() if any(mark in line for mark in ("FATAL", "PANIC", "error"))
    ]
    return f"It said: “{lines[-1].strip()}”." if lines else "It did not say why."


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _launch(place: Place, on_death: int) -> list[str]:
    account = place.account
    uid, gid = (str(account.uid), str(account.gid)) if account else ("-", "-")
    here = [sys.executable, "-I", "-S", str(Path(launcher.__file__))]
    return [*here, str(os.getpid()), str(int(on_death)), uid, gid, "--"]


def _environment() -> dict[str, str]:
    """The server needs no variable of ours, and must not see our secrets."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
