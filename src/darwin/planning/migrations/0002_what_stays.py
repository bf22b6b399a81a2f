"""What was asked and what came of it is never changed: the database refuses it, whoever asks."""

from django.db import migrations

KEEP = """
CREATE FUNCTION planning_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was planned stays as it was: % of % is refused', TG_OP, TG_TABLE_NAME;
END
$$;
CREATE TRIGGER planning_result_stays BEFORE UPDATE OR DELETE ON planning_runresult
    FOR EACH ROW EXECUTE FUNCTION planning_stays();
CREATE TRIGGER planning_question_stays
    BEFORE UPDATE OF kind, title, queue, inputs, seed, asked_at, asked_by_id ON planning_run
    FOR EACH ROW EXECUTE FUNCTION planning_stays();
CREATE TRIGGER planning_run_stays BEFORE DELETE ON planning_run
    FOR EACH ROW EXECUTE FUNCTION planning_stays();
CREATE TRIGGER planning_shift_stays BEFORE UPDATE OR DELETE ON planning_rostershift
    FOR EACH ROW EXECUTE FUNCTION planning_stays();
"""
DROP = """
DROP TRIGGER planning_shift_stays ON planning_rostershift;
DROP TRIGGER planning_run_stays ON planning_run;
DROP TRIGGER planning_question_stays ON planning_run;
DROP TRIGGER planning_result_stays ON planning_runresult;
DROP FUNCTION planning_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_first_plans")]
    operations = [migrations.RunSQL(KEEP, DROP)]
