"""Accounts and their roles, for the administrator. Staff are people too: looking at them is recorded."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.forms import GrantForm, OpenAccountForm, PostingForm
from darwin.staff.gate import page
from darwin.staff.models import Account, RoleHolding
from darwin.staff.permissions import MANAGE_ACCOUNTS
from darwin.staff.queries import accounts_matching, history_of
from darwin.staff.services import (
    StaffFault,
    change_team,
    close_account,
    end_role,
    grant_role,
    invite,
    open_account,
    set_line_manager,
)
from darwin.staff.titles import title_of

_A_PAGE = 50


def _me(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _account(request: HttpRequest, account_id: UUID) -> Account:
    seen = MANAGE_ACCOUNTS.visible(_me(request), Account.objects.select_related("team", "line_manager"))
    return get_object_or_404(seen, pk=account_id)


@never_cache
@require_GET
@page(MANAGE_ACCOUNTS, personal=True)
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts, open ones first; narrowed by words of a name, sign-in name or force number."""
    words = request.GET.get("words", "").strip()
    seen = accounts_matching(MANAGE_ACCOUNTS.visible(_me(request), Account.objects.all()), words)
    part = Paginator(seen, _A_PAGE).get_page(request.GET.get("page"))
    record_consultation(
        actor=_me(request).actor,
        screen="staff.accounts",
        subjects=[Subject("account", row.id) for row in part],
    )
    return render(request, "staff/accounts.html", {"part": part, "words": words})


@never_cache
@require_GET
@page(MANAGE_ACCOUNTS, personal=True)
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One account: its roles and postings, now and before."""
    return show_account(request, _account(request, account_id))


def show_account(
    request: HttpRequest, account: Account, *, fault: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    """The page of one account, with what was wrong and what was typed where something was."""
    record_consultation(
        actor=_me(request).actor, screen="staff.account", subjects=[Subject("account", account.id)]
    )
    holdings, postings = history_of(account)
    now = clock.now()
    context = {
        "account": account,
        "fault": fault,
        "holdings": [
            (row, title_of(row.role), row.ended_at is None and (row.held_to is None or row.held_to > now))
            for row in holdings
        ],
        "postings": postings,
        "grant_form": GrantForm(),
        "posting_form": PostingForm(
            initial={"team": account.team_id, "line_manager": account.line_manager_id}
        ),
    }
    return render(request, "staff/account.html", context | more, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@page(MANAGE_ACCOUNTS, personal=False)
def account_open(request: HttpRequest) -> HttpResponse:
    """Open an account."""
    form = OpenAccountForm(request.POST or None)
    fault, status = "", 200
    if request.method == "POST":
        try:
            if form.is_valid():
                made = open_account(actor=_me(request).actor, **form.cleaned_data)
                return redirect("staff:account", made.id)
            fault = _first_fault(form)
        except StaffFault as refusal:
            fault = str(refusal)
        status = 422
    return render(request, "staff/account_open.html", {"form": form, "fault": fault}, status=status)


@require_POST
@page(MANAGE_ACCOUNTS, personal=True)
def account_change(request: HttpRequest, account_id: UUID, change: str) -> HttpResponse:
    """One change of an account (grant, end, post, close, invite); what cannot be done is said on its page."""
    account = _account(request, account_id)
    try:
        return _CHANGES[change](request, account)
    except StaffFault as fault:
        typed = GrantForm(request.POST) if change == "grant" else GrantForm()
        return show_account(request, account, fault=str(fault), status=422, grant_form=typed)


def _grant(request: HttpRequest, account: Account) -> HttpResponse:
    form = GrantForm(request.POST)
    if not form.is_valid():
        raise StaffFault(_first_fault(form))
    held_from, held_to = form.times()
    grant_role(
        actor=_me(request).actor,
        account=account,
        role=form.cleaned_data["role"],
        held_from=held_from,
        held_to=held_to,
        reason=form.cleaned_data["reason"],
    )
    return redirect("staff:account", account.id)


def _end(request: HttpRequest, account: Account) -> HttpResponse:
    try:
        wanted = UUID(request.POST.get("holding", ""))
    except ValueError:
        wanted = UUID(int=0)
    holding = RoleHolding.objects.filter(account=account, pk=wanted).first()
    if holding is None:
        raise StaffFault("This person holds no such role. Nothing was changed.")
    end_role(actor=_me(request).actor, holding=holding, reason=request.POST.get("reason", ""))
    return redirect("staff:account", account.id)


def _post(request: HttpRequest, account: Account) -> HttpResponse:
    form = PostingForm(request.POST)
    if not form.is_valid():
        raise StaffFault(_first_fault(form))
    actor = _me(request).actor
    set_line_manager(actor=actor, account=account, line_manager=form.cleaned_data["line_manager"])
    change_team(actor=actor, account=account, team=form.cleaned_data["team"])
    return redirect("staff:account", account.id)


def _close(request: HttpRequest, account: Account) -> HttpResponse:
    close_account(actor=_me(request).actor, account=account, reason=request.POST.get("reason", ""))
    return redirect("staff:account", account.id)


def _invite(request: HttpRequest, account: Account) -> HttpResponse:
    secret = invite(actor=_me(request).actor, account=account)
    link = f"{request.build_absolute_uri(reverse('staff:enrol'))}#{secret}"
    return show_account(request, account, link=link)


_CHANGES = {"grant": _grant, "end": _end, "post": _post, "close": _close, "invite": _invite}


def _first_fault(form: Form) -> str:
    field, faults = next(iter(form.errors.items()))
    label = form.fields[field].label if field in form.fields else ""
    return f"{label}: {faults[0]} What you typed is kept."
