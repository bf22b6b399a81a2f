"""The ledger, for those who may read it. Each reading is itself an entry."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from darwin.deadlines import clock
from darwin.ledger.actors import Verb
from darwin.ledger.queries import export_entries
from darwin.ledger.search import Search
from darwin.ledger.searching import chain_state, count_up_to, search_entries
from darwin.ledger.verification.kept import last_result
from darwin.staff.gate import page
from darwin.staff.ledger_forms import DisclosureForm, LedgerForm
from darwin.staff.ledger_shown import name_of, rows_of, search_address
from darwin.staff.models import Account
from darwin.staff.permissions import READ_LEDGER

# With the proofs about 2 kB each; made while somebody waits. More is for darwin ledger export.
MOST_EXPORTED = 5_000


def _me(request: HttpRequest) -> Account:
    return cast(Account, request.user)


@never_cache
@require_GET
@page(READ_LEDGER, personal=True)
def search(request: HttpRequest) -> HttpResponse:
    """Entries by record, account, verb, event and period; newest first, 50 a page."""
    form = LedgerForm.asked(request.GET)
    if not form.is_valid():
        return _not_asked(request, form)
    asked = form.search()
    found = search_entries(
        actor=_me(request).actor, search=asked, after=_place(request.GET.get("before", ""))
    )
    title, whole = _title(form, asked)
    kept = _kept(form)
    context = {
        "form": form,
        "title": title,
        "whole": whole,
        "rows": rows_of(found.entries, _me(request)),
        "older": f"?{urlencode({**kept, 'before': _written(found.after)})}" if found.after else "",
        "newest": f"?{urlencode(kept)}" if request.GET.get("before") else "",
        "kept": urlencode(kept),
        "looks": _looks(form, asked),
        "is_part": bool(form.system) and not found.entries,
    }
    return render(request, "staff/ledger/search.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@page(READ_LEDGER, personal=False)
def export(request: HttpRequest) -> HttpResponse:
    """GET: what would leave the house, and the form that asks to whom. POST: the lines, each with its proof.

    What is given out is recorded as a disclosure, not as a consultation.
    """
    form = LedgerForm.asked(request.GET)
    if not form.is_valid():
        return _not_asked(request, form)
    asked = form.search()
    count = count_up_to(asked, MOST_EXPORTED)
    disclosure = DisclosureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and count <= MOST_EXPORTED and disclosure.is_valid():
        return _lines(request, asked, disclosure.reason())
    context = {
        "form": disclosure,
        "title": _title(form, asked)[0],
        "count": count,
        "too_many": count > MOST_EXPORTED,
        "most": MOST_EXPORTED,
        "back": search_address(**_kept(form)),
        "period": (form.cleaned_data["from_day"], form.cleaned_data["to_day"]),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "staff/ledger/export.html", context, status=status)


@never_cache
@require_GET
@page(READ_LEDGER, personal=False)
def state(request: HttpRequest) -> HttpResponse:
    """Where the chain stands, and what the last verification found."""
    chain = chain_state()
    context = {
        "chain": chain,
        "verified": last_result(Path(settings.DARWIN_DATA_DIR)),
        "now": clock.now(),
        "head_behind": chain.head is not None and chain.head < chain.block,
    }
    return render(request, "staff/ledger/state.html", context)


def _not_asked(request: HttpRequest, form: LedgerForm) -> HttpResponse:
    context = {"form": form, "title": _("The ledger")}
    return render(request, "staff/ledger/search.html", context, status=422)


def _lines(request: HttpRequest, asked: Search, reason: str) -> HttpResponse:
    lines = export_entries(actor=_me(request).actor, reason=reason, search=asked)
    content = "".join(f"{json.dumps(line)}\n" for line in lines)
    at = clock.now().astimezone(clock.LONDON)
    return HttpResponse(
        content,
        content_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="ledger-{at:%Y%m%d-%H%M%S}.jsonl"'},
    )


def _title(form: LedgerForm, asked: Search) -> tuple[str, str]:
    """What the page is called, and the whole identifier of the record it is about."""
    if asked.subject:
        name = name_of(asked.subject.kind, asked.subject.id, form.about_account)
        if asked.verb is Verb.CONSULT:
            return _("Who has looked at %(name)s") % {"name": name}, str(asked.subject.id)
        return _("What was done with %(name)s") % {"name": name}, str(asked.subject.id)
    if form.account:
        name = form.account.display_name
        if asked.verb is Verb.CONSULT:
            return _("What %(name)s has looked at") % {"name": name}, ""
        return _("What %(name)s has done") % {"name": name}, ""
    return _("The ledger"), ""


def _looks(form: LedgerForm, asked: Search) -> list[tuple[str, str]]:
    """The two questions that are asked most, for the record or person of this page."""
    looks = []
    about = str(asked.subject.id) if asked.subject else ""
    if about and asked.verb is not Verb.CONSULT:
        looks.append((_("Who has looked at this record"), search_address(about=about, verb="consult")))
    if about and asked.verb is Verb.CONSULT:
        looks.append((_("Everything done with this record"), search_address(about=about)))
    person = form.account or form.about_account
    if person and not (form.account and asked.verb is Verb.CONSULT):
        looks.append(
            (
                _("What %(name)s has looked at") % {"name": person.display_name},
                search_address(by=person.sign_in_name, verb="consult"),
            )
        )
    if person and not asked.subject:
        looks.append(
            (
                _("What was done with the account of %(name)s") % {"name": person.display_name},
                search_address(about=str(person.id)),
            )
        )
    return looks


def _kept(form: LedgerForm) -> dict[str, str]:
    data = cast("QueryDict | dict[str, Any]", form.data)
    return {name: str(data.get(name, "")) for name in form.fields if data.get(name)}


def _written(place: tuple[datetime, int]) -> str:
    return f"{place[0].isoformat()}~{place[1]}"


def _place(text: str) -> tuple[datetime, int] | None:
    """Where the page before ended; an address that was tampered with begins at the newest."""
    at, _tilde, number = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, int(number)) if moment.tzinfo else None
    except ValueError:
        return None
