"""The home of a role, and one's own account."""

from __future__ import annotations

import json
from typing import cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.deadlines import clock
from darwin.staff import passkeys, sessions
from darwin.staff.directory import refused
from darwin.staff.gate import page
from darwin.staff.home import greeting, home_lines
from darwin.staff.models import Account, Language, Theme
from darwin.staff.permissions import BE_AT_HOME
from darwin.staff.roles import ROLES
from darwin.staff.services import (
    StaffFault,
    choose_language,
    choose_theme,
    register_passkey,
    remove_passkey,
)
from darwin.staff.titles import title_of
from darwin.staff.today import TODAY
from darwin.staff.views.sign_in import speak


@never_cache
@require_GET
@page(BE_AT_HOME, personal=False)
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, worst first."""
    account = cast(Account, request.user)
    held = [ROLES[code] for code in ROLES if code in account.roles_now()]
    context = {
        "greeting": greeting(clock.now(), account.first_name),
        "lines": home_lines(account),
        "held": [(title_of(role.code), TODAY[role.code]) for role in held],
    }
    return render(request, "staff/home.html", context)


@never_cache
@require_GET
@page(BE_AT_HOME, personal=False)
def me(request: HttpRequest) -> HttpResponse:
    """One's own account: theme, language, passkeys, roles."""
    account = cast(Account, request.user)
    theirs = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).order_by("id")
    context = {
        "passkeys": theirs,
        "themes": Theme.choices,
        "languages": Language.choices,
        "held": sorted(title_of(code) for code in account.roles_now()),
        "may_add_passkey": settings.DARWIN_MODE != "practice",
    }
    return render(request, "staff/me.html", context)


@require_POST
@page(BE_AT_HOME, personal=False)
def my_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme and go back to the page."""
    account = cast(Account, request.user)
    try:
        choose_theme(actor=account.actor, account=account, theme=request.POST.get("theme", ""))
    except StaffFault as fault:
        return refused(request, str(fault))
    return speak(redirect(sessions.safe_next(request, request.POST.get("next", ""))), account)


@require_POST
@page(BE_AT_HOME, personal=False)
def my_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language and go back to the page."""
    account = cast(Account, request.user)
    try:
        choose_language(actor=account.actor, account=account, language=request.POST.get("language", ""))
    except StaffFault as fault:
        return refused(request, str(fault))
    return speak(redirect(sessions.safe_next(request, request.POST.get("next", ""))), account)


@never_cache
@require_http_methods(["GET", "POST"])
@page(BE_AT_HOME, personal=False)
def my_passkeys(request: HttpRequest) -> HttpResponse:
    """GET: what to ask the browser for to make one more passkey. POST: its answer."""
    account = cast(Account, request.user)
    if request.method == "GET":
        return JsonResponse({"options": passkeys.to_register(account)})
    try:
        sent = json.loads(request.body)
        credential = passkeys.registered(account, sent["credential"])
        register_passkey(
            actor=account.actor, account=account, name=str(sent.get("name", "")), credential=credential
        )
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"sentence": passkeys.NOT_KNOWN}, status=403)
    except StaffFault as fault:
        return JsonResponse({"sentence": str(fault)}, status=403)
    return JsonResponse({"next": request.path})


@require_POST
@page(BE_AT_HOME, personal=False)
def my_passkey_remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Take one of one's own passkeys away; never the last way in."""
    account = cast(Account, request.user)
    try:
        remove_passkey(actor=account.actor, account=account, passkey_id=passkey_id)
    except StaffFault as fault:
        return refused(request, str(fault))
    return redirect("staff:me")
