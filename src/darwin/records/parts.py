"""The parts of a record that are added and ended one by one: declared once, for one pair of pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from darwin.ledger.actors import Actor
from darwin.records import person_forms
from darwin.records.given import AliasGiven
from darwin.records.models import (
    Location,
    Marker,
    Person,
    PersonAlias,
    PersonLocation,
    PersonVehicle,
    PhoneIdentity,
    PhoneUse,
    VulnerabilityMarker,
    WarningMarker,
)
from darwin.records.services.markers import Marked, end_marker, mark_vulnerable, mark_warning
from darwin.records.services.people import add_alias, end_alias
from darwin.records.services.phones import end_use, record_use
from darwin.records.services.places import end_tie, place_person, record_location, record_vehicle, tie_vehicle
from darwin.records.shown import labels
from darwin.theme import formats
from darwin.theme.formats import Words

Add = Callable[[Actor, Any, Mapping[str, Any]], Model]
End = Callable[[Actor, Any, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of part of a record.

    name: in the address. model: its rows, of which `owner` (the name of a foreign key) says whose they are.
    add: records one for the owner from the cleaned form. end: ends a row, with a reason or "". words: a row
    in words. ended: the field that is set on a row that has ended. refused_at: the field of the form beside
    which a refusal of the service is shown.
    """

    name: str
    model: type[Model]
    add_title: Words
    end_title: Words
    told: Words
    form: type[forms.Form]
    end_form: type[forms.Form]
    add: Add
    end: End
    words: Callable[[Any], str]
    ended: str = "until"
    refused_at: str = ""

    def open_rows(self, on: Person | Location | PhoneIdentity) -> Any:
        """Those of a record that have not ended."""
        return self.model._default_manager.filter(Q(**{owner_name(on): on, self.ended: None}))


def owner_name(on: Person | Location | PhoneIdentity) -> str:
    """What a record is called in the tables that point to it, and in the ledger."""
    return {Person: "person", Location: "location", PhoneIdentity: "phone"}[type(on)]


def _add_alias(actor: Actor, person: Person, typed: Mapping[str, Any]) -> Model:
    return add_alias(actor=actor, person=person, alias=AliasGiven(**typed))


def _add_number(actor: Actor, person: Person, typed: Mapping[str, Any]) -> Model:
    return record_use(actor=actor, person=person, **typed)


def _add_place(actor: Actor, person: Person, typed: Mapping[str, Any]) -> Model:
    parts: dict[str, Any] = {
        name: " ".join(value.split()) for name, value in typed.items() if name not in _TIE
    }
    location = record_location(actor=actor, **parts)
    return place_person(actor=actor, person=person, location=location, **_tie(typed))


def _add_vehicle(actor: Actor, person: Person, typed: Mapping[str, Any]) -> Model:
    described = {name: value for name, value in typed.items() if name not in _TIE}
    vehicle = record_vehicle(actor=actor, **described)
    return tie_vehicle(actor=actor, person=person, vehicle=vehicle, **_tie(typed))


_TIE = ("kind", "since", "source")


def _tie(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: typed[name] for name in _TIE}


def _marking(service: Callable[..., Marker]) -> Add:
    def add(actor: Actor, on: Marked, typed: Mapping[str, Any]) -> Model:
        return service(actor=actor, on=on, **typed)

    return add


def _marker_words(list_code: str) -> Callable[[Any], str]:
    return lambda row: " · ".join(filter(None, (labels(list_code).get(row.code, row.code), row.note)))


_DECLARED = (
    Part(
        name="name",
        model=PersonAlias,
        add_title=_("Add another name"),
        end_title=_("End another name"),
        told=_("A name that they go by, or went by. The search finds them by it."),
        form=person_forms.AliasForm,
        end_form=person_forms.EndAliasForm,
        add=_add_alias,
        end=lambda actor, row, reason: end_alias(actor=actor, alias=row, reason=reason),
        words=lambda row: f"{row.shown_name} · {labels('alias_kind').get(row.kind, row.kind)}",
        ended="ended_at",
        refused_at="given_name",
    ),
    Part(
        name="number",
        model=PhoneUse,
        add_title=_("Add a telephone number"),
        end_title=_("End the use of a number"),
        told=_("A number that they use. A number is not a person: others may use it too."),
        form=person_forms.NumberForm,
        end_form=person_forms.EndForm,
        add=_add_number,
        end=lambda actor, row, reason: end_use(actor=actor, use=row),
        words=lambda row: formats.telephone(row.phone.number),
        refused_at="number",
    ),
    Part(
        name="place",
        model=PersonLocation,
        add_title=_("Add a place"),
        end_title=_("End a place"),
        told=_("Where they live, stay or work. An address that is recorded already is used again."),
        form=person_forms.PlaceForm,
        end_form=person_forms.EndForm,
        add=_add_place,
        end=lambda actor, row, reason: end_tie(actor=actor, tie=row),
        words=lambda row: f"{labels('location_kind').get(row.kind, row.kind)}: {row.location.words}",
        refused_at="street",
    ),
    Part(
        name="vehicle",
        model=PersonVehicle,
        add_title=_("Add a vehicle"),
        end_title=_("End a vehicle"),
        told=_(
            "What you write of a vehicle that is recorded already takes the place of what was known of it."
        ),
        form=person_forms.VehicleForm,
        end_form=person_forms.EndForm,
        add=_add_vehicle,
        end=lambda actor, row, reason: end_tie(actor=actor, tie=row),
        words=lambda row: f"{row.vehicle.vrm} · {labels('vehicle_tie').get(row.kind, row.kind)}",
        refused_at="vrm",
    ),
    Part(
        name="vulnerability",
        model=VulnerabilityMarker,
        add_title=_("Add a vulnerability marker"),
        end_title=_("End a vulnerability marker"),
        told=_(
            "Why somebody may be at greater risk of harm. It has a source, and a day on which it is "
            "looked at again."
        ),
        form=person_forms.VulnerabilityForm,
        end_form=person_forms.EndWithReasonForm,
        add=_marking(mark_vulnerable),
        end=lambda actor, row, reason: end_marker(actor=actor, marker=row, reason=reason),
        words=_marker_words("vulnerability_marker"),
        ended="ended_at",
        refused_at="code",
    ),
    Part(
        name="warning",
        model=WarningMarker,
        add_title=_("Add a warning for officers"),
        end_title=_("End a warning for officers"),
        told=_(
            "What an officer needs to know to stay safe. It has a source, and a day on which it is "
            "looked at again."
        ),
        form=person_forms.WarningForm,
        end_form=person_forms.EndWithReasonForm,
        add=_marking(mark_warning),
        end=lambda actor, row, reason: end_marker(actor=actor, marker=row, reason=reason),
        words=_marker_words("warning_marker"),
        ended="ended_at",
        refused_at="code",
    ),
)

PARTS: Mapping[str, Part] = {part.name: part for part in _DECLARED}
MARKERS = ("vulnerability", "warning")
