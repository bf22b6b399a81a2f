"""Reviews of how long a record is kept, and legal holds, which beat every expiry and every disposal."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.deadlines.models import RUNNING, Deadline
from darwin.deadlines.services import start_deadline
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.records.models import Decision, LegalHold, Person, RetentionReview, ValueChange
from darwin.records.retention import REVIEW, keeps_until, open_holds, review_due
from darwin.records.services.disposal import erase_person
from darwin.reference.queries import one_version


class RetentionRefused(DarwinError):
    """A hold, a review or a disposal does not fit. The text says why, and that nothing was changed."""


@transaction.atomic
def schedule_review(*, actor: Actor, person: Person) -> bool:
    """Start the clock to the next review of a record; False if it runs, or nothing is left to review."""
    if person.disposed_at is not None or person.merged_into_id is not None:
        return False
    if Deadline.objects.filter(kind=REVIEW, subject_id=person.id, state__in=RUNNING).exists():
        return False
    due = review_due(person)
    start_deadline(actor=actor, kind=REVIEW, subject=Subject("person", person.id), due_at=due.due_at)
    return True


def schedule_missing_reviews(*, actor: Actor, most: int) -> int:
    """Start the clock of people who have none, `most` at a time; how many were started."""
    running = Deadline.objects.filter(kind=REVIEW, state__in=RUNNING, subject_id=OuterRef("pk"))
    reviewed = RetentionReview.objects.filter(person_id=OuterRef("pk"), closed_at=None)
    waiting = Person.objects.filter(~Exists(running), ~Exists(reviewed), merged_into=None, disposed_at=None)
    with one_version():
        return sum(schedule_review(actor=actor, person=person) for person in waiting.order_by("pk")[:most])


def open_review(deadline: Deadline, actor: Actor) -> None:
    """At the due time: open a review, or let the clock run on if something was recorded meanwhile."""
    person = Person.objects.filter(pk=deadline.subject_id).first()
    if person is None or person.disposed_at is not None or person.merged_into_id is not None:
        return
    due = review_due(person)
    if due.due_at > clock.now():
        schedule_review(actor=actor, person=person)
        return
    review, made = RetentionReview.objects.get_or_create(
        person=person,
        closed_at=None,
        defaults={
            "group": person.retention_group,
            "rule_version": due.rule.id,
            "due_at": due.due_at,
            "opened_at": clock.now(),
        },
    )
    if made:
        _entry(actor, "records.retention_review_opened", review, ["due_at"], "")


@transaction.atomic
def decide_review(*, actor: Actor, review: RetentionReview, decision: str, reason: str) -> RetentionReview:
    """Retain a record until its next review, or propose to dispose of it; a second person confirms that.

    Raises RetentionRefused without a reason, for a closed review, or for a disposal that a hold or the rule
    of the group forbids.
    """
    if not reason.strip():
        raise RetentionRefused(_("Say why. Nothing was decided."))
    if decision not in Decision.values:
        raise RetentionRefused(_("Choose retain or dispose. Nothing was decided."))
    review, person = _held(review)
    if review.decision:
        raise RetentionRefused(_("This review is decided already. Nothing was changed."))
    if decision == Decision.DISPOSE:
        _may_be_disposed(person)
    review.decision, review.reason = decision, reason
    review.decided_at, review.decided_by = clock.now(), actor.id
    if decision == Decision.RETAIN:
        review.closed_at = clock.now()
    review.save()
    _entry(actor, f"records.retention_{decision}_decided", review, ["decision"], reason)
    if decision == Decision.RETAIN:
        schedule_review(actor=actor, person=person)
    return review


@transaction.atomic
def confirm_disposal(*, actor: Actor, review: RetentionReview) -> RetentionReview:
    """The second person's word: the values of the person are erased now, and cannot come back.

    Raises RetentionRefused if it is the same person, if nobody proposed it, or if a hold is open.
    """
    review, person = _held(review)
    if review.decision != Decision.DISPOSE:
        raise RetentionRefused(_("Nobody has proposed to dispose of this record. Nothing was changed."))
    if actor.id is None or actor.id == review.decided_by:
        raise RetentionRefused(
            _("A disposal takes two people. Ask somebody else to confirm it; the record stands until then.")
        )
    _may_be_disposed(person)
    review.confirmed_at, review.confirmed_by, review.closed_at = clock.now(), actor.id, clock.now()
    review.save()
    erase_person(actor=actor, person=person)
    review.refresh_from_db()
    return review


@transaction.atomic
def decline_disposal(*, actor: Actor, review: RetentionReview, reason: str) -> RetentionReview:
    """The second person says no: the review is open again, and who proposed it stays in the history."""
    if not reason.strip():
        raise RetentionRefused(_("Say why the record is to stay. Nothing was changed."))
    review, person = _held(review)
    if review.decision != Decision.DISPOSE:
        raise RetentionRefused(_("Nobody has proposed to dispose of this record. Nothing was changed."))
    ValueChange.objects.create(
        subject_kind="retention_review",
        subject_id=review.id,
        person=person,
        field="decision",
        before={"decision": review.decision, "by": str(review.decided_by), "reason": review.reason},
        after={"declined": reason},
        cause="declined",
        changed_at=clock.now(),
        changed_by=actor.id,
    )
    review.decision, review.reason, review.decided_at, review.decided_by = "", "", None, None
    review.save()
    _entry(actor, "records.disposal_declined", review, ["decision"], reason)
    return review


@transaction.atomic
def place_hold(*, actor: Actor, person: Person, basis: str, reason: str = "") -> LegalHold:
    """Hold a record against every disposal. basis: the case or law, in words. Raises RetentionRefused."""
    if not basis.strip():
        raise RetentionRefused(_("Say for which case or under which law the record is held."))
    held = Person.objects.select_for_update().get(pk=person.pk)
    if held.disposed_at is not None:
        raise RetentionRefused(_("This record was disposed of. There is nothing left to hold."))
    hold = LegalHold.objects.create(
        person=held, basis=basis, reason=reason, held_at=clock.now(), held_by=actor.id
    )
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="records.hold_placed",
        subjects=[Subject("person", held.id)],
        fields=["hold"],
        reason=reason or basis,
    )
    return hold


@transaction.atomic
def release_hold(*, actor: Actor, hold: LegalHold, reason: str) -> bool:
    """End a hold; it stays in the history. False if it was released already. Raises RetentionRefused."""
    if not reason.strip():
        raise RetentionRefused(_("Say why the hold ends. It stands until then."))
    released = LegalHold.objects.filter(pk=hold.pk, released_at=None).update(
        released_at=clock.now(), released_by=actor.id, release_reason=reason
    )
    if released:
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="records.hold_released",
            subjects=[Subject("person", hold.person_id)],
            fields=["hold"],
            reason=reason,
        )
    return bool(released)


def _held(review: RetentionReview) -> tuple[RetentionReview, Person]:
    """The open review and its person, locked: a hold that is placed at this moment comes before or after."""
    person = Person.objects.select_for_update().get(pk=review.person_id)
    found = RetentionReview.objects.select_for_update().get(pk=review.pk)
    if found.closed_at is not None:
        raise RetentionRefused(_("This review is closed. Nothing was changed."))
    return found, person


def _may_be_disposed(person: Person) -> None:
    hold = open_holds(person.id).order_by("held_at").first()
    if hold is not None:
        raise RetentionRefused(
            _("A legal hold stands on this record: %(basis)s. Nothing of it may go while it does.")
            % {"basis": hold.basis}
        )
    if person.merged_into_id is not None:
        raise RetentionRefused(_("This record is joined to another. Review that one."))
    age = keeps_until(person)
    today = clock.now().astimezone(clock.LONDON).date()
    if age is not None and today.year - (person.birth_year or 0) < age:
        raise RetentionRefused(
            _("Records of this group are kept until the person would be %(age)s. Retain it.") % {"age": age}
        )


def _entry(actor: Actor, event: str, review: RetentionReview, fields: list[str], reason: str) -> None:
    subjects = [Subject("person", review.person_id), Subject("retention_review", review.id)]
    record_entry(actor=actor, verb=Verb.ALTER, event=event, subjects=subjects, fields=fields, reason=reason)
