"""A recording played back as if it were a live switch: for tests, demonstrations and training.

What the recorder had asked of the switch (its snapshot) is given to whoever listens now, as the answer to
the same questions; everything else is sent with its own timing, divided by the speed. A connection that
ended in the recording ends here too, and the recording waits until somebody has connected again, so that a
gap is as long for the listener as it needs and hides exactly what it hid in the recording.
"""

import select
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from darwin.contact.telephony.ami import Message
from darwin.contact.telephony.recording import Received, SessionBegan, SessionEnded, read_recording
from darwin.errors import DarwinError

_BANNER = b"Asterisk Call Manager/11.0.0\r\n"
_LISTS = {
    "QueueStatus": (b"QueueParams", b"QueueMember", b"QueueEntry", b"QueueStatusComplete"),
    "CoreShowChannels": (b"CoreShowChannel", b"CoreShowChannelsComplete"),
}
_ASKED_WITHIN_S = 3.0
"""How long a new client may take for its questions before the stream goes on without them."""
_FIRST_QUESTIONS = timedelta(seconds=2)
"""A list that the recorder was given later than this is no snapshot of the beginning."""
_LINGER_S = 2.0
"""How long the last connection stays open after the last message."""
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Connection:
    """One connection of the recording: when it began, its messages with their times, its snapshot."""

    opened: datetime | None
    stream: list[tuple[datetime, bytes]] = field(default_factory=list)
    status: bytes = b""
    lists: dict[str, list[bytes]] = field(default_factory=dict)
    asked_at: datetime | None = None
    closed: datetime | None = None


def play_recording(
    recording: Path,
    index: Path | None,
    *,
    port: int,
    speed: float,
    stop: Event,
    say: Callable[[str], None],
) -> None:
    """Play every connection of the recording to the next client that connects to 127.0.0.1:port.

    Returns after the last, or when `stop` is set. Raises DarwinError for a file that is no recording, and
    for a port that cannot be had.
    """
    connections = list(_connections(recording, index))
    try:
        server = socket.create_server(("127.0.0.1", port))
    except OSError as problem:
        raise DarwinError(f"Port {port} cannot be used: {problem.strerror}. Nothing was played.") from problem
    server.settimeout(0.2)
    with server:
        say(f"{recording.name} is played at 127.0.0.1:{port}, {speed:g} times as fast as it was.")
        for number, connection in enumerate(connections):
            client = _accept(server, stop)
            if client is None:
                return
            with client:
                is_last = number == len(connections) - 1
                try:
                    _Player(client, connection, speed, stop).play(_LINGER_S if is_last else 0.0)
                except OSError:
                    say("The client has gone. What it did not hear is lost to it, as with a real switch.")
    say("The recording has ended.")


def _accept(server: socket.socket, stop: Event) -> socket.socket | None:
    while not stop.is_set():
        try:
            client, _ = server.accept()
        except TimeoutError:
            continue
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client
    return None


def _connections(recording: Path, index: Path | None) -> Iterator[_Connection]:
    now: _Connection | None = None
    for item in read_recording(recording, index):
        if isinstance(item, SessionBegan):
            now = _Connection(item.at)
        elif isinstance(item, SessionEnded) and now is not None:
            now.closed = item.at
            if now.stream or now.status:
                yield now
        elif isinstance(item, Received) and now is not None:
            _sort_in(now, item)


def _sort_in(connection: _Connection, received: Received) -> None:
    """What answered the first questions of the recorder is kept for those questions; the rest is the stream,
    with the lists that the recorder asked for later."""
    message = received.message
    connection.opened = connection.opened or received.at
    if message.raw.startswith(b"Response:"):
        if b"CoreStartupTime" in message.raw:
            connection.status = message.raw
        return
    if received.at - connection.opened <= _FIRST_QUESTIONS and _is_of_snapshot(connection, received):
        return
    if message.name != b"FullyBooted":
        connection.stream.append((received.at, message.raw))


def _is_of_snapshot(connection: _Connection, received: Received) -> bool:
    """Keep the message for the snapshot if it is of the first list of its kind."""
    message = received.message
    for action, names in _LISTS.items():
        if message.name in names and b"\nActionID: " in message.raw:
            known = connection.lists.setdefault(action, [])
            if known and known[-1].startswith(b"Event: " + names[-1]):
                return False
            known.append(message.raw)
            connection.asked_at = received.at if action == "QueueStatus" else connection.asked_at
            return True
    return False


class _Player:
    """Plays one connection to one client."""

    def __init__(self, client: socket.socket, recorded: _Connection, speed: float, stop: Event) -> None:
        self._client, self._recorded, self._speed, self._stop = client, recorded, speed, stop
        self._received = b""
        self._asked: set[str] = set()
        # The recording's time: it stands still until the client has its snapshot.
        first = recorded.stream[0][0] if recorded.stream else _ZERO
        self._time = recorded.asked_at or recorded.opened or first
        self._running_since: float | None = None

    def play(self, linger_s: float) -> None:
        """All of it, then the pings of `linger_s` more seconds. Raises OSError if the client goes."""
        self._client.sendall(_BANNER)
        deadline: float | None = None
        while not {"Login", *_LISTS} <= self._asked and not self._stop.is_set():
            self._serve(0.05)
            if "Login" in self._asked:
                deadline = deadline or time.monotonic() + _ASKED_WITHIN_S
                if time.monotonic() > deadline:
                    break
        self._running_since = time.monotonic()
        for at, raw in self._recorded.stream:
            self._wait_for(at)
            if self._stop.is_set():
                return
            self._client.sendall(raw + b"\r\n\r\n")
        if self._recorded.closed:
            self._wait_for(self._recorded.closed)
        ends = time.monotonic() + linger_s
        while time.monotonic() < ends and not self._stop.is_set():
            self._serve(0.1)

    def _now(self) -> datetime:
        """The moment of the recording that is played now."""
        if self._running_since is None:
            return self._time
        return self._time + timedelta(seconds=(time.monotonic() - self._running_since) * self._speed)

    def _wait_for(self, at: datetime) -> None:
        while not self._stop.is_set() and (left := (at - self._now()).total_seconds() / self._speed) > 0:
            self._serve(min(left, 0.2))
        self._serve(0)

    def _serve(self, wait_s: float) -> None:
        """Answer whatever the client has asked by now, waiting up to wait_s for it."""
        if not select.select([self._client], [], [], wait_s)[0]:
            return
        data = self._client.recv(65_536)
        if not data:
            raise ConnectionResetError
        self._received += data
        while b"\r\n\r\n" in self._received:
            asked, _, self._received = self._received.partition(b"\r\n\r\n")
            if asked.strip():
                self._answer(Message(0, len(asked), asked.strip()).fields())

    def _answer(self, asked: dict[str, str]) -> None:
        action, number = asked.get("Action", ""), asked.get("ActionID", "")
        mark = f"ActionID: {number}".encode()
        self._asked.add(action)
        if action == "Login":
            self._client.sendall(_reply(mark, b"Message: Authentication accepted"))
        elif action == "Challenge":
            self._client.sendall(_reply(mark, b"Challenge: 147258369"))
        elif action == "Ping":
            self._client.sendall(_reply(mark, b"Ping: Pong", b"Timestamp: " + _stamp(self._now())))
        elif action == "CoreStatus":
            told = self._recorded.status.splitlines()[1:]
            kept = [line.strip() for line in told if not line.startswith(b"ActionID:")]
            self._client.sendall(
                _reply(mark, *(kept or [b"CoreStartupDate: 2026-01-01", b"CoreStartupTime: 00:00:00"]))
            )
        elif action in _LISTS:
            self._client.sendall(self._list(action, mark))
        elif action == "Logoff":
            self._client.sendall(b"Response: Goodbye\r\n" + mark + b"\r\n\r\n")
            raise ConnectionResetError
        else:
            self._client.sendall(
                b"Response: Error\r\n" + mark + b"\r\nMessage: A recording cannot do this\r\n\r\n"
            )

    def _list(self, action: str, mark: bytes) -> bytes:
        recorded = self._recorded.lists.get(action, [])
        last = _LISTS[action][-1]
        told = [_reply(mark, b"EventList: start", b"Message: It will follow")]
        for raw in recorded:
            lines = [line.rstrip(b"\r") for line in raw.split(b"\n")]
            told.append(
                b"\r\n".join(mark if line.startswith(b"ActionID:") else line for line in lines) + b"\r\n\r\n"
            )
        if not recorded or not recorded[-1].startswith(b"Event: " + last):
            told.append(
                b"Event: " + last + b"\r\n" + mark + b"\r\nEventList: Complete\r\nListItems: 0\r\n\r\n"
            )
        return b"".join(told)


def _reply(mark: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join((b"Response: Success", mark, *lines)) + b"\r\n\r\n"


def _stamp(at: datetime) -> bytes:
    return f"{at.timestamp():.6f}".encode()
