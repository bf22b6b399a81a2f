"""The room of attachments."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "darwin.files"
    label = "files"
    verbose_name = "Files"

    def ready(self) -> None:
        from darwin.files import thresholds

        thresholds.declare()
