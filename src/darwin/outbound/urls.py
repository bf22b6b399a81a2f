"""Addresses of the room. A number never stands in one: an address bar is read by others."""

from django.urls import URLPattern, path

from darwin.outbound import views

app_name = "outbound"

urlpatterns: list[URLPattern] = [
    path("safe-contact/", views.look_up, name="look_up"),
    path("safe-contact/waiting/", views.waiting, name="waiting"),
    path("safe-contact/<uuid:point_id>/", views.point, name="point"),
    path("safe-contact/<uuid:point_id>/decide/", views.decide, name="decide"),
    path("safe-contact/<uuid:point_id>/attempts/", views.attempts, name="attempts"),
    path("safe-contact/answers/<uuid:preference_id>/", views.second_person, name="second_person"),
    path("safe-contact/attempts/<uuid:attempt_id>/finish/", views.finish, name="finish"),
]
