# The newest complete list of a switch that is told of through the API, and room for the word integration.

import django.contrib.postgres.fields
from django.db import migrations, models

import darwin.ledger.ids


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0007_taking_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="SwitchSnapshot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("switch", models.CharField(max_length=80, unique=True)),
                ("at", models.DateTimeField()),
                (
                    "living",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("members", models.JSONField(null=True)),
            ],
        ),
        migrations.AlterField(
            model_name="importrun",
            name="actor_kind",
            field=models.CharField(max_length=20),
        ),
    ]
