"""The room of what leaves the house."""

from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "darwin.outbound"
    label = "outbound"
    verbose_name = "Outbound"
