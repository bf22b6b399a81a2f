"""One shift-day of the non-emergency line: message, switchboard, handlers, crime line, call-backs."""

from datetime import date
from heapq import heappop, heappush

from numpy.random import Generator

from darwin.practice.demand import shift_day
from darwin.practice.lengths import (
    AGAIN,
    CALLBACK_EARLIEST_MS,
    CALLBACK_KEY_AFTER_MS,
    CALLBACK_PROMISED_MS,
    CALLS_AGAIN,
    CRIME,
    ENDER,
    GIVES_UP_IN_MESSAGE,
    GIVES_UP_IN_MESSAGE_AND_CALLS_AGAIN,
    GOES_ONLINE,
    KEY,
    MESSAGE,
    MISS,
    NO_ANSWER,
    ONLINE,
    PRESSES_THE_KEY,
    QUEUE_LIMIT,
    QUEUE_MESSAGE_MS,
    RECORDED_MESSAGE_MS,
    SATISFIED,
    SATISFIED_AND_CALLS_AGAIN,
    SATISFIED_BY_QUEUE_MESSAGE,
    SERVED,
    SERVED_BY_SWITCHBOARD,
    TO_CRIME_LINE,
    draw_101,
)
from darwin.practice.line import Line, Taken
from darwin.practice.roster import MINUTE
from darwin.practice.rows import Call, Leg, Promise
from darwin.practice.story import Story


class Day101:
    """Plays one shift-day.

    calls: every call, with the call-backs. online: the calls given up by people who then reported online.
    lines: the queues, with who was on duty.
    """

    def __init__(self, story: Story, day: date, rng: Generator) -> None:
        self.calls: list[Call] = []
        self.online: list[Call] = []
        self._keys_work = story.under_programme(day)
        _, self._ends = shift_day(day)
        drawn = draw_101(story, day, rng)
        self._spare = len(drawn.arrivals)
        self._callers, self._lengths = drawn.callers, drawn.lengths
        self._switchboard = Line("switchboard", drawn.crews["switchboard"])
        self._line = Line("101", drawn.crews["101"], QUEUE_LIMIT)
        self._crime = Line("crime", drawn.crews["crime"])
        self._crime_closes = drawn.crime_closes
        self.lines = (self._switchboard, self._line, self._crime)
        self._events: list[tuple[int, int, int]] = []
        self._steps = (self._join_switchboard, self._join_101, self._join_crime, self._call_back)
        self._play(drawn.arrivals)

    def _play(self, arrivals: list[int]) -> None:
        for n, moment in enumerate(arrivals):
            self._arrive(n, moment)
        while self._events:
            moment, step, n = heappop(self._events)
            self._steps[step](n, moment)

    def _arrive(self, n: int, moment: int) -> None:
        call = self._callers[n]
        call.arrived = moment
        chance = self._lengths.chance[n][MESSAGE]
        if chance >= GIVES_UP_IN_MESSAGE:
            heappush(self._events, (moment + RECORDED_MESSAGE_MS, 0, n))
            return
        heard = int(chance / GIVES_UP_IN_MESSAGE * RECORDED_MESSAGE_MS)
        left = moment + heard
        call.legs.append(Leg("IVR", "", moment, "abandoned", left, wait_ms=heard, ended_by="caller"))
        self._end(n, left)
        self._call_again(n, left, GIVES_UP_IN_MESSAGE_AND_CALLS_AGAIN)

    def _join_switchboard(self, n: int, moment: int) -> None:
        lengths, call = self._lengths, self._callers[n]
        line = self._switchboard
        length = line.waiting(moment) + 1
        taken = line.take(moment, moment + lengths.operator_patience[n], lengths.operator_ring[n])
        leg = _leg("SWITCHBOARD_QUEUE", line, moment, taken, length)
        call.legs.append(leg)
        if taken.duty is None:
            self._end(n, taken.moment)
            self._call_again(n, taken.moment, CALLS_AGAIN, GOES_ONLINE)
            return
        done = taken.moment + lengths.operator_talk[n]
        line.release(taken.duty, done + 3_000)
        _complete(leg, line, taken.duty, done, 3_000)
        if lengths.chance[n][SERVED] < SERVED_BY_SWITCHBOARD:
            leg.ended_by, call.disposition = "caller", "RESOLVED_AT_CONTACT"
            self._end(n, done)
            return
        leg.ended_by = "blind_transfer"
        heappush(self._events, (done, 1, n))

    def _join_101(self, n: int, moment: int) -> None:
        lengths, call, line = self._lengths, self._callers[n], self._line
        chance = lengths.chance[n]
        waiting = line.waiting(moment)
        if waiting >= line.limit:
            call.legs.append(Leg("HANDLER_QUEUE", "101", moment, "refused", moment, queue_length=waiting))
            self._end(n, moment)
            self._call_again(n, moment, 2 * CALLS_AGAIN)
            return
        gives_up, satisfied = self._patience(n, moment)
        key = moment + CALLBACK_KEY_AFTER_MS + int(chance[AGAIN] * 20_000)
        presses = self._keys_work and chance[KEY] < PRESSES_THE_KEY and bool(call.number) and key < gives_up
        taken = line.take(
            moment + QUEUE_MESSAGE_MS,
            key if presses else gives_up,
            lengths.ring[n],
            1 if chance[MISS] < NO_ANSWER else 0,
        )
        leg = _leg("HANDLER_QUEUE", line, moment, taken, waiting + 1)
        call.legs.append(leg)
        if taken.duty is not None:
            self._talk(n, leg, taken.duty, taken.moment)
        elif presses:
            leg.outcome, leg.ended_by = "callback_requested", ""
            call.promise = Promise(key, key + CALLBACK_PROMISED_MS)
            heappush(self._events, (key + CALLBACK_EARLIEST_MS, 3, n))
        else:
            self._end(n, taken.moment)
            if satisfied:
                self._call_again(n, taken.moment, SATISFIED_AND_CALLS_AGAIN)
            else:
                self._call_again(n, taken.moment, CALLS_AGAIN, GOES_ONLINE)

    def _patience(self, n: int, moment: int) -> tuple[int, bool]:
        chance = self._lengths.chance[n][SATISFIED]
        if chance < SATISFIED_BY_QUEUE_MESSAGE:
            heard = 1_000 + int(chance / SATISFIED_BY_QUEUE_MESSAGE * (QUEUE_MESSAGE_MS - 1_000))
            return moment + heard, True
        return moment + QUEUE_MESSAGE_MS + self._lengths.patience[n], False

    def _talk(self, n: int, leg: Leg, duty: int, answered: int) -> None:
        lengths, call = self._lengths, self._callers[n]
        done = answered + lengths.talk[n]
        if call.interpreter:
            asked = answered + 25_000
            there = asked + lengths.interpreter[n]
            call.legs.append(_interpreter_leg(asked, there))
            # A conversation through an interpreter takes half as long again.
            done = there + lengths.talk[n] * 3 // 2
            call.legs[-1].completed = done
        self._line.release(duty, done + lengths.wrap[n])
        _complete(leg, self._line, duty, done, lengths.wrap[n])
        if lengths.chance[n][CRIME] < TO_CRIME_LINE and done < self._crime_closes:
            leg.ended_by = "blind_transfer" if lengths.chance[n][ENDER] < 0.7 else "attended_transfer"
            call.disposition = "TRANSFERRED"
            heappush(self._events, (done, 2, n))
            return
        leg.ended_by = "caller" if lengths.chance[n][ENDER] < 0.6 else "agent"
        self._end(n, done)

    def _join_crime(self, n: int, moment: int) -> None:
        lengths, call, line = self._lengths, self._callers[n], self._crime
        length = line.waiting(moment) + 1
        taken = line.take(moment, moment + lengths.crime_patience[n], lengths.ring[n])
        leg = _leg("TRANSFER", line, moment, taken, length)
        call.legs.append(leg)
        done = taken.moment
        if taken.duty is not None:
            done += lengths.crime_talk[n]
            line.release(taken.duty, done + lengths.crime_wrap[n])
            _complete(leg, line, taken.duty, done, lengths.crime_wrap[n])
            leg.ended_by = "agent" if lengths.chance[n][ENDER] > 0.5 else "caller"
            call.disposition = "TELEPHONE_INVESTIGATION"
        self._end(n, done)

    def _call_back(self, n: int, moment: int) -> None:
        """Call the caller back when somebody is idle, or take a place in the line as the promise runs out."""
        call, lengths, line = self._callers[n], self._lengths, self._line
        promise = call.promise
        if promise is None:
            raise ValueError(f"{call.call_id} was promised no call-back")
        late = moment > promise.promised - 15 * MINUTE
        if not late and not line.idle(moment):
            heappush(self._events, (moment + 3 * MINUTE, 3, n))
            return
        taken = line.take(moment, promise.promised if late else moment + 60_000, 0)
        if taken.duty is not None:
            promise.kept, promise.agent = taken.moment, line.duties[taken.duty].handler.interface
            reached = lengths.chance[n][MISS] < 0.82
            done = taken.moment + (lengths.talk[n] if reached else 40_000)
            promise.finished = done
            line.release(taken.duty, done + lengths.wrap[n] // 2)
            self.calls.append(_callback_contact(call, promise, taken.moment, done, reached))
        self._end(n, promise.requested)

    def _end(self, n: int, moment: int) -> None:
        call = self._callers[n]
        call.ended = moment
        if call.legs[-1].outcome != "answered":
            call.disposition = call.failure_tag = ""
        self.calls.append(call)

    def _call_again(self, n: int, moment: int, share: float, goes_online: float = 0.0) -> None:
        chance = self._lengths.chance[n]
        again = moment + self._lengths.again_after[n]
        if chance[ONLINE] < goes_online:
            self.online.append(self._callers[n])
        if chance[AGAIN] >= share or again >= self._ends or self._spare >= len(self._callers):
            return
        first, again_call = self._callers[n], self._callers[self._spare]
        again_call.number, again_call.language = first.number, first.language
        again_call.interpreter, again_call.access_route = first.interpreter, first.access_route
        again_call.caller_role, again_call.redial_of = first.caller_role, first.call_id
        self._spare += 1
        self._arrive(self._spare - 1, again)


def _leg(kind: str, line: Line, joined: int, taken: Taken, length: int) -> Leg:
    answered = taken.duty is not None
    return Leg(
        kind,
        line.queue,
        joined,
        "answered" if answered else "abandoned",
        taken.moment,
        taken.moment if answered else None,
        wait_ms=taken.moment - joined,
        queue_length=length,
        ended_by="" if answered else "caller",
        no_answers=taken.no_answers,
    )


def _complete(leg: Leg, line: Line, duty: int, done: int, wrap: int) -> None:
    leg.agent = line.duties[duty].handler.interface
    leg.completed = done
    leg.talk_ms = done - (leg.connected or done)
    leg.wrap_ms = wrap


def _interpreter_leg(asked: int, there: int) -> Leg:
    return Leg("INTERPRETER_WAIT", "interpreter", asked, "answered", there, there, wait_ms=there - asked)


def _callback_contact(call: Call, promise: Promise, start: int, done: int, reached: bool) -> Call:
    disposition = "RESOLVED_AT_CONTACT" if reached else "NO_SPEECH"
    back = Call(f"{call.call_id}-B", "CALLBACK_OUTBOUND", start, call.number, call.language,
                call.access_route, disposition=disposition)  # fmt: skip
    back.legs.append(
        Leg("CALLBACK", "", start, "answered", start, start, done, 0, done - start, agent=promise.agent)
    )
    back.ended = done
    return back
