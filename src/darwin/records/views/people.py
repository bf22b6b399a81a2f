"""A person's page, and the page of what changed on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from darwin.records.births import Birth
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
    VulnerabilityMarker,
    WarningMarker,
)
from darwin.records.permissions import (
    ANSWER_SUBJECTS,
    MERGE_PEOPLE,
    REVIEW_RETENTION,
    SEARCH_RECORDS,
    SEE_NUMBER,
)
from darwin.records.shown import birth_words, labels
from darwin.records.views.asking import asker, consult
from darwin.staff.gate import page

MOST = 50


@never_cache
@require_http_methods(["GET", "POST"])
@page(SEARCH_RECORDS, personal=True)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person. A post gives the reason for opening a restricted record."""
    now_restricted = RestrictedRecord.objects.filter(
        subject_kind="person", subject_id=OuterRef("pk"), ended_at=None
    )
    people = Person.objects.annotate(is_restricted=Exists(now_restricted))
    found = get_object_or_404(SEARCH_RECORDS.visible(asker(request), people), pk=person_id)
    if found.merged_into_id is not None:
        return redirect("records:person", found.merged_into_id)
    restricted: bool = getattr(found, "is_restricted")  # noqa: B009 - an annotation, which mypy loses
    if (instead := consult(request, "person", found.id, restricted=restricted)) is not None:
        return instead
    me = asker(request)
    context = {
        "person": found,
        "facts": _facts(found),
        "aliases": _aliases(found),
        "numbers": _numbers(found) if SEE_NUMBER.permits(me) else None,
        "places": PersonLocation.objects.filter(person=found).select_related("location")[:MOST],
        "location_kinds": labels("location_kind"),
        "vehicles": PersonVehicle.objects.filter(person=found).select_related("vehicle")[:MOST],
        "roles": _roles(found),
        "markers": _markers(found),
        "may_merge": MERGE_PEOPLE.permits(me),
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
    context = {
        "person": found,
        "changes": ValueChange.objects.filter(person=found)[:MOST],
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


def _numbers(found: Person) -> list[PhoneUse]:
    return list(PhoneUse.objects.filter(person=found).select_related("phone").order_by("-since")[:MOST])


def _roles(found: Person) -> list[tuple[str, PersonRole]]:
    kinds = labels("person_role")
    rows = PersonRole.objects.filter(person=found).order_by("-since")[:MOST]
    return [(kinds.get(role.role, role.role), role) for role in rows]


def _markers(found: Person) -> list[dict[str, Any]]:
    """Both kinds of marker that are open, warnings first. One query."""
    fields = ("code", "source", "note", "since", "review_on")
    warnings = WarningMarker.objects.filter(person=found, ended_at=None).values(
        *fields, kind=Value("warning", output_field=CharField())
    )
    vulnerable = VulnerabilityMarker.objects.filter(person=found, ended_at=None).values(
        *fields, kind=Value("vulnerability", output_field=CharField())
    )
    words = {"warning": labels("warning_marker"), "vulnerability": labels("vulnerability_marker")}
    rows = warnings.union(vulnerable).order_by(F("kind").desc(), "code")
    return [{**row, "label": words[row["kind"]].get(row["code"], row["code"])} for row in rows]
