"""What a handler asks of the switch is done, looked at again, and told where it did not come to pass."""

from collections.abc import Iterator
from typing import Any

import pytest

from darwin.contact.listening import actions
from darwin.contact.listening.actions import as_dialled
from darwin.contact.models import CommandKind, SwitchCommand, SwitchConnection
from darwin.contact.services.switch_commands import ask_switch
from darwin.ledger.actors import Actor
from tests.contact.listening.conftest import Listening
from tests.contact.listening.fake_switch import FakeSwitch, Fields, message
from tests.supervisor.house_at_work import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
HANDLER = Actor.system("test")
CALL = "1795000000.1"


@pytest.fixture
def heard(fake: FakeSwitch, listening: Listening, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSwitch]:
    """A switch at which the telephone 1001 rings for the call, and at which nothing comes of any action."""
    monkeypatch.setattr(actions, "LOOK_FOR_S", 0.5)
    fake.members = [
        {"Queue": "101", "Name": "Operator 1001", "Location": "PJSIP/1001", "Status": "1", "Paused": "0"}
    ]
    fake.channels = [
        {"Channel": "PJSIP/trunk101-1", "ChannelState": "6", "Uniqueid": CALL, "Linkedid": CALL},
        {"Channel": "PJSIP/1001-2", "ChannelState": "5", "Uniqueid": "1795000000.2", "Linkedid": CALL},
        {"Channel": "PJSIP/10010-3", "ChannelState": "6", "Uniqueid": "1795000000.3", "Linkedid": CALL},
    ]
    fake.deeds = {name: lambda asked: None for name in ("QueuePause", "Hangup", "PJSIPNotify", "Originate")}
    listening.start(ring_out_context="from-darwin")
    fake.await_client()
    wait_for(lambda: SwitchConnection.objects.filter(connected_since__isnull=False).exists(), 10, "heard")
    yield fake
    listening.end()


def ask(kind: CommandKind, call_id: str = "", **detail: Any) -> SwitchCommand:
    """Ask it and wait for what came of it."""
    command = ask_switch(
        actor=HANDLER,
        switch="asterisk",
        kind=kind,
        interface="PJSIP/1001",
        call_id=call_id,
        detail=detail,
    )
    return wait_for(
        lambda: SwitchCommand.objects.filter(id=command.id).exclude(outcome="").first(), 10, "it is done"
    )


def sent(fake: FakeSwitch, action: str) -> Fields:
    return next(fields for name, fields in fake.asked if name == action)


def test_not_ready_is_done_in_every_queue_with_its_reason(heard: FakeSwitch) -> None:
    def pause(asked: Fields) -> None:
        heard.members[0]["Paused"] = "1" if asked["Paused"] == "true" else "0"

    heard.deeds["QueuePause"] = pause
    assert ask(CommandKind.NOT_READY, reason="Meal break").outcome == "done"
    told = sent(heard, "QueuePause")
    assert (told["Interface"], told["Paused"], told["Reason"]) == ("PJSIP/1001", "true", "Meal break")
    assert "Queue" not in told
    assert ask(CommandKind.READY).outcome == "done"
    assert heard.members[0]["Paused"] == "0"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (CommandKind.NOT_READY, "did not make you not ready"),
        (CommandKind.HANG_UP, "did not end the call"),
        (CommandKind.ANSWER, "did not take the call"),
    ],
)
def test_success_of_an_action_is_not_believed(heard: FakeSwitch, kind: CommandKind, words: str) -> None:
    done = ask(kind, CALL, reason="Break")
    assert done.outcome == "failed"
    assert words in done.trouble


def test_hanging_up_ends_the_handlers_own_channel_of_that_call(heard: FakeSwitch) -> None:
    def hang_up(asked: Fields) -> None:
        heard.channels = [one for one in heard.channels if one["Channel"] != asked["Channel"]]

    heard.deeds["Hangup"] = hang_up
    assert ask(CommandKind.HANG_UP, CALL).outcome == "done"
    assert sent(heard, "Hangup")["Channel"] == "PJSIP/1001-2"


def test_answering_asks_the_telephone_in_the_calls_own_dialogue(heard: FakeSwitch) -> None:
    def talk(asked: Fields) -> None:
        heard.channels[1]["ChannelState"] = "6"

    heard.deeds["PJSIPNotify"] = talk
    assert ask(CommandKind.ANSWER, CALL).outcome == "done"
    told = sent(heard, "PJSIPNotify")
    assert (told["Channel"], told["Variable"]) == ("PJSIP/1001-2", "Event=talk")


def test_a_call_that_rings_no_more_is_not_answered(heard: FakeSwitch) -> None:
    heard.channels = []
    done = ask(CommandKind.ANSWER, CALL)
    assert "does not ring at your telephone any more" in done.trouble
    assert "PJSIPNotify" not in heard.actions()


@pytest.mark.parametrize("withheld", [True, False])
def test_ringing_out_rings_the_handler_first_and_withholds_where_asked(
    heard: FakeSwitch, withheld: bool
) -> None:
    heard.deeds["Originate"] = lambda asked: message(
        ("Event", "OriginateResponse"), ("ActionID", asked["ActionID"]), ("Response", "Success")
    )
    assert ask(CommandKind.RING_OUT, number="+447700900123", withheld=withheld).outcome == "done"
    told = sent(heard, "Originate")
    assert (told["Channel"], told["Context"], told["Exten"]) == ("PJSIP/1001", "from-darwin", "07700900123")
    assert ("CALLERID(pres)=prohib" in told["Variable"]) == withheld


def test_nobody_is_rung_where_the_handler_did_not_take_their_telephone(heard: FakeSwitch) -> None:
    heard.deeds["Originate"] = lambda asked: message(
        ("Event", "OriginateResponse"), ("ActionID", asked["ActionID"]), ("Response", "Failure")
    )
    assert "nobody was rung" in ask(CommandKind.RING_OUT, number="+447700900123").trouble


@pytest.mark.parametrize("number", ["", "12", "07700 900123", "0770\r\nAction: Hangup", "sip:x@example.com"])
def test_only_a_number_is_dialled(heard: FakeSwitch, number: str) -> None:
    assert "not a number that can be dialled" in ask(CommandKind.RING_OUT, number=number).trouble
    assert "Originate" not in heard.actions()


def test_what_the_switch_does_not_allow_is_told(heard: FakeSwitch) -> None:
    heard.denied = {"QueuePause"}
    assert "does not let Darwin do this (QueuePause)" in ask(CommandKind.READY).trouble


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("+447700900123", "07700900123"), ("+35312345678", "0035312345678"), ("2101", "2101")],
)
def test_a_number_is_dialled_as_a_british_telephone_would(number: str, dialled: str) -> None:
    assert as_dialled(number) == dialled
