"""One connection to Asterisk's Manager Interface: greeting, login, questions, pings, and actions.

One thread reads, and does nothing with what it reads but write it into the spool and look for the answers to
our own questions: a switch disconnects a client that leaves it waiting for 100 ms (writetimeout). Other
threads may ask meanwhile.
"""

import hashlib
import itertools
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock

from darwin.contact.listening.spool import SpoolFull, SpoolWriter
from darwin.contact.telephony.ami import AmiCodec, Message
from darwin.deadlines import clock
from darwin.errors import DarwinError

GREETING_S = 5.0
ANSWER_S = 10.0
PING_EVERY_S = 10.0
SILENT_AFTER_S = 10.0
"""Seconds after a ping without a byte from the switch, after which the connection counts as dead."""
LOOK_EVERY_S = 30.0
"""How often the list of those who wait is asked for again while no queue event was ever heard."""
_RECEIVE = 262_144
_TICK_S = 0.25
_BANNER = b"Asterisk Call Manager/"
_LISTENING_ONLY = frozenset(
    {"Challenge", "Login", "Logoff", "Ping", "CoreStatus", "QueueStatus", "CoreShowChannels"}
)
"""Everything that Darwin ever sends to a switch in shadow mode: none of it changes anything there."""

Fields = dict[str, str]


class LineDown(DarwinError):
    """The switch is not heard, for the reason that the sentence gives."""


class WrongSecret(LineDown):
    """The switch refuses the user or the secret: trying again at once is of no use."""


class ActionRefused(DarwinError):
    """An action that was not sent, or that the switch answered with an error."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where a switch is reached, and as whom. shadow: listen only. ring_out_context: where in the dialplan
    a number that a handler rings is dialled, "" where nobody has said so."""

    switch: str
    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    shadow: bool = False
    ring_out_context: str = ""

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(slots=True)
class Answer:
    """What came back for one action: its response, and the events of a list or of its later end."""

    until: str = ""
    response: Fields = field(default_factory=dict)
    events: list[Fields] = field(default_factory=list)
    done: Event = field(default_factory=Event)

    @property
    def succeeded(self) -> bool:
        return self.response.get("Response") in ("Success", "Goodbye")

    def take(self, fields: Fields) -> None:
        """A message with the identifier of this action."""
        if "Event" not in fields:  # some events bear a Response of their own
            self.response = fields
            goes_on = fields.get("EventList", "").lower() == "start" or (self.until and self.succeeded)
            if not goes_on:
                self.done.set()
            return
        self.events.append(fields)
        if fields.get("EventList", "").lower() == "complete" or fields.get("Event") == self.until:
            self.done.set()


class Session:
    """One connection, from its opening to its end. opened_at: when; heard_at: when the last byte came."""

    _numbers = itertools.count(1)

    def __init__(self, line: Line, spool: SpoolWriter) -> None:
        self.line = line
        self.opened_at = self.heard_at = clock.now()
        self.missing: list[str] = []
        self.deaf_to: list[str] = []
        self._spool = spool
        self._is_spooled = False
        self._early: list[tuple[datetime, bytes]] = []
        self._codec = AmiCodec()
        self._socket: socket.socket | None = None
        self._sending = Lock()
        self._answers: dict[str, Answer] = {}
        self._heard_s = self._pinged_s = 0.0
        self._number = next(self._numbers)
        self._actions = itertools.count(1)
        self._hears_queues = self._hears_calls = False
        self._looked_s = self._began_s = 0.0
        self._look: Answer | None = None

    # --- the connection's life, by the reading thread alone ---

    def open(self) -> None:
        """Connect, log in and ask for the snapshot, whose answers go into the spool like everything else.

        Raises LineDown, and WrongSecret.
        """
        self._connect()
        self._greet()
        self._log_in()
        self._begin_spool()
        self._wait(self._send("Ping"))
        self._question("CoreStatus", "start")
        queues = self._question("QueueStatus", "queues")
        if not queues.succeeded:
            told = queues.response.get("Message", "nothing")
            raise LineDown(
                f"The switch at {self.line.place} did not give the list of its queues (it said: {told}). "
                "It may still be starting."
            )
        self._question("CoreShowChannels", "channels")

    def _question(self, action: str, name: str) -> Answer:
        answer = self._wait(self._send(action, action_id=f"darwin-{self._number}-snapshot-{name}"))
        if not answer.succeeded and answer.response.get("Message", "").lower() == "permission denied":
            self.missing.append(action)
        return answer

    def listen(self, stop: Event) -> None:
        """Read until the connection ends or `stop` is set. Raises LineDown when the switch is lost."""
        self._pinged_s = self._looked_s = self._began_s = time.monotonic()
        while not stop.is_set():
            self._receive()
            now = time.monotonic()
            if not self._hears_queues:
                self._look_for_unheard(now)
            if now - self._pinged_s < PING_EVERY_S:
                continue
            if self._heard_s >= self._pinged_s:
                self._forget_answered()
                self._send("Ping")
                self._pinged_s = now
            elif now - self._pinged_s >= PING_EVERY_S + SILENT_AFTER_S:
                raise LineDown(f"The switch at {self.line.place} has stopped answering.")

    def _look_for_unheard(self, now: float) -> None:
        """A user without the right to read queue events hears nothing, and nothing says so. So where none was
        heard, look whether somebody waits who joined since this connection began."""
        if self._look is None:
            if now - self._looked_s >= LOOK_EVERY_S:
                self._look = self._send("QueueStatus")
        elif self._look.done.is_set():
            waits = [int(fields.get("Wait", "0") or 0) for fields in self._look.events if "Wait" in fields]
            if any(2 < wait < now - self._began_s - 2 for wait in waits):
                self.deaf_to = ["agent"]
            self._look, self._looked_s = None, now

    def close(self) -> None:
        """End the connection, as politely as it lets us."""
        if self._socket is None:
            return
        with suppress(OSError, DarwinError):
            self._send("Logoff")
        self._socket.close()
        self._socket = None
        for answer in self._answers.values():
            answer.done.set()
        if self._is_spooled:
            self._spool.end(self.heard_at)

    # --- actions, by any thread ---

    def ask(self, action: str, fields: Fields, *, until: str = "", wait_s: float = ANSWER_S) -> Answer:
        """Do one action and wait for its answer; `until`: the event that ends it, where that comes later.

        Raises ActionRefused if the switch does not know it, does not allow it, or does not answer.
        """
        answer = self._send(action, fields, until=until)
        if not answer.done.wait(wait_s) or not answer.response:
            raise ActionRefused("The switch did not answer. Use the telephone itself.")
        if not answer.succeeded:
            told = answer.response.get("Message", "")
            if told.lower() == "permission denied":
                raise ActionRefused(
                    f"The switch does not let Darwin do this ({action}). Use the telephone itself, and tell "
                    "whoever looks after the switch."
                )
            raise ActionRefused(f"The switch refused: {told or 'it gave no reason'}")
        return answer

    # --- how it is done ---

    def _connect(self) -> None:
        place = self.line.place
        try:
            connection = socket.create_connection((self.line.host, self.line.port), timeout=GREETING_S)
        except socket.gaierror as problem:
            raise LineDown(f"No machine is known by the name {self.line.host}.") from problem
        except TimeoutError as problem:
            raise LineDown(f"The switch at {place} does not answer. A firewall may be between.") from problem
        except ConnectionRefusedError as problem:
            raise LineDown(
                f"Nothing listens at {place}. The switch is not running, or its manager is not enabled there."
            ) from problem
        except OSError as problem:
            raise LineDown(f"The switch at {place} cannot be reached: {problem.strerror}.") from problem
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_TICK_S)
        self._socket = connection
        self.opened_at = self.heard_at = clock.now()
        self._heard_s = time.monotonic()

    def _greet(self) -> None:
        """Asterisk greets at once; whoever waits to be spoken to is something else."""
        deadline, asked = time.monotonic() + GREETING_S, False
        greeting = b""
        while b"\n" not in greeting and len(greeting) < 4096:
            if time.monotonic() > deadline:
                raise LineDown(other_protocol(self.line.place, greeting))
            if not asked and not greeting and time.monotonic() > deadline - GREETING_S / 2:
                asked = self._provoke()
            greeting += self._read(other_protocol(self.line.place, greeting))
            if greeting and not _BANNER.startswith(greeting[: len(_BANNER)]):
                break
        if not greeting.startswith(_BANNER):
            raise LineDown(other_protocol(self.line.place, greeting))
        self._early.append((self.heard_at, greeting))
        self._look_for_answers(greeting)

    def _provoke(self) -> bool:
        """An empty line: a web server and TLS answer to it with an error that shows what they are."""
        assert self._socket is not None
        self._socket.sendall(b"\r\n\r\n")
        return True

    def _log_in(self) -> None:
        """By challenge, so that the secret does not cross the network; by the secret where the switch knows
        no challenge."""
        challenge = self._wait(self._send("Challenge", {"AuthType": "MD5"})).response.get("Challenge", "")
        who = {"Username": self.line.user}
        if challenge:
            key = hashlib.md5((challenge + self.line.secret).encode(), usedforsecurity=False).hexdigest()
            login = self._wait(self._send("Login", {**who, "AuthType": "MD5", "Key": key}))
        else:
            login = self._wait(self._send("Login", {**who, "Secret": self.line.secret}))
        if login.succeeded:
            return
        told = login.response.get("Message", "")
        if "authentication" in told.lower():
            raise WrongSecret(
                f"The switch at {self.line.place} refuses the user {self.line.user} or the secret. Mend the "
                "secret file, or the user's secret and permit lines in the switch's manager.conf."
            )
        raise LineDown(f"The switch at {self.line.place} does not let us in: {told or 'it gave no reason'}.")

    def _begin_spool(self) -> None:
        try:
            self._spool.begin(self.opened_at)
            self._is_spooled = True
            for at, data in self._early:
                self._spool.append(at, data)
        except SpoolFull as problem:
            raise LineDown(str(problem)) from problem
        self._early.clear()

    def _wait(self, answer: Answer) -> Answer:
        """Read until this answer is complete. For the reading thread itself."""
        deadline = time.monotonic() + ANSWER_S
        while not answer.done.is_set():
            self._receive()
            if time.monotonic() > deadline:
                raise LineDown(f"The switch at {self.line.place} does not answer to a question.")
        return answer

    def _receive(self) -> None:
        """Whatever the switch has sent by now: first written down, then looked through."""
        data = self._read(f"The switch at {self.line.place} has ended the connection.")
        if not data:
            return
        if self._is_spooled:
            try:
                self._spool.append(self.heard_at, data)
            except SpoolFull as problem:
                raise LineDown(str(problem)) from problem
        else:
            self._early.append((self.heard_at, data))
        self._look_for_answers(data)

    def _read(self, ended: str) -> bytes:
        assert self._socket is not None
        try:
            data = self._socket.recv(_RECEIVE)
        except TimeoutError:
            return b""
        except OSError as problem:
            raise LineDown(ended) from problem
        if not data:
            raise LineDown(ended)
        self.heard_at, self._heard_s = clock.now(), time.monotonic()
        return data

    def _notice_rights(self, data: bytes) -> None:
        if not self._hears_queues and b"\nPrivilege: agent," in data:
            self._hears_queues, self.deaf_to = True, []
        if not self._hears_calls:
            self._hears_calls = b"\nPrivilege: call," in data
            # A caller who joins has a channel, which makes events of its own before.
            if b"Event: QueueCallerJoin" in data and not self._hears_calls:
                self.deaf_to = ["call"]
            elif self._hears_calls and self.deaf_to == ["call"]:
                self.deaf_to = []

    def _look_for_answers(self, data: bytes) -> None:
        self._notice_rights(data)
        for piece in self._codec.feed(data):
            if isinstance(piece, Message) and b"\nActionID: darwin-" in piece.raw:
                fields = piece.fields()
                answer = self._answers.get(fields.get("ActionID", ""))
                if answer is not None:
                    answer.take(fields)

    def _send(
        self, action: str, fields: Fields | None = None, *, until: str = "", action_id: str = ""
    ) -> Answer:
        if self.line.shadow and action not in _LISTENING_ONLY:
            raise ActionRefused("Darwin runs in shadow and tells the switch nothing.")
        connection = self._socket
        if connection is None:
            raise ActionRefused("The switch is not heard now. Use the telephone itself.")
        number = action_id or f"darwin-{self._number}-{next(self._actions)}"
        pairs = {"Action": action, "ActionID": number, **(fields or {})}
        if any("\r" in part or "\n" in part for pair in pairs.items() for part in pair):
            raise ActionRefused("Something of this cannot be told to a switch: it has a line break.")
        answer = self._answers[number] = Answer(until)
        told = "".join(f"{key}: {value}\r\n" for key, value in pairs.items()) + "\r\n"
        with self._sending:
            if self._is_spooled:
                self._spool.sent(clock.now(), action, number)
            try:
                connection.sendall(told.encode())
            except OSError as problem:
                raise LineDown(f"The switch at {self.line.place} has ended the connection.") from problem
        return answer

    def _forget_answered(self) -> None:
        for number, answer in list(self._answers.items()):
            if answer.done.is_set():
                del self._answers[number]


def other_protocol(place: str, greeting: bytes) -> str:
    """What speaks there instead of a manager interface, in a sentence."""
    head = greeting.lstrip()[:16]
    if head.startswith(b"HTTP/") or b"<html" in greeting[:400].lower():
        what = "A web server answers there (Asterisk's own listens on 8088)."
    elif head.startswith(b"SSH-"):
        what = "An SSH server answers there."
    elif greeting[:1] in (b"\x15", b"\x16") and greeting[1:2] == b"\x03":
        what = "It speaks TLS. Darwin speaks to the manager without TLS; lead it through a tunnel."
    elif head.startswith(b"SIP/"):
        what = "A SIP port answers there."
    elif head:
        what = "Something else answers there."
    else:
        what = (
            "It takes the connection and says nothing, as a web server does, or TLS, or a switch whose "
            "manager.conf does not permit this machine."
        )
    return f"There is no Asterisk manager at {place}. {what} The manager's port is 5038 as a rule."
