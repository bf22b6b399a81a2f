"""Guardrails of a routing policy: what must not get worse while it is on trial, and whether it does.

1. 999 in time: the share of 999 calls answered within the force's time. Its limit is the share of the days
   looked back on; it counts as broken when it lies below that by more than chance gives a window of so few
   calls: three standard deviations of a binomial share (Montgomery, Introduction to Statistical Quality
   Control, 7th edition, 7.2: the p chart with variable sample size).
2. Occupancy: the share of handlers at the line, pauses apart, who are on a call or finishing notes, on
   average over the last half-hour of looking. Its limit is a threshold of the force.
3. The worst half-hour: the share of all calls of the half-hour answered in time. Its limit is the worst
   half-hour of the days looked back on.
Limits are taken once, when a policy is decided, and kept with the decision.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from json import dumps
from math import sqrt
from typing import Any

from darwin.contact.floor import HandlerNow, HandlerState
from darwin.contact.now.lines import WallLine, wall_lines
from darwin.contact.now.reading import HalfHour, NowReading
from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import (
    guardrails_look_back,
    guardrails_need_calls,
    most_occupied,
)
from darwin.deadlines import clock

IN_TIME_999, OCCUPANCY, WORST_HALF_HOUR = "999_in_time", "occupancy", "worst_half_hour"
GUARDRAILS = (IN_TIME_999, OCCUPANCY, WORST_HALF_HOUR)
_EMERGENCY = "PHONE_999"
_HALF_HOUR = timedelta(minutes=30)
_AVERAGED_OVER = timedelta(minutes=30)
_FEWEST_LOOKS = 10
_STANDARD_DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What a guardrail shows: figure and limit in per cent; broken. figure None: too little to tell, and then
    it is not broken."""

    guardrail: str
    figure: float | None
    limit: float
    broken: bool


@dataclass(slots=True)
class Looks:
    """How busy handlers were at each look of the last half-hour, as (when, busy, at the line). It lives in
    the process that looks: after a restart the average begins anew."""

    _seen: deque[tuple[datetime, int, int]] = field(default_factory=deque)

    def look(self, at: datetime, handlers: Iterable[HandlerNow]) -> None:
        """Take in how it stands at `at`."""
        states = [handler.state for handler in handlers]
        busy = sum(state in (HandlerState.ON_A_CALL, HandlerState.NOTES) for state in states)
        ready = sum(state in (HandlerState.READY, HandlerState.RINGING) for state in states)
        self._seen.append((at, busy, busy + ready))
        while self._seen and (self._seen[0][0] <= at - _AVERAGED_OVER or self._seen[0][0] > at):
            self._seen.popleft()

    def occupancy(self) -> float | None:
        """In per cent; None after fewer than ten looks, or with nobody at the line."""
        if len(self._seen) < _FEWEST_LOOKS:
            return None
        busy, there = sum(row[1] for row in self._seen), sum(row[2] for row in self._seen)
        return 100 * busy / there if there else None


def shown_now(reading: NowReading, looks: Looks, limits: Mapping[str, Any]) -> list[Shown]:
    """What each guardrail that has a limit shows now. limits: as `limits_at` made them."""
    fewest = guardrails_need_calls(reading.at)
    found: list[Shown] = []
    for guardrail in GUARDRAILS:
        if guardrail not in limits:
            continue
        limit = float(limits[guardrail]["limit"])
        if guardrail == IN_TIME_999:
            found.append(_in_time(reading, limit, fewest))
        elif guardrail == OCCUPANCY:
            figure = looks.occupancy()
            found.append(Shown(guardrail, figure, limit, figure is not None and figure > limit))
        else:
            found.append(_half_hour(reading, limit, fewest))
    return found


def _in_time(reading: NowReading, limit: float, fewest: int) -> Shown:
    lines = {line.code for line in reading.lines if line.channel == _EMERGENCY}
    rows = [row for row in _last_two(reading) if row.line in lines]
    # Who still waits is neither in time nor late yet.
    calls = sum(row.offered - row.still_waiting for row in rows)
    if calls < fewest:
        return Shown(IN_TIME_999, None, limit, broken=False)
    figure = 100 * sum(row.in_time for row in rows) / calls
    share = limit / 100
    chance = 100 * _STANDARD_DEVIATIONS * sqrt(share * (1 - share) / calls)
    return Shown(IN_TIME_999, figure, limit, figure < limit - chance)


def _half_hour(reading: NowReading, limit: float, fewest: int) -> Shown:
    """The present half-hour, or the one before it while the present has too few calls."""
    present = _begin(reading.at)
    for begins in (present, present - _HALF_HOUR):
        rows = [row for row in reading.half_hours if row.from_at == begins]
        calls = sum(row.offered - row.still_waiting for row in rows)
        if calls >= fewest:
            figure = 100 * sum(row.in_time for row in rows) / calls
            return Shown(WORST_HALF_HOUR, figure, limit, figure < limit)
    return Shown(WORST_HALF_HOUR, None, limit, broken=False)


def _last_two(reading: NowReading) -> list[HalfHour]:
    since = _begin(reading.at) - _HALF_HOUR
    return [row for row in reading.half_hours if row.from_at >= since]


def _begin(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)


_PAST = """
WITH line AS (
  SELECT wanted.channel, wanted.within_ms, queue.id AS queue_id
  FROM jsonb_to_recordset(%(lines)s::jsonb) AS wanted (channel text, within_ms integer, queues text[])
  JOIN contact_contactqueue AS queue ON CASE WHEN wanted.queues IS NULL
    THEN queue.channel = wanted.channel AND queue.leg_kind = 'HANDLER_QUEUE'
    ELSE queue.slug = ANY(wanted.queues) END
)
SELECT line.channel, date_bin('30 minutes', leg.offered_at, timestamptz '2000-01-01 00:00+00'), count(*),
  count(*) FILTER (WHERE leg.outcome = 'answered' AND leg.wait_ms <= line.within_ms)
FROM line JOIN contact_contactleg AS leg USING (queue_id)
WHERE leg.offered_at >= %(from)s AND leg.offered_at < %(to)s AND leg.outcome <> 'unknown'
GROUP BY 1, 2
"""


def limits_at(at: datetime) -> dict[str, dict[str, Any]]:
    """What a policy that is decided at `at` must not do worse than: {guardrail: {"limit": per cent, "source":
    where it comes from}}. A guardrail without enough of a past has no limit and is left out. One query."""
    looked_back = guardrails_look_back(at)
    days, fewest = int(looked_back.value), guardrails_need_calls(at)
    from_at = at - timedelta(days=days)
    rows = select_rows(_PAST, {"lines": _wanted(wall_lines(at)), "from": from_at, "to": at})
    occupancy = most_occupied(at)
    limits: dict[str, dict[str, Any]] = {
        OCCUPANCY: {"limit": float(occupancy.value), "source": occupancy.source}
    }
    period = f"{from_at.astimezone(clock.LONDON):%d.%m.%Y} to {at.astimezone(clock.LONDON):%d.%m.%Y}"
    emergency = [(calls, in_time) for channel, _, calls, in_time in rows if channel == _EMERGENCY]
    calls = sum(row[0] for row in emergency)
    if calls >= fewest:
        share = 100 * sum(row[1] for row in emergency) / calls
        limits[IN_TIME_999] = {"limit": share, "source": f"999 in time, {period}: {calls:,} calls"}
    worst = _worst(rows, fewest)
    if worst is not None:
        limits[WORST_HALF_HOUR] = {"limit": worst, "source": f"the worst half-hour, {period}"}
    return limits


def _worst(rows: Iterable[tuple[Any, ...]], fewest: int) -> float | None:
    together: dict[datetime, list[int]] = {}
    for _channel, begins, calls, in_time in rows:
        counts = together.setdefault(begins, [0, 0])
        counts[0] += calls
        counts[1] += in_time
    shares = [100 * in_time / calls for calls, in_time in together.values() if calls >= fewest]
    return min(shares, default=None)


def _wanted(lines: Iterable[WallLine]) -> str:
    return dumps(
        [
            {"channel": line.channel, "within_ms": round(line.within_s * 1000), "queues": line.queues}
            for line in lines
        ]
    )
