"""Real people at the practice force's telephones: what they may ask of the switch, and what it does."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zlib import crc32

from darwin.contact.models import CommandKind
from darwin.contact.telephony.events import EventType
from darwin.errors import DarwinError
from darwin.practice.lengths import Lengths
from darwin.practice.live.answering import rings_like
from darwin.practice.live.floor import FINISHING_NOTES, Floor, LiveCall
from darwin.practice.live.journeys import CALL_BACKS, PracticeFloor
from darwin.practice.live.seats import Doing, Seat
from darwin.practice.live.today import Caller, Today
from darwin.practice.rows import Call

ANSWERS_AFTER_S = (4, 18)
MACHINE_AFTER_S = 20
RINGS_UNANSWERED_S = 28
NO_CALL = "Your telephone has no call now. Nothing was done."
OTHER_CALL = "That call is not at your telephone any more. Nothing was done."


class TelephoneRefuses(DarwinError):
    """A command that the telephone cannot do as things stand; the sentence is for the person who asked."""


def obey(
    floor: PracticeFloor, kind: str, interface: str, *, call_id: str, detail: Mapping[str, Any], name: str
) -> None:
    """Do at once what a person asked of their telephone. name: the command's own, for a call it makes.

    Raises TelephoneRefuses.
    """
    seat = floor.people.get(interface)
    if seat is None:
        raise TelephoneRefuses("This telephone is not one that a person has in the practice force.")
    acts: dict[str, Callable[[], None]] = {
        CommandKind.READY: lambda: _ready(floor, seat),
        CommandKind.NOT_READY: lambda: _not_ready(floor, seat, str(detail.get("reason") or "Not ready")),
        CommandKind.ANSWER: lambda: _answer(floor, seat, call_id),
        CommandKind.HANG_UP: lambda: _hang_up(floor, seat, call_id),
        CommandKind.RING_OUT: lambda: _ring_out(floor, seat, str(detail.get("number") or ""), name),
    }
    acts[kind]()


def _call_at(seat: Seat, call_id: str) -> LiveCall:
    if seat.call is None:
        raise TelephoneRefuses(NO_CALL)
    if call_id and seat.call.caller.call.call_id != call_id:
        raise TelephoneRefuses(OTHER_CALL)
    return seat.call


def _ready(floor: Floor, seat: Seat) -> None:
    """Ready already, or on a call, stays as it is: whoever asks twice wants the same."""
    if seat.doing in (Doing.OFF, Doing.PAUSED):
        floor.free(seat, floor.now)


def _not_ready(floor: Floor, seat: Seat, reason: str) -> None:
    if seat.doing is Doing.TALKING:
        raise TelephoneRefuses("You are on a call. After it you are not rung until you are ready.")
    if seat.call is not None and seat.call.queue == CALL_BACKS:
        raise TelephoneRefuses("You are ringing somebody. Hang up first.")
    if seat.doing is Doing.RINGING and seat.call is not None:
        floor.refuse(seat.call, seat, floor.now)
    floor.pause(seat, floor.now, reason[:100])


def _answer(floor: Floor, seat: Seat, call_id: str) -> None:
    call = _call_at(seat, call_id)
    if seat.doing is Doing.TALKING:
        return
    if call.queue == CALL_BACKS:
        raise TelephoneRefuses("You are ringing somebody; there is nothing to answer yet.")
    floor.connect(call, seat, floor.now)


def _hang_up(floor: Floor, seat: Seat, call_id: str) -> None:
    call = _call_at(seat, call_id)
    if seat.doing is Doing.RINGING and call.queue == CALL_BACKS:
        _nobody(floor, seat, call, floor.now)
        return
    if seat.doing is Doing.RINGING:
        raise TelephoneRefuses("The call is not answered yet. Answer it, or say that you are not ready.")
    floor.complete(call, floor.now, "agent")


def _ring_out(floor: PracticeFloor, seat: Seat, number: str, name: str) -> None:
    if not number:
        raise TelephoneRefuses("There is no number to ring. Nothing was done.")
    if seat.doing in (Doing.RINGING, Doing.TALKING):
        raise TelephoneRefuses("Your telephone is busy. End that call first, then ring.")
    now = floor.now
    call = LiveCall(_rung(name, number), CALL_BACKS, joined=now)
    seat.turn(Doing.RINGING, now)
    seat.call, call.seat = call, seat
    floor.switch.of_seat(now, seat, "in use")
    floor.switch.of_call(EventType.QUEUED, now, call.caller, CALL_BACKS, position=1, queue_length=1)
    drawn = crc32(name.encode())
    first, last = ANSWERS_AFTER_S
    who = rings_like(name)
    after = {"person": first + drawn % (last - first), "machine": MACHINE_AFTER_S}.get(who)
    if after is None:
        floor.plan_for(
            call, now + _real(floor, RINGS_UNANSWERED_S), lambda call, at: _nobody(floor, seat, call, at)
        )
    else:
        floor.plan_for(call, now + _real(floor, after), lambda call, at: _reached(floor, seat, call, at))


def _real(floor: Floor, seconds: int) -> int:
    """Milliseconds of the installation's clock in which so many real seconds pass."""
    return seconds * 1_000 * floor.rate


def _reached(floor: Floor, seat: Seat, call: LiveCall, now: int) -> None:
    floor.switch.of_call(EventType.CONNECTED, now, call.caller, CALL_BACKS, seat, wait_ms=now - call.joined)
    floor.talk(call, seat, now)


def _nobody(floor: Floor, seat: Seat, call: LiveCall, now: int) -> None:
    call.step += 1
    seat.call = call.seat = None
    floor.switch.of_call(
        EventType.LEFT, now, call.caller, CALL_BACKS, reason="TIMEOUT", wait_ms=now - call.joined
    )
    floor.pause(seat, now, FINISHING_NOTES)


def _rung(name: str, number: str) -> Caller:
    """Somebody who is rung by a person: they bring nothing that would end the talk."""
    call = Call(f"OUT-{name}", "CALLBACK_OUTBOUND", 0, number)
    nothing = Lengths([], [], [], [], [], [], [], [], [], [], [], [], [])
    return Caller(call, Today(date.min, 0, 0, False, 0, {}), nothing, 0)
