"""The room of people, places, numbers and vehicles."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "darwin.records"
    label = "records"
    verbose_name = "Records"

    def ready(self) -> None:
        from darwin.records import access_sources, home, permissions, references, retention, thresholds
        from darwin.staff.subject_pages import SubjectPage, declare_subject_page
        from darwin.theme.navigation import Item, navigation

        thresholds.declare()
        retention.declare_deadline()
        references.declare_own()
        access_sources.declare_own()
        home.declare()
        navigation.register(Item(_("Search"), "records:search", permissions.SEARCH_RECORDS, order=25))
        for kind in ("person", "phone", "location", "vehicle"):
            rule = permissions.SEE_NUMBER if kind == "phone" else permissions.SEARCH_RECORDS
            declare_subject_page(SubjectPage(kind, rule, _address(kind)))


def _address(kind: str):  # type: ignore[no-untyped-def]
    return lambda identifier: reverse(f"records:{kind}", args=[identifier])
