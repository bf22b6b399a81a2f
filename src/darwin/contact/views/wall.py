"""The wall, and the screens that show it without anybody signing in."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.contact.now.drawn import draw_wall
from darwin.contact.now.reading import read_now
from darwin.contact.now.screens import WALL, screen_name
from darwin.contact.now.wall import wall_of
from darwin.contact.permissions import PAIR_WALLS
from darwin.contact.permissions import SEE_WALL as SEE
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.staff.gate import page
from darwin.staff.models import Account, WallScreen
from darwin.staff.services import StaffFault, end_wall_screen, make_wall_code, pair_wall_screen
from darwin.staff.walls import page_or_wall, set_wall_cookie


@never_cache
@require_GET
@page_or_wall(SEE)
def wall(request: HttpRequest) -> HttpResponse:
    """Counts and waits of now, large; view=table shows the same figures as a table."""
    language = get_language() or settings.LANGUAGE_CODE
    reading = read_now()
    figures = draw_wall(wall_of(reading), language, reading.at)
    context = {
        # Every value in it was escaped by the template that made it.
        "figures": mark_safe(figures),  # noqa: S308
        "screen": screen_name(WALL, language),
        "as_table": request.GET.get("view") == "table",
        "stale_after_s": f"{reading.stale_after.total_seconds():g}",
        "gap_after_s": f"{reading.gap_after.total_seconds():g}",
        "may_pair": PAIR_WALLS.permits(request.user),
        "unattended": not request.user.is_authenticated,
    }
    return render(request, "contact/wall.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest) -> HttpResponse:
    """At the screen itself: a code makes this browser a wall. Open to all, because nobody signs in here."""
    code = request.POST.get("code", request.GET.get("code", ""))[:40]
    fault = ""
    if request.method == "POST":
        try:
            _screen, token = pair_wall_screen(actor=Actor.system("wall"), code=code)
        except StaffFault as problem:
            fault = str(problem)
        else:
            response = redirect("contact:wall")
            set_wall_cookie(response, token)
            return response
    context = {"code": code, "fault": fault}
    return render(request, "contact/wall_pair.html", context, status=400 if fault else 200)


@never_cache
@require_GET
@page(PAIR_WALLS, personal=False)
def screens(request: HttpRequest) -> HttpResponse:
    """The screens that show the wall, and a way to add one."""
    return _screens(request)


@never_cache
@require_POST
@page(PAIR_WALLS, personal=False)
def add_screen(request: HttpRequest) -> HttpResponse:
    """Name a screen and show its code, this once."""
    name = request.POST.get("name", "")
    try:
        screen, code = make_wall_code(actor=_person(request).actor, name=name)
    except StaffFault as problem:
        return _screens(request, name=name, fault=str(problem))
    return _screens(request, made=screen, code=code)


@never_cache
@require_POST
@page(PAIR_WALLS, personal=False)
def end_screen(request: HttpRequest, screen_id: UUID) -> HttpResponse:
    """Take a screen away."""
    screen = get_object_or_404(WallScreen, pk=screen_id)
    end_wall_screen(actor=_person(request).actor, screen=screen)
    messages.success(
        request,
        _("%(name)s shows nothing any more: within two minutes, if it is running.") % {"name": screen.name},
    )
    return redirect("contact:wall_screens")


def _person(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _screens(
    request: HttpRequest, name: str = "", fault: str = "", made: WallScreen | None = None, code: str = ""
) -> HttpResponse:
    waiting = Q(paired_at=None, code_good_until__gt=clock.now())
    rows = WallScreen.objects.filter(Q(paired_at__isnull=False) | waiting, ended_at=None).order_by("name")
    context = {
        "rows": rows,
        "name": name,
        "fault": fault,
        "made": made,
        "code": code,
        "address": request.build_absolute_uri("/wall/pair/"),
    }
    return render(request, "contact/wall_screens.html", context, status=400 if fault else 200)
