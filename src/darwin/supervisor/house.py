"""Open the house: the database running and prepared, Django set up, the installation checked.

Every command that needs the database works inside `open_house()`. On an empty data folder it makes whatever
is missing; on a used one it takes about a second.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from darwin.config import environment
from darwin.errors import DarwinError
from darwin.supervisor import roles
from darwin.supervisor.keys import Keys, ensure_keys
from darwin.supervisor.locks import exclusive
from darwin.supervisor.place import make_data_dir
from darwin.supervisor.postgres import STARTERS_WAIT_S, Server, open_server
from darwin.supervisor.progress import say

# Any number will do, as long as every process of Darwin takes the same (PostgreSQL: pg_advisory_lock).
MIGRATION_LOCK = 0x44617277696E


@dataclass(frozen=True, slots=True)
class House:
    """What a command may know of the house it works in. server: None with a DATABASE_URL."""

    data_dir: Path
    mode: str
    force: str
    server: Server | None


@dataclass(frozen=True, slots=True)
class Logins:
    """Two ways into one database: as the owner, for migrations, and as the application."""

    owner: str
    application: str


@contextmanager
def open_house() -> Iterator[House]:
    """Yield the open house; the embedded server goes on while anybody uses it, and stops after that.

    Where Django has been set up already, by a test or an outer `open_house`, the database it points to is
    used as it is. Raises DarwinError in one sentence if the house cannot be opened.
    """
    from django.apps import apps

    data_dir = environment.data_dir()
    mode = environment.choice("DARWIN_MODE", environment.MODES, "operational")
    force = environment.text("DARWIN_FORCE", "leicestershire")
    if apps.ready:
        yield House(data_dir, mode, force, None)
        return
    server, logins, keys = open_database(data_dir)
    try:
        with _environment_for_django(data_dir, logins, keys):
            set_up_django(logins)
            from darwin.reference.services import open_installation

            open_installation(mode, force)
            yield House(data_dir, mode, force, server)
    finally:
        close_connections()
        if server is not None:
            server.leave()


def open_database(data_dir: Path) -> tuple[Server | None, Logins, Keys]:
    """The database with its roles, empty or not. Raises DarwinError if it cannot be reached or made."""
    url = environment.text("DATABASE_URL")
    if url:
        keys = _own_keys(data_dir)
        return None, _real_logins(url, keys), keys
    port = environment.text("DARWIN_DATABASE_PORT")
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise environment.SettingError(f"DARWIN_DATABASE_PORT is “{port}”. It must be a number up to 65535.")
    server = open_server(data_dir, say, tcp_port=int(port) if port else None)
    try:
        if not roles.is_prepared(server):
            with exclusive(data_dir / "lock" / "start", STARTERS_WAIT_S):
                roles.prepare_embedded(server)
    except BaseException:
        server.leave()
        raise
    return server, Logins(server.url("darwin_owner"), server.url("darwin_app")), server.keys


def _own_keys(data_dir: Path) -> Keys:
    make_data_dir(data_dir)
    with exclusive(data_dir / "lock" / "start", STARTERS_WAIT_S):
        return ensure_keys(data_dir)


def _real_logins(url: str, keys: Keys) -> Logins:
    address = environment.parse_database_url(url)
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            login = roles.prepare_real(connection, keys)
    except psycopg.OperationalError as problem:
        raise DarwinError(unreachable(address, problem)) from problem
    if login is None:
        say(
            f"The user {address.user} may not make roles on this server, so the application works as the "
            "owner of its tables: privileges are not separated. docs/operate.md says how to separate them."
        )
        return Logins(url, url)
    return Logins(url, address.url_for(login, keys.darwin_app))


def unreachable(address: environment.DatabaseAddress, problem: psycopg.OperationalError) -> str:
    """Why the server of DATABASE_URL cannot be used, in a sentence without its password."""
    words = str(problem)
    where = f"{address.host or 'this machine'}{':' + address.port if address.port else ''}"
    if "password authentication failed" in words or "no password supplied" in words:
        return (
            f"The database server at {where} refused the user {address.user} or the password in DATABASE_URL."
        )
    if "does not exist" in words:
        return (
            f"The database server at {where} has no database “{address.name}”, or no user {address.user}. "
            "Make them, or mend DATABASE_URL."
        )
    return (
        f"The database server at {where} does not answer. Nothing was changed. Start it, or mend "
        "DATABASE_URL, then try again."
    )


@contextmanager
def _environment_for_django(data_dir: Path, logins: Logins, keys: Keys) -> Iterator[None]:
    """Let the settings see the application's login and the secret key; programs we start later must not."""
    wanted = {
        "DATABASE_URL": logins.application,
        "DARWIN_DATA_DIR": str(data_dir),
        "DARWIN_SECRET_KEY": environment.text("DARWIN_SECRET_KEY", keys.secret_key),
        "DJANGO_SETTINGS_MODULE": environment.text("DJANGO_SETTINGS_MODULE", "darwin.config.settings"),
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        from django.conf import settings

        settings.DATABASES  # noqa: B018 - read now, while the environment is set
    finally:
        for name in ("DATABASE_URL", "DARWIN_SECRET_KEY"):
            value = before[name]
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    yield


def set_up_django(logins: Logins) -> None:
    """django.setup(), then the migrations that are missing, as the owner and one process at a time."""
    import django

    django.setup()
    if missing_migrations():
        with _connected_as(environment.parse_database_url(logins.owner)):
            _migrate()


def missing_migrations() -> int:
    """How many migrations this Darwin has and the database does not.

    Raises DarwinError if the database has some that this Darwin does not know.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    ours = set(executor.loader.disk_migrations or {})
    rooms = {app for app, _ in ours}
    later = [key for key in executor.loader.applied_migrations if key[0] in rooms and key not in ours]
    replaced = {old for new in (executor.loader.disk_migrations or {}).values() for old in new.replaces}
    if unknown := sorted(set(later) - replaced):
        raise DarwinError(
            f"This database was prepared by a later Darwin ({'.'.join(unknown[-1])}). It was not opened, "
            "and nothing in it was changed. Start the later version, or restore the "
            "backup made before the upgrade."
        )
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrate() -> None:
    from django.core.management import call_command
    from django.core.management.commands import migrate
    from django.db import connection

    from darwin.supervisor.progress import progress

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        count = missing_migrations()
        with progress("Preparing the database", count, "steps") as advance:

            class Migrate(migrate.Command):
                def migration_progress_callback(self, action: str, *_: Any, **__: Any) -> None:
                    if action == "apply_success":
                        advance(1)

            if count:
                call_command(Migrate(), verbosity=0, interactive=False, skip_checks=True)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


@contextmanager
def _connected_as(address: environment.DatabaseAddress) -> Iterator[None]:
    """Let Django's one connection be another login's for a block of code."""
    from django.db import connection

    before = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    close_connections()
    connection.settings_dict.update(USER=address.user, PASSWORD=address.password)
    try:
        yield
    finally:
        close_connections()
        connection.settings_dict.update(before)


def close_connections() -> None:
    """Give every connection of Django back; the next query opens a new one."""
    from django.apps import apps
    from django.db import connection

    if apps.ready:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # of the PostgreSQL backend
