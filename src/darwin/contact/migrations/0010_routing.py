"""What the routing worker decided, and what is kept for whom. A logged decision is never rewritten."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import darwin.ledger.ids

STAYS = """
CREATE FUNCTION contact_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a routing decision is written once and then stays as it is';
END $$;
CREATE TRIGGER contact_routingdecision_stays BEFORE UPDATE ON contact_routingdecision
    FOR EACH ROW EXECUTE FUNCTION contact_decision_stays();
"""
FREE = """
DROP TRIGGER contact_routingdecision_stays ON contact_routingdecision;
DROP FUNCTION contact_decision_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0009_fallback"),
        ("reference", "0004_policies_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RoutingDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("situation", models.JSONField()),
                ("decisions", models.JSONField()),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="reference.routingpolicy",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Routing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("call_back", "call-back"), ("message", "message")], max_length=10
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("routed_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "end",
                    models.CharField(
                        choices=[
                            ("taken", "they took it"),
                            ("lapsed", "they did not take it in time"),
                            ("passed_on", "they passed it on"),
                            ("gone", "it needed nobody any more, or somebody else took it"),
                            ("busy", "a caller came to them first"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="routings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="routings",
                        to="contact.contact",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="routings",
                        to="contact.routingdecision",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="routingdecision",
            index=models.Index(fields=["at"], name="routing_decisions_by_time"),
        ),
        migrations.AddIndex(
            model_name="routing",
            index=models.Index(fields=["account", "routed_at"], name="routings_of_a_handler"),
        ),
        migrations.AddConstraint(
            model_name="routing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("contact",),
                name="routed_to_one_handler",
            ),
        ),
        migrations.AddConstraint(
            model_name="routing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("account",),
                name="one_routing_a_handler",
            ),
        ),
        migrations.AddConstraint(
            model_name="routing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end", ""), ("ended_at__isnull", True)),
                    models.Q(("ended_at__isnull", False), models.Q(("end", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_routing_that_ended_says_how",
            ),
        ),
        migrations.RunSQL(STAYS, FREE),
    ]
