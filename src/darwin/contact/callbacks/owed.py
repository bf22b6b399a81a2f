"""Who is owed a call now, a row a number: derived from what the line shows, so that nobody has to be put on
the list and nobody can be forgotten on it. A number is not a person: nothing here knows a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import callback_promised_within, ring_lost_callers_within, still_owed_for
from darwin.outbound.thresholds import results


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedCall:
    """One number that is owed a call.

    tries: calls of the number in the window that nobody answered. last_try: when the last of them ended.
    longest_wait_ms: None where no wait is known. gave_up_point: where the last one ended (AbandonPoint), ""
    for a refused caller or one whom the switch sent away. promised: they were told that the force rings; then
    ring_by is the promise, else the force's own aim. contact_ids: the contacts of the tries, the last first.
    attempts: ours for the last of them that counted. open_attempt: the one by which somebody has the number
    now. rang_again_at, rings: their own call of this moment, if they ring again, and whether it rings.
    """

    number: str
    tries: int
    first_try: datetime
    last_try: datetime
    longest_wait_ms: int | None
    queue: str
    gave_up_point: str
    outcome: str
    channel: str
    promised: bool
    ring_by: datetime
    contact_ids: tuple[UUID, ...]
    attempts: int
    open_attempt: UUID | None
    rang_again_at: datetime | None
    rings: bool


@dataclass(frozen=True, slots=True)
class CannotRing:
    """Callers who gave up and whose number was withheld or not told: counted, for nobody can ring them."""

    tries: int = 0
    last_try: datetime | None = None


# Numbered: 1 every try that nobody answered in the window; 2 by number, the last of its tries saying where;
# 3 without the numbers that got through afterwards, by any channel, that we have spoken to since, or that
# talk to somebody now. A try that is still on the floor is no lost caller: its leg has not ended.
_OWED = """
WITH tries AS (
  SELECT contact.caller_number AS number, contact.id AS contact_id, queue.label AS queue, queue.channel,
    leg.outcome, leg.abandon_point, leg.wait_ms, leg.offered_at,
    coalesce(leg.left_at, leg.offered_at + coalesce(leg.wait_ms, 0) * interval '1 millisecond') AS ended_at
  FROM contact_contactleg AS leg
  JOIN contact_contact AS contact ON contact.id = leg.contact_id
  JOIN contact_contactqueue AS queue ON queue.id = leg.queue_id
  WHERE leg.offered_at >= %(from)s AND leg.offered_at < %(at)s
    AND leg.outcome IN ('abandoned', 'expelled', 'refused', 'callback_requested')
), by_number AS (
  SELECT number, count(*) AS tries, min(offered_at) AS first_try, max(ended_at) AS last_try,
    max(wait_ms) AS longest, (array_agg(queue ORDER BY ended_at DESC))[1] AS queue,
    (array_agg(abandon_point ORDER BY ended_at DESC))[1] AS point,
    (array_agg(outcome ORDER BY ended_at DESC))[1] AS outcome,
    (array_agg(channel ORDER BY ended_at DESC))[1] AS channel,
    max(ended_at) FILTER (WHERE outcome = 'callback_requested') AS asked_at,
    array_agg(contact_id ORDER BY ended_at DESC) AS contacts
  FROM tries GROUP BY number
)
SELECT by_number.*, promise.promised_by, ours.attempts, ours.open_attempt, living.arrived_at, living.rings
FROM by_number
LEFT JOIN LATERAL (
  SELECT min(promised_by) AS promised_by FROM contact_callbackpromise AS promise
  WHERE promise.contact_id = ANY(by_number.contacts) AND promise.kept_at IS NULL
) AS promise ON true
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE attempt.subject_kind = 'contact'
      AND attempt.subject_id = by_number.contacts[1] AND attempt.result = ANY(%(counted)s)) AS attempts,
    (array_agg(attempt.id) FILTER (WHERE attempt.ended_at IS NULL))[1] AS open_attempt,
    max(attempt.begun_at) FILTER (WHERE attempt.result = ANY(%(reached)s)) AS reached_at
  FROM outbound_attempt AS attempt JOIN outbound_contactpoint AS point ON point.id = attempt.point_id
  WHERE point.kind = 'telephone' AND point.value = by_number.number AND attempt.channel = 'call_back'
) AS ours ON true
LEFT JOIN LATERAL (
  SELECT min(arrived_at) AS arrived_at, bool_or(stage = 'ringing') AS rings,
    bool_or(stage = 'talking') AS talks
  FROM contact_floorcall WHERE caller_number = by_number.number
) AS living ON true
WHERE number IS NULL OR NOT (coalesce(living.talks, false)
  OR coalesce(ours.reached_at >= by_number.last_try, false)
  OR EXISTS (
    SELECT FROM contact_contact AS later LEFT JOIN contact_contactleg AS leg ON leg.contact_id = later.id
    WHERE later.caller_number = by_number.number AND later.first_offered_at >= by_number.first_try
      AND (leg.connected_at > by_number.last_try
        OR (leg.id IS NULL AND later.first_offered_at > by_number.last_try
          AND later.channel NOT LIKE 'PHONE%%'))
  ))
ORDER BY by_number.tries DESC, by_number.last_try, by_number.number
"""


def owed_calls(at: datetime) -> tuple[list[OwedCall], CannotRing]:
    """Every number that is owed a call at `at`: most tries first, then longest since the last; and those who
    gave up without a number. One query.

    The caller records the consultation of what it shows.
    """
    known = results(at)
    rows = select_rows(
        _OWED,
        {
            "from": at - still_owed_for(at),
            "at": at,
            "counted": [code for code, one in known.items() if one.attributes["counts_as_try"]],
            "reached": [
                code
                for code, one in known.items()
                if one.attributes["reached"] and not one.attributes["not_safe"]
            ],
        },
    )
    within, promised_within = ring_lost_callers_within(at), callback_promised_within(at)
    without = next((CannotRing(row[1], row[3]) for row in rows if row[0] is None), CannotRing())
    return [_owed(row, within, promised_within) for row in rows if row[0] is not None], without


def _owed(row: Sequence[Any], within: timedelta, promised_within: timedelta) -> OwedCall:
    number, tries, first, last, longest, queue, point, outcome, channel, asked_at, contacts = row[:11]
    promised_by, attempts, open_attempt, rang_again_at, rings = row[11:]
    promise = promised_by or (asked_at + promised_within if asked_at else None)
    return OwedCall(
        number=number,
        tries=tries,
        first_try=first,
        last_try=last,
        longest_wait_ms=longest,
        queue=queue,
        gave_up_point=point,
        outcome=outcome,
        channel=channel,
        promised=promise is not None,
        ring_by=promise or last + within,
        contact_ids=tuple(dict.fromkeys(contacts)),
        attempts=attempts,
        open_attempt=open_attempt,
        rang_again_at=rang_again_at,
        rings=bool(rings),
    )
