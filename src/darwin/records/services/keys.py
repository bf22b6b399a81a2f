"""Keeping the search keys: after each write, and all of them anew. Derived, so without ledger entries."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from darwin.records.births import Birth
from darwin.records.copying import copy_rows
from darwin.records.models import (
    Location,
    NameForm,
    Origin,
    Person,
    PersonAlias,
    PhoneIdentity,
    SearchKey,
    Vehicle,
)
from darwin.records.search import births, pieces, words

FORM_COLUMNS = ("person_id", "origin", "shown", "given", "family", "words", "births")
# Writers of keys share this lock; whoever takes words away holds it alone, so that no word goes while another
# writer has just found it there.
_LOCK = 7_066_531
_A_BATCH = 5000

FormRow = tuple[UUID, str, str, str, str, list[str], list[str]]


def refresh_person(person_id: UUID) -> None:
    """Make the name forms of one person anew: see refresh_people."""
    refresh_people([person_id])


@transaction.atomic
def refresh_people(people: Sequence[UUID]) -> None:
    """Make the name forms of people anew: their own name, open aliases, and records joined to theirs.

    A record that is joined to another or disposed of has none. Words that nobody has any more go. All that
    one transaction changes is given at once: the lock is taken in one step, so that two never wait crosswise.
    """
    held = NameForm.objects.filter(person_id__in=people)
    before = {word for form in held for word in form.words}
    rows = list(_forms_of(people))
    after = {word for row in rows for word in row[5]}
    gone = before - after
    _lock(alone=bool(gone))
    held.delete()
    copy_rows("records_nameform", FORM_COLUMNS, rows)
    _add_words(after - before)
    if gone:
        _drop_unused(gone)


def form_row(person_id: UUID, origin: str, given: str, middle: str, family: str, birth: Birth) -> FormRow:
    """One row of the table of name forms, in the order of FORM_COLUMNS."""
    given_words, middle_words, family_words = words.split(given), words.split(middle), words.split(family)
    shown = " ".join(filter(None, (given, middle, family)))
    listed = [*words.with_compounds(given_words), *middle_words, *words.with_compounds(family_words)]
    return (
        person_id,
        origin,
        shown,
        " ".join([*given_words, *middle_words]),
        " ".join(family_words),
        list(dict.fromkeys(listed)),
        births.keys_of(birth),
    )


def _forms_of(people: Sequence[UUID]) -> Iterator[FormRow]:
    kept = Person.objects.filter(Q(pk__in=people) | Q(merged_into_id__in=people), disposed_at=None)
    by_id = {person.id: person for person in kept}
    owners = {person.id: person.merged_into_id or person.id for person in kept}
    aliases = PersonAlias.objects.filter(person_id__in=owners, ended_at=None).order_by("id")
    for person in by_id.values():
        owner = by_id.get(owners[person.id])
        # Whoever is joined to another is found by that other.
        if owner is None or owner.merged_into_id is not None:
            continue
        origin = Origin.OWN if owner is person else Origin.JOINED
        yield _row(owner.id, origin, person, birth_of(person))
    for alias in aliases:
        owner = by_id.get(owners[alias.person_id])
        if owner is not None and owner.merged_into_id is None:
            yield _row(owner.id, Origin.ALIAS, alias, birth_of(owner))


def _row(person_id: UUID, origin: Origin, named: Person | PersonAlias, birth: Birth) -> FormRow:
    return form_row(person_id, origin.value, named.given_name, named.middle_names, named.family_name, birth)


def birth_of(person: Person) -> Birth:
    """The recorded date of birth."""
    return Birth(person.birth_year, person.birth_month, person.birth_day)


def refresh_phone(phone: PhoneIdentity) -> None:
    """Make the pieces of a number anew."""
    _refresh("phone", phone.id, pieces.digits_of(phone.number), pieces.number_pieces(phone.number))


def refresh_vehicle(vehicle: Vehicle) -> None:
    """Make the pieces of a registration mark anew."""
    _refresh("vehicle", vehicle.id, pieces.heard_mark(vehicle.vrm), pieces.mark_pieces(vehicle.vrm))


def refresh_location(location: Location) -> None:
    """Make the pieces of an address anew."""
    _refresh("location", location.id, words.fold(location.words), pieces.location_pieces(location))


def _refresh(kind: str, subject_id: UUID, form: str, found: list[str]) -> None:
    SearchKey.objects.update_or_create(
        kind=kind, subject_id=subject_id, defaults={"form": form, "pieces": found}
    )


@transaction.atomic
def rebuild_keys() -> dict[str, int]:
    """Make every search key anew from the records; how many of each there are now."""
    _lock(alone=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_nameform")
        cursor.execute("DELETE FROM records_searchkey")
    people = Person.objects.filter(merged_into=None, disposed_at=None).values_list("id", flat=True)
    waiting = people.iterator(chunk_size=_A_BATCH)
    while batch := list(islice(waiting, _A_BATCH)):
        copy_rows("records_nameform", FORM_COLUMNS, list(_forms_of(batch)))
    found = {"name_forms": NameForm.objects.count(), "words": count_words()}
    for vehicle in Vehicle.objects.iterator():
        refresh_vehicle(vehicle)
    for phone in PhoneIdentity.objects.iterator():
        refresh_phone(phone)
    for location in Location.objects.iterator():
        refresh_location(location)
    return {**found, "pieces": SearchKey.objects.count()}


def count_words() -> int:
    """Make the words of all name forms anew, each with how many forms have it; how many words there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, count(*) FROM records_nameform, unnest(words) AS word GROUP BY word ORDER BY word"
        )
        counted: dict[str, int] = dict(cursor.fetchall())
        cursor.execute("DELETE FROM records_nameword")
    rows = ((word, forms, sorted(words.keys_of(word))) for word, forms in counted.items())
    copy_rows("records_nameword", ("word", "forms", "keys"), rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE records_nameword, records_nameform")
    return len(counted)


def add_phone_pieces(rows: Iterable[tuple[UUID, str]]) -> None:
    """The pieces of many new numbers (id, number), by COPY."""
    copy_rows(
        "records_searchkey",
        ("kind", "subject_id", "form", "pieces"),
        (
            ("phone", identifier, pieces.digits_of(number), pieces.number_pieces(number))
            for identifier, number in rows
        ),
    )


def lock_words() -> None:
    """Keep every other writer of keys waiting until this transaction ends."""
    _lock(alone=True)


def _lock(*, alone: bool) -> None:
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_LOCK])


def _add_words(found: Iterable[str]) -> None:
    """In order, so that two writers never wait for each other."""
    ordered = iter(sorted(found))
    while batch := list(islice(ordered, _A_BATCH)):
        _insert_words(batch)


def _insert_words(batch: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO records_nameword (word, forms, keys) VALUES (%s, 1, %s) ON CONFLICT DO NOTHING",
            [(word, sorted(words.keys_of(word))) for word in batch],
        )


def _drop_unused(gone: Iterable[str]) -> None:
    """A word that no name form has any more could tell a name that was erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM records_nameword AS known WHERE word = ANY(%s) AND NOT EXISTS "
            "(SELECT FROM records_nameform WHERE words @> ARRAY[known.word])",
            [sorted(gone)],
        )
