"""The room of what leaves the house."""

from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "darwin.outbound"
    label = "outbound"
    verbose_name = "Outbound"

    def ready(self) -> None:
        # The rules are declared at the start, so that the matrix knows them before a page is opened.
        from darwin.outbound import kinds, thresholds

        thresholds.declare()
        kinds.declare()
