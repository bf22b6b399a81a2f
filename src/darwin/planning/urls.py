"""Addresses of the room."""

from django.urls import URLPattern, path

from darwin.planning.views import forecast, people, rosters, runs, shifts, staffing, twin_check, what_if

app_name = "planning"

urlpatterns: list[URLPattern] = [
    path("planning/", forecast.forecast, name="forecast"),
    path("planning/forecast/ask/", forecast.ask_forecast, name="ask_forecast"),
    path("planning/staffing/", staffing.staffing, name="staffing"),
    path("planning/what-if/", what_if.what_if, name="what_if"),
    path("planning/what-if/new/", what_if.new_what_if, name="new_what_if"),
    path("planning/twin-check/", twin_check.twin_check, name="twin_check"),
    path("planning/runs/", runs.runs, name="runs"),
    path("planning/runs/<uuid:run_id>/", runs.run, name="run"),
    path("planning/runs/<uuid:run_id>/progress/", runs.progress, name="run_progress"),
    path("planning/people/", people.people, name="people"),
    path("planning/people/<uuid:person_id>/", people.person, name="person"),
    path("planning/people/<uuid:person_id>/away/", people.away, name="away"),
    path("planning/rosters/", rosters.rosters, name="rosters"),
    path("planning/rosters/<uuid:roster_id>/", rosters.roster, name="roster"),
    path("planning/rosters/<uuid:roster_id>/publish/", rosters.publish, name="publish_roster"),
    path("planning/rosters/<uuid:roster_id>/re-plan/", rosters.replan, name="replan_roster"),
    path("planning/rosters/<uuid:roster_id>/file.<str:form>", rosters.export, name="export_roster"),
    path(
        "planning/rosters/<uuid:roster_id>/people/<uuid:person_id>/",
        shifts.person_shifts,
        name="person_shifts",
    ),
    path(
        "planning/rosters/<uuid:roster_id>/people/<uuid:person_id>/file.<str:form>",
        shifts.export,
        name="export_shifts",
    ),
    path("my-shifts/", shifts.my_shifts, name="my_shifts"),
    path("my-shifts/file.<str:form>", shifts.export_mine, name="export_my_shifts"),
]
