"""The bytes of AMI, whatever they are and however they are cut into chunks."""

import time
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.contact.telephony.ami import (
    MESSAGE_LIMIT,
    AmiCodec,
    Banner,
    Message,
    Piece,
    Spoiled,
    read_messages,
)

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
keys = st.text(
    st.characters(codec="ascii", categories=("L", "N"), include_characters="-_()"), min_size=1, max_size=12
)
texts = st.text(st.characters(exclude_characters="\r\n\x00", exclude_categories=("Cs",)), max_size=30).map(
    lambda text: text.removeprefix(" ")
)
pairs = st.lists(st.tuples(keys, texts), min_size=1, max_size=8).filter(
    lambda found: not any("Asterisk Call Manager/" in value for _, value in found)
)
messages = st.lists(pairs, min_size=1, max_size=6)
endings = st.sampled_from(["\r\n", "\n"])


def _written(message: list[tuple[str, str]], ending: str = "\r\n") -> bytes:
    return (ending.join(f"{key}: {value}" for key, value in message) + ending * 2).encode()


def _fed(data: bytes, cuts: list[int]) -> list[Piece]:
    codec = AmiCodec()
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = []
    for start, end in pairwise(places):
        pieces += codec.feed(data[start:end])
    return [*pieces, *codec.finish()]


def _shape(pieces: list[Piece]) -> list[object]:
    return [(p.offset, p.end, p.raw) if isinstance(p, Message) else p for p in pieces]


@given(messages, endings)
def test_every_field_comes_back_in_order_with_repeated_keys_and_empty_values(
    sent: list[list[tuple[str, str]]], ending: str
) -> None:
    data = b"".join(_written(message, ending) for message in sent)
    assert [message.items() for message in read_messages(data)] == sent


@given(messages, endings, st.lists(st.integers(0, 2_000), max_size=12))
def test_the_chunks_make_no_difference(
    sent: list[list[tuple[str, str]]], ending: str, cuts: list[int]
) -> None:
    data = BANNER + b"".join(_written(message, ending) for message in sent)
    assert _shape(_fed(data, cuts)) == _shape(_fed(data, []))


@given(st.binary(max_size=600), st.lists(st.integers(0, 600), max_size=10))
def test_any_bytes_at_all_are_read_without_a_fault_and_alike_in_any_chunks(
    data: bytes, cuts: list[int]
) -> None:
    assert _shape(_fed(data, cuts)) == _shape(_fed(data, []))
    for piece in _fed(data, cuts):
        if isinstance(piece, Message):
            piece.items()
            assert data[piece.offset : piece.offset + len(piece.raw)] == piece.raw


@given(messages, st.binary(min_size=1, max_size=20).filter(lambda b: not set(b"\r\n") & set(b)))
def test_bytes_that_are_no_text_spoil_no_other_field(sent: list[list[tuple[str, str]]], noise: bytes) -> None:
    data = b"Event: X\r\nCallerIDName: " + noise + b"\r\nUniqueid: 1.1\r\n\r\n" + _written(sent[0])
    first, second = read_messages(data)
    assert (first.fields()["Uniqueid"], second.items()) == ("1.1", sent[0])


@given(messages, st.integers(0, 400))
def test_a_message_is_used_only_when_its_blank_line_came(sent: list[list[tuple[str, str]]], cut: int) -> None:
    data = b"".join(_written(message) for message in sent)
    found = list(read_messages(data[:cut]))
    assert all(message.end <= cut and data[: message.end].endswith(b"\r\n\r\n") for message in found)
    assert len(found) == data[:cut].count(b"\r\n\r\n")


@given(messages, st.integers(1, 400))
def test_a_banner_after_a_cut_begins_a_session_and_the_cut_message_is_reported(
    sent: list[list[tuple[str, str]]], cut: int
) -> None:
    first = _written([("Event", "Y"), *sent[0]])
    cut = min(cut, len(first) - 3)
    after = b"Response: Success\r\n\r\n"
    pieces = _fed(first[:cut] + BANNER + after, [])
    assert [type(piece) for piece in pieces] == [Spoiled, Banner, Message]
    assert isinstance(pieces[0], Spoiled)
    assert (pieces[0].offset, pieces[0].truncated) == (0, True)
    assert isinstance(pieces[1], Banner)
    assert pieces[1].offset == cut


def test_a_caller_whose_name_is_a_banner_begins_no_session() -> None:
    data = b"Event: Newchannel\r\nCallerIDName: Asterisk Call Manager/11.0.0\r\nUniqueid: 1.1\r\n\r\n"
    pieces = _fed(data + _written([("Event", "Y")]), [])
    assert [type(piece) for piece in pieces] == [Spoiled, Message]


def test_no_banner_stray_blank_lines_and_line_feeds_alone_are_read() -> None:
    data = b"\r\n\nEvent: A\nKey:\n\n\r\n\r\nEvent: B\r\nKey: \r\n\r\n"
    assert [message.items() for message in read_messages(data)] == [
        [("Event", "A"), ("Key", "")],
        [("Event", "B"), ("Key", "")],
    ]


def test_the_output_of_a_command_is_one_message_with_its_blank_lines() -> None:
    output = b"Response: Follows\r\nPrivilege: Command\r\nno calls\n\nEvent: none\n\n--END COMMAND--\r\n\r\n"
    data = output + b"Event: A\r\n\r\n"
    for cuts in ([], list(range(len(data)))):
        first, second = _fed(data, cuts)
        assert isinstance(first, Message)
        assert isinstance(second, Message)
        assert (first.end, first.name, second.name) == (len(output), b"", b"A")


def test_the_switchs_own_field_stands_over_one_that_a_dialplan_repeats() -> None:
    (message,) = read_messages(b"Event: UserEvent\r\nUniqueid: 1.1\r\nUserEvent: X\r\nUniqueid: 9.9\r\n\r\n")
    assert message.fields()["Uniqueid"] == "1.1"
    assert [value for key, value in message.items() if key == "Uniqueid"] == ["1.1", "9.9"]


@pytest.mark.parametrize("chunk", [4_096, 65_536, 10_000_000])
def test_an_enormous_line_is_left_out_and_the_stream_goes_on(chunk: int) -> None:
    enormous = b"Event: A\r\nKey: " + b"x" * 3_000_000 + b"\r\n\r\n"
    data = _written([("Event", "B")]) + enormous + _written([("Event", "C")])
    pieces = _fed(data, list(range(0, len(data), chunk)))
    assert [p.name if isinstance(p, Message) else "spoiled" for p in pieces] == [b"B", "spoiled", b"C"]
    spoiled = pieces[1]
    assert isinstance(spoiled, Spoiled)
    assert spoiled.offset == len(_written([("Event", "B")]))
    assert f"{MESSAGE_LIMIT:,}" in spoiled.reason


def test_a_banner_after_an_enormous_line_is_found() -> None:
    data = b"Event: A\r\nKey: " + b"x" * 600_000 + BANNER + b"Response: Success\r\n\r\n"
    kinds = [type(piece) for piece in _fed(data, list(range(0, len(data), 9_999)))]
    assert kinds == [Spoiled, Banner, Message]


def test_memory_stays_flat_over_an_endless_line() -> None:
    codec = AmiCodec()
    chunk = b"x" * 65_536
    tracemalloc.start()
    for _ in range(400):
        codec.feed(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MESSAGE_LIMIT


def test_a_hundred_thousand_messages_are_cut_in_seconds() -> None:
    one = _written([("Event", "VarSet"), *((f"Key{i}", "a value of usual length") for i in range(20))])
    data = one * 100_000
    codec = AmiCodec()
    start = time.process_time()
    found = sum(len(codec.feed(data[i : i + 262_144])) for i in range(0, len(data), 262_144))
    assert found == 100_000
    assert time.process_time() - start < 5
