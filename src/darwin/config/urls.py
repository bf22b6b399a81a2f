"""Every address of the house: each room brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from darwin.staff.urls import directory_addresses
from darwin.theme.urls import language_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *directory_addresses,
    *language_urls,
    path("", include("darwin.staff.urls")),
    path("", include("darwin.theme.urls")),
]

handler400 = "darwin.theme.views.bad_request"
handler403 = "darwin.theme.views.forbidden"
handler404 = "darwin.theme.views.not_found"
handler500 = "darwin.theme.views.server_error"
