"""Addresses of the room; in any mode but practice it has none."""

from django.conf import settings
from django.urls import URLPattern, path

from darwin.practice import views

app_name = "practice"


def practice_addresses(mode: str) -> list[URLPattern]:
    """The pages of a practice installation."""
    if mode != "practice":
        return []
    return [
        path("practice/clock/", views.hours, name="clock"),
        path("practice/clock/change/", views.change_hours, name="change_clock"),
        path("practice/caller/", views.caller, name="caller"),
        path("practice/caller/part/", views.caller_part, name="caller_part"),
        path("practice/telephone/", views.at_telephone, name="at_telephone"),
    ]


urlpatterns: list[URLPattern] = practice_addresses(settings.DARWIN_MODE)
