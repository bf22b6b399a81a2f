"""Ways into the test database past Django, as a superuser or as one of the roles of a real installation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


def rows(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def connect(**kwargs: Any) -> "psycopg.Connection[Any]":
    """A connection of one's own to the test database, as its superuser."""
    given = connection.get_connection_params()
    wanted = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    return psycopg.connect(**(wanted | kwargs), autocommit=True)


@contextmanager
def as_role(name: str) -> Iterator[None]:
    rows(f"SET ROLE {name}")
    try:
        yield
    finally:
        rows("RESET ROLE")


@contextmanager
def without_guards() -> Iterator[None]:
    """What someone with the owner's rights would do: switch the triggers off, and on again when done."""
    tables = [
        row[0]
        for row in rows(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND relname ~ '^ledger_(entry|subject|block)(_[0-9]{6})?$'"
        )
    ]
    for table in tables:
        rows(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        for table in tables:
            rows(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER ledger_no_truncate")
            rows(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER ledger_no_change")


@contextmanager
def untouched_ledger() -> Iterator[None]:
    """An empty ledger before, and nothing left of it after: the test database outlives a test's commits."""
    _empty()
    yield
    _empty()


def _empty() -> None:
    with without_guards():
        rows("TRUNCATE ledger_entry, ledger_subject, ledger_block, ledger_reason, ledger_consultation_window")
