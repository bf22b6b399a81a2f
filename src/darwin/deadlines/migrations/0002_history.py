"""What happened to a deadline is written once."""

from django.db import migrations

STAYS = """
CREATE FUNCTION deadlines_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what happened to a deadline is written once and then stays as it is';
END $$;
CREATE TRIGGER deadlines_event_stays BEFORE UPDATE OR DELETE ON deadlines_deadlineevent
    FOR EACH ROW EXECUTE FUNCTION deadlines_event_stays();
"""
NO_STAYS = """
DROP TRIGGER deadlines_event_stays ON deadlines_deadlineevent;
DROP FUNCTION deadlines_event_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0001_tables")]
    operations = [migrations.RunSQL(STAYS, NO_STAYS)]
