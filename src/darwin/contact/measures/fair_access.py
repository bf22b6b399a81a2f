"""Whether everybody gets through alike: waits and giving up by language, access route and channel."""

from dataclasses import dataclass
from datetime import datetime

from darwin.contact.measures.results import as_seconds
from darwin.contact.models import ContactQueue, LegKind
from darwin.contact.services.bulk import select_rows

# The wait for an interpreter is a leg of its own: it is added beside the line's, in whatever queue it was.
_BY = """
WITH here AS (
  SELECT contact_id, outcome, wait_ms FROM contact_contactleg
  WHERE queue_id = %(queue)s AND offered_at >= %(from)s AND offered_at < %(to)s AND outcome <> 'refused'
), interpreter AS (
  SELECT contact_id, sum(wait_ms) AS ms, bool_or(outcome = 'abandoned') AS gave_up FROM contact_contactleg
  WHERE queue_id = ANY(%(interpreters)s) AND offered_at >= %(from)s
    AND offered_at < %(to)s + interval '1 day'
  GROUP BY contact_id
)
SELECT grouping(contact.language), nullif(contact.language, 'NOT_KNOWN'),
  nullif(contact.access_route, 'NOT_KNOWN'),
  count(*), count(*) FILTER (WHERE outcome = 'answered'), count(*) FILTER (WHERE outcome = 'abandoned'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_ms) FILTER (WHERE outcome = 'answered'),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_ms) FILTER (WHERE outcome = 'answered'),
  count(interpreter.ms), percentile_cont(0.5) WITHIN GROUP (ORDER BY interpreter.ms),
  count(*) FILTER (WHERE interpreter.gave_up)
FROM here JOIN contact_contact AS contact ON contact.id = here.contact_id
LEFT JOIN interpreter ON interpreter.contact_id = here.contact_id
GROUP BY GROUPING SETS ((contact.language), (contact.access_route))
"""
_CHANNELS = """
WITH waits AS (
  SELECT contact.channel, count(*) AS joined, count(*) FILTER (WHERE outcome = 'answered') AS answered,
    count(*) FILTER (WHERE outcome = 'abandoned') AS gave_up,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_ms) FILTER (WHERE outcome = 'answered') AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_ms) FILTER (WHERE outcome = 'answered') AS p90
  FROM contact_contactleg AS leg JOIN contact_contact AS contact ON contact.id = leg.contact_id
  WHERE leg.queue_id = ANY(%(handlers)s) AND leg.offered_at >= %(from)s AND leg.offered_at < %(to)s
    AND leg.outcome <> 'refused'
  GROUP BY contact.channel
), every AS (
  SELECT channel, count(*) AS contacts FROM contact_contact
  WHERE first_offered_at >= %(from)s AND first_offered_at < %(to)s GROUP BY channel
)
SELECT every.channel, every.contacts, coalesce(joined, 0), coalesce(answered, 0), coalesce(gave_up, 0),
  median, p90
FROM every LEFT JOIN waits USING (channel) ORDER BY every.contacts DESC
"""


@dataclass(frozen=True, slots=True)
class Access:
    """One group of callers. code None: not known. Times in seconds, of the answered; None where nobody was.

    contacts: all contacts of a channel, whether or not they stood in a queue. interpreted: how many waited
    for an interpreter, interpreter_s how long half of them did, lost_waiting how many gave up meanwhile.
    """

    code: str | None
    contacts: int
    joined: int
    answered: int
    gave_up: int
    median_s: float | None
    p90_s: float | None
    interpreted: int = 0
    interpreter_s: float | None = None
    lost_waiting: int = 0


@dataclass(frozen=True, slots=True)
class FairAccess:
    """The groups of each kind, the largest first and "not known" last."""

    languages: list[Access]
    routes: list[Access]
    channels: list[Access]


def fair_access(
    queue: ContactQueue, queues: list[ContactQueue], from_at: datetime, to_at: datetime
) -> FairAccess:
    """Callers of `queue` by language and access route, and all contacts by channel; two queries."""
    window = {"queue": queue.id, "from": from_at, "to": to_at}
    interpreters = [other.id for other in queues if other.leg_kind == LegKind.INTERPRETER_WAIT]
    # Whom the force itself rings back waits for nobody.
    handlers = [
        other.id
        for other in queues
        if other.leg_kind == LegKind.HANDLER_QUEUE and other.channel != "CALLBACK_OUTBOUND"
    ]
    languages: list[Access] = []
    routes: list[Access] = []
    for by_route, language, route, *counts, interpreted, half, lost in select_rows(
        _BY, {**window, "interpreters": interpreters}
    ):
        joined, answered, gave_up, median, p90 = counts
        group = Access(
            route if by_route else language,
            joined,
            joined,
            answered,
            gave_up,
            as_seconds(median),
            as_seconds(p90),
            interpreted,
            as_seconds(half),
            lost,
        )
        (routes if by_route else languages).append(group)
    channels = [
        Access(code, contacts, joined, answered, gave_up, as_seconds(median), as_seconds(p90))
        for code, contacts, joined, answered, gave_up, median, p90 in select_rows(
            _CHANNELS, {**window, "handlers": handlers}
        )
    ]
    return FairAccess(_in_order(languages), _in_order(routes), channels)


def _in_order(groups: list[Access]) -> list[Access]:
    return sorted(groups, key=lambda group: (group.code is None, -group.joined, group.code or ""))
