"""Who is owed a call now, a row a number: derived from what the line shows, so that nobody has to be put on
the list and nobody can be forgotten on it. A number is not a person: nothing here knows a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import callback_promised_within, ring_lost_callers_within, still_owed_for


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedCall:
    """One number that is owed a call.

    tries: calls of the number in the window that nobody answered. last_try: when the last of them ended.
    longest_wait_ms: None where no wait is known. gave_up_point: where the last one ended (AbandonPoint), ""
    for a refused caller or one whom the switch sent away. promised: they were told that the force rings; then
    ring_by is the promise, else the force's own aim. contact_ids: the contacts of the tries, the last first.
    """

    number: str
    tries: int
    first_try: datetime
    last_try: datetime
    longest_wait_ms: int | None
    queue: str
    gave_up_point: str
    outcome: str
    promised: bool
    ring_by: datetime
    contact_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class CannotRing:
    """Callers who gave up and whose number was withheld or not told: counted, for nobody can ring them."""

    tries: int
    last_try: datetime | None
    longest_wait_ms: int | None


# Numbered: 1 every try that nobody answered in the window; 2 by number; 3 the last of them, which says where;
# 4 without the numbers that got through afterwards, by any channel, or were reached by a call of the force's.
# A try that is still on the floor is no lost caller: its leg has not ended.
_TRIES = """
WITH tries AS (
  SELECT contact.caller_number AS number, contact.id AS contact_id, queue.label AS queue, leg.outcome,
    leg.abandon_point, leg.wait_ms, leg.offered_at,
    coalesce(leg.left_at, leg.offered_at + coalesce(leg.wait_ms, 0) * interval '1 millisecond') AS ended_at
  FROM contact_contactleg AS leg
  JOIN contact_contact AS contact ON contact.id = leg.contact_id
  JOIN contact_contactqueue AS queue ON queue.id = leg.queue_id
  WHERE leg.offered_at >= %(from)s AND leg.offered_at < %(at)s
    AND leg.outcome IN ('abandoned', 'expelled', 'refused', 'callback_requested')
)
"""
_OWED = f"""{_TRIES}
, by_number AS (
  SELECT number, count(*) AS tries, min(offered_at) AS first_try, max(ended_at) AS last_try,
    max(wait_ms) AS longest, (array_agg(queue ORDER BY ended_at DESC))[1] AS queue,
    (array_agg(abandon_point ORDER BY ended_at DESC))[1] AS point,
    (array_agg(outcome ORDER BY ended_at DESC))[1] AS outcome,
    max(ended_at) FILTER (WHERE outcome = 'callback_requested') AS asked_at,
    array_agg(DISTINCT contact_id) AS contacts
  FROM tries WHERE number IS NOT NULL GROUP BY number
)
SELECT by_number.*, promise.promised_by FROM by_number
LEFT JOIN LATERAL (
  SELECT min(promised_by) AS promised_by FROM contact_callbackpromise AS promise
  WHERE promise.contact_id = ANY(by_number.contacts) AND promise.kept_at IS NULL
) AS promise ON true
WHERE NOT EXISTS (
  SELECT FROM contact_contact AS later LEFT JOIN contact_contactleg AS leg ON leg.contact_id = later.id
  WHERE later.caller_number = by_number.number AND later.first_offered_at >= by_number.first_try
    AND (leg.connected_at > by_number.last_try
      OR (leg.id IS NULL AND later.first_offered_at > by_number.last_try
        AND later.channel NOT LIKE 'PHONE%%'))
)
ORDER BY by_number.tries DESC, by_number.last_try, by_number.number
"""  # noqa: S608
_NUMBERLESS = f"{_TRIES} SELECT count(*), max(ended_at), max(wait_ms) FROM tries WHERE number IS NULL"  # noqa: S608


def owed_calls(at: datetime) -> list[OwedCall]:
    """Every number that is owed a call at `at`: most tries first, then longest since the last. One query.

    The caller records the consultation of what it shows.
    """
    within, promised_within = ring_lost_callers_within(at), callback_promised_within(at)
    return [_owed(row, within, promised_within) for row in select_rows(_OWED, _window(at))]


def cannot_ring(at: datetime) -> CannotRing:
    """Those who gave up without a number, in the same window."""
    return CannotRing(*select_rows(_NUMBERLESS, _window(at))[0])


def _window(at: datetime) -> dict[str, datetime]:
    return {"from": at - still_owed_for(at), "at": at}


def _owed(row: Sequence[object], within: timedelta, promised_within: timedelta) -> OwedCall:
    number, tries, first, last, longest, queue, point, outcome, asked_at, contacts, promised_by = row
    promise = promised_by or (asked_at + promised_within if isinstance(asked_at, datetime) else None)
    assert isinstance(last, datetime)
    return OwedCall(
        number=number,  # type: ignore[arg-type]
        tries=tries,  # type: ignore[arg-type]
        first_try=first,  # type: ignore[arg-type]
        last_try=last,
        longest_wait_ms=longest,  # type: ignore[arg-type]
        queue=queue,  # type: ignore[arg-type]
        gave_up_point=point,  # type: ignore[arg-type]
        outcome=outcome,  # type: ignore[arg-type]
        promised=promise is not None,
        ring_by=promise or last + within,  # type: ignore[arg-type]
        contact_ids=tuple(contacts),  # type: ignore[arg-type]
    )
