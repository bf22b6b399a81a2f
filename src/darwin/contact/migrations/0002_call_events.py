"""The partitioned table of switch events, which Django's schema editor cannot make."""

from django.db import migrations

TABLE = """
CREATE SEQUENCE contact_callevent_id_seq AS bigint;
CREATE TABLE contact_callevent (
    id bigint NOT NULL DEFAULT nextval('contact_callevent_id_seq'),
    at timestamptz NOT NULL,
    event_id text NOT NULL,
    switch text NOT NULL,
    source text NOT NULL,
    type text NOT NULL,
    at_source text NOT NULL,
    whole_seconds boolean NOT NULL,
    sequence bigint NOT NULL,
    queue text,
    call_id text,
    root_call_id text,
    caller text,
    agent text,
    member text,
    position integer,
    queue_length integer,
    priority integer,
    wait_ms integer,
    ring_ms integer,
    talk_ms integer,
    reason text NOT NULL,
    PRIMARY KEY (at, id),
    CONSTRAINT call_event_known_once UNIQUE (event_id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE contact_callevent_id_seq OWNED BY contact_callevent.id;
CREATE INDEX call_event_of_call ON contact_callevent (switch, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX call_event_of_agents ON contact_callevent (switch, at) WHERE type = 'agent.state';
"""

# SECURITY DEFINER: the application's role writes events but may create no table of its own. The lock
# keeps two writers from making the same month; it ends with the transaction.
MAKE_MONTH = """
CREATE FUNCTION contact_make_call_event_month(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    first_day date := date_trunc('month', month)::date;
    next_month date := (date_trunc('month', month) + interval '1 month')::date;
    partition_name text := 'contact_callevent_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass(partition_name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('contact_make_call_event_month'));
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF contact_callevent FOR VALUES FROM (%L) TO (%L)',
        partition_name, first_day::text || ' 00:00:00+00', next_month::text || ' 00:00:00+00'
    );
END
$$;
"""

UNDO = """
DROP FUNCTION contact_make_call_event_month(date);
DROP TABLE contact_callevent;
"""


class Migration(migrations.Migration):
    dependencies = [("contact", "0001_first_contacts")]

    operations = [migrations.RunSQL(TABLE + MAKE_MONTH, UNDO)]
