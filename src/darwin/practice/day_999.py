"""One shift-day of the emergency line: calls that the operator has connected, and texts and video calls."""

from datetime import date

from numpy.random import Generator

from darwin.practice.demand import EMERGENCY, draw_arrivals
from darwin.practice.draws import DISPOSITIONS_999, draw_callers, lognormal
from darwin.practice.line import Line
from darwin.practice.roster import crew
from darwin.practice.rows import Call, Leg
from darwin.practice.story import Story

TALK_S = 195.0
WRAP_S = 185.0
RING_S = 2.6
SILENT = 0.02  # calls that nobody meant to make, ended within seconds
EMERGENCY_TEXT = 0.0008
VIDEO = 0.0004


def play_999(story: Story, day: date, rng: Generator) -> list[Call]:
    """Every emergency call of the shift-day that begins on `day`, in the order of arrival."""
    arrivals = draw_arrivals(EMERGENCY, day, rng)
    count = len(arrivals)
    callers = draw_callers(rng, count, "PHONE_999", f"E{day:%Y%m%d}", DISPOSITIONS_999)
    ring = lognormal(rng, RING_S, 0.35, count)
    talk = lognormal(rng, TALK_S, 0.75, count)
    wrap = lognormal(rng, WRAP_S, 0.7, count)
    patience = lognormal(rng, 240.0, 0.8, count)
    chance = rng.random((count, 3)).tolist()
    line = Line("999", crew("999", story, day, EMERGENCY, rng))
    calls: list[Call] = []
    for n, (moment, call) in enumerate(zip(arrivals, callers, strict=True)):
        call.arrived = moment
        call.interpreter = False
        if chance[n][1] < EMERGENCY_TEXT + VIDEO:
            text = chance[n][1] < EMERGENCY_TEXT
            call.channel = "SMS_999" if text else "BSL_999"
            call.access_route = "EMERGENCY_SMS" if text else "BSL"
        silent = chance[n][0] < SILENT
        gives_up = moment + (1_000 + int(chance[n][0] / SILENT * 9_000) if silent else patience[n])
        length = line.waiting(moment) + 1
        taken = line.take(moment, gives_up, ring[n])
        leg = Leg("HANDLER_QUEUE", "999", moment, "abandoned", taken.moment,
                  wait_ms=taken.moment - moment, queue_length=length, ended_by="caller")  # fmt: skip
        call.legs.append(leg)
        call.ended = taken.moment
        if taken.duty is None:
            call.disposition = call.failure_tag = ""
        else:
            call.ended = taken.moment + talk[n]
            line.release(taken.duty, call.ended + wrap[n])
            leg.outcome, leg.connected, leg.completed = "answered", taken.moment, call.ended
            leg.talk_ms, leg.wrap_ms = talk[n], wrap[n]
            leg.agent = line.duties[taken.duty].handler.interface
            leg.ended_by = "agent" if chance[n][2] < 0.5 else "caller"
        calls.append(call)
    return calls
