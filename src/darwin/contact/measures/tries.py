"""How often the numbers of lost callers rang."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from darwin.contact.measures.lost_callers import LostCaller
from darwin.contact.services.bulk import select_rows

TRIES_WITHIN = timedelta(hours=24)

_TRIES = """
SELECT lost.leg_id, count(contact.id)
FROM unnest(%(legs)s::uuid[], %(numbers)s::text[], %(times)s::timestamptz[]) AS lost (leg_id, number, at)
JOIN contact_contact AS contact ON contact.caller_number = lost.number
  AND contact.first_offered_at <= lost.at AND contact.first_offered_at > lost.at - %(within)s
WHERE contact.channel LIKE 'PHONE%%'
GROUP BY lost.leg_id
"""


def tries_of(rows: Sequence[LostCaller]) -> dict[UUID, int]:
    """By leg: calls of the same number in the 24 hours up to its giving up, this one included; one query.

    A withheld number is not in the answer.
    """
    known = [row for row in rows if row.number]
    if not known:
        return {}
    parameters = {
        "legs": [row.leg_id for row in known],
        "numbers": [row.number for row in known],
        "times": [row.gave_up_at for row in known],
        "within": TRIES_WITHIN,
    }
    return dict(select_rows(_TRIES, parameters))
