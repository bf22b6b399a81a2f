"""Recording a person who was not found, and correcting what is recorded of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.records.births import NotABirth
from darwin.records.carrying import carried
from darwin.records.models import Person
from darwin.records.permissions import RECORD_NUMBERS, RECORD_PEOPLE
from darwin.records.person_forms import CorrectForm, NewPersonForm, shown_of
from darwin.records.search.asked import LONGEST_QUERY
from darwin.records.searching import Match, ask, search_people
from darwin.records.services.people import CorrectedMeanwhile, PersonRefused, correct_person, record_person
from darwin.records.services.phones import NumberRefused, record_use
from darwin.records.services.places import (
    PlaceRefused,
    place_person,
    record_location,
    record_vehicle,
    tie_vehicle,
)
from darwin.records.shown import birth_words
from darwin.records.views.asking import asker, consult
from darwin.staff.gate import page
from darwin.theme.parts import Fault

MOST_ALIKE = 5


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_PEOPLE, personal=True)
def new_person(request: HttpRequest) -> HttpResponse:
    """Record a person. What a search typed (`q`, `born`) begins the form; who is recorded already and like
    them is shown once before anything is written."""
    me = asker(request)
    may_number = RECORD_NUMBERS.permits(me)
    searched = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    form, alike, faults = _empty_form(request, searched), [], []
    if not may_number:
        del form.fields["number"]
    if request.method == "POST" and form.is_valid():
        alike = [] if request.POST.get("anyway") else _alike(request, form)
        if not alike:
            made = _record(request, form)
            if isinstance(made, Person):
                messages.success(request, _("Recorded. Your name and the time are kept with it."))
                return redirect("records:person", made.id)
            faults = [made] if made is not None else []
    record_consultation(
        actor=me.actor,
        screen="records.new_person",
        subjects=[Subject("person", match.person_id) for match in alike],
    )
    context = {
        "form": form,
        "faults": faults,
        "searched": searched,
        "alike": [(match, birth_words(match.birth), "; ".join(match.reasons)) for match in alike],
    }
    return render(request, "records/new_person.html", context, status=422 if form.errors or faults else 200)


def _empty_form(request: HttpRequest, searched: str) -> NewPersonForm:
    if request.method == "POST":
        return NewPersonForm(request.POST)
    born = request.GET.get("born", "")[:40]
    return NewPersonForm(initial=carried(ask(searched), born))


def _alike(request: HttpRequest, form: NewPersonForm) -> list[Match]:
    """Who is recorded already and may be meant."""
    who = form.who()
    names = " ".join(who[name] for name in ("given_name", "middle_names", "family_name"))
    asked = replace(ask(names), birth=form.cleaned_data["born"])
    return search_people(asked, asker(request), MOST_ALIKE)


def _record(request: HttpRequest, form: NewPersonForm) -> Person | Fault | None:
    """The person, with their number, place and vehicle: all of it, or nothing and what was wrong. None: it is
    said beside its field."""
    try:
        with transaction.atomic():
            return _write(request, form)
    except NumberRefused as refusal:
        form.add_error("number", str(refusal))
    except PlaceRefused as refusal:
        form.add_error("vrm", str(refusal))
    except PersonRefused as refusal:
        return Fault(str(refusal), "given_name")
    return None


def _write(request: HttpRequest, form: NewPersonForm) -> Person:
    actor, typed, source = asker(request).actor, form.cleaned_data, form.cleaned_data["source"]
    person = record_person(actor=actor, **form.who(), birth=typed["born"], source=source)
    if typed.get("number"):
        record_use(actor=actor, person=person, number=typed["number"], source=source)
    address = form.address()
    if any(address.values()):
        place_person(
            actor=actor, person=person, location=record_location(actor=actor, **address), source=source
        )
    if typed["vrm"]:
        vehicle = record_vehicle(actor=actor, vrm=typed["vrm"])
        tie_vehicle(actor=actor, person=person, vehicle=vehicle, source=source)
    return person


@never_cache
@require_http_methods(["GET", "POST"])
@page(RECORD_PEOPLE, personal=True)
def correct(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Correct what is recorded of a person; what was before stays on their page, with who changed it."""
    found = get_object_or_404(RECORD_PEOPLE.visible(asker(request), Person.objects.all()), pk=person_id)
    if (instead := consult(request, "person", found.id, opens=False)) is not None:
        return instead
    if found.merged_into_id is not None or found.disposed_at is not None:
        return redirect("records:person", found.id)
    form = CorrectForm(found, request.POST if request.method == "POST" else None)
    faults: list[Fault] = []
    now: list[tuple[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        values, seen = form.values()
        try:
            changed = correct_person(
                actor=asker(request).actor,
                person=found,
                values=values,
                seen=seen,
                reason=form.cleaned_data["reason"],
            )
        except CorrectedMeanwhile as refusal:
            faults = [Fault(str(refusal), "given_name")]
            form = _shown_again(found, request)
            now = _as_it_is(form, found)
        except (PersonRefused, NotABirth) as refusal:
            faults = [Fault(str(refusal), "given_name")]
        else:
            messages.success(request, _kept(changed))
            return redirect("records:person", found.id)
    context = {"form": form, "faults": faults, "person": found, "now": now}
    return render(request, "records/correct.html", context, status=422 if form.errors or faults else 200)


def _kept(changed: list[str]) -> str:
    if changed:
        return _("Corrected. What was recorded before stays below, with your name and the time.")
    return _("Nothing was different, so nothing was changed.")


def _shown_again(found: Person, request: HttpRequest) -> CorrectForm:
    """The form as it was typed, beside what is recorded now: kept again, it stands."""
    typed = request.POST.copy()
    for name, value in shown_of(Person.objects.get(pk=found.pk)).items():
        typed[f"seen_{name}"] = value
    return CorrectForm(found, typed)


def _as_it_is(form: CorrectForm, found: Person) -> list[tuple[str, Any]]:
    recorded = shown_of(Person.objects.get(pk=found.pk))
    return [
        (str(form[name].label), value or _("not known"))
        for name, value in recorded.items()
        if form[name].value() != value
    ]
