"""The room of people, places, numbers and vehicles."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "darwin.records"
    label = "records"
    verbose_name = "Records"

    def ready(self) -> None:
        from darwin.records import thresholds

        thresholds.declare()
