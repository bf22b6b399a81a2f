"""What a switch sent, on disk before anything else is done with it.

The spool is the queue between the thread that reads the socket and the one that writes the database: the
first only appends, the second follows, so that memory stays small however long the database is away, and a
listener that is killed loses nothing that it had received. Each segment is a recording with its index
(docs/telephony.md), so that one can also be imported by hand.

A place is (segment, byte of its index): everything before it has been read.
"""

import errno
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, RLock
from typing import Any

from darwin.errors import DarwinError

SEGMENT_BYTES = 16_000_000
SEGMENT_TIME = timedelta(minutes=30)
"""A segment is closed when either is reached, so that what is stored can go piece by piece."""
KEPT_TIME = timedelta(hours=1)
KEPT_BYTES = 128_000_000
"""Stored segments are kept this long, and no more than this many bytes of them: a listener that starts
again reads them once more to know which talks are open."""
READ_BYTES = 262_144
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SpoolFull(DarwinError):
    """What the switch sends cannot be written down, so it must not be taken as received."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """segment: its number. index: the byte of its index up to which everything was read."""

    segment: int
    index: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes received at one moment. after: the place behind them."""

    at: datetime
    data: bytes
    after: Place


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the index that is no chunk: tcp-open, tcp-closed, sent."""

    at: datetime
    name: str
    action: str
    action_id: str
    after: Place


def _moment(t: float) -> datetime:
    return _EPOCH + timedelta(microseconds=round(t * 1_000_000))


def _seconds(at: datetime) -> float:
    return round((at - _EPOCH) / timedelta(microseconds=1)) / 1_000_000


def _raw(folder: Path, segment: int) -> Path:
    return folder / f"{segment:08}.raw"


def _index(folder: Path, segment: int) -> Path:
    return folder / f"{segment:08}.raw.idx.jsonl"


def segments(folder: Path) -> list[int]:
    """The numbers of the segments that are there, ascending."""
    return sorted(int(path.name.partition(".")[0]) for path in folder.glob("*.raw.idx.jsonl"))


class SpoolWriter:
    """Appends to the spool, from any thread. `wrote` is set after each append."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.wrote = Event()
        self._writing = RLock()
        self._raw = self._index = -1
        _mend_the_end(folder)
        self._segment = max(segments(folder), default=0)
        self._offset = self._indexed = 0
        self._opened_at: datetime | None = None

    def begin(self, at: datetime) -> None:
        """A connection was opened at this moment. Raises SpoolFull."""
        with self._writing:
            self._make_room(at)
            self._line(at, note="tcp-open")

    def append(self, at: datetime, data: bytes) -> None:
        """Bytes received at this moment. Raises SpoolFull, and then they count as not received."""
        with self._writing:
            self._make_room(at)
            try:
                _write(self._raw, data)
            except OSError as problem:
                os.ftruncate(self._raw, self._offset)
                raise SpoolFull(_no_room(self.folder, problem)) from problem
            self._line(at, len=len(data))
            self._offset += len(data)

    def sent(self, at: datetime, action: str, action_id: str) -> None:
        """An action was sent; its fields are left out, because one of them may be a secret or a number."""
        with self._writing:
            self._line(at, note="sent", action=action, action_id=action_id)

    def end(self, at: datetime) -> None:
        """The connection is over; nothing was received after this moment."""
        with self._writing:
            self._line(at, note="tcp-closed")

    def save(self) -> None:
        """Wait until what was appended is on the disk itself."""
        for descriptor in (self._raw, self._index):
            if descriptor >= 0:
                os.fsync(descriptor)

    def close(self) -> None:
        for descriptor in (self._raw, self._index):
            if descriptor >= 0:
                os.close(descriptor)
        self._raw = self._index = -1

    def _line(self, at: datetime, **told: Any) -> None:
        line = _as_line({"t": _seconds(at), "off": self._offset, **told})
        try:
            _write(self._index, line)
        except OSError as problem:
            os.ftruncate(self._index, self._indexed)
            raise SpoolFull(_no_room(self.folder, problem)) from problem
        self._indexed += len(line)
        self.wrote.set()

    def _make_room(self, at: datetime) -> None:
        """Open the next segment if there is none yet, or this one is full or old."""
        if (
            self._opened_at is not None
            and self._offset < SEGMENT_BYTES
            and at - self._opened_at < SEGMENT_TIME
        ):
            return
        self.close()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            self._raw = os.open(_raw(self.folder, self._segment + 1), flags, 0o600)
            self._index = os.open(_index(self.folder, self._segment + 1), flags, 0o600)
        except OSError as problem:
            raise SpoolFull(_no_room(self.folder, problem)) from problem
        self._segment += 1
        self._offset, self._indexed, self._opened_at = 0, 0, at


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _as_line(mark: dict[str, Any]) -> bytes:
    return json.dumps(mark, separators=(",", ":")).encode() + b"\n"


def _no_room(folder: Path, problem: OSError) -> str:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            "The disk is full, so what the switch says cannot be kept, and Darwin does not listen. Free some "
            "space; it goes on by itself."
        )
    return f"What the switch says cannot be written to {folder}: {problem.strerror}. Darwin does not listen."


def _mend_the_end(folder: Path) -> None:
    """What a killed listener left: a line of the index cut short, bytes without a line, a connection without
    an end, bytes of a segment whose index is gone."""
    known = segments(folder)
    for path in folder.glob("*.raw"):
        if known and int(path.stem) < known[-1] and int(path.stem) not in known:
            path.unlink()
    if not known:
        return
    raw, index = _raw(folder, known[-1]), _index(folder, known[-1])
    raw.touch(mode=0o600)
    lines = index.read_bytes()
    marks, whole = _marks(lines)
    end = max((mark["off"] + mark.get("len", 0) for mark in marks), default=0)
    found = raw.stat()
    last = max((mark["t"] for mark in marks), default=found.st_mtime)
    tail = b""
    if found.st_size > end:
        # They were written at the moment that the file itself tells.
        last = max(last, round(found.st_mtime, 6))
        tail += _as_line({"t": last, "off": end, "len": found.st_size - end})
    notes = [note for segment in known for note in _sessions(folder, segment)]
    # Of a long connection the segment with its opening may be gone already.
    if notes[-1:] == ["tcp-open"] or (not notes and (end or tail)):
        tail += _as_line({"t": last, "off": max(end, found.st_size), "note": "tcp-closed"})
    if whole < len(lines) or tail:
        with index.open("r+b") as file:
            file.truncate(whole)
            file.seek(whole)
            file.write(tail)
            file.flush()
            os.fsync(file.fileno())


def _marks(lines: bytes) -> tuple[list[dict[str, Any]], int]:
    """The lines of an index up to the first that is damaged, and the bytes that they take."""
    marks: list[dict[str, Any]] = []
    whole = 0
    for line in lines.splitlines(keepends=True):
        try:
            mark = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n") or not isinstance(mark, dict) or not {"t", "off"} <= mark.keys():
            break
        marks.append(mark)
        whole += len(line)
    return marks, whole


def _sessions(folder: Path, segment: int) -> list[str]:
    marks, _ = _marks(_index(folder, segment).read_bytes())
    return [mark["note"] for mark in marks if mark.get("note") in ("tcp-open", "tcp-closed")]


class SpoolReader:
    """Follows the spool from a place on."""

    def __init__(self, folder: Path, place: Place | None = None) -> None:
        self.folder = folder
        first = min(segments(folder), default=1)
        self.place = place or Place(first, 0)
        self._backlog = 0

    def read(self, limit: int = READ_BYTES) -> list[Chunk | Note]:
        """What was appended since the last reading, about `limit` bytes of it at most; [] if nothing."""
        while True:
            found = self._read_segment(limit)
            if found or not self._go_on():
                return found

    def backlog(self) -> int:
        """Bytes that were received and not read yet."""
        total = 0
        for segment in segments(self.folder):
            if segment >= self.place.segment:
                total += _raw(self.folder, segment).stat().st_size
        return max(0, total - self._backlog)

    def _go_on(self) -> bool:
        """To the next segment, if there is one and nothing was added to this one meanwhile."""
        later = [segment for segment in segments(self.folder) if segment > self.place.segment]
        if not later or self._has_more():
            return bool(later)
        self.place = Place(later[0], 0)
        self._backlog = 0
        return True

    def _has_more(self) -> bool:
        path = _index(self.folder, self.place.segment)
        return path.exists() and path.stat().st_size > self.place.index

    def _read_segment(self, limit: int) -> list[Chunk | Note]:
        path = _index(self.folder, self.place.segment)
        if not path.exists():
            return []
        with path.open("rb") as file:
            file.seek(self.place.index)
            lines = file.read(limit)
        lines = lines[: lines.rfind(b"\n") + 1]
        if not lines:
            return []
        found: list[Chunk | Note] = []
        taken = 0
        with _raw(self.folder, self.place.segment).open("rb") as raw:
            for line in lines.splitlines(keepends=True):
                mark = json.loads(line)
                self.place = Place(self.place.segment, self.place.index + len(line))
                at = _moment(mark["t"])
                if "note" in mark:
                    found.append(
                        Note(at, mark["note"], mark.get("action", ""), mark.get("action_id", ""), self.place)
                    )
                    continue
                raw.seek(mark["off"])
                found.append(Chunk(at, raw.read(mark["len"]), self.place))
                taken += mark["len"]
                self._backlog = mark["off"] + mark["len"]
                if taken >= limit:
                    break
        return found


def drop_stored(folder: Path, stored: Place, at: datetime) -> None:
    """Remove segments that are stored wholly and that nobody needs any more at this moment."""
    done = [segment for segment in segments(folder) if segment < stored.segment]
    kept = 0
    for segment in reversed(done):
        found = _raw(folder, segment).stat()
        kept += found.st_size
        if kept > KEPT_BYTES or at - _moment(found.st_mtime) > KEPT_TIME:
            # The index last: a segment without its bytes is no segment, one without its index is not seen.
            _index(folder, segment).unlink()
            _raw(folder, segment).unlink()


def read_place(folder: Path) -> Place | None:
    """Up to where everything is in the database, None if nothing says so."""
    try:
        found = json.loads((folder / "stored.json").read_text("utf-8"))
        return Place(int(found["segment"]), int(found["index"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_place(folder: Path, place: Place) -> None:
    """Note up to where everything is in the database. Lost, it costs only a second reading."""
    fresh = folder / "stored.new"
    fresh.write_text(json.dumps({"segment": place.segment, "index": place.index}), "utf-8")
    fresh.replace(folder / "stored.json")
