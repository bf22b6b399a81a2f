"""The gate before every address of the API: a token that holds, its scope, and nothing of sessions.

An address is declared with `operation(router, …, scope=…)`; without it the start refuses the address
(`config.api`), and the test of all addresses does too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router
from ninja.security.http import HttpAuthBase

from darwin.deadlines import clock
from darwin.staff.api import signing
from darwin.staff.api.answers import answered_once
from darwin.staff.api.rate import A_SECOND, wait_before
from darwin.staff.api.refusals import ApiRefused
from darwin.staff.models import ApiToken
from darwin.staff.scopes import Scope
from darwin.staff.services.tokens import hash_of, note_token_used

View = Callable[..., Any]
OnWrongClock = Callable[[ApiToken, timedelta], None]
SMALL = 64_000
"""Bytes of content of an ordinary request: a long narrative is 20,000 characters."""
_ASK = "Ask the force's administrator for a token."
_declared: dict[str, dict[str, Scope]] = {}


def scopes_of(url_name: str) -> dict[str, Scope]:
    """The scope of each method of an address, by its name; empty where none was declared."""
    return dict(_declared.get(url_name, {}))


class Bearer(HttpAuthBase):
    """What ninja asks before it reads a request's content. Gives the token, or raises ApiRefused."""

    openapi_scheme = "bearer"

    def __init__(self, scope: Scope, most_bytes: int, on_wrong_clock: OnWrongClock | None) -> None:
        self.scope, self.most_bytes, self.on_wrong_clock = scope, most_bytes, on_wrong_clock
        super().__init__()

    def __call__(self, request: HttpRequest) -> ApiToken:
        check_size(request, self.most_bytes)
        token = token_of(request)
        if not self.scope.permits(token):
            raise ApiRefused(
                403,
                "scope_missing",
                f"This token does not open this address: it lacks the scope {self.scope.name}.",
                where="header Authorization",
                do="Ask the force's administrator for a token with that scope.",
                scope=self.scope.name,
            )
        _keep_pace(token)
        if self.scope.signed:
            _check_signed(request, token, self.on_wrong_clock)
        note_token_used(token=token)
        return token


def operation(
    router: Router,
    method: str,
    path: str,
    *,
    name: str,
    scope: Scope,
    summary: str,
    most_bytes: int = SMALL,
    answered: bool = False,
    response: Any = None,
    on_wrong_clock: OnWrongClock | None = None,
    openapi_extra: dict[str, Any] | None = None,
) -> Callable[[View], View]:
    """Put a view at an address of the API, guarded by `scope`.

    name: of the address, for `reverse("api:…")`. answered: it wants an Idempotency-Key and answers a repeated
    request with what it answered the first time. The view gives a dict, or (status, dict); `request.auth` is
    its token. on_wrong_clock: what to do when a signed request is too old or new. Raises ValueError if the
    address has this method already.
    """
    methods = _declared.setdefault(name, {})
    if method in methods:
        raise ValueError(f"the address {name} has {method} already")
    methods[method] = scope

    def decorate(view: View) -> View:
        done = answered_once(view) if answered else view

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return as_json(done(request, *args, **kwargs))

        router.api_operation(
            [method],
            path,
            auth=Bearer(scope, most_bytes, on_wrong_clock),
            url_name=name,
            response=response,
            summary=summary,
            operation_id=f"{method.lower()}_{name.replace('-', '_')}",
            openapi_extra={"x-scope": scope.name, **_parameters(scope, answered), **(openapi_extra or {})},
        )(guarded)
        return view

    return decorate


def as_json(answer: Any) -> HttpResponse:
    """The response for what a view gave: a response, a dict, or (status, dict)."""
    if isinstance(answer, HttpResponse):
        return answer
    status, said = answer if isinstance(answer, tuple) else (200, answer)
    return JsonResponse(said, status=status)


def check_size(request: HttpRequest, most: int) -> None:
    """Raises ApiRefused, before any of the content is read, if it is longer than `most` bytes or unsaid."""
    if request.method in ("GET", "HEAD"):
        return
    said = request.META.get("CONTENT_LENGTH") or ""
    if not said.isdecimal():
        raise ApiRefused(
            411,
            "length_missing",
            "The request does not say how long its content is.",
            where="header Content-Length",
            do="Send the header Content-Length, not a stream in chunks.",
        )
    if int(said) > most:
        raise ApiRefused(
            413,
            "too_large",
            f"The content has {int(said):,} bytes; this address takes at most {most:,}.",
            where="content",
            do="Send it in smaller parts.",
            most_bytes=most,
        )


def token_of(request: HttpRequest) -> ApiToken:
    """The token that the request carries. Raises ApiRefused (401) if there is none that holds."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if kind.lower() != "bearer" or not secret:
        raise _unknown("token_missing", "The request carries no token.", f"Send it as Bearer. {_ASK}")
    token = ApiToken.objects.filter(secret_hash=hash_of(secret)).first()
    if token is None:
        raise _unknown("token_unknown", "Darwin knows no such token.", f"Check that it is whole. {_ASK}")
    if token.revoked_at is not None:
        raise _unknown("token_revoked", f"This token was revoked on {_day(token.revoked_at)}.", _ASK)
    if token.good_until <= clock.now():
        raise _unknown("token_over", f"This token was good until {_day(token.good_until)}.", _ASK)
    return token


def _unknown(code: str, title: str, do: str) -> ApiRefused:
    return ApiRefused(
        401,
        code,
        title,
        where="header Authorization",
        do=do,
        headers={"WWW-Authenticate": "Bearer"},
    )


def _day(moment: Any) -> str:
    local = moment.astimezone(clock.LONDON)
    return f"{local.day} {local:%b %Y, %H:%M}"


def _keep_pace(token: ApiToken) -> None:
    wait = wait_before(token.id)
    if wait > 0:
        seconds = max(1, math.ceil(wait))
        raise ApiRefused(
            429,
            "too_fast",
            f"This token asks more than {A_SECOND:.0f} times a second.",
            do=f"Wait {seconds} s, then send the same request again. Send several records in one request.",
            headers={"Retry-After": str(seconds)},
        )


_SIGN = f"Sign the time of sending and the content as docs/api.md says, in the header {signing.HEADER}."
_SIGNATURES = {
    "missing": ("The request is not signed.", _SIGN),
    "unreadable": (f"The header {signing.HEADER} has not the form t=SECONDS,v1=HEX.", _SIGN),
    "wrong": (
        "The signature does not fit the content and this token.",
        "Check the signing secret, and sign exactly the bytes that are sent.",
    ),
}


def _check_signed(request: HttpRequest, token: ApiToken, on_wrong_clock: OnWrongClock | None) -> None:
    now = clock.now()
    try:
        signing.check_signature(
            header=request.headers.get(signing.HEADER, ""),
            content=request.body,
            token_id=token.id,
            now=now,
        )
    except signing.SignatureRefused as refused:
        where = f"header {signing.HEADER}"
        if refused.code in _SIGNATURES:
            title, do = _SIGNATURES[refused.code]
            raise ApiRefused(401, f"signature_{refused.code}", title, where=where, do=do) from None
        if on_wrong_clock:
            on_wrong_clock(token, refused.apart)
        seconds = round(abs(refused.apart.total_seconds()))
        side = "ahead of" if refused.apart > timedelta(0) else "behind"
        raise ApiRefused(
            401,
            f"signature_{refused.code}",
            f"The request was signed {seconds:,} s {side} Darwin's clock; "
            f"at most {signing.REPLAY_WINDOW.total_seconds():.0f} s are allowed.",
            where=where,
            do="Set the sender's clock (NTP), sign again and send again. An old request is not done twice.",
            now=now.isoformat(),
        ) from None


def _parameters(scope: Scope, answered: bool) -> dict[str, Any]:
    wanted = []
    if scope.signed:
        wanted.append((signing.HEADER, "t=SECONDS,v1=HEX: HMAC-SHA256 over SECONDS, a dot and the content."))
    if answered:
        wanted.append(("Idempotency-Key", "The sender's own key of this request; kept for 24 hours."))
    return (
        {
            "parameters": [
                {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "description": meaning,
                    "schema": {"type": "string"},
                }
                for name, meaning in wanted
            ]
        }
        if wanted
        else {}
    )
