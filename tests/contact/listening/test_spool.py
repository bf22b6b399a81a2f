"""What was received is on the disk, whole and in order, whatever kills the one who wrote it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.contact.listening import spool
from darwin.contact.listening.spool import Chunk, Note, Place, SpoolReader, SpoolWriter, drop_stored
from darwin.contact.telephony.asterisk import events_of_recording

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def everything(reader: SpoolReader) -> list[Chunk | Note]:
    found: list[Chunk | Note] = []
    while more := reader.read(64):
        found += more
    return found


@given(st.lists(st.binary(min_size=1, max_size=90), max_size=30), st.integers(20, 400))
def test_what_is_appended_is_read_in_order_across_segments(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes], segment_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    patch = pytest.MonkeyPatch()
    patch.setattr(spool, "SEGMENT_BYTES", segment_bytes)
    try:
        writer, reader = SpoolWriter(folder), SpoolReader(folder)
        writer.begin(at(0))
        for number, chunk in enumerate(chunks):
            writer.append(at(number), chunk)
        found = everything(reader)
        assert [(piece.at, piece.data) for piece in found if isinstance(piece, Chunk)] == [
            (at(number), chunk) for number, chunk in enumerate(chunks)
        ]
        assert reader.backlog() == 0
        places = [piece.after for piece in found]
        assert places == sorted(places)
        # From any place on, the rest and nothing else.
        for number, piece in enumerate(found):
            assert everything(SpoolReader(folder, piece.after)) == found[number + 1 :]
    finally:
        patch.undo()
        writer.close()


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_killed_writer_leaves_what_it_wrote_and_an_ended_connection(
    tmp_path_factory: pytest.TempPathFactory, cut_raw: int, cut_index: int
) -> None:
    """Cut both files anywhere, as a power cut may, the index no later than the bytes."""
    folder = tmp_path_factory.mktemp("spool")
    writer = SpoolWriter(folder)
    writer.begin(at(0))
    for number in range(5):
        writer.append(at(number), b"x" * 40)
    writer.close()
    raw, index = folder / "00000001.raw", folder / "00000001.raw.idx.jsonl"
    whole = raw.read_bytes()
    raw.write_bytes(whole[:cut_raw])
    index.write_bytes(index.read_bytes()[:cut_index])

    again = SpoolWriter(folder)
    found = everything(SpoolReader(folder))
    data = b"".join(piece.data for piece in found if isinstance(piece, Chunk))
    assert data == whole[:cut_raw]
    notes = [piece.name for piece in found if isinstance(piece, Note)]
    assert notes[-1:] in ([], ["tcp-closed"])
    assert (notes == []) == (data == b"" and "tcp-open" not in notes)
    again.begin(at(60))
    again.append(at(60), b"next")
    again.close()
    last = everything(SpoolReader(folder))[-1]
    assert isinstance(last, Chunk)
    assert last.data == b"next"


def test_a_segment_is_a_recording_that_can_be_imported(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path)
    writer.begin(at(0))
    writer.append(at(0), b"Asterisk Call Manager/11.0.0\r\n")
    writer.sent(at(0), "QueueStatus", "darwin-1-2")
    writer.append(
        at(1),
        b"Event: QueueCallerJoin\r\nQueue: 101\r\nUniqueid: 5.1\r\nCallerIDNum: 07700900123\r\n\r\n",
    )
    writer.end(at(1))
    writer.close()
    raw = tmp_path / "00000001.raw"
    events = list(events_of_recording(raw, raw.with_name("00000001.raw.idx.jsonl")))
    assert [(event.type, event.at) for event in events] == [("call.queued", at(1))]


def test_what_was_sent_is_noted_without_what_it_said(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path)
    writer.begin(at(0))
    writer.sent(at(0), "Login", "darwin-1-1")
    writer.close()
    assert '"action":"Login"' in (tmp_path / "00000001.raw.idx.jsonl").read_text()


def test_the_spool_is_for_its_owner_alone(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "spool")
    writer.begin(at(0))
    writer.close()
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "spool").iterdir()} == {0}
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0


def test_only_what_is_stored_and_old_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SEGMENT_BYTES", 1)
    writer = SpoolWriter(tmp_path)
    writer.begin(at(0))
    for number in range(4):
        writer.append(at(number), b"x")
    writer.close()
    kept = spool.segments(tmp_path)
    written = datetime.fromtimestamp((tmp_path / "00000001.raw").stat().st_mtime, UTC)
    drop_stored(tmp_path, Place(3, 0), written + timedelta(minutes=59))
    assert spool.segments(tmp_path) == kept
    drop_stored(tmp_path, Place(3, 0), written + timedelta(minutes=61))
    assert spool.segments(tmp_path) == [segment for segment in kept if segment >= 3]
    monkeypatch.setattr(spool, "KEPT_BYTES", 0)
    drop_stored(tmp_path, Place(4, 0), written)
    assert spool.segments(tmp_path) == [segment for segment in kept if segment >= 4]
