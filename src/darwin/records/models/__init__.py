"""The tables of this room."""

from darwin.records.models.history import ValueChange
from darwin.records.models.keys import NameForm, NameWord, Origin, SearchKey
from darwin.records.models.markers import Marker, RestrictedRecord, VulnerabilityMarker, WarningMarker
from darwin.records.models.merges import PersonMerge
from darwin.records.models.people import Person, PersonAlias, PersonRole, Sex
from darwin.records.models.phones import (
    LinkKind,
    PhoneIdentity,
    PhoneKind,
    PhoneLink,
    PhoneLinkEnding,
    PhoneMarking,
    PhoneUse,
)
from darwin.records.models.places import Location, PersonLocation, PersonVehicle, Vehicle
from darwin.records.models.retention import Decision, LegalHold, RetentionReview

__all__ = [
    "Decision",
    "LegalHold",
    "LinkKind",
    "Location",
    "Marker",
    "NameForm",
    "NameWord",
    "Origin",
    "Person",
    "PersonAlias",
    "PersonLocation",
    "PersonMerge",
    "PersonRole",
    "PersonVehicle",
    "PhoneIdentity",
    "PhoneKind",
    "PhoneLink",
    "PhoneLinkEnding",
    "PhoneMarking",
    "PhoneUse",
    "RestrictedRecord",
    "RetentionReview",
    "SearchKey",
    "Sex",
    "ValueChange",
    "Vehicle",
    "VulnerabilityMarker",
    "WarningMarker",
]
