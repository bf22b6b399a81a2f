"""Everyone who gave up, matched to what the same number did next."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from darwin.contact.measures.results import as_seconds, share_pct
from darwin.contact.models import ContactQueue
from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import match_within, shared_number


class Fate(StrEnum):
    """What became of a caller who gave up, as far as the number tells."""

    GOT_THROUGH = "got_through"  # came back within the matching time and was answered, or wrote
    CAME_BACK = "came_back"  # came back within the matching time, not answered
    NOT_SEEN = "not_seen"
    WITHHELD = "withheld"  # cannot be matched
    NOT_TOLD = "not_told"  # the source gives no number


@dataclass(frozen=True, slots=True)
class LostCaller:
    """One caller who gave up. probable: the number is shared, so that another person may have come back."""

    leg_id: UUID
    contact_id: UUID
    number: str | None
    joined_at: datetime
    gave_up_at: datetime
    wait_s: float | None
    abandon_point: str
    fate: Fate
    probable: bool
    next_contact_id: UUID | None
    next_at: datetime | None
    next_channel: str | None
    got_through_at: datetime | None


@dataclass(frozen=True, slots=True)
class LostCallers:
    """A page of lost callers, and the counts of all of them by what became of them."""

    rows: tuple[LostCaller, ...]
    counts: dict[Fate, int]
    probable: int
    match_within: timedelta

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def recovery_pct(self) -> float | None:
        """Of those whose number is known, the share that came back within the matching time."""
        back = self.counts[Fate.GOT_THROUGH] + self.counts[Fate.CAME_BACK]
        return share_pct(back, back + self.counts[Fate.NOT_SEEN])


# Numbered: 1 everyone who gave up in the period; 2 the next contact of the same number, whatever its channel,
# that began after the first did and within the matching time after giving up; 3 the first answer among all
# such
# contacts (a message or a form that arrived has got through by arriving); 4 whether the number is shared.
_LOST = """
WITH lost AS (
  SELECT leg.id, leg.contact_id, contact.caller_number, contact.withheld, leg.offered_at,
    coalesce(leg.left_at, leg.offered_at + leg.wait_ms * interval '1 millisecond', leg.offered_at) AS
    gave_up_at, leg.wait_ms, leg.abandon_point
  FROM contact_contactleg AS leg JOIN contact_contact AS contact ON contact.id = leg.contact_id
  WHERE leg.queue_id = %(queue)s AND leg.offered_at >= %(from)s AND leg.offered_at < %(to)s
    AND leg.outcome = 'abandoned'
), followed AS (
  SELECT lost.*, back.id AS next_id, back.first_offered_at AS next_at, back.channel AS next_channel,
    through.at AS got_through_at, coalesce(shared.contacts >= %(shared)s, false) AS probable
  FROM lost
  LEFT JOIN LATERAL (
    SELECT id, first_offered_at, channel FROM contact_contact
    WHERE caller_number = lost.caller_number AND first_offered_at > lost.offered_at
      AND first_offered_at <= lost.gave_up_at + %(within)s AND id <> lost.contact_id
    ORDER BY first_offered_at, id LIMIT 1
  ) AS back ON true
  LEFT JOIN LATERAL (
    SELECT min(coalesce(leg.connected_at, leg.offered_at + leg.wait_ms * interval '1 millisecond',
      CASE WHEN leg.id IS NULL THEN later.first_offered_at END)) AS at
    FROM contact_contact AS later LEFT JOIN contact_contactleg AS leg ON leg.contact_id = later.id
    WHERE later.caller_number = lost.caller_number AND later.first_offered_at > lost.offered_at
      AND later.first_offered_at <= lost.gave_up_at + %(within)s AND later.id <> lost.contact_id
      AND (leg.outcome = 'answered' OR (leg.id IS NULL AND later.channel NOT LIKE 'PHONE%%'))
  ) AS through ON back.id IS NOT NULL
  LEFT JOIN LATERAL (
    SELECT count(*) AS contacts FROM contact_contact
    WHERE caller_number = lost.caller_number AND first_offered_at <= lost.gave_up_at + %(within)s
      AND first_offered_at > lost.gave_up_at - %(shared_within)s
  ) AS shared ON back.id IS NOT NULL
), told AS (
  SELECT *, CASE
    WHEN withheld THEN 'withheld'
    WHEN caller_number IS NULL THEN 'not_told'
    WHEN got_through_at IS NOT NULL THEN 'got_through'
    WHEN next_id IS NOT NULL THEN 'came_back'
    ELSE 'not_seen' END AS fate
  FROM followed
)
"""
_COUNTS = f"{_LOST} SELECT fate, count(*), count(*) FILTER (WHERE probable) FROM told GROUP BY fate"  # noqa: S608
_ROWS = (
    _LOST
    + """
SELECT id, contact_id, caller_number, offered_at, gave_up_at, wait_ms, abandon_point, fate, probable,
  next_id, next_at, next_channel, got_through_at
FROM told WHERE %(fates)s::text[] IS NULL OR fate = ANY(%(fates)s)
ORDER BY offered_at DESC, id LIMIT %(limit)s OFFSET %(offset)s
"""
)


def lost_callers(
    queue: ContactQueue,
    from_at: datetime,
    to_at: datetime,
    *,
    fates: Collection[Fate] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> LostCallers:
    """Everyone who gave up in [from_at, to_at), the latest first, a page at a time; two queries.

    fates: only those of whom this became; None everyone. The counts are of everyone.

    A number is not a person: on a number with many contacts a match is only probable. The caller records the
    consultation of the contacts that it shows.
    """
    within = match_within(from_at)
    shared, shared_within = shared_number(from_at)
    parameters = {
        "queue": queue.id,
        "from": from_at,
        "to": to_at,
        "within": within,
        "shared": shared,
        "shared_within": shared_within,
        "fates": None if fates is None else [fate.value for fate in fates],
        "limit": limit,
        "offset": offset,
    }
    counted = select_rows(_COUNTS, parameters)
    counts = dict.fromkeys(Fate, 0) | {Fate(name): count for name, count, _ in counted}
    return LostCallers(
        rows=tuple(_lost_caller(row) for row in select_rows(_ROWS, parameters)),
        counts=counts,
        probable=sum(probable for *_, probable in counted),
        match_within=within,
    )


def _lost_caller(row: tuple[object, ...]) -> LostCaller:
    values = list(row)
    values[5] = as_seconds(values[5])  # type: ignore[arg-type]
    values[7] = Fate(str(values[7]))
    return LostCaller(*values)  # type: ignore[arg-type]
