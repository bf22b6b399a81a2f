"""Counting many months at once: families of figures that one query gives for every month of a stretch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from darwin.contact.models import ContactQueue, LegKind
from darwin.contact.periods import add_months, midnight
from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import match_within, repeat_within

Figures = dict[str, float | None]

_MONTH = "(date_trunc('month', {at}, 'Europe/London') AT TIME ZONE 'Europe/London')::date"
_DIGITAL = ("ONLINE_REPORT", "LIVE_CHAT")

_LINE = f"""
SELECT {_MONTH.format(at="offered_at")},
  count(*) FILTER (WHERE outcome <> 'refused'), count(*) FILTER (WHERE outcome = 'refused'),
  count(*) FILTER (WHERE outcome = 'answered'),
  count(*) FILTER (WHERE outcome = 'answered' AND wait_ms <= %(threshold)s),
  count(*) FILTER (WHERE outcome = 'abandoned'), avg(wait_ms) FILTER (WHERE outcome = 'answered'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_ms) FILTER (WHERE outcome = 'answered'),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_ms) FILTER (WHERE outcome = 'answered'),
  max(wait_ms) FILTER (WHERE outcome = 'answered'),
  count(wait_ms) FILTER (WHERE outcome = 'answered')
FROM contact_contactleg WHERE queue_id = %(queue)s AND offered_at >= %(from)s AND offered_at < %(to)s
GROUP BY 1
"""  # noqa: S608 - every part is a constant of this module
_LINE_NAMES = (
    "joined",
    "refused",
    "answered",
    "in_time",
    "gave_up",
    "mean_ms",
    "median_ms",
    "p90_ms",
    "max_ms",
    "timed",
)

# The same way as measures.waiting.end_to_end, for every month: a contact belongs to the month in which it
# first joined the queue.
_WAY = f"""
WITH reached AS (
  SELECT contact_id, min(offered_at) AS at FROM contact_contactleg
  WHERE queue_id = %(queue)s AND offered_at >= %(from)s AND offered_at < %(to)s AND outcome <> 'refused'
  GROUP BY contact_id
), answered AS (
  SELECT leg.contact_id, reached.at AS reached_at,
    min(coalesce(leg.connected_at, leg.joined_at + leg.wait_ms * interval '1 millisecond')) AS at
  FROM reached JOIN contact_contactleg AS leg USING (contact_id)
  WHERE leg.outcome = 'answered' AND leg.kind <> ALL(%(not_a_handler)s)
    AND leg.offered_at >= %(from)s - interval '1 day' AND leg.offered_at < %(to)s + interval '1 day'
  GROUP BY leg.contact_id, reached.at
), way AS (
  SELECT {_MONTH.format(at="answered.reached_at")} AS month,
    greatest(extract(epoch FROM answered.at - contact.first_offered_at) * 1000, 0) AS ms
  FROM answered JOIN contact_contact AS contact ON contact.id = answered.contact_id
  WHERE answered.at IS NOT NULL
    AND contact.first_offered_at >= %(from)s - interval '1 day' AND contact.first_offered_at < %(to)s
)
SELECT month, count(*), avg(ms), percentile_cont(0.5) WITHIN GROUP (ORDER BY ms),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY ms)
FROM way GROUP BY 1
"""  # noqa: S608
_WAY_NAMES = ("contacts", "mean_ms", "median_ms", "p90_ms")

_RECOVERY = f"""
WITH lost AS (
  SELECT leg.contact_id, contact.caller_number, leg.offered_at,
    coalesce(
      leg.left_at, leg.offered_at + leg.wait_ms * interval '1 millisecond', leg.offered_at) AS gave_up_at
  FROM contact_contactleg AS leg JOIN contact_contact AS contact ON contact.id = leg.contact_id
  WHERE leg.queue_id = %(queue)s AND leg.offered_at >= %(from)s AND leg.offered_at < %(to)s
    AND leg.outcome = 'abandoned'
)
SELECT {_MONTH.format(at="lost.offered_at")}, count(*),
  count(*) FILTER (WHERE coalesce(caller_number, '') <> ''),
  count(*) FILTER (WHERE EXISTS (
    SELECT FROM contact_contact AS back
    WHERE back.caller_number = lost.caller_number AND back.first_offered_at > lost.offered_at
      AND back.first_offered_at <= lost.gave_up_at + %(within)s AND back.id <> lost.contact_id))
FROM lost GROUP BY 1
"""  # noqa: S608
_RECOVERY_NAMES = ("gave_up", "known", "back")

_REPEATS = f"""
WITH here AS (
  SELECT DISTINCT ON (contact.id) contact.id, contact.caller_number, contact.first_offered_at, leg.offered_at
  FROM contact_contactleg AS leg JOIN contact_contact AS contact ON contact.id = leg.contact_id
  WHERE leg.queue_id = %(queue)s AND leg.offered_at >= %(from)s AND leg.offered_at < %(to)s
)
SELECT {_MONTH.format(at="here.offered_at")}, count(*), count(caller_number),
  count(*) FILTER (WHERE EXISTS (
    SELECT FROM contact_contact AS earlier WHERE earlier.caller_number = here.caller_number
      AND earlier.first_offered_at < here.first_offered_at
      AND earlier.first_offered_at >= here.first_offered_at - %(within)s))
FROM here GROUP BY 1
"""  # noqa: S608
_REPEATS_NAMES = ("contacts", "known", "repeats")

_CHANNELS = f"""
SELECT {_MONTH.format(at="first_offered_at")}, count(*), count(*) FILTER (WHERE channel = ANY(%(digital)s))
FROM contact_contact WHERE first_offered_at >= %(from)s AND first_offered_at < %(to)s
GROUP BY 1
"""  # noqa: S608
_CHANNELS_NAMES = ("contacts", "online")


@dataclass(frozen=True, slots=True)
class Family:
    """Figures that one query counts.

    version: raised whenever the counting changes, so that what was kept before is left aside. reaches:
    months before and after its own whose rows it looks at. inline: how many months may be counted while
    somebody waits for the page. warm_up: months at the
    beginning of the record that look back to a time of which there is none. of_queue: False for what
    belongs to the force, whatever the queue.
    """

    name: str
    version: int
    names: tuple[str, ...]
    statement: str
    reaches: tuple[int, int] = (0, 0)
    inline: int = 2
    warm_up: int = 0
    of_queue: bool = True

    def parameters(self, month: date, threshold_s: float) -> str:
        """What else decides the figures of a month, so that kept ones are not mistaken for others."""
        if self.name == "line":
            return f"{threshold_s:g} s"
        if self.name == "recovery":
            return f"{match_within(midnight(month))}"
        if self.name == "repeats":
            return f"{repeat_within(midnight(month))}"
        return ""

    def count(self, queue: ContactQueue, first: date, last: date, threshold_s: float) -> dict[date, Figures]:
        """The figures of the months `first` to `last`, both included; one query. No row, no month."""
        parameters: Mapping[str, Any] = {
            "queue": queue.id,
            "from": midnight(first),
            "to": midnight(add_months(last, 1)),
            "threshold": round(threshold_s * 1000),
            "within": repeat_within(midnight(first))
            if self.name == "repeats"
            else match_within(midnight(first)),
            "digital": list(_DIGITAL),
            "not_a_handler": [
                LegKind.SWITCHBOARD_QUEUE.value,
                LegKind.IVR.value,
                LegKind.INTERPRETER_WAIT.value,
            ],
        }
        return {
            month: {
                name: None if value is None else float(value) if name.endswith("_ms") else int(value)
                for name, value in zip(self.names, values, strict=True)
            }
            for month, *values in select_rows(self.statement, parameters)
        }


LINE = Family("line", 1, _LINE_NAMES, _LINE, inline=3)
WAY = Family("way", 1, _WAY_NAMES, _WAY, reaches=(1, 1))
RECOVERY = Family("recovery", 1, _RECOVERY_NAMES, _RECOVERY, reaches=(0, 1))
REPEATS = Family("repeats", 1, _REPEATS_NAMES, _REPEATS, reaches=(1, 0), warm_up=1)
CHANNELS = Family("channels", 1, _CHANNELS_NAMES, _CHANNELS, inline=3, of_queue=False)
FAMILIES = (LINE, WAY, RECOVERY, REPEATS, CHANNELS)
