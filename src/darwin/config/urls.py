"""Every address of the house: each room brings its own."""

from django.urls import URLPattern, URLResolver, path

from darwin.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health.for_machines, name="health"),
    path("health/live/", health.live, name="health-live"),
    path("health/page/", health.for_people, name="health-page"),
]
