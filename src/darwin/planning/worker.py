"""The worker of the planning room: takes runs one by one and works them out. Any number may run.

It steps back before everything else on its machine, because nobody's call waits for it.
"""

import logging
import os
import time
from contextlib import suppress
from threading import Event

from django.db import Error, close_old_connections, connection

from darwin.errors import DarwinError
from darwin.ledger.actors import Actor
from darwin.planning.jobs import job_of
from darwin.planning.keeping_up import ask_what_is_due
from darwin.planning.models import Run
from darwin.planning.services.runs import (
    MOST_TRIES,
    claim_run,
    fail_run,
    finish_run,
    given_up,
    let_go,
    tell_progress,
)
from darwin.planning.versions import engine_version

log = logging.getLogger(__name__)
ACTOR = Actor.system("planning")
GENTLE = 10
LOOK_EVERY_S = 0.5
KEEP_UP_EVERY_S = 10.0
UNEXPLAINED = (
    "Working this out failed in a way that Darwin does not know. Your inputs are kept, and the log of the "
    "planning worker has the place. Ask again, and tell whoever looks after the house if it fails again."
)


def work(stop: Event) -> None:
    """Work out what is asked until `stop` is set; the run in hand is finished first."""
    with suppress(OSError):
        os.nice(GENTLE)
    away, looked = False, -KEEP_UP_EVERY_S
    while not stop.is_set():
        try:
            if time.monotonic() - looked >= KEEP_UP_EVERY_S:
                ask_what_is_due(actor=ACTOR)
                looked = time.monotonic()
            if not work_one():
                stop.wait(LOOK_EVERY_S)
            away = False
        except Error as fault:
            connection.close()
            if not away:
                log.warning("The database does not answer (%s). Plans wait for it.", type(fault).__name__)
            away = True
            stop.wait(1.0)
        finally:
            close_old_connections()


def work_one() -> bool:
    """Work out the run that has waited longest; False if none waits."""
    run = claim_run()
    if run is None:
        return False
    try:
        if run.tries > MOST_TRIES:
            fail_run(actor=ACTOR, run=run, why=given_up(run))
        else:
            _work_out(run)
    finally:
        let_go(run)
    return True


def _work_out(run: Run) -> None:
    began = time.process_time()
    try:
        job = job_of(run)
        figures = job.work_out(run, lambda doing, steps, of: tell_progress(run, doing, steps, of))
        cpu_ms = round(1000 * (time.process_time() - began))
        finish_run(
            actor=ACTOR, run=run, figures=figures, version=engine_version(), cpu_ms=cpu_ms, then=job.keep
        )
    except DarwinError as refusal:
        fail_run(actor=ACTOR, run=run, why=str(refusal))
    except Error:
        raise
    except Exception:
        log.exception("The run %s failed", run.id)
        fail_run(actor=ACTOR, run=run, why=UNEXPLAINED)
