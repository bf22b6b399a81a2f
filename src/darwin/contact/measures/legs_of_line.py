"""A line leg by leg: the figures of each queue that calls of one channel can stand in."""

from dataclasses import dataclass
from datetime import datetime

from darwin.contact.measures.results import as_seconds
from darwin.contact.models import ContactQueue
from darwin.contact.services.bulk import select_rows

_LEGS = """
SELECT queue_id, count(*) FILTER (WHERE outcome <> 'refused'), count(*) FILTER (WHERE outcome = 'answered'),
  count(*) FILTER (WHERE outcome = 'abandoned'),
  avg(wait_ms) FILTER (WHERE outcome = 'answered'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_ms) FILTER (WHERE outcome = 'answered'),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_ms) FILTER (WHERE outcome = 'answered')
FROM contact_contactleg
WHERE queue_id = ANY(%s) AND offered_at >= %s AND offered_at < %s GROUP BY queue_id
"""


@dataclass(frozen=True, slots=True)
class LegFigures:
    """One queue of the way. Times in seconds, of the answered; None where nobody was."""

    queue: ContactQueue
    joined: int
    answered: int
    gave_up: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None


def legs_of_line(queues: list[ContactQueue], from_at: datetime, to_at: datetime) -> list[LegFigures]:
    """The figures of each of `queues` that anybody stood in during [from_at, to_at), in order; one query."""
    rows = select_rows(_LEGS, ([queue.id for queue in queues], from_at, to_at))
    found = {queue_id: figures for queue_id, *figures in rows}
    return [
        LegFigures(queue, joined, answered, gave_up, as_seconds(mean), as_seconds(median), as_seconds(p90))
        for queue in queues
        if queue.id in found
        for joined, answered, gave_up, mean, median, p90 in [found[queue.id]]
    ]
