"""Who calls, and reports online, on a live day: drawn by the digital twin, from a scenario of the made-up
force.

The scenario says of the lines 101, crime and 999, and of online reports, what the history's own draws say
(demand, lengths, written): the same rates, means and spreads. When each caller comes, how long they talk, how
long their notes take, how patient they are, whether and when they call again and whether they go on to the
crime line are the twin's draws, by its own streams, so that a simulation of the same scenario with the same
seed and day meets the same callers.
What the twin does not model (the recorded message, the switchboard, the interpreter, a misdialled 999 call)
is drawn here.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import log

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

from darwin.practice.day_999 import RING_S, SILENT
from darwin.practice.day_999 import TALK_S as TALK_999_S
from darwin.practice.day_999 import WRAP_S as WRAP_999_S
from darwin.practice.demand import EMERGENCY, NON_EMERGENCY, Demand, rate, shift_day
from darwin.practice.draws import DISPOSITIONS_101, DISPOSITIONS_999, draw_callers, lognormal
from darwin.practice.lengths import (
    AGAIN,
    CALLS_AGAIN,
    CALLS_AGAIN_AFTER_S,
    CRIME,
    CRIME_PATIENCE_S,
    CRIME_TALK_S,
    CRIME_WRAP_S,
    DIALS_MS,
    PATIENCE_MEAN_S,
    PATIENCE_SPREAD,
    TALK_S,
    TALK_SPREAD,
    TO_CRIME_LINE,
    WRAP_S,
    WRAP_SPREAD,
    Lengths,
    draw_lengths,
    of_999,
)
from darwin.practice.rows import Call
from darwin.practice.story import Story
from darwin.practice.written import (
    DAYS_A_MONTH,
    FLAT,
    GIVES_A_NUMBER,
    ONLINE_LAST_MONTH,
    ONLINE_WORK_S,
    ONLINE_WORK_SPREAD,
)
from darwin.science.policy import Policy, TypeRule
from darwin.science.twin.callers import AGAIN as NEXT_TIME
from darwin.science.twin.callers import ON, Brought, Stream
from darwin.science.twin.laws import Law
from darwin.science.twin.model import SLOTS_A_WEEK, ContactType, Group, Redial, Scenario, Transfer

LINES = ("101", "crime", "999", "online")
LINE_101, LINE_CRIME, LINE_999, LINE_ONLINE = range(4)
_SLOT_MS = 1_800_000
_NOBODY = Law("none")


@dataclass(frozen=True, slots=True)
class TwinCallers:
    """The callers of one line on one day: moments in milliseconds since the epoch, in order; what each brings
    at the same place of `lengths`; the twin's keys, by which they go on."""

    moments: list[int]
    callers: list[Call]
    lengths: Lengths
    keys: list[int]


def shaped(mean_s: float, spread: float) -> Law:
    """A lognormal law of this mean, as `draws.lognormal` has it: spread is that of the logarithm."""
    return Law("lognormal", log(mean_s) - spread * spread / 2, spread)


def scenario_of(day: date) -> Scenario:
    """The made-up force on the shift-day that begins on `day`, as a scenario whose time 0 is 07:00.

    One handler stands for the floor: a simulation of the day would set its own.
    """
    types = (
        _type("101", NON_EMERGENCY, day, (TALK_S, TALK_SPREAD), (WRAP_S, WRAP_SPREAD),
              shaped(PATIENCE_MEAN_S, PATIENCE_SPREAD), transfer=Transfer(TO_CRIME_LINE, LINE_CRIME)),
        _type("crime", None, day, (CRIME_TALK_S, 0.6), (CRIME_WRAP_S, 0.6), shaped(CRIME_PATIENCE_S, 0.9)),
        _type("999", EMERGENCY, day, (TALK_999_S, 0.75), (WRAP_999_S, 0.7), shaped(240.0, 0.8)),
        _online(day),
    )  # fmt: skip
    floor = Group("floor", tuple((line, 1) for line in range(len(LINES))), (1,) * SLOTS_A_WEEK, (), 0.0, 1)
    policy = Policy(types=tuple(TypeRule(name) for name in LINES))
    return Scenario(f"practice {day:%Y-%m-%d}", 1, 0, 0, 0.0, types, (floor,), policy)


def _online(day: date) -> ContactType:
    """Online reports, at the rate that they have come to: no day before the force was opened is live."""
    demand = replace(FLAT, a_day=ONLINE_LAST_MONTH / DAYS_A_MONTH)
    work = (ONLINE_WORK_S, ONLINE_WORK_SPREAD)
    return replace(_type("online", demand, day, work, work, _NOBODY), channel="report", wrap=_NOBODY)


def _type(
    name: str,
    demand: Demand | None,
    day: date,
    talk: tuple[float, float],
    wrap: tuple[float, float],
    patience: Law,
    transfer: Transfer | None = None,
) -> ContactType:
    start, end = shift_day(day)
    rates = [0.0] * SLOTS_A_WEEK
    if demand is not None:
        for place, moment in enumerate(range(start, end, _SLOT_MS)):
            rates[place] = rate(demand, moment) / 3_600
    return ContactType(
        name=name,
        rate=tuple(rates),
        talk=shaped(*talk),
        wrap=shaped(*wrap),
        patience=patience,
        channel="phone",
        threshold_s=10.0 if name == "999" else 30.0,
        day_effect_cv=demand.day_spread if demand else 0.0,
        vulnerable=0.0,
        redial=Redial(CALLS_AGAIN if name == "101" else 0.0, Law("exponential", CALLS_AGAIN_AFTER_S)),
        callback=None,
        transfer=transfer,
        may_be_unstaffed=True,
    )


@lru_cache(maxsize=4)
def stream_of(seed: int, day: date) -> Stream:
    """The twin's stream of a day: replication number is the day's."""
    return Stream(scenario_of(day), seed=seed, number=day.toordinal())


def callers_101(story: Story, day: date, longer: float = 1.0) -> TwinCallers:
    """The callers of 101 on the shift-day that begins on `day`. longer: how much longer than usual they
    talk."""
    moments, keys, rng = _come(story, day, LINE_101)
    lengths = _lengths_101(stream_of(story.seed, day), keys, rng, longer)
    calls = list(draw_callers(rng, len(keys), "PHONE_101", f"T{day:%Y%m%d}", DISPOSITIONS_101))
    return TwinCallers(moments, calls, lengths, keys)


def again_101(story: Story, day: date, key: int) -> tuple[Lengths, int]:
    """What a caller of 101 brings who calls again, and their key from then on. key: their last one's."""
    stream = stream_of(story.seed, day)
    [following] = _following(stream, [key], NEXT_TIME)
    rng = Generator(PCG64(SeedSequence([story.seed, following])))
    return _lengths_101(stream, [following], rng, 1.0), following


def callers_999(story: Story, day: date) -> TwinCallers:
    """The emergency callers of the shift-day that begins on `day`."""
    moments, keys, rng = _come(story, day, LINE_999)
    brought = _brought(stream_of(story.seed, day), LINE_999, keys)
    count = len(keys)
    ring, chance = lognormal(rng, RING_S, 0.35, count), rng.random((count, 2)).tolist()
    patience = _ms(brought.patience)
    for n, (silent, _ender) in enumerate(chance):
        if silent < SILENT:
            patience[n] = 1_000 + int(silent / SILENT * 9_000)
    lengths = of_999(ring, _ms(brought.talk), _ms(brought.wrap), patience, [ender for _, ender in chance])
    calls = list(draw_callers(rng, count, "PHONE_999", f"U{day:%Y%m%d}", DISPOSITIONS_999))
    for call in calls:
        call.interpreter = False
    return TwinCallers(moments, calls, lengths, keys)


@dataclass(frozen=True, slots=True)
class OnlineReport:
    """What somebody reports online, and how long a colleague works at it, in milliseconds."""

    call: Call
    work_ms: int


def online_reports(story: Story, day: date) -> list[OnlineReport]:
    """The online reports of the shift-day that begins on `day`."""
    moments, keys, rng = _come(story, day, LINE_ONLINE)
    work = _ms(_brought(stream_of(story.seed, day), LINE_ONLINE, keys).talk)
    gives = (rng.random(len(keys)) < GIVES_A_NUMBER).tolist()
    drawn = draw_callers(rng, len(keys), "ONLINE_REPORT", f"W{day:%Y%m%d}", DISPOSITIONS_101)
    reports = []
    for call, at, work_ms, with_number in zip(drawn, moments, work, gives, strict=True):
        call.arrived = call.ended = at
        call.interpreter, call.access_route = False, ""
        call.number = call.number if with_number else ""
        reports.append(OnlineReport(call, work_ms))
    return reports


def _come(story: Story, day: date, line: int) -> tuple[list[int], list[int], Generator]:
    """When callers of a line come, their keys, and the source of what the twin does not model."""
    start, end = shift_day(day)
    seconds, keys = stream_of(story.seed, day).arrivals(line)
    moments = [start + int(second * 1_000) for second in seconds.tolist()]
    count = sum(moment < end for moment in moments)
    rng = Generator(PCG64(SeedSequence([story.seed, day.toordinal(), line])))
    return moments[:count], keys[:count].tolist(), rng


def _lengths_101(stream: Stream, keys: list[int], rng: Generator, longer: float) -> Lengths:
    lengths = draw_lengths(rng, len(keys), longer)
    here = _brought(stream, LINE_101, keys)
    there = _brought(stream, LINE_CRIME, _following(stream, keys, ON))
    lengths.talk = _ms(here.talk * longer)
    lengths.wrap, lengths.patience = _ms(here.wrap), _ms(here.patience)
    lengths.crime_talk, lengths.crime_wrap = _ms(there.talk), _ms(there.wrap)
    lengths.crime_patience = _ms(there.patience)
    lengths.again_after = [DIALS_MS + after for after in _ms(here.delay)]
    for row, again, on in zip(lengths.chance, here.redial.tolist(), here.transfer.tolist(), strict=True):
        row[AGAIN], row[CRIME] = again, on
    return lengths


def _brought(stream: Stream, line: int, keys: list[int]) -> Brought:
    return stream.brought(line, np.array(keys, np.uint64))


def _following(stream: Stream, keys: list[int], what: int) -> list[int]:
    found: list[int] = stream.after(np.array(keys, np.uint64), what).tolist()
    return found


def _ms(seconds: NDArray[np.float64]) -> list[int]:
    return [int(value) for value in (seconds * 1_000).tolist()]
