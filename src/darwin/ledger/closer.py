"""The worker that closes blocks every few seconds, opens months ahead and forgets consultation windows."""

import logging
from datetime import timedelta
from threading import Event

from django.db import Error, close_old_connections, connection

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.blocks import close_blocks
from darwin.ledger.services import CONSULTATION_WINDOW, open_months

log = logging.getLogger(__name__)
# How long an entry may stand before the chain protects it; each block costs one line of the head.
EVERY_S = 5.0
HOUSEKEEPING_EVERY = timedelta(hours=1)


def close_forever(stop: Event) -> None:
    """Close until `stop` is set. A database that is away is waited for; a trouble is told once."""
    told = ""
    kept_house = None
    while not stop.is_set():
        try:
            if kept_house is None or clock.now() - kept_house > HOUSEKEEPING_EVERY:
                open_months()
                forget_old_windows()
                kept_house = clock.now()
            close_blocks()
            told = ""
        except (Error, DarwinError) as fault:
            trouble = (
                str(fault) if isinstance(fault, DarwinError) else "The database does not answer; waiting."
            )
            if trouble != told:
                log.warning("%s", trouble)
            told = trouble
            connection.close()
        finally:
            close_old_connections()
        stop.wait(EVERY_S)


def forget_old_windows() -> int:
    """Drop the consultation windows that can no longer hold back an entry; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM ledger_consultation_window WHERE opened_at < %s", [clock.now() - CONSULTATION_WINDOW]
        )
        return int(cursor.rowcount)
