"""Addresses of the live policy."""

from django.urls import URLPattern, path

from darwin.planning.live_policy import views

app_name = "live_policy"

urlpatterns: list[URLPattern] = [
    path("planning/live-policy/", views.live_policy, name="live_policy"),
    path("planning/live-policy/propose/", views.propose, name="propose"),
    path("planning/live-policy/versions/<int:number>/", views.version, name="version"),
    path("planning/live-policy/<uuid:proposal_id>/decide/", views.decide, name="decide"),
    path("planning/live-policy/<uuid:proposal_id>/withdraw/", views.withdraw, name="withdraw"),
    path("planning/live-policy/return/<uuid:hold_id>/", views.go_back, name="go_back"),
]
