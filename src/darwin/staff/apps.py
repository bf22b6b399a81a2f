"""The room of accounts, teams and roles."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

REQUIRED = (
    ("staff.idle_lock", "clock_minutes", "to know how long an untouched screen stays open elsewhere"),
    ("staff.enrolment_link", "clock_minutes", "to know how long a link for a passkey is good"),
    ("disclosure.suppress_below", "number", "to publish a count below it as fewer than it"),
)


class StaffConfig(AppConfig):
    name = "darwin.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        # The matrix of who may do what is complete only when every room has declared its rules, and the
        # home of a role only when every room has put its lines there. Rooms above are found by name.
        autodiscover_modules("permissions", "home")
        from darwin.reference.required import require_threshold
        from darwin.reference.units import Unit
        from darwin.staff.permissions import BE_AT_HOME, MANAGE_ACCOUNTS
        from darwin.theme.navigation import Item, navigation

        for code, unit, meaning in REQUIRED:
            require_threshold(code, Unit(unit), "staff", meaning)
        navigation.register(Item(_("Home"), "staff:home", BE_AT_HOME, order=0))
        navigation.register(Item(_("Accounts"), "staff:accounts", MANAGE_ACCOUNTS, order=90))
