"""The web process's one ear: a single connection that listens, whatever the number of open streams."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection as django_connection

from darwin.ledger.live.publisher import CHANNEL, KEPT

# The publisher gives a sign at least every 2 s; three missed, and the screens say that they stand still.
SILENCE_S = 6.0
RETRY_S = 1.0
STATE = "live.state"


@dataclass(frozen=True, slots=True)
class Frame:
    """One screen as it was sent. sequence 0: no screen, but the state of the stream itself."""

    sequence: int
    name: str
    payload: bytes

    def encode(self) -> bytes:
        """The frame as an event of text/event-stream (HTML standard, section 9.2)."""
        return _encoded(self)


@lru_cache(maxsize=64)
def _encoded(frame: Frame) -> bytes:
    # Many streams send the same frame within the same moment: it is written once.
    text = frame.payload.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = [f"event: {frame.name}".encode()]
    if frame.sequence:
        lines.append(f"id: {frame.sequence}".encode())
    lines += [b"data: " + line for line in text.split(b"\n")]
    return b"\n".join(lines) + b"\n\n"


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream. A slow browser skips to the newest of each screen: what waits for it stays small."""

    names: frozenset[str]
    replay: deque[Frame] = field(default_factory=deque)
    newest: "OrderedDict[str, Frame]" = field(default_factory=OrderedDict)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, frame: Frame) -> None:
        self.newest.pop(frame.name, None)
        self.newest[frame.name] = frame
        self.woken.set()

    async def take(self, wait_s: float) -> Frame | None:
        """The next frame, or None if there is none within `wait_s`."""
        if not self.replay and not self.newest:
            self.woken.clear()
            try:
                await asyncio.wait_for(self.woken.wait(), wait_s)
            except TimeoutError:
                return None
        if self.replay:
            return self.replay.popleft()
        return self.newest.popitem(last=False)[1] if self.newest else None


class Hub:
    """Listens while anybody watches, keeps the last frames of each screen, and hands new ones on."""

    def __init__(self) -> None:
        self.kept: dict[str, deque[Frame]] = {}
        self.last = 0
        self.listeners: set[Listener] = set()
        self.running = False
        self._waiting: dict[Listener, int | None] = {}
        self.task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listen(self, names: Sequence[str], after: int | None) -> AsyncIterator[Listener]:
        """A listener: what it missed since `after`, else the newest of each screen, then what comes."""
        listener = Listener(frozenset(names))
        if self.running:
            self._catch_up(listener, after)
        else:
            listener.put(Frame(0, STATE, b"waiting"))
            self._waiting[listener] = after
        self.listeners.add(listener)
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield listener
        finally:
            self.listeners.discard(listener)
            self._waiting.pop(listener, None)
            if not self.listeners and self.task:
                self.task.cancel()
                self.task, self.running = None, False

    def _catch_up(self, listener: Listener, after: int | None) -> None:
        for name in sorted(listener.names):
            kept = self.kept.get(name, deque())
            # A number from before the database was made anew tells nothing about what was missed.
            known = after is not None and after <= self.last
            listener.replay.extend(
                [f for f in kept if f.sequence > (after or 0)] if known else list(kept)[-1:]
            )
        listener.replay = deque(sorted(listener.replay, key=lambda frame: frame.sequence))
        listener.put(Frame(0, STATE, b"running"))

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except (psycopg.Error, OSError):
                self._set_running(False)
                await asyncio.sleep(RETRY_S)

    async def _follow(self) -> None:
        async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as own:
            await own.execute(f"LISTEN {CHANNEL}")
            while True:
                await self._fetch(own)
                heard = [note async for note in own.notifies(timeout=SILENCE_S, stop_after=1)]
                self._set_running(bool(heard))

    async def _fetch(self, own: "psycopg.AsyncConnection[Any]") -> None:
        # All that is newer, not what a notification names: one that was lost is made good by the next.
        found = await own.execute(
            "SELECT sequence, name, payload FROM live_screen WHERE sequence > %s ORDER BY sequence",
            [self.last],
        )
        for sequence, name, payload in await found.fetchall():
            frame = Frame(sequence, name, bytes(payload))
            self.kept.setdefault(name, deque(maxlen=KEPT)).append(frame)
            self.last = max(self.last, sequence)
            for listener in self.listeners:
                if name in listener.names and listener not in self._waiting:
                    listener.put(frame)
        if self._waiting:
            self._set_running(True)

    def _set_running(self, running: bool) -> None:
        changed, self.running = running != self.running, running
        for listener in self.listeners:
            if running and listener in self._waiting:
                self._catch_up(listener, self._waiting.pop(listener))
                listener.woken.set()
            elif changed:
                listener.put(Frame(0, STATE, b"running" if running else b"waiting"))


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of this process (of its event loop)."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


def _address() -> dict[str, Any]:
    given = django_connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in ("context", "cursor_factory")}
