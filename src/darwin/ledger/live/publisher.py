"""The one publisher: follows what is committed, computes each changed screen once, tells the web processes.

No transaction that writes what happened sends a NOTIFY: PostgreSQL lets only one committing transaction at a
time hold the lock of the notification queue, which was seen to cut writes to 40%. Only the publisher sends,
when it keeps a screen (in a table without a write-ahead log, so that its commit waits for no disk). What is
sent holds a name and a number.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from threading import Event
from typing import Any

from django.db import Error, close_old_connections, connection
from psycopg import sql

from darwin.deadlines import clock
from darwin.ledger.live.screens import Screen, one_tick, screens

log = logging.getLogger(__name__)
CHANNEL = "darwin_live"
EVERY_S = 0.05
SIGN_EVERY_S = 2.0
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
        self.computed: dict[str, float] = {}
        self.failing: set[str] = set()
        self.quiet_since = time.monotonic()

    def tick(self) -> list[str]:
        """One round; the names of the screens that were sent. One query when nothing has changed, two and
        those of the screens when something has."""
        declared = screens()
        with one_tick():
            found = {name: self._compute(declared[name]) for name in self._due(list(declared.values()))}
        fresh = {
            name: payload
            for name, payload in found.items()
            if payload is not None and payload != self.payloads.get(name)
        }
        if fresh:
            self._keep_and_tell(fresh)
        elif time.monotonic() - self.quiet_since > SIGN_EVERY_S:
            _row("SELECT pg_notify(%s, 'sign')::text", [CHANNEL])
            self.quiet_since = time.monotonic()
        return list(fresh)

    def _due(self, declared: list[Screen]) -> list[str]:
        """The screens that something new concerns, and those whose time has come."""
        if self.seen is None:
            self.seen = str(_row("SELECT pg_current_snapshot()::text")[0])
            return [screen.name for screen in declared]
        tables = sorted({table for screen in declared for table in screen.tables})
        snapshot, events, *touched = _row(_what_is_new(tables), {"seen": self.seen})
        self.seen = str(snapshot)
        new = {table for table, is_touched in zip(tables, touched, strict=True) if is_touched}
        return [
            screen.name for screen in declared if _concerns(screen, events or [], new) or self._is_old(screen)
        ]

    def _is_old(self, screen: Screen) -> bool:
        if screen.every_s is None:
            return False
        return time.monotonic() - self.computed.get(screen.name, -screen.every_s) >= screen.every_s

    def _compute(self, screen: Screen) -> bytes | None:
        self.computed[screen.name] = time.monotonic()
        try:
            payload = screen.compute()
        except Error:
            raise
        except Exception:
            # One screen that fails must not freeze the others; its fault is in the log, once.
            if screen.name not in self.failing:
                log.exception("The live screen %s could not be computed.", screen.name)
            self.failing.add(screen.name)
            return None
        self.failing.discard(screen.name)
        return payload

    def _keep_and_tell(self, fresh: Mapping[str, bytes]) -> None:
        # One statement and so one transaction: who is told finds what is kept.
        _row(
            "WITH kept AS (INSERT INTO live_screen (name, at, payload) SELECT name, %(at)s, payload "
            "FROM unnest(%(names)s::text[], %(payloads)s::bytea[]) AS fresh (name, payload) "
            "RETURNING name, sequence), "
            "gone AS (DELETE FROM live_screen WHERE sequence IN (SELECT sequence FROM (SELECT sequence, "
            "row_number() OVER (PARTITION BY name ORDER BY sequence DESC) AS place FROM live_screen "
            "WHERE name = ANY(%(names)s)) AS placed WHERE place >= %(kept)s)) "
            "SELECT count(pg_notify(%(channel)s, name || ' ' || sequence)::text) FROM kept",
            {
                "at": clock.now(),
                "names": list(fresh),
                "payloads": list(fresh.values()),
                "kept": KEPT,
                "channel": CHANNEL,
            },
        )
        self.payloads.update(fresh)
        self.quiet_since = time.monotonic()


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
