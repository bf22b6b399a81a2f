"""Houses that are backed up, lost and restored, and a force's own PostgreSQL 15."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.supervisor.conftest import folder_open_to_all

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "of-the-administrator"


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that PostgreSQL's user may pass through."""
    with folder_open_to_all() as found:
        yield found


@pytest.fixture
def data_dir(folder: Path) -> Path:
    return folder / "house"


@dataclass(frozen=True)
class OwnServer:
    """A PostgreSQL 15 that Darwin did not start."""

    sockets: Path

    def url(self, user: str, password: str, database: str) -> str:
        return f"postgresql://{user}:{password}@/{database}?host={self.sockets}"

    def administrator(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url("postgres", PASSWORD, database), autocommit=True)


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    """A throw-away cluster of Debian's PostgreSQL 15, with passwords for everybody."""
    if not (DEBIAN_15 / "postgres").exists():
        pytest.skip("PostgreSQL 15 is not installed in /usr/lib/postgresql/15")
    home = Path(tempfile.mkdtemp(prefix="darwin-own-"))
    user = "postgres" if os.geteuid() == 0 else None

    def run(program: str, *words: str) -> None:
        subprocess.run([DEBIAN_15 / program, *words], user=user, cwd="/", check=True, capture_output=True)

    home.chmod(0o711)
    secret = home / "password"
    secret.write_text(PASSWORD)
    for name in ("data", "sockets"):
        (home / name).mkdir(mode=0o700 if name == "data" else 0o755)
        if user:
            shutil.chown(home / name, user)
    cluster = ["-D", str(home / "data")]
    run("initdb", *cluster, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "-N")
    options = f"-c listen_addresses='' -c unix_socket_directories={home / 'sockets'} -c fsync=off"
    run("pg_ctl", *cluster, "-w", "-l", str(home / "data" / "log"), "-o", options, "start")
    try:
        yield OwnServer(home / "sockets")
    finally:
        run("pg_ctl", *cluster, "-m", "immediate", "stop")
        shutil.rmtree(home)
