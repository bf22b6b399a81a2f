"""A stream that breaks off anywhere and goes on in another connection: the same result, or unknown.

The full form reads the bytes anew for every cut; the normal run reads each message once and shows, for
every byte, that a cut inside a message only loses that message.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from darwin.contact.telephony.ami import AmiCodec, Banner, Message, Spoiled
from darwin.contact.telephony.asterisk import AsteriskAdapter, events_of_items, events_of_recording
from darwin.contact.telephony.events import CallEvent, Entry, Outcome
from darwin.contact.telephony.queue_log import events_of_queue_log
from darwin.contact.telephony.reading import Reading
from darwin.contact.telephony.recording import (
    Received,
    SessionBegan,
    SessionEnded,
    moment,
    read_recording,
    timestamp_of,
)

Derive = Callable[[Iterable[CallEvent]], list[Entry]]
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
STRETCH = (moment(1_795_372_243), moment(1_795_372_263))  # the rush, hang-ups, a blind transfer, refusals


@pytest.fixture(scope="module")
def raw(recording_folder: Path) -> bytes:
    return (recording_folder / "ami_full.raw").read_bytes()


@pytest.fixture(scope="module")
def items(recording_folder: Path) -> list[Received]:
    found = read_recording(recording_folder / "ami_full.raw")
    return [item for item in found if isinstance(item, Received)]


@pytest.fixture(scope="module")
def whole(recording_folder: Path, entries_of: Derive) -> dict[str, list[Entry]]:
    known: dict[str, list[Entry]] = {}
    for entry in entries_of(events_of_recording(recording_folder / "ami_full.raw")):
        known.setdefault(entry.call_id, []).append(entry)
    return known


def _within(items: list[Received]) -> Iterator[int]:
    return (i for i, item in enumerate(items) if STRETCH[0] <= item.at < STRETCH[1])


def _same_or_unknown(entries: list[Entry], whole: dict[str, list[Entry]]) -> None:
    for entry in entries:
        known = min(
            (e for e in whole[entry.call_id] if bool(e.entry_no) == bool(entry.entry_no)),
            key=lambda e: abs(e.joined_at - entry.joined_at),  # type: ignore[operator]
        )
        apart = abs(known.joined_at - entry.joined_at).total_seconds()  # type: ignore[operator]
        assert apart <= 2.6
        assert entry.outcome in (known.outcome, Outcome.UNKNOWN)
        assert entry.agent in (known.agent, None)
        assert entry.ended_by in (known.ended_by, "")
        assert len(entry.no_answers) <= len(known.no_answers)
        if entry.wait_ms is not None:
            assert known.wait_ms is not None
            assert abs(entry.wait_ms - known.wait_ms) <= (1_100 if entry.wait_in_seconds else 3)
        if entry.talk_ms is not None:
            assert known.talk_ms is not None
            assert abs(entry.talk_ms - known.talk_ms) <= 1_100
    moments = [(e.call_id, e.queue, e.joined_at) for e in entries]
    assert len(set(moments)) == len(moments)
    for call_id in {e.call_id for e in entries}:
        assert len([e for e in entries if e.call_id == call_id]) <= len(whole[call_id])


def _cut(items: list[Received], lost: int, whole: dict[str, list[Entry]], entries_of: Derive) -> None:
    """Cut before each message of the stretch, with `lost` messages falling into the gap."""
    adapter = AsteriskAdapter()
    heard: list[CallEvent] = []
    uncut = AsteriskAdapter()
    known: dict[str, set[str]] = {}
    for item in items:
        for event in uncut.feed(item):
            known.setdefault(event.call_id or "", set()).add(event.event_id)
    stretch = set(_within(items))
    for i, item in enumerate(items):
        if i in stretch:
            torn = copy.deepcopy(adapter)
            events = [*heard, *torn.end_session()]
            torn.begin_session()
            for later in items[i + lost :]:
                events += torn.feed(later)
            events += torn.end_session()
            found: dict[str, list[CallEvent]] = {}
            for event in events:
                found.setdefault(event.call_id or "", []).append(event)
            touched = [c for c in found if c and {e.event_id for e in found[c]} != known.get(c)]
            _same_or_unknown(entries_of(e for c in touched for e in found[c]), whole)
        heard += adapter.feed(item)


@pytest.mark.parametrize("lost", [0, 1, 2, 7, 60, 250])
def test_a_stream_cut_between_messages_is_right_or_unknown(
    items: list[Received], whole: dict[str, list[Entry]], entries_of: Derive, lost: int
) -> None:
    _cut(items, lost, whole, entries_of)


def test_a_cut_at_any_byte_loses_only_the_message_it_falls_into(raw: bytes, items: list[Received]) -> None:
    """With the test above this covers every byte of the stretch: the head of a cut message is never a
    message, its tail never says anything, and a banner between them ends the one before the other."""
    adapter = AsteriskAdapter()
    for i in _within(items):
        message = items[i].message
        text = raw[message.offset : message.end]
        for n in range(1, len(text)):
            head = AmiCodec()
            assert not any(isinstance(piece, Message) for piece in [*head.feed(text[:n]), *head.finish()])
            tail, between = AmiCodec(), AmiCodec()
            pieces = [*tail.feed(text[n:]), *between.feed(text[:n] + BANNER + text[n:])]
            assert any(isinstance(piece, Banner) or _is_doubtful(piece) for piece in pieces)
            for piece in pieces:
                if isinstance(piece, Message):
                    stamped = timestamp_of(piece) is not None
                    assert adapter.feed(Received(piece, items[i].at, stamped=stamped)) == []


def _is_doubtful(piece: object) -> bool:
    return isinstance(piece, Spoiled) and "banner stands inside a value" in piece.reason


def _read_cut(tmp_path: Path, parts: list[bytes]) -> list[CallEvent]:
    path = tmp_path / "cut.raw"
    path.write_bytes(b"".join(parts))
    return list(events_of_recording(path))


def test_a_torn_recording_beside_a_whole_one_changes_nothing(
    items: list[Received], entries_of: Derive
) -> None:
    full = list(events_of_items(iter(items), reading=Reading()))
    known = entries_of(full)
    for i in list(_within(items))[::5]:
        torn = AsteriskAdapter()
        events = [event for item in items[:i] for event in torn.feed(item)] + torn.end_session()
        torn.begin_session()
        events += [event for item in items[i + 7 :] for event in torn.feed(item)]
        assert entries_of([*events, *full]) == known


@pytest.mark.parametrize("lost", [1, 60, 250, 600])
def test_the_log_makes_a_torn_recording_whole(
    recording_folder: Path,
    items: list[Received],
    whole: dict[str, list[Entry]],
    entries_of: Derive,
    lost: int,
) -> None:
    """Every entry once, with its number and outcome; waits to the second, exact where the stream was."""
    log = list(events_of_queue_log(recording_folder / "queue_log"))
    expected = {(e.call_id, e.entry_no): e for entries in whole.values() for e in entries if e.entry_no}
    for i in list(_within(items))[::11]:
        torn = AsteriskAdapter()
        events = [event for item in items[:i] for event in torn.feed(item)] + torn.end_session()
        torn.begin_session()
        events += [event for item in items[i + lost :] for event in torn.feed(item)] + torn.end_session()
        found = {(e.call_id, e.entry_no): e for e in entries_of([*events, *log]) if e.entry_no}
        assert found.keys() == expected.keys()
        for key, entry in found.items():
            known = expected[key]
            assert (entry.outcome, entry.ended_by) == (known.outcome, known.ended_by)
            assert entry.wait_ms is not None
            assert known.wait_ms is not None
            assert abs(entry.wait_ms - known.wait_ms) <= (1_100 if entry.wait_in_seconds else 3)
            assert len(entry.no_answers) == len(known.no_answers)


@pytest.mark.parametrize("login", [b"", b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"])
@pytest.mark.parametrize("lost", [0, 5_000])
def test_a_recording_with_a_banner_at_any_byte_is_right_or_unknown(
    tmp_path: Path,
    raw: bytes,
    items: list[Received],
    whole: dict[str, list[Entry]],
    entries_of: Derive,
    login: bytes,
    lost: int,
) -> None:
    stretch = [items[i].message for i in _within(items)]
    for n in range(stretch[0].offset, stretch[-1].end, 3_989):
        events = _read_cut(tmp_path, [raw[:n], BANNER, login, raw[n + lost :]])
        _same_or_unknown(entries_of(events), whole)


@pytest.mark.nightly
def test_a_recording_with_a_banner_at_every_byte_is_right_or_unknown(
    tmp_path: Path, raw: bytes, items: list[Received], whole: dict[str, list[Entry]], entries_of: Derive
) -> None:
    stretch = [items[i].message for i in _within(items)]
    for n in range(stretch[0].offset, stretch[-1].end):
        events = _read_cut(tmp_path, [raw[:n], BANNER, raw[n:]])
        _same_or_unknown(entries_of(events), whole)


def test_two_imports_of_the_halves_give_what_the_whole_gives_or_unknown(
    tmp_path: Path, raw: bytes, items: list[Received], whole: dict[str, list[Entry]], entries_of: Derive
) -> None:
    """Each half in a file of its own, read by an adapter of its own, in either order."""
    stretch = [items[i].message for i in _within(items)]
    for n in range(stretch[0].offset, stretch[-1].end, 9_973):
        first, second = _read_cut(tmp_path, [raw[:n]]), _read_cut(tmp_path, [raw[n:]])
        entries = entries_of([*first, *second])
        assert entries == entries_of([*second, *first])
        _same_or_unknown(entries, whole)


def test_a_spoiled_message_leaves_what_hangs_on_it_unknown(
    items: list[Received], whole: dict[str, list[Entry]], entries_of: Derive
) -> None:
    """A message that could not be read may have been the one that tells an expulsion from a hang-up."""
    for i in list(_within(items))[::7]:
        adapter = AsteriskAdapter()
        events: list[CallEvent] = []
        for j, item in enumerate(items):
            events += adapter.lose() if j == i else adapter.feed(item)
        _same_or_unknown(entries_of([*events, *adapter.end_session()]), whole)


def test_an_expelled_caller_whose_last_word_was_spoiled_did_not_hang_up(
    tmp_path: Path, switch: object, entries_of: Derive
) -> None:
    switch.join(0, 1)  # type: ignore[attr-defined]
    switch.abandon(20, 1, 20)  # type: ignore[attr-defined]
    switch.leave(20.001, 1)  # type: ignore[attr-defined]
    before = switch.bytes  # type: ignore[attr-defined]
    switch.parts.clear()  # type: ignore[attr-defined]
    switch.hangup(20.1, 1)  # type: ignore[attr-defined]
    path = tmp_path / "spoiled.raw"
    path.write_bytes(before + b"Event: UserEvent\r\nLong: " + b"x" * 400_000 + b"\r\n\r\n" + switch.bytes)  # type: ignore[attr-defined]
    reading = Reading()
    entries = entries_of(events_of_recording(path, reading=reading))
    assert [entry.outcome for entry in entries] == [Outcome.UNKNOWN]
    assert len(reading.rejects) == 1
    assert (reading.rejects[0].place, reading.rejects[0].unit) == (len(before), "byte")


def test_a_session_that_ends_leaves_no_memory_of_itself(items: list[Received]) -> None:
    session = [SessionBegan(0, None), *items, SessionEnded(items[-1].at)]
    adapter = AsteriskAdapter()
    for _ in range(3):
        list(events_of_items(iter(session), reading=Reading(), adapter=adapter))
    assert len(copy.deepcopy(adapter).__dict__["_talks"].end_all()) == 0
