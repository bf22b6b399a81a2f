"""What the tables refuse, whoever writes: overlapping versions, rewritten versions, a second installation."""

from django.db import migrations

# btree_gist is not everywhere, but a range of text has an equality operator under GiST as it is: a code
# becomes the range from itself to itself.
OVERLAP = """
CREATE TYPE reference_code_range AS RANGE (subtype = text, collation = "C");
ALTER TABLE reference_threshold ADD CONSTRAINT reference_threshold_no_overlap EXCLUDE USING gist (
    reference_code_range(code, code, '[]') WITH =,
    daterange(valid_from, valid_to) WITH &&
) WHERE (withdrawn_in_id IS NULL);
ALTER TABLE reference_code ADD CONSTRAINT reference_code_no_overlap EXCLUDE USING gist (
    reference_code_range(list, list, '[]') WITH =,
    reference_code_range(code, code, '[]') WITH =,
    daterange(valid_from, valid_to) WITH &&
) WHERE (withdrawn_in_id IS NULL);
"""
NO_OVERLAP = """
ALTER TABLE reference_code DROP CONSTRAINT reference_code_no_overlap;
ALTER TABLE reference_threshold DROP CONSTRAINT reference_threshold_no_overlap;
DROP TYPE reference_code_range;
"""

HISTORY = """
CREATE FUNCTION reference_history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% keeps its history: a version is closed or withdrawn, never deleted', TG_TABLE_NAME;
    END IF;
    IF to_jsonb(NEW) - 'valid_to' - 'withdrawn_in_id' <> to_jsonb(OLD) - 'valid_to' - 'withdrawn_in_id'
        OR (OLD.valid_to IS NOT NULL AND NEW.valid_to IS DISTINCT FROM OLD.valid_to)
        OR (OLD.withdrawn_in_id IS NOT NULL AND NEW.withdrawn_in_id IS DISTINCT FROM OLD.withdrawn_in_id)
    THEN
        RAISE EXCEPTION '% keeps its history: a version can be closed or withdrawn once, not rewritten',
            TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION reference_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once and then stays as it is', TG_TABLE_NAME;
END $$;
CREATE TRIGGER reference_threshold_history BEFORE UPDATE OR DELETE ON reference_threshold
    FOR EACH ROW EXECUTE FUNCTION reference_history_stays();
CREATE TRIGGER reference_code_history BEFORE UPDATE OR DELETE ON reference_code
    FOR EACH ROW EXECUTE FUNCTION reference_history_stays();
CREATE TRIGGER reference_adoption_stays BEFORE UPDATE OR DELETE ON reference_adoption
    FOR EACH ROW EXECUTE FUNCTION reference_row_stays();
CREATE TRIGGER reference_installation_stays BEFORE UPDATE OR DELETE ON reference_installation
    FOR EACH ROW EXECUTE FUNCTION reference_row_stays();
"""
NO_HISTORY = """
DROP TRIGGER reference_installation_stays ON reference_installation;
DROP TRIGGER reference_adoption_stays ON reference_adoption;
DROP TRIGGER reference_code_history ON reference_code;
DROP TRIGGER reference_threshold_history ON reference_threshold;
DROP FUNCTION reference_row_stays();
DROP FUNCTION reference_history_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("reference", "0001_tables")]
    operations = [migrations.RunSQL(OVERLAP, NO_OVERLAP), migrations.RunSQL(HISTORY, NO_HISTORY)]
