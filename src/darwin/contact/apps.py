"""The room of first contact."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactConfig(AppConfig):
    name = "darwin.contact"
    label = "contact"
    verbose_name = "Contact"

    def ready(self) -> None:
        from darwin.contact import deadline_kinds, permissions, thresholds
        from darwin.contact.fallback.open_work import OWED_CALLS
        from darwin.contact.fallback.sections import register_section
        from darwin.contact.now.screens import register_screens
        from darwin.contact.routing import shown
        from darwin.contact.services.callbacks import ring_by_switch
        from darwin.contact.taking import desk, desks, earlier
        from darwin.outbound.channels import CALL_BACK, give_sender
        from darwin.staff.idle import never_lock_while
        from darwin.staff.leaving import before_leaving
        from darwin.theme.navigation import Item, navigation

        thresholds.declare()
        deadline_kinds.declare()
        desks.register()
        earlier.register()
        shown.register()
        register_screens()
        never_lock_while(desk.on_live_call)
        before_leaving("contact/call/leaving.html")
        # The rules are declared at the start, so that the matrix knows them before a page is opened.
        for label, name, rule, order in (
            (_("My call"), "my_call", permissions.TAKE_CALLS, 5),
            (_("Floor"), "floor", permissions.SEE_FLOOR, 6),
            (_("The line"), "line", permissions.SEE_MEASURES, 10),
            (_("Call-backs"), "call_backs", permissions.WORK_CALL_BACKS, 8),
            (_("Wall"), "wall", permissions.SEE_WALL, 15),
            (_("Lost callers"), "lost_callers", permissions.SEE_LOST_CALLERS, 20),
            (_("Measures"), "measures", permissions.SEE_MEASURES, 30),
            (_("Fair access"), "fair_access", permissions.SEE_MEASURES, 40),
            (_("My figures"), "my_figures", permissions.SEE_HANDLER_FIGURES, 50),
            (_("Fall-back"), "fallback", permissions.USE_FALLBACK, 55),
            (_("Imports"), "imports", permissions.SEE_IMPORTS, 60),
        ):
            navigation.register(Item(label, f"contact:{name}", rule, order=order))
        give_sender(CALL_BACK, ring_by_switch)
        register_section(OWED_CALLS)
