"""The theme's own pages: its test page, the choice of light, and the pages that say what went wrong."""

from collections.abc import Mapping

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from darwin.theme.context import COOKIE
from darwin.theme.showcase import showcase
from darwin.theme.tokens import THEMES

_A_YEAR = 365 * 24 * 60 * 60


@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """Every part and state in both themes, side by side. In practice mode only: nothing on it is real."""
    if settings.DARWIN_MODE != "practice":
        raise Http404
    return render(request, "theme/parts.html", showcase())


@never_cache
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the person's choice of light in a cookie, and go back to where they were."""
    chosen = request.POST.get("theme", "")
    here = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(here, {request.get_host()}, request.is_secure()):
        here = "/"
    answer = HttpResponseRedirect(here)
    if chosen in THEMES:
        answer.set_cookie(
            COOKIE, chosen, max_age=_A_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    else:
        answer.delete_cookie(COOKIE)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, in a sentence."""
    return _plain("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, in a sentence; what the exception says is shown, for our own rules write it for the reader."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def forgery_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when the form's token is missing or old (CSRF_FAILURE_VIEW)."""
    sentence = _(
        "This page was open for too long, or your browser keeps no cookies. What you typed is still there."
    )
    return render(request, "403.html", {"reason": sentence, "go_back": True}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, in a sentence."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without the database and without what the request carries: either may be what failed."""
    return _plain("500.html", 500)


def unavailable(request: HttpRequest, sentence: str = "") -> HttpResponse:
    """503 when a part of the house is down. `sentence` says which, and what people can do meanwhile."""
    answer = _plain("503.html", 503, {"sentence": sentence})
    answer["Retry-After"] = "10"
    return answer


def _plain(template: str, status: int, more: Mapping[str, object] | None = None) -> HttpResponse:
    context = {"practice": settings.DARWIN_MODE == "practice", **(more or {})}
    return HttpResponse(loader.render_to_string(template, context), status=status)
