"""The room of people, places, numbers and vehicles."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "darwin.records"
    label = "records"
    verbose_name = "Records"
