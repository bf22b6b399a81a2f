"""Writes of due times. Each changes exactly one row by compare-and-set, writes its history and one entry."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from darwin.deadlines import calendars, clock
from darwin.deadlines.kinds import Rule, kind_named
from darwin.deadlines.models import RUNNING, Deadline, DeadlineEvent, Happening, State, moment_of
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry

log = logging.getLogger(__name__)

# A fault that passes by itself (a lock, a restart) is tried again soon; one that needs a person must neither
# fill the log nor be forgotten, so the last pause repeats for ever.
PAUSES_AFTER_A_FAULT = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))


class DeadlineRefused(DarwinError):
    """What was asked of a deadline does not fit where it stands."""


@transaction.atomic
def start_deadline(
    *,
    actor: Actor,
    kind: str,
    subject: Subject,
    started_at: datetime | None = None,
    due_at: datetime | None = None,
) -> Deadline:
    """Start a clock on `subject` at `started_at` (now, if not given).

    It runs under the rule of its kind that was in force then. due_at: only for a kind without a rule.
    Raises DeadlineRefused if one of this kind runs on the subject already, or if due_at is missing or not
    wanted; UnknownKind if no room declares the kind.
    """
    declared = kind_named(kind)
    begins = started_at or clock.now()
    deadline = Deadline(
        kind=kind, subject_kind=subject.kind, subject_id=subject.id, started_at=begins, due_at=due_at
    )
    if (declared.rule is None) != (due_at is not None):
        wants = "needs the moment it is due" if declared.rule is None else "takes its due time from its rule"
        raise DeadlineRefused(f"A deadline “{kind}” {wants}. It was not started.")
    if declared.rule is not None:
        rule = declared.rule(begins)
        current = declared.rule(clock.now())
        if current.applies_to_running and current.version != rule.version:
            rule = current
        _put_under(deadline, rule)
        deadline.due_at = calendars.due_time(rule.duration, begins)
    deadline.act_at = deadline.due_at
    try:
        with transaction.atomic():
            deadline.save(force_insert=True)
    except IntegrityError as error:
        if "deadlines_one_running" not in str(error):
            raise
        raise DeadlineRefused(f"A deadline “{kind}” runs on this {subject.kind} already.") from None
    _record(actor, deadline, Happening.STARTED, at=begins)
    return deadline


@transaction.atomic
def pause_deadline(*, actor: Actor, deadline: Deadline, reason: str = "") -> Deadline:
    """Stop the clock and keep what is left. Raises DeadlineRefused if it is not open, or due already."""
    moment = clock.now()
    _must_be(deadline, (State.OPEN,), "paused")
    due_at = moment_of(deadline)
    if due_at <= moment:
        raise DeadlineRefused(
            "This deadline is due already, so it cannot be paused. What is due has to be done."
        )
    left = calendars.time_left(deadline.duration, due_at, moment)
    _change(deadline, state=State.PAUSED, paused_at=moment, remaining=left, due_at=None, act_at=None)
    _record(actor, deadline, Happening.PAUSED, at=moment, reason=reason)
    return deadline


@transaction.atomic
def resume_deadline(*, actor: Actor, deadline: Deadline, reason: str = "") -> Deadline:
    """Let a paused clock run on with what was left. Raises DeadlineRefused if it is not paused."""
    moment = clock.now()
    _must_be(deadline, (State.PAUSED,), "resumed")
    due_at = calendars.resumed_due_time(deadline.duration, deadline.remaining or 0, moment)
    _change(deadline, state=State.OPEN, paused_at=None, remaining=None, due_at=due_at, act_at=due_at)
    _record(actor, deadline, Happening.RESUMED, at=moment, reason=reason)
    return deadline


@transaction.atomic
def meet_deadline(*, actor: Actor, deadline: Deadline, met_at: datetime | None = None) -> Deadline:
    """Record that what the deadline asks for was done at `met_at` (now, if not given).

    One that was acted on stays so, and says besides when it was met. Raises DeadlineRefused if it is
    cancelled or met already.
    """
    moment = met_at or clock.now()
    _must_be(deadline, (*RUNNING, State.ACTED), "met")
    if deadline.met_at is not None:
        raise DeadlineRefused("This deadline is met already. Nothing was changed.")
    in_time = deadline.due_at is None or moment < deadline.due_at
    if deadline.state == State.ACTED:
        _change(deadline, met_at=moment)
    else:
        _change(
            deadline,
            state=State.MET,
            met_at=moment,
            ended_at=clock.now(),
            act_at=None,
            paused_at=None,
            remaining=None,
        )
    _record(actor, deadline, Happening.MET if in_time else Happening.MET_LATE, at=moment)
    return deadline


@transaction.atomic
def cancel_deadline(*, actor: Actor, deadline: Deadline, reason: str) -> Deadline:
    """End a clock that is no longer needed. Raises DeadlineRefused if it does not run."""
    _must_be(deadline, RUNNING, "cancelled")
    moment = clock.now()
    _change(deadline, state=State.CANCELLED, ended_at=moment, act_at=None, paused_at=None, remaining=None)
    _record(actor, deadline, Happening.CANCELLED, at=moment, reason=reason)
    return deadline


@transaction.atomic
def act_on_due(*, actor: Actor) -> Deadline | None:
    """Do what the deadline that has waited longest calls for; None if none is due.

    1. Claim it: the row must still be open and waiting for the same moment, and exactly one row changes.
    2. Run its handler in the same transaction, so that the claim and its effects stand or fall together.
    3. If the handler fails, undo what it did, put the deadline off and report it; the others go on.
    Workers that ask at once get different deadlines. Raises django.db.Error only if the database is lost.
    """
    moment = clock.now()
    due = Deadline.objects.filter(state=State.OPEN, act_at__lte=moment).order_by("act_at", "id")
    deadline = due.select_for_update(skip_locked=True).first()
    if deadline is None:
        return None
    waited_for, attempts = deadline.act_at, deadline.attempts
    _change(deadline, state=State.ACTED, ended_at=moment, act_at=None, attempts=attempts + 1)
    try:
        with transaction.atomic():
            kind_named(deadline.kind).act(deadline, actor)
    except Exception as fault:
        _put_off(actor, deadline, fault, waited_for, moment)
    else:
        _record(actor, deadline, Happening.ACTED, at=moment)
    return deadline


@transaction.atomic
def apply_rule(*, actor: Actor, kind: str) -> int:
    """Put the running clocks of a kind under the rule in force now, if it says so; the number changed.

    Each is computed anew from its own start and pauses. A due time that would lie before the rule took effect
    becomes the moment it took effect: nobody is late for a time when the rule did not hold.
    """
    source = kind_named(kind).rule
    if source is None:
        return 0
    rule = source(clock.now())
    if not rule.applies_to_running:
        return 0
    running = Deadline.objects.filter(kind=kind, state__in=RUNNING).exclude(rule_version=rule.version)
    changed = list(running.select_for_update().prefetch_related("events").order_by("id"))
    for deadline in changed:
        _put_under(deadline, rule)
        standing = calendars.replay(rule.duration, deadline.started_at, _pauses(deadline.events.all()))
        deadline.remaining = standing.remaining
        due_at = standing.due_at and max(standing.due_at, rule.takes_effect_at)
        deadline.due_at = deadline.act_at = due_at
    fields = ["amount", "unit", "includes_first_day", "rule_version", "remaining", "due_at", "act_at"]
    Deadline.objects.bulk_update(changed, fields, batch_size=500)
    moment = clock.now()
    DeadlineEvent.objects.bulk_create(
        (_event(deadline, Happening.RULE_CHANGED, moment) for deadline in changed), batch_size=500
    )
    if changed:
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="deadlines.applied_rule",
            subjects=[Subject("threshold", rule.version)] if rule.version else [],
            fields=["due_at", "rule_version"],
            counts={"deadlines": len(changed)},
        )
    return len(changed)


def _put_under(deadline: Deadline, rule: Rule) -> None:
    deadline.amount = rule.duration.amount
    deadline.unit = rule.duration.unit
    deadline.includes_first_day = rule.duration.includes_first_day
    deadline.rule_version = rule.version


def _put_off(
    actor: Actor, deadline: Deadline, fault: Exception, waited_for: datetime | None, moment: datetime
) -> None:
    pause = PAUSES_AFTER_A_FAULT[min(deadline.attempts, len(PAUSES_AFTER_A_FAULT)) - 1]
    _change(deadline, state=State.OPEN, ended_at=None, act_at=moment + pause)
    # The text of a fault may quote a value of a record; its class and the deadline's number do not.
    what = type(fault).__name__
    _record(actor, deadline, Happening.PUT_OFF, at=moment, detail=what)
    log.error(
        "Deadline %s (%s) could not be acted on: %s. It was due for action at %s and is tried again at %s.",
        deadline.id,
        deadline.kind,
        what,
        waited_for,
        deadline.act_at,
    )


def _must_be(deadline: Deadline, states: Iterable[str], wanted: str) -> None:
    if deadline.state not in states:
        stands = State(deadline.state).label
        raise DeadlineRefused(f"This deadline cannot be {wanted}: it is {stands}. Nothing was changed.")


def _change(deadline: Deadline, **values: Any) -> None:
    """Compare and set: the row changes only if it still stands as `deadline` was read."""
    as_read = Deadline.objects.filter(
        pk=deadline.pk, state=deadline.state, act_at=deadline.act_at, met_at=deadline.met_at
    )
    if as_read.update(**values) != 1:
        raise DeadlineRefused(
            "This deadline was changed by somebody else a moment ago. Nothing was changed here. "
            "Look at it again."
        )
    for name, value in values.items():
        setattr(deadline, name, value)


def _pauses(events: Iterable[DeadlineEvent]) -> list[tuple[datetime, datetime | None]]:
    pauses: list[tuple[datetime, datetime | None]] = []
    for event in sorted(events, key=lambda event: event.id):
        if event.happening == Happening.PAUSED:
            pauses.append((event.at, None))
        elif event.happening == Happening.RESUMED:
            pauses[-1] = (pauses[-1][0], event.at)
    return pauses


def _event(deadline: Deadline, happening: Happening, at: datetime, detail: str = "") -> DeadlineEvent:
    return DeadlineEvent(
        deadline=deadline,
        at=at,
        happening=happening,
        due_at=deadline.due_at,
        remaining=deadline.remaining,
        rule_version=deadline.rule_version,
        detail=detail,
    )


def _record(
    actor: Actor,
    deadline: Deadline,
    happening: Happening,
    *,
    at: datetime,
    detail: str = "",
    reason: str = "",
) -> None:
    _event(deadline, happening, at, detail).save(force_insert=True)
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event=f"deadlines.{happening.value}",
        subjects=[Subject("deadline", deadline.id), Subject(deadline.subject_kind, deadline.subject_id)],
        fields=["state", "due_at"],
        reason=reason,
    )
