"""Taking what was asked of the switch, and doing it; never in shadow mode."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Thread
from uuid import UUID

import django.db
import psycopg
from django.db import connection

from darwin.contact.listening.actions import do_command
from darwin.contact.listening.session import Line, Session
from darwin.contact.models import SwitchCommand
from darwin.contact.services.switch_commands import finish_command, take_commands
from darwin.errors import DarwinError

log = logging.getLogger(__name__)
LOOK_S = 0.1
AT_ONCE = 8
"""Commands done at the same time: one that waits for a handler to lift the receiver holds up nobody."""


class Commander(Thread):
    """Takes commands every 100 ms while the switch is heard. Its own thread alone speaks to the database."""

    def __init__(self, line: Line, session: Callable[[], Session | None], stop: Event) -> None:
        super().__init__(name="commands", daemon=True)
        self._line, self._session, self._stop_asked = line, session, stop
        self._doing: dict[UUID, Future[str]] = {}

    def run(self) -> None:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="command") as pool:
            while not self._stop_asked.wait(LOOK_S):
                try:
                    self._finish()
                    self._begin(pool)
                except (django.db.Error, psycopg.Error) as problem:
                    # The storing thread says that the database is away, and waits for it.
                    log.info("No commands can be taken now (%s).", type(problem).__name__)
                    connection.close()
                    self._stop_asked.wait(1.0)
        connection.close()

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        session = self._session()
        if session is None or len(self._doing) >= AT_ONCE:
            return
        for command in take_commands(switch=self._line.switch):
            self._doing[command.id] = pool.submit(_do, session, command)

    def _finish(self) -> None:
        for command_id, done in list(self._doing.items()):
            if done.done():
                finish_command(command_id=command_id, trouble=done.result())
                del self._doing[command_id]


def _do(session: Session, command: SwitchCommand) -> str:
    """Do one command; what was wrong, as a sentence for whoever asked, "" if it came to pass."""
    try:
        do_command(session, command)
    except DarwinError as problem:
        return str(problem)
    except Exception:
        log.exception("A command could not be done.")
        return "Darwin made a mistake and could not do this. Use the telephone itself."
    return ""
