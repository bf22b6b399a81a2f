"""A locked session gets nothing personal and writes nothing, whatever its browser shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from darwin.staff import idle
from darwin.staff.models import Account

_READS = ("GET", "HEAD", "OPTIONS")
LOCKED = 423


class IdleLock(MiddlewareMixin):
    """Refuses (423) writes, and reads of pages with personal data, to a session that is locked."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if SESSION_KEY not in request.session or getattr(view, "answers_when_locked", False):
            return None
        if not request.user.is_authenticated:
            return None
        state = idle.look(request.session, lambda: cast(Account, request.user))
        if state.awake:
            if not getattr(view, "in_background", False):
                idle.touch(request.session)
            return None
        if request.method in _READS and (state.read_only or not getattr(view, "personal", False)):
            return None
        return locked(request, state)


def locked(request: HttpRequest, state: idle.IdleState) -> HttpResponse:
    """The answer of a locked session: JSON to a script, a fragment to a part of a page, else a page that
    keeps what was sent, to be sent again once it is unlocked."""
    sentence = (
        "Nobody has touched this screen for a while; it can be read but not written. Unlock it to go on."
        if state.read_only
        else "This screen is locked because nobody touched it. Unlock it to go on; your words are kept."
    )
    if request.headers.get("HX-Request"):
        return render(request, "staff/locked_part.html", {"sentence": sentence}, status=LOCKED)
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return JsonResponse({"locked": True, "sentence": sentence}, status=LOCKED)
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    response = render(
        request,
        "staff/locked.html",
        {"sentence": sentence, "kept": kept, "where": request.get_full_path()},
        status=LOCKED,
    )
    response["Cache-Control"] = "no-store"
    return response
