"""The test's own line to the switch: a second client of the Manager Interface, independent of Darwin's.

It acts (logs handlers on, asks for the state of the queue) and keeps what it hears: the bytes with the
times at which they came, as a recording that Darwin can import (docs/telephony.md), and the events for the
truth."""

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.supervisor.house_at_work import wait_for

Message = dict[str, str]
LIMIT_S = 20.0


@dataclass
class Told:
    """What answers one action: the response and the events that belong to it."""

    messages: list[Message] = field(default_factory=list)

    @property
    def response(self) -> Message:
        return self.messages[0]

    def events(self, name: str) -> list[Message]:
        return [message for message in self.messages if message.get("Event") == name]


class Manager:
    """One account's line, from `address`. It begins anew when the switch does, until it is closed."""

    def __init__(self, port: int, user: str, secret: str, address: str, recording: Path) -> None:
        self._at = ("127.0.0.1", port)
        self._login = {"Username": user, "Secret": secret, "Events": "on"}
        self._address = address
        self.recording, self.index = recording, recording.with_name(f"{recording.name}.idx.jsonl")
        self._bytes, self._marks = recording.open("wb"), self.index.open("w")
        self._offset = 0
        self._numbers = count(1)
        self._answers: dict[str, Told] = {}
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._closing = False
        self.events: list[Message] = []
        self.sessions = 0
        self._booted = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def is_booted(self) -> bool:
        """Has the switch of this line said that everything of it is loaded?"""
        return self._booted

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        self._shut()
        self._thread.join(LIMIT_S)
        self._bytes.close()
        self._marks.close()

    def ask(self, action: str, *, until: str = "", **fields: str) -> Told:
        """The answer to an action; `until` names the event that ends a list."""
        key = f"test-{next(self._numbers)}"
        told = self._answers[key] = Told()
        self._send(action, key, fields)

        def complete() -> bool:
            if not told.messages:
                return False
            return not until or told.messages[-1].get("Event") == until or _is_error(told.response)

        wait_for(complete, LIMIT_S, f"the switch answers {action}")
        del self._answers[key]
        assert not _is_error(told.response), told.response
        return told

    # --- the line ---

    def _listen(self) -> None:
        while not self._closing:
            try:
                line = socket.create_connection(self._at, timeout=5, source_address=(self._address, 0))
            except OSError:
                time.sleep(0.05)
                continue
            line.settimeout(None)
            self._socket = line
            self._mark(note="tcp-open")
            try:
                self._send("Login", f"test-{next(self._numbers)}", self._login)
                # Which life of the switch this is, and who waits: what Darwin itself asks of it.
                for action in ("CoreStatus", "QueueStatus"):
                    self._send(action, f"test-{next(self._numbers)}", {})
                self.sessions += 1
                self._read(line)
            except OSError:
                pass
            self._booted = False
            self._mark(note="tcp-closed")
            line.close()

    def _read(self, line: socket.socket) -> None:
        pending = b""
        while chunk := line.recv(262_144):
            at = time.time()
            self._mark(at, len(chunk))
            self._bytes.write(chunk)
            self._offset += len(chunk)
            *whole, pending = (pending + chunk).split(b"\r\n\r\n")
            for raw in whole:
                self._take(_message(raw), at)

    def _take(self, message: Message, at: float) -> None:
        message["received"] = repr(at)
        told = self._answers.get(message.get("ActionID", ""))
        if told is not None:
            told.messages.append(message)
        elif "Event" in message:
            self.events.append(message)
            self._booted |= message["Event"] == "FullyBooted"

    def _send(self, action: str, key: str, fields: dict[str, str]) -> None:
        lines = [f"Action: {action}", f"ActionID: {key}", *(f"{k}: {v}" for k, v in fields.items())]
        with self._lock:
            if self._socket is None:
                raise OSError("no line")
            self._socket.sendall("\r\n".join([*lines, "", ""]).encode())

    def _shut(self) -> None:
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def _mark(self, at: float | None = None, length: int = 0, note: str = "") -> None:
        mark: dict[str, Any] = {"t": time.time() if at is None else at, "off": self._offset}
        mark |= {"note": note} if note else {"len": length}
        self._marks.write(json.dumps(mark) + "\n")


def _message(raw: bytes) -> Message:
    """The fields of one message; the banner, which stands before the first, is no field."""
    fields: Message = {}
    for line in raw.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(": ")
        if colon:
            fields.setdefault(name, value)
    return fields


def _is_error(message: Message) -> bool:
    return message.get("Response") == "Error"


def of_kind(events: list[Message], name: str, test: Callable[[Message], bool] = bool) -> list[Message]:
    """The events of one name that pass a test."""
    return [event for event in events if event.get("Event") == name and test(event)]
