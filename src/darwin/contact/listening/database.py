"""Writing to a database that may be away: waiting for it, and telling its absence from a row it refuses."""

import logging
from collections.abc import Callable
from threading import Event
from typing import TypeVar

import django.db
import psycopg
from django.db import connection

from darwin.errors import DarwinError

log = logging.getLogger(__name__)
TRY_AGAIN_S = 1.0
_REFUSALS = (
    django.db.DataError,
    django.db.IntegrityError,
    psycopg.DataError,
    psycopg.IntegrityError,
)
Result = TypeVar("Result")


class Stopped(Exception):
    """Asked to end while the database was away."""


def is_away(problem: Exception) -> bool:
    """Is this the database's own trouble (gone, full, being upgraded), rather than a row it refuses? COPY
    lets psycopg's own errors through."""
    return isinstance(problem, django.db.Error | psycopg.Error) and not isinstance(problem, _REFUSALS)


class PatientDatabase:
    """Does a piece of work again and again until the database takes it.

    stop: ends the waiting. meanwhile: called before each wait, to keep safe what cannot be stored yet.
    reopen: starts the database again where that is ours to do.
    """

    def __init__(self, stop: Event, meanwhile: Callable[[], None], reopen: Callable[[], None]) -> None:
        self._stop, self._meanwhile, self._reopen = stop, meanwhile, reopen
        self.is_away = False

    def do(self, work: Callable[[], Result]) -> Result:
        """The result of `work`. Raises Stopped, and whatever `work` raises that is no absence."""
        while True:
            try:
                done = work()
            except (django.db.Error, psycopg.Error) as problem:
                if not is_away(problem):
                    raise
                self._wait(problem)
                continue
            if self.is_away:
                self.is_away = False
                log.warning("The database answers again. What was received meanwhile is stored now.")
            return done

    def _wait(self, problem: Exception) -> None:
        if not self.is_away:
            self.is_away = True
            log.warning(
                "The database does not take what the switch says (%s). It is kept on the disk until then.",
                type(problem).__name__,
            )
        connection.close()
        self._meanwhile()
        if self._stop.wait(TRY_AGAIN_S):
            raise Stopped
        try:
            self._reopen()
        except DarwinError as still:
            log.info("The database cannot be started again yet: %s", still)
