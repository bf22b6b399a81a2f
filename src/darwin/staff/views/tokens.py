"""The tokens of other systems, for the administrator. A secret is shown on one answer and never again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.deadlines import clock
from darwin.reference.queries import threshold
from darwin.staff.forms import TokenForm
from darwin.staff.gate import page
from darwin.staff.models import Account, ApiToken
from darwin.staff.permissions import MANAGE_TOKENS
from darwin.staff.scopes import scopes_to_give
from darwin.staff.services.accounts import StaffFault
from darwin.staff.services.tokens import LONGEST, make_token, revoke_token

_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A token in a row. state: in words; living: it opens something now."""

    token: ApiToken
    state: str
    living: bool


def _me(request: HttpRequest) -> Account:
    return cast(Account, request.user)


@never_cache
@require_GET
@page(MANAGE_TOKENS, personal=False)
def tokens(request: HttpRequest) -> HttpResponse:
    """Every token, those that live first."""
    return _list(request)


def _list(request: HttpRequest, fault: str = "", status: int = 200) -> HttpResponse:
    seen = MANAGE_TOKENS.visible(_me(request), ApiToken.objects.select_related("made_by"))
    part = Paginator(seen.order_by("-good_until", "client", "id"), _A_PAGE).get_page(request.GET.get("page"))
    context = {"part": part, "rows": [_shown(token) for token in part], "fault": fault}
    return render(request, "staff/tokens.html", context, status=status)


def _shown(token: ApiToken) -> Shown:
    if token.revoked_at is not None:
        return Shown(token, _("revoked"), False)
    if token.good_until <= clock.now():
        return Shown(token, _("over"), False)
    return Shown(token, _("good"), True)


@never_cache
@require_http_methods(["GET", "POST"])
@page(MANAGE_TOKENS, personal=False)
def token_make(request: HttpRequest) -> HttpResponse:
    """The form, and after it the secrets, once."""
    longest = threshold(LONGEST)
    form = TokenForm(request.POST or None, longest=int(longest.value))
    context = {"form": form, "scopes": scopes_to_give(), "longest": longest, "fault": ""}
    if request.method == "POST" and form.is_valid():
        try:
            made = make_token(actor=_me(request).actor, **form.cleaned_data)
        except StaffFault as fault:
            context["fault"] = str(fault)
        else:
            return render(request, "staff/token_made.html", {"made": made})
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/token_make.html", context, status=status)


@require_POST
@page(MANAGE_TOKENS, personal=False)
def token_revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a token now; whoever holds it is refused from the next request on."""
    seen = MANAGE_TOKENS.visible(_me(request), ApiToken.objects.all())
    token = get_object_or_404(seen, pk=token_id)
    try:
        revoke_token(actor=_me(request).actor, token=token, reason=request.POST.get("reason", ""))
    except StaffFault as fault:
        return _list(request, fault=str(fault), status=422)
    return redirect("staff:tokens")
