"""Which made-up force lives here, and how much of it is in."""

import django.db.models.deletion
from django.db import migrations, models

import darwin.ledger.ids


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="PracticeForce",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("only", models.BooleanField(default=True, editable=False, unique=True)),
                ("present_month", models.DateField()),
                ("seed", models.BigIntegerField()),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("only", True)), name="practice_one_force")
                ],
            },
        ),
        migrations.CreateModel(
            name="LoadedMonth",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("loaded_to", models.DateTimeField()),
                ("contacts", models.PositiveIntegerField()),
                ("loaded_at", models.DateTimeField()),
                (
                    "force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="months",
                        to="practice.practiceforce",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("force", "month"), name="practice_month_once")
                ],
            },
        ),
    ]
