"""A live line gives, chunk by chunk, what the recording of the same chunks gives when it is imported."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.contact.listening.spool import SpoolWriter
from darwin.contact.telephony.ami import Message
from darwin.contact.telephony.hearing import Hearing
from darwin.contact.telephony.recording import Item, Received, read_recording
from tests.contact.listening.conftest import instant

STREAM = (
    b"Asterisk Call Manager/11.0.0\r\n"
    b"Response: Success\r\nPing: Pong\r\nTimestamp: 1795000000.000100\r\n\r\n"
    b"Event: QueueEntry\r\nQueue: 101\r\nUniqueid: 1.1\r\nWait: 5\r\n\r\n"
    b"Event: QueueCallerJoin\r\nTimestamp: 1795000001.500000\r\nQueue: 101\r\nUniqueid: 1.2\r\n\r\n"
    b"Event: Hangup\r\nUniqueid: 1.2\r\n\r\nEvent: Cut off in the mid"
)


def plain(items: list[Item]) -> list[object]:
    return [
        (item.message.raw, item.at, item.stamped, item.certain) if isinstance(item, Received) else item
        for item in items
    ]


@given(
    cuts=st.lists(st.integers(1, len(STREAM) - 1), unique=True, max_size=20),
    ahead=st.sampled_from([0.0, 0.1, 3600.0, -3600.0]),
    sessions=st.integers(1, 3),
)
def test_chunks_however_cut_and_their_recording_give_the_same_items(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], ahead: float, sessions: int
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    writer, hearing = SpoolWriter(folder), Hearing()
    heard: list[Item] = []
    for session in range(sessions):
        opened = 1_795_000_000 + ahead + 100 * session
        writer.begin(instant(opened))
        heard.append(hearing.begin(instant(opened)))
        edges = [0, *sorted(cuts), len(STREAM)]
        for number, (start, end) in enumerate(pairwise(edges)):
            at = instant(opened + 0.001 * number)
            writer.append(at, STREAM[start:end])
            heard += hearing.feed(at, STREAM[start:end])
        writer.end(at)
        heard += hearing.end(at)
    writer.close()
    raw = folder / "00000001.raw"
    recorded = list(read_recording(raw, raw.with_name(f"{raw.name}.idx.jsonl")))
    by_connection = [item for item in plain(heard) if not hasattr(item, "truncated")]
    assert by_connection == [item for item in plain(recorded) if not hasattr(item, "truncated")]


def test_the_real_recording_heard_live_gives_what_its_import_gives(shared_data: Path) -> None:
    path = shared_data / "asterisk" / "ami_transcript.raw"
    index = path.with_name(f"{path.name}.idx.jsonl")
    data, hearing, heard = path.read_bytes(), Hearing(), []
    for line in index.read_text().splitlines():
        mark = json.loads(line)
        at = instant(mark["t"])
        if mark.get("note") == "tcp-open":
            heard.append(hearing.begin(at))
        elif mark.get("note") == "tcp-closed":
            heard += hearing.end(at)
        elif "len" in mark:
            heard += hearing.feed(at, data[mark["off"] : mark["off"] + mark["len"]])
    assert plain([item for item in heard if isinstance(item, Received)]) == plain(
        [item for item in read_recording(path, index) if isinstance(item, Received)]
    )
    assert len([item for item in heard if isinstance(item, Received)]) > 1000


def test_an_answer_to_a_ping_shows_how_far_the_clocks_are_apart() -> None:
    hearing = Hearing()
    hearing.begin(instant(1_795_003_600))
    items = hearing.feed(instant(1_795_003_600), STREAM)
    entry = next(item for item in items if isinstance(item, Received) and item.message.name == b"QueueEntry")
    assert isinstance(entry.message, Message)
    assert abs(entry.at - instant(1_795_000_000)).total_seconds() < 0.001
    assert 3598 < hearing.skew.ahead.total_seconds() <= 3600
