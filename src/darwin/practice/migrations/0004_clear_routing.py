"""Clearing takes the routing along: the clock goes back, and a policy would hold from a time to come."""

from django.db import migrations

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
        records_nameform, records_searchkey, records_valuechange, records_legalhold, records_retentionreview,
        contact_routing, contact_routingdecision, reference_routingpolicy, reference_policyproposal,
        reference_policyday, reference_policyhold, reference_intervention, reference_guardrailbreak
    CASCADE;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0003_live_stretch"),
        ("contact", "0010_routing"),
        ("reference", "0003_policies"),
    ]
    operations = [migrations.RunSQL(CLEAR, migrations.RunSQL.noop)]
