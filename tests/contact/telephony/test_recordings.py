"""Files that hold a recording, and files that do not."""

import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from darwin.contact.telephony.asterisk import events_of_recording
from darwin.contact.telephony.events import CallEvent, Entry, EventType, Outcome
from darwin.contact.telephony.reading import Reading
from darwin.contact.telephony.recording import SessionBegan, SessionEnded, moment, read_recording
from darwin.errors import DarwinError

Derive = Callable[..., list[Entry]]
START = 1_795_000_000


def _file(folder: Path, data: bytes, name: str = "ami.raw") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _index(folder: Path, *rows: dict[str, object]) -> Path:
    return _file(folder, "".join(json.dumps(row) + "\n" for row in rows).encode(), "ami.raw.idx.jsonl")


def test_a_file_that_is_no_recording_is_refused_in_a_sentence(tmp_path: Path, recording_folder: Path) -> None:
    cases = {
        recording_folder / "queue_log": "asterisk-queue-log",
        _file(tmp_path, os.urandom(5_000), "noise"): "is not a recording",
        _file(tmp_path, "Event: A\r\n\r\n".encode("utf-16"), "wide"): "UTF-16",
        _file(tmp_path, b"", "nothing"): "is empty",
        tmp_path / "absent": "no file",
    }
    for path, words in cases.items():
        with pytest.raises(DarwinError, match=words):
            list(events_of_recording(path))


def test_an_index_of_another_file_is_refused_before_anything_is_read(tmp_path: Path, switch: Any) -> None:
    switch.join(0, 1)
    path = _file(tmp_path, switch.bytes)
    index = _index(tmp_path, {"t": START, "off": 0, "len": len(switch.bytes) + 1})
    with pytest.raises(DarwinError, match="does not belong"):
        next(iter(read_recording(path, index)))


@pytest.mark.parametrize("line", [b"not json\n", b'{"t": 1}\n', b"[]\n", b'{"t": "x", "off": 0}\n', b""])
def test_an_index_that_cannot_be_read_names_itself(tmp_path: Path, switch: Any, line: bytes) -> None:
    switch.join(0, 1)
    index = _file(tmp_path, line, "bad.jsonl")
    with pytest.raises(DarwinError, match=r"bad\.jsonl"):
        next(iter(read_recording(_file(tmp_path, switch.bytes), index)))


def test_half_a_file_is_read_and_the_cut_message_reported(
    tmp_path: Path, switch: Any, entries_of: Derive
) -> None:
    switch.join(0, 1)
    whole = len(switch.bytes)
    switch.leave(5, 1)
    reading = Reading()
    entries = entries_of(events_of_recording(_file(tmp_path, switch.bytes[:-40]), reading=reading))
    assert [entry.outcome for entry in entries] == [Outcome.UNKNOWN]
    assert [(r.place, r.unit) for r in reading.rejects] == [(whole, "byte")]
    assert reading.rows_read == 2


def test_a_recording_in_which_nothing_tells_the_time_asks_for_its_index(
    tmp_path: Path, silent_switch: Any
) -> None:
    silent_switch.join(0, 1)
    with pytest.raises(DarwinError, match="--index"):
        list(events_of_recording(_file(tmp_path, silent_switch.bytes)))


def test_the_index_gives_the_time_of_messages_without_one(
    tmp_path: Path, silent_switch: Any, entries_of: Derive
) -> None:
    silent_switch.join(0, 1)
    first = len(silent_switch.bytes)
    silent_switch.connect(10.25, 1, 1001, 9, 10)
    path = _file(tmp_path, silent_switch.bytes)
    index = _index(
        tmp_path,
        {"t": START - 1, "off": 0, "note": "tcp-open"},
        {"t": START, "off": 0, "len": first},
        {"t": START + 10.25, "off": first, "len": len(silent_switch.bytes) - first},
        {"t": START + 11, "off": len(silent_switch.bytes), "note": "tcp-closed"},
    )
    reading = Reading()
    events = list(events_of_recording(path, index, reading=reading))
    assert {event.at_source for event in events} == {"receive"}
    assert entries_of(events)[0].wait_ms == 10_250
    assert [(c.start, c.end) for c in reading.coverages] == [(moment(START - 1), moment(START + 11))]


@pytest.mark.parametrize("ahead", [-6.5, 0.0, 6.5])
def test_a_recorder_whose_clock_differs_makes_nobody_come_back(
    tmp_path: Path, switch: Any, entries_of: Derive, ahead: float
) -> None:
    switch.login(0)
    switch.join(1, 1)
    switch.join(50, 2)
    parts, switch.parts = switch.parts, []
    switch.login(60)
    switch.snapshot(60.1, (1, 59), (2, 10))
    switch.connect(70, 1, 1001, 9, 69)
    rows: list[dict[str, object]] = []
    offset = 0
    for session in (parts, switch.parts):
        rows.append({"t": session[0][0] + ahead, "off": offset, "note": "tcp-open"})
        for at, part in session:
            rows.append({"t": at + ahead, "off": offset, "len": len(part)})
            offset += len(part)
    data = b"".join(part for _, part in [*parts, *switch.parts])
    path = _file(tmp_path, data)
    first, second = entries_of(events_of_recording(path, _index(tmp_path, *rows)))
    assert (first.outcome, first.wait_ms) == (Outcome.ANSWERED, 69_000)
    assert (second.outcome, second.entry_no) == (Outcome.UNKNOWN, 1)


def test_sessions_follow_the_notes_of_the_index(recording_folder: Path) -> None:
    path = recording_folder / "ami_transcript.raw"
    found = list(read_recording(path, path.with_name(path.name + ".idx.jsonl")))
    assert [item.ordinal for item in found if isinstance(item, SessionBegan)] == [0, 1]
    assert all(item.at is not None for item in found if isinstance(item, SessionEnded))


def test_a_snapshot_of_an_uncertain_moment_states_no_wait_and_no_return(
    tmp_path: Path, switch: Any, entries_of: Derive
) -> None:
    """Without an index a snapshot at the start of a session lies anywhere between two Timestamps."""
    switch.login(0)
    switch.join(0.1, 1)
    switch.login(600)
    switch.snapshot(600, (1, 599), (2, 30))
    switch.connect(660, 1, 1001, 9, 659)
    switch.give_up(670, 2, 100)
    events: list[CallEvent] = list(events_of_recording(_file(tmp_path, switch.bytes)))
    assert [e.wait_ms for e in events if e.type is EventType.IN_SNAPSHOT] == [None, None]
    first, second = entries_of(events)
    assert (first.outcome, first.wait_ms) == (Outcome.ANSWERED, 659_900)
    assert (second.outcome, second.wait_ms, second.wait_in_seconds) == (Outcome.ABANDONED, 100_000, True)


def test_memory_stays_flat_over_a_long_recording(tmp_path: Path, switch: Any) -> None:
    switch.login(0)
    for call in range(200):
        switch.arrive(call, call)
        switch.join(call, call)
        switch.connect(call + 0.4, call, 1001, 1_000 + call, 0)
        switch.complete(call + 0.9, call, 1001, 1_000 + call, 0, 0)
        switch.hangup(call + 0.95, call)
    peaks = []
    for times in (1, 12):
        path = _file(tmp_path, switch.bytes * times)
        tracemalloc.start()
        assert sum(1 for _ in events_of_recording(path)) == 200 * 5 * times
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5 + 1_000_000
