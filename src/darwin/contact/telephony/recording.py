"""A recording of one or more AMI connections: bytes on disk, and an index of receive times if there is one.

The index (docs/telephony.md) has one JSON line a received chunk (t, off, len) or a note
at an offset. Without it a connection begins at each banner, and a message without a Timestamp is known to
lie between the last Timestamp before it and the next one after it."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, zip_longest
from pathlib import Path

from darwin.contact.telephony.ami import AmiCodec, Banner, Message, Piece, Spoiled
from darwin.errors import DarwinError

CHUNK = 262_144
HELD_LIMIT = 20_000
"""Messages without a time that are held until one with a Timestamp follows; a snapshot of a large switch has
a few thousand."""
_SNIFF = 65_536
_TIMESTAMP = re.compile(rb"\nTimestamp: (\d{9,11})\.(\d{1,6})")
_LOOKS_LIKE_AMI = re.compile(rb"(?:^|\n)(?:Event: \w|Response: \w|Asterisk Call Manager/\d)")
_NO_TIME = (
    "Nothing in this recording tells the time: its messages have no Timestamp (timestampevents = no) and no "
    "index was given. Nothing was imported. Give the index with --index."
)
_NOTICEABLE = timedelta(seconds=0.25)
"""Clocks that differ by less are taken for one: it is the order of a message's travel."""
_CERTAIN = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SessionBegan:
    """A connection. `at` is None where no clock tells."""

    ordinal: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionEnded:
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Received:
    """A message and when it came. stamped: `at` is the switch's own Timestamp, to the microsecond. certain:
    `at` is known to a second; else it is only the last moment that was known before."""

    message: Message
    at: datetime
    stamped: bool
    certain: bool = True


Item = SessionBegan | SessionEnded | Received | Spoiled


def timestamp_of(message: Message) -> datetime | None:
    """The switch's own time of a message (timestampevents = yes), None where it gives none."""
    found = _TIMESTAMP.search(message.raw)
    if found is None:
        return None
    return moment(int(found[1]), int(found[2].ljust(6, b"0")))


def moment(seconds: int, microseconds: int = 0) -> datetime:
    """An aware UTC time of an epoch time, without the rounding of a float."""
    return _EPOCH + timedelta(seconds=seconds, microseconds=microseconds)


def _moment_of_float(value: float) -> datetime:
    return moment(0, round(value * 1_000_000))


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line of the index: a chunk [offset, end) received at `at`, or a note (end == offset)."""

    offset: int
    end: int
    at: datetime
    note: str


def _read_index(path: Path) -> Iterator[_Mark]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                return
            try:
                row = json.loads(line)
                offset = int(row["off"])
                end = offset + int(row.get("len", 0))
                yield _Mark(offset, end, _moment_of_float(float(row["t"])), str(row.get("note", "")))
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
                raise DarwinError(
                    f"Line {number} of the index {path.name} is not a line of a recording's index "
                    "(t, off and len, or a note). Nothing was imported. Import without --index, or give "
                    "the index that was written with the recording."
                ) from error


def _check_index(path: Path, size: int, recording: str) -> None:
    last = 0
    marks = 0
    for mark in _read_index(path):
        marks += 1
        if mark.offset < last or mark.end > size:
            raise DarwinError(
                f"The index {path.name} does not belong to {recording}: it speaks of byte {mark.end:,}, "
                f"and the recording has {size:,} bytes. Nothing was imported. Give the index that was "
                "written with this recording, or import without --index."
            )
        last = mark.offset
    if not marks:
        raise DarwinError(f"The index {path.name} is empty. Nothing was imported. Import without --index.")


def check_recording(path: Path) -> int:
    """The size in bytes of a recording; DarwinError where the file cannot be one."""
    if not path.is_file():
        raise DarwinError(f"There is no file {path.name} to read at the path given. Nothing was imported.")
    size = path.stat().st_size
    if size == 0:
        raise DarwinError(f"The file {path.name} is empty. Nothing was imported.")
    with path.open("rb") as file:
        head = file.read(_SNIFF)
    if not _LOOKS_LIKE_AMI.search(head):
        hint = ""
        if re.match(rb"\d{9,11}\|", head):
            hint = " It looks like a queue_log: use «darwin contact import asterisk-queue-log»."
        elif b"\x00" in head[:1000]:
            hint = " It holds binary data or text in UTF-16."
        raise DarwinError(
            f"The file {path.name} is not a recording of Asterisk's Manager Interface: no line of it begins "
            f"with Event:, Response: or the banner.{hint} Nothing was imported."
        )
    return size


def read_recording(path: Path, index: Path | None = None) -> Iterator[Item]:
    """The sessions of a recording, in order, in memory that does not grow with the file.

    Raises DarwinError for a file that is no recording, an empty one, an index of another file, and a
    recording in which nothing tells the time.
    """
    size = check_recording(path)
    if index is None:
        yield from _with_own_times(_sessions_by_banner(_pieces(path)))
        return
    _check_index(index, size, path.name)
    yield from _with_index(path, index)


def _pieces(path: Path) -> Iterator[Piece]:
    codec = AmiCodec()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield from codec.feed(chunk)
    yield from codec.finish()


def _sessions_by_banner(pieces: Iterable[Piece]) -> Iterator[Banner | Message | Spoiled]:
    """The pieces, with a Banner at the start of every session, the first too."""
    begun = False
    for piece in pieces:
        if not begun and not isinstance(piece, Banner):
            yield Banner(0)
        begun = True
        yield piece


def _with_own_times(pieces: Iterable[Banner | Message | Spoiled]) -> Iterator[Item]:
    """Sessions by banner, times by the switch's own Timestamps."""
    ordinal = 0
    last: datetime | None = None
    session_has_time = False
    held: list[Message | Spoiled] = []
    for piece in pieces:
        if isinstance(piece, Banner):
            yield from _release(held, last, None)
            if ordinal:
                yield SessionEnded(last if session_has_time else None)
            yield SessionBegan(ordinal, None)
            ordinal += 1
            session_has_time = False
            continue
        stamp = timestamp_of(piece) if isinstance(piece, Message) else None
        if stamp is None:
            held.append(piece)
            if len(held) > HELD_LIMIT:
                if last is None:
                    raise DarwinError(_NO_TIME)
                yield from _release(held, last, None)
            continue
        yield from _release(held, last, stamp)
        assert isinstance(piece, Message)
        yield Received(piece, stamp, stamped=True)
        last = stamp
        session_has_time = True
    if last is None:
        raise DarwinError(_NO_TIME)
    yield from _release(held, last, None)
    yield SessionEnded(last if session_has_time else None)


def _release(
    held: list[Message | Spoiled], last: datetime | None, following: datetime | None
) -> Iterator[Item]:
    """Hand on what was held for want of a time: it has the last one before it, and came before the following.
    What came before any time was known has the following one."""
    at = last or following
    certain = last is not None and following is not None and following - last <= _CERTAIN
    for piece in held:
        if isinstance(piece, Spoiled):
            yield piece
        elif at is not None:
            yield Received(piece, at, stamped=False, certain=certain)
    held.clear()


class _Chunks:
    """The receive time of each byte, read from the index as the recording is read."""

    def __init__(self, marks: Iterator[_Mark]) -> None:
        self._marks = marks
        self._now: _Mark | None = None

    def at(self, end: int) -> datetime:
        """When the byte before `end` came."""
        while (self._now is None or self._now.end < end) and (mark := next(self._marks, None)) is not None:
            self._now = mark
        return self._now.at if self._now else _EPOCH


class Skew:
    """How far the recorder's clock is ahead of the switch's. The least delay between a Timestamp and its
    receipt shows it, because travel only adds; a session begins with what the last one showed. Without this a
    snapshot timed by a fast clock would make a waiting caller look like one who came back."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._is_fresh = True

    @property
    def ahead(self) -> timedelta:
        """How far the recorder's clock is ahead; negative where it is behind."""
        return self._ahead

    def begin_session(self) -> None:
        self._is_fresh = True

    def observe(self, received: datetime, stamp: datetime) -> None:
        ahead = received - stamp
        self._ahead = ahead if self._is_fresh else min(self._ahead, ahead)
        self._is_fresh = False

    def corrected(self, received: datetime) -> datetime:
        return received - self._ahead if abs(self._ahead) > _NOTICEABLE else received


def _with_index(path: Path, index: Path) -> Iterator[Item]:
    opens = [mark for mark in _read_index(index) if mark.note == "tcp-open"]
    closes = [mark for mark in _read_index(index) if mark.note == "tcp-closed"]
    chunks = _Chunks(mark for mark in _read_index(index) if mark.end > mark.offset)
    if not opens or opens[0].offset > 0:
        opens.insert(0, _Mark(0, 0, chunks.at(1), "tcp-open"))
        closes.clear()
    ends = [mark.offset for mark in opens[1:]] + [path.stat().st_size]
    ordinals, skew = count(), Skew()
    for opened, end, closed in zip_longest(opens, ends, closes[: len(opens)]):
        skew.begin_session()
        yield from _indexed_session(
            _stretch(path, opened.offset, end), opened, closed, chunks, ordinals, skew
        )


def _indexed_session(
    pieces: Iterable[Piece],
    opened: _Mark,
    closed: _Mark | None,
    chunks: _Chunks,
    ordinals: Iterator[int],
    skew: Skew,
) -> Iterator[Item]:
    """One connection of an indexed recording; a banner in the middle of it begins another."""
    yield SessionBegan(next(ordinals), skew.corrected(opened.at))
    last = opened.at
    for piece in pieces:
        if isinstance(piece, Message):
            last = chunks.at(piece.end)
            stamp = timestamp_of(piece)
            if stamp:
                skew.observe(last, stamp)
            yield Received(piece, stamp or skew.corrected(last), stamped=stamp is not None)
        elif isinstance(piece, Spoiled):
            yield piece
        elif piece.offset > opened.offset:
            yield SessionEnded(skew.corrected(last))
            last = chunks.at(piece.offset + 1)
            yield SessionBegan(next(ordinals), skew.corrected(last))
    yield SessionEnded(skew.corrected(closed.at if closed else last))


def _stretch(path: Path, start: int, end: int) -> Iterator[Piece]:
    codec = AmiCodec(start)
    with path.open("rb") as file:
        file.seek(start, os.SEEK_SET)
        left = end - start
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield from codec.feed(chunk)
    yield from codec.finish()
