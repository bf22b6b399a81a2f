"""Rows into a table by COPY, inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

Row = Sequence[Any]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Append rows (in the order of `columns`) to `table`. Raises what the database raises."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
