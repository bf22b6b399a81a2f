"""The bytes that are hashed, and the trees over them."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from darwin.ledger import merkle
from darwin.ledger.canonical import (
    LEAF_BYTES,
    Leaf,
    StoredEntry,
    entry_bytes,
    microseconds,
    month_of,
    unpack_leaves,
)
from darwin.ledger.commitments import commit, new_salt, proves

EARLY, LATE = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1900, 2200))
BIG = some.integers(min_value=0, max_value=2**63 - 1)
LEAVES = some.builds(Leaf, BIG, BIG, some.integers(-(2**62), 2**62), some.binary(min_size=32, max_size=32))
DATA = some.lists(some.binary(max_size=80), max_size=70)
SUBJECTS = some.lists(
    some.tuples(some.sampled_from(["contact", "account"]), some.uuids().map(str)), max_size=6
)
ENTRIES = some.builds(
    StoredEntry,
    id=BIG,
    at=some.datetimes(timezones=some.just(UTC), min_value=EARLY, max_value=LATE),
    actor_kind=some.sampled_from(["staff", "system"]),
    actor_id=some.none() | some.uuids(),
    actor_name=some.text(max_size=20),
    verb=some.sampled_from(["alter", "consult"]),
    event=some.text(max_size=20),
    reason_code=some.text(max_size=20),
    fields=some.lists(some.text(max_size=10), max_size=4),
    counts=some.dictionaries(some.text(max_size=10), some.integers(0, 10**9), max_size=4),
    reason_id=some.none() | some.uuids(),
    reason_commitment=some.none() | some.binary(min_size=32, max_size=32),
    value_commitment=some.none() | some.binary(min_size=32, max_size=32),
    txid=BIG,
    system_identifier=BIG,
    subjects=SUBJECTS,
)


def changed(entry: StoredEntry, **changes: Any) -> StoredEntry:
    kept = {name: getattr(entry, name) for name in StoredEntry.__slots__}
    return StoredEntry(**(kept | changes))


@given(ENTRIES, some.randoms())
def test_the_order_of_subjects_and_counts_does_not_change_the_bytes(entry: StoredEntry, chance: Any) -> None:
    subjects, counts = list(entry.subjects), list(entry.counts.items())
    chance.shuffle(subjects)
    chance.shuffle(counts)
    assert entry_bytes(changed(entry, subjects=subjects, counts=dict(counts))) == entry_bytes(entry)


@given(ENTRIES, ENTRIES)
def test_two_entries_have_the_same_bytes_only_if_they_say_the_same(
    one: StoredEntry, other: StoredEntry
) -> None:
    def said(entry: StoredEntry) -> tuple[Any, ...]:
        place = {"id", "at", "txid", "subjects", "fields", "counts"}
        rest = tuple(getattr(entry, name) for name in StoredEntry.__slots__ if name not in place)
        return (*rest, tuple(entry.fields), sorted(entry.counts.items()), sorted(entry.subjects))

    assert (entry_bytes(one) == entry_bytes(other)) == (said(one) == said(other))


@given(ENTRIES)
def test_neighbouring_values_cannot_be_slid_into_one_another(entry: StoredEntry) -> None:
    slid = changed(entry, event=entry.event + entry.reason_code + "x", reason_code="")
    assert entry_bytes(slid) != entry_bytes(entry)


@given(ENTRIES)
def test_the_place_of_an_entry_is_not_in_its_content_but_in_its_leaf(entry: StoredEntry) -> None:
    moved = changed(entry, id=entry.id ^ 1, at=entry.at + timedelta(microseconds=1), txid=entry.txid ^ 1)
    assert entry_bytes(moved) == entry_bytes(entry)
    assert moved.leaf.pack() != entry.leaf.pack()


def test_the_bytes_are_these_for_ever() -> None:
    entry = StoredEntry(
        id=7,
        at=datetime(2026, 3, 14, 9, 30, tzinfo=UTC),
        actor_kind="staff",
        actor_id=UUID(int=1),
        actor_name="",
        verb="alter",
        event="contact.closed",
        reason_code="",
        fields=["outcome"],
        counts={"rows": 2},
        reason_id=None,
        reason_commitment=b"\x01" * 32,
        value_commitment=None,
        txid=9,
        system_identifier=5,
        subjects=[("contact", "b"), ("contact", "a")],
    )
    kind, _, text = entry_bytes(entry).decode().partition("\n")
    assert kind == "darwin-ledger-entry-1"
    assert text == (
        '{"actor":["staff","00000000-0000-0000-0000-000000000001",""],"counts":{"rows":2},'
        '"event":"contact.closed","fields":["outcome"],"reason_code":"",'
        f'"reason_commitment":"{"01" * 32}","reason_id":null,"subjects":[["contact","a"],["contact","b"]],'
        '"system_identifier":5,"value_commitment":null,"verb":"alter"}'
    )
    assert json.loads(text)["counts"] == {"rows": 2}


@given(some.lists(LEAVES, max_size=20))
def test_leaves_come_back_as_they_were_packed(leaves: list[Leaf]) -> None:
    assert list(unpack_leaves(b"".join(leaf.pack() for leaf in leaves))) == leaves


def test_half_a_leaf_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        list(unpack_leaves(bytes(LEAF_BYTES + 1)))


@given(some.datetimes(min_value=EARLY, max_value=LATE), some.integers(-12, 14))
def test_a_moment_is_exact_to_the_microsecond_in_every_zone(moment: datetime, hours: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(aware)) == aware
    assert month_of(microseconds(aware)) == aware.astimezone(UTC).strftime("%Y-%m")


def _reference_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word: split at the largest power of two smaller than n."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + _reference_root(leaves[:split]) + _reference_root(leaves[split:])).digest()


@given(DATA)
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == _reference_root(leaves)


@given(DATA.filter(bool), some.data())
def test_a_proof_proves_its_leaf_in_its_place_and_no_other(leaves: list[bytes], data: Any) -> None:
    index = data.draw(some.integers(0, len(leaves) - 1))
    path, root = merkle.proof(leaves, index), merkle.root(leaves)
    assert merkle.proves(leaves[index], index, len(leaves), path, root)
    assert not merkle.proves(leaves[index] + b"x", index, len(leaves), path, root)
    assert not merkle.proves(leaves[index], index, len(leaves), [*path, bytes(32)], root)
    assert not merkle.proves(leaves[index], len(leaves), len(leaves), path, root)
    if path:
        assert not merkle.proves(leaves[index], index, len(leaves), path[:-1], root)


def test_a_leaf_cannot_be_passed_off_as_a_node() -> None:
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.root([left + right]) != merkle.root([b"a", b"b"])


@given(some.text(), some.text())
def test_a_commitment_proves_its_value_only_with_its_salt(value: str, other: str) -> None:
    salt = new_salt()
    made = commit(salt, "value", value)
    assert proves(made, salt, "value", value)
    assert proves(made, salt, "value", other) == (value == other)
    assert not proves(made, new_salt(), "value", value)
    assert not proves(made, salt, "reason", value)
