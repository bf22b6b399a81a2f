"""Taking over from the history: the calls that are alive at the moment at which the live feed begins.

The history keeps every call that was over by then; the floor takes over the others as they stand: who waits
goes on waiting, who talks goes on talking as long as the history says. A call that touches an earlier stretch
of the live feed was that stretch's, and its end is unknown; only the handler it kept busy stays busy.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from darwin.contact.telephony.events import EventType
from darwin.practice.force import play_day
from darwin.practice.live.floor import LiveCall
from darwin.practice.live.journeys import CALL_BACKS, INTERPRETER_ASKED_MS, PracticeFloor
from darwin.practice.live.seats import Doing, Seat
from darwin.practice.live.today import SPOKEN, Caller, Today, day_of, draw_today
from darwin.practice.population import handlers
from darwin.practice.rows import Call, Leg
from darwin.practice.story import Story
from darwin.practice.stretches import Stretch, is_live

_QUEUE = {"IVR": "recorded-message", "CALLBACK": CALL_BACKS}


def open_floor(
    story: Story, now: int, people: dict[str, str], earlier: tuple[Stretch, ...] = ()
) -> PracticeFloor:
    """The floor as it stands at `now`. earlier: the stretches that were played live before."""
    floor = PracticeFloor(story, now, people)
    day = day_of(now)
    floor.begin_day(now)
    yesterday = draw_today(story, day - timedelta(days=1))
    for line, crew in yesterday.crews.items():
        for duty in floor.without_people(line, crew):
            if duty.end > now:
                floor.expect(line, duty)
    for today in (yesterday, draw_today(story, day)):
        for call in play_day(story, today.day):
            if call.arrived < now:
                _take_over(floor, today, call, now, is_live(call, earlier))
    return floor


def _take_over(floor: PracticeFloor, today: Today, call: Call, now: int, was_live: bool) -> None:
    _keep_busy(floor, call, now, talking_too=was_live)
    if was_live or call.settled < now:
        return
    parent = call.call_id.removesuffix("-B")
    known = today.callers.get(parent)
    if known is None:
        return
    caller = replace(known, call=call)
    if call.channel == "CALLBACK_OUTBOUND":
        floor.told.calls.append(call)
        _adopt_legs(floor, LiveCall(caller), call.legs, now)
    elif call.channel in SPOKEN:
        _adopt(floor, caller, now)


def _keep_busy(floor: PracticeFloor, call: Call, now: int, *, talking_too: bool) -> None:
    """A colleague who finishes their notes of a call, or talks in one that nobody follows any more."""
    for leg in call.legs:
        if leg.connected is None or leg.completed is None or not leg.agent or leg.connected >= now:
            continue
        until = leg.completed + (leg.wrap_ms or 0)
        if until > now and (leg.completed <= now or talking_too):
            seat = _seat(floor, leg)
            if seat.doing is Doing.OFF:
                floor.finish_notes(seat, now, until)
                floor.switch.of_seat(now, seat, "idle" if leg.completed <= now else "in use")


def _adopt(floor: PracticeFloor, caller: Caller, now: int) -> None:
    call = caller.call
    begun = [leg for leg in call.legs if leg.joined < now]
    if not begun or begun[0].kind == "IVR":
        floor.arrive(caller, call.arrived)
        return
    live = LiveCall(caller)
    line = "999" if call.channel == "PHONE_999" else "101"
    floor.switch.of_call(EventType.OFFERED, call.arrived, caller, line, reason="arrived")
    _adopt_legs(floor, live, begun, now)
    promise = call.promise
    if promise is None or promise.requested >= now:
        return
    floor.told.calls.append(replace(call, disposition="", failure_tag=""))
    floor.told.promised.append(call)
    if promise.kept is not None and promise.kept < now:
        floor.told.kept.append(call)
        return
    waiting = replace(promise, kept=None, finished=None, agent="")
    floor.open_promises[call.call_id] = waiting
    floor.plan(now, lambda at: floor.call_back(caller, waiting, at))


def _adopt_legs(floor: PracticeFloor, live: LiveCall, legs: list[Leg], now: int) -> None:
    """Say what has been, and go on from there."""
    for place, leg in enumerate(legs):
        if leg.kind == "INTERPRETER_WAIT":
            continue
        queue = leg.queue or _QUEUE[leg.kind]
        live.queue, live.joined = queue, leg.joined
        floor.switch.of_call(
            EventType.QUEUED,
            leg.joined,
            live.caller,
            queue,
            position=leg.queue_length,
            queue_length=leg.queue_length,
        )
        if leg.connected is not None and leg.connected < now:
            interpreted = next((x for x in legs[place + 1 :] if x.kind == "INTERPRETER_WAIT"), None)
            _adopt_talk(floor, live, leg, interpreted, now)
        elif leg.left is not None and leg.left < now:
            reason = "key" if leg.outcome == "callback_requested" else "abandoned"
            floor.switch.of_call(
                EventType.LEFT, leg.left, live.caller, queue, reason=reason, wait_ms=leg.wait_ms
            )
        else:
            _adopt_wait(floor, live)


def _adopt_talk(floor: PracticeFloor, live: LiveCall, leg: Leg, interpreted: Leg | None, now: int) -> None:
    """A talk that has begun; one that is over has handed the caller on."""
    seat = _seat(floor, leg)
    connected = leg.connected or leg.joined
    live.connected = connected
    if interpreted is not None and interpreted.connected is not None:
        live.asked, live.there = interpreted.joined, interpreted.connected
    elif live.caller.call.interpreter and live.queue == "101":
        lengths, n = live.caller.lengths, live.caller.n
        live.asked = connected + INTERPRETER_ASKED_MS
        live.there = live.asked + lengths.interpreter[n]
    floor.switch.of_call(EventType.CONNECTED, connected, live.caller, live.queue, seat, wait_ms=leg.wait_ms)
    done = leg.completed or now
    if done <= now:
        floor.say_interpreted(live, done)
        floor.say_transferred(live, seat, done, leg.ended_by.removesuffix("_transfer") or "blind")
        return
    live.seat, seat.call = seat, live
    seat.turn(Doing.TALKING, connected)
    floor.plan_for(live, done, lambda call, at: floor.complete(call, at, ""))


def _adopt_wait(floor: PracticeFloor, live: LiveCall) -> None:
    """Somebody who waits: how, follows from what they bring."""
    joined = live.joined
    waits: dict[str, Callable[[LiveCall, int], None]] = {
        "101": floor.wait_for_101,
        "999": floor.wait_for_999,
        "switchboard": floor.wait_for_switchboard,
        "crime": floor.wait_for_crime,
    }
    waits[live.queue](live, joined)
    floor.lines[live.queue].waiting.append(live)
    floor.lines[live.queue].waiting.sort(key=lambda call: call.joined)
    floor.wait_on(live)


def _seat(floor: PracticeFloor, leg: Leg) -> Seat:
    interface = floor.stand_in_for(leg.agent)
    line = "101" if leg.kind == "CALLBACK" else leg.queue
    person = next(person for person in handlers(line) if person.interface == interface)
    return floor.seat_of(line, person)
