"""The routing worker: looks every two seconds, and guards a policy on trial every ten.

It keeps nothing that matters in memory: what it decided is in one transaction with the log of why, so that a
kill at any moment leaves a decision whole or not made. Only this process, the twin and the practice feeder
load compiled kernels; web processes never do.
"""

import logging
from threading import Event
from time import monotonic

from django.db import Error, close_old_connections, connection

from darwin.contact.routing.deciding import Decider
from darwin.contact.routing.turn import Router
from darwin.errors import DarwinError

log = logging.getLogger(__name__)
LOOK_EVERY_S = 2.0
GUARD_EVERY_S = 10.0


def route_forever(stopped: Event) -> None:
    """Route until `stopped` is set. A database that is away is waited for; what fails otherwise is told once
    and tried again at the next look."""
    router = Router(Decider())
    guarded, told = monotonic() - GUARD_EVERY_S, False
    while not stopped.is_set():
        try:
            router.turn()
            if monotonic() - guarded >= GUARD_EVERY_S:
                guarded = monotonic()
                router.guard()
            told = False
        except Error as fault:
            connection.close()
            if not told:
                log.warning("The database does not answer (%s). Routing waits for it.", type(fault).__name__)
            told = True
        except DarwinError as fault:
            if not told:
                log.error("Routing stands still: %s", fault)
            told = True
        finally:
            close_old_connections()
        stopped.wait(LOOK_EVERY_S)
