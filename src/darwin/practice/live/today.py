"""The callers and handlers of a shift-day before anybody has waited: the very ones of the history.

The live feed and the history draw a day from the same seed. So every caller of the day has one name in both,
and whichever of the two plays a stretch of it, nobody calls twice and nobody is missing.
"""

import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from numpy.random import PCG64, Generator, SeedSequence

from darwin.practice.day_999 import Drawn999, draw_999
from darwin.practice.demand import DAY_STARTS, shift_day
from darwin.practice.draws import DISPOSITIONS_101, draw_callers
from darwin.practice.force import generators
from darwin.practice.lengths import Lengths, draw_101, draw_lengths
from darwin.practice.roster import Duty
from darwin.practice.rows import Call
from darwin.practice.story import LONDON, Story

SPOKEN = frozenset({"PHONE_101", "PHONE_999"})
"""The channels that are played live; the few who text or sign to 999 come with what is written."""


@dataclass(slots=True, eq=False)
class Caller:
    """Somebody who calls: who they are and, at place `n` of `lengths`, what they bring."""

    call: Call
    day: "Today"
    lengths: Lengths
    n: int

    @property
    def chance(self) -> list[float]:
        return self.lengths.chance[self.n]


@dataclass(slots=True, eq=False)
class Today:
    """One shift-day. Moments are milliseconds since the epoch; callers are by name, the spare ones too.

    crews: who is on duty, by line. crime_closes: from when nobody is put through to the crime line.
    """

    day: date
    starts: int
    ends: int
    keys_work: bool
    crime_closes: int
    crews: dict[str, list[Duty]]
    arrivals: list[tuple[int, str]] = field(default_factory=list)
    callers: dict[str, Caller] = field(default_factory=dict)


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
    lengths_999 = _lengths_999(emergency)
    for n, call in enumerate(emergency.callers):
        today.callers[call.call_id] = Caller(call, today, lengths_999, n)
    today.arrivals += [(at, line.callers[n].call_id) for n, at in enumerate(line.arrivals)]
    today.arrivals += [(call.arrived, call.call_id) for call in emergency.callers if call.channel in SPOKEN]
    today.arrivals.sort()
    return today


def calls_again(first: Caller, seed: int) -> Caller:
    """The same person calling again: their number and language, and otherwise a call of its own."""
    name = f"{first.call.call_id}R"
    rng = Generator(PCG64(SeedSequence([seed, zlib.crc32(name.encode())])))
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
    return Caller(call, first.day, draw_lengths(rng, 1), 0)


def _lengths_999(drawn: Drawn999) -> Lengths:
    """What an emergency caller brings: nothing of the switchboard, an interpreter or the crime line."""
    return Lengths(
        operator_ring=[],
        operator_talk=[],
        operator_patience=[],
        ring=drawn.ring,
        talk=drawn.talk,
        wrap=drawn.wrap,
        patience=drawn.patience,
        interpreter=[],
        crime_talk=[],
        crime_wrap=[],
        crime_patience=[],
        again_after=[],
        chance=[[ender] * 9 for ender in drawn.ender],
    )
