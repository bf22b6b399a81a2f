"""The room of those who plan."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "darwin.planning"
    label = "planning"
    verbose_name = "Planning"

    def ready(self) -> None:
        from darwin.planning.live_policy import starting

        starting.declare()
