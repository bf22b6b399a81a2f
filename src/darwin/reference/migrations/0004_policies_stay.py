"""What the tables of the live policy refuse, whoever writes: a version, a decision's hold, a drawn day or an
intervention that is rewritten, and a proposal that is changed after its decision."""

from django.db import migrations

STAYS = """
CREATE TRIGGER reference_routingpolicy_stays BEFORE UPDATE OR DELETE ON reference_routingpolicy
    FOR EACH ROW EXECUTE FUNCTION reference_row_stays();
CREATE TRIGGER reference_policyhold_stays BEFORE UPDATE OR DELETE ON reference_policyhold
    FOR EACH ROW EXECUTE FUNCTION reference_row_stays();
CREATE TRIGGER reference_policyday_stays BEFORE UPDATE OR DELETE ON reference_policyday
    FOR EACH ROW EXECUTE FUNCTION reference_row_stays();
CREATE TRIGGER reference_intervention_stays BEFORE UPDATE OR DELETE ON reference_intervention
    FOR EACH ROW EXECUTE FUNCTION reference_row_stays();
CREATE FUNCTION reference_proposal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'open' OR
        to_jsonb(NEW) - ARRAY['state', 'seed', 'guardrails', 'decided_by', 'decided_at', 'decision']
        <> to_jsonb(OLD) - ARRAY['state', 'seed', 'guardrails', 'decided_by', 'decided_at', 'decision']
    THEN
        RAISE EXCEPTION 'a proposal stays as it was proposed, and once decided as it was decided';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reference_policyproposal_stays BEFORE UPDATE OR DELETE ON reference_policyproposal
    FOR EACH ROW EXECUTE FUNCTION reference_proposal_stays();
CREATE FUNCTION reference_break_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR
        to_jsonb(NEW) - ARRAY['ended_at', 'returned'] <> to_jsonb(OLD) - ARRAY['ended_at', 'returned']
    THEN
        RAISE EXCEPTION 'a broken guardrail can be ended once, and not rewritten';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reference_guardrailbreak_stays BEFORE UPDATE OR DELETE ON reference_guardrailbreak
    FOR EACH ROW EXECUTE FUNCTION reference_break_stays();
"""
FREE = """
DROP TRIGGER reference_guardrailbreak_stays ON reference_guardrailbreak;
DROP FUNCTION reference_break_stays();
DROP TRIGGER reference_policyproposal_stays ON reference_policyproposal;
DROP FUNCTION reference_proposal_stays();
DROP TRIGGER reference_intervention_stays ON reference_intervention;
DROP TRIGGER reference_policyday_stays ON reference_policyday;
DROP TRIGGER reference_policyhold_stays ON reference_policyhold;
DROP TRIGGER reference_routingpolicy_stays ON reference_routingpolicy;
"""


class Migration(migrations.Migration):
    dependencies = [("reference", "0003_policies")]
    operations = [migrations.RunSQL(STAYS, FREE)]
