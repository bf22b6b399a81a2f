"""Every address of the house: each room brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from darwin.staff.urls import directory_addresses

urlpatterns: list[URLPattern | URLResolver] = [
    *directory_addresses,
    path("", include("darwin.staff.urls")),
]
