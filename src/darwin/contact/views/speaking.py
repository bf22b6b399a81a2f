"""Who is speaking: looking them up by what they say of themselves, recording it, and their history then."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from darwin.contact.history import HistoryAsk, cards_for
from darwin.contact.permissions import TAKE_CALLS
from darwin.contact.services.identity import record_identity
from darwin.contact.taking import people
from darwin.contact.taking import screen as screens
from darwin.contact.taking.screen import CallScreen
from darwin.contact.views import asking
from darwin.contact.views.my_call import page_context
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.gate import page
from darwin.staff.models import Account

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller said of themselves, as it was typed."""

    name: str = ""
    born: str = ""
    address: str = ""

    @property
    def nothing(self) -> str:
        """Why this is no question to the records; "" if it is one. A number is not a person: somebody who is
        looked up by a number alone would be named to whoever holds the telephone."""
        if sum(character.isalpha() for character in self.name) < 2:
            return _("Ask their name, and type what they say. A number is not a person.")
        if not (self.born.strip() or self.address.strip()):
            return _("Ask date of birth or address too. The name is kept.")
        return ""


@never_cache
@require_http_methods(["GET", "POST"])
@page(TAKE_CALLS, personal=True)
def who(request: HttpRequest, key: UUID) -> HttpResponse:
    """GET: what is known of who is speaking. POST act=search: who matches; person=…: it is this person;
    act=new: record them; act=not_given: the name was not given. A script gets the part, a form the page."""
    account = asking.asker(request)
    shown = _shown(account, key)
    if request.method == "GET":
        _consulted(account, shown, [])
        return _part(request, account, shown, {})
    asked = Asked(*(request.POST.get(field, "")[:200] for field in ("name", "born", "address")))
    if request.POST.get("act") == "search":
        return _found(request, account, shown, asked)
    try:
        _identify(account, shown, asked, request)
    except DarwinError as refused:
        return _part(request, account, shown, {"asked": asked, "found_fault": str(refused)}, status=422)
    shown = _shown(account, key)
    _consulted(account, shown, [shown.person_id] if shown.person_id else [])
    if "text/html" in request.headers.get("Accept", ""):
        return redirect(f"{reverse('contact:my_call')}?{urlencode({'contact': str(key)})}")
    return render(
        request, "contact/call/parts.html", {"shown": shown, "now": clock.now(), "account": account}
    )


def _shown(account: Account, key: UUID) -> CallScreen:
    shown = screens.screen_of(account, key, clock.now())
    if shown is None:
        raise Http404
    return shown


def _consulted(account: Account, shown: CallScreen, persons: list[UUID]) -> None:
    assert shown.key is not None
    subjects = [Subject("contact", shown.key), *(Subject("person", person) for person in persons)]
    record_consultation(actor=account.actor, screen="contact.who_is_speaking", subjects=subjects)


def _found(request: HttpRequest, account: Account, shown: CallScreen, asked: Asked) -> HttpResponse:
    """Who matches what was said, each with the reason; nobody for a question that is none."""
    fault, found = asked.nothing, []
    if not fault:
        try:
            found = people.find_people(
                name=asked.name, born=asked.born, address=asked.address, account=account, most=MOST_FOUND
            )
        except DarwinError as unreadable:
            fault = str(unreadable)
    _consulted(account, shown, [one.person_id for one in found])
    return _part(
        request,
        account,
        shown,
        {"asked": asked, "found": found, "found_fault": fault, "looked": not fault},
    )


def _identify(account: Account, shown: CallScreen, asked: Asked, request: HttpRequest) -> None:
    """Record what came of asking. Raises DarwinError with a sentence."""
    assert shown.key is not None
    role = str(shown.draft.words.get("caller_role", "")) if shown.draft else ""
    if request.POST.get("act") == "not_given":
        record_identity(actor=account.actor, key=shown.key, person_id=None, role=role)
        return
    if request.POST.get("act") == "new":
        people.identify_new(
            actor=account.actor,
            key=shown.key,
            name=asked.name,
            born=asked.born,
            address=asked.address,
            role=role,
        )
        return
    try:
        person_id = UUID(request.POST.get("person", ""))
    except ValueError:
        raise Http404 from None
    people.identify_caller(actor=account.actor, key=shown.key, person_id=person_id, role=role)


def _part(
    request: HttpRequest, account: Account, shown: CallScreen, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The answer below the question, alone for a script, in the whole page for a form."""
    if "text/html" not in request.headers.get("Accept", ""):
        return render(request, "contact/call/found.html", {"shown": shown, **more}, status=status)
    context = page_context(account, shown, request) | more
    return render(request, "contact/call/my_call.html", context, status=status)


@never_cache
@require_GET
@page(TAKE_CALLS, personal=True)
def history(request: HttpRequest, key: UUID) -> HttpResponse:
    """The history of who is speaking, once that is recorded; until then it is closed."""
    account, now = asking.asker(request), clock.now()
    draft = screens.draft_of(account, key)
    if draft is None and not screens.opens(account, key):
        raise Http404
    identity, person = screens.who_is_speaking(key, now)
    cards, subjects = [], [Subject("contact", key)]
    if person is not None:
        persons = tuple(people.same_person(person.person_id))
        location = str(draft.words.get("location", "")) if draft else ""
        cards = cards_for(HistoryAsk(account=account, persons=persons, key=key, at=now, location=location))
        subjects += [Subject("person", person.person_id)]
        subjects += [subject for card in cards for line in card.lines for subject in line.subjects]
    record_consultation(actor=account.actor, screen="contact.caller_history", subjects=subjects)
    part = "text/html" not in request.headers.get("Accept", "")
    template = "contact/call/history_open.html" if part else "contact/call/history_page.html"
    context = {"key": key, "person": person, "identity": identity, "cards": cards, "now": now}
    return render(request, template, context)
