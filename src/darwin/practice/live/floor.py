"""Waiting, ringing, talking: the mechanics of the made-up switch, from one event to the next.

Nothing here reads a clock: `advance` is told how far time has come, and plays everything until then in its
order. Moments and lengths are milliseconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from darwin.contact.telephony.events import EventType
from darwin.practice.line import PAUSED_AFTER_NO_ANSWER_MS, RING_OUT_MS
from darwin.practice.live.routing import COLLEAGUES, PEOPLE
from darwin.practice.live.seats import Doing, LiveLine, Seat
from darwin.practice.live.switch import Switch
from darwin.practice.live.today import Caller
from darwin.practice.roster import MINUTE, Duty

PERSON_RINGS_MS = 20_000
PERSON_TALKS_MS = 20 * MINUTE
PERSON_GONE_MS = 10 * MINUTE
"""How long a real person's telephone rings, how long a caller goes on talking to them, and after how long
somebody who let it ring is logged off: in real time."""
# Why a telephone is not rung: codes of the list pause_reason, and what only a switch says of itself.
FINISHING_NOTES, BREAK, MEAL = "notes", "break", "meal"
DID_NOT_ANSWER = "no answer"
_MEAL_MS = 30 * MINUTE


@dataclass(slots=True, eq=False)
class LiveCall:
    """One call that lives. step counts its stages, so that what was planned for an earlier one is dropped.

    ready: from when it may be rung. gives_up: when the caller hangs up, or presses the key (`leaving`).
    misses: how many colleagues will let it ring out. asked, there: when an interpreter was asked for, and
    came.
    """

    caller: Caller
    queue: str = ""
    joined: int = 0
    ready: int = 0
    gives_up: int = 0
    leaving: str = "abandoned"
    ring: int = 0
    misses: int = 0
    seat: Seat | None = None
    connected: int = 0
    step: int = 0
    asked: int = 0
    there: int = 0


class Floor:
    """The queues and telephones of the force. rate: how fast the clock runs; people need real time."""

    def __init__(self, now: int, queues: tuple[tuple[str, int], ...]) -> None:
        self.now = now
        self.rate = 1
        self.switch = Switch()
        self.lines = {queue: LiveLine(queue, limit) for queue, limit in queues}
        self.seats: dict[str, Seat] = {}
        self._planned: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = count()

    def advance(self, to: int) -> None:
        """Play everything that happens until `to`."""
        while self._planned and self._planned[0][0] <= to:
            at, _, act = heappop(self._planned)
            self.now = max(self.now, at)
            act(self.now)
        self.now = max(self.now, to)

    def plan(self, at: int, act: Callable[[int], None]) -> None:
        """Let something happen at a moment; at once, if it has passed."""
        heappush(self._planned, (max(at, self.now), next(self._order), act))

    def plan_for(self, call: LiveCall, at: int, act: Callable[[LiveCall, int], None]) -> None:
        """The same for a call, dropped if the call has gone on to another stage by then."""
        step = call.step
        self.plan(at, lambda now: act(call, now) if call.step == step else None)

    # What becomes of a call is the journey's to say (journeys.py).

    def answered(self, call: LiveCall, now: int) -> int:
        """A colleague has taken the call: when they will have talked."""
        raise NotImplementedError

    def talked(self, call: LiveCall, seat: Seat, now: int, ended_by: str) -> None:
        """A talk is over; says what the switch says of it, and what follows for the caller."""
        raise NotImplementedError

    def gone(self, call: LiveCall, now: int) -> None:
        """The caller left the queue without having been answered."""
        raise NotImplementedError

    def wrap_of(self, call: LiveCall) -> int:
        """For how long a colleague finishes their notes after this call."""
        raise NotImplementedError

    def join(self, call: LiveCall, queue: str, now: int) -> None:
        """Let a call join a queue; ready, gives_up, ring and misses are those of the call."""
        line = self.lines[queue]
        call.step += 1
        call.queue, call.joined, call.seat = queue, now, None
        line.waiting.append(call)
        place = len(line.waiting)
        self.switch.of_call(EventType.QUEUED, now, call.caller, queue, position=place, queue_length=place)
        self.wait_on(call)
        self.serve(line, now)

    def wait_on(self, call: LiveCall) -> None:
        """Plan the end of a wait: somebody may be rung from `ready` on, and patience ends at `gives_up`."""
        line = self.lines[call.queue]
        self.plan_for(call, call.gives_up, self._give_up)
        self.plan_for(call, call.ready, lambda _, now: self.serve(line, now))

    def serve(self, line: LiveLine, now: int) -> None:
        """Ring somebody for each caller who may be rung, first come, first served."""
        for call in list(line.waiting):
            if call.seat is not None or call.ready > now:
                continue
            seat = self._next_seat(line, now, call)
            if seat is None:
                return
            self._ring(call, seat, now)

    def _next_seat(self, line: LiveLine, now: int, call: LiveCall) -> Seat | None:
        """The telephone that the policy rings. Whose shift is over or whose break is due goes first."""
        longest: list[Seat | None] = [None, None]
        for seat in line.free_seats():
            pool = PEOPLE if seat.person else COLLEAGUES
            if longest[pool] is not None:
                continue
            if seat.person or (seat.duty and now + call.ring < seat.duty.end and not seat.break_due(now)):
                longest[pool] = seat
            else:
                self.settle(seat, now, call.ring)
        people, colleagues = (seat.since if seat else None for seat in longest)
        chosen = line.routing.next_pool(now, call.ready, (people, colleagues))
        return None if chosen is None else longest[chosen]

    def _ring(self, call: LiveCall, seat: Seat, now: int) -> None:
        seat.turn(Doing.RINGING, now)
        seat.call, call.seat = call, seat
        self.switch.of_call(EventType.RINGING, now, call.caller, call.queue, seat)
        ring_out = PERSON_RINGS_MS * self.rate if seat.person else RING_OUT_MS
        misses = call.misses > 0 and now + ring_out < call.gives_up
        if seat.person or misses:
            call.misses -= 0 if seat.person else 1
            self._plan_while(call, seat, now + ring_out, self._no_answer)
        else:
            self._plan_while(call, seat, now + call.ring, self.connect)

    def _plan_while(
        self, call: LiveCall, seat: Seat, at: int, act: Callable[[LiveCall, Seat, int], None]
    ) -> None:
        """Plan something that holds only while this telephone rings for this call."""
        began = seat.since

        def go(call: LiveCall, now: int) -> None:
            if call.seat is seat and seat.doing is Doing.RINGING and seat.since == began:
                act(call, seat, now)

        self.plan_for(call, at, go)

    def refuse(self, call: LiveCall, seat: Seat, now: int) -> None:
        """A person lets the call go to the next: their telephone was not answered."""
        self._no_answer(call, seat, now)

    def _no_answer(self, call: LiveCall, seat: Seat, now: int) -> None:
        self.switch.of_call(EventType.NO_ANSWER, now, call.caller, call.queue, seat, ring_ms=now - seat.since)
        call.seat = seat.call = None
        self.pause(seat, now, DID_NOT_ANSWER)
        began = seat.since
        if seat.person:
            self.plan(now + PERSON_GONE_MS * self.rate, lambda at: self._person_gone(seat, began, at))
        else:
            self.plan(now + PAUSED_AFTER_NO_ANSWER_MS, lambda at: self._end_pause(seat, began, at))
        self.serve(self.lines[call.queue], now)

    def connect(self, call: LiveCall, seat: Seat, now: int) -> None:
        """The ringing telephone is answered."""
        self.lines[call.queue].waiting.remove(call)
        self.switch.of_call(
            EventType.CONNECTED,
            now,
            call.caller,
            call.queue,
            seat,
            wait_ms=now - call.joined,
            ring_ms=now - seat.since,
        )
        self.talk(call, seat, now)

    def talk(self, call: LiveCall, seat: Seat, now: int) -> None:
        """Two are connected: plan the end of it."""
        call.step += 1
        call.connected, call.seat = now, seat
        seat.call = call
        seat.turn(Doing.TALKING, now)
        until = now + PERSON_TALKS_MS * self.rate if seat.person else self.answered(call, now)
        self.plan_for(call, until, lambda call, at: self.complete(call, at, ""))

    def complete(self, call: LiveCall, now: int, ended_by: str) -> None:
        """A talk ends. ended_by: "agent" if the handler hung up, "" if it ended as it would."""
        seat = call.seat
        if seat is None:
            raise ValueError(f"{call.caller.call.call_id} is not being talked to")
        call.step += 1
        seat.call = call.seat = None
        if seat.person:
            self.pause(seat, now, FINISHING_NOTES)
        else:
            self.finish_notes(seat, now, now + self.wrap_of(call))
        self.talked(call, seat, now, ended_by)

    def finish_notes(self, seat: Seat, now: int, until: int) -> None:
        """A colleague writes up the call, and is free again after that."""
        seat.turn(Doing.NOTES, now)
        self.plan(until, lambda at: self.settle(seat, at))

    def _give_up(self, call: LiveCall, now: int) -> None:
        line, seat = self.lines[call.queue], call.seat
        line.waiting.remove(call)
        call.step += 1
        self.switch.of_call(
            EventType.LEFT, now, call.caller, call.queue, reason=call.leaving, wait_ms=now - call.joined
        )
        if seat is not None:
            seat.call = call.seat = None
            self.settle(seat, now)
        self.gone(call, now)

    def log_on(self, duty: Duty, seat: Seat, now: int) -> None:
        """A colleague's shift begins."""
        seat.duty = duty
        seat.next_break = sum(due + length <= now for due, length in duty.breaks)
        for due, _ in duty.breaks:
            self.plan(due, lambda at: self._perhaps(seat, at))
        self.plan(duty.end, lambda at: self._perhaps(seat, at))
        if seat.doing is Doing.OFF:
            self.settle(seat, now)
        elif not seat.said:
            self.switch.of_seat(now, seat, "idle")

    def _perhaps(self, seat: Seat, now: int) -> None:
        if seat.doing is Doing.FREE:
            self.settle(seat, now)
        elif seat.doing is Doing.PAUSED and seat.duty and now >= seat.duty.end:
            self._log_off(seat, now)

    def settle(self, seat: Seat, now: int, ring: int = 0) -> None:
        """Nothing holds this colleague any more: their shift is over, or a break is due, or they are free."""
        duty = seat.duty
        if seat.person:
            self.free(seat, now)
        elif duty is None or now + ring >= duty.end:
            self._log_off(seat, now)
        elif seat.break_due(now):
            length = duty.breaks[seat.next_break][1]
            seat.next_break += 1
            self.pause(seat, now, MEAL if length >= _MEAL_MS else BREAK)
            began = seat.since
            self.plan(now + length, lambda at: self._end_pause(seat, began, at))
        else:
            self.free(seat, now)

    def free(self, seat: Seat, now: int) -> None:
        """Ready for the next call."""
        seat.turn(Doing.FREE, now)
        self.switch.of_seat(now, seat, "idle")
        self.serve(self.lines[seat.line], now)

    def pause(self, seat: Seat, now: int, reason: str) -> None:
        """Not to be rung, and why."""
        seat.turn(Doing.PAUSED, now)
        self.switch.of_seat(now, seat, f"paused: {reason}")

    def _end_pause(self, seat: Seat, began: int, now: int) -> None:
        if seat.doing is Doing.PAUSED and seat.since == began:
            self.settle(seat, now)

    def _person_gone(self, seat: Seat, began: int, now: int) -> None:
        """Whoever did not answer and has not come back since is not at their telephone."""
        if seat.doing is Doing.PAUSED and seat.since == began:
            self._log_off(seat, now)

    def _log_off(self, seat: Seat, now: int) -> None:
        if seat.doing is not Doing.OFF:
            seat.turn(Doing.OFF, now)
            self.switch.of_seat(now, seat, "logged off")
