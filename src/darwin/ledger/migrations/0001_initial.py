"""The ledger's tables, guards and writing functions: the SQL beside this file."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

import darwin.ledger.models

_SQL = Path(__file__).with_name("0001_tables.sql")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(_SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.TextField()),
                ("verb", models.TextField()),
                ("event", models.TextField()),
                ("reason_code", models.TextField()),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("counts", models.JSONField()),
                ("reason_id", models.UUIDField(null=True)),
                ("reason_commitment", models.BinaryField(null=True)),
                ("value_commitment", models.BinaryField(null=True)),
                ("txid", darwin.ledger.models.TransactionField()),
                ("system_identifier", models.BigIntegerField()),
            ],
            options={"db_table": "ledger_entry", "managed": False},
        ),
        migrations.CreateModel(
            name="EntrySubject",
            fields=[
                ("entry_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("kind", models.TextField()),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
            ],
            options={"db_table": "ledger_subject", "managed": False},
        ),
        migrations.CreateModel(
            name="Reason",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("salt", models.BinaryField()),
            ],
            options={"db_table": "ledger_reason", "managed": False},
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("closed_at", models.DateTimeField()),
                ("system_identifier", models.BigIntegerField()),
                ("count", models.IntegerField()),
                ("months", models.JSONField()),
                ("entries", models.BinaryField()),
                ("root", models.BinaryField()),
                ("previous_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("signature", models.BinaryField()),
                ("key_id", models.TextField()),
                ("adoption", models.JSONField(null=True)),
            ],
            options={"db_table": "ledger_block", "managed": False},
        ),
    ]
