"""The room of those who plan."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "darwin.planning"
    label = "planning"
    verbose_name = "Planning"
