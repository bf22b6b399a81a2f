"""One database server for the whole run of pytest: DATABASE_URL's if set, else an embedded one of our own.

DARWIN_TEST_DATABASE names the test database, so that several runs can share one server.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from absl import logging as absl_logging
from hypothesis import settings as hypothesis_settings

from darwin.supervisor import roles
from darwin.supervisor.cluster import SUPERUSER
from darwin.supervisor.postgres import Server, open_server

# What a test writes is thrown away, so nothing waits for the disk. Autovacuum would take a table that a test
# is filling for an empty one, and have its queries planned accordingly.
NO_WAITING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

hypothesis_settings.register_profile("darwin", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "darwin")


def pytest_configure(config: pytest.Config) -> None:
    """Pages are tested as their sources name their files: the names with a digest come with `make setup`."""
    from django.conf import settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    # The solver's library writes its log to what was standard error when it was loaded, here pytest's own
    # capture, and closes that whenever logging is set up anew while a command's output is being read.
    absl_logging.get_absl_handler().python_handler.stream = sys.__stderr__


@pytest.fixture(scope="session")
def throwaway_server() -> Iterator[Server]:
    """An embedded server that ends, with its files, when pytest does."""
    folder = Path(tempfile.mkdtemp(prefix="darwin-tests-"))
    folder.chmod(0o711)
    server = open_server(folder, settings=NO_WAITING)
    roles.prepare_embedded(server)
    yield server
    server.leave()
    shutil.rmtree(folder)
    shutil.rmtree(server.sockets, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Point Django to the server of this run, where the roles exist and their real rights."""
    from django.db import connections
    from django.db.models.signals import pre_migrate

    chosen = connections["default"].settings_dict
    if not os.environ.get("DATABASE_URL"):
        server: Server = request.getfixturevalue("throwaway_server")
        password = server.keys.darwin_super
        chosen.update(USER=SUPERUSER, PASSWORD=password, HOST=server.sockets, PORT=str(server.port))
    if os.environ.get("DARWIN_TEST_DATABASE"):
        chosen["TEST"]["NAME"] = os.environ["DARWIN_TEST_DATABASE"]
    pre_migrate.connect(_give_roles_their_rights, dispatch_uid="tests")


def _give_roles_their_rights(*, using: str, **_: object) -> None:
    from django.db import connections

    connections[using].ensure_connection()
    connection: psycopg.Connection[object] = connections[using].connection
    with connection.transaction():
        roles.ensure_groups(connection)
        roles.grant_rights(connection)


# Parents first.
_OPENED_TABLES = ("reference_installation", "reference_adoption", "reference_threshold", "reference_code")


@pytest.fixture(scope="session")
def _opened_rows(django_db_setup: None, django_db_blocker: Any) -> dict[str, dict[str, bytes]]:
    """What opening an installation leaves in each table, for both modes; nothing of it stays."""
    from django.db import connection, transaction

    from darwin.reference.services import open_installation

    found: dict[str, dict[str, bytes]] = {}
    with django_db_blocker.unblock():
        for mode in ("operational", "practice"):
            with transaction.atomic(), connection.cursor() as cursor:
                open_installation(mode, "leicestershire")
                found[mode] = {}
                for table in _OPENED_TABLES:
                    with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                        found[mode][table] = b"".join(bytes(part) for part in copy)
                transaction.set_rollback(True)
        connection.close()
    return found


@pytest.fixture
def opened_installation(_opened_rows: dict[str, dict[str, bytes]], db: None) -> Callable[[str], None]:
    """`opened_installation("practice")`: what open_installation leaves, without reading the file again.

    For tests that need a house, not its opening: 10 ms where the opening takes 250. The entries that the
    opening leaves in the ledger are not there. Whoever does not ask for it has an empty database.
    """

    def put(mode: str) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            for table, rows in _opened_rows[mode].items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)

    return put
