import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from darwin.reference import lists, required
from darwin.reference.commands import commands
from darwin.reference.files import FORCES, FileRow, ReferenceFileError, force_file, read_files
from darwin.reference.lists import ListKind
from darwin.reference.positions import find_positions
from darwin.reference.required import require_threshold
from darwin.reference.units import Unit

SHARED = Path(__file__).parents[3] / "shared" / "data" / "leicestershire"

GOOD = """\
[[threshold]]
code = "a.b"
value = 30
unit = "seconds"
valid_from = 2024-04-01
source = "set by the force"

[[list]]
code = "caller_role"
valid_from = 2020-01-01
source = "set by the force"
items = [
  { code = "VICTIM", label = "Victim" },
  { code = "WITNESS", label = "Witness", valid_to = 2025-01-01 },
]
"""


def faults(folder: Path, text: str | bytes) -> list[str]:
    file = folder / "made_up.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        read_files(file)
    except ReferenceFileError as error:
        return [str(fault) for fault in error.faults]
    return []


@pytest.fixture(autouse=True)
def _no_room_needs_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(required, "_required", {})


def test_a_file_without_a_fault_gives_its_values(tmp_path: Path) -> None:
    (tmp_path / "made_up.toml").write_text(GOOD)
    rows = read_files(tmp_path / "made_up.toml")
    assert [(row.key, row.line) for row in rows] == [
        (("", "a.b"), 1),
        (("caller_role", "VICTIM"), 13),
        (("caller_role", "WITNESS"), 14),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("unit =", "unti =", 4, "a threshold has no key “unti”"),
        ('unit = "seconds"', 'unit = "fortnights"', 4, "the unit “fortnights” is not known"),
        ('unit = "seconds"', 'unit = "text"', 3, "must be a text"),
        ("value = 30", 'value = "thirty"', 3, "must be a number"),
        ("value = 30", "value = -1", 3, "cannot be less than 0"),
        ("value = 30", "value = true", 3, "must be a number"),
        ('value = 30\nunit = "seconds"', 'value = 101\nunit = "percent"', 3, "between 0 and 100"),
        ('value = 30\nunit = "seconds"', 'value = 1.5\nunit = "working_days"', 3, "a whole number above 0"),
        ('value = 30\nunit = "seconds"', 'value = 0\nunit = "clock_hours"', 3, "a whole number above 0"),
        ("value = 30", "value = 30\napplies_to_running = true", 4, "has no key “applies_to_running”"),
        ('source = "set by the force"\n\n', "\n", 1, "“source” is missing"),
        ('source = "set by the force"\n\n', 'source = "  "\n\n', 6, "“source” is missing"),
        ("valid_from = 2024-04-01", 'valid_from = "2024-04-01"', 5, "must be a date"),
        ("valid_from = 2024-04-01", "valid_from = 2024-04-01T00:00:00Z", 5, "must be a date"),
        ("valid_from = 2024-04-01", "valid_from = 2024-04-01\nvalid_to = 2024-04-01", 6, "is not after"),
        ("valid_from = 2024-04-01", "valid_from = 2024-04-31", 5, "this is not TOML"),
        ('code = "caller_role"', 'code = "caller_rôle"', 9, "the list “caller_rôle” is not known"),
        ('label = "Witness"', 'labell = "Witness"', 14, "has no key “labell”"),
        ('label = "Witness"', 'label = ""', 14, "“label” is missing"),
        ("2025-01-01 }", "2019-01-01 }", 14, "is not after valid_from (2020-01-01)"),
        ('"WITNESS"', '"VICTIM"', 14, "is given twice from 2020-01-01: first on line 13"),
        ("[[threshold]]", 'nation = "x"\n[[threshold]]', 1, "a file has no key “nation”"),
        ("[[threshold]]", "[[treshold]]", 1, "a file has no key “treshold”"),
        ("[[threshold]]", 'national = "wessex"\n[[threshold]]', 1, "no national file “wessex”"),
        ("items = [", "rows = 1\nitems = [", 12, "a list has no key “rows”"),
    ],
)
def test_a_fault_is_named_with_its_line_and_reason(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new, 1))
    assert any(fault.startswith(f"made_up.toml, line {line}: ") and says in fault for fault in found), found


def test_all_faults_are_named_in_one_run_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = GOOD.replace('"seconds"', '"fortnights"').replace('label = "Victim"', 'colour = "blue"')
    text += '[[threshold]]\ncode = "c.d"\n'
    lines = [int(fault.split("line ")[1].split(":")[0]) for fault in faults(tmp_path, text)]
    assert lines == sorted(lines)
    assert {4, 13, 16} <= set(lines)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (
            "valid_from = 2020-01-01",
            "valid_from = 2024-01-01",
            "holds until further notice. End that one",
        ),
        (
            "valid_from = 2020-01-01\nvalid_to = 2024-06-01",
            "valid_from = 2024-01-01",
            "holds until 2024-06-01",
        ),
    ],
)
def test_overlapping_versions_are_a_fault_that_says_how_to_end_the_first(
    tmp_path: Path, first: str, second: str, says: str
) -> None:
    table = '[[threshold]]\ncode = "a.b"\nvalue = 1\nunit = "number"\nsource = "s"\n'
    found = faults(tmp_path, f"{table}{first}\n{table}{second}\n")
    assert len(found) == 1
    assert says in found[0]


def test_a_line_in_another_encoding_is_named(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD.replace("Victim", "Víctim").encode("latin-1"))
    assert found == ["made_up.toml, line 13: this line is not in UTF-8. Save the file as UTF-8."]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ReferenceFileError, match="there is no such file"):
        read_files(tmp_path / "absent.toml")


def test_a_threshold_that_a_room_needs_and_the_file_lacks_is_a_fault(tmp_path: Path) -> None:
    require_threshold("needed.here", Unit.SECONDS, "contact", "to say which calls were answered in time")
    require_threshold("a.b", Unit.PERCENT, "staff", "for its share")
    found = faults(tmp_path, GOOD)
    assert found == [
        "made_up.toml, line 1: “a.b” is in seconds. The room staff reads it in percent.",
        "made_up.toml, line 1: the threshold “needed.here” (seconds) is missing. "
        "The room contact needs it to say which calls were answered in time.",
    ]


def test_two_rooms_cannot_read_one_threshold_in_two_units() -> None:
    require_threshold("x", Unit.SECONDS, "contact", "for one thing")
    with pytest.raises(ValueError, match="staff reads x in percent, contact in seconds"):
        require_threshold("x", Unit.PERCENT, "staff", "for another")


def test_the_forces_file_takes_a_code_over_from_the_national_file_with_all_its_versions(
    tmp_path: Path,
) -> None:
    table = '[[threshold]]\ncode = "a.b"\nvalue = {}\nunit = "number"\nsource = "s"\nvalid_from = {}\n'
    (tmp_path / "shared.toml").write_text(
        table.format(1, "2010-01-01") + "valid_to = 2015-01-01\n" + table.format(2, "2015-01-01")
    )
    (tmp_path / "own.toml").write_text('national = "shared"\n' + table.format(3, "2012-01-01"))
    assert [row.number for row in read_files(tmp_path / "own.toml")] == [3]


def shipped() -> list[FileRow]:
    return read_files(force_file("leicestershire"))


def test_the_shipped_files_have_no_fault_and_every_value_a_source() -> None:
    assert all(row.source for row in shipped())


def test_leicestershire_has_16_neighbourhoods() -> None:
    assert len([row for row in shipped() if row.list == "neighbourhood"]) == 16


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared ward files are not on this machine")
def test_every_ward_of_the_force_is_in_exactly_one_neighbourhood_and_in_its_districts() -> None:
    district_of = {
        feature["properties"]["WD13CD"]: path.stem.removeprefix("wards_")
        for path in SHARED.glob("wards_*.json")
        for feature in json.loads(path.read_text())["features"]
    }
    assert len(district_of) == 171
    areas = [row for row in shipped() if row.list == "neighbourhood"]
    wards = [ward for area in areas for ward in area.attributes["wards"]]
    assert sorted(wards) == sorted(district_of)
    for area in areas:
        assert {district_of[ward] for ward in area.attributes["wards"]} == set(area.attributes["districts"])


def test_every_target_names_a_threshold_that_the_file_has() -> None:
    rows = shipped()
    thresholds = {row.code for row in rows if not row.list}
    targets = [row for row in rows if row.list == "service_target"]
    assert targets
    assert all(row.attributes["threshold"] in thresholds for row in targets)


def test_the_outcome_codes_are_0_to_22_and_the_three_alternates() -> None:
    codes = {row.code for row in shipped() if row.list == "outcome_code"}
    assert codes == {str(number) for number in range(23)} | {"1A", "2A", "3A"}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(commands, arguments)


def test_the_check_command_ends_with_1_and_names_each_fault(tmp_path: Path) -> None:
    file = tmp_path / "made_up.toml"
    file.write_text(GOOD.replace('"seconds"', '"fortnights"').replace('"Victim"', "3"))
    result = run("check", str(file))
    assert result.exit_code == 1
    assert "made_up.toml, line 4:" in result.stderr
    assert "made_up.toml, line 13:" in result.stderr
    assert "2 faults. Nothing was adopted." in result.stderr


def test_the_check_command_finds_nothing_wrong_with_the_shipped_file() -> None:
    result = run("check", str(FORCES / "leicestershire.toml"))
    assert result.exit_code == 0, result.output
    assert "no fault" in result.output


@pytest.mark.django_db
def test_the_load_command_adopts_a_file_and_says_what_that_changed(tmp_path: Path) -> None:
    file = tmp_path / "made_up.toml"
    file.write_text(GOOD)
    assert run("load", str(file)).output.endswith(
        "made_up.toml: 3 added, 0 closed, 0 corrected, 0 as before.\n"
    )
    file.write_text(GOOD.replace("value = 30", "value = 20").replace("2024-04-01", "2026-04-01"))
    assert run("load", str(file)).output.endswith(
        "made_up.toml: 1 added, 1 closed, 0 corrected, 2 as before.\n"
    )


TEXTS = st.text(st.sampled_from("ab\"'#[]{}=,\\ é"), max_size=12)


@st.composite
def toml(draw: Any) -> Iterator[tuple[str, list[int], list[int]]]:
    """A text of TOML with the lines of its tables and of its items, written in every style of string."""
    lines: list[str] = []
    tables: list[int] = []
    items: list[int] = []
    for _ in range(draw(st.integers(1, 4))):
        lines += [""] * draw(st.integers(0, 2)) + [f"# {draw(TEXTS)}"]
        lines.append(draw(st.sampled_from(["[[t]]", "  [[ t ]]  # [[t]]"])))
        tables.append(len(lines))
        text = draw(TEXTS)
        style = draw(st.integers(0, 2))
        if style == 0:
            lines.append(f"s = {json.dumps(text, ensure_ascii=False)} # {text}")
        elif style == 1:
            inside = text.replace("\\", "/").replace('"', "'")
            lines += [f'm = """{inside}', "[[t]]", "  { x = 1 },", '"""']
        else:
            lines += ["l = '''", f"{text.replace(chr(39), '')} {{", "items = [", "'''"]
        lines.append("items = [")
        for number in range(draw(st.integers(0, 3))):
            lines.append(f"  {{ n = {number}, l = ['{{', \"]\"], t = {{ a = 1 }} }}, # {{")
            items.append(len(lines))
        lines.append("]")
    return "\n".join(lines) + "\n", tables, items  # type: ignore[return-value]


@given(toml())
def test_lines_are_right_whatever_stands_in_strings_and_comments(
    written: tuple[str, list[int], list[int]],
) -> None:
    import tomllib

    text, tables, items = written
    content = tomllib.loads(text)
    found = find_positions(text)["t"]
    assert [table.line for table in found] == tables
    assert [line for table in found for line in table.items.get("items", [])] == items
    assert [len(table.items.get("items", [])) for table in found] == [len(t["items"]) for t in content["t"]]


def test_a_list_without_a_code_that_a_room_relies_on_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relied_on = ListKind("caller_role", "Who the caller is", required_codes=frozenset({"VICTIM", "OFFICER"}))
    monkeypatch.setattr(lists, "_kinds", {**lists._kinds, "caller_role": relied_on})
    assert faults(tmp_path, GOOD) == [
        "made_up.toml, line 1: the list “caller_role” must have the code “OFFICER”."
    ]
