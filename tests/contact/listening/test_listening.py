"""A listener at a made-up switch: heard, lost, found again, and what it says of whatever else answers."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from darwin.contact.listening import run, session
from darwin.contact.listening.secrets import read_secret, spool_folder
from darwin.contact.listening.session import WrongSecret
from darwin.contact.models import Contact, FloorCall, SwitchConnection
from darwin.errors import DarwinError
from tests.contact.listening.conftest import Listening
from tests.contact.listening.fake_switch import FakeSwitch, message
from tests.contact.telephony.conftest import MadeUpSwitch
from tests.supervisor.house_at_work import free_port, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
LISTENING_ONLY = {"Challenge", "Login", "Logoff", "Ping", "CoreStatus", "QueueStatus", "CoreShowChannels"}


def line() -> SwitchConnection | None:
    return SwitchConnection.objects.filter(switch="asterisk").first()


def is_heard() -> bool:
    now = line()
    return now is not None and now.connected_since is not None


def trouble() -> str:
    now = line()
    return now.trouble if now else ""


def test_a_call_reaches_the_floor_at_once_and_the_loss_of_the_switch_is_told(
    fake: FakeSwitch, listening: Listening
) -> None:
    listening.start()
    fake.await_client()
    wait_for(is_heard, 10, "the switch is heard")
    switch = MadeUpSwitch()
    switch.arrive(1, 1)
    switch.join(1.1, 1)
    fake.send(switch.bytes)
    wait_for(lambda: FloorCall.objects.count() == 1, 20, "the call is on the floor")
    fake.drop()
    wait_for(lambda: not is_heard(), 5, "the loss is told")
    now = line()
    assert now is not None
    assert now.down_since is not None
    assert "ended the connection" in now.trouble
    fake.await_client()
    wait_for(is_heard, 10, "the switch is heard again")
    assert FloorCall.objects.count() == 0
    assert trouble() == ""
    listening.end()
    assert fake.actions()[-1] == "Logoff"
    assert not is_heard()
    assert listening.raised == []


def test_in_shadow_nothing_but_listening_is_ever_sent(fake: FakeSwitch, listening: Listening) -> None:
    listening.start(shadow=True)
    fake.await_client()
    wait_for(is_heard, 10, "the switch is heard")
    fake.drop()
    fake.await_client()
    listening.end()
    assert set(fake.actions()) <= LISTENING_ONLY
    assert "Login" in fake.actions()


@pytest.mark.parametrize(
    "action", ["QueuePause", "Originate", "Hangup", "PJSIPNotify", "Command", "UserEvent", "QueueAdd"]
)
def test_in_shadow_an_action_is_refused_before_it_is_sent(
    fake: FakeSwitch, listening: Listening, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """Whoever tries, by whatever way: the connection itself does not let it through."""
    sessions: list[session.Session] = []
    opened = session.Session.open

    def open_and_remember(one: session.Session) -> None:
        opened(one)
        sessions.append(one)

    monkeypatch.setattr(session.Session, "open", open_and_remember)
    listening.start(shadow=True)
    fake.await_client()
    wait_for(lambda: sessions, 10, "a session")
    with pytest.raises(session.ActionRefused, match="shadow"):
        sessions[0].ask(action, {"Interface": "PJSIP/1001"})
    listening.end()
    assert action not in fake.actions()


def test_a_line_break_cannot_smuggle_another_action_in(fake: FakeSwitch, listening: Listening) -> None:
    talk = session.Session(
        session.Line("asterisk", "127.0.0.1", fake.port, "darwin", fake.secret), spool_in(listening.folder)
    )
    talk.open()
    with pytest.raises(session.ActionRefused, match="line break"):
        talk.ask("QueuePause", {"Reason": "tea\r\n\r\nAction: Hangup"})
    talk.close()
    assert not {"QueuePause", "Hangup"} & set(fake.actions())


def spool_in(folder: Path) -> run.SpoolWriter:
    return run.SpoolWriter(folder)


def test_a_switch_without_challenges_is_given_the_secret(fake: FakeSwitch, listening: Listening) -> None:
    fake.challenges = False
    listening.start()
    fake.await_client()
    wait_for(is_heard, 10, "the switch is heard")
    assert any(fields.get("Secret") == fake.secret for _, fields in fake.asked)


def test_the_secret_does_not_cross_the_network_where_the_switch_gives_a_challenge(
    fake: FakeSwitch, listening: Listening
) -> None:
    listening.start()
    fake.await_client()
    listening.end()
    assert not any(fake.secret in value for _, fields in fake.asked for value in fields.values())
    assert not any(fake.secret.encode() in path.read_bytes() for path in listening.folder.iterdir())


def test_a_wrong_secret_ends_a_listener_that_was_started_by_hand(
    fake: FakeSwitch, listening: Listening
) -> None:
    listening.start(secret="of-another-switch")
    wait_for(lambda: listening.raised, 10, "it ends")
    assert isinstance(listening.raised[0], WrongSecret)
    assert "refuses the user darwin or the secret" in str(listening.raised[0])
    assert "refuses the user" in trouble()


def test_a_wrong_secret_is_tried_again_slowly_under_darwin_up(
    fake: FakeSwitch, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "WRONG_SECRET_PAUSE_S", 1.0)
    listening.start(secret="of-another-switch", keep_trying=True)
    listening.wait_until_said("refuses the user")
    fake.secret = "of-another-switch"
    wait_for(is_heard, 15, "the switch is heard once its secret is mended")
    assert listening.raised == []


def test_a_switch_that_does_not_answer_any_more_is_noticed(
    fake: FakeSwitch, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half-open connection: nothing says that it has ended."""
    monkeypatch.setattr(session, "PING_EVERY_S", 0.5)
    monkeypatch.setattr(session, "SILENT_AFTER_S", 0.5)
    listening.start()
    fake.await_client()
    wait_for(is_heard, 10, "the switch is heard")
    fake.is_frozen = True
    wait_for(lambda: "has stopped answering" in trouble(), 10, "the silence is told")
    fake.is_frozen = False
    fake.drop()
    wait_for(is_heard, 10, "the switch is heard again")


def test_clocks_an_hour_apart_are_told_and_the_times_are_the_switchs(
    fake: FakeSwitch, listening: Listening
) -> None:
    fake.clock_offset_s = -3600
    listening.start()
    fake.await_client()
    wait_for(lambda: "60 minutes behind" in trouble(), 10, "the clocks are told")
    assert is_heard()
    assert "keep the switch's time" in trouble()
    switch = MadeUpSwitch()
    switch.arrive(1, 1)
    fake.send(switch.bytes + b"")
    switch.join(1.1, 1)
    fake.send(switch.bytes)
    wait_for(lambda: Contact.objects.count() == 1, 20, "the call is stored")
    assert Contact.objects.get().first_offered_at.timestamp() == 1_795_000_001


def test_what_the_user_may_not_ask_is_told_and_the_calls_are_heard(
    fake: FakeSwitch, listening: Listening
) -> None:
    fake.denied = {"CoreStatus", "CoreShowChannels"}
    listening.start()
    fake.await_client()
    wait_for(lambda: "write = reporting" in trouble(), 10, "the missing right is told")
    assert "CoreStatus and CoreShowChannels" in trouble()
    switch = MadeUpSwitch()
    switch.join(1.1, 1)
    fake.send(switch.bytes)
    wait_for(lambda: FloorCall.objects.count() == 1, 20, "the call is on the floor")


def test_a_user_who_may_not_hear_the_queue_is_noticed_by_a_caller_nobody_told_of(
    fake: FakeSwitch, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LOOK_EVERY_S", 7.0)
    listening.start()
    fake.await_client()
    wait_for(is_heard, 10, "the switch is heard")
    joined = time.monotonic() + 3

    def look() -> None:
        wait = str(max(0, int(time.monotonic() - joined)))
        fake.waiting = [{"Queue": "101", "Uniqueid": MadeUpSwitch.uniqueid(1), "Wait": wait}]

    fake.look = look
    wait_for(lambda: "hear agent events" in trouble(), 30, "the missing right is told")
    switch = MadeUpSwitch()
    switch.join(1.1, 1)
    fake.send(switch.bytes)
    wait_for(lambda: "hear agent events" not in trouble(), 10, "and that it is mended")


def test_a_user_who_may_not_hear_calls_is_noticed_by_a_caller_without_a_channel(
    fake: FakeSwitch, listening: Listening
) -> None:
    listening.start()
    fake.await_client()
    wait_for(is_heard, 10, "the switch is heard")
    switch = MadeUpSwitch()
    switch.join(1.1, 1)
    fake.send(switch.bytes)
    wait_for(lambda: "hear call events" in trouble(), 10, "the missing right is told")
    fake.send(message(("Event", "Newchannel"), ("Privilege", "call,all")))
    wait_for(lambda: trouble() == "", 10, "and that it is mended")


@contextmanager
def something(speak: Callable[[socket.socket], None]) -> Iterator[int]:
    """Another server on a port."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    ended = Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                client, _ = server.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(8)
                with suppress(OSError):
                    speak(client)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    ended.set()
    thread.join(10)
    server.close()


def http(client: socket.socket) -> None:
    client.recv(100)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\nServer: Asterisk\r\n\r\n")


def ssh(client: socket.socket) -> None:
    client.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    client.recv(100)


def tls(client: socket.socket) -> None:
    client.recv(100)
    client.sendall(b"\x15\x03\x01\x00\x02\x02\x46")


def mail(client: socket.socket) -> None:
    client.sendall(b"220 mail.example.com ESMTP\r\n")
    client.recv(100)


def silence(client: socket.socket) -> None:
    while client.recv(100):
        pass


def hangs_up(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("speak", "words"),
    [
        (http, "A web server answers there"),
        (ssh, "An SSH server answers there"),
        (tls, "It speaks TLS"),
        (mail, "Something else answers there"),
        (silence, "says nothing"),
        (hangs_up, "does not permit this machine"),
    ],
)
def test_another_protocol_on_the_port_is_named(
    listening: Listening,
    monkeypatch: pytest.MonkeyPatch,
    speak: Callable[[socket.socket], None],
    words: str,
) -> None:
    monkeypatch.setattr(session, "GREETING_S", 1.0)
    with something(speak) as port:
        listening.start(port=port)
        said = listening.wait_until_said("There is no Asterisk manager at 127.0.0.1")
        wait_for(lambda: trouble() == said, 5, "the supervisor is told too")
        listening.end()
    assert words in said
    assert not list(listening.folder.glob("*.raw"))


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("127.0.0.1", "Nothing listens at 127.0.0.1"),
        ("switch.invalid", "No machine is known by the name switch.invalid"),
    ],
)
def test_an_unreachable_switch_is_told_and_tried_again(listening: Listening, host: str, words: str) -> None:
    listening.start(host=host, port=free_port())
    listening.wait_until_said(words)
    wait_for(lambda: words in trouble(), 5, "the supervisor is told too")
    assert listening.raised == []


def test_a_switch_that_comes_late_is_found(fake: FakeSwitch, listening: Listening) -> None:
    fake.greeting = b"220 not yet\r\n"
    listening.start()
    listening.wait_until_said("There is no Asterisk manager")
    fake.greeting = b"Asterisk Call Manager/11.0.0\r\n"
    wait_for(is_heard, 10, "the switch is heard")


@pytest.mark.parametrize("mode", [0o604, 0o606, 0o777])
def test_a_secret_that_everybody_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_text("of-the-switch\n")
    path.chmod(mode)
    with pytest.raises(DarwinError, match="chmod 600 secret"):
        read_secret(path)
    path.chmod(0o600)
    assert read_secret(path) == "of-the-switch"


@pytest.mark.parametrize(("content", "words"), [("", "alone, on one line"), ("a\nb", "alone, on one line")])
def test_a_secret_file_holds_the_secret_and_nothing_else(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "secret"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(DarwinError, match=words):
        read_secret(path)
    with pytest.raises(DarwinError, match="There is no file"):
        read_secret(tmp_path / "nothing")


def test_two_switches_never_share_a_spool(tmp_path: Path) -> None:
    names = ["asterisk", "Asterisk", "a/b", "a b", "../b", "ÿ"]
    folders = {spool_folder(tmp_path, name) for name in names}
    assert len(folders) == len(names)
    assert {folder.parent for folder in folders} == {tmp_path / "listening"}
