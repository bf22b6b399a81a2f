"""Wall screens: machines without a keyboard at which nobody signs in. A screen is paired once, with a code,
and then shows walls and nothing else until it is ended. It never locks: there is nothing to write on it."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from darwin.staff.gate import View, page
from darwin.staff.models import WallScreen
from darwin.staff.permissions import Rule

COOKIE_AGE_S = 400 * 24 * 3600  # the longest that browsers keep one


def cookie_name() -> str:
    """With HTTPS the name binds the cookie to this house and to secure connections."""
    return f"{'__Host-' if settings.DARWIN_HTTPS else ''}darwin_wall"


def secret_hash(secret: str) -> str:
    """What is kept of a code or a token. Both are random and long: a plain hash gives nothing to guess at."""
    return sha256(secret.encode()).hexdigest()


def wall_screen_of(request: HttpRequest) -> WallScreen | None:
    """The paired screen that this request comes from; None for any other, and for one that was ended."""
    token = request.COOKIES.get(cookie_name(), "")
    if not token or len(token) > 100:
        return None
    return WallScreen.objects.filter(token_hash=secret_hash(token), ended_at=None).first()


def set_wall_cookie(response: HttpResponse, token: str) -> None:
    """Let a browser be the screen of `token`. Scripts cannot read it and no other site can send it."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=COOKIE_AGE_S,
        secure=settings.DARWIN_HTTPS,
        httponly=True,
        samesite="Strict",
    )


def page_or_wall(rule: Rule) -> Callable[[View], View]:
    """Let a function view be seen by those whom `rule` permits, and by a paired wall screen at which nobody
    is signed in. The page shows no personal data."""

    def decorate(view: View) -> View:
        gated = page(rule, personal=False)(view)

        @wraps(view)
        def either(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated and wall_screen_of(request) is not None:
                return view(request, *args, **kwargs)
            return gated(request, *args, **kwargs)

        either.rule = rule  # type: ignore[attr-defined]
        either.personal = False  # type: ignore[attr-defined]
        return either

    return decorate
