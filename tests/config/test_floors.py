"""The floors of the house: foreign keys go down only, as imports do (lint checks those)."""

from django.apps import apps
from django.db import models

FLOORS = ["practice", "contact", "staff", "reference", "deadlines", "ledger"]


def test_foreign_keys_go_down_only() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and model._meta.app_label in FLOORS
        and isinstance(field.related_model, type)
        and field.related_model._meta.app_label in FLOORS
        and FLOORS.index(field.related_model._meta.app_label) < FLOORS.index(model._meta.app_label)
    ]
    assert upward == []


def test_every_room_with_tables_has_a_floor() -> None:
    rooms = {config.label for config in apps.get_app_configs() if config.name.startswith("darwin.")}
    assert {room for room in rooms if list(apps.get_app_config(room).get_models())} <= set(FLOORS)
