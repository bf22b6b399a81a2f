"""Asking for a run, working on it, and keeping what came of it.

A run is claimed by one worker, which holds an advisory lock of the database for as long as it lives. A run
that is being worked out and whose lock nobody holds was left by a worker that ended, so the next one takes
it. What a worker says on the way (steps, a sentence) is no decision of anybody's and leaves no entry in the
ledger; asking, the result and the failure do.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from secrets import randbits
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.planning.models import Run, RunKind, RunResult, RunState
from darwin.staff.models import Account

MOST_TRIES = 3
_LOCKS = 0x706C616E
_CLAIMABLE = """
SELECT id FROM planning_run
WHERE state = 'waiting' OR (state = 'working' AND NOT EXISTS (
  SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %(space)s
  AND objid = (hashtext(planning_run.id::text)::bigint & 4294967295)::oid))
ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


@transaction.atomic
def ask_run(
    *,
    actor: Actor,
    kind: RunKind,
    title: str,
    queue: str,
    inputs: Mapping[str, Any],
    asked_by: Account | None = None,
    seed: int | None = None,
) -> Run:
    """Put a question to the planning engine; a worker takes it within seconds.

    inputs: plain JSON, as the job of the kind reads it. seed: drawn where none is given.
    """
    run = Run.objects.create(
        kind=kind,
        title=title,
        queue=queue,
        inputs=dict(inputs),
        seed=randbits(31) if seed is None else seed,
        asked_at=clock.now(),
        asked_by=asked_by,
    )
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="planning.run_asked",
        subjects=[Subject("planning_run", run.id)],
        fields=["kind", "queue", "inputs", "seed"],
    )
    return run


@transaction.atomic
def claim_run() -> Run | None:
    """The run that has waited longest, now this worker's; None if none waits.

    The lock is the connection's: it is given back by `let_go`, or by the end of this process.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMABLE, {"space": _LOCKS})
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCKS, str(row[0])])
        if not cursor.fetchone()[0]:
            return None
    Run.objects.filter(pk=row[0]).update(
        state=RunState.WORKING, tries=F("tries") + 1, steps=0, steps_all=0, doing="", told_at=clock.now()
    )
    return Run.objects.get(pk=row[0])


def let_go(run: Run) -> None:
    """Give the lock of a run back; a lost connection has done so already."""
    with suppress(Exception), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCKS, str(run.id)])


def tell_progress(run: Run, doing: str, steps: int, steps_all: int) -> None:
    """Say how far a run is."""
    Run.objects.filter(pk=run.pk, state=RunState.WORKING).update(
        doing=doing[:200], steps=steps, steps_all=steps_all, told_at=clock.now()
    )


@transaction.atomic
def finish_run(
    *,
    actor: Actor,
    run: Run,
    figures: Mapping[str, Any],
    version: str,
    cpu_ms: int,
    then: Callable[[Run, Mapping[str, Any]], None] | None = None,
) -> RunResult | None:
    """Keep what a run gave. None, and nothing kept, if it is over already.

    then: what else follows from the figures, in the same transaction (the shifts of a roster).
    """
    now = clock.now()
    if not Run.objects.filter(pk=run.pk, state=RunState.WORKING).update(
        state=RunState.DONE, finished_at=now, told_at=now, doing="", steps=F("steps_all")
    ):
        return None
    result = RunResult.objects.create(
        run=run, version=version, made_at=now, cpu_ms=cpu_ms, figures=dict(figures)
    )
    if then is not None:
        then(run, figures)
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="planning.run_finished",
        subjects=[Subject("planning_run", run.id)],
        fields=["figures"],
        counts={"cpu_ms": cpu_ms},
    )
    return result


@transaction.atomic
def fail_run(*, actor: Actor, run: Run, why: str) -> None:
    """Keep that a run has no result, and why, in a sentence for the person who asked."""
    now = clock.now()
    if not Run.objects.filter(pk=run.pk, state=RunState.WORKING).update(
        state=RunState.FAILED, finished_at=now, told_at=now, doing="", failure=why[:600]
    ):
        return
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="planning.run_failed",
        subjects=[Subject("planning_run", run.id)],
        fields=["failure"],
    )


def given_up(run: Run) -> str:
    """Why a run that workers have left too often is not begun again."""
    return _(
        "The worker ended %(n)s times while it was at this, so it is not tried again. Ask for less (a "
        "shorter time, fewer scenarios), or have the log of the planning worker looked at. Your inputs are "
        "kept."
    ) % {"n": run.tries - 1}
