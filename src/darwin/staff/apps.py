"""The room of accounts, teams and roles."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

REQUIRED = (
    ("staff.idle_lock", "clock_minutes", "to know how long an untouched screen stays open elsewhere"),
    ("staff.enrolment_link", "clock_minutes", "to know how long a link for a passkey is good"),
    ("staff.api_token_days", "days", "to know how long a token of another system may be good"),
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
        from darwin.deadlines.kinds import DeadlineKind, declare_kind
        from darwin.ledger.readers import set_reader_rule
        from darwin.reference.required import require_threshold
        from darwin.reference.units import Unit
        from darwin.staff import home_lines, ledger_readers, permissions
        from darwin.theme.navigation import Item, navigation

        set_reader_rule(ledger_readers.RULE)
        home_lines.put_lines()
        for code, unit, meaning in REQUIRED:
            require_threshold(code, Unit(unit), "staff", meaning)
        declare_kind(
            DeadlineKind(
                name="staff.forget_api_answers",
                room="staff",
                starts="a token of another system is made",
                acts="nobody: Darwin does it",
                when_due="the kept answers to requests of other systems whose 24 hours are over are deleted",
                handler="darwin.staff.services.answers.forget_answers",
            )
        )
        for item in (
            Item(_("Home"), "staff:home", permissions.BE_AT_HOME, order=0),
            Item(_("Ledger"), "staff:ledger", permissions.READ_LEDGER, order=60),
            Item(_("Deadlines"), "staff:deadlines", permissions.SEE_DEADLINES, order=70),
            Item(_("What is set"), "staff:reference", permissions.READ_REFERENCE, order=80),
            Item(_("Accounts"), "staff:accounts", permissions.MANAGE_ACCOUNTS, order=90),
            Item(_("Other systems"), "staff:tokens", permissions.MANAGE_TOKENS, order=92),
            Item(_("Parts of the house"), "health-page", permissions.MIND_THE_HOUSE, order=95),
        ):
            navigation.register(item)
