"""The worker that acts on what falls due. Any number may run, on any number of machines."""

import logging
import signal
from threading import Event

from django.db import Error, close_old_connections, connection

from darwin.deadlines import clock
from darwin.deadlines.kinds import check_kinds
from darwin.deadlines.queries import next_moment
from darwin.deadlines.services import act_on_due
from darwin.ledger.actors import Actor

log = logging.getLogger(__name__)
ACTOR = Actor.system("deadlines")
# A deadline that starts while a worker sleeps may be due sooner than the one it sleeps for.
LONGEST_SLEEP_S = 1.0


def act_on_all_due(stop: Event | None = None) -> int:
    """Act on everything that is due now, the longest waiting first; the number acted on or put off."""
    count = 0
    while not (stop and stop.is_set()) and act_on_due(actor=ACTOR) is not None:
        count += 1
    return count


def work(stop: Event) -> None:
    """Act on what falls due until `stop` is set. A database that is away is waited for."""
    check_kinds()
    away = False
    while not stop.is_set():
        try:
            act_on_all_due(stop)
            stop.wait(_sleep())
            away = False
        except Error as fault:
            connection.close()
            if not away:
                log.warning("The database does not answer (%s). Deadlines wait for it.", type(fault).__name__)
            away = True
            stop.wait(LONGEST_SLEEP_S)
        finally:
            close_old_connections()


def stop_on_signals() -> Event:
    """An event that SIGTERM and SIGINT set: the deadline in hand is finished, then the worker ends."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _sleep() -> float:
    """Seconds until there is something to do, and never more than LONGEST_SLEEP_S."""
    moment = next_moment()
    if moment is None:
        return LONGEST_SLEEP_S
    return min(LONGEST_SLEEP_S, max(0.0, clock.real_seconds_until(moment)))
