"""The room of those who plan."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanningConfig(AppConfig):
    name = "darwin.planning"
    label = "planning"
    verbose_name = "Planning"

    def ready(self) -> None:
        from darwin.planning import permissions, thresholds
        from darwin.planning.live_policy import starting
        from darwin.planning.tabs import Tab, put_beside
        from darwin.staff.subject_pages import SubjectPage, declare_subject_page
        from darwin.theme.navigation import Item, navigation

        thresholds.declare()
        navigation.register(Item(_("Planning"), "planning:forecast", permissions.SEE_PLANS, order=45))
        navigation.register(Item(_("My shifts"), "planning:my_shifts", permissions.SEE_OWN_SHIFTS, order=46))
        for label, name, rule, order in (
            (_("Forecast"), "forecast", permissions.SEE_PLANS, 10),
            (_("Staffing"), "staffing", permissions.SEE_PLANS, 20),
            (_("Rosters"), "rosters", permissions.SEE_ROSTERS, 30),
            (_("People"), "people", permissions.PLAN_PEOPLE, 35),
            (_("What-if"), "what_if", permissions.SEE_PLANS, 40),
            (_("Twin check"), "twin_check", permissions.SEE_PLANS, 50),
            (_("What was asked"), "runs", permissions.SEE_PLANS, 90),
        ):
            put_beside(Tab(label, f"planning:{name}", rule, order))
        declare_subject_page(
            SubjectPage("planning_run", permissions.SEE_PLANS, lambda run: f"/planning/runs/{run}/")
        )
        starting.declare()
