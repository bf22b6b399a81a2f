"""The room of the made-up force."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "darwin.practice"
    label = "practice"
    verbose_name = "Practice"
