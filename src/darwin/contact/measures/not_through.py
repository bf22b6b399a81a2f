"""How many of those who gave up have a number that has not got through since: one count for a home page."""

from datetime import datetime

from darwin.contact.services.bulk import select_rows

# By number and not by call: who gave up four times waits once. The latest try counts, in whatever queue.
_NOT_THROUGH = """
WITH lost AS (
  SELECT contact.caller_number AS number, max(leg.offered_at) AS at
  FROM contact_contactqueue AS queue
  JOIN contact_contactleg AS leg ON leg.queue_id = queue.id
  JOIN contact_contact AS contact ON contact.id = leg.contact_id
  WHERE leg.offered_at >= %(from)s AND leg.offered_at < %(to)s AND leg.outcome = 'abandoned'
    AND contact.caller_number <> ''
  GROUP BY contact.caller_number
)
SELECT count(*) FROM lost WHERE NOT EXISTS (
  SELECT FROM contact_contact AS later LEFT JOIN contact_contactleg AS leg ON leg.contact_id = later.id
  WHERE later.caller_number = lost.number AND later.first_offered_at > lost.at
    AND (leg.outcome = 'answered' OR (leg.id IS NULL AND later.channel NOT LIKE 'PHONE%%')))
"""


def gave_up_and_not_seen(from_at: datetime, to_at: datetime) -> int:
    """Numbers that gave up in [from_at, to_at) and were neither answered nor wrote since; one query."""
    counted: int = select_rows(_NOT_THROUGH, {"from": from_at, "to": to_at})[0][0]
    return counted
