"""Everything that a live screen of the line needs, in one statement and so of one moment.

A publisher reads it at every change, twenty times a second at the worst. One statement is one query of its
tick's three, and what it gives cannot contradict itself: who waits, who is free and what was counted today
are of the same snapshot of the database.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from darwin.contact.coverage import Tells
from darwin.contact.floor import HandlerNow, handlers_of
from darwin.contact.measures.figures import STILL_WAITING
from darwin.contact.measures.results import Gap, Told
from darwin.contact.measures.told import told_of
from darwin.contact.models import FloorCall, FloorMember, SwitchConnection
from darwin.contact.now.lines import WallLine, pause_reasons, wall_lines
from darwin.contact.periods import midnight
from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import gap_after, notes_after_call, stale_after
from darwin.deadlines import clock
from darwin.deadlines.clock import LONDON
from darwin.ledger.live.screens import once_a_tick
from darwin.reference.queries import NEWEST_ADOPTION, version_named
from darwin.reference.values import CodeValue


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """The counts of one line in one half-hour (or of several added up), by the moment it began.

    entries: joined a queue; still_waiting: of these, whose wait has not ended. longest_ms: of the answered
    and of those who gave up. refused_at: the last refusal.
    """

    line: str
    from_at: datetime
    refused: int
    entries: int
    answered: int
    in_time: int
    gave_up: int
    still_waiting: int
    longest_ms: int | None
    refused_at: datetime | None

    @property
    def offered(self) -> int:
        """Joinings and refusals."""
        return self.entries + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A living call that has no handler yet, and the lines it is of."""

    lines: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NowReading:
    """The line at `at`. told: of each line what today's records tell; filled: how many waits of a gap of
    today were filled in from the switch's own log. names: of accounts; never for a wall. reasons: as
    lines.pause_reasons gives them. calls: every living call, without its caller and its queue. owners: whose
    a telephone is, by (switch, interface).
    """

    at: datetime
    from_at: datetime
    to_at: datetime
    lines: tuple[WallLine, ...]
    half_hours: tuple[HalfHour, ...]
    waiting: tuple[Waiting, ...]
    calls: tuple[FloorCall, ...]
    owners: Mapping[tuple[str, str], UUID]
    handlers: tuple[HandlerNow, ...]
    names: Mapping[UUID, str]
    connections: tuple[SwitchConnection, ...]
    told: Mapping[str, Told]
    filled: Mapping[tuple[datetime, datetime], int]
    reasons: Mapping[str, CodeValue]
    stale_after: timedelta
    gap_after: timedelta

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The stretches of today of which some line has no record of the switch, in order."""
        found = {(gap.from_at, gap.to_at): gap for told in self.told.values() for gap in told.gaps}
        return tuple(found[key] for key in sorted(found))


_STATEMENT = f"""
WITH line AS MATERIALIZED (
  SELECT wanted.line, wanted.within_ms, queue.id AS queue_id, queue.switch,
    wanted.queues IS NOT NULL OR queue.leg_kind = 'HANDLER_QUEUE' AS counted
  FROM jsonb_to_recordset(%(lines)s::jsonb)
    AS wanted (line text, channel text, within_ms integer, queues text[])
  JOIN contact_contactqueue AS queue ON CASE WHEN wanted.queues IS NULL
    THEN queue.channel = wanted.channel AND queue.leg_kind <> 'IVR' ELSE queue.slug = ANY(wanted.queues) END
), leg AS (
  SELECT line.line, line.within_ms, stay.*, {STILL_WAITING} AS still_waiting
  FROM line JOIN contact_contactleg AS stay USING (queue_id)
  WHERE line.counted AND stay.offered_at >= %(from)s AND stay.offered_at < %(to)s
), half_hour AS (
  SELECT line, date_bin('30 minutes', offered_at, timestamptz '2000-01-01 00:00+00') AS from_at,
    count(*) FILTER (WHERE outcome = 'refused') AS refused,
    count(*) FILTER (WHERE outcome <> 'refused') AS entries,
    count(*) FILTER (WHERE outcome = 'answered') AS answered,
    count(*) FILTER (WHERE outcome = 'answered' AND wait_ms <= within_ms) AS in_time,
    count(*) FILTER (WHERE outcome = 'abandoned') AS gave_up,
    count(*) FILTER (WHERE still_waiting) AS still_waiting,
    max(wait_ms) FILTER (WHERE outcome IN ('answered', 'abandoned')) AS longest_ms,
    max(offered_at) FILTER (WHERE outcome = 'refused') AS refused_at
  FROM leg GROUP BY 1, 2
)
SELECT
  (SELECT json_agg(half_hour ORDER BY from_at, line) FROM half_hour)::text,
  (SELECT json_agg(json_build_object('switch', call.switch, 'call_id', call.call_id,
      'contact_id', call.contact_id, 'stage', call.stage, 'since', call.since,
      'joined_at', call.joined_at, 'agents', call.agents,
      'lines', (SELECT array_agg(DISTINCT line.line) FROM line WHERE line.queue_id = call.queue_id)))
    FROM contact_floorcall AS call)::text,
  (SELECT json_agg(json_build_object('switch', member.switch, 'queue', member.queue,
      'interface', member.interface, 'member', member.member, 'state', member.state,
      'reason', member.reason, 'since', member.since, 'completed_at', member.completed_at)
      ORDER BY member.member, member.interface) FROM contact_floormember AS member)::text,
  (SELECT json_agg(json_build_object('switch', known.switch, 'interface', known.interface,
      'account', account.id, 'name', account.display_name))
    FROM contact_switchmember AS known JOIN staff_account AS account ON account.id = known.account_id)::text,
  (SELECT json_agg(json_build_object('switch', connection.switch,
      'connected_since', connection.connected_since, 'down_since', connection.down_since,
      'heard_at', connection.heard_at) ORDER BY connection.switch)
    FROM contact_switchconnection AS connection)::text,
  (SELECT json_agg(json_build_array(line.line, span.from_at, span.to_at, span.tells, span.source))
    FROM line JOIN contact_coverage AS span
      ON span.queue_id = line.queue_id OR (span.queue_id IS NULL AND span.switch = line.switch)
    WHERE line.counted AND span.from_at < %(to)s AND span.to_at > %(from)s)::text,
  (SELECT json_agg(json_build_array(gap.from_at, gap.to_at, (
      SELECT count(*) FROM leg WHERE leg.wait_in_seconds
        AND leg.offered_at >= gap.from_at AND leg.offered_at < gap.to_at)))
    FROM jsonb_to_recordset(%(gaps)s::jsonb) AS gap (from_at timestamptz, to_at timestamptz))::text,
  ({NEWEST_ADOPTION})
"""  # noqa: S608


@dataclass(slots=True)
class _Known:
    """What the statement itself depends on, as the last reading of this process found it."""

    adoption: UUID | None = None
    gaps: tuple[tuple[str, str], ...] = ()


_known = _Known()


@once_a_tick
def read_now() -> NowReading:
    """The line at this moment; one query. Two where the reference data or the gaps of the day have changed
    since this process last asked, and the reference room's own where its data must be loaded."""
    reading, again = _read()
    return _read()[0] if again else reading


def _read() -> tuple[NowReading, bool]:
    at = clock.now()
    today = at.astimezone(LONDON).date()
    from_at, to_at = midnight(today), midnight(today + timedelta(days=1))
    with version_named(_known.adoption):
        lines = wall_lines(at)
        reasons = pause_reasons(at)
        stale, gap, notes = stale_after(at), gap_after(at), notes_after_call(at)
    wanted = [
        {
            "line": line.code,
            "channel": line.channel,
            "within_ms": round(line.within_s * 1000),
            "queues": line.queues,
        }
        for line in lines
    ]
    gaps = [{"from_at": start, "to_at": end} for start, end in _known.gaps]
    parameters = {"lines": json.dumps(wanted), "gaps": json.dumps(gaps), "from": from_at, "to": to_at}
    *parts, adoption = select_rows(_STATEMENT, parameters)[0]
    half_hours, calls, members, accounts, connections, spans, filled = (json.loads(p or "[]") for p in parts)
    # Silence is real time, however fast the installation's clock runs.
    rate = clock.rate()
    living = tuple(_call(row) for row in calls)
    owners = {(row["switch"], row["interface"]): UUID(row["account"]) for row in accounts}
    reading = NowReading(
        at=at,
        from_at=from_at,
        to_at=to_at,
        lines=lines,
        half_hours=tuple(_half_hour(row) for row in half_hours),
        waiting=tuple(
            Waiting(lines=tuple(row["lines"] or ()), since=_moment(row["joined_at"]))
            for row in sorted(calls, key=lambda row: _moment(row["joined_at"]))
            if row["stage"] != "talking"
        ),
        calls=living,
        owners=owners,
        handlers=tuple(handlers_of(_telephones(members), owners, living, at, notes)),
        names={UUID(row["account"]): row["name"] for row in accounts},
        connections=tuple(_connection(row) for row in connections),
        told=_told(lines, spans, from_at, to_at),
        filled={(_moment(start), _moment(end)): count for start, end, count in filled},
        reasons=reasons,
        stale_after=stale * rate,
        gap_after=gap * rate,
    )
    found = tuple((gap.from_at.isoformat(), gap.to_at.isoformat()) for gap in reading.gaps)
    changed = adoption != _known.adoption or found != _known.gaps
    _known.adoption, _known.gaps = adoption, found
    return reading, changed


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _half_hour(row: dict[str, Any]) -> HalfHour:
    return HalfHour(**row | {"from_at": _moment(row["from_at"]), "refused_at": _maybe(row["refused_at"])})


def _connection(row: dict[str, Any]) -> SwitchConnection:
    moments = {name: _maybe(row[name]) for name in ("connected_since", "down_since", "heard_at")}
    return SwitchConnection(switch=row["switch"], **moments)


def _call(row: dict[str, Any]) -> FloorCall:
    return FloorCall(
        switch=row["switch"],
        call_id=row["call_id"],
        contact_id=UUID(row["contact_id"]),
        stage=row["stage"],
        since=_moment(row["since"]),
        joined_at=_moment(row["joined_at"]),
        agents=row["agents"],
    )


def _telephones(rows: list[dict[str, Any]]) -> list[FloorMember]:
    moments = ("since", "completed_at")
    return [FloorMember(**row | {name: _maybe(row[name]) for name in moments}) for row in rows]


def _told(
    lines: tuple[WallLine, ...], spans: list[list[Any]], from_at: datetime, to_at: datetime
) -> dict[str, Told]:
    rows: dict[str, list[tuple[datetime, datetime, list[str], str]]] = {line.code: [] for line in lines}
    for line, start, end, tells, source in spans:
        rows[line].append((_moment(start), _moment(end), tells, source))
    return {line: told_of(of_line, from_at, to_at) for line, of_line in rows.items()}


def is_filled(gap: Gap) -> bool:
    """The gap's calls are known by now, from the switch's own log."""
    return Tells.ENTRIES not in gap.missing
