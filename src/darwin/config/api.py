"""The API of the house: the rooms' addresses under /api/, each behind a scope, and their description."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from darwin import __version__
from darwin.contact.api import contacts, telephony
from darwin.staff.api import tokens
from darwin.staff.api.gate import scopes_of
from darwin.staff.api.refusals import ApiRefused, answer_refusals, no_such_address

DESCRIPTION = (
    "Every address wants a token (Authorization: Bearer …) with the scope named in x-scope. "
    "Refusals have the form of RFC 9457, with the members code, title, where, kept and do. "
    "The guide is docs/api.md."
)
_DESCRIPTION = "openapi-json"
# Ninja finds the other addresses by this one's name; nothing is there to be seen.
_ROOT = "api-root"

api = NinjaAPI(
    title="Darwin", version=__version__, description=DESCRIPTION, docs_url=None, urls_namespace="api"
)
api.add_router("", tokens.router)
api.add_router("", telephony.router)
api.add_router("", contacts.router)
answer_refusals(api)


def behind_scopes(patterns: list[Any]) -> list[URLPattern]:
    """The addresses of the API, each with its scopes as `view.scopes`.

    Raises ImproperlyConfigured for one that no scope guards.
    """
    found = []
    for pattern in patterns:
        if pattern.name == _ROOT:
            pattern.callback = _nothing
            found.append(pattern)
            continue
        scopes = scopes_of(pattern.name or "")
        if not scopes and pattern.name != _DESCRIPTION:
            raise ImproperlyConfigured(
                f"The address {pattern.pattern} of the API has no scope: declare it with "
                "darwin.staff.api.gate.operation(router, …, scope=…)."
            )
        pattern.callback = _for_machines(pattern.callback, tuple(scopes) or ("GET",))
        if scopes:
            pattern.callback.scopes = scopes
        found.append(pattern)
    return found


def _for_machines(view: Callable[..., HttpResponseBase], methods: tuple[str, ...]) -> Any:
    """No session, no cookie and no form is looked at here, so nothing of them can refuse or lock."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in methods:
            response = view(request, *args, **kwargs)
        else:
            response = ApiRefused(
                405,
                "method_wrong",
                f"This address does not do {request.method}; it does {', '.join(methods)}.",
                where="method",
                headers={"Allow": ", ".join(methods)},
            ).response()
        response.headers["Cache-Control"] = "no-store"
        return response

    answer.answers_when_locked = True  # type: ignore[attr-defined]
    return answer


def _nothing_here(request: HttpRequest) -> HttpResponseBase:
    return no_such_address().response()


_patterns, _app, _space = api.urls
_nothing = _for_machines(_nothing_here, ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
api_urls = (
    [*behind_scopes(list(_patterns)), re_path(r"^.*$", _nothing, name="nothing")],
    _app,
    _space,
)
api_addresses: list[Any] = [path("api/", api_urls)]
