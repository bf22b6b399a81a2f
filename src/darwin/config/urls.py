"""Every address of the house: each room brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from darwin.theme.urls import language_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("darwin.theme.urls")),
    *language_urls,
]

handler400 = "darwin.theme.views.bad_request"
handler403 = "darwin.theme.views.forbidden"
handler404 = "darwin.theme.views.not_found"
handler500 = "darwin.theme.views.server_error"
