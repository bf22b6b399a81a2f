"""Which stretches of time the live feed played; and clearing takes along whatever practice has left since."""

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
        contact_switchcommand, contact_switchconnection, contact_switchsnapshot, contact_contactdraft,
        contact_calleridentity, contact_fallbackpack, practice_practiceforce, deadlines_deadline,
        outbound_attempt, outbound_contactpoint, outbound_safecontact, outbound_unsafeoverride,
        records_person, records_phoneidentity, records_location, records_vehicle, records_nameword,
        records_nameform, records_searchkey, records_valuechange, records_legalhold, records_retentionreview
    CASCADE;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0002_clear"),
        ("contact", "0009_fallback"),
        ("deadlines", "0002_history"),
        ("outbound", "0001_safe_contact_and_attempts"),
        ("records", "0001_people_places_numbers"),
    ]
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
