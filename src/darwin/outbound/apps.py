"""The room of what leaves the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    name = "darwin.outbound"
    label = "outbound"
    verbose_name = "Outbound"

    def ready(self) -> None:
        from darwin.outbound import kinds, permissions, thresholds
        from darwin.theme.navigation import Item, navigation

        thresholds.declare()
        kinds.declare()
        navigation.register(
            Item(_("Safe contact"), "outbound:look_up", permissions.RECORD_SAFE_CONTACT, order=45)
        )
