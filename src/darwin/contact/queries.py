"""Reads of the contact room that pages and commands share; what shows personal data leaves a consultation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from darwin.contact.measures.agents import AGENT_OF_LEG, NAMED_INTERFACES
from darwin.contact.measures.line import line_report, unknown_line
from darwin.contact.measures.results import LineReport, as_seconds
from darwin.contact.models import ContactQueue
from darwin.contact.services.bulk import select_rows
from darwin.contact.services.queues import TELEPHONE
from darwin.contact.thresholds import answer_within_s
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.services import record_consultation

PAGE = 5000


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One entry of a queue, or a refusal before it (entry_no 0). wait_s: None where it is not known."""

    call_id: str
    entry_no: int
    outcome: str
    wait_s: float | None
    agent: str | None
    offered_at: datetime


def find_queue(slug: str) -> ContactQueue | None:
    """The queue of that name."""
    return ContactQueue.objects.filter(slug=slug).first()


def report_on_line(
    *, actor: Actor, slug: str, from_at: datetime, to_at: datetime, threshold_s: float | None
) -> LineReport:
    """Every figure of a queue in [from_at, to_at); the figures by handler make it a consultation."""
    queue = find_queue(slug)
    target = threshold_s
    if target is None:
        target = answer_within_s(queue.channel if queue else TELEPHONE, from_at)
    if queue is None:
        return unknown_line(slug, from_at, to_at, target)
    report = line_report(queue, from_at, to_at, target)
    if report.by_agent:
        record_consultation(
            actor=actor, screen="contact.measures_by_agent", subjects=[Subject("queue", queue.id)]
        )
    return report


_ENTRIES = f"""
SELECT contact.source_key, leg.entry_no, leg.outcome, leg.wait_ms,
  CASE WHEN leg.outcome = 'answered' THEN {AGENT_OF_LEG} END, leg.offered_at, leg.id
FROM contact_contactleg AS leg
JOIN contact_contact AS contact ON contact.id = leg.contact_id
LEFT JOIN ({NAMED_INTERFACES}) AS named ON named.switch = contact.source AND named.member = leg.member
WHERE leg.queue_id = %s AND (leg.offered_at, leg.id) > (%s, %s) AND leg.offered_at >= %s AND leg.offered_at
< %s ORDER BY leg.offered_at, leg.id LIMIT %s
"""  # noqa: S608


def entries_of_queue(*, actor: Actor, slug: str, from_at: datetime, to_at: datetime) -> Iterator[QueueEntry]:
    """Every entry and refusal in [from_at, to_at) in order of time, read a page at a time."""
    queue = find_queue(slug)
    if queue is None:
        return
    record_consultation(actor=actor, screen="contact.calls", subjects=[Subject("queue", queue.id)])
    after: tuple[datetime, str] = (from_at, "00000000-0000-0000-0000-000000000000")
    while True:
        rows = select_rows(_ENTRIES, (queue.id, *after, from_at, to_at, PAGE))
        for call_id, entry_no, outcome, wait_ms, agent, offered_at, _ in rows:
            # Who was refused did not wait at all.
            wait = 0 if outcome == "refused" else wait_ms
            yield QueueEntry(call_id, entry_no, outcome, as_seconds(wait), agent, offered_at)
        if len(rows) < PAGE:
            return
        after = (rows[-1][5], str(rows[-1][6]))
