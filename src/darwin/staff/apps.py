"""The room of accounts, teams and roles."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StaffConfig(AppConfig):
    name = "darwin.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        # The matrix of who may do what is complete only when every room has declared its rules, and the
        # home of a role only when every room has put its lines there. Rooms above are found by name.
        autodiscover_modules("permissions", "home")
