"""Asterisk's queue_log: one line an event, whole seconds, no arrivals and no refusals.

time | call | queue | member | event | data. Fields by version: docs.asterisk.org, "Queue Logs", and the
messages in app_queue.c; older versions leave the later fields out, and an attended transfer to a link has
one more than the others, so hold, talk and position of a transfer are counted from the end."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from darwin.contact.telephony.ami_events import LONGEST_S, whole
from darwin.contact.telephony.events import CallEvent, EventType
from darwin.contact.telephony.reading import Coverage, Reading, Reject
from darwin.contact.telephony.recording import moment
from darwin.errors import DarwinError
from darwin.science.numbers import normalise_number

SOURCE = "asterisk-queue-log"
LINE_LIMIT = 65_536
_SNIFF_LINES = 200
"""Lines without a single one of a queue_log after which the file is taken for something else."""
_TIME = re.compile(r"(\d{9,11})(?:\.\d{1,6})?")
_EVENT_NAME = re.compile(r"[A-Za-z][\w\- ]*")
_NO_CALL = frozenset({"", "NONE", "MANAGER", "REALTIME", "CLI"})


@dataclass(slots=True)
class _Line:
    at: datetime
    call: str
    queue: str
    member: str
    event: str
    data: list[str]

    def number(self, index: int) -> int | None:
        """A whole number of the data; a negative index counts from the end."""
        return whole(self.data[index]) if -len(self.data) <= index < len(self.data) else None

    def seconds(self, index: int) -> int | None:
        """A duration in whole seconds of the data, in milliseconds."""
        found = self.number(index)
        return None if found is None or found > LONGEST_S else found * 1000


Values = dict[str, str | int | None]


def _joined(line: _Line) -> tuple[EventType, Values]:
    caller = normalise_number(line.data[1]) if len(line.data) > 1 else None
    return EventType.QUEUED, {"caller": caller, "position": line.number(2)}


def _connected(line: _Line) -> tuple[EventType, Values]:
    return EventType.CONNECTED, {"wait_ms": line.seconds(0), "ring_ms": line.seconds(2)}


def _left(reason: str, wait: int) -> Callable[[_Line], tuple[EventType, Values]]:
    """`wait`: which field of the data is the wait."""

    def parse(line: _Line) -> tuple[EventType, Values]:
        return EventType.LEFT, {
            "wait_ms": line.seconds(wait),
            "position": line.number(wait - 2),
            "reason": reason,
            "member": None,
        }

    return parse


def _completed(reason: str) -> Callable[[_Line], tuple[EventType, Values]]:
    def parse(line: _Line) -> tuple[EventType, Values]:
        return EventType.COMPLETED, {"wait_ms": line.seconds(0), "talk_ms": line.seconds(1), "reason": reason}

    return parse


def _transferred(reason: str, fixed: int) -> Callable[[_Line], tuple[EventType, Values]]:
    """`fixed`: data fields before hold and talk. The last is the original position in every version but the
    oldest, which has none and is one field shorter; the oldest of all (TRANSFER of 1.2) has neither."""

    def parse(line: _Line) -> tuple[EventType, Values]:
        told: Values = {"reason": reason}
        if len(line.data) >= fixed + 2:
            hold, talk = (-3, -2) if len(line.data) >= fixed + 3 else (-2, -1)
            told |= {"wait_ms": line.seconds(hold), "talk_ms": line.seconds(talk)}
        return EventType.TRANSFERRED, told

    return parse


def _no_answer(line: _Line) -> tuple[EventType, Values]:
    return EventType.NO_ANSWER, {"ring_ms": line.number(0)}  # this field alone is in milliseconds


def _state(reason: str) -> Callable[[_Line], tuple[EventType, Values]]:
    def parse(line: _Line) -> tuple[EventType, Values]:
        told = f"{reason}: {line.data[0]}" if reason == "paused" and line.data and line.data[0] else reason
        return EventType.AGENT_STATE, {"reason": told}

    return parse


_CALL_EVENTS: dict[str, tuple[Callable[[_Line], tuple[EventType, Values]], int]] = {
    # event: how its data is read, and how many data fields the oldest known version has
    "ENTERQUEUE": (_joined, 0),
    "CONNECT": (_connected, 1),
    "ABANDON": (_left("abandoned", 2), 3),
    "EXITEMPTY": (_left("LEAVEEMPTY", 2), 1),
    "EXITWITHTIMEOUT": (_left("TIMEOUT", 2), 1),
    "EXITWITHKEY": (_left("key", 3), 2),
    "WITHDRAW": (_left("WITHDRAW", 2), 3),
    "COMPLETECALLER": (_completed("caller"), 2),
    "COMPLETEAGENT": (_completed("agent"), 2),
    "BLINDTRANSFER": (_transferred("blind", 2), 4),
    "TRANSFER": (_transferred("blind", 2), 2),
    "ATTENDEDTRANSFER": (_transferred("attended", 2), 4),
    "RINGNOANSWER": (_no_answer, 1),
}
_STATE_EVENTS = {
    "PAUSE": _state("paused"),
    "UNPAUSE": _state("idle"),
    "ADDMEMBER": _state("logged on"),
    "REMOVEMEMBER": _state("logged off"),
}


def parse_line(text: str) -> _Line | str:
    """The fields of a line, or in a sentence why it is none of a queue_log."""
    parts = text.split("|")
    if len(parts) < 5:
        return "not a line of a queue_log: it has fewer than the five fields time, call, queue, member, event"
    time = _TIME.fullmatch(parts[0])
    if time is None:
        return "not a line of a queue_log: it does not begin with a time in seconds since 1970"
    return _Line(moment(int(time[1])), parts[1], parts[2], parts[3], parts[4], parts[5:])


class _Lines:
    """Turns lines into events; numbers identical lines, so that each keeps one id however often it is
    read."""

    def __init__(self, switch: str) -> None:
        self._switch = switch
        self._second: datetime | None = None
        self._seen: dict[str, int] = {}

    def event(self, text: str, number: int) -> CallEvent | str | None:
        """The event of a line, None for one that says nothing of calls, a sentence for one that is broken."""
        line = parse_line(text)
        if isinstance(line, str):
            return line
        occurrence = self._occurrence(text, line.at)
        if line.event in _CALL_EVENTS:
            parse, least = _CALL_EVENTS[line.event]
            if line.call in _NO_CALL:
                return f"{line.event} without the id of a call"
            if len(line.data) < least or any(value is None for value in _required(line)):
                return f"{line.event} with fewer or other fields than any known version writes"
            kind, values = parse(line)
        elif line.event in _STATE_EVENTS:
            kind, values = _STATE_EVENTS[line.event](line)
        elif _EVENT_NAME.fullmatch(line.event):
            return None
        else:
            return "the fifth field is not the name of an event: the line may be two that ran together"
        return self._make(text, number, occurrence, line, kind, values)

    def _occurrence(self, text: str, at: datetime) -> int:
        if at != self._second:
            self._second = at
            self._seen.clear()
        count = self._seen.get(text, 0)
        self._seen[text] = count + 1
        return count

    def _make(
        self, text: str, number: int, occurrence: int, line: _Line, kind: EventType, values: Values
    ) -> CallEvent:
        digest = blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
        member = None if line.member in ("", "NONE") else line.member
        told: Values = {"member": member, **values}
        if line.event in ("ADDMEMBER", "REMOVEMEMBER") and member and "/" in member:
            told = {**values, "agent": member}
        return CallEvent(
            event_id=f"queue-log:{self._switch}:{digest}:{occurrence}",
            source=SOURCE,
            type=kind,
            at=line.at,
            whole_seconds=True,
            sequence=number,
            queue=None if line.queue in ("", "NONE") else line.queue,
            call_id=None if line.call in _NO_CALL else line.call,
            **told,  # type: ignore[arg-type]
        )


def _required(line: _Line) -> list[int | None]:
    """The numbers without which a line of this event cannot be what it says."""
    required = {"CONNECT": (0,), "ABANDON": (2,), "COMPLETECALLER": (0, 1), "COMPLETEAGENT": (0, 1)}
    places: tuple[int, ...] = required.get(line.event, ())
    if line.event in ("BLINDTRANSFER", "ATTENDEDTRANSFER"):
        places = (-2, -1)
    return [line.seconds(place) for place in places]


def events_of_queue_log(
    path: Path, *, switch: str = "asterisk", reading: Reading | None = None, since: datetime | None = None
) -> Iterator[CallEvent]:
    """The call events of a queue_log, line by line; `reading` is filled meanwhile. since: leave out the lines
    before this moment, whose place is found without reading them.

    Raises DarwinError for an absent or empty file, and for one that is no queue_log.
    """
    reading = reading if reading is not None else Reading()
    if not path.is_file():
        raise DarwinError(f"There is no file {path.name} to read at the path given. Nothing was imported.")
    lines = _Lines(switch)
    used = False
    first: datetime | None = None
    last: datetime | None = None
    with path.open("rb") as file:
        number = _lines_before(file, since) if since else 0
        while raw := file.readline(LINE_LIMIT):
            number += 1
            reading.bytes_read += len(raw)
            text = raw.rstrip(b"\r\n").decode("utf-8", "replace").replace("\x00", "�")
            if not text.strip():
                continue
            reading.rows_read += 1
            found = _read_line(lines, raw, text, number)
            if isinstance(found, str):
                reading.rejects.append(Reject(number, "line", found))
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(LINE_LIMIT)
                if not used and since is None and number >= _SNIFF_LINES:
                    raise DarwinError(_not_a_queue_log(path))
                continue
            used = True
            at = found.at if found else None
            first, last = first or at, at or last
            if found is None:
                reading.ignored += 1
            else:
                yield found
    if since is None and not reading.rows_read:
        raise DarwinError(f"The file {path.name} is empty. Nothing was imported.")
    if since is None and not used:
        raise DarwinError(_not_a_queue_log(path))
    if first and last:
        reading.coverages.append(Coverage(SOURCE, first, last))


def _lines_before(file: BinaryIO, since: datetime) -> int:
    """Go to the first line of this second or a later one; how many lines there are before it. A log is in
    the order of time, so its place is found by halving."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while high - low > LINE_LIMIT:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline(LINE_LIMIT)
        at = _time_of_next(file)
        if at is not None and at < since.replace(microsecond=0):
            low = middle
        else:
            high = middle
    file.seek(low)
    if low:
        file.readline(LINE_LIMIT)
    place = file.tell()
    while raw := file.readline(LINE_LIMIT):
        line = parse_line(raw.decode("utf-8", "replace"))
        if not isinstance(line, str) and line.at >= since.replace(microsecond=0):
            break
        place = file.tell()
    file.seek(0)
    number, left = 0, place
    while left and (chunk := file.read(min(left, 1 << 20))):
        number += chunk.count(b"\n")
        left -= len(chunk)
    return number


def _time_of_next(file: BinaryIO) -> datetime | None:
    """The time of the next line that has one; None at the end."""
    while raw := file.readline(LINE_LIMIT):
        line = parse_line(raw.decode("utf-8", "replace"))
        if not isinstance(line, str):
            return line.at
    return None


def _read_line(lines: _Lines, raw: bytes, text: str, number: int) -> CallEvent | str | None:
    if len(raw) == LINE_LIMIT and not raw.endswith(b"\n"):
        return f"a line longer than {LINE_LIMIT:,} bytes was left out"
    if not raw.endswith(b"\n"):
        return "the last line is not ended and may be half-written; import the file again when it is whole"
    return lines.event(text, number)


def _not_a_queue_log(path: Path) -> str:
    return (
        f"The file {path.name} is not a queue_log: none of its lines has the form "
        "time|call|queue|member|event. Nothing was imported. A recording of the Manager Interface is "
        "imported with «darwin contact import asterisk-ami»; a file in UTF-16 has to be saved as UTF-8 first."
    )
