"""The made-up force: every contact that ended in a span of time, the same for the same story, to the byte.

Each shift-day is played by itself from its own seed, so that any month can be made first and a force can be
filled up by days. A contact belongs to the span in which its last fact is known, so that adjoining spans
hold everything once.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.random import PCG64, Generator

from darwin.practice.day_101 import Day101
from darwin.practice.day_999 import play_999
from darwin.practice.demand import HOUR_MS, shift_day
from darwin.practice.rows import Call, Leg
from darwin.practice.story import LONDON, Gap, Story
from darwin.practice.written import play_written, reports_instead

_STREAMS = 4
TAIL_MS = 12 * HOUR_MS  # the last callers of a shift-day are served, or called back, well within this


def generators(story: Story, day: date) -> list[Generator]:
    """The sources of chance of a shift-day: for 101, for 999, for what comes in writing, for reports instead
    of a call. Each gives the same whoever asks."""
    streams = np.random.SeedSequence([story.seed, day.year, day.month, day.day]).spawn(_STREAMS)
    return [Generator(PCG64(stream)) for stream in streams]


def play_day(story: Story, day: date) -> list[Call]:
    """Every contact of the shift-day (07:00 to 07:00, London) from `day`, in the order of settling."""
    rngs = generators(story, day)
    line = Day101(story, day, rngs[0])
    calls = line.calls + play_999(story, day, rngs[1])
    calls += play_written(story, day, rngs[2]) + reports_instead(line.online, rngs[3])
    start, end = shift_day(day)
    gaps = [gap for gap in story.gaps if gap.end > start and gap.start < end + TAIL_MS]
    if gaps:
        calls = [call for call in calls if _recorded(call, gaps)]
    calls.sort(key=lambda call: (call.settled, call.call_id))
    return calls


def contacts_between(story: Story, start: int, end: int) -> Iterator[Call]:
    """Every contact settled in [start, end), milliseconds since the epoch, day by day."""
    # A shift-day's last calls settle in the hours after it, never a whole day later.
    day = _local_day(start) - timedelta(days=1)
    while day <= _local_day(end):
        for call in play_day(story, day):
            if start <= call.settled < end:
                yield call
        day += timedelta(days=1)


def digest(calls: Iterator[Call]) -> str:
    """A SHA-256 over everything that is handed over, to compare two runs."""
    summary = hashlib.sha256()
    for call in calls:
        summary.update(repr(call).encode())
    return summary.hexdigest()


def _local_day(moment: int) -> date:
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(LONDON).date()


def _recorded(call: Call, gaps: list[Gap]) -> bool:
    """Take from a call what the switch's record lost; False if nothing of it is left.

    A wait that ended inside a gap has no known end. What began and ended inside it is not known at all.
    Where one leg's end is lost, so are the legs after it that began inside.
    """
    for gap in gaps:
        if call.arrived >= gap.end or call.ended < gap.start:
            continue
        if not call.legs:
            continue
        kept = [leg for leg in call.legs if not gap.start <= leg.joined < gap.end or _end(leg) >= gap.end]
        if not kept:
            return False
        for leg in kept:
            _hide(leg, gap)
        call.legs = kept
        call.disposition = ""
    return True


def _end(leg: Leg) -> int:
    return leg.left or leg.joined


def _hide(leg: Leg, gap: Gap) -> None:
    if gap.start <= _end(leg) < gap.end and leg.outcome != "refused":
        leg.outcome, leg.left, leg.connected, leg.completed = "unknown", None, None, None
        leg.wait_ms = leg.talk_ms = leg.wrap_ms = None
        leg.agent, leg.ended_by, leg.no_answers = "", "", ()
    elif leg.completed is not None and gap.start <= leg.completed < gap.end:
        leg.completed = leg.talk_ms = leg.wrap_ms = None
        leg.ended_by = ""
