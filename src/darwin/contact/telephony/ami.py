"""The bytes of Asterisk's Manager Interface (AMI), cut into messages.

A message is lines of "Key: value" ended by a blank line; a connection opens with a one-line banner
("Asterisk Call Manager/11.0.0"). In a recording of several connections the banner may follow a message
that was cut anywhere, even in the middle of a line: what stood before it was never completed and is
never used. Only a message ended by its blank line is handed on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MESSAGE_LIMIT = 262_144
"""Bytes of one message. The longest of a real switch is under 8 kB; whatever is longer is left out unread,
so that a damaged recording cannot fill the memory."""

_BLANK_LINE = re.compile(rb"\n\r?\n")
_BANNER = re.compile(rb"Asterisk Call Manager/\d[\w.\-]*[ \t]*(?:\r?\n|\Z)")
_BANNER_WORD = b"Asterisk Call Manager/"
_FIELD = re.compile(rb"[A-Za-z][\w\-() ]*: ?")
_COMMAND_OUTPUT = b"Response: Follows"
_COMMAND_END = re.compile(rb"--END COMMAND--\r?\n\r?\n")
_TAIL = 64
"""Bytes kept of an over-long message while its end is looked for: longer than a banner or a blank line."""


class Message:
    """One complete message. `offset` and `end` are byte positions in the stream; `raw` is without the blank
    line. Bytes that are not UTF-8 become U+FFFD, and so do NULs, which a database cannot hold."""

    __slots__ = ("end", "name", "offset", "raw")

    def __init__(self, offset: int, end: int, raw: bytes) -> None:
        self.offset = offset
        self.end = end
        self.raw = raw
        self.name = raw[7:].partition(b"\n")[0].rstrip() if raw.startswith(b"Event: ") else b""

    def items(self) -> list[tuple[str, str]]:
        """All (key, value) pairs in order, repeated keys and empty values kept; a line without a colon is a
        key with an empty value."""
        text = self.raw.decode("utf-8", "replace").replace("\x00", "�")
        pairs = []
        for line in text.split("\n"):
            key, _, value = line.rstrip("\r").partition(":")
            pairs.append((key, value.removeprefix(" ")))
        return pairs

    def fields(self) -> dict[str, str]:
        """Key to value; of a repeated key the first, which the switch itself wrote: what a dialplan adds to a
        UserEvent comes later and cannot stand in for it."""
        return dict(reversed(self.items()))


@dataclass(frozen=True, slots=True)
class Banner:
    """The start of a connection, at this byte."""

    offset: int


@dataclass(frozen=True, slots=True)
class Spoiled:
    """Bytes that were not used, from this byte on. `truncated`: the stream ended (or another connection
    began) in the middle of the message."""

    offset: int
    reason: str
    truncated: bool = False


Piece = Message | Banner | Spoiled


class AmiCodec:
    """An incremental reader: bytes in, pieces out, whatever the size of the chunks."""

    def __init__(self, offset: int = 0) -> None:
        self._buffer = b""
        self._offset = offset
        self._scan = 0
        self._skipping = False

    def feed(self, chunk: bytes) -> list[Piece]:
        """The pieces that this chunk completes. Memory stays below MESSAGE_LIMIT plus the chunk."""
        buffer = self._buffer + chunk
        pieces: list[Piece] = []
        start = 0
        search = _BLANK_LINE.search
        found = search(buffer, self._scan)
        while found:
            end = found.end()
            if not self._skipping and buffer.startswith(_COMMAND_OUTPUT, start):
                closing = _COMMAND_END.search(buffer, start)
                if closing:
                    end = closing.end()
                elif _BANNER_WORD not in buffer[start:]:
                    break
            self._take(buffer[start:end], start, pieces)
            start = end
            found = search(buffer, start)
        self._buffer = buffer[start:]
        self._offset += start
        self._scan = max(0, len(self._buffer) - 2)
        if len(self._buffer) > MESSAGE_LIMIT:
            self._give_up(pieces)
        return pieces

    def finish(self) -> list[Piece]:
        """The connection is over: what is left was cut off."""
        pieces: list[Piece] = []
        left, offset = self._buffer, self._offset
        if not self._skipping and left.strip():
            self._split_banners(left, offset, pieces, ended=False)
        self._offset += len(left)
        self._buffer, self._scan, self._skipping = b"", 0, False
        return pieces

    def _give_up(self, pieces: list[Piece]) -> None:
        if not self._skipping:
            pieces.append(
                Spoiled(self._offset, f"a message longer than {MESSAGE_LIMIT:,} bytes was left out")
            )
        self._skipping = True
        keep = self._buffer[-_TAIL:]
        self._offset += len(self._buffer) - len(keep)
        self._buffer = keep
        self._scan = 0

    def _take(self, body: bytes, start: int, pieces: list[Piece]) -> None:
        offset = self._offset + start
        if self._skipping:
            self._skipping = False
            banner = _BANNER.search(body)
            if banner is None:
                return
            offset += banner.start()
            body = body[banner.start() :]
        if _BANNER_WORD in body:
            self._split_banners(body, offset, pieces, ended=True)
        else:
            self._emit(body, offset, pieces)

    def _emit(self, body: bytes, offset: int, pieces: list[Piece]) -> None:
        raw = body.rstrip(b"\r\n")
        lead = len(raw) - len(raw.lstrip(b"\r\n"))
        if len(raw) == lead:
            return
        if len(raw) > MESSAGE_LIMIT:
            pieces.append(Spoiled(offset, f"a message longer than {MESSAGE_LIMIT:,} bytes was left out"))
            return
        pieces.append(Message(offset + lead, offset + len(body), raw[lead:]))

    def _split_banners(self, body: bytes, offset: int, pieces: list[Piece], *, ended: bool) -> None:
        """A banner ends whatever stood before it. Text like a banner INSIDE a value, with the next field on
        the line below, is a caller's display name or a cut that happens to look like one: nobody can tell,
        so the message is left out and what hangs on it becomes unknown."""
        position = 0
        while True:
            banner = _BANNER.search(body, position)
            if banner is None:
                break
            before = body[position : banner.start()]
            following = body[banner.end() :]
            line = before[before.rfind(b"\n") + 1 :]
            is_value = b": " in line and _FIELD.match(following)
            if is_value and not following.startswith((b"Response:", b"Event:")):
                pieces.append(Spoiled(offset + position, "a banner stands inside a value of this message"))
                return
            if before.strip():
                pieces.append(Spoiled(offset + position, _CUT_OFF, truncated=True))
            pieces.append(Banner(offset + banner.start()))
            position = banner.end()
        rest = body[position:]
        if ended:
            self._emit(rest, offset + position, pieces)
        elif rest.strip():
            pieces.append(Spoiled(offset + position, _CUT_OFF, truncated=True))


_CUT_OFF = "the stream ends in the middle of this message"


def read_messages(data: bytes) -> Iterator[Message]:
    """The complete messages of one piece of a stream; a convenience for small recordings."""
    codec = AmiCodec()
    for piece in (*codec.feed(data), *codec.finish()):
        if isinstance(piece, Message):
            yield piece
