"""The pages of practice mode: its clock, and what the caller at one's own telephone says."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from darwin.contact.floor import call_of
from darwin.contact.models import FloorStage
from darwin.contact.services.switch_commands import SwitchRefuses
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.practice.callers import card_of
from darwin.practice.hours import RATES, jump_to_busy_monday, next_busy_monday, set_speed
from darwin.practice.live.telephones import come_to_telephone, is_logged_on
from darwin.practice.permissions import HEAR_CALLER, SEE_CLOCK, SET_CLOCK
from darwin.practice.queries import load_progress
from darwin.practice.records import SOURCE
from darwin.staff.gate import page
from darwin.staff.idle import in_background
from darwin.staff.models import Account

_JUMP = "jump"


@never_cache
@require_GET
@page(SEE_CLOCK, personal=False)
def hours(request: HttpRequest) -> HttpResponse:
    """Which time it is in the practice force, how fast it passes, and who may change that."""
    return render(request, "practice/clock.html", _clock_context(request))


@require_POST
@page(SET_CLOCK, personal=False)
def change_hours(request: HttpRequest) -> HttpResponse:
    """Another speed, or the clock put forward, for the whole installation."""
    account = cast(Account, request.user)
    wanted = request.POST.get("speed", "")
    try:
        if wanted == _JUMP:
            jump_to_busy_monday(actor=account.actor)
        else:
            set_speed(actor=account.actor, rate=int(wanted) if wanted.isdecimal() else 0)
    except DarwinError as refusal:
        context = _clock_context(request) | {"fault": str(refusal)}
        return render(request, "practice/clock.html", context, status=422)
    return redirect("practice:clock")


# A card is made of words, not of anybody's record: it holds no personal data.
@never_cache
@require_GET
@page(HEAR_CALLER, personal=False)
def caller(request: HttpRequest) -> HttpResponse:
    """The caller at one's own telephone, on a page of their own."""
    return render(request, "practice/caller.html", _caller_context(request))


@never_cache
@require_GET
@in_background
@page(HEAR_CALLER, personal=False)
def caller_part(request: HttpRequest) -> HttpResponse:
    """The same for the panel on every other page; empty while nobody speaks."""
    return render(request, "practice/caller_part.html", _caller_context(request))


@require_POST
@page(HEAR_CALLER, personal=False)
def at_telephone(request: HttpRequest) -> HttpResponse:
    """Somebody has come to their telephone: it is ready, unless they have said themselves that it is not."""
    account = cast(Account, request.user)
    try:
        come_to_telephone(account=account)
    except SwitchRefuses as refusal:
        return render(request, "practice/caller.html", _caller_context(request) | {"sentence": str(refusal)})
    return redirect("practice:caller")


def _clock_context(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    return {
        "now": now,
        "rate": clock.rate(),
        "rates": RATES,
        "jump": _JUMP,
        "monday": next_busy_monday(now),
        "may_change": SET_CLOCK.permits(cast(Account, request.user)),
        "ahead": now - clock.real_now(),
        "loaded": load_progress(),
    }


def _caller_context(request: HttpRequest) -> dict[str, Any]:
    account = cast(Account, request.user)
    call = call_of(account)
    if call is None or call.switch != SOURCE:
        return {
            "stage": "",
            "card": None,
            "sentence": _("Your telephone has no call."),
            "away": not is_logged_on(account),
        }
    if call.stage == FloorStage.RINGING:
        return {"stage": call.stage, "card": None, "sentence": _("It rings. Answer it to hear the caller.")}
    return {"stage": call.stage, "card": card_of(call.call_id), "sentence": ""}
