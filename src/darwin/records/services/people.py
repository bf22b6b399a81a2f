"""Writes about people: recording, correcting, other names, roles; one by one, or many by COPY."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.records.births import NOT_KNOWN, Birth
from darwin.records.given import AliasGiven as AliasGiven
from darwin.records.models import Person, PersonAlias, PersonRole, Sex, ValueChange
from darwin.records.services.keys import refresh_person
from darwin.records.services.loading import load_people as load_people
from darwin.records.services.retention import schedule_review
from darwin.reference.queries import codes
from darwin.reference.values import CodeValue

NAME_PARTS = ("given_name", "middle_names", "family_name")
CORRECTABLE = (
    "title",
    *NAME_PARTS,
    "birth_year",
    "birth_month",
    "birth_day",
    "sex",
    "language",
    "identity_note",
)


class PersonRefused(DarwinError):
    """What was to be recorded of a person does not fit. The text says why and what was kept."""


class CorrectedMeanwhile(PersonRefused):
    """Somebody changed a value after it was shown to the person who corrects it.

    fields: the names of those values.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(
            _(
                "Somebody corrected this record while you were typing. What you typed is kept: look at what "
                "it says now, then keep the correction again."
            )
        )
        self.fields = tuple(fields)


@transaction.atomic
def record_person(
    *,
    actor: Actor,
    title: str = "",
    given_name: str = "",
    middle_names: str = "",
    family_name: str = "",
    birth: Birth = NOT_KNOWN,
    sex: str = "",
    language: str = "",
    identity_note: str = "",
    source: str = "",
    aliases: Sequence[AliasGiven] = (),
    reason: str = "",
) -> Person:
    """Record a person with as much as is known. One entry. Raises PersonRefused if nothing at all is known.

    sex: a value of Sex. language: a code of the list language.
    """
    names = {"given_name": given_name, "middle_names": middle_names, "family_name": family_name}
    names = {part: " ".join(value.split()) for part, value in names.items()}
    if not any(names.values()) and not birth.known and not identity_note.strip() and not aliases:
        raise PersonRefused(
            _("Nothing is known of this person yet: write a name, a date of birth or how they can be told.")
        )
    if sex not in Sex.values:
        raise PersonRefused(_("Choose the sex from the list, or leave it not known."))
    now = clock.now()
    person = Person.objects.create(
        title=title,
        **names,
        birth_year=birth.year,
        birth_month=birth.month,
        birth_day=birth.day,
        sex=sex,
        language=language,
        identity_note=identity_note,
        source=source,
        recorded_at=now,
        last_event_on=now.astimezone(clock.LONDON).date(),
    )
    for kind in {given.kind for given in aliases}:
        listed("alias_kind", kind)
    PersonAlias.objects.bulk_create(_alias(person, given, now) for given in aliases)
    refresh_person(person.id)
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="records.person_recorded",
        subjects=[Subject("person", person.id)],
        fields=[name for name in CORRECTABLE if getattr(person, name)],
        counts={"aliases": len(aliases)},
        reason=reason,
    )
    schedule_review(actor=actor, person=person)
    return person


@transaction.atomic
def correct_person(
    *,
    actor: Actor,
    person: Person,
    values: Mapping[str, Any],
    reason: str,
    seen: Mapping[str, Any] | None = None,
) -> list[str]:
    """Change values (names of CORRECTABLE) of a person; the names of what changed. What was before is kept.

    seen: by name, what the person who corrects was shown. A value that they left as it was shown is not
    touched; one that both they and somebody else changed since raises CorrectedMeanwhile.
    Raises PersonRefused for another field, for a record that is joined to another or disposed of, or if
    nothing at all would be known any more; NotABirth for a day that does not exist.
    """
    held = Person.objects.select_for_update().get(pk=person.pk)
    must_be_in_use(held)
    unknown = set(values) - set(CORRECTABLE)
    if unknown:
        raise PersonRefused(
            _("This cannot be corrected here: %(fields)s.") % {"fields": ", ".join(sorted(unknown))}
        )
    shown = seen or {}
    changed = {
        name: value
        for name, value in values.items()
        if getattr(held, name) != value and not (name in shown and shown[name] == value)
    }
    if crossed := [name for name in changed if name in shown and getattr(held, name) != shown[name]]:
        raise CorrectedMeanwhile(crossed)
    if not changed:
        return []
    keep_values(held, changed, cause="corrected", actor=actor)
    for name, value in changed.items():
        setattr(held, name, value)
    birth = Birth(held.birth_year, held.birth_month, held.birth_day)
    if not (held.shown_name or birth.known or held.identity_note or held.aliases.exists()):
        raise PersonRefused(
            _("Nothing would be known of this person any more: leave a name, a date of birth or a note.")
        )
    held.save(update_fields=list(changed))
    refresh_person(held.id)
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="records.person_corrected",
        subjects=[Subject("person", held.id)],
        fields=sorted(changed),
        reason=reason,
    )
    person.refresh_from_db()
    return sorted(changed)


@transaction.atomic
def add_alias(*, actor: Actor, person: Person, alias: AliasGiven) -> PersonAlias:
    """Record another name of a person. Raises PersonRefused for an empty one, or a kind not in the list."""
    must_be_in_use(person)
    if not any((alias.given_name, alias.middle_names, alias.family_name)):
        raise PersonRefused(_("Write the other name. Nothing was recorded."))
    listed("alias_kind", alias.kind)
    made = _alias(person, alias, clock.now())
    made.save(force_insert=True)
    refresh_person(person.id)
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="records.alias_recorded",
        subjects=[Subject("person", person.id)],
        fields=["alias"],
    )
    return made


@transaction.atomic
def end_alias(*, actor: Actor, alias: PersonAlias, reason: str = "") -> bool:
    """The other name is used no more, or was never theirs; it stays in the history and is not searched."""
    ended = PersonAlias.objects.filter(pk=alias.pk, ended_at=None).update(ended_at=clock.now())
    if ended:
        refresh_person(alias.person_id)
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="records.alias_ended",
            subjects=[Subject("person", alias.person_id)],
            fields=["alias"],
            reason=reason,
        )
    return bool(ended)


@transaction.atomic
def link_person(
    *,
    actor: Actor,
    person: Person,
    role: str,
    subject: Subject,
    since: datetime | None = None,
    source: str = "",
) -> PersonRole:
    """Put a person into a role to something that happened; the open role if it is there already.

    role: a code of the list person_role, in any case ("caller"). Their clear period starts anew. Raises
    PersonRefused for a role that is not in the list.
    """
    at = since or clock.now()
    code = listed("person_role", role.upper(), at).code
    must_be_in_use(person)
    made, new = PersonRole.objects.get_or_create(
        person=person,
        role=code,
        subject_kind=subject.kind,
        subject_id=subject.id,
        ended_at=None,
        defaults={"since": at, "source": source},
    )
    if not new:
        return made
    note_event(person, at.astimezone(clock.LONDON).date())
    record_entry(
        actor=actor,
        verb=Verb.COMBINE,
        event="records.person_linked",
        subjects=[Subject("person", person.id), subject],
        fields=["role"],
    )
    return made


@transaction.atomic
def end_role(*, actor: Actor, role: PersonRole, reason: str) -> bool:
    """The person is not, or never was, in that role; it stays in the history. False if ended already."""
    ended = PersonRole.objects.filter(pk=role.pk, ended_at=None).update(ended_at=clock.now())
    if ended:
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="records.person_role_ended",
            subjects=[Subject("person", role.person_id), Subject(role.subject_kind, role.subject_id)],
            fields=["role"],
            reason=reason,
        )
    return bool(ended)


def note_event(person: Person, day: date) -> None:
    """Let the clear period of a person run from this day, if it is later than the one known."""
    Person.objects.filter(pk=person.pk, last_event_on__lt=day).update(last_event_on=day)


def must_be_in_use(person: Person) -> None:
    """Raises PersonRefused for a record that is joined to another, or disposed of."""
    if person.disposed_at is not None:
        raise PersonRefused(_("This record was disposed of. Nothing can be added to it."))
    if person.merged_into_id is not None:
        raise PersonRefused(
            _("This record was joined to another. Open that one: what you write belongs there.")
        )


def keep_values(person: Person, changed: Mapping[str, Any], *, cause: str, actor: Actor) -> None:
    """Keep in the history what each field of `changed` holds now, and what it will hold."""
    now = clock.now()
    ValueChange.objects.bulk_create(
        ValueChange(
            subject_kind="person",
            subject_id=person.id,
            person=person,
            field=name,
            before=getattr(person, name),
            after=value,
            cause=cause,
            changed_at=now,
            changed_by=actor.id,
        )
        for name, value in changed.items()
    )


def listed(list_code: str, code: str, at: datetime | None = None) -> CodeValue:
    """The entry of a list in force at `at`. Raises PersonRefused, naming the choices, for another code."""
    entries = {entry.code: entry for entry in codes(list_code, at)}
    if code not in entries:
        choices = ", ".join(str(entry) for entry in entries.values())
        raise PersonRefused(_("Choose one of: %(choices)s. Nothing was recorded.") % {"choices": choices})
    return entries[code]


def _alias(person: Person, given: AliasGiven, at: datetime) -> PersonAlias:
    return PersonAlias(
        person=person,
        kind=given.kind,
        given_name=" ".join(given.given_name.split()),
        middle_names=" ".join(given.middle_names.split()),
        family_name=" ".join(given.family_name.split()),
        source=given.source,
        recorded_at=at,
    )
