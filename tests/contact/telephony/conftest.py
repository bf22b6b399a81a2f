"""A made-up switch that writes the AMI stream of a real one, and the places of the real recordings."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest

from darwin.contact.telephony.ami import AmiCodec, Banner, Message
from darwin.contact.telephony.asterisk import AsteriskAdapter
from darwin.contact.telephony.entries import derive_entries
from darwin.contact.telephony.events import CallEvent, Entry
from darwin.contact.telephony.recording import Received, moment, timestamp_of

START = 1_795_000_000
DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"


@pytest.fixture(scope="session")
def recording_folder() -> Path:
    if not DATA.is_dir():
        pytest.skip("the folder shared/data with the recordings of a real switch is not here")
    return DATA / "asterisk"


@pytest.fixture(scope="session")
def formats_folder(recording_folder: Path) -> Path:
    return DATA / "formats"


class MadeUpSwitch:
    """Writes messages with the field sets of Asterisk 22. Times are seconds after START; calls are named by a
    number, their channels follow from it."""

    def __init__(self, queue: str = "101", *, stamped: bool = True) -> None:
        self.queue = queue
        self.stamped = stamped
        self.parts: list[tuple[float, bytes]] = []

    @property
    def bytes(self) -> bytes:
        return b"".join(part for _, part in self.parts)

    def send(self, at: float, event: str, *pairs: tuple[str, object], stamped: bool | None = None) -> None:
        lines = [f"Event: {event}", "Privilege: agent,all"]
        if self.stamped if stamped is None else stamped:
            lines.append(f"Timestamp: {START + at:.6f}")
        lines += [f"{key}: {value}" for key, value in pairs]
        self.parts.append((START + at, ("\r\n".join(lines) + "\r\n\r\n").encode()))

    def respond(self, at: float, *pairs: tuple[str, object]) -> None:
        lines = ["Response: Success", *(f"{key}: {value}" for key, value in pairs)]
        self.parts.append((START + at, ("\r\n".join(lines) + "\r\n\r\n").encode()))

    def login(self, at: float, startup: str = "18:27:15") -> None:
        self.parts.append((START + at, b"Asterisk Call Manager/11.0.0\r\n"))
        self.respond(at, ("Message", "Authentication accepted"))
        self.respond(at, ("CoreStartupDate", "2026-11-22"), ("CoreStartupTime", startup))

    @staticmethod
    def uniqueid(call: int) -> str:
        return f"{START}.{call}"

    def channel(self, call: int, number: str = "07700900123", **changed: object) -> list[tuple[str, object]]:
        fields: dict[str, object] = {
            "Channel": f"PJSIP/trunk101-{call:08x}",
            "ChannelState": 6,
            "ChannelStateDesc": "Up",
            "CallerIDNum": number,
            "CallerIDName": "<unknown>",
            "Language": "en",
            "Context": "from-101",
            "Exten": "101",
            "Priority": 4,
            "Uniqueid": self.uniqueid(call),
            "Linkedid": self.uniqueid(call),
        }
        return list((fields | changed).items())

    def handler(self, call: int, agent: int, leg: int) -> list[tuple[str, object]]:
        return [
            ("DestChannel", f"PJSIP/{agent}-{leg:08x}"),
            ("DestCallerIDNum", agent),
            ("DestUniqueid", self.uniqueid(leg)),
            ("DestLinkedid", self.uniqueid(call)),
        ]

    @staticmethod
    def member(agent: int) -> list[tuple[str, object]]:
        return [("Interface", f"PJSIP/{agent}"), ("MemberName", f"Operator {agent}")]

    def user_event(
        self, at: float, call: int, name: str, *pairs: tuple[str, object], number: str = "07700900123"
    ) -> None:
        self.send(
            at, "UserEvent", *self.channel(call, number), ("UserEvent", name), ("Queue", self.queue), *pairs
        )

    def arrive(self, at: float, call: int, number: str = "07700900123", name: str = "CallArrived") -> None:
        self.user_event(at, call, name, ("CallerPres", "allowed_not_screened"), number=number)

    def exit(self, at: float, call: int, status: str) -> None:
        self.user_event(at, call, "QueueExit", ("QueueStatus", status))

    def join(self, at: float, call: int, number: str = "07700900123", count: int = 1) -> None:
        fields = self.channel(call, number)
        self.send(
            at, "QueueCallerJoin", *fields, ("Queue", self.queue), ("Position", count), ("Count", count)
        )

    def leave(self, at: float, call: int) -> None:
        self.send(
            at, "QueueCallerLeave", *self.channel(call), ("Queue", self.queue), ("Position", 1), ("Count", 0)
        )

    def abandon(self, at: float, call: int, hold: int) -> None:
        fields = self.channel(call)
        self.send(
            at, "QueueCallerAbandon", *fields, ("Queue", self.queue), ("Position", 1), ("HoldTime", hold)
        )

    def hangup_request(self, at: float, call: int) -> None:
        self.send(at, "HangupRequest", *self.channel(call), ("Cause", 16))

    def hangup(self, at: float, call: int) -> None:
        self.send(at, "SoftHangupRequest", *self.channel(call), ("Cause", 16))
        self.send(at + 0.0001, "Hangup", *self.channel(call), ("Cause", 16), ("Cause-txt", "Normal Clearing"))

    def give_up(self, at: float, call: int, hold: int) -> None:
        """The caller hangs up while waiting."""
        self.hangup_request(at - 0.0005, call)
        self.abandon(at - 0.0001, call, hold)
        self.leave(at, call)
        self.hangup(at + 0.0002, call)

    def no_answer(self, at: float, call: int, agent: int, leg: int, ring_ms: int = 6000) -> None:
        where = [*self.handler(call, agent, leg), ("Queue", self.queue), *self.member(agent)]
        self.send(at, "AgentRingNoAnswer", *self.channel(call), *where, ("RingTime", ring_ms))

    def connect(self, at: float, call: int, agent: int, leg: int, hold: int, *, leave: bool = True) -> None:
        if leave:
            self.leave(at - 0.0005, call)
        where = [*self.handler(call, agent, leg), ("Queue", self.queue), *self.member(agent)]
        self.send(at, "AgentConnect", *self.channel(call), *where, ("HoldTime", hold), ("RingTime", 1))

    def complete(
        self,
        at: float,
        call: int,
        agent: int,
        leg: int,
        hold: int,
        talk: int,
        reason: str = "caller",
        *,
        caller: bool = True,
        handler: bool = True,
    ) -> None:
        fields = self.channel(call) if caller else []
        fields += self.handler(call, agent, leg) if handler else []
        said = [("HoldTime", hold), ("TalkTime", talk), ("Reason", reason)]
        self.send(at, "AgentComplete", *fields, ("Queue", self.queue), *self.member(agent), *said)

    def blind_transfer(self, at: float, call: int, agent: int, leg: int, result: str = "Success") -> None:
        self.send(
            at,
            "BlindTransfer",
            ("Result", result),
            ("TransfererChannel", f"PJSIP/{agent}-{leg:08x}"),
            ("TransfererUniqueid", self.uniqueid(leg)),
            ("TransfererLinkedid", self.uniqueid(call)),
            ("TransfereeChannel", f"PJSIP/trunk101-{call:08x}"),
            ("TransfereeUniqueid", self.uniqueid(call)),
            ("TransfereeLinkedid", self.uniqueid(call)),
            ("Extension", "2001"),
        )

    def snapshot(self, at: float, *waiting: tuple[int, int]) -> None:
        """waiting: (call, whole seconds waited)."""
        self.send(at, "QueueParams", ("Queue", self.queue), ("Calls", len(waiting)), stamped=False)
        for position, (call, wait) in enumerate(waiting, 1):
            fields = [("Queue", self.queue), ("Position", position), ("Uniqueid", self.uniqueid(call))]
            self.send(
                at, "QueueEntry", *fields, ("CallerIDNum", "07700900123"), ("Wait", wait), stamped=False
            )
        self.send(at, "QueueStatusComplete", ("EventList", "Complete"), stamped=False)


@pytest.fixture
def switch() -> MadeUpSwitch:
    return MadeUpSwitch()


@pytest.fixture
def silent_switch() -> MadeUpSwitch:
    """A switch whose messages bear no Timestamp."""
    return MadeUpSwitch(stamped=False)


def _moment(at: float) -> datetime:
    return moment(0, round(at * 1_000_000))


def hear(adapter: AsteriskAdapter, parts: Iterable[tuple[float, bytes]]) -> list[CallEvent]:
    """What an adapter says of one connection: the parts with their receive times."""
    codec = AmiCodec()
    adapter.begin_session()
    events: list[CallEvent] = []
    for at, part in parts:
        for piece in codec.feed(part):
            if isinstance(piece, Message):
                stamp = timestamp_of(piece)
                when = stamp or _moment(at)
                events += adapter.feed(Received(piece, when, stamped=stamp is not None))
            elif not isinstance(piece, Banner):
                events += adapter.lose()
    return events + adapter.end_session()


def by_call(events: Iterable[CallEvent]) -> dict[str, list[CallEvent]]:
    calls: dict[str, list[CallEvent]] = defaultdict(list)
    for event in events:
        if event.call_id:
            calls[event.call_id].append(event)
    return calls


@pytest.fixture(scope="session")
def entries_of() -> Callable[[Iterable[CallEvent]], list[Entry]]:
    """All entries and refusals of a bag of events, by call and number."""

    def derive(events: Iterable[CallEvent]) -> list[Entry]:
        found = [entry for evidence in by_call(events).values() for entry in derive_entries(evidence)]
        return sorted(found, key=lambda e: (e.call_id, e.queue, e.entry_no, str(e.joined_at)))

    return derive


@pytest.fixture
def listen() -> Callable[..., list[CallEvent]]:
    """The events of one or more connections to one switch, heard by one adapter."""

    def heard(*connections: list[tuple[float, bytes]]) -> list[CallEvent]:
        adapter = AsteriskAdapter()
        return [event for parts in connections for event in hear(adapter, parts)]

    return heard
