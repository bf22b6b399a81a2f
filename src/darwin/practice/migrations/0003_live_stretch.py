"""Which stretches of time the live feed played; and clearing takes the floor and its commands along."""

import django.db.models.deletion
from django.db import migrations, models

import darwin.ledger.ids

CLEAR = """
CREATE OR REPLACE FUNCTION practice_clear() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reference_installation WHERE mode = 'practice') THEN
        RAISE EXCEPTION 'practice_clear works on a practice installation only';
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    TRUNCATE contact_contact, contact_coverage, contact_callevent, contact_importrun, contact_floormember,
        contact_switchcommand, contact_switchconnection, practice_practiceforce
    CASCADE;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("practice", "0002_clear"), ("contact", "0006_floor_now")]
    operations = [
        migrations.CreateModel(
            name="LiveStretch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=darwin.ledger.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("closed", models.BooleanField(default=False)),
                (
                    "force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stretches",
                        to="practice.practiceforce",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed", False)),
                        fields=("force",),
                        name="practice_one_open_stretch",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_at__gte", models.F("from_at"))),
                        name="practice_stretch_runs_forward",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CLEAR, migrations.RunSQL.noop),
    ]
