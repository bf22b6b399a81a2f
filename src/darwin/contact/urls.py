"""Addresses of the room."""

from django.urls import URLPattern, path

from darwin.contact.views import line

app_name = "contact"

urlpatterns: list[URLPattern] = [
    path("contact/line/", line.line, name="line"),
]
