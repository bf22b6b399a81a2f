"""`darwin plan roster`: the answer as JSON and in sentences, and refusals that the command line can print."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from darwin.errors import DarwinError
from darwin.planning.command_lines.roster import command

DAYS = {
    "name": "days",
    "slot_minutes": 60,
    "requirement": ([0] * 8 + [2] * 8 + [0] * 8) * 7,
    "agents": 4,
    "shift_starts_slot_of_day": [8],
    "shift_types": [{"length_h": 8, "paid_h": 7.5, "break_slots": 0, "break_start_offset_slots": []}],
    "rules": {
        "max_shifts_per_week": 5,
        "max_paid_hours": 40,
        "min_rest_hours": 11,
        "one_shift_start_per_day": True,
    },
}


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    path = tmp_path / "days.json"
    path.write_text(json.dumps(DAYS), "utf-8")
    return path


def test_the_answer_has_cost_bound_gap_and_a_tour_for_each_agent(instance: Path):
    run = CliRunner().invoke(command, [str(instance), "--seconds", "600", "--json"], catch_exceptions=False)
    answer = json.loads(run.output)
    assert (answer["paid_hours"], answer["bound"], answer["gap"]) == (105.0, 105.0, 0.0)
    assert len(answer["tours"]) == 4
    assert sorted(duty for tour in answer["tours"] for duty in tour) == [
        [day, 8, 0, 0] for day in range(7) for _ in range(2)
    ]


def test_without_json_it_says_what_is_proven(instance: Path):
    run = CliRunner().invoke(command, [str(instance), "--seconds", "600"], catch_exceptions=False)
    assert run.output.splitlines() == [
        "14 shifts by 4 people: 105 paid hours.",
        "No roster that covers the week costs less.",
    ]


def test_a_week_that_cannot_be_is_an_error_for_the_reader(instance: Path):
    instance.write_text(json.dumps(DAYS | {"agents": 1}), "utf-8")
    with pytest.raises(DarwinError, match="Monday 08:00 needs 2, and there is 1 person"):
        CliRunner().invoke(command, [str(instance), "--seconds", "5"], catch_exceptions=False)


def test_a_fault_names_the_file_and_the_line(instance: Path):
    instance.write_text(json.dumps(DAYS | {"slot_minutes": 0}, indent=1), "utf-8")
    with pytest.raises(DarwinError, match=r"days\.json, line 3: slot_minutes: 0 is no whole number from 1"):
        CliRunner().invoke(command, [str(instance)], catch_exceptions=False)
