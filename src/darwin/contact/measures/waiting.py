"""How many waited at once, and how long the way was from end to end."""

from datetime import datetime

from darwin.contact.measures.results import EndToEnd, as_seconds
from darwin.contact.models import ContactQueue, LegKind
from darwin.contact.services.bulk import select_rows

# Sweep: +1 at joining, -1 at leaving, leavings first within an instant, so that a place which is freed and
# taken in one instant is counted once. Who joined before the period and left within it was waiting at its
# start. A stay is looked for a day back: nobody waits longer.
_SWEEP = """
WITH stay AS (
  SELECT joined_at, coalesce(left_at, connected_at, joined_at + wait_ms * interval '1 millisecond') AS left_at
  FROM contact_contactleg
  WHERE queue_id = %(queue)s AND offered_at >= %(from)s - interval '1 day' AND offered_at < %(to)s
    AND joined_at < %(to)s AND outcome <> 'refused'
), step AS (
  SELECT greatest(joined_at, %(from)s) AS at, 1 AS change FROM stay WHERE left_at > joined_at AND left_at >
  %(from)s UNION ALL
  SELECT left_at, -1 FROM stay WHERE left_at > joined_at AND left_at > %(from)s
), running AS (
  SELECT sum(change) OVER (ORDER BY at, change ROWS UNBOUNDED PRECEDING) AS waiting FROM step
)
SELECT max(waiting) FROM running
"""
_SAID = """
SELECT max(greatest(queue_length, position)) FROM contact_contactleg
WHERE queue_id = %(queue)s AND offered_at >= %(from)s AND offered_at < %(to)s AND outcome <> 'refused'
"""
_END_TO_END = """
WITH reached AS (
  SELECT DISTINCT contact_id FROM contact_contactleg
  WHERE queue_id = %(queue)s AND offered_at >= %(from)s AND offered_at < %(to)s AND outcome <> 'refused'
), answered AS (
  -- Call by call: a period has few calls beside all that were ever kept.
  SELECT reached.contact_id, first.at FROM reached CROSS JOIN LATERAL (
    SELECT min(coalesce(leg.connected_at, leg.joined_at + leg.wait_ms * interval '1 millisecond')) AS at
    FROM contact_contactleg AS leg
    WHERE leg.contact_id = reached.contact_id AND leg.outcome = 'answered'
      AND leg.kind <> ALL(%(not_a_handler)s)
  ) AS first
), way AS (
  SELECT greatest(extract(epoch FROM answered.at - contact.first_offered_at) * 1000, 0) AS ms
  FROM answered JOIN contact_contact AS contact ON contact.id = answered.contact_id
  -- Nobody is on the way for more than a day: so only the contacts of the time are looked through.
  WHERE answered.at IS NOT NULL
    AND contact.first_offered_at >= %(from)s - interval '1 day' AND contact.first_offered_at < %(to)s
)
SELECT count(*), avg(ms), percentile_cont(0.5) WITHIN GROUP (ORDER BY ms),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY ms), max(ms)
FROM way
"""


def longest_queue(queue: ContactQueue, from_at: datetime, to_at: datetime) -> int:
    """The most callers waiting at one instant of [from_at, to_at).

    At least the greatest length or position that the switch stated when somebody joined: it sees callers
    whose own joining was lost.
    """
    window = {"queue": queue.id, "from": from_at, "to": to_at}
    swept = select_rows(_SWEEP, window)[0][0]
    said = select_rows(_SAID, window)[0][0]
    return max(int(swept or 0), int(said or 0))


def end_to_end(queue: ContactQueue, from_at: datetime, to_at: datetime) -> EndToEnd:
    """From reaching the number to the first contact handler, whatever the queues between.

    Of the contacts that joined `queue` in the period. An answer at the switchboard, by the recorded
    announcement or by an interpreter is not the end of the way.
    """
    not_a_handler = [LegKind.SWITCHBOARD_QUEUE.value, LegKind.IVR.value, LegKind.INTERPRETER_WAIT.value]
    contacts, mean, median, p90, longest = select_rows(
        _END_TO_END,
        {"queue": queue.id, "from": from_at, "to": to_at, "not_a_handler": not_a_handler},
    )[0]
    return EndToEnd(
        contacts=contacts,
        mean_s=as_seconds(mean),
        median_s=as_seconds(median),
        p90_s=as_seconds(p90),
        max_s=as_seconds(longest),
    )
