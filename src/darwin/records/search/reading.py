"""Reading by the search keys' indexes, whatever PostgreSQL thinks of it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def rows_by_index(select: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a SELECT over the keys, in one round trip.

    PostgreSQL takes a rare element of an array for one as frequent as the rarest it has counted, so it would
    read the whole table (measured: 124 ms instead of 0.3 for 12,000 words). The settings, which leave it the
    bitmaps of the indexes, hold for this statement alone: all are one transaction where none is open.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; "
            f"{select}; "
            "SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL enable_indexscan TO DEFAULT",
            values,
        )
        cursor.nextset()
        cursor.nextset()
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
