"""The stays of one queue, one by one or counted by half-hour, for whoever fits a model to them.

Neither a number nor a name leaves the database: callers and handlers are numbered among themselves. Who hung
up in the recorded announcement never waited for a handler and is left out, as no measure of waiting counts
them.
"""

from dataclasses import dataclass
from datetime import datetime

from darwin.contact.measures.agents import AGENT_OF_LEG, NAMED_INTERFACES
from darwin.contact.models import AbandonPoint, ContactQueue
from darwin.contact.services.bulk import select_rows

_BY_HALF_HOUR = """
SELECT date_bin('30 minutes', offered_at, timestamptz '2000-01-01 00:00+00'), count(*)
FROM contact_contactleg
WHERE queue_id = %s AND offered_at >= %s AND offered_at < %s AND abandon_point <> %s
GROUP BY 1 ORDER BY 1
"""
_ONE_BY_ONE = f"""
SELECT extract(epoch FROM coalesce(leg.joined_at, leg.connected_at - leg.wait_ms * interval '1 millisecond',
    leg.offered_at))::float8, leg.outcome,
  leg.wait_ms / 1000.0::float8, CASE WHEN leg.outcome = 'answered' THEN leg.talk_ms / 1000.0::float8 END,
  CASE WHEN contact.caller_number IS NOT NULL THEN dense_rank() OVER (ORDER BY contact.caller_number) END,
  CASE WHEN leg.outcome = 'answered' AND {AGENT_OF_LEG} IS NOT NULL
    THEN dense_rank() OVER (ORDER BY {AGENT_OF_LEG}) END
FROM contact_contactleg AS leg
JOIN contact_contact AS contact ON contact.id = leg.contact_id
LEFT JOIN ({NAMED_INTERFACES}) AS named ON named.switch = contact.source AND named.member = leg.member
WHERE leg.queue_id = %s AND leg.offered_at >= %s AND leg.offered_at < %s AND leg.abandon_point <> %s
ORDER BY 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay, or a refusal before it. Times in seconds; None where not known.

    began_s: since the epoch, when waiting began: as recorded, else the answer less the wait, else the arrival
    caller, handler:
    numbers that stand for one caller and one handler within one answer.
    """

    began_s: float
    outcome: str
    wait_s: float | None
    talk_s: float | None
    caller: int | None
    handler: int | None


def stays_by_half_hour(queue: ContactQueue, from_at: datetime, to_at: datetime) -> list[tuple[datetime, int]]:
    """How many stays and refusals began in each half-hour that had any, in order."""
    return [
        (at, count)
        for at, count in select_rows(_BY_HALF_HOUR, (queue.id, from_at, to_at, AbandonPoint.IVR.value))
    ]


def stays_of_queue(queue: ContactQueue, from_at: datetime, to_at: datetime) -> list[Stay]:
    """Every stay and refusal of [from_at, to_at), in order of the beginning."""
    rows = select_rows(_ONE_BY_ONE, (queue.id, from_at, to_at, AbandonPoint.IVR.value))
    return [Stay(*row) for row in rows]
