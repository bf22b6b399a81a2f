"""What the wall shows: counts and waits only. No number, no name, no place and no marker is in here.

It holds nothing that changes with each second: a page's own clocks count up from the moments given here, so
that a wall on which nothing happened is not sent again.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from darwin.contact.coverage import Tells, joined_spans
from darwin.contact.floor import HandlerState
from darwin.contact.measures.figures import GroupBy
from darwin.contact.measures.steps import Step, steps_of
from darwin.contact.now.hearing import Heard, Hearing, hearing_of
from darwin.contact.now.lines import WallLine
from darwin.contact.now.reading import HalfHour, NowReading, is_filled
from darwin.contact.periods import Period
from darwin.deadlines.clock import LONDON
from darwin.reference.values import CodeValue

_HALF_HOUR = timedelta(minutes=30)
_AS_NOW = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class InTime:
    """How many of those offered were answered in time; None where no record tells."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class LineOnWall:
    """One line. waiting: None while the switch is not heard. today: up to now, or to the half-hour before the
    gap; since: in the present half-hour, None in a gap. longest_ms: today's longest wait."""

    line: WallLine
    waiting: int | None
    today: InTime | None
    since: InTime | None
    longest_ms: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """One half-hour of all lines together. offered None: a gap. missing: minutes that were not recorded."""

    from_at: datetime
    offered: int | None
    in_time: int | None
    still_waiting: int
    gave_up: int | None
    missing: int
    now: bool
    to_come: bool


@dataclass(frozen=True, slots=True)
class GapOnWall:
    """A stretch of today without news from the switch. filled: how many calls its own log gave back; None:
    they are not known yet."""

    from_at: datetime
    to_at: datetime
    filled: int | None


@dataclass(frozen=True, slots=True)
class Wall:
    """Everything on the wall.

    hearing: how the switch is heard; in a gap everything of now is None and the handlers' counts are those of
    its beginning. waiting: callers without a handler yet, whom longest_since is the longest of, on the line
    longest_line; over_s: the target that this wait has passed, None while it has not. notes are among on_call
    and ringing among ready. reasons: why handlers are paused, by the force's own list, the rest as None.
    half_hour: when the present one began. known_to: in a gap, up to when today's shares are counted.
    """

    day: date
    hearing: Hearing
    stale_after_s: int
    half_hour: datetime
    known_to: datetime | None
    lines: tuple[LineOnWall, ...]
    waiting: int | None
    longest_since: datetime | None
    longest_line: str | None
    over_s: float | None
    ready: int
    ringing: int
    on_call: int
    notes: int
    paused: int
    reasons: tuple[tuple[CodeValue | None, int], ...]
    gave_up: int | None
    refused: int | None
    refused_at: datetime | None
    columns: tuple[Column, ...]
    gaps: tuple[GapOnWall, ...]


def wall_of(reading: NowReading) -> Wall:
    """The wall at the moment of a reading."""
    at = reading.at
    hearing = hearing_of(reading.connections, at, reading.stale_after, reading.gap_after)
    half_hour = _half_hour_of(at)
    known_to = _half_hour_of(hearing.since) if hearing.heard is Heard.GAP and hearing.since else None
    known_to = None if known_to is None else max(known_to, reading.from_at)
    longest = reading.waiting[0] if reading.waiting and hearing.known else None
    line = _line_of(longest.lines if longest else (), reading.lines)
    waited = at - longest.since if longest else timedelta(0)
    told = reading.told.values()
    entries = any(Tells.ENTRIES in of_line.tells for of_line in told)
    refusals = any(Tells.REFUSALS in of_line.tells for of_line in told)
    counts = _handlers(reading)
    return Wall(
        day=at.astimezone(LONDON).date(),
        hearing=hearing,
        stale_after_s=round(reading.stale_after.total_seconds()),
        half_hour=half_hour,
        known_to=known_to,
        lines=tuple(_on_wall(of, reading, hearing, half_hour, known_to) for of in reading.lines),
        waiting=len(reading.waiting) if hearing.known else None,
        longest_since=longest.since if longest else None,
        longest_line=line.code if line else None,
        over_s=line.within_s if line and waited.total_seconds() > line.within_s else None,
        ready=counts[HandlerState.READY] + counts[HandlerState.RINGING],
        ringing=counts[HandlerState.RINGING],
        on_call=counts[HandlerState.ON_A_CALL] + counts[HandlerState.NOTES],
        notes=counts[HandlerState.NOTES],
        paused=counts[HandlerState.PAUSED],
        reasons=_reasons(reading),
        gave_up=sum(row.gave_up for row in reading.half_hours) if entries else None,
        refused=sum(row.refused for row in reading.half_hours) if refusals else None,
        refused_at=max((row.refused_at for row in reading.half_hours if row.refused_at), default=None),
        columns=tuple(_columns(reading, hearing)),
        gaps=tuple(
            GapOnWall(
                gap.from_at,
                gap.to_at,
                reading.filled.get((gap.from_at, gap.to_at), 0) if is_filled(gap) else None,
            )
            for gap in reading.gaps
        ),
    )


def _half_hour_of(moment: datetime) -> datetime:
    """When the half-hour of a moment began; London is a whole number of hours from UTC."""
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)


def _line_of(codes_of_call: Iterable[str], lines: tuple[WallLine, ...]) -> WallLine | None:
    return next((line for line in lines if line.code in codes_of_call), None)


def _on_wall(
    line: WallLine, reading: NowReading, hearing: Hearing, half_hour: datetime, known_to: datetime | None
) -> LineOnWall:
    rows = [row for row in reading.half_hours if row.line == line.code]
    told = Tells.ENTRIES in reading.told[line.code].tells
    return LineOnWall(
        line=line,
        waiting=sum(line.code in call.lines for call in reading.waiting) if hearing.known else None,
        today=_in_time(row for row in rows if known_to is None or row.from_at < known_to) if told else None,
        since=_in_time(row for row in rows if row.from_at == half_hour) if told and hearing.known else None,
        longest_ms=max((row.longest_ms for row in rows if row.longest_ms is not None), default=None),
    )


def _in_time(rows: Iterable[HalfHour]) -> InTime:
    found = list(rows)
    return InTime(sum(row.in_time for row in found), sum(row.offered for row in found))


def _handlers(reading: NowReading) -> Counter[HandlerState]:
    return Counter(handler.state for handler in reading.handlers)


# How somebody is after a hard call is for their supervisor, not for a room: the wall counts it among others.
_NOT_FOR_A_WALL = frozenset({"welfare"})


def _reasons(reading: NowReading) -> tuple[tuple[CodeValue | None, int], ...]:
    """What a switch calls a reason can hold anything that somebody typed, so only the force's own words for
    it reach the wall."""
    words = {word: row for word, row in reading.reasons.items() if row.code not in _NOT_FOR_A_WALL}
    found = Counter(
        known.code if (known := words.get(handler.reason.strip().casefold())) else None
        for handler in reading.handlers
        if handler.state is HandlerState.PAUSED
    )
    by_code = {row.code: row for row in words.values()}
    ordered = sorted(found.items(), key=lambda pair: (pair[0] is None, -pair[1], pair[0] or ""))
    return tuple((by_code[code] if code else None, count) for code, count in ordered)


def _columns(reading: NowReading, hearing: Hearing) -> Iterable[Column]:
    period = Period(reading.from_at, reading.to_at)
    cut = [
        steps_of(period, GroupBy.HALF_HOUR, _covered(reading, line.code, hearing), reading.at)
        for line in reading.lines
        if reading.told[line.code].covered or hearing.heard is not Heard.NEVER
    ]
    steps = [_worst(of_lines) for of_lines in zip(*cut, strict=True)] or steps_of(
        period, GroupBy.HALF_HOUR, (), reading.at
    )
    rows: dict[datetime, list[HalfHour]] = {}
    for row in reading.half_hours:
        rows.setdefault(row.from_at, []).append(row)
    for step in steps:
        now = step.from_at <= reading.at < step.to_at
        lost = hearing.heard is Heard.GAP and hearing.since is not None and step.to_at > hearing.since
        of_step = rows.get(step.from_at, [])
        if step.to_come or lost or (step.gap and not of_step) or not cut:
            missing = 0 if step.to_come else step.missing_minutes
            yield Column(step.from_at, None, None, 0, None, missing, now, step.to_come)
            continue
        yield Column(
            step.from_at,
            sum(row.offered for row in of_step),
            sum(row.in_time for row in of_step),
            sum(row.still_waiting for row in of_step),
            sum(row.gave_up for row in of_step),
            step.missing_minutes,
            now,
            to_come=False,
        )


def _covered(reading: NowReading, line: str, hearing: Hearing) -> list[tuple[datetime, datetime]]:
    """What was recorded of a line today; a switch that is heard is recorded up to now."""
    covered = list(reading.told[line].covered)
    for connection in reading.connections:
        if connection.connected_since is not None and hearing.heard is not Heard.NEVER:
            heard = connection.heard_at or connection.connected_since
            until = reading.at if hearing.known or reading.at - heard < _AS_NOW else heard
            start = max(connection.connected_since, reading.from_at)
            if start < until:
                covered.append((start, until))
    return joined_spans(covered)


def _worst(steps: tuple[Step, ...]) -> Step:
    return min(steps, key=lambda step: step.recorded)
