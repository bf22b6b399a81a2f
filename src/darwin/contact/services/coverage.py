"""Writing down of which time a source kept a record."""

from collections.abc import Sequence

from django.db import transaction

from darwin.contact.coverage import Span
from darwin.contact.services.bulk import change_rows
from darwin.contact.services.queues import TELEPHONE, queues_by_slug
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry

_STORE = """
INSERT INTO contact_coverage AS known (id, switch, queue_id, source, from_at, to_at, tells)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (switch, queue_id, source, from_at) DO UPDATE
SET to_at = greatest(known.to_at, excluded.to_at),
    tells = (SELECT array_agg(DISTINCT fact) FROM unnest(known.tells || excluded.tells) AS fact)
WHERE known.to_at < excluded.to_at OR NOT known.tells @> excluded.tells
"""


def store_coverage(*, switch: str, spans: Sequence[Span]) -> int:
    """Store the spans in the caller's transaction; how many said something new."""
    slugs = {span.queue for span in spans if span.queue is not None}
    queues = queues_by_slug(slugs, channel=TELEPHONE, switch=switch) if slugs else {}
    changed = 0
    for span in spans:
        queue_id = queues[span.queue][0] if span.queue is not None else None
        changed += change_rows(
            _STORE,
            (new_id(), switch, queue_id, span.source, span.from_at, span.to_at, sorted(span.tells)),
        )
    return changed


@transaction.atomic
def record_coverage(*, actor: Actor, switch: str, spans: Sequence[Span]) -> int:
    """Store the spans; how many said something new. Nothing new leaves no ledger entry."""
    changed = store_coverage(switch=switch, spans=spans)
    if changed:
        record_entry(
            actor=actor, verb=Verb.COLLECT, event="contact.coverage_recorded", counts={"spans": changed}
        )
    return changed
