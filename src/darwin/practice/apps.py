"""The room of the made-up force."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "darwin.practice"
    label = "practice"
    verbose_name = "Practice"

    def ready(self) -> None:
        from darwin.practice import permissions
        from darwin.theme.practice_panel import put_beside_every_page

        put_beside_every_page("practice:caller_part", permissions.HEAR_CALLER)
