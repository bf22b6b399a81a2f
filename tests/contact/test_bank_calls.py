"""The bank's month, to the last call, and another month made of it."""

from pathlib import Path
from typing import Any

import pytest

JANUARY = ("bank", "1999-01-01", "1999-02-01")


def import_bank(contact: Any, path: Path, mapping: Path) -> Any:
    return contact.import_file("csv", path, "--mapping", mapping)


def test_january_to_the_last_call(contact: Any, shared_data: Path, bank_mapping: Path) -> None:
    january = shared_data / "bank_calls" / "january.txt"
    report = import_bank(contact, january, bank_mapping)
    assert {name: report[name] for name in ("rows_read", "imported", "ignored", "rejected")} == {
        "rows_read": 31_599,
        "imported": 31_359,
        "ignored": 240,
        "rejected": 0,
    }
    got = contact.measures(*JANUARY)
    assert (got["entries"], got["answered"], got["abandoned"], got["refused"]) == (31_359, 27_060, 4_299, 0)
    assert (got["arrived"], got["offered_including_refused"]) == (31_359, 31_359)
    assert got["abandoned_by_point"] == {"HANDLER_QUEUE": 4_299 - 1_198, "IVR": 1_198}
    assert got["abandonment_pct"] == pytest.approx(13.71, abs=0.005)
    assert got["pct_within_of_offered"] == pytest.approx(57.36, abs=0.005)
    assert got["asa_s"] == pytest.approx(35.0, abs=0.05)
    assert got["median_wait_answered_s"] == 3
    assert got["mean_talk_s"] == pytest.approx(183.5, abs=0.05)
    assert (got["transfers"], got["by_agent"]["ANAT"]["no_answer"]) == (None, None)
    assert sum(agent["answered"] for agent in got["by_agent"].values()) == 27_060 - 490
    assert got["answered_agent_unknown"] == 490

    again = import_bank(contact, january, bank_mapping)
    assert (again["imported"], again["already_known"]) == (0, 31_359)
    assert contact.measures(*JANUARY) == got


def test_every_day_holds_the_calls_of_its_date(contact: Any, shared_data: Path, bank_mapping: Path) -> None:
    january = shared_data / "bank_calls" / "january.txt"
    import_bank(contact, january, bank_mapping)
    rows = [line.split("\t") for line in january.read_text("ascii").splitlines()[1:]]
    for day in ("05", "09", "31"):
        expected = sum(row[5] == f"9901{day}" and row[12] != "PHANTOM" for row in rows)
        end = "1999-02-01" if day == "31" else f"1999-01-{int(day) + 1:02}"
        assert contact.measures("bank", f"1999-01-{day}", end)["entries"] == expected
    # No row is dated the 11th or 12th: the log does not show that nobody called.
    silent = contact.measures("bank", "1999-01-11", "1999-01-13")
    assert (silent["entries"], silent["abandoned"]) == (None, None)


HEADER = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time"
    "\toutcome\tser_start\tser_exit\tser_time\tserver"
)


def row(**changes: str) -> str:
    """A readable row of another month, with leading zeros as that month writes them."""
    values = dict(
        zip(
            HEADER.split("\t"),
            [
                "AA0101",
                "44749",
                "27644400",
                "2",
                "PS",
                "990901",
                "11:45:33",
                "11:45:39",
                "6",
                "11:45:39",
                "11:46:58",
                "79",
                "AGENT",
                "11:46:57",
                "11:51:00",
                "243",
                "DORIT",
            ],
            strict=True,
        )
    )
    return "\t".join(
        (values | {name.replace("vru_line", "vru+line"): text for name, text in changes.items()}).values()
    )


def another_month(tmp_path: Path, *rows: str, ending: str = "\n") -> Path:
    path = tmp_path / "september.txt"
    path.write_bytes(ending.join([HEADER, *rows, ""]).encode())
    return path


SEPTEMBER = ("bank", "1999-09-01", "1999-10-01")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"vru_entry": "25:61:00"}, "vru_entry"),
        ({"q_exit": "soon"}, "q_exit"),
        ({"q_time": "7o"}, "q_time"),
        ({"date": "990931"}, "date"),
        ({"date": "99091"}, "date"),
        ({"outcome": "AGNET"}, "outcome"),
        ({"outcome": ""}, "outcome"),
        ({"ser_time": ""}, "ser_time"),
        ({"call_id": "x"}, "call_id"),
        ({"priority": "high"}, "priority"),
    ],
)
def test_a_broken_row_is_reported_with_its_line_and_left_out(
    contact: Any, tmp_path: Path, bank_mapping: Path, change: dict[str, str], column: str
) -> None:
    path = another_month(
        tmp_path, row(), row(call_id="2", **change) if "call_id" not in change else row(**change)
    )
    report = import_bank(contact, path, bank_mapping)
    assert (report["rows_read"], report["imported"], report["rejected"]) == (2, 1, 1)
    [reject] = report["rejects"]
    assert reject["line"] == 3
    assert column in reject["reason"]
    changed = next(iter(change.values()))
    assert not changed or changed not in reject["reason"]
    assert contact.measures(*SEPTEMBER)["entries"] == 1


def test_fields_that_do_not_match_the_header_break_a_row(
    contact: Any, tmp_path: Path, bank_mapping: Path
) -> None:
    short, long = row(call_id="2").rpartition("\t")[0], row(call_id="3") + "\tX"
    path = another_month(tmp_path, short, "", row(), long, "   ")
    report = import_bank(contact, path, bank_mapping)
    assert [reject["line"] for reject in report["rejects"]] == [2, 5]
    assert (report["rows_read"], report["imported"]) == (3, 1)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_either_line_ending_gives_the_same_calls(
    contact: Any, tmp_path: Path, bank_mapping: Path, ending: str
) -> None:
    import_bank(contact, another_month(tmp_path, row(), row(call_id="2"), ending="\r\n"), bank_mapping)
    path = another_month(tmp_path, row(), row(call_id="2"), ending=ending)
    assert import_bank(contact, path, bank_mapping)["already_known"] == 2


@pytest.mark.parametrize(
    ("change", "wait_s", "outcome"),
    [
        pytest.param({"outcome": "HANG"}, 79, "abandoned", id="the word decides, though it was served"),
        pytest.param(
            {"ser_start": "00:00:00", "ser_exit": "00:00:00", "ser_time": "0"}, 79, "answered", id="unserved"
        ),
        pytest.param(
            {"q_start": "00:00:00", "q_exit": "00:00:00", "q_time": "0"}, 0, "answered", id="without queueing"
        ),
        pytest.param(
            {"q_start": "0:00:00", "q_exit": "0:00:00", "q_time": "0", "outcome": "HANG"},
            0,
            "abandoned",
            id="in IVR",
        ),
        pytest.param({"vru_exit": "11:44:00", "vru_time": "-93"}, 79, "answered", id="exit before entry"),
        pytest.param({"customer_id": "", "server": "NO_SERVER"}, 79, "answered", id="nobody named"),
        pytest.param(
            {
                "vru_entry": "23:59:50",
                "vru_exit": "23:59:56",
                "q_start": "23:59:56",
                "q_exit": "0:00:00",
                "q_time": "4",
            },
            4,
            "answered",
            id="midnight at one end",
        ),
    ],
)
def test_an_odd_but_readable_row_counts(
    contact: Any, tmp_path: Path, bank_mapping: Path, change: dict[str, str], wait_s: float, outcome: str
) -> None:
    report = import_bank(contact, another_month(tmp_path, row(**change)), bank_mapping)
    assert (report["imported"], report["rejected"]) == (1, 0)
    [call] = contact.calls("bank", "1999-09-01", "1999-09-02")
    assert (call["call_id"], call["wait_s"], call["outcome"]) == ("AA0101|44749|990901", wait_s, outcome)


def test_only_a_time_more_than_twelve_hours_earlier_is_the_next_days(
    contact: Any, tmp_path: Path, bank_mapping: Path
) -> None:
    from datetime import UTC, datetime

    from darwin.contact.models import ContactLeg

    late = row(
        vru_entry="23:59:23", vru_exit="23:59:23", q_start="23:59:28", q_exit="0:00:03", q_time="35",
        ser_start="0:00:03", ser_exit="0:00:55", ser_time="52",
    )  # fmt: skip
    import_bank(contact, another_month(tmp_path, late), bank_mapping)
    leg = ContactLeg.objects.get()
    # September is summer time in London: an hour ahead of UTC.
    assert leg.left_at == datetime(1999, 9, 1, 23, 0, 3, tzinfo=UTC)
    assert leg.completed_at == datetime(1999, 9, 1, 23, 0, 55, tzinfo=UTC)
    assert contact.measures("bank", "1999-09-01", "1999-09-02")["entries"] == 1


def test_a_known_call_that_says_something_else_is_rejected_and_the_known_one_kept(
    contact: Any, tmp_path: Path, bank_mapping: Path
) -> None:
    import_bank(contact, another_month(tmp_path, row()), bank_mapping)
    report = import_bank(contact, another_month(tmp_path, row(outcome="HANG"), row()), bank_mapping)
    assert (report["imported"], report["already_known"], report["rejected"]) == (0, 1, 1)
    assert "already known" in report["rejects"][0]["reason"]
    assert contact.measures(*SEPTEMBER)["answered"] == 1
