"""Foreign keys go down only: a table never points at a room above its own."""

import pytest
from django.apps import apps
from django.db import models

# From the top, as in docs/architecture.md.
FLOORS = [
    "practice",
    "planning",
    "contact",
    "outbound",
    "records",
    "files",
    "staff",
    "reference",
    "deadlines",
    "ledger",
]


def floor(model: type[models.Model]) -> int | None:
    package = model.__module__.split(".")
    return FLOORS.index(package[1]) if package[0] == "darwin" and package[1] in FLOORS else None


@pytest.mark.parametrize(
    "model", apps.get_models(include_auto_created=True), ids=lambda model: model._meta.label
)
def test_foreign_keys_go_down(model: type[models.Model]) -> None:
    own = floor(model)
    for field in model._meta.get_fields():
        target = field.related_model if field.concrete and field.is_relation else None
        if own is None or not isinstance(target, type):
            continue
        below = floor(target)
        assert below is None or below >= own, (
            f"{model._meta.label}.{field.name} points up at {target._meta.label}"
        )


def test_every_room_with_tables_has_its_floor() -> None:
    rooms = {
        model.__module__.split(".")[1]
        for model in apps.get_models()
        if model.__module__.startswith("darwin.")
    }
    assert rooms <= set(FLOORS)


@pytest.mark.django_db
def test_the_database_itself_has_no_key_to_a_partitioned_table() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint AS held JOIN pg_class ON pg_class.oid = "
            "confrelid "
            "WHERE contype = 'f' AND (relkind = 'p' OR relispartition)"
        )
        assert cursor.fetchall() == []
