"""queue_log in all its versions, and files that are none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from darwin.contact.telephony.events import CallEvent, Entry, EventType, Outcome
from darwin.contact.telephony.queue_log import events_of_queue_log
from darwin.contact.telephony.reading import Reading
from darwin.errors import DarwinError

Derive = Callable[..., list[Entry]]
CALL = "1795000000.1"


def _log(folder: Path, *lines: str, end: str = "\n") -> Path:
    path = folder / "queue_log"
    path.write_text("\n".join(lines) + end)
    return path


def _line(at: int, member: str, event: str, *data: object, call: str = CALL) -> str:
    return "|".join(str(part) for part in (1_795_000_000 + at, call, "101", member, event, *data))


def _entries(folder: Path, derive: Derive, *lines: str) -> list[Entry]:
    return derive(events_of_queue_log(_log(folder, *lines)))


ENTER = _line(0, "NONE", "ENTERQUEUE", "", "07700900123", 1)
CONNECT = _line(9, "Operator 1001", "CONNECT", 9, "1795000000.2", 1)


@pytest.mark.parametrize(
    ("last", "outcome", "reason"),
    [
        (_line(12, "NONE", "ABANDON", 1, 1, 12), Outcome.ABANDONED, ""),
        (_line(12, "Operator 1001", "ABANDON", 1, 1, 12), Outcome.ABANDONED, ""),
        (_line(12, "NONE", "EXITEMPTY", 1, 1, 12), Outcome.EXPELLED, "LEAVEEMPTY"),
        (_line(12, "NONE", "EXITWITHTIMEOUT", 1, 1, 12), Outcome.EXPELLED, "TIMEOUT"),
        (_line(12, "NONE", "EXITWITHTIMEOUT", 1), Outcome.EXPELLED, "TIMEOUT"),
        (_line(12, "NONE", "WITHDRAW", 1, 1, 12, "moved"), Outcome.EXPELLED, "WITHDRAW"),
        (_line(12, "NONE", "EXITWITHKEY", 1, 1, 1, 12), Outcome.CALLBACK_REQUESTED, ""),
        (_line(12, "NONE", "EXITWITHKEY", 1, 1), Outcome.CALLBACK_REQUESTED, ""),
    ],
)
def test_every_way_out_is_read_in_every_version(
    tmp_path: Path, entries_of: Derive, last: str, outcome: Outcome, reason: str
) -> None:
    (entry,) = _entries(tmp_path, entries_of, ENTER, last)
    assert (entry.outcome, entry.reason) == (outcome, reason)
    assert (entry.wait_ms, entry.wait_in_seconds) == (12_000, True)


def test_an_exit_that_is_logged_twice_is_one_entry(tmp_path: Path, entries_of: Derive) -> None:
    """app_queue.c logs EXITEMPTY twice for a caller behind the first, ABANDON twice for a call that was
    lost just before it was connected."""
    for event in ("EXITEMPTY", "ABANDON"):
        lines = [ENTER, _line(12, "NONE", event, 2, 2, 12), _line(13, "NONE", event, 2, 2, 13)]
        (entry,) = _entries(tmp_path, entries_of, *lines)
        assert entry.wait_ms == 12_000


@pytest.mark.parametrize(
    ("last", "ended_by", "talk"),
    [
        (_line(16, "Operator 1001", "COMPLETECALLER", 9, 7, 1), "caller", 7_000),
        (_line(16, "Operator 1001", "COMPLETEAGENT", 9, 7), "agent", 7_000),
        (_line(16, "Operator 1001", "BLINDTRANSFER", "2001", "internal", 9, 7, 1), "blind_transfer", 7_000),
        (_line(16, "Operator 1001", "TRANSFER", "2001", "internal", 9, 7), "blind_transfer", 7_000),
        (_line(16, "Operator 1001", "TRANSFER", "2001", "internal"), "", None),
        (_line(16, "Operator 1001", "ATTENDEDTRANSFER", "BRIDGE", "b", 9, 7, 1), "attended_transfer", 7_000),
        (
            _line(16, "Operator 1001", "ATTENDEDTRANSFER", "LINK", "a", "b", 9, 7, 1),
            "attended_transfer",
            7_000,
        ),
        (_line(16, "Operator 1001", "ATTENDEDTRANSFER", "APP", "Queue", 9, 7, 1), "attended_transfer", 7_000),
    ],
)
def test_every_end_of_a_talk_is_read_in_every_version(
    tmp_path: Path, entries_of: Derive, last: str, ended_by: str, talk: int | None
) -> None:
    (entry,) = _entries(tmp_path, entries_of, ENTER, CONNECT, last)
    assert (entry.outcome, entry.member, entry.wait_ms) == (Outcome.ANSWERED, "Operator 1001", 9_000)
    assert (entry.ended_by, entry.talk_ms) == (ended_by, talk)


def test_a_cancelled_ring_is_not_a_no_answer(tmp_path: Path, entries_of: Derive) -> None:
    rings = [_line(5, "Operator 1002", "RINGNOANSWER", 5000), _line(8, "Operator 1001", "RINGCANCELED", 3000)]
    (entry,) = _entries(tmp_path, entries_of, ENTER, *rings, _line(8, "NONE", "ABANDON", 1, 1, 8))
    assert [(m.member, m.ring_ms) for m in entry.no_answers] == [("Operator 1002", 5_000)]


def test_a_transfer_back_in_the_same_second_is_a_second_entry(tmp_path: Path, entries_of: Derive) -> None:
    back = [
        _line(16, "Operator 1001", "BLINDTRANSFER", "2101", "internal", 9, 7, 1),
        _line(16, "NONE", "ENTERQUEUE", "", "07700900123", 1),
        _line(16, "Operator 1002", "CONNECT", 0, "1795000000.3", 0),
    ]
    first, second = _entries(tmp_path, entries_of, ENTER, CONNECT, *back)
    assert (first.entry_no, first.member, first.ended_by) == (1, "Operator 1001", "blind_transfer")
    assert (second.entry_no, second.member, second.wait_ms) == (2, "Operator 1002", 0)


def test_an_entry_that_the_stream_never_saw_renumbers_those_after_it(
    tmp_path: Path, switch: Any, listen: Callable[..., list[CallEvent]], entries_of: Derive
) -> None:
    switch.join(30.5, 1)
    switch.give_up(41.7, 1, 11)
    stream = listen(switch.parts)
    (alone,) = entries_of(stream)
    lines = [
        ENTER,
        CONNECT,
        _line(16, "Operator 1001", "BLINDTRANSFER", "2101", "internal", 9, 7, 1),
        _line(30, "NONE", "ENTERQUEUE", "", "07700900123", 1),
        _line(41, "NONE", "ABANDON", 1, 1, 11),
    ]
    log = list(events_of_queue_log(_log(tmp_path, *lines)))
    first, second = entries_of([*stream, *log])
    assert entries_of([*log, *stream]) == [first, second]
    assert (first.entry_no, first.outcome, first.wait_in_seconds) == (1, Outcome.ANSWERED, True)
    assert second == replace(alone, entry_no=2)


def test_the_log_of_an_interface_and_the_stream_of_its_name_ring_once(
    tmp_path: Path, switch: Any, listen: Callable[..., list[CallEvent]], entries_of: Derive
) -> None:
    switch.join(0.2, 1)
    switch.no_answer(6.9, 1, 1002, 5)
    switch.give_up(12.3, 1, 12)
    rings = [
        _line(7, "Operator 1002", "RINGNOANSWER", 6000),
        _line(10, "Operator 1001", "RINGNOANSWER", 3000),
    ]
    log = list(events_of_queue_log(_log(tmp_path, ENTER, *rings, _line(12, "NONE", "ABANDON", 1, 1, 12))))
    (entry,) = entries_of([*log, *listen(switch.parts)])
    assert [(m.agent, m.member) for m in entry.no_answers] == [
        ("PJSIP/1002", "Operator 1002"),
        (None, "Operator 1001"),
    ]


def test_identical_lines_are_distinct_events_and_stay_the_same_when_read_again(tmp_path: Path) -> None:
    line = _line(5, "Operator 1002", "RINGNOANSWER", 0)
    path = _log(tmp_path, ENTER, line, line)
    ids = [event.event_id for event in events_of_queue_log(path)]
    assert len(set(ids)) == 3
    _log(tmp_path, ENTER, line, line, _line(8, "NONE", "ABANDON", 1, 1, 8))
    assert [event.event_id for event in events_of_queue_log(path)][:3] == ids


@pytest.mark.parametrize(
    "broken",
    [
        "Nov 22 20:30:52 NOTICE[1] chan_sip.c: a line of another log",
        "1795000000|1795000000.1|101|NONE",
        "then|1795000000.1|101|NONE|ENTERQUEUE||07700900123|1",
        _line(5, "Operator 1001", "CONNECT"),
        _line(5, "Operator 1001", "CONNECT", "soon", "1795000000.2"),
        _line(5, "NONE", "ABANDON", 1, 1),
        _line(5, "NONE", "ENTERQUEUE", "", "07700900123", 1, call="NONE"),
        "1795000000|1795000000.1|101|Oper1795000003|1795000000.2|101|NONE|ENTERQUEUE||1|1",
    ],
)
def test_a_broken_line_is_reported_with_its_number_and_left_out(tmp_path: Path, broken: str) -> None:
    reading = Reading()
    events = list(events_of_queue_log(_log(tmp_path, ENTER, broken, CONNECT), reading=reading))
    assert [event.sequence for event in events] == [1, 3]
    assert [(r.place, r.unit) for r in reading.rejects] == [(2, "line")]
    assert (reading.rows_read, reading.ignored) == (3, 0)
    assert reading.rejects[0].reason


def test_a_last_line_without_its_end_may_be_half_a_number_and_is_left_out(tmp_path: Path) -> None:
    reading = Reading()
    path = _log(tmp_path, ENTER, CONNECT, end="")
    assert [event.type for event in events_of_queue_log(path, reading=reading)] == [EventType.QUEUED]
    assert [r.place for r in reading.rejects] == [2]


def test_events_of_other_kinds_are_ignored_and_counted(tmp_path: Path) -> None:
    reading = Reading()
    path = _log(tmp_path, "1795000000|NONE|NONE|NONE|QUEUESTART|", _line(1, "NONE", "DID", "2001"), ENTER)
    assert len(list(events_of_queue_log(path, reading=reading))) == 1
    assert (reading.rows_read, reading.ignored, reading.rejects) == (3, 2, [])


def test_a_file_that_is_no_queue_log_is_refused_in_a_sentence(tmp_path: Path, recording_folder: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "wide").write_bytes((ENTER + "\n").encode("utf-16"))
    cases = {
        recording_folder / "ami_full.raw": "asterisk-ami",
        recording_folder / "queues.conf": "is not a queue_log",
        tmp_path / "wide": "UTF-16",
        tmp_path / "empty": "is empty",
        tmp_path / "absent": "no file",
    }
    for path, words in cases.items():
        with pytest.raises(DarwinError, match=words):
            list(events_of_queue_log(path))


def test_the_samples_of_other_versions_are_read(formats_folder: Path, entries_of: Derive) -> None:
    reading = Reading()
    found = entries_of(events_of_queue_log(formats_folder / "queue_log_doc_sample.txt", reading=reading))
    assert [(e.queue, e.outcome, e.wait_ms) for e in found] == [
        ("support", Outcome.ABANDONED, 68_000),
        ("sales", Outcome.UNKNOWN, None),
    ]
    assert (reading.rows_read, reading.rejects) == (10, [])
    old = events_of_queue_log(formats_folder / "queue_log_ringnoanswer_2010.txt", reading=reading)
    (entry,) = entries_of(old)
    assert (entry.outcome, entry.wait_ms, entry.talk_ms) == (Outcome.ANSWERED, 2_000, 4_000)
    assert entry.member == "Local/2004@from-internal/n"
    assert [m.ring_ms for m in entry.no_answers] == [0, 1000, 1000, 2000]


def test_bytes_that_are_no_text_spoil_nothing(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_bytes(_line(0, "Andr\xe9\x00", "RINGNOANSWER", 1000).encode("latin-1") + b"\n")
    (event,) = events_of_queue_log(path)
    assert (event.member, event.ring_ms) == ("Andr\ufffd\ufffd", 1000)
