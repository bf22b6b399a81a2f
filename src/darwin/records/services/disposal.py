"""Erasing a person's values. What remains is an empty row with the day it was disposed of."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import erase_subject, record_entry
from darwin.records.models import (
    Person,
    PersonMerge,
    PhoneIdentity,
    PhoneUse,
    RestrictedRecord,
    RetentionReview,
    SearchKey,
    ValueChange,
)
from darwin.records.references import references
from darwin.records.services.keys import refresh_people


def erase_person(*, actor: Actor, person: Person) -> int:
    """Erase what is held of a person and of the records joined to theirs; how many rows went.

    Inside the transaction of the decision, and only from it: whether a record may go is decided there. Rows
    of other rooms go as those have declared (`references`). A number that nobody else used, and of which
    nothing else is known, goes too. The ledger forgets its reasons; the one entry holds counts.
    """
    doubles = list(Person.objects.filter(merged_into=person).values_list("id", flat=True))
    whole = [person.id, *doubles]
    numbers = list(PhoneUse.objects.filter(person_id__in=whole).values_list("phone_id", flat=True))
    PersonMerge.objects.filter(Q(survivor_id__in=whole) | Q(absorbed_id__in=whole)).delete()
    gone = sum(_erase_rows(person_id) for person_id in whole)
    gone += ValueChange.objects.filter(Q(person_id__in=whole) | Q(subject_id__in=whole)).delete()[0]
    RestrictedRecord.objects.filter(subject_kind="person", subject_id__in=whole).delete()
    RetentionReview.objects.filter(person_id__in=whole).update(reason="")
    gone += _erase_numbers(numbers)
    Person.objects.filter(pk__in=whole).update(
        title="", given_name="", middle_names="", family_name="", birth_year=None, birth_month=None,
        birth_day=None, sex="", language="", identity_note="", source="", disposed_at=clock.now(),
    )  # fmt: skip
    refresh_people(whole)
    for person_id in whole:
        erase_subject(actor=actor, subject=Subject("person", person_id))
    record_entry(
        actor=actor,
        verb=Verb.ERASE,
        event="records.person_disposed",
        subjects=[Subject("person", person_id) for person_id in whole],
        counts={"rows": gone, "records": len(whole)},
        reason_code="retention",
    )
    return gone


def _erase_rows(person_id: UUID) -> int:
    gone = 0
    for reference in references():
        if reference.erases is not None:
            gone += reference.erases(person_id)
        else:
            gone += reference.rows(person_id).delete()[0]
    return gone


def _erase_numbers(numbers: list[UUID]) -> int:
    alone = PhoneIdentity.objects.filter(
        pk__in=numbers, uses=None, markings=None, links=None, vulnerabilitymarkers=None, warningmarkers=None
    )
    keys = list(alone.values_list("id", flat=True))
    SearchKey.objects.filter(kind="phone", subject_id__in=keys).delete()
    return PhoneIdentity.objects.filter(pk__in=keys).delete()[0]
