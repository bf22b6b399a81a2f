"""The recording of a real switch, against what is known to be true of it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

DAY = ("101", "2026-11-22", "2026-11-23")


@pytest.fixture(scope="module")
def truth(shared_data: Path) -> Any:
    return json.loads((shared_data / "asterisk" / "known_answer.json").read_text())


@pytest.fixture(scope="module")
def true_entries(shared_data: Path) -> dict[tuple[str, int], dict[str, str]]:
    with (shared_data / "asterisk" / "known_answer_calls.csv").open() as file:
        return {(row["uniqueid"], int(row["nth_entry"])): row for row in csv.DictReader(file)}


def by_key(calls: list[Any]) -> dict[tuple[str, int], Any]:
    return {(call["call_id"], call["entry_no"]): call for call in calls}


def import_full(contact: Any, data: Path) -> Any:
    return contact.import_file("asterisk-ami", data / "asterisk" / "ami_full.raw")


def import_gapped(contact: Any, data: Path) -> Any:
    path = data / "asterisk" / "ami_transcript.raw"
    return contact.import_file("asterisk-ami", path, "--index", f"{path}.idx.jsonl")


def import_log(contact: Any, data: Path) -> Any:
    return contact.import_file("asterisk-queue-log", data / "asterisk" / "queue_log")


def adds_up(report: Any) -> bool:
    parts = report["imported"] + report["already_known"] + report["ignored"] + report["rejected"]
    return bool(report["rows_read"] == parts)


def test_the_whole_stream_gives_every_known_figure(contact: Any, shared_data: Path, truth: Any) -> None:
    report = import_full(contact, shared_data)
    assert adds_up(report)
    assert report["rejected"] == 0
    got = contact.measures(*DAY, threshold=10)
    same = {
        "arrived": "arrived",
        "refused": "refused",
        "refused_by_reason": "refused_by_reason",
        "entries": "entries",
        "distinct_calls": "distinct_calls_joined",
        "offered_including_refused": "offered_incl_refused",
        "answered_within_threshold": "answered_within_10s",
        "longest_queue": "max_queue_length",
        "asa_s": "asa_s",
        "median_wait_answered_s": "median_wait_answered_s",
        "max_wait_answered_s": "max_wait_answered_s",
        "mean_wait_abandoned_s": "mean_wait_abandoned_s",
        "max_wait_abandoned_s": "max_wait_abandoned_s",
        "mean_talk_s": "mean_talk_s",
    }
    assert {ours: got[ours] for ours in same} == {
        ours: pytest.approx(truth[theirs], abs=0.003) for ours, theirs in same.items()
    }
    assert got["answered"] == truth["outcomes"]["answered"]
    assert got["abandoned"] == truth["outcomes"]["abandoned"]
    assert (got["callback_requested"], got["expelled"], got["unknown"]) == (0, 0, 0)
    assert got["pct_within_of_offered"] == pytest.approx(100 * 20 / 40)
    assert got["pct_within_of_answered"] == pytest.approx(100 * 20 / 26, abs=1e-4)
    ends = truth["end_reasons"]
    assert got["transfers"] == {"blind": ends["BLINDTRANSFER"], "attended": ends["ATTENDEDTRANSFER"]}
    assert got["by_agent"] == {
        agent: {
            "answered": true["answered"],
            "no_answer": true["rna"],
            "talk_s": pytest.approx(true["talk_s"], abs=0.06),
        }
        for agent, true in truth["per_agent"].items()
    }
    assert got["gaps"] == []


def test_the_whole_stream_gives_every_row_of_the_truth(
    contact: Any, shared_data: Path, true_entries: Any
) -> None:
    import_full(contact, shared_data)
    calls = by_key(contact.calls(*DAY))
    assert calls.keys() == true_entries.keys()
    for key, row in true_entries.items():
        assert calls[key]["outcome"] == row["outcome"].removesuffix("_full")
        assert calls[key]["wait_s"] == pytest.approx(float(row["wait_s"]), abs=0.003)
        assert calls[key]["agent"] == (row["agent"] or None)


def test_the_log_alone_gives_outcomes_and_whole_seconds_and_no_arrivals(
    contact: Any, shared_data: Path, true_entries: Any
) -> None:
    assert adds_up(import_log(contact, shared_data))
    got = contact.measures(*DAY, threshold=10)
    not_told = (
        "arrived",
        "refused",
        "refused_by_reason",
        "offered_including_refused",
        "pct_within_of_offered",
    )
    assert {name: got[name] for name in not_told} == dict.fromkeys(not_told)
    assert (got["entries"], got["answered"], got["abandoned"]) == (34, 26, 8)
    assert got["asa_s"] == pytest.approx(10.885, abs=0.001)
    assert set(got["by_agent"]) == {"Operator 1001", "Operator 1002", "Operator 1003"}
    for key, call in by_key(contact.calls(*DAY)).items():
        row = true_entries[key]
        assert (call["outcome"], call["wait_s"]) == (row["outcome"], float(row["wait_s_queue_log"]))


def test_a_stream_with_a_gap_is_never_wrong_and_the_log_fills_it_in(
    contact: Any, shared_data: Path, true_entries: Any
) -> None:
    import_gapped(contact, shared_data)
    alone = by_key(contact.calls(*DAY))
    for key, call in alone.items():
        true = true_entries[key]["outcome"].removesuffix("_full")
        assert call["outcome"] in (true, "unknown")
    assert sum(call["outcome"] == "unknown" for call in alone.values()) <= 4
    [gap] = contact.measures(*DAY)["gaps"]
    assert "entries" in gap["not_told"]

    import_log(contact, shared_data)
    filled = by_key(contact.calls(*DAY))
    joined = {key: row for key, row in true_entries.items() if key[1]}
    assert {key: filled[key]["outcome"] for key in joined} == {
        key: row["outcome"] for key, row in joined.items()
    }
    for key, call in alone.items():
        if call["wait_s"] is not None:
            assert filled[key] == call | {"outcome": filled[key]["outcome"]}
        assert filled[key]["wait_s"] == pytest.approx(float(true_entries[key]["wait_s"]), abs=1.05)
    assert set(contact.measures(*DAY)["by_agent"]) == {"PJSIP/1001", "PJSIP/1002", "PJSIP/1003"}
    assert "refused" in contact.measures(*DAY)["note"]


@pytest.mark.parametrize("stream", [import_full, import_gapped])
def test_either_order_gives_the_same_and_importing_again_changes_nothing(
    contact: Any, shared_data: Path, stream: Any, django_db_blocker: Any
) -> None:
    from darwin.contact.models import CallEvent, Contact, ContactLeg, Coverage

    stream(contact, shared_data)
    import_log(contact, shared_data)
    one_way = (contact.calls(*DAY), contact.measures(*DAY))
    for again in (stream, import_log):
        report = again(contact, shared_data)
        assert (report["imported"], report["already_known"] > 0) == (0, True)
        assert adds_up(report)
    assert (contact.calls(*DAY), contact.measures(*DAY)) == one_way

    for model in (ContactLeg, Contact):
        for row in model.objects.all():
            row.delete()
    Coverage.objects.all().delete()
    CallEvent.objects.all()._raw_delete(using="default")
    import_log(contact, shared_data)
    stream(contact, shared_data)
    assert (contact.calls(*DAY), contact.measures(*DAY)) == one_way


def test_a_moment_without_an_offset_is_londons_and_the_window_is_half_open(
    contact: Any, shared_data: Path
) -> None:
    import_full(contact, shared_data)
    first, second = contact.calls(*DAY)[:2]
    until = contact.calls("101", "2026-11-22", second["at"])
    assert until == [first]
    assert contact.calls("101", first["at"], second["at"]) == [first]
    assert contact.measures("101", "2026-11-22T18:30", "2026-11-22T18:32")["entries"] == 34
    assert contact.measures("101", "2026-11-22T19:30+01:00", "2026-11-22T19:32+01:00")["entries"] == 34


def test_a_period_without_records_has_no_figure_and_says_so(contact: Any, shared_data: Path) -> None:
    import_full(contact, shared_data)
    got = contact.measures("101", "2026-12-01", "2027-01-01")
    figures = ("entries", "answered", "abandoned", "arrived", "refused", "asa_s", "longest_queue", "by_agent")
    assert {name: got[name] for name in figures} == dict.fromkeys(figures)
    assert "No imported record covers" in got["note"]
    assert "names a queue" in contact.measures("999", "2026-12-01", "2027-01-01")["note"]


def test_a_stream_whose_dialplan_announces_no_calls_tells_no_arrivals(
    contact: Any, shared_data: Path
) -> None:
    report = contact.import_file("asterisk-ami", shared_data / "asterisk" / "load_20cps_excerpt.raw")
    assert adds_up(report)
    got = contact.measures("load", "2026-11-22", "2026-11-23")
    assert got["entries"] > 0
    assert (got["arrived"], got["refused"], got["offered_including_refused"]) == (None, None, None)
