CREATE SEQUENCE ledger_entry_id_seq AS bigint;

CREATE TABLE ledger_entry (
    id bigint NOT NULL DEFAULT nextval('ledger_entry_id_seq'),
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    verb text NOT NULL CHECK (verb IN ('collect', 'alter', 'consult', 'disclose', 'combine', 'erase')),
    event text NOT NULL,
    reason_code text NOT NULL,
    fields text[] NOT NULL,
    counts jsonb NOT NULL,
    reason_id uuid,
    reason_commitment bytea,
    value_commitment bytea,
    txid xid8 NOT NULL,
    system_identifier bigint NOT NULL,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX ledger_entry_place ON ledger_entry (system_identifier, txid, id);
CREATE INDEX ledger_entry_number ON ledger_entry (id);
CREATE INDEX ledger_entry_actor ON ledger_entry (actor_id, at) WHERE actor_id IS NOT NULL;
CREATE INDEX ledger_entry_reason ON ledger_entry (reason_id) WHERE reason_id IS NOT NULL;

CREATE TABLE ledger_subject (
    entry_id bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (at, entry_id, kind, id)
) PARTITION BY RANGE (at);
CREATE INDEX ledger_subject_id ON ledger_subject (id, at);

CREATE TABLE ledger_reason (
    id uuid PRIMARY KEY,
    text text NOT NULL,
    salt bytea NOT NULL CHECK (octet_length(salt) = 32)
);

CREATE TABLE ledger_consultation_window (
    actor_kind text NOT NULL,
    actor text NOT NULL,
    screen text NOT NULL,
    subjects_digest bytea NOT NULL,
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (actor_kind, actor, screen, subjects_digest)
);

CREATE TABLE ledger_block (
    number bigint PRIMARY KEY CHECK (number > 0),
    closed_at timestamptz NOT NULL,
    system_identifier bigint NOT NULL,
    count integer NOT NULL,
    months jsonb NOT NULL,
    entries bytea NOT NULL,
    root bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    signature bytea NOT NULL,
    key_id text NOT NULL,
    adoption jsonb
);
CREATE INDEX ledger_block_adoption ON ledger_block (number) WHERE adoption IS NOT NULL;
CREATE INDEX ledger_block_system ON ledger_block (system_identifier, number) WHERE count > 0;
-- Hashes do not compress, and stored plainly the end of the list is read without the rest.
ALTER TABLE ledger_block ALTER COLUMN entries SET STORAGE EXTERNAL;

-- Transaction and number of a block's last entry, as 16 bytes that sort in the order of closing.
CREATE FUNCTION ledger_last_place(entries bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS
    'SELECT substr(entries, octet_length(entries) - 47, 8) || substr(entries, octet_length(entries) - 55, 8)';
CREATE INDEX ledger_block_last_place ON ledger_block (system_identifier, ledger_last_place(entries)) WHERE count > 0;

-- Transaction ids begin again in a new cluster, so each is kept with the cluster that it belongs to.
CREATE FUNCTION ledger_cluster() RETURNS bigint LANGUAGE sql STABLE AS
    'SELECT system_identifier FROM pg_control_system()';

-- Screens as last computed, for replay; nothing of them belongs in the write-ahead log.
CREATE SEQUENCE live_screen_sequence AS bigint;
CREATE UNLOGGED TABLE live_screen (
    sequence bigint PRIMARY KEY DEFAULT nextval('live_screen_sequence'),
    name text NOT NULL,
    at timestamptz NOT NULL,
    payload bytea NOT NULL
);
CREATE INDEX live_screen_name ON live_screen (name, sequence);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is only ever added to: % on % is refused. A mistake is put right by a further entry; the text of a reason is erased with erase_reasons.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Statement triggers of a partitioned table do not reach its partitions, row triggers do.
CREATE FUNCTION ledger_guard(guarded regclass) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()', guarded);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER ledger_no_truncate', guarded);
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = guarded AND tgname = 'ledger_no_change') THEN
        EXECUTE format('CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION ledger_refuse()', guarded);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER ledger_no_change', guarded);
    END IF;
END $$;
SELECT ledger_guard('ledger_entry'), ledger_guard('ledger_subject'), ledger_guard('ledger_block');

-- What each role may do, whatever the database's default privileges hand out. Safe to repeat.
CREATE FUNCTION ledger_apply_privileges() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    guarded regclass;
    reader text;
BEGIN
    FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('darwin_app', 'darwin_report') LOOP
        FOR guarded IN
            SELECT oid::regclass FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
              AND (relname IN ('ledger_entry', 'ledger_subject', 'ledger_reason', 'ledger_block',
                               'ledger_consultation_window', 'live_screen')
                   OR relname ~ '^ledger_(entry|subject)_\d{6}$')
        LOOP
            EXECUTE format('REVOKE ALL ON %s FROM %I', guarded, reader);
        END LOOP;
        EXECUTE format('REVOKE ALL ON SEQUENCE ledger_entry_id_seq FROM %I', reader);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'darwin_app') THEN
        GRANT SELECT ON ledger_entry, ledger_subject, ledger_reason, ledger_block TO darwin_app;
        GRANT INSERT ON ledger_block TO darwin_app;
        GRANT DELETE ON ledger_reason TO darwin_app;
        GRANT SELECT, DELETE ON ledger_consultation_window TO darwin_app;
        GRANT SELECT, INSERT, DELETE ON live_screen TO darwin_app;
        GRANT USAGE ON SEQUENCE live_screen_sequence TO darwin_app;
        GRANT EXECUTE ON FUNCTION ledger_open_month(timestamptz), ledger_write(jsonb),
            ledger_consult(jsonb, text, bytea, interval) TO darwin_app;
    END IF;
END $$;

-- ATTACH, not PARTITION OF: it does not shut out those who write to the other months meanwhile.
-- There is no default partition: a month that nobody opened is an error, not a drawer nobody looks into.
CREATE FUNCTION ledger_open_month(moment timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    parent text;
    child text;
BEGIN
    IF to_regclass('ledger_subject_' || to_char(first, 'YYYYMM')) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- The lock that ATTACH needs; unlike an advisory one it also makes the other session's new table known here.
    LOCK TABLE ledger_entry IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass('ledger_subject_' || to_char(first, 'YYYYMM')) IS NOT NULL THEN
        RETURN false;
    END IF;
    FOREACH parent IN ARRAY ARRAY['ledger_entry', 'ledger_subject'] LOOP
        child := parent || '_' || to_char(first, 'YYYYMM');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
                       first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
        PERFORM ledger_guard(child::regclass);
    END LOOP;
    PERFORM ledger_apply_privileges();
    RETURN true;
END $$;

-- The only way in for darwin_app. It sets the transaction and the cluster itself, so that no caller can lie
-- about them, and it is one statement whatever the number of entries and subjects.
CREATE FUNCTION ledger_write(batch jsonb) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    item jsonb;
    moment timestamptz;
    cluster bigint := ledger_cluster();
    written bigint;
    answer bigint[] := '{}';
BEGIN
    FOR item IN SELECT value FROM jsonb_array_elements(batch) LOOP
        moment := (item->>'at')::timestamptz;
        PERFORM ledger_open_month(moment);
        IF item->>'reason_id' IS NOT NULL THEN
            INSERT INTO ledger_reason (id, text, salt)
            VALUES ((item->>'reason_id')::uuid, item->>'reason', decode(item->>'salt', 'hex'));
        END IF;
        INSERT INTO ledger_entry (at, actor_kind, actor_id, actor_name, verb, event, reason_code, fields, counts,
                                  reason_id, reason_commitment, value_commitment, txid, system_identifier)
        VALUES (moment, item->>'actor_kind', (item->>'actor_id')::uuid, item->>'actor_name', item->>'verb',
                item->>'event', item->>'reason_code',
                ARRAY(SELECT jsonb_array_elements_text(item->'fields')), item->'counts',
                (item->>'reason_id')::uuid, decode(item->>'reason_commitment', 'hex'),
                decode(item->>'value_commitment', 'hex'), pg_current_xact_id(), cluster)
        RETURNING id INTO written;
        INSERT INTO ledger_subject (entry_id, at, kind, id)
        SELECT written, moment, subject->>0, (subject->>1)::uuid
        FROM jsonb_array_elements(item->'subjects') AS subject;
        answer := answer || written;
    END LOOP;
    RETURN answer;
END $$;

-- One entry for an actor, screen, set of subjects and window; null when the window is already open.
-- Of two that ask at once the second waits for the first and then finds the window open.
CREATE FUNCTION ledger_consult(item jsonb, who text, digest bytea, lasts interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moment timestamptz := (item->>'at')::timestamptz;
BEGIN
    IF EXISTS (SELECT FROM ledger_consultation_window AS w
               WHERE w.actor_kind = item->>'actor_kind' AND w.actor = who AND w.screen = item->>'event'
                 AND w.subjects_digest = digest AND w.opened_at > moment - lasts AND w.opened_at <= moment + interval '1 minute') THEN
        RETURN NULL;
    END IF;
    INSERT INTO ledger_consultation_window AS w (actor_kind, actor, screen, subjects_digest, opened_at)
    VALUES (item->>'actor_kind', who, item->>'event', digest, moment)
    ON CONFLICT (actor_kind, actor, screen, subjects_digest) DO UPDATE SET opened_at = excluded.opened_at
    WHERE NOT (w.opened_at > moment - lasts AND w.opened_at <= moment + interval '1 minute');
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN (ledger_write(jsonb_build_array(item)))[1];
END $$;

REVOKE ALL ON FUNCTION ledger_guard(regclass), ledger_apply_privileges(), ledger_open_month(timestamptz),
    ledger_write(jsonb), ledger_consult(jsonb, text, bytea, interval) FROM PUBLIC;
SELECT ledger_apply_privileges();
