# The first tables of the room.

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import darwin.deadlines.clock
import darwin.ledger.ids
import darwin.staff.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                ("opened_at", models.DateTimeField(default=darwin.deadlines.clock.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sign_in_name", models.CharField(max_length=150, unique=True)),
                ("display_name", models.CharField(max_length=150)),
                ("force_number", models.CharField(blank=True, default="", max_length=20)),
                (
                    "theme",
                    models.CharField(
                        blank=True,
                        choices=[("", "As the system"), ("light", "Light"), ("low-light", "Low light")],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en-gb", "English"), ("cy", "Cymraeg")], default="en-gb", max_length=10
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("opened_at", models.DateTimeField(default=darwin.deadlines.clock.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "session_stamp",
                    models.CharField(default=darwin.staff.models.new_stamp, editable=False, max_length=32),
                ),
                (
                    "line_manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="line_reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="staff.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("good_until", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoleHolding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.CharField(max_length=40)),
                ("held_from", models.DateTimeField()),
                ("held_to", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "held_from"], name="holding_of_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_to__isnull", True), ("held_to__gt", models.F("held_from")), _connector="OR"
                        ),
                        name="a_holding_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("held_from", models.DateTimeField()),
                ("held_to", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line_manager",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings_managed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="staff.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("held_to__isnull", True)),
                        fields=("account",),
                        name="one_open_posting_an_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_to__isnull", True),
                            ("held_to__gte", models.F("held_from")),
                            _connector="OR",
                        ),
                        name="a_posting_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("sign_in_name", django.db.models.functions.text.Lower("sign_in_name"))),
                name="sign_in_name_is_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("line_manager__isnull", True),
                    models.Q(("line_manager", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_is_their_own_line_manager",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("is_active", True)),
                    models.Q(("closed_at__isnull", False), ("is_active", False)),
                    _connector="OR",
                ),
                name="a_closed_account_is_not_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("force_number", ""), _negated=True),
                fields=("force_number",),
                name="one_account_a_force_number",
            ),
        ),
    ]
