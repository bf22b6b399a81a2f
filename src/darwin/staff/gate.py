"""The gate before every page: signed in, permitted by its rule, and known to the test of all addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib.auth import aget_user
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from darwin.staff.permissions import Rule
from darwin.staff.roles import ROLES, SUPPRESSED

View = Callable[..., Any]


def page(rule: Rule, *, personal: bool) -> Callable[[View], View]:
    """Let a function view, sync or async, be seen by those whom `rule` permits.

    personal: the page shows personal data; it records its consultation before it renders.
    The view carries `.rule` and `.personal`. Raises ImproperlyConfigured at import if a page with
    personal data is given to a role that must never see any.
    """
    if personal:
        _refuse_impossible(rule)

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def gated_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                request.user = await aget_user(request)
                refusal = await sync_to_async(_refusal)(request, rule)
                if refusal is not None:
                    return refusal
                return await cast(Awaitable[HttpResponseBase], view(request, *args, **kwargs))

            gated: View = gated_async
        else:

            @wraps(view)
            def gated_sync(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                refusal = _refusal(request, rule)
                if refusal is not None:
                    return refusal
                return cast(HttpResponseBase, view(request, *args, **kwargs))

            gated = gated_sync
        gated.rule = rule  # type: ignore[attr-defined]
        gated.personal = personal  # type: ignore[attr-defined]
        return gated

    return decorate


def _refuse_impossible(rule: Rule) -> None:
    suppressed = sorted(rule.roles & SUPPRESSED)
    if suppressed:
        raise ImproperlyConfigured(
            f"{rule.name} opens a page with personal data to {', '.join(suppressed)}, "
            "who see published figures only."
        )
    if "administrator" in rule.roles and not rule.name.startswith("staff."):
        raise ImproperlyConfigured(
            f"{rule.name} opens operational personal data to the administrator, who manages accounts only."
        )


def _refusal(request: HttpRequest, rule: Rule) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    if rule.permits(request.user):
        return None
    return refuse(request, rule)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    where = reverse("staff:sign_in")
    # A form sent after the session ended must not be asked for again by GET: go on from the page it was on.
    back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    target = f"{where}?{urlencode({'next': back})}" if back else where
    if request.headers.get("HX-Request"):
        # A fragment of a page cannot become the sign-in page; the script leads the whole page there.
        return HttpResponse(status=401, headers={"HX-Redirect": target, "Cache-Control": "no-store"})
    return HttpResponse(status=302, headers={"Location": target, "Cache-Control": "no-store"})


def refuse(request: HttpRequest, rule: Rule) -> HttpResponse:
    """The page of refusal (403): what was asked for and which roles may."""
    roles = [ROLES[code].title for code in ROLES if code in rule.roles]
    return render(request, "staff/refused.html", {"rule": rule, "roles": roles}, status=403)
