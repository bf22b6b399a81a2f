"""Writing down of which time a source kept a record."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from darwin.contact.coverage import EVERYTHING, QUEUE_LOG_TELLS, Span, Tells
from darwin.contact.models import Announcement, ContactQueue
from darwin.contact.services.bulk import change_rows
from darwin.contact.services.queues import TELEPHONE, queues_by_slug
from darwin.contact.telephony.reading import Coverage
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry

_BY_DIALPLAN = frozenset({Tells.ARRIVALS, Tells.REFUSALS})
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


def switch_spans(switch: str, queues: Collection[str], coverages: Iterable[Coverage]) -> list[Span]:
    """What was covered, for the switch and by name for each queue that was seen.

    A stream tells arrivals and refusals of a queue only if the dialplan announces its calls (UserEvent).
    """
    spans: list[Span] = []
    of_switch = Announcement.objects.filter(queue=OuterRef("pk"), contact__source=switch)
    announced = set(
        ContactQueue.objects.filter(Exists(of_switch), slug__in=queues).values_list("slug", flat=True)
    )
    for coverage in coverages:
        whole_seconds = coverage.source == "asterisk-queue-log"
        tells = QUEUE_LOG_TELLS if whole_seconds else EVERYTHING - _BY_DIALPLAN
        # The last moment was covered too; the span is half-open.
        end = coverage.end + (timedelta(seconds=1) if whole_seconds else timedelta(microseconds=1))
        for queue in (None, *sorted(queues)):
            by_dialplan = _BY_DIALPLAN if queue in announced and not whole_seconds else frozenset()
            spans.append(
                Span(
                    source=coverage.source,
                    from_at=coverage.start,
                    to_at=end,
                    tells=tells | by_dialplan,
                    queue=queue,
                )
            )
    return spans
