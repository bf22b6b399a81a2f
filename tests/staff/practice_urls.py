"""The addresses of a house that was started for practice."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from darwin.config import urls as house
from darwin.practice import urls as practice
from darwin.staff import urls as staff
from darwin.staff.gate import page
from darwin.staff.permissions import BE_AT_HOME

_PAD = """{% extends "theme/base.html" %}{% block title %}Pad{% endblock %}{% block main %}
<div data-alerts role="status">Second person wanted</div>
<form method="post">{% csrf_token %}<label for="words">Words</label>
<textarea id="words" name="words">{{ words }}</textarea><button id="keep">Keep</button></form>
<p id="kept">{{ kept }}</p>{% endblock %}"""


@page(BE_AT_HOME, personal=False)
def pad(request: HttpRequest) -> HttpResponse:
    """A page to type a narrative on, as rooms above will have."""
    kept = request.POST.get("words", "")
    return HttpResponse(engines["django"].from_string(_PAD).render({"kept": kept}, request))


handler400, handler403, handler404, handler500 = (
    house.handler400,
    house.handler403,
    house.handler404,
    house.handler500,
)
_staff = ([*staff.urlpatterns, *staff.practice_addresses("practice")], "staff")
_practice = (practice.practice_addresses("practice"), "practice")
urlpatterns = [
    path("pad/", pad),
    path("", include(_staff)),
    path("", include(_practice)),
    *house.urlpatterns,
]
