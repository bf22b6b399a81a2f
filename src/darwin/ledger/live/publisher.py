"""The one publisher: follows what is committed, computes each changed screen once, tells the web processes.

No writing transaction sends a NOTIFY: PostgreSQL lets only one committing transaction at a time hold the
lock of the notification queue, which was seen to cut writes to 40%. What is sent holds a name and a number.
"""

import logging
import time
from collections.abc import Iterable
from threading import Event
from typing import Any

from django.db import Error, close_old_connections, connection, transaction
from psycopg import sql

from darwin.deadlines import clock
from darwin.ledger.live.screens import Screen, screens

log = logging.getLogger(__name__)
CHANNEL = "darwin_live"
EVERY_S = 0.05
SIGN_EVERY_S = 5.0
# How many of each screen are kept for a browser that lost its stream: a second of changes at most.
KEPT = 20
_LOCK = "hashtextextended('darwin.live.publisher', 0)"


class Publisher:
    """Follows the database from one tick to the next.

    Ids become visible out of order: a transaction that began earlier may commit later. So the snapshot of
    the last tick is kept, and what is new is what that snapshot did not see, wherever its number lies.
    """

    def __init__(self) -> None:
        self.seen: str | None = None
        self.payloads: dict[str, bytes] = {}
        self.quiet_since = time.monotonic()

    def tick(self) -> list[str]:
        """One round; the names of the screens that were sent. One query when nothing has changed."""
        declared = screens()
        changed = self._changed(list(declared.values()))
        sent = [name for name in changed if self._refresh(declared[name])]
        if sent or time.monotonic() - self.quiet_since > SIGN_EVERY_S:
            self._notify(sent)
            self.quiet_since = time.monotonic()
        return sent

    def _changed(self, declared: list[Screen]) -> list[str]:
        if self.seen is None:
            self.seen = str(_row("SELECT pg_current_snapshot()::text")[0])
            return [screen.name for screen in declared]
        tables = sorted({table for screen in declared for table in screen.tables})
        snapshot, events, *touched = _row(_what_is_new(tables), {"seen": self.seen})
        self.seen = str(snapshot)
        new = {table for table, is_touched in zip(tables, touched, strict=True) if is_touched}
        return [screen.name for screen in declared if _concerns(screen, events or [], new)]

    def _refresh(self, screen: Screen) -> bool:
        try:
            payload = screen.compute()
        except Error:
            raise
        except Exception:
            # One screen that fails must not freeze the others; its fault is in the log.
            log.exception("The live screen %s could not be computed.", screen.name)
            return False
        if self.payloads.get(screen.name) == payload:
            return False
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "WITH kept AS (INSERT INTO live_screen (name, at, payload) VALUES (%(name)s, "
                "%(at)s, %(payload)s)) "
                "DELETE FROM live_screen WHERE name = %(name)s AND sequence <= (SELECT sequence "
                "FROM live_screen "
                "WHERE name = %(name)s ORDER BY sequence DESC OFFSET %(kept)s LIMIT 1)",
                {"name": screen.name, "at": clock.now(), "payload": payload, "kept": KEPT - 1},
            )
        self.payloads[screen.name] = payload
        return True

    def _notify(self, names: list[str]) -> None:
        # After the commit, in a transaction of its own that writes nothing. Without a screen: a sign of life.
        _row(
            "SELECT count(pg_notify(%(channel)s, note)::text) FROM (SELECT name || ' ' || "
            "max(sequence) AS note "
            "FROM live_screen WHERE name = ANY(%(names)s) GROUP BY name "
            "UNION ALL SELECT 'sign' WHERE %(names)s::text[] = '{}') AS notes",
            {"channel": CHANNEL, "names": names},
        )


def publish_forever(stop: Event) -> None:
    """Tick every 50 ms until `stop` is set. A second publisher waits for the first to end."""
    publisher: Publisher | None = None
    told = False
    while not stop.is_set():
        try:
            if publisher is None:
                publisher = Publisher() if _row(f"SELECT pg_try_advisory_lock({_LOCK})")[0] else None
            if publisher is None:
                stop.wait(1)
                continue
            publisher.tick()
            told = False
            stop.wait(EVERY_S)
        except Error as fault:
            # The lock went with the connection, and the snapshot may belong to another cluster by now.
            publisher = None
            connection.close()
            if not told:
                log.warning(
                    "The database does not answer (%s). Live screens wait for it.", type(fault).__name__
                )
            told = True
            stop.wait(1)
    close_old_connections()


def _what_is_new(tables: Iterable[str]) -> sql.Composed:
    """One statement: this snapshot, the events of new entries, and for each table whether a row is new."""
    fresh = sql.SQL(
        "txid >= pg_snapshot_xmin(%(seen)s::pg_snapshot) AND NOT pg_visible_in_snapshot(txid, "
        "%(seen)s::pg_snapshot)"
    )
    parts = [
        sql.SQL("pg_current_snapshot()::text"),
        sql.SQL(
            "(SELECT array_agg(DISTINCT event) FROM ledger_entry WHERE system_identifier = "
            "ledger_cluster() AND "
        )
        + fresh
        + sql.SQL(")"),
    ]
    parts += [
        sql.SQL("EXISTS (SELECT FROM {} WHERE ").format(sql.Identifier(table)) + fresh + sql.SQL(")")
        for table in tables
    ]
    return sql.SQL("SELECT ") + sql.SQL(", ").join(parts)


def _concerns(screen: Screen, events: Iterable[str], tables: set[str]) -> bool:
    return bool(tables.intersection(screen.tables)) or any(
        event.startswith(screen.events) for event in events if screen.events
    )


def _row(statement: str | sql.Composed, params: object = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)  # type: ignore[arg-type]
        row: tuple[Any, ...] = cursor.fetchone()
        return row
