"""Writes about places and vehicles, and which people belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.records.models import Location, Person, PersonLocation, PersonVehicle, ValueChange, Vehicle
from darwin.records.search.pieces import plain_mark, plain_postcode
from darwin.records.services.keys import refresh_location, refresh_vehicle
from darwin.records.services.people import listed, must_be_in_use


class PlaceRefused(DarwinError):
    """What was to be recorded of a place or a vehicle does not fit. The text says why."""


@transaction.atomic
def record_location(
    *,
    actor: Actor,
    uprn: int | None = None,
    sub_building: str = "",
    building: str = "",
    street_number: str = "",
    street: str = "",
    locality: str = "",
    town: str = "",
    postcode: str = "",
    point: tuple[float, float] | None = None,
) -> Location:
    """Record an address; the one that is there if the property number or every part is the same.

    point: latitude and longitude, WGS 84. Raises PlaceRefused for an address without a word.
    """
    parts = {
        "sub_building": sub_building, "building": building, "street_number": street_number, "street": street,
        "locality": locality, "town": town, "postcode": _spaced(postcode),
    }  # fmt: skip
    if not any(parts.values()) and uprn is None:
        raise PlaceRefused(_("Write at least a street, a town or a postcode. Nothing was recorded."))
    same = Location.objects.filter(uprn=uprn) if uprn is not None else Location.objects.filter(**parts)
    if there := same.first():
        return there
    latitude, longitude = point or (None, None)
    made = Location.objects.create(uprn=uprn, latitude=latitude, longitude=longitude, **parts)
    refresh_location(made)
    _entry(actor, "records.location_recorded", [Subject("location", made.id)], sorted(parts))
    return made


@transaction.atomic
def record_vehicle(*, actor: Actor, vrm: str, make: str = "", model: str = "", colour: str = "") -> Vehicle:
    """Record a vehicle by its registration mark, or what is known of the one that is there.

    What is given and differs from what was recorded takes its place; the earlier value stays in the history.
    Raises PlaceRefused.
    """
    mark = plain_mark(vrm)
    if not 2 <= len(mark) <= 12:
        raise PlaceRefused(_("A registration mark has 2 to 12 letters and figures. Nothing was recorded."))
    given = {"make": make.strip(), "model": model.strip(), "colour": colour.strip()}
    made, new = Vehicle.objects.get_or_create(vrm=mark, defaults=given)
    if new:
        refresh_vehicle(made)
        _entry(actor, "records.vehicle_recorded", [Subject("vehicle", made.id)], ["vrm"])
    else:
        made = _describe(actor, made, given)
    return made


def _describe(actor: Actor, vehicle: Vehicle, given: Mapping[str, str]) -> Vehicle:
    """Let what was given of a vehicle hold from now on; one entry if anything of it is new."""
    held = Vehicle.objects.select_for_update().get(pk=vehicle.pk)
    changed = {name: value for name, value in given.items() if value and getattr(held, name) != value}
    if not changed:
        return held
    now = clock.now()
    ValueChange.objects.bulk_create(
        ValueChange(
            subject_kind="vehicle",
            subject_id=held.id,
            field=name,
            before=getattr(held, name),
            after=value,
            cause="corrected",
            changed_at=now,
            changed_by=actor.id,
        )
        for name, value in changed.items()
    )
    for name, value in changed.items():
        setattr(held, name, value)
    held.save(update_fields=list(changed))
    _entry(actor, "records.vehicle_corrected", [Subject("vehicle", held.id)], sorted(changed), Verb.ALTER)
    return held


@transaction.atomic
def place_person(
    *,
    actor: Actor,
    person: Person,
    location: Location,
    kind: str = "HOME",
    since: datetime | None = None,
    source: str = "",
) -> PersonLocation:
    """A person lives, works or stays at a place (a code of location_kind); the open tie if there is one."""
    must_be_in_use(person)
    made, new = PersonLocation.objects.get_or_create(
        person=person,
        location=location,
        kind=listed("location_kind", kind).code,
        until=None,
        defaults={"since": since or clock.now(), "source": source},
    )
    if new:
        subjects = [Subject("person", person.id), Subject("location", location.id)]
        _entry(actor, "records.person_placed", subjects, ["location"])
    return made


@transaction.atomic
def tie_vehicle(
    *,
    actor: Actor,
    person: Person,
    vehicle: Vehicle,
    kind: str = "KEEPER",
    since: datetime | None = None,
    source: str = "",
) -> PersonVehicle:
    """A person keeps or drives a vehicle (a code of vehicle_tie); the open tie if there is one."""
    must_be_in_use(person)
    made, new = PersonVehicle.objects.get_or_create(
        person=person,
        vehicle=vehicle,
        kind=listed("vehicle_tie", kind).code,
        until=None,
        defaults={"since": since or clock.now(), "source": source},
    )
    if new:
        subjects = [Subject("person", person.id), Subject("vehicle", vehicle.id)]
        _entry(actor, "records.vehicle_tied", subjects, ["vehicle"])
    return made


@transaction.atomic
def end_tie(*, actor: Actor, tie: PersonLocation | PersonVehicle) -> bool:
    """The person is there, or has the vehicle, no more; it stays in the history. False if ended already."""
    ended = type(tie)._default_manager.filter(pk=tie.pk, until=None).update(until=clock.now())
    if ended:
        _entry(actor, "records.tie_ended", [Subject("person", tie.person_id)], ["until"], Verb.ALTER)
    return bool(ended)


def _spaced(postcode: str) -> str:
    """A postcode as it is written: "LE3 0QT"."""
    plain = plain_postcode(postcode)
    return f"{plain[:-3]} {plain[-3:]}" if len(plain) > 4 else plain


def _entry(
    actor: Actor, event: str, subjects: list[Subject], fields: list[str], verb: Verb = Verb.COLLECT
) -> None:
    record_entry(actor=actor, verb=verb, event=event, subjects=subjects, fields=fields)
