"""What this room holds of a person, for the pack that answers them. Others are left out where it is read."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.records.models import (
    Person,
    PersonAlias,
    PersonLocation,
    PersonRole,
    PersonVehicle,
    PhoneUse,
    ValueChange,
    VulnerabilityMarker,
    WarningMarker,
)
from darwin.records.subject_access import Row, Source, register_source, third_party
from darwin.reference.queries import codes
from darwin.theme import formats


def declare_own() -> None:
    """Declare the sources of this room."""
    for name, title, rows in (
        ("identity", gettext_lazy("Your name and what tells you from others"), _identity),
        ("aliases", gettext_lazy("Other names recorded for you"), _aliases),
        ("numbers", gettext_lazy("Telephone numbers you used"), _numbers),
        ("places", gettext_lazy("Places"), _places),
        ("vehicles", gettext_lazy("Vehicles"), _vehicles),
        ("roles", gettext_lazy("What you were to something that happened"), _roles),
        ("markers", gettext_lazy("Markers"), _markers),
        ("history", gettext_lazy("Values that were corrected"), _history),
    ):
        register_source(Source(name=f"records.{name}", title=title, rows=rows))


def _labels(list_code: str) -> dict[str, str]:
    return {entry.code: str(entry) for entry in codes(list_code)}


def _identity(people: Sequence[UUID]) -> list[Row]:
    return [
        {
            _("Name"): person.shown_name,
            _("Title"): person.title,
            _("Date of birth"): [person.birth_day, person.birth_month, person.birth_year],
            _("Sex"): person.get_sex_display(),
            _("Language"): person.language,
            _("Notes on identity"): person.identity_note,
            _("Source"): person.source,
            _("Recorded"): person.recorded_at,
        }
        for person in Person.objects.filter(pk__in=people)
    ]


def _aliases(people: Sequence[UUID]) -> list[Row]:
    kinds = _labels("alias_kind")
    return [
        {
            _("Name"): alias.shown_name,
            _("What it is"): kinds.get(alias.kind, alias.kind),
            _("Source"): alias.source,
            _("Recorded"): alias.recorded_at,
            _("Ended"): alias.ended_at,
        }
        for alias in PersonAlias.objects.filter(person_id__in=people)
    ]


def _numbers(people: Sequence[UUID]) -> list[Row]:
    """A number may be somebody else's too: who they are, and why it is treated with care, is not told."""
    uses = PhoneUse.objects.filter(person_id__in=people).select_related("phone")
    others = set(
        PhoneUse.objects.filter(phone__uses__person_id__in=people)
        .exclude(person_id__in=people)
        .values_list("phone_id", flat=True)
    )
    return [
        {
            _("Number"): formats.telephone(use.phone.number).replace(formats.NO_SPACE_BREAK, " "),
            _("Since"): use.since,
            _("Until"): use.until,
            _("Source"): use.source,
            **({_("Others"): third_party(_("who else used it"))} if use.phone_id in others else {}),
        }
        for use in uses
    ]


def _places(people: Sequence[UUID]) -> list[Row]:
    kinds = _labels("location_kind")
    return [
        {
            _("Place"): tie.location.words,
            _("What it is"): kinds.get(tie.kind, tie.kind),
            _("Since"): tie.since,
            _("Until"): tie.until,
            _("Source"): tie.source,
        }
        for tie in PersonLocation.objects.filter(person_id__in=people).select_related("location")
    ]


def _vehicles(people: Sequence[UUID]) -> list[Row]:
    kinds = _labels("vehicle_tie")
    return [
        {
            _("Registration mark"): tie.vehicle.vrm,
            _("What it is"): kinds.get(tie.kind, tie.kind),
            _("Since"): tie.since,
            _("Until"): tie.until,
        }
        for tie in PersonVehicle.objects.filter(person_id__in=people).select_related("vehicle")
    ]


def _roles(people: Sequence[UUID]) -> list[Row]:
    kinds = _labels("person_role")
    return [
        {
            _("Role"): kinds.get(role.role, role.role),
            _("Record"): f"{role.subject_kind} {role.subject_id}",
            _("Since"): role.since,
            _("Ended"): role.ended_at,
            _("Others"): third_party(_("other people in the same record")),
        }
        for role in PersonRole.objects.filter(person_id__in=people)
    ]


def _markers(people: Sequence[UUID]) -> list[Row]:
    """A marker's note and source may quote whoever gave it."""
    rows: list[Row] = []
    for kind, list_code in ((VulnerabilityMarker, "vulnerability_marker"), (WarningMarker, "warning_marker")):
        labels = _labels(list_code)
        rows += [
            {
                _("Marker"): labels.get(marker.code, marker.code),
                _("Since"): marker.since,
                _("To be reviewed"): marker.review_on,
                _("Ended"): marker.ended_at,
                _("Source"): third_party(_("who gave it, and in which words")),
            }
            for marker in kind._default_manager.filter(person_id__in=people)
        ]
    return rows


def _history(people: Sequence[UUID]) -> list[Row]:
    return [
        {
            _("Value"): change.field.replace("_", " "),
            _("Before"): change.before if not isinstance(change.before, dict) else "",
            _("After"): change.after if not isinstance(change.after, dict) else "",
            _("Changed"): change.changed_at,
        }
        for change in ValueChange.objects.filter(person_id__in=people, subject_kind="person")
    ]
