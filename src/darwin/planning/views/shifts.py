"""One person's shifts: on the floor's roster, and one's own."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.planning.models import RosterShift
from darwin.planning.permissions import SEE_OWN_SHIFTS, SEE_ROSTERS, SEE_SHIFTS
from darwin.planning.shown import roster as shown_roster
from darwin.planning.views import asking
from darwin.planning.views.rosters import file_of
from darwin.staff.gate import page
from darwin.theme.parts import Crumb

MOST_SHOWN = 100


@never_cache
@require_GET
@page(SEE_SHIFTS, personal=True)
def person_shifts(request: HttpRequest, roster_id: UUID, person_id: UUID) -> HttpResponse:
    """A person's shifts in one roster."""
    shifts = _of_person(request, "planning.shifts", roster_id, person_id)
    trail = []
    if SEE_ROSTERS.permits(asking.asker(request)):
        trail = [
            Crumb(_("Roster"), reverse("planning:roster", args=[roster_id])),
            Crumb(shifts[0].person.name),
        ]
    context = {
        "title": shifts[0].person.name,
        "result": shown_roster.shift_rows(shifts),
        "trail": trail,
        "files": {
            form: reverse("planning:export_shifts", args=[roster_id, person_id, form])
            for form in ("ics", "csv")
        },
        "published": shifts[0].roster.published_at,
    }
    return render(request, "planning/shifts.html", context)


@never_cache
@require_GET
@page(SEE_SHIFTS, personal=True)
def export(request: HttpRequest, roster_id: UUID, person_id: UUID, form: str) -> HttpResponse:
    """A person's shifts as an iCalendar or a CSV file."""
    shifts = _of_person(request, "planning.shifts_file", roster_id, person_id)
    return file_of(shifts, form, f"shifts-{shifts[0].roster.first_day}", named=False)


@never_cache
@require_GET
@page(SEE_OWN_SHIFTS, personal=True)
def my_shifts(request: HttpRequest) -> HttpResponse:
    """One's own shifts to come, of the rosters that hold."""
    shifts = _own(request, "planning.my_shifts")
    context = {
        "title": _("My shifts"),
        "result": shown_roster.shift_rows(shifts) if shifts else None,
        "files": {form: reverse("planning:export_my_shifts", args=[form]) for form in ("ics", "csv")},
        "published": True,
    }
    return render(request, "planning/shifts.html", context)


@never_cache
@require_GET
@page(SEE_OWN_SHIFTS, personal=True)
def export_mine(request: HttpRequest, form: str) -> HttpResponse:
    """One's own shifts to come as a file."""
    return file_of(_own(request, "planning.my_shifts_file"), form, "my-shifts", named=False)


def _of_person(request: HttpRequest, screen: str, roster_id: UUID, person_id: UUID) -> list[RosterShift]:
    """The person's shifts in the roster that this reader may see, each reading recorded. Raises Http404."""
    account = asking.asker(request)
    seen = SEE_SHIFTS.visible(account, RosterShift.objects.filter(roster=roster_id, person=person_id))
    shifts = list(seen.select_related("person__account", "roster"))
    record_consultation(actor=account.actor, screen=screen, subjects=[Subject("planned_person", person_id)])
    if not shifts:
        raise Http404("no shift of this person that this reader may see")
    return shifts


def _own(request: HttpRequest, screen: str) -> list[RosterShift]:
    account = asking.asker(request)
    seen = SEE_OWN_SHIFTS.visible(account, RosterShift.objects.all())
    holding = seen.filter(ends_at__gt=clock.now(), roster__replaced_by=None)
    shifts = list(holding.select_related("person__account", "roster")[:MOST_SHOWN])
    record_consultation(actor=account.actor, screen=screen, subjects=[Subject("account", account.id)])
    return shifts
