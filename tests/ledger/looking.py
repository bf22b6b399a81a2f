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
