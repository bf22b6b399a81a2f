"""The callers and handlers of a shift-day before anybody has waited: the history's, and those played live.

Handlers are the same people in both. Who calls live is drawn by the digital twin (practice.twin_callers);
whoever was alive in the history when a stretch begins is taken over from it (adopting).
"""

import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from numpy.random import PCG64, Generator, SeedSequence

from darwin.practice.day_999 import draw_999
from darwin.practice.demand import DAY_STARTS, shift_day
from darwin.practice.draws import DISPOSITIONS_101, draw_callers
from darwin.practice.force import generators
from darwin.practice.lengths import (
    LONGER_TALK_ON_ONE_SITE,
    Lengths,
    draw_101,
    draw_lengths,
    of_999,
)
from darwin.practice.roster import Duty
from darwin.practice.rows import Call
from darwin.practice.story import LONDON, Story
from darwin.practice.twin_callers import (
    OnlineReport,
    again_101,
    callers_101,
    callers_999,
    online_reports,
)

SPOKEN = frozenset({"PHONE_101", "PHONE_999"})
"""The channels that are played live; the few who text or sign to 999 come with the history."""


@dataclass(slots=True, eq=False)
class Caller:
    """Somebody who calls: who they are and, at place `n` of `lengths`, what they bring. key: of the twin's
    stream; 0 for a caller of the history."""

    call: Call
    day: "Today"
    lengths: Lengths
    n: int
    key: int = 0

    @property
    def chance(self) -> list[float]:
        return self.lengths.chance[self.n]


@dataclass(slots=True, eq=False)
class Today:
    """One shift-day. Moments are milliseconds since the epoch; callers are by name, the spare ones too.

    crews: who is on duty, by line. crime_closes: from when nobody is put through to the crime line. reports:
    what is reported online, on a day that is played live.
    """

    day: date
    starts: int
    ends: int
    keys_work: bool
    crime_closes: int
    crews: dict[str, list[Duty]]
    arrivals: list[tuple[int, str]] = field(default_factory=list)
    callers: dict[str, Caller] = field(default_factory=dict)
    reports: list[OnlineReport] = field(default_factory=list)


def day_of(moment: int) -> date:
    """The day on which the shift-day of a moment begins."""
    local = datetime.fromtimestamp(moment / 1000, UTC).astimezone(LONDON)
    return local.date() if local.hour >= DAY_STARTS else local.date() - timedelta(days=1)


@lru_cache(maxsize=2)
def draw_today(story: Story, day: date) -> Today:
    """The shift-day that begins on `day`, as the history of the same story has it."""
    for_101, for_999, *_ = generators(story, day)
    line, emergency = draw_101(story, day, for_101), draw_999(story, day, for_999)
    starts, ends = shift_day(day)
    today = Today(
        day,
        starts,
        ends,
        story.under_programme(day),
        line.crime_closes,
        {**line.crews, "999": emergency.crew},
    )
    # The spare ones have arrived in no history yet; an adopted redial finds here what it brings.
    for n, call in enumerate(line.callers):
        today.callers[call.call_id] = Caller(call, today, line.lengths, n)
    lengths_999 = of_999(emergency.ring, emergency.talk, emergency.wrap, emergency.patience, emergency.ender)
    for n, call in enumerate(emergency.callers):
        today.callers[call.call_id] = Caller(call, today, lengths_999, n)
    today.arrivals += [(at, line.callers[n].call_id) for n, at in enumerate(line.arrivals)]
    today.arrivals += [(call.arrived, call.call_id) for call in emergency.callers if call.channel in SPOKEN]
    today.arrivals.sort()
    return today


@lru_cache(maxsize=2)
def draw_live(story: Story, day: date) -> Today:
    """The shift-day that begins on `day` as it is played live: the colleagues of the history, the callers of
    the digital twin. Nobody is in both: their names differ, and a stretch is the one's or the other's."""
    history = draw_today(story, day)
    on_101 = callers_101(story, day, LONGER_TALK_ON_ONE_SITE if story.on_one_site(day) else 1.0)
    today = replace(history, arrivals=[], callers={}, reports=online_reports(story, day))
    for line in (on_101, callers_999(story, day)):
        for n, (call, at, key) in enumerate(zip(line.callers, line.moments, line.keys, strict=True)):
            today.callers[call.call_id] = Caller(call, today, line.lengths, n, key)
            today.arrivals.append((at, call.call_id))
    today.arrivals.sort()
    return today


def calls_again(first: Caller, story: Story) -> Caller:
    """The same person calling again: their number and language, and otherwise a call of its own. A caller of
    the twin goes on in the twin's stream."""
    name = f"{first.call.call_id}R"
    rng = Generator(PCG64(SeedSequence([story.seed, zlib.crc32(name.encode())])))
    fresh = next(iter(draw_callers(rng, 1, "PHONE_101", name, DISPOSITIONS_101)))
    call = replace(
        first.call,
        call_id=name,
        disposition=fresh.disposition,
        failure_tag=fresh.failure_tag,
        redial_of=first.call.call_id,
        promise=None,
        legs=[],
    )
    if first.key:
        lengths, key = again_101(story, first.day.day, first.key)
        return Caller(call, first.day, lengths, 0, key)
    return Caller(call, first.day, draw_lengths(rng, 1), 0)
