"""The recordings of a real switch, played back live through the real listener: the same as their import."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contact.listening.processes import start_listener, start_player
from tests.operate.houses import well
from tests.supervisor.conftest import folder_open_to_all
from tests.supervisor.house_at_work import free_port

RECORDINGS = {
    "with a gap": ("ami_transcript.raw", True, "101"),
    "the whole": ("ami_full.raw", False, "101"),
    "a cut": ("load_20cps_excerpt.raw", False, "load"),
}


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_open_to_all() as found:
        yield found


WINDOW = ("2000-01-01", "2100-01-01")


def live_figures(data_dir: Path, queue: str) -> tuple[Any, list[Any]]:
    """Every measure and every leg in the listener's house."""
    words = ("--queue", queue, "--from", WINDOW[0], "--to", WINDOW[1])
    measures = json.loads(well(data_dir, "contact", "measures", *words, "--threshold", "10", "--json"))
    calls = well(data_dir, "contact", "calls", *words, "--json").splitlines()
    return measures, [json.loads(line) for line in calls]


def without_edges(measures: dict[str, Any]) -> dict[str, Any]:
    """What the pages say of a gap is compared by its number: its edges are moments of receipt."""
    return {**measures, "note": None, "gaps": len(measures["gaps"])}


def _play(folder: Path, shared_data: Path, contact: Any, name: str, speed: float, limit_s: float) -> Any:
    file, is_indexed, queue = RECORDINGS[name]
    recording = shared_data / "asterisk" / file
    index = recording.with_name(f"{file}.idx.jsonl") if is_indexed else None
    house, port = folder / "live", free_port()
    well(house, "ledger", "verify")
    player = start_player(house, recording, port, speed, index)
    listener = start_listener(house, port)
    try:
        player.wait_until_said("The recording has ended.", limit_s)
    finally:
        assert listener.end() == 0, listener.said()
        player.end()
    assert "Traceback" not in listener.said()
    contact.import_file("asterisk-ami", recording, *(("--index", index) if index else ()))
    measures, calls = live_figures(house, queue)
    told = without_edges(measures)
    # Whoever waited when a recording was cut is alive for a listener; an import does not know what became of
    # them.
    told["unknown"], told["still_waiting"] = told["unknown"] + told["still_waiting"], 0
    assert told == without_edges(contact.measures(queue, *WINDOW, threshold=10))
    assert calls == contact.calls(queue, *WINDOW)
    return measures


def is_the_known_answer(found: Any, truth: Any) -> None:
    for ours, theirs in (
        ("arrived", "arrived"),
        ("refused_by_reason", "refused_by_reason"),
        ("entries", "entries"),
        ("distinct_calls", "distinct_calls_joined"),
        ("offered_including_refused", "offered_incl_refused"),
        ("answered_within_threshold", "answered_within_10s"),
        ("asa_s", "asa_s"),
        ("median_wait_answered_s", "median_wait_answered_s"),
        ("max_wait_answered_s", "max_wait_answered_s"),
        ("mean_wait_abandoned_s", "mean_wait_abandoned_s"),
        ("max_wait_abandoned_s", "max_wait_abandoned_s"),
        ("mean_talk_s", "mean_talk_s"),
        ("longest_queue", "max_queue_length"),
    ):
        assert found[ours] == truth[theirs], ours
    for agent, told in truth["per_agent"].items():
        assert found["by_agent"][agent]["answered"] == told["answered"]
        assert found["by_agent"][agent]["no_answer"] == told["rna"]


@pytest.mark.faults
@pytest.mark.parametrize("name", sorted(RECORDINGS))
def test_a_recording_played_at_fifty_times_speed_gives_what_its_import_gives(
    folder: Path, shared_data: Path, contact: Any, name: str
) -> None:
    found = _play(folder, shared_data, contact, name, 50, 90)
    if name == "the whole":
        truth = json.loads((shared_data / "asterisk" / "known_answer.json").read_text())
        is_the_known_answer(found, truth)


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(RECORDINGS))
def test_a_recording_played_as_it_was_gives_what_its_import_gives(
    folder: Path, shared_data: Path, contact: Any, name: str
) -> None:
    _play(folder, shared_data, contact, name, 1, 200)
