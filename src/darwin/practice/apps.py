"""The room of the made-up force."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "darwin.practice"
    label = "practice"
    verbose_name = "Practice"

    def ready(self) -> None:
        from darwin.practice import permissions
        from darwin.theme.practice_panel import Panel, put_beside_every_page

        panel = Panel(part="practice:caller_part", telephone="practice:at_telephone")
        put_beside_every_page(panel, permissions.HEAR_CALLER)
