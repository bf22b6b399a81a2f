"""Ending the link of a number. One that protects somebody takes two people: one proposes, another decides."""

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.records.links import protects
from darwin.records.models import PhoneLink, PhoneLinkEnding
from darwin.records.services.phones import NumberRefused


@transaction.atomic
def end_link(*, actor: Actor, link: PhoneLink, reason: str) -> bool:
    """Say that a link that protects nobody holds no more; it stays in the history. False if it was ended.

    Raises NumberRefused without a reason, and for a link that protects somebody: that takes two people.
    """
    _must_say_why(reason)
    held = PhoneLink.objects.select_for_update().get(pk=link.pk)
    if protects(held.link):
        raise NumberRefused(
            _(
                "This link protects somebody, so it takes two people to end it. Propose it; it holds until a "
                "supervisor has decided."
            )
        )
    if held.ended_at is not None:
        return False
    _end(actor, held, reason)
    return True


@transaction.atomic
def propose_link_ending(*, actor: Actor, link: PhoneLink, reason: str) -> PhoneLinkEnding:
    """Propose that a link which protects somebody holds no more; it holds until another person has decided.

    The proposal that waits already, if there is one. Raises NumberRefused without a reason, for a link that
    has ended, and from a part of Darwin: software lowers no protection.
    """
    _must_say_why(reason)
    if actor.id is None:
        raise NumberRefused(_("Only a person can propose to end a link. Nothing was changed."))
    held = PhoneLink.objects.select_for_update().get(pk=link.pk)
    if held.ended_at is not None:
        raise NumberRefused(_("This link has ended already. Nothing was changed."))
    waiting = PhoneLinkEnding.objects.filter(link=held, confirmed_at=None, declined_at=None).first()
    if waiting is not None:
        return waiting
    made = PhoneLinkEnding.objects.create(
        link=held, proposed_at=clock.now(), proposed_by=actor.id, reason=reason.strip()
    )
    _entry(actor, "records.link_ending_proposed", made, ["proposed_at"], reason)
    return made


@transaction.atomic
def confirm_link_ending(*, actor: Actor, ending: PhoneLinkEnding, reason: str) -> PhoneLinkEnding:
    """Stand, as a second person, for ending a link: it ends now, and its number may become safe to ring.

    Raises NumberRefused without a reason, for one's own proposal, and for one that was decided already.
    """
    row = _for_second_person(actor, ending, reason)
    row.confirmed_at, row.confirmed_by, row.decision_reason = clock.now(), actor.id, reason.strip()
    row.save(update_fields=["confirmed_at", "confirmed_by", "decision_reason"])
    _end(actor, row.link, row.reason, row)
    return row


@transaction.atomic
def decline_link_ending(*, actor: Actor, ending: PhoneLinkEnding, reason: str) -> PhoneLinkEnding:
    """Decide, as a second person, that the link goes on. Raises as confirm_link_ending."""
    row = _for_second_person(actor, ending, reason)
    row.declined_at, row.declined_by, row.decision_reason = clock.now(), actor.id, reason.strip()
    row.save(update_fields=["declined_at", "declined_by", "decision_reason"])
    _entry(actor, "records.link_ending_declined", row, ["declined_at"], reason)
    return row


def _for_second_person(actor: Actor, ending: PhoneLinkEnding, reason: str) -> PhoneLinkEnding:
    if not reason.strip():
        raise NumberRefused(_("Say why: it is kept with your name. The link holds until then."))
    PhoneLink.objects.select_for_update().get(pk=ending.link_id)
    row = PhoneLinkEnding.objects.select_related("link").get(pk=ending.pk)
    if row.confirmed_at is not None or row.declined_at is not None:
        raise NumberRefused(_("Somebody has decided this already. Nothing was changed."))
    if actor.id is None or actor.id == row.proposed_by:
        raise NumberRefused(
            _(
                "You proposed this yourself, so you cannot be the second person. Ask another supervisor; the "
                "link holds until then."
            )
        )
    return row


def _must_say_why(reason: str) -> None:
    if not reason.strip():
        raise NumberRefused(_("Say why the link holds no more. It stands until then."))


def _end(actor: Actor, link: PhoneLink, reason: str, ending: PhoneLinkEnding | None = None) -> None:
    """End a link whose row is locked; with the confirmation, where there is one, as the same entry."""
    link.ended_at, link.ended_by, link.end_reason = clock.now(), actor.id, reason.strip()
    link.save(update_fields=["ended_at", "ended_by", "end_reason"])
    subjects = [Subject("phone", link.phone_id)]
    if ending is not None:
        subjects.append(Subject("phone_link_ending", ending.id))
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="records.number_link_ended",
        subjects=subjects,
        fields=["ended_at"],
        reason=reason if ending is None else ending.decision_reason,
    )


def _entry(actor: Actor, event: str, ending: PhoneLinkEnding, fields: list[str], reason: str) -> None:
    subjects = [Subject("phone", ending.link.phone_id), Subject("phone_link_ending", ending.id)]
    record_entry(
        actor=actor, verb=Verb.ALTER, event=event, subjects=subjects, fields=fields, reason=reason.strip()
    )
