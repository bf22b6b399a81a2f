"""The recording of a real Asterisk 22.10.1 against the truth that was written down beside it."""

import csv
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from statistics import mean

import pytest

from darwin.contact.telephony.asterisk import events_of_recording
from darwin.contact.telephony.entries import derive_call
from darwin.contact.telephony.events import WITHHELD, CallEvent, Entry, Outcome
from darwin.contact.telephony.queue_log import events_of_queue_log
from darwin.contact.telephony.reading import Reading

Derive = Callable[[Iterable[CallEvent]], list[Entry]]
Key = tuple[str, int]
TOUCHED_BY_THE_GAP = {
    ("1795372246.34", 1),  # connected in the gap
    ("1795372252.39", 1),  # gave up in the gap
    ("1795372257.42", 1),  # gave up in the gap
}
REFUSED_IN_THE_GAP = {("1795372259.46", 0), ("1795372260.47", 0), ("1795372262.48", 0)}


@pytest.fixture(scope="module")
def truth(recording_folder: Path) -> dict[Key, dict[str, str]]:
    with (recording_folder / "known_answer_calls.csv").open() as file:
        return {(row["uniqueid"], int(row["nth_entry"])): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def figures(recording_folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((recording_folder / "known_answer.json").read_text())
    return found


@pytest.fixture(scope="module")
def full(recording_folder: Path) -> list[CallEvent]:
    return list(events_of_recording(recording_folder / "ami_full.raw"))


@pytest.fixture(scope="module")
def log(recording_folder: Path) -> list[CallEvent]:
    return list(events_of_queue_log(recording_folder / "queue_log"))


@pytest.fixture(scope="module", params=["with its index", "without its index"])
def transcript(recording_folder: Path, request: pytest.FixtureRequest) -> list[CallEvent]:
    index = recording_folder / "ami_transcript.raw.idx.jsonl"
    chosen = index if request.param == "with its index" else None
    return list(events_of_recording(recording_folder / "ami_transcript.raw", chosen))


def _keyed(entries: list[Entry]) -> dict[Key, Entry]:
    return {(entry.call_id, entry.entry_no): entry for entry in entries}


def _same_as_truth(entry: Entry, row: dict[str, str], seconds: float) -> None:
    refused = entry.outcome is Outcome.REFUSED
    assert (f"refused_{entry.reason.lower()}" if refused else entry.outcome.value) == row["outcome"]
    if not refused:
        assert entry.wait_ms is not None
        assert abs(entry.wait_ms / 1000 - float(row["wait_s"])) <= seconds
    assert (entry.agent or "") == row["agent"]
    assert len(entry.no_answers) == int(row["ring_no_answers"])


def test_the_whole_stream_gives_every_row_of_the_truth(
    full: list[CallEvent], truth: dict[Key, dict[str, str]], entries_of: Derive
) -> None:
    found = _keyed(entries_of(full))
    assert found.keys() == truth.keys()
    for key, entry in found.items():
        _same_as_truth(entry, truth[key], seconds=0.003)
        assert not entry.wait_in_seconds


def test_the_whole_stream_gives_every_figure_of_the_truth(
    full: list[CallEvent], figures: dict[str, dict[str, object]], entries_of: Derive
) -> None:
    found = entries_of(full)
    joined = [e for e in found if e.entry_no]
    answered = [e for e in joined if e.outcome is Outcome.ANSWERED]
    waits = [e.wait_ms / 1000 for e in answered if e.wait_ms is not None]
    assert len(joined) == figures["entries"]
    assert len({e.call_id for e in joined}) == figures["distinct_calls_joined"]
    assert Counter(e.reason for e in found if e.outcome is Outcome.REFUSED) == figures["refused_by_reason"]
    assert Counter(e.outcome.value for e in joined) == figures["outcomes"]
    assert round(mean(waits), 3) == figures["asa_s"]
    assert sum(w <= 10 for w in waits) == figures["answered_within_10s"]
    assert (
        round(mean(e.talk_ms for e in answered if e.talk_ms is not None) / 1000, 3) == figures["mean_talk_s"]
    )
    assert max(e.queue_length or 0 for e in joined) == figures["max_queue_length"]
    assert sum(e.caller == WITHHELD for e in found) == figures["withheld"]
    ends = Counter(e.ended_by for e in answered)
    reasons = figures["end_reasons"]
    assert ends["blind_transfer"] == reasons["BLINDTRANSFER"]
    assert ends["attended_transfer"] == reasons["ATTENDEDTRANSFER"]
    assert (ends["caller"], ends["agent"]) == (reasons["COMPLETECALLER"], reasons["COMPLETEAGENT"])


def test_every_handler_has_their_answers_rings_and_talk(
    full: list[CallEvent], figures: dict[str, dict[str, dict[str, float]]], entries_of: Derive
) -> None:
    answered: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    talk: defaultdict[str, float] = defaultdict(float)
    for entry in entries_of(full):
        missed.update(m.agent for m in entry.no_answers if m.agent)
        if entry.agent:
            answered[entry.agent] += 1
            talk[entry.agent] += (entry.talk_ms or 0) / 1000
    for agent, known in figures["per_agent"].items():
        assert (answered[agent], missed[agent]) == (known["answered"], known["rna"])
        assert abs(talk[agent] - known["talk_s"]) < 0.1


def test_the_sweep_of_joinings_and_leavings_finds_the_longest_queue(
    full: list[CallEvent], figures: dict[str, object], entries_of: Derive
) -> None:
    steps = []
    for entry in entries_of(full):
        if entry.entry_no:
            steps += [(entry.joined_at, 1), (entry.left_at, -1)]
    length = longest = 0
    for _, step in sorted(steps, key=lambda s: (str(s[0]), s[1])):
        length += step
        longest = max(longest, length)
    assert (longest, length) == (figures["max_queue_length"], 0)


def test_every_call_of_the_recording_was_announced_once(
    full: list[CallEvent], figures: dict[str, object]
) -> None:
    calls = {e.call_id for e in full if e.call_id}
    arrivals = [a for c in calls for a in derive_call(e for e in full if e.call_id == c).arrivals]
    assert len(arrivals) == figures["arrived"]
    assert {(a.queue, a.reason) for a in arrivals} == {("101", "arrived")}


def test_the_queue_log_alone_gives_outcomes_and_whole_seconds(
    log: list[CallEvent], truth: dict[Key, dict[str, str]], entries_of: Derive
) -> None:
    found = _keyed(entries_of(log))
    assert found.keys() == {key for key in truth if key[1]}
    for key, entry in found.items():
        assert entry.outcome.value == truth[key]["outcome"]
        assert entry.wait_ms == 1000 * int(truth[key]["wait_s_queue_log"])
        assert entry.wait_in_seconds
        assert entry.agent is None
        assert (entry.member or "").removeprefix("Operator ") == truth[key]["agent"].removeprefix("PJSIP/")
        assert len(entry.no_answers) == int(truth[key]["ring_no_answers"])


def test_the_gapped_stream_is_right_or_unknown(
    transcript: list[CallEvent], truth: dict[Key, dict[str, str]], entries_of: Derive
) -> None:
    found = _keyed(entries_of(transcript))
    assert found.keys() == truth.keys() - REFUSED_IN_THE_GAP
    for key, entry in found.items():
        if key not in TOUCHED_BY_THE_GAP:
            _same_as_truth(entry, truth[key], seconds=0.003)
        elif entry.outcome is Outcome.UNKNOWN:
            assert entry.wait_ms is None
        else:
            _same_as_truth(entry, truth[key], seconds=1)
            assert entry.wait_in_seconds
    assert found["1795372252.39", 1].outcome is Outcome.UNKNOWN
    assert found["1795372257.42", 1].outcome is Outcome.UNKNOWN


def test_the_log_fills_in_what_the_gap_hid_and_touches_nothing_known(
    transcript: list[CallEvent], log: list[CallEvent], truth: dict[Key, dict[str, str]], entries_of: Derive
) -> None:
    before = _keyed(entries_of(transcript))
    after = _keyed(entries_of([*transcript, *log]))
    assert after.keys() == truth.keys() - REFUSED_IN_THE_GAP
    for key, entry in after.items():
        _same_as_truth(entry, truth[key], seconds=1)
        if before[key].outcome is not Outcome.UNKNOWN:
            known, told = asdict(before[key]), asdict(entry)
            changed = {name for name in known if known[name] != told[name]}
            assert all(known[name] in (None, "") for name in changed)
        else:
            assert entry.wait_in_seconds


def test_any_order_and_any_repetition_of_the_evidence_gives_the_same(
    transcript: list[CallEvent], full: list[CallEvent], log: list[CallEvent], entries_of: Derive
) -> None:
    for evidence in ([*transcript, *log], [*full, *log], [*transcript, *full, *log]):
        expected = entries_of(evidence)
        for seed in range(20):
            shuffled = evidence + evidence[::3]
            random.Random(seed).shuffle(shuffled)
            assert entries_of(shuffled) == expected


def test_two_recordings_of_one_switch_give_one_event_the_same_id(
    transcript: list[CallEvent], full: list[CallEvent]
) -> None:
    ids = {e.event_id for e in full}
    of_the_log_free_part = [e for e in transcript if e.at_source == "switch" and e.type != "agent.state"]
    different = [e for e in of_the_log_free_part if e.event_id not in ids]
    # The leavings that the gap cut off from what followed are other statements: unknown, not answered.
    assert {e.reason for e in different} <= {"unknown", "answered"}
    assert len(different) <= 4


def test_the_coverage_shows_the_gap(recording_folder: Path) -> None:
    reading = Reading()
    path = recording_folder / "ami_transcript.raw"
    list(events_of_recording(path, path.with_name(path.name + ".idx.jsonl"), reading=reading))
    gap = reading.coverages[1].start - reading.coverages[0].end
    assert len(reading.coverages) == 2
    assert 8.0 < gap.total_seconds() < 8.01
    assert reading.rejects == []


def test_a_cut_out_of_the_middle_of_a_stream_is_read(recording_folder: Path) -> None:
    reading = Reading()
    events = list(events_of_recording(recording_folder / "load_20cps_excerpt.raw", reading=reading))
    assert len(events) > 100
    assert [r.reason for r in reading.rejects] == ["the stream ends in the middle of this message"]
