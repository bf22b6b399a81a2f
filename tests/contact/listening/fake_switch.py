"""A made-up Asterisk manager on a port of its own.

It answers, remembers what it was asked, and misbehaves on demand. Several threads may use it;
`lock` holds everything that it sends.
"""

import hashlib
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, RLock, Thread

Fields = dict[str, str]
BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def message(*pairs: tuple[str, object]) -> bytes:
    return "".join(f"{key}: {value}\r\n" for key, value in pairs).encode() + b"\r\n"


class FakeSwitch:
    """asked: every action in order. waiting, members, channels: what the snapshot tells. denied: actions that
    this user may not do. deeds: what other actions do, by name. look: called before the list of the queues is
    told. is_frozen: a half-open connection. is_away: nobody is let in."""

    def __init__(self, user: str = "darwin", secret: str = "of-the-switch") -> None:
        self.user, self.secret = user, secret
        self.startup = "18:27:15"
        self.asked: list[tuple[str, Fields]] = []
        self.waiting: list[Fields] = []
        self.members: list[Fields] = []
        self.channels: list[Fields] = []
        self.denied: set[str] = set()
        self.deeds: dict[str, Callable[[Fields], bytes | None]] = {}
        self.clock_offset_s = 0.0
        self.greeting: bytes | None = BANNER
        self.challenges = True
        self.is_frozen = False
        self.is_away = False
        self.look: Callable[[], None] = lambda: None
        self._logged_in = False
        self._client: socket.socket | None = None
        self._ready = Event()
        self.lock = RLock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._ended = False
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    # --- what a test does ---

    def send(self, data: bytes) -> None:
        """To whoever has its snapshot."""
        assert self._ready.wait(10), "nobody has connected"
        with self.lock:
            assert self._client is not None
            self._client.sendall(data)

    def tell(self, data: bytes) -> None:
        """What happens at the switch: whoever is logged in hears it, and nobody hears it later."""
        with self.lock, suppress(OSError):
            if self._client is not None and self._logged_in and not self.is_frozen:
                self._client.sendall(data)

    def await_client(self, limit_s: float = 15) -> None:
        assert self._ready.wait(limit_s), "nobody has connected and asked for the snapshot"

    def drop(self) -> None:
        """End the connection as a lost network does: without a word."""
        self._ready.clear()
        with self.lock:
            if self._client is not None:
                with suppress(OSError):
                    self._client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._ended = True
        self.drop()
        self._server.close()
        self._thread.join(5)

    def actions(self) -> list[str]:
        return [action for action, _ in self.asked]

    # --- the server ---

    def _serve(self) -> None:
        self._server.settimeout(0.1)
        while not self._ended:
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with client, suppress(OSError):
                if self.is_away:
                    continue
                self._client = client
                client.settimeout(None)
                self._converse(client)
            self._ready.clear()
            self._client, self._logged_in = None, False

    def _converse(self, client: socket.socket) -> None:
        if self.greeting is not None:
            client.sendall(self.greeting)
        received = b""
        while data := client.recv(65_536):
            received += data
            while b"\r\n\r\n" in received:
                asked, _, received = received.partition(b"\r\n\r\n")
                fields = dict(line.split(": ", 1) for line in asked.decode().split("\r\n") if ": " in line)
                if not fields or self.is_frozen:
                    continue
                action = fields.pop("Action")
                self.asked.append((action, fields))
                with self.lock:
                    client.sendall(self._answer(action, fields))
                if action == "Logoff":
                    return
                if action == "CoreShowChannels":
                    self._ready.set()

    def _answer(self, action: str, asked: Fields) -> bytes:
        mark = ("ActionID", asked.get("ActionID", ""))
        if action in self.denied:
            return message(("Response", "Error"), mark, ("Message", "Permission denied"))
        if action == "Challenge" and self.challenges:
            return message(("Response", "Success"), mark, ("Challenge", "314159265"))
        if action == "Login":
            return self._login(asked, mark)
        if action == "Ping":
            now = time.time() + self.clock_offset_s
            return message(("Response", "Success"), mark, ("Ping", "Pong"), ("Timestamp", f"{now:.6f}"))
        if action == "CoreStatus":
            told = (("CoreStartupDate", "2026-11-22"), ("CoreStartupTime", self.startup))
            return message(("Response", "Success"), mark, *told)
        if action == "QueueStatus":
            return self._queue_status(asked, mark)
        if action == "CoreShowChannels":
            return self._list(mark, "CoreShowChannel", self.channels, "CoreShowChannelsComplete")
        if action == "Logoff":
            return message(("Response", "Goodbye"), mark)
        if action in self.deeds:
            more = self.deeds[action](asked) or b""
            return message(("Response", "Success"), mark) + more
        return message(("Response", "Error"), mark, ("Message", "Invalid/unknown command"))

    def _login(self, asked: Fields, mark: tuple[str, str]) -> bytes:
        key = hashlib.md5(("314159265" + self.secret).encode()).hexdigest()
        knows = asked.get("Key") == key if "Key" in asked else asked.get("Secret") == self.secret
        if asked.get("Username") == self.user and knows:
            self._logged_in = True
            return message(("Response", "Success"), mark, ("Message", "Authentication accepted"))
        return message(("Response", "Error"), mark, ("Message", "Authentication failed"))

    def _queue_status(self, asked: Fields, mark: tuple[str, str]) -> bytes:
        self.look()
        members = [m for m in self.members if asked.get("Member", m["Location"]) == m["Location"]]
        listed = b"".join(message(("Event", "QueueMember"), mark, *one.items()) for one in members)
        listed += b"".join(message(("Event", "QueueEntry"), mark, *one.items()) for one in self.waiting)
        return (
            message(("Response", "Success"), mark, ("EventList", "start"), ("Message", "It will follow"))
            + message(("Event", "QueueParams"), mark, ("Queue", "101"))
            + listed
            + message(("Event", "QueueStatusComplete"), mark, ("EventList", "Complete"))
        )

    @staticmethod
    def _list(mark: tuple[str, str], event: str, rows: list[Fields], last: str) -> bytes:
        return (
            message(("Response", "Success"), mark, ("EventList", "start"))
            + b"".join(message(("Event", event), mark, *row.items()) for row in rows)
            + message(("Event", last), mark, ("EventList", "Complete"))
        )
