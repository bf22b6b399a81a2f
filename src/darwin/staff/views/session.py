"""What the lock layer of every page talks to. See static/staff/idle.js."""

from __future__ import annotations

import json
from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.staff import idle, passkeys, sessions
from darwin.staff.gate import page
from darwin.staff.idle import answers_when_locked, in_background
from darwin.staff.models import Account
from darwin.staff.permissions import BE_AT_HOME
from darwin.staff.practice_mode import is_practice
from darwin.staff.services import StaffFault


def _state(request: HttpRequest) -> JsonResponse:
    account = cast(Account, request.user)
    state = idle.look(request.session, lambda: account)
    return JsonResponse(
        {
            "account": str(account.id),
            "locked": state.locked,
            "read_only": state.read_only,
            "left_s": state.left_s,
            "csrf": get_token(request),
        }
    )


@never_cache
@require_GET
@answers_when_locked
@in_background
@page(BE_AT_HOME, personal=False)
def state(request: HttpRequest) -> HttpResponse:
    """Is this session locked, and how long has it left? Asking does not count as being there."""
    return _state(request)


@never_cache
@require_POST
@answers_when_locked
@page(BE_AT_HOME, personal=False)
def here(request: HttpRequest) -> HttpResponse:
    """Somebody types or points: the session goes on, unless it is locked already."""
    if idle.look(request.session, lambda: cast(Account, request.user)).awake:
        idle.touch(request.session)
    return _state(request)


@never_cache
@require_POST
@answers_when_locked
@page(BE_AT_HOME, personal=False)
def lock(request: HttpRequest) -> HttpResponse:
    """Lock now, because the person leaves; refused during a live call."""
    if not idle.on_live_call(cast(Account, request.user)):
        idle.lock(request.session)
    return _state(request)


@never_cache
@require_http_methods(["GET", "POST"])
@answers_when_locked
@in_background
@page(BE_AT_HOME, personal=False)
def unlock(request: HttpRequest) -> HttpResponse:
    """GET: what to ask the browser for. POST: its answer; in practice one click is enough."""
    account = cast(Account, request.user)
    if is_practice() and request.session.get(sessions.WAY) == "practice":
        if request.method == "POST":
            sessions.unlock_session(request, account, way="practice")
        return _state(request)
    if request.method == "GET":
        return JsonResponse(passkeys.to_show(account))
    try:
        sent = json.loads(request.body)
        passkeys.shown(sent.get("credential") if isinstance(sent, dict) else None, account)
    except (ValueError, StaffFault) as fault:
        sentence = str(fault) if isinstance(fault, StaffFault) else passkeys.NOT_KNOWN
        return JsonResponse({"sentence": sentence}, status=403)
    sessions.unlock_session(request, account, way="passkey")
    return _state(request)
