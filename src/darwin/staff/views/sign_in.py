"""Signing in and out: the directory, a passkey, a link for the first passkey, or one click in practice."""

from __future__ import annotations

import json
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.staff import passkeys, sessions
from darwin.staff.directory import PROVIDER, DirectoryClient, directory_name, refused, remember_place
from darwin.staff.idle import answers_when_locked
from darwin.staff.matrix import roles_of
from darwin.staff.models import Account
from darwin.staff.permissions import all_rules
from darwin.staff.practice_facts import practice_facts
from darwin.staff.practice_mode import is_practice
from darwin.staff.roles import ROLES, Group, Role
from darwin.staff.services import StaffFault, open_practice_accounts, register_first_passkey
from darwin.staff.services.enrolment import account_of_link
from darwin.staff.services.practice import BY_ROLE
from darwin.staff.titles import title_of
from darwin.theme.context import COOKIE as THEME_COOKIE
from darwin.theme.parts import Stop

_A_YEAR = 365 * 24 * 60 * 60


@never_cache
@ensure_csrf_cookie
@answers_when_locked
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Who are you today? In practice cards of roles, otherwise the ways into this house."""
    zones, rooms = sessions.places()
    context: dict[str, Any] = {"next": sessions.safe_next(request, request.GET.get("next", ""))}
    if is_practice():
        context |= {
            "groups": practice_groups(),
            "others": practice_others(),
            "stops": practice_stops(),
            "facts": practice_facts(),
            "now": clock.now(),
            "number": len(ROLES),
            "enter": reverse("staff:enter_practice"),
        }
        return render(request, "staff/who_are_you.html", context)
    context |= {"directory": directory_name(), "zones": zones, "rooms": rooms}
    return render(request, "staff/sign_in.html", context)


def practice_groups() -> list[tuple[str, list[dict[str, str]]]]:
    """The cards of the practice page by group: the roles with a key, in the order of their keys."""
    keyed = sorted((role for role in ROLES.values() if role.key), key=lambda role: role.key)
    cards = [(group.value, [_card(role) for role in keyed if role.group is group]) for group in Group]
    return [(group, found) for group, found in cards if found]


def practice_others() -> list[tuple[str, list[dict[str, str]]]]:
    """The roles without a key, by group."""
    return [
        (group.value, [_card(role) for role in ROLES.values() if role.group is group and not role.key])
        for group in Group
    ]


def practice_stops() -> list[Stop]:
    """The one line of the house, filled as far as this version of Darwin is built."""
    return [
        Stop("101", _("ring"), "done"),
        Stop("THRIVE", _("grade"), "to-come"),
        Stop(_("board"), _("send"), "to-come"),
        Stop(_("mobile"), _("done"), "to-come"),
        Stop(_("measure"), _("counted"), "done"),
    ]


def _card(role: Role) -> dict[str, str]:
    return {
        "code": role.code,
        "title": title_of(role.code),
        "sentence": role.sentence,
        "person": BY_ROLE[role.code].name,
        "key": role.key,
    }


@answers_when_locked
@require_POST
def enter_practice(request: HttpRequest) -> HttpResponse:
    """One click, no password: practice only. The address exists in practice only, and is asked again here."""
    if not is_practice():
        raise Http404
    person = BY_ROLE.get(request.POST.get("role", ""))
    if person is None:
        return refused(request, _("There is no such role. Nobody was signed in. Choose one of the cards."))
    account = Account.objects.filter(sign_in_name=person.sign_in_name).first()
    if account is None:
        # The made-up force may still be loading; its people need not wait for its calls.
        open_practice_accounts(actor=Actor.system("practice"))
        account = Account.objects.get(sign_in_name=person.sign_in_name)
    if not account.is_active or person.role not in account.roles_now():
        return refused(
            request,
            _("Somebody has ended this role in the practice force. Choose another, or start practice again."),
        )
    sessions.end_session(request)
    sessions.begin_session(request, account, way="practice")
    response = redirect(sessions.safe_next(request, request.POST.get("next", "")))
    return speak(response, account)


@answers_when_locked
@require_POST
def to_directory(request: HttpRequest) -> HttpResponse:
    """Send the person to the force's directory."""
    if not directory_name():
        raise Http404
    remember_place(request, request.POST.get("place", ""))
    provider = get_adapter().get_provider(request, provider=PROVIDER)
    next_page = sessions.safe_next(request, request.POST.get("next", ""))
    try:
        answer = provider.redirect(request, process="login", next_url=next_page)
    except OSError:
        # requests' own exceptions are OSErrors: the directory cannot be reached, or answers nonsense.
        return refused(
            request,
            f"{directory_name()} does not answer. Nobody was signed in. Try again, or use a passkey.",
        )
    # A form may lead to this house only (the policy's form-action, which follows redirects too), so the
    # way out is a page of its own.
    return render(request, "staff/to_directory.html", {"where": answer["Location"], "name": directory_name()})


@answers_when_locked
@require_GET
def from_directory(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The person comes back from the directory."""
    if provider_id != PROVIDER or not directory_name():
        raise Http404
    answer: HttpResponse = OAuth2CallbackView.adapter_view(DirectoryClient(request, provider_id))(request)
    return answer


@never_cache
@answers_when_locked
@require_http_methods(["GET", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """GET: what to ask the browser for. POST: its answer; lets its owner in."""
    if request.method == "GET":
        return JsonResponse(passkeys.to_show(None))
    sent = _sent(request)
    try:
        account = passkeys.shown(sent.get("credential"))
    except StaffFault as fault:
        return JsonResponse({"sentence": str(fault)}, status=403)
    sessions.begin_session(request, account, way="passkey", place=str(sent.get("place", "")))
    return speak(JsonResponse({"next": sessions.safe_next(request, str(sent.get("next", "")))}), account)


@never_cache
@ensure_csrf_cookie
@answers_when_locked
@require_GET
def enrol(request: HttpRequest) -> HttpResponse:
    """The page that a link leads to. Its secret stands behind the #, so that no log holds it."""
    return render(request, "staff/enrol.html")


@never_cache
@answers_when_locked
@require_POST
def enrol_begin(request: HttpRequest) -> HttpResponse:
    """Whose link it is, and what to ask the browser for."""
    try:
        account = account_of_link(str(_sent(request).get("secret", "")))
    except StaffFault as fault:
        return JsonResponse({"sentence": str(fault)}, status=403)
    return JsonResponse({"name": account.display_name, "options": passkeys.to_register(account)})


@never_cache
@answers_when_locked
@require_POST
def enrol_finish(request: HttpRequest) -> HttpResponse:
    """Keep the passkey, use the link up and let its owner in."""
    sent = _sent(request)
    secret = str(sent.get("secret", ""))
    try:
        credential = passkeys.registered(account_of_link(secret), sent.get("credential"))
        account = register_first_passkey(secret=secret, name=str(sent.get("name", "")), credential=credential)
    except StaffFault as fault:
        return JsonResponse({"sentence": str(fault)}, status=403)
    sessions.begin_session(request, account, way="enrolment")
    return speak(JsonResponse({"next": "/"}), account)


@answers_when_locked
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Let the person out and show the way back in."""
    sessions.end_session(request)
    return redirect("staff:sign_in")


@never_cache
@answers_when_locked
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """All roles and what each may see: the rules themselves, as they are enforced."""
    rows = [(role, title_of(role.code)) for role in ROLES.values()]
    rules = [(rule.sentence, roles_of(rule)) for rule in all_rules()]
    return render(request, "staff/roles.html", {"roles": rows, "rules": rules})


def speak(response: HttpResponse, account: Account) -> HttpResponse:
    """Let the pages that follow be in the account's language and theme, which templates read from cookies."""
    safe: dict[str, Any] = {"samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, account.language, **safe)
    if account.theme:
        response.set_cookie(THEME_COOKIE, account.theme, max_age=_A_YEAR, httponly=True, **safe)
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


def _sent(request: HttpRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}
