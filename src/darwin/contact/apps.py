"""The room of first contact."""

from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "darwin.contact"
    label = "contact"
    verbose_name = "Contact"

    def ready(self) -> None:
        from darwin.contact import permissions, thresholds

        thresholds.declare()
        # Declared at the start, so that the matrix of rules knows them before a page is opened.
        assert permissions.SEE_MEASURES
