"""The room of what leaves the house."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    name = "darwin.outbound"
    label = "outbound"
    verbose_name = "Outbound"

    def ready(self) -> None:
        from darwin.files.subjects import SubjectFiles, declare_subject
        from darwin.outbound import kinds, people, permissions, senders, thresholds
        from darwin.outbound.models import Attempt
        from darwin.staff.subject_pages import SubjectPage, declare_subject_page
        from darwin.theme.navigation import Item, navigation

        thresholds.declare()
        senders.give_senders()
        declare_subject(
            SubjectFiles(
                "attempt",
                _("Attempt to reach somebody"),
                Attempt,
                see=permissions.SEE_ATTEMPTS,
                add=permissions.REACH_OUT,
            )
        )
        kinds.declare()
        people.declare()
        declare_subject_page(
            SubjectPage(
                "contact_point",
                permissions.RECORD_SAFE_CONTACT,
                lambda identifier: reverse("outbound:point", args=[identifier]),
            )
        )
        navigation.register(
            Item(_("Safe contact"), "outbound:look_up", permissions.RECORD_SAFE_CONTACT, order=45)
        )
