"""Joining two records: what each has and what the result will be; then done, and undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.records.births import Birth
from darwin.records.forms import ReasonForm, SearchForm
from darwin.records.merging import FIELD_GROUPS, MergePlan, MergeRefused, plan_merge
from darwin.records.models import Person, PersonMerge, RestrictedRecord
from darwin.records.permissions import MERGE_PEOPLE
from darwin.records.searching import Match, ask, restricted_among, search_people
from darwin.records.services.merges import merge_people, undo_merge
from darwin.records.shown import birth_words, value_words
from darwin.records.views.asking import asker, consult
from darwin.staff.gate import page
from darwin.theme.parts import Fault

MOST_ALIKE, MOST_FOUND = 5, 20
NOW_RESTRICTED = Exists(
    RestrictedRecord.objects.filter(subject_kind="person", subject_id=OuterRef("pk"), ended_at=None)
)


@never_cache
@require_http_methods(["GET", "POST"])
@page(MERGE_PEOPLE, personal=True)
def merge(request: HttpRequest, person_id: UUID, other_id: UUID) -> HttpResponse:
    """Show what joining the second record to the first will do; a post does it."""
    seen = MERGE_PEOPLE.visible(asker(request), Person.objects.all())
    survivor, absorbed = get_object_or_404(seen, pk=person_id), get_object_or_404(seen, pk=other_id)
    record_consultation(
        actor=asker(request).actor,
        screen="records.merge",
        subjects=[Subject("person", survivor.id), Subject("person", absorbed.id)],
    )
    if restricted_among("person", [survivor.id, absorbed.id]):
        return render(request, "records/restricted.html", {"may": False})
    form, faults = ReasonForm(request.POST if request.method == "POST" else None), []
    plan: MergePlan | None = None
    try:
        plan = plan_merge(survivor, absorbed)
        if request.method == "POST" and form.is_valid():
            choices = {name: request.POST.get(name, "") for name in FIELD_GROUPS if request.POST.get(name)}
            merge_people(
                actor=asker(request).actor,
                survivor=survivor,
                absorbed=absorbed,
                choices=choices,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The two records are one now. It can be undone from its history."))
            return redirect("records:person", survivor.id)
    except MergeRefused as refusal:
        faults = [Fault(str(refusal), "")]
    context = {"form": form, "faults": faults, "plan": plan, "fields": _fields(plan) if plan else []}
    context |= {"survivor": survivor, "absorbed": absorbed}
    return render(request, "records/merge.html", context, status=422 if faults or form.errors else 200)


@never_cache
@require_GET
@page(MERGE_PEOPLE, personal=True)
def same_as(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Look for another record of the same person. Before anything is asked, those that are like this one."""
    people = MERGE_PEOPLE.visible(asker(request), Person.objects.annotate(is_restricted=NOW_RESTRICTED))
    found = get_object_or_404(people, pk=person_id)
    # An annotation, which mypy loses.
    if getattr(found, "is_restricted") and (  # noqa: B009
        instead := consult(request, "person", found.id, restricted=True, opens=False)
    ):
        return instead
    if found.merged_into_id is not None or found.disposed_at is not None:
        return redirect("records:person", found.id)
    form = SearchForm(request.GET if "q" in request.GET else None)
    matches: list[Match] = []
    if not form.is_bound:
        birth = Birth(found.birth_year, found.birth_month, found.birth_day)
        matches = search_people(ask(found.shown_name, birth), asker(request), MOST_ALIKE + 1)
    elif form.is_valid():
        asked = ask(form.cleaned_data["q"], form.cleaned_data["born"])
        matches = search_people(asked, asker(request), MOST_FOUND + 1)
    others = [match for match in matches if match.person_id != found.id]
    record_consultation(
        actor=asker(request).actor,
        screen="records.same_as",
        subjects=[Subject("person", one) for one in (found.id, *(match.person_id for match in others))],
    )
    context = {
        "person": found,
        "born": birth_words(Birth(found.birth_year, found.birth_month, found.birth_day)),
        "form": form,
        "others": [(match, birth_words(match.birth), "; ".join(match.reasons)) for match in others],
    }
    return render(request, "records/same_as.html", context, status=400 if form.errors else 200)


@require_POST
@page(MERGE_PEOPLE, personal=True)
def merge_undo(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Take two records apart; the page after says what could not be undone."""
    found = get_object_or_404(PersonMerge, pk=merge_id)
    try:
        done = undo_merge(
            actor=asker(request).actor, merge=found, reason=request.POST.get("reason", "")[:500]
        )
    except MergeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The two records are apart again."))
        for sentence in done.not_undone:
            messages.warning(request, sentence)
    return redirect("records:person_history", found.survivor_id)


def _fields(plan: MergePlan) -> list[dict[str, Any]]:
    labels = {
        "name": _("Name"),
        "birth": _("Date of birth"),
        "sex": _("Sex"),
        "language": _("Language"),
        "identity_note": _("To tell them from others"),
        "retention_group": _("Kept under"),
    }
    return [
        {
            "plan": field,
            "label": labels[field.name],
            "survivor": _words(field.name, field.survivor),
            "absorbed": _words(field.name, field.absorbed),
        }
        for field in plan.fields
    ]


def _words(group: str, values: tuple[Any, ...]) -> str:
    """What a record has of one group of fields, as a page says it."""
    if group == "birth":
        return birth_words(Birth(*values))
    fields = FIELD_GROUPS[group]
    told = [value_words(field, value) for field, value in zip(fields, values, strict=True) if value]
    return " ".join(told) or _("not known")
