"""What becomes of each caller: message, switchboard, handlers, crime line, call-back, and calling again.

The stages are those of the history (day_101, day_999), what callers bring is the twin's (twin_callers), and
who answers is decided as time goes on by the routing policy's own function (live.routing), because somebody
real may take the call.
"""

from collections.abc import Mapping
from dataclasses import replace

from darwin.contact.telephony.events import EventType
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
    KEY,
    MESSAGE,
    MISS,
    NO_ANSWER,
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
)
from darwin.practice.live.floor import Floor, LiveCall
from darwin.practice.live.reports import Reports
from darwin.practice.live.seats import Seat
from darwin.practice.live.today import Caller, calls_again, day_of, draw_live
from darwin.practice.live.told import Told
from darwin.practice.population import Handler, handlers
from darwin.practice.roster import MINUTE, Duty
from darwin.practice.rows import Call, Promise
from darwin.practice.story import Story
from darwin.practice.twin_callers import OnlineReport

QUEUES = (("switchboard", 10_000), ("101", QUEUE_LIMIT), ("crime", 10_000), ("999", 10_000))
CALL_BACKS = "call-backs"
OPERATOR_WRAP_MS = 3_000
INTERPRETER_ASKED_MS = 25_000
CALL_BACK_TRIED_EVERY_MS = 3 * MINUTE
CALL_BACK_URGENT_EVERY_MS = 10_000
REACHED = 0.82
NOBODY_THERE_MS = 40_000


class PracticeFloor(Floor):
    """The made-up force at work from `now` on. people: interface and name of the real people's telephones,
    which no simulated colleague uses."""

    def __init__(self, story: Story, now: int, people: Mapping[str, str]) -> None:
        super().__init__(now, QUEUES)
        self.story = story
        self.told = Told()
        self.open_promises: dict[str, Promise] = {}
        self.reports = Reports(self)
        self.people: dict[str, Seat] = {}
        self._stand_ins: dict[str, Handler] = {}
        for interface, member in people.items():
            self.add_person(interface, member)

    def take_told(self) -> Told:
        """What was told since the last time."""
        told, self.told = self.told, Told()
        return told

    def add_person(self, interface: str, member: str) -> None:
        """Keep a telephone for somebody real."""
        if interface not in self.people:
            self.people[interface] = seat = Seat(interface, member, "101", person=True)
            self.lines["101"].seats.append(seat)

    def begin_day(self, day_starts_at: int) -> None:
        """Expect the callers and colleagues of the shift-day that runs at this moment, from now on."""
        today = draw_live(self.story, day_of(day_starts_at))
        for line, crew in today.crews.items():
            for duty in self.without_people(line, crew):
                if duty.end > self.now:
                    self.expect(line, duty)
        for at, name in today.arrivals:
            if at >= self.now:
                self._expect_caller(today.callers[name], at)
        for report in today.reports:
            if report.call.arrived >= self.now:
                self._expect_report(report)
        self.plan(today.ends, self.begin_day)

    def _expect_caller(self, caller: Caller, at: int) -> None:
        self.plan(at, lambda now: self.arrive(caller, now))

    def _expect_report(self, report: OnlineReport) -> None:
        self.plan(report.call.arrived, lambda now: self.reports.arrive(report, now))

    def without_people(self, line: str, crew: list[Duty]) -> list[Duty]:
        """Let somebody who is off stand in for a colleague whose telephone a real person has."""
        on_duty = {duty.handler.interface for duty in crew}
        found = []
        for duty in crew:
            if duty.handler.interface in self.people:
                free = (
                    other
                    for other in handlers(line)
                    if other.interface not in on_duty and other.interface not in self.people
                )
                stand_in = next(free, None)
                if stand_in is None:
                    continue
                on_duty.add(stand_in.interface)
                self._stand_ins[duty.handler.interface] = stand_in
                duty = replace(duty, handler=stand_in)
            found.append(duty)
        return found

    def seat_of(self, line: str, handler: Handler) -> Seat:
        """The telephone of a simulated colleague."""
        seat = self.seats.get(handler.interface)
        if seat is None:
            seat = self.seats[handler.interface] = Seat(handler.interface, handler.name, line)
            self.lines[line].seats.append(seat)
        return seat

    def stand_in_for(self, interface: str) -> str:
        """Whose telephone simulates this one: its own, unless a real person has it."""
        stand_in = self._stand_ins.get(interface)
        return stand_in.interface if stand_in else interface

    def expect(self, line: str, duty: Duty) -> None:
        """A shift that begins, or has begun."""
        seat = self.seat_of(line, duty.handler)
        self.plan(duty.start, lambda now: self.log_on(duty, seat, now))

    # From the first ring on.

    def arrive(self, caller: Caller, now: int) -> None:
        """Somebody calls. now may lie in the past when a call is taken over from the history."""
        call = LiveCall(caller)
        line = "999" if caller.call.channel == "PHONE_999" else "101"
        self.switch.of_call(EventType.OFFERED, now, caller, line, reason="arrived")
        if line == "999":
            self.wait_for_999(call, now)
            self.join(call, "999", now)
            return
        chance = caller.chance[MESSAGE]
        if chance >= GIVES_UP_IN_MESSAGE:
            self.plan(now + RECORDED_MESSAGE_MS, lambda at: self.join_switchboard(call, at))
            return
        heard = int(chance / GIVES_UP_IN_MESSAGE * RECORDED_MESSAGE_MS)
        self.plan(now + heard, lambda at: self._hang_up_in_message(call, now, at))

    def _hang_up_in_message(self, call: LiveCall, began: int, now: int) -> None:
        """That somebody listened to the message is told when they hang up in it, as in the history."""
        queue, caller = "recorded-message", call.caller
        self.switch.of_call(EventType.QUEUED, began, caller, queue)
        self.switch.of_call(EventType.LEFT, now, caller, queue, reason="abandoned", wait_ms=now - began)
        self.told.calls.append(_unanswered(caller.call))
        self._call_again(caller, now, GIVES_UP_IN_MESSAGE_AND_CALLS_AGAIN)

    def wait_for_999(self, call: LiveCall, joined: int) -> None:
        """How the caller would wait in 999."""
        lengths, n = call.caller.lengths, call.caller.n
        call.ready, call.gives_up, call.ring = joined, joined + lengths.patience[n], lengths.ring[n]

    def wait_for_switchboard(self, call: LiveCall, joined: int) -> None:
        """How the caller would wait at the switchboard."""
        lengths, n = call.caller.lengths, call.caller.n
        call.ready, call.gives_up = joined, joined + lengths.operator_patience[n]
        call.ring = lengths.operator_ring[n]

    def join_switchboard(self, call: LiveCall, now: int) -> None:
        """The recorded message is over."""
        self.wait_for_switchboard(call, now)
        self.join(call, "switchboard", now)

    def join_101(self, call: LiveCall, now: int) -> None:
        """The switchboard has put the caller through; a line that is full refuses them."""
        caller, line = call.caller, self.lines["101"]
        if len(line.waiting) >= line.limit:
            self.switch.of_call(
                EventType.REFUSED, now, caller, "101", reason="FULL", queue_length=len(line.waiting)
            )
            self.told.calls.append(_unanswered(caller.call))
            self._call_again(caller, now, 2 * CALLS_AGAIN)
            return
        self.wait_for_101(call, now)
        self.join(call, "101", now)

    def wait_for_101(self, call: LiveCall, joined: int) -> None:
        """How the caller would wait in 101: when they may be rung, when they give up or press the key."""
        caller, lengths, n = call.caller, call.caller.lengths, call.caller.n
        chance = caller.chance
        call.ready, call.ring = joined + QUEUE_MESSAGE_MS, lengths.ring[n]
        call.misses = 1 if chance[MISS] < NO_ANSWER else 0
        if chance[SATISFIED] < SATISFIED_BY_QUEUE_MESSAGE:
            share = chance[SATISFIED] / SATISFIED_BY_QUEUE_MESSAGE
            call.gives_up = joined + 1_000 + int(share * (QUEUE_MESSAGE_MS - 1_000))
        else:
            call.gives_up = joined + QUEUE_MESSAGE_MS + lengths.patience[n]
        key = joined + CALLBACK_KEY_AFTER_MS + int(chance[AGAIN] * 20_000)
        presses = caller.day.keys_work and chance[KEY] < PRESSES_THE_KEY and bool(caller.call.number)
        if presses and key < call.gives_up:
            call.gives_up, call.leaving = key, "key"

    def wait_for_crime(self, call: LiveCall, joined: int) -> None:
        """How the caller would wait for the crime line."""
        lengths, n = call.caller.lengths, call.caller.n
        call.ready, call.gives_up, call.ring = joined, joined + lengths.crime_patience[n], lengths.ring[n]
        call.leaving, call.misses = "abandoned", 0

    def join_crime(self, call: LiveCall, now: int) -> None:
        """A handler has put the caller through."""
        self.wait_for_crime(call, now)
        self.join(call, "crime", now)

    # What the mechanics ask.

    def answered(self, call: LiveCall, now: int) -> int:
        lengths, n = call.caller.lengths, call.caller.n
        if call.queue == "switchboard":
            return now + lengths.operator_talk[n]
        if call.queue == "crime":
            return now + lengths.crime_talk[n]
        if call.queue == CALL_BACKS:
            reached = call.caller.chance[MISS] < REACHED
            return now + (lengths.talk[n] if reached else NOBODY_THERE_MS)
        if call.caller.call.interpreter:
            call.asked = now + INTERPRETER_ASKED_MS
            call.there = call.asked + lengths.interpreter[n]
            return call.there + lengths.talk[n] * 3 // 2
        return now + lengths.talk[n]

    def wrap_of(self, call: LiveCall) -> int:
        lengths, n = call.caller.lengths, call.caller.n
        if call.queue == "switchboard":
            return OPERATOR_WRAP_MS
        if call.queue == "crime":
            return lengths.crime_wrap[n]
        return lengths.wrap[n] // 2 if call.queue == CALL_BACKS else lengths.wrap[n]

    def talked(self, call: LiveCall, seat: Seat, now: int, ended_by: str) -> None:
        if seat.person or call.queue == CALL_BACKS:
            self.say_completed(call, seat, now, ended_by or "caller")
            return
        caller, chance = call.caller, call.caller.chance
        if call.queue == "switchboard":
            if chance[SERVED] < SERVED_BY_SWITCHBOARD:
                self.say_completed(call, seat, now, "caller")
                self.told.calls.append(replace(caller.call, disposition="RESOLVED_AT_CONTACT"))
            else:
                self.say_transferred(call, seat, now, "blind")
                self.join_101(call, now)
        elif call.queue == "crime":
            self.say_completed(call, seat, now, "agent" if chance[ENDER] > 0.5 else "caller")
            self.told.calls.append(replace(caller.call, disposition="TELEPHONE_INVESTIGATION"))
        elif call.queue == "101" and chance[CRIME] < TO_CRIME_LINE and now < caller.day.crime_closes:
            self.say_interpreted(call, now)
            self.say_transferred(call, seat, now, "blind" if chance[ENDER] < 0.7 else "attended")
            self.join_crime(call, now)
        else:
            self.say_interpreted(call, now)
            by_caller = chance[ENDER] < 0.6 if call.queue == "101" else chance[ENDER] >= 0.5
            self.say_completed(call, seat, now, "caller" if by_caller else "agent")
            self.told.calls.append(caller.call)

    def gone(self, call: LiveCall, now: int) -> None:
        caller = call.caller
        if call.leaving == "key":
            promise = Promise(now, now + CALLBACK_PROMISED_MS)
            self.told.calls.append(_unanswered(caller.call))
            self.told.promised.append(replace(caller.call, promise=promise))
            self.open_promises[caller.call.call_id] = promise
            self.plan(now + CALLBACK_EARLIEST_MS, lambda at: self.call_back(caller, promise, at))
            return
        self.told.calls.append(_unanswered(caller.call))
        if call.queue == "101" and caller.chance[SATISFIED] < SATISFIED_BY_QUEUE_MESSAGE:
            self._call_again(caller, now, SATISFIED_AND_CALLS_AGAIN)
        elif call.queue in ("101", "switchboard"):
            self._call_again(caller, now, CALLS_AGAIN)

    def call_back(self, caller: Caller, promise: Promise, now: int) -> None:
        """Call back when a colleague is free, more urgently as the promise runs out.

        Not if somebody real has done so, nor later than promised: then it is late, for all to see.
        """
        free = [seat for seat in self.lines["101"].free_seats() if not seat.person]
        late = now > promise.promised - 15 * MINUTE
        if now >= promise.promised or promise.kept is not None:
            self.open_promises.pop(caller.call.call_id, None)
        elif not free:
            pause = CALL_BACK_URGENT_EVERY_MS if late else CALL_BACK_TRIED_EVERY_MS
            self.plan(min(now + pause, promise.promised), lambda at: self.call_back(caller, promise, at))
        else:
            promise.kept, promise.agent = now, free[0].interface
            self.open_promises.pop(caller.call.call_id, None)
            self.told.kept.append(replace(caller.call, promise=promise))
            self._ring_back(caller, free[0], now)

    def _ring_back(self, caller: Caller, seat: Seat, now: int) -> None:
        reached = caller.chance[MISS] < REACHED
        back = replace(
            caller.call,
            call_id=f"{caller.call.call_id}-B",
            channel="CALLBACK_OUTBOUND",
            interpreter=False,
            disposition="RESOLVED_AT_CONTACT" if reached else "NO_SPEECH",
            failure_tag="",
        )
        call = LiveCall(replace(caller, call=back), CALL_BACKS, joined=now)
        self.switch.of_call(EventType.QUEUED, now, call.caller, CALL_BACKS, position=1, queue_length=1)
        self.switch.of_call(EventType.CONNECTED, now, call.caller, CALL_BACKS, seat, wait_ms=0)
        self.told.calls.append(back)
        self.talk(call, seat, now)

    def _call_again(self, caller: Caller, now: int, share: float) -> None:
        again = now + caller.lengths.again_after[caller.n]
        if caller.chance[AGAIN] < share and again < caller.day.ends:
            self._expect_caller(calls_again(caller, self.story), again)

    def say_completed(self, call: LiveCall, seat: Seat, now: int, ended_by: str) -> None:
        """The switch's word for the end of a talk."""
        self.switch.of_call(
            EventType.COMPLETED,
            now,
            call.caller,
            call.queue,
            # Nobody is logged on to the call-backs, so that their end says nothing of a telephone in a queue.
            None if call.queue == CALL_BACKS else seat,
            reason=ended_by,
            talk_ms=now - call.connected,
            wait_ms=call.connected - call.joined,
        )

    def say_transferred(self, call: LiveCall, seat: Seat, now: int, how: str) -> None:
        """The switch's words for handing a caller on. how: blind or attended."""
        self.say_completed(call, seat, now, "transfer")
        self.switch.of_call(EventType.TRANSFERRED, now, call.caller, call.queue, seat, reason=how)

    def say_interpreted(self, call: LiveCall, now: int) -> None:
        """The wait for an interpreter is written down when the talk is over: while it lasts the caller is
        with the handler, and that is where the floor has to show them."""
        if not call.there or call.there > now:
            return
        caller, queue = call.caller, "interpreter"
        self.switch.of_call(EventType.QUEUED, call.asked, caller, queue)
        wait = call.there - call.asked
        self.switch.of_call(EventType.CONNECTED, call.there, caller, queue, wait_ms=wait)
        self.switch.of_call(
            EventType.COMPLETED, now, caller, queue, reason="agent", talk_ms=now - call.there, wait_ms=wait
        )
        call.asked = call.there = 0


def _unanswered(call: Call) -> Call:
    """A call of which nobody could write what it came to."""
    return replace(call, disposition="", failure_tag="")
