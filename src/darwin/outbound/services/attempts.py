"""Attempts: begun by exactly one, let out once, ended with a result."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.deadlines.models import RUNNING, Deadline
from darwin.deadlines.services import meet_deadline, start_deadline
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.outbound import thresholds
from darwin.outbound.channels import Channel, Content, NoSender, NotSent, Outgoing, channel_named
from darwin.outbound.deciding import Asked, decide
from darwin.outbound.errors import refusal
from darwin.outbound.judging import Condition, Decision
from darwin.outbound.kinds import ATTEMPT_LAPSES, OVERRIDE_ENDS
from darwin.outbound.models import Attempt, AttemptNote, ContactPoint, UnsafeOverride
from darwin.outbound.permissions import REACH_OUT, permitted
from darwin.outbound.points import destination, locked_point
from darwin.reference.queries import one_version


class AttemptRefused(DarwinError):
    """What was asked of an attempt does not fit where it stands."""


def begin_attempt(
    *,
    actor: Actor,
    channel: str,
    number: str | None,
    purpose: str,
    subject: Subject | None = None,
    person: UUID | None = None,
) -> Attempt:
    """Take a number (or an e-mail or postal address) for one attempt; from now on it is nobody else's.

    It is decided while the number is locked, so nothing that was recorded before can be missed, and of two
    who ask at once one is second. purpose: a code of outbound_purpose. subject: what it is about. person: who
    is to be reached, where they are identified. Raises NotSafe, TakenByAnother, OutOfHours, TooSoon,
    TooManyTries or CannotBeReached, each with its sentence; then nothing is written.
    """
    way_out = channel_named(channel)
    where = destination(way_out.kind, number)
    at = clock.now()
    thresholds.purpose(purpose, at)
    # A part of Darwin may write; nobody is rung by a machine.
    by = permitted(actor, REACH_OUT) if actor.kind == "staff" or way_out.rings else None
    asked = Asked(subject=subject, person=person, purpose=purpose, by=by.id if by else None)
    if not where.reachable:
        raise refusal(decide(number, channel, at, asked), thresholds.limits(at), asked.by)
    try:
        with transaction.atomic(), one_version():
            point = locked_point(where)
            decision = decide(where.value, channel, at, asked)
            if not decision.allowed:
                raise refusal(decision, thresholds.limits(at), asked.by)
            return _begin(actor, point, way_out, decision, asked, at)
    except IntegrityError as error:
        if "one_open_attempt" not in str(error):
            raise
        # Two numbers of one person, taken at once: the index has let the first one through.
        raise refusal(decide(where.value, channel, at, asked), thresholds.limits(at), asked.by) from None


def _begin(
    actor: Actor, point: ContactPoint, channel: Channel, decision: Decision, asked: Asked, at: datetime
) -> Attempt:
    override = UnsafeOverride.objects.get(point=point, superseded_at=None) if decision.uses_override else None
    attempt = Attempt.objects.create(
        point=point,
        channel=channel.code,
        purpose=asked.purpose,
        subject_kind=asked.subject.kind if asked.subject else "",
        subject_id=asked.subject.id if asked.subject else None,
        person_id=asked.person,
        by_id=asked.by,
        part="" if asked.by else actor.name,
        conditions=sorted(decision.conditions),
        override=override,
        begun_at=at,
    )
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="outbound.began_attempt",
        subjects=_subjects(attempt),
        fields=["point", "channel", "purpose", "conditions"],
        counts={"by_override": int(override is not None)},
    )
    subject = Subject("attempt", attempt.id)
    start_deadline(actor=actor, kind=ATTEMPT_LAPSES, subject=subject, started_at=at)
    if override is not None:
        _end_clock(actor, OVERRIDE_ENDS, Subject("unsafe_override", override.id))
    return attempt


def send_attempt(*, actor: Actor, attempt: Attempt, content: Content | None = None) -> Attempt:
    """Let an open attempt leave by its channel: to its own number or address, once.

    It is decided again under the lock: what was recorded since it was begun counts. What leaves words behind
    is ended as sent; a call stays open until `finish_attempt`. Raises NotSafe (or another refusal) if it may
    not leave any more, NoSender where nothing carries the channel out, NotSent if the sender failed.
    """
    channel = channel_named(attempt.channel)
    if channel.send is None:
        raise NoSender(str(channel.by_hand))
    conditions = _hand_over(actor, attempt, channel)
    going = Outgoing(
        actor=actor,
        attempt=attempt,
        to=attempt.point.value,
        conditions=conditions,
        content=content or Content(),
    )
    try:
        channel.send(going)
    except NotSent:
        if not channel.rings:
            finish_attempt(actor=actor, attempt=attempt, result=thresholds.NOT_SENT)
        raise
    return attempt if channel.rings else finish_attempt(actor=actor, attempt=attempt, result=thresholds.SENT)


def _hand_over(actor: Actor, attempt: Attempt, channel: Channel) -> frozenset[Condition]:
    """Mark the attempt as handed to its channel, if it still may leave; the conditions that hold now."""
    at = clock.now()
    refused = None
    with transaction.atomic(), one_version():
        point = ContactPoint.objects.select_for_update().get(pk=attempt.point_id)
        row = _own(actor, attempt, "sent")
        if row.handed_over_at is not None or row.ended_at is not None:
            raise AttemptRefused(_("This attempt was carried out already. Begin a new one."))
        decision = decide(point.value, channel.code, at, _as_begun(row))
        if decision.allowed:
            row.handed_over_at = at
            row.conditions = sorted(decision.conditions)
            row.save(update_fields=["handed_over_at", "conditions"])
            record_entry(
                actor=actor,
                verb=Verb.ALTER if channel.rings else Verb.DISCLOSE,
                event="outbound.handed_over_attempt",
                subjects=_subjects(row),
                fields=["handed_over_at", "conditions"],
            )
        else:
            refused = refusal(decision, thresholds.limits(at), row.by_id)
            _end(actor, row, thresholds.NOT_RUNG, at)
    attempt.refresh_from_db()
    if refused is not None:
        raise refused
    return decision.conditions


def _as_begun(row: Attempt) -> Asked:
    """What the attempt was begun for. The tries of its subject are not counted again: it was let through."""
    return Asked(person=row.person_id, purpose=row.purpose, by=row.by_id, attempt=row.id)


def finish_attempt(*, actor: Actor, attempt: Attempt, result: str, note: str = "") -> Attempt:
    """Say what came of an attempt and give the number back. result: a code of outbound_result.

    The result of one that lapsed meanwhile is still recorded, beside when it lapsed. Raises AttemptRefused
    if it has a result already or is somebody else's.
    """
    at = clock.now()
    known = thresholds.results(at)
    if result not in known:
        raise AttemptRefused(_("Say what came of it: choose one of the results. The number is still yours."))
    with transaction.atomic():
        ContactPoint.objects.select_for_update().get(pk=attempt.point_id)
        row = _own(actor, attempt, "finished")
        if row.ended_at is not None and (row.result != thresholds.LAPSED or result == thresholds.LAPSED):
            raise AttemptRefused(_("What came of this attempt is recorded already. Nothing was changed."))
        _end(actor, row, result, at)
        if note.strip():
            AttemptNote.objects.create(attempt=row, text=note.strip(), written_at=at, written_by_id=actor.id)
    attempt.refresh_from_db()
    return attempt


def lapse_attempt(deadline: Deadline, actor: Actor) -> None:
    """An attempt held too long is ended, so that the number is free again. Safe to run again."""
    held = Attempt.objects.filter(pk=deadline.subject_id, ended_at=None)
    if held.update(ended_at=clock.now(), result=thresholds.LAPSED):
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="outbound.attempt_lapsed",
            subjects=_subjects(Attempt.objects.get(pk=deadline.subject_id)),
            fields=["ended_at", "result"],
        )


def _end(actor: Actor, row: Attempt, result: str, at: datetime) -> None:
    row.ended_at = row.ended_at or at
    row.result, row.result_at = result, at
    row.save(update_fields=["ended_at", "result", "result_at"])
    _end_clock(actor, ATTEMPT_LAPSES, Subject("attempt", row.id))
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="outbound.finished_attempt",
        subjects=_subjects(row),
        fields=["ended_at", "result"],
    )


def _own(actor: Actor, attempt: Attempt, what: str) -> Attempt:
    """The attempt as it stands, for whoever began it. Raises AttemptRefused for anybody else."""
    # The clock first: the worker that lets an attempt lapse holds it before the attempt.
    _clock_of(ATTEMPT_LAPSES, Subject("attempt", attempt.pk)).select_for_update().first()
    row = Attempt.objects.select_for_update().get(pk=attempt.pk)
    own = row.by_id == actor.id if row.by_id else row.part == actor.name and actor.kind != "staff"
    if not own:
        raise AttemptRefused(_("Somebody else began this attempt, and only they can end it."))
    return row


def _clock_of(kind: str, subject: Subject) -> QuerySet[Deadline]:
    return Deadline.objects.filter(
        kind=kind, subject_kind=subject.kind, subject_id=subject.id, state__in=RUNNING
    )


def _end_clock(actor: Actor, kind: str, subject: Subject) -> None:
    running = _clock_of(kind, subject).first()
    if running is not None:
        meet_deadline(actor=actor, deadline=running)


def _subjects(attempt: Attempt) -> list[Subject]:
    found = [Subject("attempt", attempt.id), Subject("contact_point", attempt.point_id)]
    if attempt.subject_id is not None:
        found.append(Subject(attempt.subject_kind, attempt.subject_id))
    if attempt.person_id is not None:
        found.append(Subject("person", attempt.person_id))
    return found
