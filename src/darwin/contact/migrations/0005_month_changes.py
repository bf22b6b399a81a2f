"""Which months had a row changed, and by which transaction: kept figures of such a month are thrown away.

A statement leaves one row a month it touched, inside its own transaction. Whoever counts a month keeps the
snapshot it counted with; the figures hold while every change of the month is visible in that snapshot. So
neither a writer that is still at work nor one that commits late can leave an old figure standing.
"""

from django.db import migrations

CREATE = """
CREATE TABLE contact_monthchange (
    month date NOT NULL,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (month, txid)
);
CREATE FUNCTION contact_note_legs() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO contact_monthchange (month)
    SELECT DISTINCT date_trunc('month', offered_at, 'Europe/London') AT TIME ZONE 'Europe/London' FROM changed
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE FUNCTION contact_note_contacts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO contact_monthchange (month)
    SELECT DISTINCT date_trunc('month', first_offered_at, 'Europe/London') AT TIME ZONE 'Europe/London'
    FROM changed
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE FUNCTION contact_forget_months() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM contact_keptmonth;
    RETURN NULL;
END
$$;
CREATE TRIGGER contact_leg_added AFTER INSERT ON contact_contactleg
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_note_legs();
CREATE TRIGGER contact_leg_changed AFTER UPDATE ON contact_contactleg
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_note_legs();
CREATE TRIGGER contact_leg_changed_from AFTER UPDATE ON contact_contactleg
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_note_legs();
CREATE TRIGGER contact_leg_removed AFTER DELETE ON contact_contactleg
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_note_legs();
CREATE TRIGGER contact_leg_emptied AFTER TRUNCATE ON contact_contactleg
    FOR EACH STATEMENT EXECUTE FUNCTION contact_forget_months();
CREATE TRIGGER contact_contact_added AFTER INSERT ON contact_contact
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_note_contacts();
CREATE TRIGGER contact_contact_changed AFTER UPDATE ON contact_contact
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_note_contacts();
CREATE TRIGGER contact_contact_changed_from AFTER UPDATE ON contact_contact
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_note_contacts();
CREATE TRIGGER contact_contact_removed AFTER DELETE ON contact_contact
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_note_contacts();
"""

UNDO = """
DROP TRIGGER contact_leg_added ON contact_contactleg;
DROP TRIGGER contact_leg_changed ON contact_contactleg;
DROP TRIGGER contact_leg_changed_from ON contact_contactleg;
DROP TRIGGER contact_leg_removed ON contact_contactleg;
DROP TRIGGER contact_leg_emptied ON contact_contactleg;
DROP TRIGGER contact_contact_added ON contact_contact;
DROP TRIGGER contact_contact_changed ON contact_contact;
DROP TRIGGER contact_contact_changed_from ON contact_contact;
DROP TRIGGER contact_contact_removed ON contact_contact;
DROP FUNCTION contact_note_legs();
DROP FUNCTION contact_note_contacts();
DROP FUNCTION contact_forget_months();
DROP TABLE contact_monthchange;
"""


class Migration(migrations.Migration):
    dependencies = [("contact", "0004_measures_by_month")]
    operations = [migrations.RunSQL(CREATE, UNDO)]
