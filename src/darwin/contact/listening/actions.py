"""What a handler asks of the switch from Darwin's screen, done by actions of the manager interface.

"Success" of an action means that the switch understood it, not that it came to pass: each is followed by
looking again. Every failure is a sentence for the handler, whose telephone works in any case.
"""

import re
import time
from collections.abc import Callable

from darwin.contact.listening.session import ActionRefused, Fields, Session
from darwin.contact.models import CommandKind, SwitchCommand

LOOK_FOR_S = 4.0
LOOK_EVERY_S = 0.2
RING_OUT_S = 40.0
_DIALLED = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
_UP = "6"
"""ChannelState of a channel that was answered (Asterisk's channelstate.h)."""


def do_command(session: Session, command: SwitchCommand) -> None:
    """Do one command. Raises DarwinError with a sentence for whoever asked."""
    _DEEDS[CommandKind(command.kind)](session, command)


def _answer(session: Session, command: SwitchCommand) -> None:
    """Ask the telephone to take the call that rings there: NOTIFY with Event: talk, in the call's own
    dialogue, which telephones with the "talk" event package obey (Asterisk: PJSIPNotify)."""
    if not command.interface.startswith("PJSIP/"):
        raise ActionRefused("This telephone cannot be answered from the screen. Take the call on it.")
    channel = _handlers_channel(session, command)
    if channel is None:
        raise ActionRefused("The call does not ring at your telephone any more.")
    session.ask("PJSIPNotify", {"Channel": channel["Channel"], "Variable": "Event=talk"})

    def is_up() -> bool:
        found = _handlers_channel(session, command)
        return found is not None and found.get("ChannelState") == _UP

    if not _comes_true(is_up):
        raise ActionRefused("Your telephone did not take the call from here. Take it on the telephone.")


def _hang_up(session: Session, command: SwitchCommand) -> None:
    channel = _handlers_channel(session, command)
    if channel is None:
        return
    session.ask("Hangup", {"Channel": channel["Channel"], "Cause": "16"})

    def is_gone() -> bool:
        return all(other["Uniqueid"] != channel["Uniqueid"] for other in _channels(session))

    if not _comes_true(is_gone):
        raise ActionRefused("The switch did not end the call. Hang up on the telephone.")


def _ready(session: Session, command: SwitchCommand) -> None:
    _pause(session, command.interface, paused=False, reason="")


def _not_ready(session: Session, command: SwitchCommand) -> None:
    _pause(session, command.interface, paused=True, reason=str(command.detail.get("reason", "")))


def _pause(session: Session, interface: str, *, paused: bool, reason: str) -> None:
    """In every queue at once, as the handler means it."""
    asked = {"Interface": interface, "Paused": "true" if paused else "false"}
    session.ask("QueuePause", {**asked, **({"Reason": reason[:80]} if reason else {})})

    def is_so() -> bool:
        members = session.ask("QueueStatus", {"Member": interface}).events
        states = [member.get("Paused") for member in members if member.get("Event") == "QueueMember"]
        return bool(states) and all(state == ("1" if paused else "0") for state in states)

    if not _comes_true(is_so):
        wanted = "not ready" if paused else "ready"
        raise ActionRefused(f"The switch did not make you {wanted}. Use the telephone itself.")


def _ring_out(session: Session, command: SwitchCommand) -> None:
    """The handler's telephone first; when they have taken it, the dialplan rings the number."""
    context = session.line.ring_out_context
    if not context:
        raise ActionRefused(
            "Darwin does not know how this switch rings out (--ring-out-context). Dial on the telephone."
        )
    number = str(command.detail.get("number", ""))
    if not _DIALLED.fullmatch(number):
        raise ActionRefused("This is not a number that can be dialled. Dial on the telephone.")
    withheld = bool(command.detail.get("withheld"))
    answer = session.ask(
        "Originate",
        {
            "Channel": command.interface,
            "Context": context,
            "Exten": as_dialled(number),
            "Priority": "1",
            "Timeout": str(int(RING_OUT_S * 1000)),
            "Async": "true",
            "Variable": f"__DARWIN_WITHHELD={'yes' if withheld else 'no'}"
            + (",CALLERID(pres)=prohib" if withheld else ""),
        },
        until="OriginateResponse",
        wait_s=RING_OUT_S + 5,
    )
    if not any(event.get("Response") == "Success" for event in answer.events):
        raise ActionRefused("Your telephone was not taken, so nobody was rung.")


def as_dialled(number: str) -> str:
    """As a British telephone would dial it: 0 for +44, 00 before the code of another country."""
    if number.startswith("+44"):
        return "0" + number[3:]
    return "00" + number[1:] if number.startswith("+") else number


_DEEDS: dict[CommandKind, Callable[[Session, SwitchCommand], None]] = {
    CommandKind.ANSWER: _answer,
    CommandKind.HANG_UP: _hang_up,
    CommandKind.READY: _ready,
    CommandKind.NOT_READY: _not_ready,
    CommandKind.RING_OUT: _ring_out,
}


def _channels(session: Session) -> list[Fields]:
    """Every channel that lives now."""
    answer = session.ask("CoreShowChannels", {})
    return [event for event in answer.events if event.get("Event") == "CoreShowChannel"]


def _handlers_channel(session: Session, command: SwitchCommand) -> Fields | None:
    """The channel of the handler's telephone in this call, or its only one where no call is named."""
    channels = _channels(session)
    own = [channel for channel in channels if channel.get("Channel", "").startswith(f"{command.interface}-")]
    if not command.call_id:
        return own[0] if len(own) == 1 else None
    call = next((channel for channel in channels if channel.get("Uniqueid") == command.call_id), None)
    linked = {command.call_id} | ({call["Linkedid"]} if call and call.get("Linkedid") else set())
    return next((channel for channel in own if channel.get("Linkedid") in linked), None)


def _comes_true(condition: Callable[[], bool]) -> bool:
    """Look again, for a few seconds, until it is so."""
    deadline = time.monotonic() + LOOK_FOR_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_EVERY_S)
    return True
