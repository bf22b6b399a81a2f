"""Whom rosters may give shifts to, and when they are away."""

from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from darwin.contact.views.paging import page_of
from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.planning.forms.people import AwayForm, PersonForm, TakeInForm
from darwin.planning.models import AbsenceKind, PlannedPerson, RuleSet
from darwin.planning.permissions import PLAN_PEOPLE
from darwin.planning.services.people import (
    AbsenceRefused,
    NewPerson,
    change_person,
    take_in_people,
    tell_absence,
)
from darwin.planning.views import asking
from darwin.staff.gate import page
from darwin.staff.models import Account
from darwin.theme.parts import Crumb

A_PAGE = 100


@never_cache
@require_http_methods(["GET", "POST"])
@page(PLAN_PEOPLE, personal=True)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who can be rostered, and taking in those who have an account."""
    queues = asking.queues()
    if not queues:
        record_consultation(actor=asking.asker(request).actor, screen="planning.people", subjects=[])
        return asking.nothing_yet(request)
    queue, faults = asking.queue_of(request, queues)
    form = TakeInForm(
        request.POST if request.method == "POST" else None, queues=queues, initial={"queue": queue.slug}
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["queue"]
        new = take_in_people(
            actor=asking.asker(request).actor,
            queue=chosen.slug,
            people=[NewPerson(account.display_name, account) for account in _handlers()],
        )
        said = ngettext("%(n)s person was taken in.", "%(n)s people were taken in.", new) % {"n": new}
        messages.success(request, said)
        return redirect(f"{reverse('planning:people')}?queue={chosen.slug}")
    known = PLAN_PEOPLE.visible(
        asking.asker(request), PlannedPerson.objects.filter(queue=queue.slug).order_by("name", "id")
    )
    part, fault = page_of(Paginator(known, A_PAGE), request.GET.get("page", "1"))
    faults += [fault] if fault else []
    record_consultation(
        actor=asking.asker(request).actor,
        screen="planning.people",
        subjects=[Subject("planned_person", person.id) for person in part],
    )
    context = {"queue": queue, "queues": queues, "part": part, "form": form, "faults": faults}
    return render(request, "planning/people.html", context, status=400 if faults or form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@page(PLAN_PEOPLE, personal=True)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person's contract and absences."""
    known = _person(request, person_id)
    form = PersonForm(request.POST if request.method == "POST" else None, person=known)
    if request.method == "POST" and form.is_valid():
        change_person(
            actor=asking.asker(request).actor,
            person=known,
            hours_a_week=Decimal(str(form.cleaned_data["hours_a_week"])),
            rule_set=RuleSet(form.cleaned_data["rule_set"]),
            nights=form.cleaned_data["nights"],
            ended=form.cleaned_data["ended"],
        )
        messages.success(request, _("Kept. Rosters asked for from now on go by it."))
        return redirect("planning:person", known.id)
    return _person_page(request, known, form, AwayForm())


@never_cache
@require_http_methods(["POST"])
@page(PLAN_PEOPLE, personal=True)
def away(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Keep that somebody is away."""
    known = _person(request, person_id)
    form = AwayForm(request.POST)
    if form.is_valid():
        try:
            tell_absence(
                actor=asking.asker(request).actor,
                person=known,
                kind=AbsenceKind(form.cleaned_data["kind"]),
                first_day=form.cleaned_data["first_day"],
                last_day=form.cleaned_data["last_day"],
                by=asking.asker(request),
            )
        except AbsenceRefused as refusal:
            form.add_error("first_day", str(refusal))
        else:
            messages.success(request, _("Kept. Re-plan the roster that holds, if it is touched."))
            return redirect("planning:person", known.id)
    return _person_page(request, known, PersonForm(person=known), form)


def _person_page(
    request: HttpRequest, known: PlannedPerson, form: PersonForm, away_form: AwayForm
) -> HttpResponse:
    record_consultation(
        actor=asking.asker(request).actor,
        screen="planning.person",
        subjects=[Subject("planned_person", known.id)],
    )
    context = {
        "person": known,
        "form": form,
        "away_form": away_form,
        "absences": known.absences.order_by("-first_day")[:50],
        "trail": [Crumb(_("People"), f"{reverse('planning:people')}?queue={known.queue}"), Crumb(known.name)],
    }
    status = 400 if form.errors or away_form.errors else 200
    return render(request, "planning/person.html", context, status=status)


def _person(request: HttpRequest, person_id: UUID) -> PlannedPerson:
    return get_object_or_404(
        PLAN_PEOPLE.visible(asking.asker(request), PlannedPerson.objects.all()), pk=person_id
    )


def _handlers() -> list[Account]:
    """Everybody who holds the role of a contact handler now."""
    now = clock.now()
    holding = Account.objects.filter(
        is_active=True,
        holdings__role="contact_handler",
        holdings__held_from__lte=now,
        holdings__ended_at=None,
    ).exclude(holdings__role="contact_handler", holdings__held_to__lte=now)
    return list(holding.distinct().order_by("display_name"))
