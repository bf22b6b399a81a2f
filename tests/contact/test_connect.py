"""Amazon Connect contact trace records."""

import json
from pathlib import Path
from typing import Any

import pytest

MARCH = ("REDACTED", "2020-03-01", "2020-04-01")


@pytest.fixture
def sample(shared_data: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((shared_data / "formats" / "ctr_answered_redacted.json").read_text())
    return record


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "records.json"
    path.write_text(text)
    return path


def test_the_sample_is_one_answered_contact(contact: Any, shared_data: Path) -> None:
    path = shared_data / "formats" / "ctr_answered_redacted.json"
    assert contact.import_file("connect", path)["imported"] == 1
    got = contact.measures(*MARCH, threshold=5)
    assert (got["entries"], got["answered"], got["answered_within_threshold"]) == (1, 1, 1)
    assert (got["asa_s"], got["mean_talk_s"], got["arrived"], got["refused"]) == (5.0, 14.0, None, None)
    assert contact.import_file("connect", path)["already_known"] == 1


@pytest.mark.parametrize(
    "join",
    [
        lambda records: json.dumps(records),
        lambda records: "\n".join(map(json.dumps, records)),
        lambda records: "".join(map(json.dumps, records)),
        lambda records: json.dumps(records, indent=1),
    ],
    ids=["array", "lines", "concatenated", "indented"],
)
def test_records_are_read_however_they_stand_in_the_file(
    contact: Any, tmp_path: Path, sample: dict[str, Any], join: Any
) -> None:
    records = [sample | {"ContactId": f"{n}"} for n in range(400)]
    report = contact.import_file("connect", written(tmp_path, join(records)))
    assert (report["rows_read"], report["imported"]) == (400, 400)


def test_who_hung_up_in_the_queue_gave_up_and_who_was_cut_off_was_expelled(
    contact: Any, tmp_path: Path, sample: dict[str, Any]
) -> None:
    waiting = sample | {"Agent": None, "LastUpdateTimestamp": "2020-03-31T16:30:00Z"}
    records = [
        waiting | {"ContactId": "a", "DisconnectReason": "CUSTOMER_DISCONNECT"},
        waiting | {"ContactId": "b", "DisconnectReason": "CONTACT_FLOW_DISCONNECT"},
        waiting | {"ContactId": "c", "DisconnectReason": None},
        waiting | {"ContactId": "d", "Queue": None},
        waiting | {"ContactId": "e", "InitiationMethod": "OUTBOUND"},
    ]
    report = contact.import_file("connect", written(tmp_path, json.dumps(records)))
    assert (report["imported"], report["ignored"]) == (3, 2)
    outcomes = {call["call_id"]: call["outcome"] for call in contact.calls(*MARCH)}
    assert outcomes == {"a": "abandoned", "b": "expelled", "c": "abandoned"}


def test_a_later_state_of_a_record_supersedes_and_an_earlier_one_does_not(
    contact: Any, tmp_path: Path, sample: dict[str, Any]
) -> None:
    from darwin.contact.models import Contact

    queue = sample["Queue"] | {"EnqueueTimestamp": "2020-03-31T16:20:02Z"}
    later = sample | {"Queue": queue, "LastUpdateTimestamp": "2020-03-31T18:00:00Z"}
    contact.import_file("connect", written(tmp_path, json.dumps(sample)))
    before = Contact.objects.get().pk
    assert contact.import_file("connect", written(tmp_path, json.dumps(later)))["imported"] == 1
    assert contact.measures(*MARCH)["asa_s"] == 14.0
    assert contact.import_file("connect", written(tmp_path, json.dumps(sample)))["already_known"] == 1
    assert contact.measures(*MARCH)["asa_s"] == 14.0
    assert Contact.objects.get().pk == before


def test_broken_records_are_reported_with_their_line(
    contact: Any, tmp_path: Path, sample: dict[str, Any]
) -> None:
    lines = [
        json.dumps(sample),
        json.dumps(sample | {"ContactId": "2", "InitiationTimestamp": "yesterday"}),
        '{"ContactId": oops}',
        json.dumps(sample | {"ContactId": "3"}),
        '{"ContactId": "4", "Chan',
    ]
    report = contact.import_file("connect", written(tmp_path, "\n".join(lines)))
    assert report["imported"] == 2
    assert [reject["line"] for reject in report["rejects"]] == [2, 3, 5]
    assert "ends in the middle" in report["rejects"][-1]["reason"]
