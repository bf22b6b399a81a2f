"""A person's page, and the page of what changed on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from darwin.records.births import Birth
from darwin.records.history import earlier_values, earlier_words
from darwin.records.marked import markers_of
from darwin.records.models import (
    LegalHold,
    Person,
    PersonAlias,
    PersonLocation,
    PersonMerge,
    PersonRole,
    PersonVehicle,
    PhoneUse,
    RestrictedRecord,
    ValueChange,
)
from darwin.records.permissions import (
    ANSWER_SUBJECTS,
    MERGE_PEOPLE,
    RECORD_NUMBERS,
    RECORD_PEOPLE,
    RESTRICT_RECORDS,
    REVIEW_RETENTION,
    SEARCH_RECORDS,
    SEE_NUMBER,
)
from darwin.records.shown import (
    birth_words,
    cause_words,
    field_words,
    labels,
    names_of_accounts,
    value_words,
)
from darwin.records.views.asking import asker, consult
from darwin.staff.gate import page

MOST = 50
# What holds now stands before what has ended, the latest first.
OPEN_FIRST = (F("until").desc(nulls_first=True), "-since")


@never_cache
@require_http_methods(["GET", "POST"])
@page(SEARCH_RECORDS, personal=True)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person. A post gives the reason for opening a restricted record."""
    now_restricted = RestrictedRecord.objects.filter(
        subject_kind="person", subject_id=OuterRef("pk"), ended_at=None
    )
    people = Person.objects.annotate(
        is_restricted=Exists(now_restricted), earlier_values=earlier_values("person")
    )
    found = get_object_or_404(SEARCH_RECORDS.visible(asker(request), people), pk=person_id)
    if found.merged_into_id is not None:
        return redirect("records:person", found.merged_into_id)
    restricted: bool = getattr(found, "is_restricted")  # noqa: B009 - an annotation, which mypy loses
    if (instead := consult(request, "person", found.id, restricted=restricted)) is not None:
        return instead
    me = asker(request)
    open_record = found.disposed_at is None and not restricted
    may_record = open_record and RECORD_PEOPLE.permits(me)
    context = {
        "person": found,
        "facts": _facts(found),
        "earlier": earlier_words(getattr(found, "earlier_values")),  # noqa: B009 - an annotation
        "aliases": _aliases(found),
        "numbers": _numbers(found) if SEE_NUMBER.permits(me) else None,
        "places": _places(found),
        "vehicles": _vehicles(found),
        "roles": _roles(found),
        "markers": _markers(found, may_record),
        "may_record": may_record,
        "may_number": may_record and RECORD_NUMBERS.permits(me),
        "may_restrict": open_record and RESTRICT_RECORDS.permits(me),
        "may_merge": open_record and MERGE_PEOPLE.permits(me),
        "may_review": REVIEW_RETENTION.permits(me),
        "may_answer": ANSWER_SUBJECTS.permits(me),
    }
    return render(request, "records/person.html", context)


@never_cache
@require_GET
@page(SEARCH_RECORDS, personal=True)
def person_history(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """What was corrected, joined and held of one person."""
    found = get_object_or_404(SEARCH_RECORDS.visible(asker(request), Person.objects.all()), pk=person_id)
    if (instead := consult(request, "person", found.id)) is not None:
        return instead
    changes = list(ValueChange.objects.filter(person=found)[:MOST])
    who = names_of_accounts(change.changed_by for change in changes)
    context = {
        "person": found,
        "changes": [
            {
                "at": change.changed_at,
                "field": field_words(change.field),
                "before": value_words(change.field, change.before),
                "after": value_words(change.field, change.after),
                "how": cause_words(change.cause),
                "who": who[change.changed_by],
            }
            for change in changes
        ],
        "merges": PersonMerge.objects.filter(survivor=found).select_related("absorbed")[:MOST],
        "holds": LegalHold.objects.filter(person=found).order_by("-held_at")[:MOST],
        "may_merge": MERGE_PEOPLE.permits(asker(request)),
        "may_review": REVIEW_RETENTION.permits(asker(request)),
    }
    return render(request, "records/person_history.html", context)


def _facts(found: Person) -> list[tuple[str, Any]]:
    birth = Birth(found.birth_year, found.birth_month, found.birth_day)
    return [
        (_("Date of birth"), birth_words(birth)),
        (_("Sex"), found.get_sex_display() or _("not known")),
        (_("Language"), labels("language").get(found.language, "") or _("not known")),
        (_("To tell them from others"), found.identity_note or _("nothing noted")),
    ]


def _aliases(found: Person) -> list[tuple[str, PersonAlias]]:
    kinds = labels("alias_kind")
    rows = PersonAlias.objects.filter(person=found)[:MOST]
    return [(kinds.get(alias.kind, alias.kind), alias) for alias in rows]


def _places(found: Person) -> list[tuple[str, PersonLocation]]:
    kinds = labels("location_kind")
    rows = PersonLocation.objects.filter(person=found).select_related("location")
    return [(kinds.get(tie.kind, tie.kind), tie) for tie in rows.order_by(*OPEN_FIRST)[:MOST]]


def _vehicles(found: Person) -> list[tuple[str, PersonVehicle]]:
    kinds = labels("vehicle_tie")
    rows = PersonVehicle.objects.filter(person=found).select_related("vehicle")
    return [(kinds.get(tie.kind, tie.kind), tie) for tie in rows.order_by(*OPEN_FIRST)[:MOST]]


def _numbers(found: Person) -> list[PhoneUse]:
    return list(PhoneUse.objects.filter(person=found).select_related("phone").order_by(*OPEN_FIRST)[:MOST])


def _roles(found: Person) -> list[tuple[str, PersonRole]]:
    kinds = labels("person_role")
    rows = PersonRole.objects.filter(person=found).order_by("-since")[:MOST]
    return [(kinds.get(role.role, role.role), role) for role in rows]


def _markers(found: Person, may_end: bool) -> list[dict[str, Any]]:
    """The open markers, each with the address at which it is ended, for those who may."""
    return [
        marker
        | {
            "end": reverse("records:person_end", args=[found.id, marker["kind"], marker["id"]])
            if may_end
            else ""
        }
        for marker in markers_of(found)
    ]
