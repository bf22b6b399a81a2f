"""Rosters: those that were made, the floor's view of one, publishing, re-planning, and its files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.contact.forms import today
from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.planning.calendar_files import calendar_of
from darwin.planning.forms.asking import RosterForm, next_monday
from darwin.planning.models import Roster, RosterShift, RunKind
from darwin.planning.permissions import MAKE_PLANS, PLAN_PEOPLE, SEE_ROSTERS
from darwin.planning.services.rosters import RosterRefused, ask_replan, ask_roster, publish_roster
from darwin.planning.shown import roster as shown_roster
from darwin.planning.shown.forecast import made_by
from darwin.planning.views import asking
from darwin.staff.gate import page, refuse
from darwin.theme.parts import Crumb


@never_cache
@require_http_methods(["GET", "POST"])
@page(SEE_ROSTERS, personal=False)
def rosters(request: HttpRequest) -> HttpResponse:
    """The rosters that were made, and asking for another."""
    account = asking.asker(request)
    if request.method == "POST" and not MAKE_PLANS.permits(account):
        return refuse(request, MAKE_PLANS)
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    queue, faults = asking.queue_of(request, queues)
    form = RosterForm(
        request.POST if request.method == "POST" else None,
        queues=queues,
        initial={"queue": queue.slug, "first_day": next_monday(today())},
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = ask_roster(actor=account.actor, asked_by=account, **form.cleaned_data)
        except RosterRefused as refusal:
            form.add_error("first_day", str(refusal))
        else:
            return redirect("planning:run", run.id)
    made = SEE_ROSTERS.visible(account, Roster.objects.filter(queue=queue.slug))
    context = {
        "queue": queue,
        "queues": queues,
        "faults": faults,
        "form": form,
        "rosters": made.select_related("run", "replaced_by")[:50],
        "waiting": asking.in_hand(RunKind.ROSTER, queue.slug),
        "may_plan": MAKE_PLANS.permits(account),
    }
    return render(request, "planning/rosters.html", context, status=400 if faults or form.errors else 200)


@never_cache
@require_GET
@page(SEE_ROSTERS, personal=True)
def roster(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """The floor's view of a roster: a week of everybody's shifts, and cover against what is needed."""
    made = _roster(request, roster_id)
    return _roster_page(request, made, [])


def _roster_page(request: HttpRequest, made: Roster, refused: Sequence[str]) -> HttpResponse:
    weeks = made.days // 7
    asked = request.GET.get("week", "1")
    week = int(asked) - 1 if asked.isdigit() and 1 <= int(asked) <= weeks else 0
    shifts = list(made.shifts.select_related("person"))
    _consulted(request, "planning.roster", made, shifts)
    days, rows = shown_roster.floor_of(made, shifts, week)
    view = request.GET.get("view", "chart")
    account = asking.asker(request)
    figures = made.run.result.figures
    context: dict[str, Any] = {
        "roster": made,
        "replaced_by": Roster.objects.filter(replaces=made).first(),
        "refused": refused,
        "sentence": shown_roster.sentence(made),
        "tiles": shown_roster.tiles(made, len(rows), clock.now()),
        "reasons": figures["reasons"],
        "changes": figures.get("changes"),
        "days": days,
        "rows": rows,
        "week": week + 1,
        "weeks": [(n, asking.same_address(request, week=str(n))) for n in range(1, weeks + 1)],
        "cover": shown_roster.cover(made, week),
        "view": view if view in ("chart", "table") else "chart",
        "views": asking.views_of(request, ("chart", "table")),
        "made_by": [*shown_roster.made_with(made), *made_by(made.run)],
        "trail": [
            Crumb(_("Rosters"), f"{reverse('planning:rosters')}?queue={made.queue}"),
            Crumb(made.run.title),
        ],
        "may_plan": PLAN_PEOPLE.permits(account),
    }
    return render(request, "planning/roster.html", context, status=400 if refused else 200)


@never_cache
@require_POST
@page(PLAN_PEOPLE, personal=True)
def publish(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Let the people in a roster see their shifts."""
    made, account = _roster(request, roster_id), asking.asker(request)
    try:
        publish_roster(actor=account.actor, roster=made, by=account)
    except RosterRefused as refusal:
        return _roster_page(request, made, [str(refusal)])
    messages.success(request, _("The roster is published: the people in it see their shifts."))
    return redirect("planning:roster", made.id)


@never_cache
@require_POST
@page(PLAN_PEOPLE, personal=True)
def replan(request: HttpRequest, roster_id: UUID) -> HttpResponse:
    """Ask for the same roster with as little changed as possible."""
    made, account = _roster(request, roster_id), asking.asker(request)
    try:
        run = ask_replan(actor=account.actor, roster=made, asked_by=account, from_at=clock.now())
    except RosterRefused as refusal:
        return _roster_page(request, made, [str(refusal)])
    return redirect("planning:run", run.id)


@never_cache
@require_GET
@page(SEE_ROSTERS, personal=True)
def export(request: HttpRequest, roster_id: UUID, form: str) -> HttpResponse:
    """Everybody's shifts as an iCalendar or a CSV file."""
    made = _roster(request, roster_id)
    shifts = list(made.shifts.select_related("person__account", "roster"))
    _consulted(request, "planning.roster_file", made, shifts)
    return file_of(shifts, form, f"roster-{made.queue}-{made.first_day}", named=True)


def file_of(shifts: Sequence[RosterShift], form: str, name: str, *, named: bool) -> HttpResponse:
    """Shifts as a file of the form asked for."""
    if form == "ics":
        answer = HttpResponse(calendar_of(shifts, named=named), content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}.ics"'
        return answer
    if form != "csv":
        raise Http404(f"no file of the form {form}")
    result = shown_roster.floor_result(shifts) if named else shown_roster.shift_rows(shifts)
    return asking.csv_answer(result, name)


def _roster(request: HttpRequest, roster_id: UUID) -> Roster:
    seen = SEE_ROSTERS.visible(
        asking.asker(request), Roster.objects.select_related("run__result", "run__asked_by")
    )
    return get_object_or_404(seen, pk=roster_id)


def _consulted(request: HttpRequest, screen: str, made: Roster, shifts: Sequence[RosterShift]) -> None:
    people = sorted({shift.person_id for shift in shifts}, key=str)
    record_consultation(
        actor=asking.asker(request).actor,
        screen=screen,
        subjects=[Subject("roster", made.id), *(Subject("planned_person", one) for one in people)],
    )
