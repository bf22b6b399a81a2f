"""A practice house that runs apart from the test: its web server and database go away and come back."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from tests.databases import database_url
from tests.supervisor.house_at_work import free_port, wait_for

SERVED = Path(__file__).parent / "served.py"


class CallHouse:
    """The house at `url`. Its processes are the test's own and end with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the web server and the publisher; returns when it answers."""
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "DARWIN_MODE": "practice",
            "DARWIN_DATA_DIR": str(self.folder),
            "DARWIN_SECRET_KEY": "a-secret-of-this-test-and-no-other-house" * 2,
            "DARWIN_HTTPS": "no",
        }
        environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        self._process = subprocess.Popen([sys.executable, str(SERVED), str(self.port)], env=environment)
        wait_for(self._answers, 40, "the web server answers")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the web server ended"
        try:
            with urllib.request.urlopen(f"{self.url}/health/live/", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """End the web server and the publisher at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """The database ends every connection and takes none; the web server goes on without it."""
        name = connection.settings_dict["NAME"]
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        with self._elsewhere() as other:
            other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            with self._elsewhere() as other:
                other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    def _elsewhere(self) -> "psycopg.Connection[tuple[object, ...]]":
        chosen = connection.settings_dict
        return psycopg.connect(
            host=str(chosen["HOST"]),
            port=str(chosen["PORT"]),
            user=str(chosen["USER"]),
            password=str(chosen["PASSWORD"]),
            dbname="postgres",
            autocommit=True,
        )
