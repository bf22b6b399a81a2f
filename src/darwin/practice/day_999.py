"""One shift-day of the emergency line: calls that the operator has connected, and texts and video calls."""

from dataclasses import dataclass
from datetime import date

from numpy.random import Generator

from darwin.practice.demand import EMERGENCY, draw_arrivals
from darwin.practice.draws import DISPOSITIONS_999, draw_callers, lognormal
from darwin.practice.line import Line
from darwin.practice.roster import Duty, crew
from darwin.practice.rows import Call, Leg
from darwin.practice.story import Story

TALK_S = 195.0
WRAP_S = 185.0
RING_S = 2.6
SILENT = 0.02  # calls that nobody meant to make, ended within seconds
EMERGENCY_TEXT = 0.0008
VIDEO = 0.0004


@dataclass(slots=True)
class Drawn999:
    """One shift-day of the emergency line before anybody has waited; all but the crew goes by arrival.

    ring, talk, wrap and patience are milliseconds; silent calls and those in writing have theirs already.
    """

    arrivals: list[int]
    callers: list[Call]
    ring: list[int]
    talk: list[int]
    wrap: list[int]
    patience: list[int]
    ender: list[float]
    crew: list[Duty]


def draw_999(story: Story, day: date, rng: Generator) -> Drawn999:
    """The shift-day of the line that begins on `day`."""
    arrivals = draw_arrivals(EMERGENCY, day, rng)
    count = len(arrivals)
    ring = lognormal(rng, RING_S, 0.35, count)
    talk = lognormal(rng, TALK_S, 0.75, count)
    wrap = lognormal(rng, WRAP_S, 0.7, count)
    patience = lognormal(rng, 240.0, 0.8, count)
    chance = rng.random((count, 3)).tolist()
    on_duty = crew("999", story, day, EMERGENCY, rng)
    callers = list(draw_callers(rng, count, "PHONE_999", f"E{day:%Y%m%d}", DISPOSITIONS_999))
    for n, (moment, call) in enumerate(zip(arrivals, callers, strict=True)):
        call.arrived, call.interpreter = moment, False
        if chance[n][1] < EMERGENCY_TEXT + VIDEO:
            text = chance[n][1] < EMERGENCY_TEXT
            call.channel = "SMS_999" if text else "BSL_999"
            call.access_route = "EMERGENCY_SMS" if text else "BSL"
        if chance[n][0] < SILENT:
            patience[n] = 1_000 + int(chance[n][0] / SILENT * 9_000)
    return Drawn999(arrivals, callers, ring, talk, wrap, patience, [row[2] for row in chance], on_duty)


def play_999(story: Story, day: date, rng: Generator) -> list[Call]:
    """Every emergency call of the shift-day that begins on `day`, in the order of arrival."""
    drawn = draw_999(story, day, rng)
    line = Line("999", drawn.crew)
    calls: list[Call] = []
    for n, (moment, call) in enumerate(zip(drawn.arrivals, drawn.callers, strict=True)):
        length = line.waiting(moment) + 1
        taken = line.take(moment, moment + drawn.patience[n], drawn.ring[n])
        leg = Leg("HANDLER_QUEUE", "999", moment, "abandoned", taken.moment,
                  wait_ms=taken.moment - moment, queue_length=length, ended_by="caller")  # fmt: skip
        call.legs.append(leg)
        call.ended = taken.moment
        if taken.duty is None:
            call.disposition = call.failure_tag = ""
        else:
            call.ended = taken.moment + drawn.talk[n]
            line.release(taken.duty, call.ended + drawn.wrap[n])
            leg.outcome, leg.connected, leg.completed = "answered", taken.moment, call.ended
            leg.talk_ms, leg.wrap_ms = drawn.talk[n], drawn.wrap[n]
            leg.agent = line.duties[taken.duty].handler.interface
            leg.ended_by = "agent" if drawn.ender[n] < 0.5 else "caller"
        calls.append(call)
    return calls
