"""The live feed: lets the practice force's day happen as the installation's clock goes on."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from time import monotonic

from django.db import Error, connection

from darwin.contact.services.switch_commands import finish_command, take_commands
from darwin.contact.telephony.events import CallEvent
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.practice.hours import wake_force
from darwin.practice.live.adopting import open_floor
from darwin.practice.live.journeys import PracticeFloor
from darwin.practice.live.people import TelephoneRefuses, obey
from darwin.practice.live.reports import left_over
from darwin.practice.live.storing import (
    StretchLost,
    begin_stretch,
    close_stale_stretches,
    end_stretch,
    give_telephones,
    keep_alive,
    kept_of,
    reports_left,
    store_moment,
    taken_of,
)
from darwin.practice.live.told import Told
from darwin.practice.models import LiveStretch
from darwin.practice.queries import story_of, stretches_of
from darwin.practice.records import SOURCE, milliseconds, moment
from darwin.practice.services import open_force

log = logging.getLogger(__name__)
ACTOR = Actor.system("practice")
STEP_S = 0.05
RESET_S = 0.5
COMMANDS_EVERY_S = 0.1
ALIVE_EVERY_S = 0.5
COVERED_EVERY_S = 5.0
COVERED_AT_LEAST_EVERY_S = 30.0
TELEPHONES_EVERY_S = 60.0
PEOPLE_SEEN_EVERY_S = 1.0
BEGINS_AFTER = timedelta(seconds=1)
"""A stretch is announced this long, in real time, before it begins, so that whoever loads the history at this
moment knows of it."""
MISSED_S = 60.0
"""Real time that a feed may have missed; after more it does not catch up but begins a stretch anew."""


class Feeder:
    """Plays the present day. real: seconds that only go forward, as monotonic()."""

    def __init__(self, real: Callable[[], float] = monotonic) -> None:
        self._real = real
        self._pending: list[CallEvent] = []
        self._told = Told()
        self.begin()

    def begin(self) -> None:
        """Begin a stretch: take over the calls that are alive when it begins."""
        force = open_force(actor=ACTOR)
        close_stale_stretches(force=force)
        people = give_telephones(actor=ACTOR)
        earlier = tuple(stretches_of(force, ended_now=True))
        from_at = clock.now() + clock.shown_in(BEGINS_AFTER)
        self.stretch: LiveStretch = begin_stretch(actor=ACTOR, force=force, from_at=from_at)
        self.floor: PracticeFloor = open_floor(story_of(force), milliseconds(from_at), people, earlier)
        for report in left_over(story_of(force), reports_left()):
            self.floor.reports.wait(report, milliseconds(from_at))
        self._pending, self._told = [], Told()
        self._played_to = from_at
        self._stepped_at = self._alive_at = self._commands_at = self._covered_at = self._real()
        self._telephones_at = self._people_at = self._real()

    def step(self) -> None:
        """Play until now, do what people asked of their telephones, and store what happened."""
        now, real = clock.now(), self._real()
        if self._has_missed(now, real):
            log.warning("The practice force was not played for a while. It begins anew at %s.", now)
            self.begin()
            return
        self._stepped_at = real
        if now < self.stretch.from_at:
            return
        self.floor.rate = clock.rate()
        self.floor.advance(milliseconds(now))
        if real - self._commands_at >= COMMANDS_EVERY_S:
            self._commands_at = real
            self._do_commands()
        if real - self._people_at >= PEOPLE_SEEN_EVERY_S:
            self._people_at = real
            self._see_what_people_do(now)
        if real - self._telephones_at >= TELEPHONES_EVERY_S:
            self._telephones_at = real
            for interface, member in give_telephones(actor=ACTOR).items():
                self.floor.add_person(interface, member)
        self._store(now, real)
        self._played_to = now

    def end(self) -> None:
        """Stop: the calls that are alive have no known end."""
        end_stretch(stretch=self.stretch)

    def _has_missed(self, now: datetime, real: float) -> bool:
        """The clock was moved, or this process stood still: what lies between is the history's to fill."""
        if now < self._played_to - clock.shown_in(2 * BEGINS_AFTER):
            return True
        stood = real - self._stepped_at
        may_pass = clock.shown_in(timedelta(seconds=MISSED_S + stood))
        return stood > MISSED_S or now - self._played_to > may_pass

    def _see_what_people_do(self, now: datetime) -> None:
        """Somebody real may have called back from the list, or taken a report: nobody does it again."""
        if self.floor.open_promises:
            for name in kept_of(self.floor.open_promises):
                self.floor.open_promises[name].kept = milliseconds(now)
        if self.floor.reports.open:
            self.floor.reports.taken = taken_of(self.floor.reports.open)

    def _do_commands(self) -> None:
        for command in take_commands(switch=SOURCE):
            trouble = ""
            try:
                obey(
                    self.floor,
                    command.kind,
                    command.interface,
                    call_id=command.call_id,
                    detail=command.detail,
                    name=str(command.id),
                )
            except TelephoneRefuses as refusal:
                trouble = str(refusal)
            finish_command(command_id=command.id, trouble=trouble)

    def _store(self, now: datetime, real: float) -> None:
        self._pending += self.floor.switch.take()
        self._told.add(self.floor.take_told())
        something = bool(self._pending or self._told)
        since = real - self._covered_at
        covered = since >= (COVERED_EVERY_S if something else COVERED_AT_LEAST_EVERY_S)
        if something or covered:
            store_moment(
                actor=ACTOR,
                stretch=self.stretch,
                until=moment(milliseconds(now)),
                events=self._pending,
                told=self._told,
                covered=covered,
            )
            self._pending, self._told = [], Told()
            self._covered_at = real if covered else self._covered_at
            self._alive_at = real
        elif real - self._alive_at >= ALIVE_EVERY_S:
            keep_alive(stretch=self.stretch, until=moment(milliseconds(now)))
            self._alive_at = real


def feed(stopped: Event) -> None:
    """Play until `stopped` is set. A database that is away is waited for; a force that was reset is made
    anew."""
    feeder: Feeder | None = None
    away = False
    while not stopped.is_set():
        try:
            if feeder is None:
                if wake_force(actor=ACTOR):
                    stopped.wait(RESET_S)
                feeder = Feeder()
            feeder.step()
            away = False
        except StretchLost:
            feeder = None
            # After a reset the clock goes back; every process has seen it by then.
            stopped.wait(RESET_S)
        except Error as fault:
            connection.close()
            if not away:
                log.warning("The database does not answer (%s). The calls wait for it.", type(fault).__name__)
            away = True
            stopped.wait(1.0)
        stopped.wait(STEP_S)
    if feeder is not None and not away:
        feeder.end()
