"""Writes about telephone numbers: what they are, who used them, and why they are treated with care."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.records.models import (
    LinkKind,
    Person,
    PhoneIdentity,
    PhoneKind,
    PhoneLink,
    PhoneMarking,
    PhoneUse,
)
from darwin.records.services.keys import refresh_phone
from darwin.records.services.people import must_be_in_use
from darwin.science.numbers import normalise_number

LONGEST_NUMBER = 40


class NumberRefused(DarwinError):
    """What was to be recorded of a number does not fit. The text says why and what to do."""


def known_number(number: str) -> PhoneIdentity:
    """The row of a number, made if it is not there, held against others until the transaction ends.

    Raises NumberRefused for a withheld number, or for what cannot be one.
    """
    form = normalise_number(number)
    if not form:
        raise NumberRefused(_("No number was shown, so nothing can be recorded of it."))
    if len(form) > LONGEST_NUMBER or not any(character.isdigit() for character in form):
        raise NumberRefused(
            _("This is no telephone number: it has no digit, or over 40 characters. Nothing was kept.")
        )
    phone, made = PhoneIdentity.objects.get_or_create(number=form)
    if made:
        refresh_phone(phone)
    return PhoneIdentity.objects.select_for_update().get(pk=phone.pk)


@transaction.atomic
def mark_number(*, actor: Actor, number: str, kind: str, reason: str = "") -> PhoneIdentity:
    """Say what a number is (a value of PhoneKind); what it was said to be before stays in its history.

    Raises NumberRefused.
    """
    if kind not in PhoneKind.values:
        raise NumberRefused(_("Choose what the number is: %(kinds)s.") % {"kinds": _kinds()})
    phone = known_number(number)
    open_one = PhoneMarking.objects.filter(phone=phone, until=None).first()
    if open_one and open_one.kind == kind:
        return phone
    now = clock.now()
    if open_one:
        open_one.until = max(now, open_one.since)
        open_one.save(update_fields=["until"])
    PhoneMarking.objects.create(phone=phone, kind=kind, since=now, reason=reason, marked_by=actor.id)
    _entry(actor, "records.number_marked", [Subject("phone", phone.id)], ["kind"], reason)
    return phone


@transaction.atomic
def link_number(
    *, actor: Actor, number: str, link: str, subject: Subject | None = None, reason: str = ""
) -> PhoneLink:
    """Link a number to what asks for care (a value of LinkKind); the link itself if it is there already.
    `services.links` ends it.

    Raises NumberRefused.
    """
    if link not in LinkKind.values:
        raise NumberRefused(_("Choose why the number is to be treated with care."))
    phone = known_number(number)
    about = {"subject_kind": subject.kind if subject else "", "subject_id": subject.id if subject else None}
    there = PhoneLink.objects.filter(phone=phone, link=link, ended_at=None, **about).first()
    if there:
        return there
    made = PhoneLink.objects.create(
        phone=phone, link=link, reason=reason, linked_at=clock.now(), linked_by=actor.id, **about
    )
    subjects = [Subject("phone", phone.id), *([subject] if subject else [])]
    _entry(actor, "records.number_linked", subjects, ["link"], reason)
    return made


@transaction.atomic
def record_use(
    *, actor: Actor, person: Person, number: str, since: datetime | None = None, source: str = ""
) -> PhoneUse:
    """Record that a person used a number, from `since` (now, if not given). The open use if there is one.

    Raises NumberRefused; PersonRefused for a record that is joined to another or disposed of.
    """
    must_be_in_use(person)
    phone = known_number(number)
    there = PhoneUse.objects.filter(phone=phone, person=person, until=None).first()
    if there:
        return there
    made = PhoneUse.objects.create(phone=phone, person=person, since=since or clock.now(), source=source)
    subjects = [Subject("person", person.id), Subject("phone", phone.id)]
    _entry(actor, "records.number_used", subjects, ["phone"], "", Verb.COLLECT)
    return made


@transaction.atomic
def end_use(*, actor: Actor, use: PhoneUse) -> bool:
    """The person uses the number no more; the use stays in the history. False if it had ended already."""
    ended = PhoneUse.objects.filter(pk=use.pk, until=None).update(until=clock.now())
    if ended:
        subjects = [Subject("person", use.person_id), Subject("phone", use.phone_id)]
        _entry(actor, "records.number_use_ended", subjects, ["until"], "")
    return bool(ended)


def _kinds() -> str:
    return ", ".join(str(kind.label) for kind in PhoneKind)


def _entry(
    actor: Actor, event: str, subjects: list[Subject], fields: list[str], reason: str, verb: Verb = Verb.ALTER
) -> None:
    record_entry(actor=actor, verb=verb, event=event, subjects=subjects, fields=fields, reason=reason)
