"""What refers to a person: declared by each room for its own tables, so that a merge and a disposal know it.

A room above declares its references in its `AppConfig.ready`; this room's own are below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from darwin.theme.formats import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReference:
    """One kind of row that points to a person.

    name: unique, "records.phone_use". label: what the rows are, on a page ("numbers used"). rows: those of a
    person, as a queryset. field: the name of the foreign key, or of the column that holds the identifier.
    same_as: the fields in which an open row of the other person says the same; such a row is not moved.
    moves: whether a merge moves the rows at all. erases: what a disposal does with the rows of a person;
    None deletes them.
    """

    name: str
    label: Words
    rows: Callable[[UUID], QuerySet[Any]]
    field: str = "person_id"
    same_as: tuple[str, ...] = ()
    moves: bool = True
    erases: Callable[[UUID], int] | None = None


_references: dict[str, PersonReference] = {}


def register_reference(reference: PersonReference) -> None:
    """Make a kind of reference known. Raises ValueError if its name is taken."""
    if reference.name in _references:
        raise ValueError(f"the reference {reference.name} is declared twice")
    _references[reference.name] = reference


def references() -> Sequence[PersonReference]:
    """Every kind of reference, in the order of their names."""
    return [_references[name] for name in sorted(_references)]


def reference_named(name: str) -> PersonReference | None:
    """The kind of reference of this name, if a room of this version still declares it."""
    return _references.get(name)


def rows_of(model: str, field: str = "person_id") -> Callable[[UUID], QuerySet[Any]]:
    """The rows of a model of this room ("PhoneUse") that point to a person."""

    def rows(person_id: UUID) -> QuerySet[Any]:
        found: type[Model] = apps.get_model("records", model)
        return found._default_manager.filter(**{field: person_id})

    return rows


def declare_own() -> None:
    """What points to a person in this room."""
    from django.utils.translation import gettext_lazy as _

    own: tuple[tuple[str, str, Words, tuple[str, ...]], ...] = (
        ("alias", "PersonAlias", _("other names"), ()),
        ("role", "PersonRole", _("roles in what happened"), ("role", "subject_kind", "subject_id")),
        ("number", "PhoneUse", _("numbers used"), ("phone_id",)),
        ("place", "PersonLocation", _("places"), ("location_id", "kind")),
        ("vehicle", "PersonVehicle", _("vehicles"), ("vehicle_id", "kind")),
        ("vulnerability", "VulnerabilityMarker", _("vulnerability markers"), ("code",)),
        ("warning", "WarningMarker", _("warning markers"), ("code",)),
        ("hold", "LegalHold", _("legal holds"), ()),
    )
    for name, model, label, same_as in own:
        register_reference(
            PersonReference(name=f"records.{name}", label=label, rows=rows_of(model), same_as=same_as)
        )
