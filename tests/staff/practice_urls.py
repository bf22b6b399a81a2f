"""The addresses of a house that was started for practice."""

from django.urls import include, path

from darwin.config import urls as house
from darwin.staff import urls as staff

handler400, handler403, handler404, handler500 = (
    house.handler400,
    house.handler403,
    house.handler404,
    house.handler500,
)
_staff = ([*staff.urlpatterns, *staff.practice_addresses("practice")], "staff")
urlpatterns = [path("", include(_staff)), *house.urlpatterns]
