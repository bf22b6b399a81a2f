"""Reading a scenario: what it says, and what is wrong with it, in which line."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.science.twin.law_tables import USED
from darwin.science.twin.laws import LAWS
from darwin.science.twin.places import line_of, lines_of
from darwin.science.twin.reading import KEYS
from darwin.science.twin.scenario import Scenario, ScenarioRefused, on_duty, read_scenario

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "scenario.md"

GOOD = """\
days = 7
warm_up_days = 1
threshold_s = 30
[[types]]
name = "101"
rate_per_hour = 60
talk = { law = "exponential", mean = 450 }
wrap = { law = "none" }
patience = { law = "exponential", mean = 300 }
redial = { probability = 0.3, delay = { law = "exponential", mean = 300 } }
priority = 2
[[types]]
name = "999"
rate_per_hour = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
talk = { law = "lognormal", mean = 200, cv = 1.1 }
[[groups]]
name = "handlers"
skills = ["999", "101"]
handlers = 8
"""


def read(text: str) -> Scenario:
    return read_scenario(text, name="centre.toml", read_file=file_beside)


def file_beside(name: str) -> str:
    if name != "talk.csv":
        raise FileNotFoundError(name)
    return "10\n20\n"


def test_a_scenario_says_what_it_says() -> None:
    found = read(GOOD)
    assert (found.days, found.warm_up_days, found.name) == (7, 1, "centre.toml")
    calls, emergencies = found.types
    assert calls.rate == (60 / 3600,) * 336
    assert emergencies.rate[:2] == (1 / 3600, 1 / 3600)
    assert emergencies.rate[46:48] == emergencies.rate[334:] == (2 / 3600, 2 / 3600)
    assert calls.talk.mean == 450 and calls.redial.probability == 0.3
    assert emergencies.talk.mean == pytest.approx(200)
    assert [rule.priority for rule in found.policy.types] == [2, 1]
    assert found.groups[0].skills == ((1, 1), (0, 2))
    assert found.groups[0].handlers == (8,) * 336


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("= 60", "= -60", 6, "negative"),
        ("[1, 1, 1", "[1, -1, 1", 14, "negative"),
        ("probability = 0.3", "probability = 1.3", 10, "between 0 and 1"),
        ('"exponential", mean = 450', '"exponentiel", mean = 450', 7, 'Did you mean "exponential"?'),
        ('"exponential", mean = 450', '"zipf", mean = 450', 7, "not a law"),
        ('"exponential", mean = 450', '"exponential", median = 450', 7, '"median" is not a key'),
        ('"exponential", mean = 450', '"exponential", mean = 450, cv = 2', 7, 'has no "cv"'),
        ("mean = 200, cv = 1.1", "mean = 200", 15, 'needs "cv"'),
        ("mean = 200, cv = 1.1", "mean = 0, cv = 1.1", 15, "above 0"),
        ("handlers = 8", f"handlers = {[4, 4, 4, 0] + [4] * 20}", 6, "Mon at 03:00"),
        ("handlers = 8", "handlers = [1, 2, 3]", 19, "a list of 3"),
        ("handlers = 8", "handlers = 7.5", 19, "whole"),
        ("handlers = 8", "handlers = 0", 6, "nobody who can take them is on duty"),
        ("handlers = 8", "handlers = 8\nshifts = []", 16, "either"),
        ('["999", "101"]', '["999", "102"]', 18, 'Did you mean "101"?'),
        ('["999", "101"]', '["999"]', 5, "nobody has this skill"),
        ('["999", "101"]', '["999", "101", "999"]', 18, "twice"),
        ('["999", "101"]', "[]", 18, "list of the types"),
        ("threshold_s", "treshold_s", 3, 'Did you mean "threshold_s"?'),
        ("patience", "pacience", 9, 'Did you mean "patience"?'),
        ("days = 7\n", 'days = "seven"\n', 1, "must be a number"),
        ("days = 7\n", "days = 0\n", 1, "at least 1"),
        ("days = 7\n", "days = 7.5\n", 1, "whole number"),
        ("days = 7\n", "days = \n", 1, "not TOML"),
        ('name = "999"', 'name = "101"', 13, "another type"),
        ('name = "999"\n', "", 12, 'needs "name"'),
        ('name = "999"', 'name = "999"\nchannel = "fax"', 14, "not a channel"),
        (
            'name = "999"',
            'name = "999"\nchannel = "report"\npatience = { law = "exponential", mean = 3 }',
            15,
            "none",
        ),
        ('name = "999"', 'name = "999"\nreserve = -1', 14, "negative"),
        (
            'name = "999"',
            'name = "999"\ntransfer = { probability = 0.1, to = "crime" }',
            14,
            'no type "crime"',
        ),
        ('name = "999"', 'name = "999"\ncallback = { accepted = 2 }', 14, "between 0 and 1"),
        (', delay = { law = "exponential", mean = 300 }', "", 10, 'needs "delay"'),
        ('{ law = "none" }', '{ law = "empirical", file = "gone.csv" }', 8, "not there"),
        (
            '{ law = "none" }',
            '{ law = "empirical", values = [1, 2], probabilities = [0.2, 0.2] }',
            8,
            "only patience",
        ),
        (
            '{ law = "none" }',
            '{ law = "empirical", values = [1], probabilities = [0.5, 0.5] }',
            8,
            "1 values and 2",
        ),
        ('{ law = "none" }', '{ law = "hyperexponential", mean = 10, cv = 0.5 }', 8, "at least 1"),
        (
            '{ law = "none" }',
            '{ law = "hyperexponential", means = [1, 2], probabilities = [0.5, 0.6] }',
            8,
            "add up",
        ),
        ('{ law = "none" }', '{ law = "uniform", low = 5, high = 2 }', 8, "below"),
        ('{ law = "none" }', "5", 8, "must be a table"),
        ("handlers = 8", 'shifts = [\n{ start = "7:60", hours = 8, handlers = 9 }]', 20, "time of day"),
        ("handlers = 8", 'shifts = [\n{ start = "07:00", hours = 17, handlers = 9 }]', 20, "at most 16"),
        (
            "handlers = 8",
            'shifts = [\n{ start = "07:00", hours = 8, handlers = 9, days = ["Mo"] }]',
            20,
            "out of Mon",
        ),
        (
            "handlers = 8",
            'shifts = [\n{ start = "07:00", hours = 8, handlers = 9, '
            "breaks = [{ after_hours = 8, minutes = 30 }] }]",
            20,
            "ends after its shift",
        ),
        ("handlers = 8", 'shifts = [{ start = "07:00", hours = 8, handlers = 9 }]', 6, "Mon at 00:00"),
        ("handlers = 8", "handlers = 8\n[policy]\nown_list = true", 21, 'Did you mean "own_list_first"?'),
        ("handlers = 8", "handlers = 8\n[policy]\nown_list_first = 1", 21, "true or false"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    with pytest.raises(ScenarioRefused) as refused:
        read(GOOD.replace(old, new, 1))
    sentence = str(refused.value)
    assert words in sentence
    assert refused.value.line == line
    assert sentence.startswith(f"centre.toml, line {line}: ")
    assert sentence.endswith((".", "?"))


def test_a_scenario_without_types_is_refused() -> None:
    with pytest.raises(ScenarioRefused, match=r"at least one \[\[types\]\]"):
        read("days = 3\n")


def test_a_type_that_may_be_unstaffed_is_read() -> None:
    handlers = f"handlers = {[4, 4, 4, 0] + [4] * 20}"
    text = GOOD.replace("handlers = 8", handlers).replace("priority = 2", "may_be_unstaffed = true")
    with pytest.raises(ScenarioRefused, match='"999"'):
        read(text)
    assert read(text.replace('name = "999"', 'name = "999"\nmay_be_unstaffed = true'))


@pytest.mark.parametrize(
    ("law", "mean"),
    [
        ('{ law = "deterministic", mean = 10 }', 10),
        ('{ law = "erlang", k = 4, mean = 100 }', 100),
        ('{ law = "uniform", low = 10, high = 30 }', 20),
        ('{ law = "uniform", mean = 20 }', 20),
        ('{ law = "weibull", mean = 50, shape = 0.7 }', 50),
        ('{ law = "weibull", scale = 50, shape = 1 }', 50),
        ('{ law = "hyperexponential", mean = 50, cv = 2 }', 50),
        ('{ law = "hyperexponential", means = [10, 100], probabilities = [0.9, 0.1] }', 19),
        ('{ law = "empirical", values = [10, 40], probabilities = [0.75, 0.25] }', 17.5),
        ('{ law = "empirical", file = "talk.csv" }', 15),
        ('{ law = "exponential", mean = 0 }', 0),
    ],
)
def test_laws_have_the_mean_that_they_are_given(law: str, mean: float) -> None:
    assert read(GOOD.replace('{ law = "none" }', law)).types[0].wrap.mean == pytest.approx(mean)


def test_a_patience_may_have_callers_who_never_give_up() -> None:
    law = '{ law = "empirical", values = [10, 40], probabilities = [0.5, 0.25] }'
    patience = (
        read(GOOD.replace('{ law = "exponential", mean = 300 }\nredial', law + "\nredial")).types[0].patience
    )
    assert patience.mean == float("inf") and patience.chances == (0.5, 0.25)


def test_who_is_on_duty_in_shifts_over_the_end_of_the_week() -> None:
    shift = 'shifts = [{ start = "22:15", hours = 8, handlers = 2, days = ["Sun"] }]'
    text = GOOD.replace("handlers = 8", shift).replace("talk =", "may_be_unstaffed = true\ntalk =")
    there = on_duty(read(text).groups[0])
    assert there[:12] == [2] * 12 and there[12] == 2 and there[13] == 0
    assert there[-4:] == [0, 2, 2, 2]


def test_every_key_that_is_read_is_documented_and_every_documented_key_is_read() -> None:
    kind, documented = "scenario", {}
    for line in PAGE.read_text("utf-8").splitlines():
        heading = re.match(r"#+ (?:At the top|`\[*(\w+)\]*`)", line)
        if heading:
            kind = heading[1] or "scenario"
            documented[kind] = set()
        elif line.startswith("## "):
            kind = ""
        key = re.match(r"\| `(\w+)` \|", line)
        if key and kind:
            documented[kind].add(key[1])
    assert documented == {name: set(keys) for name, keys in KEYS.items() if name != "law"}


def test_every_law_and_its_keys_are_documented() -> None:
    rows = re.findall(r'^\| `"(\w+)"` \| (.*) \|$', PAGE.read_text("utf-8"), re.MULTILINE)
    keys = {law: set(re.findall(r"`(\w+)`", text)) for law, text in rows}
    assert keys == {law: set(USED[law]) for law in LAWS}
    assert set(KEYS["law"]) == {"law"}.union(*USED.values())


PLACES = '''\
# a comment with a [table] and "quotes
a = 1
b = { c = 2, "d e" = [1,
   2, { f = 3 }] } # another
text = """
[not.a.table]
x = 1"""
raw = \'it is "x = 1" \'
[one.two]
three.four = true
[[many]]
k = [
  1, # first
  2,
]
[[many]]
  k = 3
  [many.inner]
  deep = "\\\\" # after an escape
  [[many.more]]
  z = 1979-05-27
'''


def test_the_line_of_each_value() -> None:
    tomllib.loads(PLACES)
    lines = lines_of(PLACES)
    expected = {
        ("a",): 2, ("b",): 3, ("b", "c"): 3, ("b", "d e", 0): 3, ("b", "d e", 1): 4, ("b", "d e", 2, "f"): 4,
        ("text",): 5, ("raw",): 8, ("one", "two"): 9, ("one", "two", "three", "four"): 10,
        ("many", 0): 11, ("many", 0, "k", 1): 14, ("many", 1): 16, ("many", 1, "k"): 17,
        ("many", 1, "inner", "deep"): 19, ("many", 1, "more", 0, "z"): 21,
    }  # fmt: skip
    assert {path: lines[path] for path in expected} == expected
    assert not any("x" in path for path in lines)
    assert line_of(lines, ("many", 1, "inner", "missing", 3)) == 18


_VALUES = st.one_of(
    st.integers(-5, 5).map(str),
    st.sampled_from(['"a # b"', "'[x]'", "true", '"""\nx = 1\n"""', "[1,\n 2]", "{ k = 1, l = [] }", "[]"]),
)


@given(st.lists(st.tuples(st.sampled_from(["", "# note"]), _VALUES), max_size=8))
def test_no_text_throws_the_lines_out(rows: list[tuple[str, str]]) -> None:
    text, expected = "", {}
    for number, (comment, value) in enumerate(rows):
        expected[(f"key{number}",)] = text.count("\n") + 1
        text += f"key{number} = {value} {comment}\n"
    tomllib.loads(text)
    lines = lines_of(text)
    assert {path: line for path, line in lines.items() if len(path) == 1} == expected
