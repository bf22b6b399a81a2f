"""The page of the search: one box, the people found with the reason of each, and what else was named."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.records.forms import SearchForm
from darwin.records.permissions import RECORD_PEOPLE, SEARCH_RECORDS, SEE_NUMBER
from darwin.records.search.things import Thing
from darwin.records.searching import Answer, ask, restricted_among, search
from darwin.records.shown import birth_words
from darwin.records.views.asking import asker
from darwin.staff.gate import page

MOST_SHOWN, MOST_THINGS = 20, 10


@never_cache
@require_GET
@page(SEARCH_RECORDS, personal=True)
def find(request: HttpRequest) -> HttpResponse:
    """People by what was heard; the search is recorded with everyone it shows."""
    form = SearchForm(request.GET)
    asked_something = any(request.GET.get(name, "").strip() for name in ("q", "born"))
    if not form.is_valid() or not asked_something:
        status = 400 if form.errors else 200
        return render(request, "records/search.html", {"form": form}, status=status)
    asked = ask(form.cleaned_data["q"], form.cleaned_data["born"])
    answer = search(asked, asker(request), MOST_SHOWN)
    things = [thing for thing in answer.things if _may(request, thing)][:MOST_THINGS]
    record_consultation(
        actor=asker(request).actor,
        screen="records.search",
        subjects=[
            *(Subject("person", match.person_id) for match in answer.people),
            *(Subject(thing.kind, thing.id) for thing in things),
        ],
    )
    context = {"form": form, "answered": True, "rows": _rows(answer), "things": _things(things)}
    context |= {"most": MOST_SHOWN, "may_record": RECORD_PEOPLE.permits(asker(request))}
    # What was typed goes with whoever records a person that the search did not find.
    context["carry"] = urlencode({name: request.GET.get(name, "") for name in ("q", "born")})
    return render(request, "records/search.html", context)


def _rows(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "match": match,
            "born": birth_words(match.birth),
            "why": "; ".join(match.reasons),
            "address": reverse("records:person", args=[match.person_id]),
        }
        for match in answer.people
    ]


def _may(request: HttpRequest, thing: Thing) -> bool:
    return thing.kind != "phone" or SEE_NUMBER.permits(asker(request))


def _things(things: list[Thing]) -> list[dict[str, Any]]:
    """Numbers, vehicles and places; what is restricted shows nothing of itself."""
    hidden = {
        identifier
        for kind in {thing.kind for thing in things}
        for identifier in restricted_among(kind, [thing.id for thing in things if thing.kind == kind])
    }
    return [
        {
            "thing": thing,
            "restricted": thing.id in hidden,
            "address": reverse(f"records:{thing.kind}", args=[thing.id]),
        }
        for thing in things
    ]
