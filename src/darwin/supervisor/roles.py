"""The database's roles and what each may do.

darwin_owner owns the database and runs the migrations; darwin_app is the web and the workers: it owns
nothing, and the ledger's migration takes UPDATE, DELETE and TRUNCATE away from it; darwin_report reads.
In the embedded server these three log in themselves. On a force's own server, where several databases may
share one set of roles, darwin_app and darwin_report only hold the rights, and every data folder has logins
of its own that are their members.
"""

from typing import Any

import psycopg
from psycopg import sql

from darwin.errors import DarwinError
from darwin.supervisor.cluster import SUPERUSER
from darwin.supervisor.keys import Keys
from darwin.supervisor.postgres import DATABASE, Server

OLDEST_VERSION = 15
# Any number will do, as long as every process takes the same.
_GRANTING = 0x726F6C6573
GROUPS = ("darwin_app", "darwin_report")
Connection = psycopg.Connection[Any]


def prepare_embedded(server: Server) -> None:
    """Make the roles and the database in an embedded server, as far as they are missing."""
    with _connect(server.parameters(SUPERUSER, "postgres")) as connection:
        for role in ("darwin_owner", "darwin_app", "darwin_report"):
            ensure_login(connection, role, getattr(server.keys, role))
        if not _exists(connection, "pg_database", "datname", DATABASE):
            create = sql.SQL("CREATE DATABASE {} OWNER darwin_owner").format(sql.Identifier(DATABASE))
            connection.execute(create)
    with _connect(server.parameters("darwin_owner")) as connection, connection.transaction():
        grant_rights(connection)


def is_prepared(server: Server) -> bool:
    """Can the application log in? It cannot before the first preparation is finished."""
    try:
        with psycopg.connect(**server.parameters("darwin_app")) as connection:
            row = connection.execute("SELECT has_schema_privilege('public', 'USAGE')").fetchone()
    except psycopg.OperationalError:
        return False
    return bool(row and row[0])


def ensure_groups(connection: Connection) -> None:
    """Make darwin_app and darwin_report, if they are missing, as holders of rights who do not log in."""
    for role in GROUPS:
        if not _exists(connection, "pg_roles", "rolname", role):
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))


def ensure_login(connection: Connection, role: str, password: str) -> None:
    """Make `role` a login with `password`. The server is sent a SCRAM verifier, never the password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    verb = "ALTER" if _exists(connection, "pg_roles", "rolname", role) else "CREATE"
    statement = sql.SQL(verb + " ROLE {} LOGIN INHERIT PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(verifier)))


def grant_rights(connection: Connection) -> None:
    """Give darwin_app and darwin_report their rights on whatever the connected owner makes from now on."""
    name = connection.info.dbname
    for statement in (
        "REVOKE ALL ON DATABASE {} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {} TO darwin_app",
        "GRANT CONNECT ON DATABASE {} TO darwin_report",
    ):
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    connection.execute("GRANT USAGE ON SCHEMA public TO darwin_app, darwin_report")
    for plain in (
        "SELECT, INSERT, UPDATE, DELETE ON TABLES TO darwin_app",
        "USAGE, SELECT ON SEQUENCES TO darwin_app",
        "SELECT ON TABLES TO darwin_report",
    ):
        connection.execute(sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT " + plain))


def prepare_real(connection: Connection, keys: Keys) -> str | None:
    """On a force's own server: make the roles that are missing and this data folder's logins.

    Returns the application's login, or None if the connected user may not make roles. Raises DarwinError
    if the server is older than PostgreSQL 15.
    """
    if connection.info.server_version < OLDEST_VERSION * 10000:
        found = connection.info.server_version // 10000
        raise DarwinError(
            f"The server of DATABASE_URL is PostgreSQL {found}. Darwin needs {OLDEST_VERSION} or later. "
            "Nothing was changed."
        )
    login = f"darwin_app_{keys.installation}"
    try:
        with connection.transaction():
            # Two that grant at once would end with “tuple concurrently updated”; they take turns.
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_GRANTING])
            ensure_groups(connection)
            for role in GROUPS:
                member, password = f"{role}_{keys.installation}", getattr(keys, role)
                # So the right to make roles can be taken back after the first start.
                if not _is_member(connection, member, password, role):
                    ensure_login(connection, member, password)
                    connection.execute(sql.SQL("GRANT {} TO {}").format(*map(sql.Identifier, (role, member))))
            grant_rights(connection)
    except psycopg.errors.InsufficientPrivilege:
        return None
    return login


def _is_member(connection: Connection, member: str, password: str, role: str) -> bool:
    """Can `member` log in to the connected database with `password`, and has it the rights of `role`?"""
    try:
        with psycopg.connect(connection.info.dsn, user=member, password=password) as asking:
            row = asking.execute("SELECT pg_has_role(current_user, %s, 'USAGE')", [role]).fetchone()
    except psycopg.OperationalError:
        return False
    return bool(row and row[0])


def _connect(parameters: dict[str, Any]) -> Connection:
    try:
        return psycopg.connect(**parameters, autocommit=True)
    except psycopg.OperationalError as problem:
        if "password authentication failed" not in str(problem):
            raise DarwinError(
                "The database server went away. What was saved is safe. Run the command again."
            ) from problem
        raise DarwinError(
            "The database server refused Darwin's own password: its keys.json is not the one it was made "
            "with. Nothing was changed. Put keys.json back from your backup."
        ) from problem


def _exists(connection: Connection, catalogue: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
        sql.Identifier(catalogue), sql.Identifier(column)
    )
    return connection.execute(query, [name]).fetchone() is not None
