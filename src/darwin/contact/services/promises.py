"""Promises to call back: made by a person, with a clock; kept; late."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from darwin.contact.deadline_kinds import CALLBACK_PROMISE
from darwin.contact.models import CallbackPromise
from darwin.deadlines import clock
from darwin.deadlines.models import RUNNING, Deadline, State
from darwin.deadlines.services import meet_deadline, start_deadline
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry

SUBJECT = "callback_promise"


@transaction.atomic
def make_promise(
    *, actor: Actor, contact_id: UUID, promised_at: datetime, promised_by: datetime
) -> CallbackPromise:
    """Promise the caller of a contact a call back by `promised_by`, and start its clock.

    The same promise (contact and moment it was made) is made once. A due time that has passed already is
    late at once: the deadline's worker marks it.
    """
    promise, made = CallbackPromise.objects.get_or_create(
        contact_id=contact_id,
        promised_at=promised_at,
        defaults={"promised_by": promised_by, "made_by": actor.id},
    )
    if made:
        start_deadline(
            actor=actor,
            kind=CALLBACK_PROMISE,
            subject=Subject(SUBJECT, promise.id),
            started_at=promised_at,
            due_at=promised_by,
        )
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="contact.callback_promised",
            subjects=[Subject(SUBJECT, promise.id), Subject("contact", contact_id)],
            fields=["promised_by"],
        )
    return promise


@transaction.atomic
def keep_promise(*, actor: Actor, promise_id: UUID, kept_by_contact: UUID | None = None) -> bool:
    """Record that the promise was kept now. False if it was kept already: nothing changes then."""
    now = clock.now()
    changed = CallbackPromise.objects.filter(id=promise_id, kept_at=None).update(
        kept_at=now, kept_by_contact_id=kept_by_contact
    )
    if not changed:
        return False
    running = Deadline.objects.filter(
        kind=CALLBACK_PROMISE, subject_id=promise_id, state__in=(*RUNNING, State.ACTED), met_at=None
    ).first()
    if running is not None:
        meet_deadline(actor=actor, deadline=running, met_at=now)
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="contact.promise_kept",
        subjects=[Subject(SUBJECT, promise_id)],
        fields=["kept_at"],
    )
    return True


def mark_promise_late(deadline: Deadline, actor: Actor) -> None:
    """What the deadline of a promise does when its time passes: it is late from then on, for all to see."""
    CallbackPromise.objects.filter(id=deadline.subject_id, kept_at=None, late_at=None).update(
        late_at=deadline.due_at
    )
