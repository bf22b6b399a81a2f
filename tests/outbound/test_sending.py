"""What leaves goes to the place that was decided about, once, and only if it still may."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from darwin.config import settings as house_settings
from darwin.config.environment import MailServer, SettingError, mail_server
from darwin.deadlines import clock
from darwin.files import store
from darwin.files.models import Attachment
from darwin.ledger.actors import Actor
from darwin.outbound import channels
from darwin.outbound.channels import CALL_BACK, EMAIL, LETTER, TEXT, Content, NoSender, NotSent, Outgoing
from darwin.outbound.emailing import send_email
from darwin.outbound.errors import NotSafe, OutOfHours
from darwin.outbound.models import Attempt, PointKind
from darwin.outbound.services.attempts import AttemptRefused, begin_attempt, finish_attempt, send_attempt
from darwin.outbound.services.preferences import record_safe_contact
from darwin.staff.models import Account

from .conftest import NOON, NUMBER, Records

pytestmark = pytest.mark.django_db
HOUSE_LINES = ("Priya Desai", "14 Marlow Court", "Leicester LE2 0AA")
WORDS = Content(subject="Your report", paragraphs=("We have read it.", "#strong[Not markup] & <b>."))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Outgoing]:
    """What left by telephone and text, with a sender that keeps it."""
    monkeypatch.setattr(channels, "_channels", dict(channels._channels))
    left: list[Outgoing] = []
    for code in (CALL_BACK, TEXT):
        channels.give_sender(code, left.append)
    return left


def begin(account: Account, channel: str = CALL_BACK, number: str = NUMBER) -> Attempt:
    return begin_attempt(actor=account.actor, channel=channel, number=number, purpose="REPLY")


def test_a_call_is_handed_to_its_channel_once_with_its_conditions(
    handler: Account, sent: list[Outgoing]
) -> None:
    record_safe_contact(actor=handler.actor, number=NUMBER, allowed=["call_back"], conditions=["withheld"])
    attempt = send_attempt(actor=handler.actor, attempt=begin(handler))
    assert [(one.to, one.conditions) for one in sent] == [("+447700900142", {"withheld"})]
    assert attempt.handed_over_at == NOON and attempt.ended_at is None
    with pytest.raises(AttemptRefused, match="carried out already"):
        send_attempt(actor=handler.actor, attempt=attempt)
    assert len(sent) == 1


def test_a_no_that_came_after_the_beginning_stops_it(
    handler: Account, other_handler: Account, sent: list[Outgoing]
) -> None:
    attempt = begin(handler)
    record_safe_contact(actor=other_handler.actor, number=NUMBER, not_allowed=["call_back"])
    with pytest.raises(NotSafe):
        send_attempt(actor=handler.actor, attempt=attempt)
    attempt.refresh_from_db()
    assert sent == [] and attempt.result == "NOT_RUNG"


def test_a_link_that_came_after_the_beginning_stops_it(
    house: Records, handler: Account, sent: list[Outgoing]
) -> None:
    attempt = begin(handler)
    house.say(NUMBER, "stalking")
    with pytest.raises(NotSafe):
        send_attempt(actor=handler.actor, attempt=attempt)
    assert sent == []


def test_the_night_that_fell_after_the_beginning_stops_it(handler: Account, sent: list[Outgoing]) -> None:
    with clock.standing_at(NOON.replace(hour=20, minute=59)):
        attempt = begin(handler)
    with clock.standing_at(NOON.replace(hour=21)), pytest.raises(OutOfHours):
        send_attempt(actor=handler.actor, attempt=attempt)
    assert sent == []


def test_only_whoever_began_it_lets_it_leave_and_not_after_its_end(
    handler: Account, other_handler: Account, sent: list[Outgoing]
) -> None:
    attempt = begin(handler)
    with pytest.raises(AttemptRefused, match="Somebody else"):
        send_attempt(actor=other_handler.actor, attempt=attempt)
    finish_attempt(actor=handler.actor, attempt=attempt, result="NOT_RUNG")
    with pytest.raises(AttemptRefused, match="carried out already"):
        send_attempt(actor=handler.actor, attempt=attempt)
    assert sent == []


def test_what_leaves_words_is_ended_as_sent_and_what_fails_as_not_sent(
    handler: Account, sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch
) -> None:
    record_safe_contact(actor=handler.actor, number=NUMBER, allowed=["text"])
    assert send_attempt(actor=handler.actor, attempt=begin(handler, TEXT)).result == "SENT"

    def fails(_going: Outgoing) -> None:
        raise NotSent("The network did not take it.")

    monkeypatch.setitem(channels._channels, TEXT, channels.replace(channels.channel_named(TEXT), send=fails))
    with clock.standing_at(NOON.replace(hour=13)):
        attempt = begin(handler, TEXT)
        with pytest.raises(NotSent):
            send_attempt(actor=handler.actor, attempt=attempt)
    attempt.refresh_from_db()
    assert attempt.result == "NOT_SENT"


@pytest.mark.parametrize("channel", [TEXT, EMAIL])
def test_without_a_sender_the_gateway_says_what_to_do(channel: str, handler: Account) -> None:
    kind = PointKind.EMAIL if channel == EMAIL else PointKind.TELEPHONE
    to = "priya@example.com" if channel == EMAIL else NUMBER
    record_safe_contact(actor=handler.actor, number=to, kind=kind, allowed=[channel])
    attempt = begin(handler, channel, to)
    with pytest.raises(NoSender, match="the force's own"):
        send_attempt(actor=handler.actor, attempt=attempt, content=WORDS)
    attempt.refresh_from_db()
    assert attempt.ended_at is None and attempt.handed_over_at is None


def test_no_later_room_makes_a_channel_quieter_or_takes_its_sender(sent: list[Outgoing]) -> None:
    quiet = channels.Channel(TEXT, "Text", sent.append, leaves_words=False, disturbs=False)
    with pytest.raises(ValueError, match="a sender already"):
        channels.register_channel(quiet)
    channels._channels[TEXT] = channels.replace(channels.channel_named(TEXT), send=None)
    channels.register_channel(quiet)
    assert channels.channel_named(TEXT).leaves_words and channels.channel_named(TEXT).disturbs


# ------------------------------------------------------------------------------------------------ letters


def letter(account: Account, tmp_path: Path, settings: Any, **content: Any) -> Attempt:
    settings.DARWIN_DATA_DIR = tmp_path
    record_safe_contact(
        actor=account.actor, number="\n".join(HOUSE_LINES), kind=PointKind.POSTAL, allowed=["letter"]
    )
    attempt = begin(account, LETTER, ", ".join(HOUSE_LINES))
    said = {"subject": WORDS.subject, "paragraphs": WORDS.paragraphs, "addressee": HOUSE_LINES, **content}
    return send_attempt(actor=account.actor, attempt=attempt, content=Content(**said))


def test_a_letter_is_a_document_kept_at_its_attempt(handler: Account, tmp_path: Path, settings: Any) -> None:
    attempt = letter(handler, tmp_path, settings)
    kept = Attachment.objects.get(subject_kind="attempt", subject_id=attempt.id)
    assert attempt.result == "SENT" and kept.name == "letter.pdf"
    assert store.place_of(kept.file.sha256).read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"addressee": ("Priya Desai", "15 Marlow Court", "Leicester LE2 0AA")}, "not the one"),
        ({"paragraphs": ()}, "no words yet"),
    ],
)
def test_a_letter_to_another_house_or_without_words_is_not_printed(
    content: dict[str, Any], told: str, handler: Account, tmp_path: Path, settings: Any
) -> None:
    with pytest.raises(NotSent, match=told):
        letter(handler, tmp_path, settings, **content)
    assert Attempt.objects.get().result == "NOT_SENT" and not Attachment.objects.exists()


# ------------------------------------------------------------------------------------------------- e-mail


@contextmanager
def a_mail_server(answer_to_data: bytes = b"250 kept\r\n") -> Iterator[tuple[int, list[bytes]]]:
    """A mail server that keeps what it is told: its port, and the lines it heard."""
    heard: list[bytes] = []

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            in_data = False
            for line in self.rfile:
                heard.append(line.rstrip(b"\r\n"))
                if in_data:
                    in_data = heard[-1] != b"."
                    self.wfile.write(b"" if in_data else answer_to_data)
                elif line.upper().startswith(b"DATA"):
                    in_data = True
                    self.wfile.write(b"354 go on\r\n")
                else:
                    self.wfile.write(b"250 well\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1], heard
        server.shutdown()


def email(account: Account, settings: Any, port: int, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    settings.DARWIN_MAIL_SERVER = MailServer(
        "127.0.0.1", port, "", "", "desk@force.example", tls=False, starttls=False
    )
    monkeypatch.setattr(channels, "_channels", dict(channels._channels))
    channels.give_sender(EMAIL, send_email)
    record_safe_contact(
        actor=account.actor, number="priya@example.com", kind=PointKind.EMAIL, allowed=["email"]
    )
    attempt = begin(account, EMAIL, "priya@example.com")
    subject = "Your report\r\nBcc: him@example.com"
    return send_attempt(
        actor=account.actor, attempt=attempt, content=Content(subject=subject, paragraphs=WORDS.paragraphs)
    )


def test_an_email_goes_to_the_one_address_and_to_nobody_a_subject_names(
    handler: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_mail_server() as (port, heard):
        assert email(handler, settings, port, monkeypatch).result == "SENT"
    assert [line for line in heard if line.startswith(b"rcpt")] == [b"rcpt TO:<priya@example.com>"]
    assert b"We have read it." in heard and b"Auto-Submitted: auto-generated" in heard
    assert not any(line.lower().startswith(b"bcc") for line in heard)


def test_a_mail_server_that_refuses_or_is_away_is_a_sentence(
    handler: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        a_mail_server(b"554 priya@example.com is unknown\r\n") as (port, _heard),
        pytest.raises(NotSent, match="did not take it") as refused,
    ):
        email(handler, settings, port, monkeypatch)
    assert "priya" not in str(refused.value)
    assert Attempt.objects.get().result == "NOT_SENT"


def test_nothing_sends_by_djangos_own_way() -> None:
    assert house_settings.EMAIL_BACKEND == "django.core.mail.backends.dummy.EmailBackend"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"DARWIN_SMTP": "mail.example.com"}, "must be smtps://"),
        ({"DARWIN_SMTP": "smtp://mail.example.com"}, "DARWIN_EMAIL_FROM"),
        (
            {"DARWIN_SMTP": "smtp://me@mail.example.com", "DARWIN_EMAIL_FROM": "a@b.example"},
            "belong together",
        ),
        (
            {
                "DARWIN_SMTP": "smtp://me@mail.example.com",
                "DARWIN_EMAIL_FROM": "a@b.example",
                "DARWIN_SMTP_PASSWORD_FILE": "/no/such/file",
            },
            "cannot be read",
        ),
    ],
)
def test_a_wrong_mail_server_stops_the_start_with_a_sentence(
    variables: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=told):
        mail_server()


def test_mail_is_encrypted_but_to_this_machine_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARWIN_EMAIL_FROM", "desk@force.example")
    for written, tls, starttls in (
        ("smtps://mail.example.com", True, False),
        ("smtp://mail.example.com", False, True),
        ("smtp://localhost:25", False, False),
    ):
        monkeypatch.setenv("DARWIN_SMTP", written)
        server = mail_server()
        assert server is not None and (server.tls, server.starttls) == (tls, starttls)


def test_a_machine_writes_in_its_own_name(handler: Account, sent: list[Outgoing]) -> None:
    record_safe_contact(actor=handler.actor, number=NUMBER, allowed=["text"])
    machine = Actor.system("deadlines")
    attempt = begin_attempt(actor=machine, channel=TEXT, number=NUMBER, purpose="REPLY")
    assert (attempt.by_id, attempt.part) == (None, "deadlines")
    assert send_attempt(actor=machine, attempt=attempt).result == "SENT"
