"""Rows into tables by COPY: set-wise writes inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from darwin.records.copying import Row
from darwin.records.copying import copy_rows as copy_rows

Parameters = Sequence[Any] | Mapping[str, Any]


def stage_rows(table: str, like: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Copy rows into a temporary table with the columns of `like`; it ends with the transaction."""
    statement = sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WHERE false").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(like),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(table)))
        cursor.execute(statement)
    copy_rows(table, columns, rows)


def select_rows(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """All rows of a SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def change_rows(statement: str, parameters: Parameters = ()) -> int:
    """Run a statement that writes; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        count: int = cursor.rowcount
    return count
