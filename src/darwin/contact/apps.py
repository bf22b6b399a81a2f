"""The room of first contact."""

from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "darwin.contact"
    label = "contact"
    verbose_name = "Contact"

    def ready(self) -> None:
        from darwin.contact import thresholds

        thresholds.declare()
