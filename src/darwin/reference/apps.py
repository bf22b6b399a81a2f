"""The room of reference data: what the force has set, from when, until when and by whose word."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "darwin.reference"
    verbose_name = "Reference data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from darwin.reference import rules
        from darwin.reference.signals import values_adopted

        rules.declare_kinds()
        values_adopted.connect(rules.follow_adoption, dispatch_uid="reference.rules")
