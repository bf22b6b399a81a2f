"""The room of reference data: what the force has set, from when, until when and by whose word."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "darwin.reference"
    verbose_name = "Reference data"
    default_auto_field = "django.db.models.BigAutoField"
