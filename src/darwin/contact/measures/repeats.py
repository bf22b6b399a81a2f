"""Contacts that came again, and contacts that need not have been made."""

from dataclasses import dataclass
from datetime import datetime

from darwin.contact.measures.results import share_pct
from darwin.contact.models import ContactQueue
from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import repeat_within

_CONTACTS = """
WITH here AS (
  SELECT DISTINCT contact.id, contact.caller_number, contact.first_offered_at
  FROM contact_contactleg AS leg JOIN contact_contact AS contact ON contact.id = leg.contact_id
  WHERE leg.queue_id = %(queue)s AND leg.offered_at >= %(from)s AND leg.offered_at < %(to)s
)
"""
_REPEATS = (
    _CONTACTS
    + """
SELECT count(*), count(caller_number), count(*) FILTER (WHERE EXISTS (
  SELECT FROM contact_contact AS earlier WHERE earlier.caller_number = here.caller_number
    AND earlier.first_offered_at < here.first_offered_at
    AND earlier.first_offered_at >= here.first_offered_at - %(within)s))
FROM here
"""
)
_FAILURE_DEMAND = (
    _CONTACTS
    + """
SELECT tag.cause, count(DISTINCT here.id) FROM here
JOIN contact_failuredemandtag AS tag ON tag.contact_id = here.id GROUP BY tag.cause ORDER BY tag.cause
"""
)

_COUNT = f"{_CONTACTS} SELECT count(*) FROM here"  # noqa: S608


@dataclass(frozen=True, slots=True)
class RepeatContacts:
    """Contacts of a queue, those whose number is known, and those of them that had made contact before."""

    contacts: int
    with_number: int
    repeats: int
    within_days: float

    @property
    def pct(self) -> float | None:
        return share_pct(self.repeats, self.with_number)


@dataclass(frozen=True, slots=True)
class FailureDemand:
    """Contacts of a queue tagged as caused by a failure, by cause. None are tagged before people tag them."""

    contacts: int
    tagged: dict[str, int]


def repeat_contacts(queue: ContactQueue, from_at: datetime, to_at: datetime) -> RepeatContacts:
    """Contacts in [from_at, to_at) whose number had made contact within the force's repeat window."""
    within = repeat_within(from_at)
    window = {"queue": queue.id, "from": from_at, "to": to_at, "within": within}
    contacts, with_number, repeats = select_rows(_REPEATS, window)[0]
    return RepeatContacts(contacts, with_number, repeats, within.total_seconds() / 86_400)


def failure_demand(queue: ContactQueue, from_at: datetime, to_at: datetime) -> FailureDemand:
    """Contacts in [from_at, to_at) with a tag of failure demand, by cause."""
    window = {"queue": queue.id, "from": from_at, "to": to_at}
    contacts = select_rows(_COUNT, window)[0][0]
    return FailureDemand(contacts, dict(select_rows(_FAILURE_DEMAND, window)))
