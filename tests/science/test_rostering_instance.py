"""Reading a roster's instance: the shapes that are accepted, and a sentence with its line for each fault."""

import json
from fractions import Fraction
from typing import Any

import pytest

from darwin.science.rostering.instance import InstanceRefused, read_instance
from darwin.science.rostering.places import in_words, lines_of


def week(**changes: Any) -> dict[str, Any]:
    return {
        "name": "small",
        "slot_minutes": 30,
        "requirement": [1] * 336,
        "agents": 9,
        "shift_starts_slot_of_day": [44, 14, 28],
        "shift_types": [
            {"length_h": 8, "paid_h": 7.5, "break_slots": 1, "break_start_offset_slots": [6, 8]},
            {"length_h": 10, "paid_h": 9.25, "break_slots": 0, "break_start_offset_slots": []},
        ],
        "rules": {
            "max_shifts_per_week": 5,
            "max_paid_hours": 40,
            "min_rest_hours": 11,
            "one_shift_start_per_day": True,
        },
    } | changes


def read(data: dict[str, Any]):
    return read_instance(json.dumps(data, indent=1), name="week.json")


def test_hours_are_counted_in_whole_units_so_that_no_sum_is_rounded():
    instance = read(week())
    assert instance.unit_h == Fraction(1, 4)
    assert [shift.paid for shift in instance.shift_types] == [30, 37]
    assert instance.agents[0].most_paid == 160
    assert instance.hours(67) == 16.75


def test_starts_are_sorted_and_a_shift_without_a_break_has_one_place_for_none():
    instance = read(week())
    assert instance.starts == (14, 28, 44)
    assert instance.shift_types[1].offsets == (0,)
    assert instance.rest_slots == 22


def test_agents_may_be_a_list_with_names_and_limits_of_their_own():
    given = ["Ann", {"name": "Bo", "max_shifts_per_week": 3}, {"id": 7, "max_paid_hours": 20}]
    agents = read(week(agents=given)).agents
    assert [(a.name, a.most_shifts, a.most_paid) for a in agents] == [
        ("Ann", 5, 160),
        ("Bo", 3, 160),
        ("7", 5, 80),
    ]


def test_a_rule_that_is_absent_or_null_does_not_bind():
    instance = read(week(rules={"max_shifts_per_week": None}))
    assert instance.agents[0].most_shifts is None and instance.agents[0].most_paid is None
    assert instance.rest_slots == 0 and not instance.one_start_a_day


def test_one_offset_may_stand_without_a_list():
    shift = {"length_h": 8, "paid_h": 8, "break_slots": 1, "break_start_offset_slots": 7}
    assert read(week(shift_types=[shift])).shift_types[0].offsets == (7,)


SHIFT = {"length_h": 8, "paid_h": 7.5, "break_slots": 1, "break_start_offset_slots": [6]}


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"requirement": [1] * 335}, "requirement", "a week has 336 slots of 30 minutes; 335 are given"),
        ({"requirement": [1] * 54 + [-2] + [1] * 281}, "requirement[54]", "Tuesday 03:00 needs -2"),
        ({"requirement": [1] * 54 + [1.5] + [1] * 281}, "requirement[54]", "a whole number from 0"),
        ({"slot_minutes": 37}, "slot_minutes", "37 minutes do not divide a day"),
        ({"agents": -1}, "agents", "-1 is no whole number from 0"),
        ({"agents": [{"leave": [1]}]}, "agents[0].leave", "this is not known here"),
        ({"shift_starts_slot_of_day": []}, "shift_starts_slot_of_day", "no shift may ever start"),
        ({"shift_starts_slot_of_day": [48]}, "shift_starts_slot_of_day[0]", "slot 48 is not in a day of 48"),
        ({"shift_types": []}, "shift_types", "there is no shift to work"),
        ({"shift_types": [SHIFT | {"length_h": 8.2}]}, "shift_types[0].length_h", "no whole number of 30"),
        ({"shift_types": [SHIFT | {"paid_h": -1}]}, "shift_types[0].paid_h", "no number of hours above 0"),
        (
            {"shift_types": [SHIFT | {"break_start_offset_slots": [16]}]},
            "shift_types[0].break_start_offset_slots[0]",
            "ends after the shift",
        ),
        ({"shift_types": [SHIFT | {"break_start_offset_slots": []}]}, "shift_types[0]", "no offset"),
        ({"rules": {"max_shifts": 5}}, "rules.max_shifts", "this is not known here"),
        ({"rules": {"min_rest_hours": -3}}, "rules.min_rest_hours", "no number of hours above 0"),
        ({"rules": 4}, "rules", "this is an object"),
    ],
)
def test_a_fault_is_told_with_its_field_and_its_line(changes: dict[str, Any], place: str, words: str):
    text = json.dumps(week(**changes), indent=1)
    with pytest.raises(InstanceRefused) as refused:
        read_instance(text, name="week.json")
    said = str(refused.value)
    assert words in said and f": {place}: " in said
    line = int(said.split("line ")[1].split(":")[0])
    there = [at for at, number in lines_of(text).items() if number == line]
    assert any(in_words(at) == place for at in there)


def test_what_is_missing_and_what_is_no_json_are_told():
    data = week()
    del data["shift_types"]
    with pytest.raises(InstanceRefused, match="shift_types is missing"):
        read(data)
    with pytest.raises(InstanceRefused, match=r"week\.json, line 2: this is not JSON"):
        read_instance('{\n"agents": }', name="week.json")


def test_lines_are_found_in_nested_values_and_escaped_words():
    text = '{"a": [1,\n {"b\\"{": 2,\n "c": []}], "d":\n\n null}'
    assert lines_of(text) == {
        (): 1,
        ("a",): 1,
        ("a", 0): 1,
        ("a", 1): 2,
        ("a", 1, 'b\\"{'): 2,
        ("a", 1, "c"): 3,
        ("d",): 5,
    }
