"""The one way to empty a practice installation within seconds.

The application may not TRUNCATE, and deleting a million contacts row by row takes minutes. This function
runs with the owner's rights and looks at the installation row itself, so that it does nothing to real data
whoever calls it.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION practice_clear() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reference_installation WHERE mode = 'practice') THEN
        RAISE EXCEPTION 'practice_clear works on a practice installation only';
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    TRUNCATE contact_contact, contact_coverage, contact_callevent, contact_importrun, practice_practiceforce
    CASCADE;
END
$$;
REVOKE ALL ON FUNCTION practice_clear() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'darwin_app') THEN
        GRANT EXECUTE ON FUNCTION practice_clear() TO darwin_app;
    END IF;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0001_first_force"),
        ("contact", "0002_call_events"),
        ("reference", "0001_tables"),
    ]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION practice_clear()")]
