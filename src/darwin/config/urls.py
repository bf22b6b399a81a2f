"""Every address of the house: each room brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from darwin.config import health
from darwin.config.api import api_addresses
from darwin.staff.urls import directory_addresses
from darwin.theme.urls import language_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health.for_machines, name="health"),
    path("health/live/", health.live, name="health-live"),
    path("health/page/", health.for_people, name="health-page"),
    *api_addresses,
    *directory_addresses,
    *language_urls,
    path("", include("darwin.staff.live_address")),
    path("", include("darwin.staff.urls")),
    path("", include("darwin.practice.urls")),
    path("", include("darwin.planning.urls")),
    path("", include("darwin.contact.urls")),
    path("", include("darwin.planning.live_policy.urls")),
    path("", include("darwin.outbound.urls")),
    path("", include("darwin.records.urls")),
    path("", include("darwin.files.urls")),
    path("", include("darwin.theme.urls")),
]

handler400 = "darwin.theme.views.bad_request"
handler403 = "darwin.theme.views.forbidden"
handler404 = "darwin.theme.views.not_found"
handler500 = "darwin.config.outage.server_error_or_outage"
