"""The figures of one queue, whole or in groups, computed set-wise in one query."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from darwin.contact.coverage import Tells
from darwin.contact.measures.results import QueueFigures, as_seconds, share_pct
from darwin.contact.models import ContactQueue
from darwin.contact.services.bulk import select_rows

LONDON = "'Europe/London'"


class GroupBy(StrEnum):
    """By what the figures of a queue can be set side by side."""

    HALF_HOUR = "half_hour"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    HOUR_OF_DAY = "hour_of_day"
    WEEKDAY = "weekday"
    LEG = "leg"
    CHANNEL = "channel"
    LANGUAGE = "language"
    ACCESS_ROUTE = "access_route"


# Europe/London is a whole number of hours from UTC, so half-hours may be cut in UTC.
_GROUPS: Mapping[GroupBy, str] = {
    GroupBy.HALF_HOUR: "date_bin('30 minutes', stay.offered_at, timestamptz '2000-01-01 00:00+00')",
    GroupBy.HOUR: "date_bin('1 hour', stay.offered_at, timestamptz '2000-01-01 00:00+00')",
    GroupBy.HOUR_OF_DAY: f"extract(hour FROM stay.offered_at AT TIME ZONE {LONDON})::int",
    GroupBy.WEEKDAY: f"extract(isodow FROM stay.offered_at AT TIME ZONE {LONDON})::int",
    GroupBy.LEG: "stay.kind",
    GroupBy.CHANNEL: "contact.channel",
    GroupBy.LANGUAGE: "contact.language",
    GroupBy.ACCESS_ROUTE: "contact.access_route",
}
_CALENDAR = {GroupBy.DAY, GroupBy.MONTH}
_OF_THE_CONTACT = {GroupBy.CHANNEL, GroupBy.LANGUAGE, GroupBy.ACCESS_ROUTE}

# A call that reached the number and then neither joined nor was refused has no leg: it is an arrival only.
# Waits are told apart by outcome here, once a row, because the aggregates below skip what is null. A stay
# whose end nobody knows is still waiting while its call is on the floor, which holds living calls only.
STILL_WAITING = (
    "outcome = 'unknown' AND (contact_id, queue_id, offered_at) IN "
    "(SELECT contact_id, queue_id, joined_at FROM contact_floorcall)"
)
_STAYS = f"""
SELECT offered_at, CASE WHEN {STILL_WAITING} THEN 'waiting' ELSE outcome END AS outcome,
  ended_by, contact_id, only_in_queue, kind,
  CASE WHEN outcome = 'answered' THEN talk_ms END AS talk_ms,
  CASE WHEN outcome = 'answered' THEN wait_ms END AS answered_ms,
  CASE WHEN outcome = 'abandoned' THEN wait_ms END AS abandoned_ms
FROM contact_contactleg
WHERE queue_id = %(queue)s AND offered_at >= {{start}} AND offered_at < {{end}}
UNION ALL
SELECT announced.at, 'announced', '', announced.contact_id, true, 'IVR', NULL, NULL, NULL
FROM contact_announcement AS announced
WHERE announced.queue_id = %(queue)s AND announced.at >= {{start}} AND announced.at < {{end}}
  AND NOT EXISTS (
    SELECT FROM contact_contactleg AS leg
    WHERE leg.contact_id = announced.contact_id AND leg.queue_id = announced.queue_id)
"""  # noqa: S608
_WHOLE = _STAYS.format(start="%(from)s", end="%(to)s")

_FIGURES = """
count(*) FILTER (WHERE only_in_queue) + count(DISTINCT contact_id) FILTER (WHERE NOT only_in_queue),
count(*) FILTER (WHERE outcome = 'refused'),
count(*) FILTER (WHERE outcome NOT IN ('refused', 'announced')),
count(*) FILTER (WHERE only_in_queue AND outcome NOT IN ('refused', 'announced'))
  + count(DISTINCT contact_id) FILTER (WHERE NOT only_in_queue AND outcome NOT IN ('refused', 'announced')),
count(*) FILTER (WHERE outcome = 'answered'),
count(*) FILTER (WHERE outcome = 'abandoned'),
count(*) FILTER (WHERE outcome = 'callback_requested'),
count(*) FILTER (WHERE outcome = 'expelled'),
count(*) FILTER (WHERE outcome = 'unknown'),
count(*) FILTER (WHERE outcome = 'waiting'),
count(*) FILTER (WHERE answered_ms <= %(threshold)s),
count(answered_ms),
avg(answered_ms),
percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY answered_ms),
max(answered_ms),
avg(abandoned_ms),
max(abandoned_ms),
avg(talk_ms),
count(*) FILTER (WHERE ended_by = 'blind_transfer'),
count(*) FILTER (WHERE ended_by = 'attended_transfer')
"""


def queue_figures(
    queue: ContactQueue,
    from_at: datetime,
    to_at: datetime,
    threshold_s: float,
    tells: frozenset[Tells],
) -> QueueFigures:
    """The figures of [from_at, to_at) as one whole. Every figure is None where `tells` is empty."""
    if not tells:
        return QueueFigures()
    parameters = _parameters(queue, from_at, to_at, threshold_s)
    row = select_rows(f"SELECT NULL, {_FIGURES} FROM ({_WHOLE}) AS stay", parameters)[0]  # noqa: S608
    return told_only(_figures_of(row), tells)


def grouped_figures(
    queue: ContactQueue,
    from_at: datetime,
    to_at: datetime,
    threshold_s: float,
    tells: frozenset[Tells],
    by: GroupBy,
) -> list[QueueFigures]:
    """The same figures in groups, in order; a group without a single stay is not in the list.

    A moment stands for the hour, day or month that it begins; hour_of_day is 0 to 23 and weekday 1 (Monday)
    to 7, both in Europe/London; a code None means not known and comes last.
    """
    if not tells:
        return []
    statement = _by_calendar(by) if by in _CALENDAR else _by_group(by)
    rows = select_rows(statement, _parameters(queue, from_at, to_at, threshold_s))
    return [told_only(_figures_of(row), tells) for row in rows]


def _by_group(by: GroupBy) -> str:
    contact = (
        "JOIN contact_contact AS contact ON contact.id = stay.contact_id" if by in _OF_THE_CONTACT else ""
    )
    return (
        f"SELECT {_GROUPS[by]}, {_FIGURES} FROM ({_WHOLE}) AS stay {contact} "  # noqa: S608
        "GROUP BY 1 ORDER BY 1 NULLS LAST"
    )


def _by_calendar(by: GroupBy) -> str:
    """A period at a time, each read from the index by itself: far cheaper than sorting years of stays."""
    stays = _STAYS.format(start="greatest(period.start, %(from)s)", end="least(period.ended, %(to)s)")
    step = f"interval '1 {by.value}'"
    return f"""
SELECT period.start, figures.* FROM (
  SELECT local AT TIME ZONE {LONDON} AS start, (local + {step}) AT TIME ZONE {LONDON} AS ended
  FROM generate_series(
    date_trunc('{by.value}', %(from)s AT TIME ZONE {LONDON}), %(to)s AT TIME ZONE {LONDON}, {step}) AS local
) AS period, LATERAL (SELECT {_FIGURES} FROM ({stays}) AS stay HAVING count(*) > 0) AS figures
WHERE period.start < %(to)s ORDER BY 1
"""  # noqa: S608


def _parameters(
    queue: ContactQueue, from_at: datetime, to_at: datetime, threshold_s: float
) -> dict[str, Any]:
    return {"queue": queue.id, "from": from_at, "to": to_at, "threshold": round(threshold_s * 1000)}


def _figures_of(row: tuple[Any, ...]) -> QueueFigures:
    (
        group,
        arrived,
        refused,
        entries,
        distinct_calls,
        answered,
        abandoned,
        callback_requested,
        expelled,
        unknown,
        still_waiting,
        within,
        wait_known,
        asa,
        percentiles,
        max_answered,
        mean_abandoned,
        max_abandoned,
        mean_talk,
        blind,
        attended,
    ) = row
    median, p90 = percentiles or (None, None)
    return QueueFigures(
        group=group,
        arrived=arrived,
        refused=refused,
        entries=entries,
        distinct_calls=distinct_calls,
        answered=answered,
        abandoned=abandoned,
        callback_requested=callback_requested,
        expelled=expelled,
        unknown=unknown,
        still_waiting=still_waiting,
        offered_including_refused=entries + refused,
        answered_within_threshold=within,
        answered_wait_unknown=answered - wait_known,
        pct_within_of_offered=share_pct(within, entries + refused),
        pct_within_of_answered=share_pct(within, answered),
        abandonment_pct=share_pct(abandoned, entries),
        asa_s=as_seconds(asa),
        median_wait_answered_s=as_seconds(median),
        p90_wait_answered_s=as_seconds(p90),
        max_wait_answered_s=as_seconds(max_answered),
        mean_wait_abandoned_s=as_seconds(mean_abandoned),
        max_wait_abandoned_s=as_seconds(max_abandoned),
        mean_talk_s=as_seconds(mean_talk),
        blind_transfers=blind,
        attended_transfers=attended,
    )


_NEEDS: Mapping[Tells, tuple[str, ...]] = {
    Tells.ARRIVALS: ("arrived",),
    Tells.REFUSALS: ("refused", "offered_including_refused", "pct_within_of_offered"),
    Tells.ENTRIES: (
        "entries",
        "distinct_calls",
        "answered",
        "abandoned",
        "callback_requested",
        "expelled",
        "unknown",
        "still_waiting",
        "offered_including_refused",
        "answered_within_threshold",
        "answered_wait_unknown",
        "pct_within_of_offered",
        "pct_within_of_answered",
        "abandonment_pct",
        "asa_s",
        "median_wait_answered_s",
        "p90_wait_answered_s",
        "max_wait_answered_s",
        "mean_wait_abandoned_s",
        "max_wait_abandoned_s",
    ),
    Tells.TALK: ("mean_talk_s",),
    Tells.TRANSFERS: ("blind_transfers", "attended_transfers"),
}


def told_only(figures: QueueFigures, tells: frozenset[Tells]) -> QueueFigures:
    """None for every figure that needs a fact which no source tells."""
    silent = {name for fact, names in _NEEDS.items() if fact not in tells for name in names}
    return replace(figures, **dict.fromkeys(silent)) if silent else figures
