"""A merge before it is done: what each of two records has, where they differ, and what the result will be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from darwin.errors import DarwinError
from darwin.records.models import Person
from darwin.records.references import references
from darwin.theme.formats import Words

SURVIVOR, ABSORBED = "survivor", "absorbed"
# The parts of a name and of a date go together: half of one and half of the other would be nobody's.
FIELD_GROUPS: Mapping[str, tuple[str, ...]] = {
    "name": ("title", "given_name", "middle_names", "family_name"),
    "birth": ("birth_year", "birth_month", "birth_day"),
    "sex": ("sex",),
    "language": ("language",),
    "identity_note": ("identity_note",),
    "retention_group": ("retention_group",),
}


class MergeRefused(DarwinError):
    """Two records cannot be joined, or taken apart. The text says why, and that nothing was changed."""


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One group of fields: what both have, which one is proposed, and whether somebody has to choose."""

    name: str
    survivor: tuple[Any, ...]
    absorbed: tuple[Any, ...]
    proposed: str
    conflict: bool


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """One kind of rows: how many each record has, and whether a merge moves them."""

    label: Words
    survivor: int
    absorbed: int
    moves: bool


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge of two records will do. `choices` proposes one side for every group."""

    survivor: Person
    absorbed: Person
    fields: tuple[FieldPlan, ...]
    rows: tuple[RowsPlan, ...]

    @property
    def conflicts(self) -> list[str]:
        """The groups for which somebody has to choose."""
        return [field.name for field in self.fields if field.conflict]

    @property
    def choices(self) -> dict[str, str]:
        """The side proposed for every group."""
        return {field.name: field.proposed for field in self.fields}


def plan_merge(survivor: Person, absorbed: Person) -> MergePlan:
    """What joining `absorbed` to `survivor` will do. Writes nothing. Raises MergeRefused."""
    check_pair(survivor, absorbed)
    fields = tuple(_field_plan(name, survivor, absorbed) for name in FIELD_GROUPS)
    return MergePlan(survivor, absorbed, fields, _rows_plan(survivor, absorbed))


def _rows_plan(survivor: Person, absorbed: Person) -> tuple[RowsPlan, ...]:
    """How many rows of each kind both records have, in one query however many kinds there are."""
    declared = references()
    counts = {
        f"{side}_{number}": _counted(reference.rows(person.id))
        for number, reference in enumerate(declared)
        for side, person in ((SURVIVOR, survivor), (ABSORBED, absorbed))
    }
    found: Mapping[str, Any] = Person.objects.filter(pk=survivor.pk).values(**counts).get()
    return tuple(
        RowsPlan(
            reference.label,
            found[f"{SURVIVOR}_{number}"],
            found[f"{ABSORBED}_{number}"],
            reference.moves,
        )
        for number, reference in enumerate(declared)
    )


def _counted(rows: QuerySet[Any]) -> Coalesce:
    """The number of these rows, as part of another query."""
    alike = rows.order_by().annotate(alike=Value(1)).values("alike")
    return Coalesce(Subquery(alike.annotate(many=Count("pk")).values("many")), 0)


def check_pair(survivor: Person, absorbed: Person) -> None:
    """Raises MergeRefused unless both are different records that are in use."""
    if survivor.pk == absorbed.pk:
        raise MergeRefused(_("This is one and the same record. Choose the other one."))
    for person in (survivor, absorbed):
        if person.disposed_at is not None:
            raise MergeRefused(_("One of the records was disposed of. Nothing was joined."))
        if person.merged_into_id is not None:
            raise MergeRefused(_("One of the records is joined to another already. Take that apart first."))


def _field_plan(name: str, survivor: Person, absorbed: Person) -> FieldPlan:
    own = tuple(getattr(survivor, field) for field in FIELD_GROUPS[name])
    other = tuple(getattr(absorbed, field) for field in FIELD_GROUPS[name])
    own_known, other_known = _known(own), _known(other)
    if name == "retention_group":
        # The lower the group's number, the longer it is kept: a merge never shortens a record's life.
        return FieldPlan(name, own, other, SURVIVOR if own <= other else ABSORBED, False)
    proposed = ABSORBED if other_known and not own_known else SURVIVOR
    return FieldPlan(name, own, other, proposed, own_known and other_known and own != other)


def _known(values: tuple[Any, ...]) -> bool:
    return any(value not in ("", None) for value in values)
