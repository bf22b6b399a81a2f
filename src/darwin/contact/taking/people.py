"""Looking people up by what a caller says of themselves, and what the records room holds of one."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONArray, JSONObject
from django.utils.translation import gettext as _

from darwin.contact.models import Contact
from darwin.contact.services.identity import record_identity
from darwin.contact.shown.channels import code_words
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject
from darwin.records.births import Birth, read_birth
from darwin.records.models import Person, RestrictedRecord, VulnerabilityMarker
from darwin.records.search.asked import read_query
from darwin.records.search.words import fold
from darwin.records.searching import search_people
from darwin.records.services.people import link_person, record_person
from darwin.records.services.phones import record_use
from darwin.staff.models import Account
from darwin.theme import formats

_SOURCE = "said on a call"


class UnknownPerson(DarwinError):
    """A person who is on no record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFound:
    """A person who matches. name, born, place: as they are shown; why: what matches, in words. restricted:
    the record shows nothing of itself."""

    person_id: UUID
    name: str
    born: str
    place: str
    why: tuple[str, ...] = ()
    restricted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown:
    """A person who has been identified. age: in whole years, None if not known. markers: in words.
    restricted: the record shows nothing of itself, name included."""

    person_id: UUID
    name: str
    age: int | None = None
    markers: tuple[str, ...] = ()
    restricted: bool = False


def find_people(*, name: str, born: str, address: str, account: Account, most: int) -> list[PersonFound]:
    """Who may be meant by what a caller says of themselves, the likeliest first.

    Digits in it are never looked up as a telephone number or a registration mark: a number is not a person.
    Raises NotABirth where the date of birth cannot be read.
    """
    year = clock.now().astimezone(clock.LONDON).year
    said = read_query(name, year, read_birth(born, year))
    place = read_query(address, year)
    asked = replace(
        said,
        digits="",
        at_end=False,
        mark="",
        postcode=place.postcode,
        address=place.address or tuple(fold(address).split()),
    )
    return [
        PersonFound(
            person_id=match.person_id,
            name=match.name,
            born=_born(match.birth),
            place=match.place,
            why=match.reasons,
            restricted=match.restricted,
        )
        for match in search_people(asked, account, most)
    ]


def _born(birth: Birth) -> str:
    if birth.whole and birth.year and birth.month and birth.day:
        return formats.day(date(birth.year, birth.month, birth.day))
    return str(birth.year) if birth.year else ""


def person_as_known(outer: str) -> Subquery:
    """For a query over rows that name a person at `outer`: what is known of the person in use, as one value
    that `known` reads, so that a page that shows who is speaking asks no second question."""
    named = OuterRef(outer)
    markers = VulnerabilityMarker.objects.filter(person=OuterRef("pk"), ended_at=None).order_by("since")
    restricted = RestrictedRecord.objects.filter(
        subject_kind="person", subject_id=OuterRef("pk"), ended_at=None
    )
    in_use = Person.objects.filter(Q(pk=named, merged_into=None) | Q(merged_from__pk=named), disposed_at=None)
    told = JSONObject(
        id="pk",
        names=JSONArray("given_name", "middle_names", "family_name"),
        birth=JSONArray("birth_year", "birth_month", "birth_day"),
        markers=ArraySubquery(markers.values("code")),
        restricted=Exists(restricted),
    )
    return Subquery(in_use.values(told=told)[:1])


def known(told: dict[str, Any] | None, at: datetime) -> PersonKnown | None:
    """What person_as_known found; None where there is no such person."""
    if told is None:
        return None
    if told["restricted"]:
        return PersonKnown(person_id=UUID(told["id"]), name="", restricted=True)
    return PersonKnown(
        person_id=UUID(told["id"]),
        name=" ".join(filter(None, told["names"])),
        age=_age(told["birth"], at),
        markers=tuple(code_words("vulnerability_marker", code) for code in told["markers"]),
    )


def _age(birth: list[int | None], at: datetime) -> int | None:
    """Whole years, where the date of birth is known whole: half a date would be a guess."""
    year, month, day = birth
    if year is None or month is None or day is None:
        return None
    today = at.astimezone(clock.LONDON).date()
    return today.year - year - ((today.month, today.day) < (month, day))


def same_person(person_id: UUID) -> list[UUID]:
    """Every identifier under which this person is recorded: the record in use and those joined to it. One
    query."""
    named = Q(pk=person_id) | Q(merged_into=person_id) | Q(merged_from=person_id)
    joined = Q(merged_into__merged_from=person_id)
    found = Person.objects.filter(named | joined).values_list("pk", flat=True).distinct()
    return list(found) or [person_id]


@transaction.atomic
def identify_caller(*, actor: Actor, key: UUID, person_id: UUID, role: str) -> None:
    """Record that this person is speaking in the contact: who, their place in it, and that they use its
    number. Raises DarwinError where the records room refuses."""
    person = Person.objects.filter(
        Q(pk=person_id, merged_into=None) | Q(merged_from__pk=person_id), disposed_at=None
    ).first()
    if person is None:
        raise UnknownPerson(_("That record is not there any more. Look the person up again."))
    record_identity(actor=actor, key=key, person_id=person.id, role=role)
    link_person(actor=actor, person=person, role="CALLER", subject=Subject("contact", key), source=_SOURCE)
    number = Contact.objects.filter(id=key).values_list("caller_number", flat=True).first()
    if number:
        record_use(actor=actor, person=person, number=number, source=_SOURCE)


@transaction.atomic
def identify_new(*, actor: Actor, key: UUID, name: str, born: str, address: str, role: str) -> None:
    """Record the caller as a new person, with what they say of themselves, and that they are speaking."""
    *given, family = name.split() or [""]
    year = clock.now().astimezone(clock.LONDON).year
    place = " ".join(address.split())
    person = record_person(
        actor=actor,
        given_name=" ".join(given[:1]),
        middle_names=" ".join(given[1:]),
        family_name=family,
        birth=read_birth(born, year),
        identity_note=_("Says they live at: %(place)s") % {"place": place} if place else "",
        source=_SOURCE,
    )
    identify_caller(actor=actor, key=key, person_id=person.id, role=role)
