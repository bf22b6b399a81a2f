"""Many people at once, by COPY: the practice force, and a force's own records when it moves in."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.records.copying import copy_rows
from darwin.records.given import PersonGiven
from darwin.records.models import Origin, PhoneIdentity
from darwin.records.services.keys import FORM_COLUMNS, add_phone_pieces, count_words, form_row, lock_words
from darwin.science.numbers import normalise_number

_A_BATCH = 10_000
_PERSON = (
    "id", "title", "given_name", "middle_names", "family_name", "birth_year", "birth_month", "birth_day",
    "sex", "language", "identity_note", "source", "recorded_at", "retention_group", "last_event_on",
)  # fmt: skip
_ALIAS = ("id", "person_id", "kind", "given_name", "middle_names", "family_name", "source", "recorded_at")
_GROUP = "GROUP_3"


@transaction.atomic
def load_people(*, actor: Actor, people: Iterable[PersonGiven], source: str = "") -> list[UUID]:
    """Record many people, their aliases and the numbers they use, by COPY; their ids in the same order.

    One entry holds the counts and a digest of the identifiers. Nothing is compared with who is there already.
    """
    lock_words()
    now = clock.now()
    ids: list[UUID] = []
    digest = hashlib.sha256()
    waiting = iter(people)
    aliases = uses = 0
    while batch := list(islice(waiting, _A_BATCH)):
        identified = [(new_id(), person) for person in batch]
        copy_rows("records_person", _PERSON, (_person(*one, source, now) for one in identified))
        aliases += _copy_aliases(identified, source, now)
        uses += _copy_numbers(identified, source, now)
        copy_rows("records_nameform", FORM_COLUMNS, (form for one in identified for form in _forms(*one)))
        for identifier, _given in identified:
            digest.update(identifier.bytes)
            ids.append(identifier)
    if ids:
        count_words()
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="records.people_loaded",
            counts={"people": len(ids), "aliases": aliases, "number_uses": uses},
            provable=digest.hexdigest(),
        )
    return ids


def _person(identifier: UUID, given: PersonGiven, source: str, now: datetime) -> tuple[Any, ...]:
    birth = given.birth
    return (
        identifier, "", given.given_name, given.middle_names, given.family_name, birth.year, birth.month,
        birth.day, given.sex, given.language, "", source, now, _GROUP, now.astimezone(clock.LONDON).date(),
    )  # fmt: skip


def _copy_aliases(people: list[tuple[UUID, PersonGiven]], source: str, now: datetime) -> int:
    rows = [
        (
            new_id(), identifier, alias.kind, alias.given_name, alias.middle_names, alias.family_name,
            alias.source or source, now,
        )
        for identifier, given in people
        for alias in given.aliases
    ]  # fmt: skip
    copy_rows("records_personalias", _ALIAS, rows)
    return len(rows)


def _copy_numbers(people: list[tuple[UUID, PersonGiven]], source: str, now: datetime) -> int:
    used = [
        (identifier, form)
        for identifier, given in people
        for form in dict.fromkeys(normalise_number(number) for number in given.numbers)
        if form
    ]
    if not used:
        return 0
    wanted = {form for _identifier, form in used}
    known = dict(PhoneIdentity.objects.filter(number__in=wanted).values_list("number", "id"))
    fresh = [(new_id(), number) for number in sorted(wanted - set(known))]
    copy_rows("records_phoneidentity", ("id", "number", "recorded_at"), ((*one, now) for one in fresh))
    add_phone_pieces(fresh)
    known.update({number: identifier for identifier, number in fresh})
    copy_rows(
        "records_phoneuse",
        ("id", "phone_id", "person_id", "since", "source"),
        ((new_id(), known[form], identifier, now, source) for identifier, form in used),
    )
    return len(used)


def _forms(identifier: UUID, given: PersonGiven) -> Iterator[tuple[Any, ...]]:
    yield form_row(
        identifier, Origin.OWN.value, given.given_name, given.middle_names, given.family_name, given.birth
    )
    for alias in given.aliases:
        yield form_row(
            identifier,
            Origin.ALIAS.value,
            alias.given_name,
            alias.middle_names,
            alias.family_name,
            given.birth,
        )
