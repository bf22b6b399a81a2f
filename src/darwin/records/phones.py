"""What is known of a telephone number, as counts and flags. A number is not a person: none is named here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from darwin.records.models import PhoneKind
from darwin.science.numbers import normalise_number


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """kind: a value of PhoneKind. people: how many recorded people used it. links: values of LinkKind."""

    kind: str = PhoneKind.NOT_KNOWN.value
    people: int = 0
    links: frozenset[str] = frozenset()


NOTHING_KNOWN = PhoneFacts()

# A double counts with the record it was joined to.
_FACTS = """
SELECT phone.number, marking.kind,
  (SELECT count(DISTINCT coalesce(person.merged_into_id, person.id))
   FROM records_phoneuse AS used JOIN records_person AS person ON person.id = used.person_id
   WHERE used.phone_id = phone.id AND used.since <= %(at)s),
  ARRAY(SELECT DISTINCT linked.link FROM records_phonelink AS linked
   WHERE linked.phone_id = phone.id AND linked.linked_at <= %(at)s
     AND (linked.ended_at IS NULL OR linked.ended_at > %(at)s))
FROM records_phoneidentity AS phone
LEFT JOIN records_phonemarking AS marking ON marking.phone_id = phone.id
  AND marking.since <= %(at)s AND (marking.until IS NULL OR marking.until > %(at)s)
WHERE phone.number = ANY(%(numbers)s)
"""


def identity_of(number: str, at: datetime) -> PhoneFacts:
    """What was known of a number at a moment. One query; a withheld or unknown number: NOTHING_KNOWN."""
    return identities_of([number], at)[number]


def identities_of(numbers: Iterable[str], at: datetime) -> dict[str, PhoneFacts]:
    """What was known of each number at a moment, by the number as it was given. One query in all."""
    forms = {number: normalise_number(number) for number in numbers}
    asked = sorted({form for form in forms.values() if form})
    known: dict[str, PhoneFacts] = {}
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(_FACTS, {"at": at, "numbers": asked})
            for number, kind, people, links in cursor.fetchall():
                known[number] = PhoneFacts(kind or NOTHING_KNOWN.kind, people, frozenset(links))
    return {number: known.get(form or "", NOTHING_KNOWN) for number, form in forms.items()}
