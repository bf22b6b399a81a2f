"""The room of due times."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "darwin.deadlines"
    verbose_name = "Deadlines"
    default_auto_field = "django.db.models.BigAutoField"
