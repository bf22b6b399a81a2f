"""One result: the chart, the table and the CSV say the same."""

import csv
import io
import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.science.spc import xmr
from darwin.theme.charts import Column, ColumnChart, ControlChart, LineChart, Mark, Rebase, Result, Unit
from darwin.theme.charts.drawing import Drawing, text_width
from darwin.theme.charts.scale import upright
from darwin.theme.showcase_charts import shown_results

SVG = "{http://www.w3.org/2000/svg}"
OCTOBER = [date(2026, 10, day) for day in range(1, 8)]


def months(number: int) -> list[date]:
    return [date(2024 + at // 12, at % 12 + 1, 1) for at in range(number)]


def drawn(chart: ControlChart | LineChart | ColumnChart) -> ElementTree.Element:
    return ElementTree.fromstring(chart.draw(title="A finding", name="c"))


def shapes(svg: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if element.get("class") == kind]


@pytest.mark.parametrize("result", shown_results(), ids=lambda result: result.title)
def test_a_chart_has_a_title_a_description_and_nothing_inline(result: Result) -> None:
    svg = ElementTree.fromstring(result.svg("x"))
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None and description is not None
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert result.title in (title.text or "")
    assert len(description.text or "") > 20
    assert not [e for e in svg.iter() if e.get("style") or e.tag in (f"{SVG}script", f"{SVG}style")]


@pytest.mark.parametrize("result", shown_results(), ids=lambda result: result.title)
def test_the_table_and_the_csv_have_every_row_and_column(result: Result) -> None:
    rows = list(csv.reader(io.StringIO(result.csv())))
    assert len(rows) == len(result.rows) + 1
    assert {len(row) for row in rows} == {len(result.columns)}
    assert result.table().count("<tr>") == len(result.rows) + 1


def test_a_gap_breaks_the_line_is_hatched_and_is_never_a_nought() -> None:
    values: list[float | None] = [10.0, 12.0, None, 11.0, 13.0, 12.0, 11.0]
    svg = drawn(LineChart(OCTOBER, values, Unit.COUNT))
    assert len(shapes(svg, "c-data")) == 2
    assert len(shapes(svg, "c-gap")) == 1
    assert len(shapes(svg, "c-dot")) == 6
    result = Result(
        "t", "s", [Column("d", "Day", "day"), Column("n", "Calls", "count")], [{"d": OCTOBER[2], "n": None}]
    )
    assert "not known" in result.table()
    assert result.csv().splitlines()[1] == "2026-10-03,"


def test_an_exceptional_point_is_a_triangle_pointing_the_way_it_went_with_its_word() -> None:
    values: list[float | None] = [66.0, 67.0] * 6 + [40.0] + [66.0, 67.0] * 3
    chart = ControlChart(months(len(values)), xmr(values), Unit.PERCENTAGE)
    svg = drawn(chart)
    (triangle,) = shapes(svg, "c-signal")
    corners = [tuple(map(float, corner.split(","))) for corner in (triangle.get("points") or "").split()]
    assert corners[0][1] == max(y for _, y in corners)
    (label,) = shapes(svg, "c-text-signal")
    assert (label.text or "").replace("\N{NO-BREAK SPACE}", " ") == "Jan 2025: 40.0%, exceptional"
    assert "exceptional" in chart.described()


def test_many_exceptional_points_name_the_farthest_and_the_month_in_question_alone() -> None:
    values: list[float | None] = [66.0, 67.0] * 6 + [54.0] + [80.0, 81.0] * 6
    chart = ControlChart(months(len(values)), xmr(values), Unit.PERCENTAGE, current=len(values) - 2)
    svg = drawn(chart)
    assert len(shapes(svg, "c-signal")) > 5
    words = [(label.text or "").replace("\N{NO-BREAK SPACE}", " ") for label in shapes(svg, "c-text-signal")]
    named = {word.split(":")[0] for word in words}
    assert "Jan 2025" in named and "Dec 2025" in named and len(named) <= 3
    assert chart.described().count("exceptional") == len(shapes(svg, "c-signal"))


def test_a_rebase_breaks_the_line_and_says_its_reason() -> None:
    values: list[float | None] = [10.0, 12.0] * 6 + [20.0, 22.0] * 6
    chart = ControlChart(
        months(24), xmr(values, rebase_at=[12]), Unit.COUNT, None, [Rebase(12, "call-back key")], 23
    )
    svg = drawn(chart)
    assert len(shapes(svg, "c-data")) == 2
    assert len(shapes(svg, "c-rebase")) == 1
    assert len(shapes(svg, "c-band")) == 2
    assert len(shapes(svg, "c-now")) == 1
    assert any("call-back key" in (text.text or "") for text in shapes(svg, "c-text-strong"))


def charts_of_four(marks: list[Mark]) -> list[ControlChart | LineChart | ColumnChart]:
    values: list[float | None] = [3, 5, 4, 6]
    return [
        ControlChart(months(4), xmr(values), Unit.COUNT, marks=marks),
        LineChart(OCTOBER[:4], values, Unit.COUNT, marks=marks),
        ColumnChart(["a", "b", "c", "d"], values, marks=marks),
    ]


@pytest.mark.parametrize("kind", range(3))
def test_what_was_changed_is_a_line_at_its_place_with_its_letter_and_is_told(kind: int) -> None:
    """2.5 is the middle of the third step, where its dot or column stands."""
    chart = charts_of_four([Mark(0.0, "A", "3 Mar"), Mark(2.5, "B", "5 Mar")])[kind]
    svg = drawn(chart)
    first, second = shapes(svg, "c-mark")
    assert first.get("x1") == first.get("x2") == "56"
    at = float(second.get("x1") or 0)
    if kind == 2:
        column = shapes(svg, "c-column")[2]
        middle = float(column.get("x") or 0) + float(column.get("width") or 0) / 2
    else:
        middle = float(shapes(svg, "c-dot")[2].get("cx") or 0)
    assert at == pytest.approx(middle, abs=0.11)
    assert [text.text for text in shapes(svg, "c-text-mark")] == ["A", "B"]
    assert "Marked as changed: A 3 Mar, B 5 Mar." in chart.described()


@pytest.mark.parametrize("kind", range(3))
def test_a_chart_in_which_nothing_was_changed_is_drawn_as_ever(kind: int) -> None:
    svg = drawn(charts_of_four([])[kind])
    marked = drawn(charts_of_four([Mark(1, "A", "x")])[kind])
    assert not shapes(svg, "c-mark") and "Marked" not in charts_of_four([])[kind].described()
    heights = [float((one.get("viewBox") or "").split()[3]) for one in (svg, marked)]
    assert heights[1] - heights[0] == 20


@given(st.lists(st.floats(0, 24, exclude_max=True), min_size=1, max_size=40))
def test_letters_of_marks_never_touch_and_none_is_left_out(places: list[float]) -> None:
    marks = [Mark(place, f"{at:02}", "x") for at, place in enumerate(sorted(places))]
    svg = drawn(ControlChart(months(24), xmr([1.0, 2.0] * 12), Unit.COUNT, marks=marks))
    labels = shapes(svg, "c-text-mark")
    assert len(shapes(svg, "c-mark")) == len(marks)
    named = [(label.text or "").split("–") for label in labels]
    ends = [(int(ends[0]), int(ends[-1])) for ends in named]
    assert ends[0][0] == 0 and ends[-1][1] == len(marks) - 1
    assert all(after[0] == before[1] + 1 for before, after in pairwise(ends))
    spans = [(float(label.get("x") or 0), text_width(label.text or "", bold=True) / 2) for label in labels]
    assert all(one + half < other - more for (one, half), (other, more) in pairwise(spans))


def test_many_marks_are_told_by_the_first_and_their_number() -> None:
    marks = [Mark(at / 2, letter, "then") for at, letter in enumerate("ABCDEFGH")]
    said = ColumnChart(["a", "b", "c", "d"], [1, 2, 3, 4], marks=marks).described()
    assert said.endswith("Marked as changed: A then, B then, C then, D then, E then, F then and 2 more.")


def test_what_is_after_now_is_to_come_and_no_gap() -> None:
    chart = ColumnChart(["a", "b", "c", "d"], [3, None, 2, None], now=2)
    svg = drawn(chart)
    assert len(shapes(svg, "c-gap")) == 1
    assert "Gaps: 1." in chart.described()


@pytest.mark.parametrize("unit", [Unit.COUNT, Unit.WAIT])
@given(values=st.lists(st.floats(0, 1e8), max_size=40))
def test_an_axis_of_counts_begins_at_nought_and_holds_every_value(unit: Unit, values: list[float]) -> None:
    scale = upright(values, unit, 10, 200)
    assert scale.low == 0
    assert 2 <= len(scale.ticks()) <= 12
    for value in values:
        assert 10 - 0.1 <= scale.place(value) <= 200.1


@given(values=st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_an_axis_of_a_share_stays_within_nought_and_a_hundred(values: list[float]) -> None:
    scale = upright(values, Unit.PERCENTAGE, 10, 200)
    assert 0 <= scale.low < scale.high <= 100
    for value in values:
        assert 10 - 0.1 <= scale.place(value) <= 200.1


@given(st.lists(st.floats(20, 240), min_size=1, max_size=5))
def test_labels_at_the_ends_of_lines_are_pushed_apart(heights: list[float]) -> None:
    drawing = Drawing(900, 260, title="t", description="d", name="c")
    drawing.end_labels(800, [(height, f"line {at}", "") for at, height in enumerate(heights)])
    svg = ElementTree.fromstring(drawing.markup())
    at = sorted(float(text.get("y") or 0) for text in svg.iter(f"{SVG}text"))
    assert all(below - above >= 15.8 for above, below in pairwise(at))
    assert all(0 < y <= 260 for y in at)


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 300)), max_size=12))
def test_no_label_is_put_where_another_stands(places: list[tuple[float, float]]) -> None:
    drawing = Drawing(900, 300, title="t", description="d", name="c")
    for place in places:
        drawing.label(place, "Aug 2024: 54.8%, exceptional", "c-text-signal")
    boxes = drawing._taken
    assert not [(a, b) for at, a in enumerate(boxes) for b in boxes[at + 1 :] if a.meets(b)]


@pytest.mark.parametrize(
    ("column", "value", "exported"),
    [
        (Column("x", "Note"), "=HYPERLINK(1)", "'=HYPERLINK(1)"),
        (Column("x", "Note"), "+44", "'+44"),
        (Column("x", "Note"), "-1", "'-1"),
        (Column("x", "Note"), "@SUM(A1)", "'@SUM(A1)"),
        (Column("x", "Note"), "\t=1", "'\t=1"),
        (Column("x", "Note"), "plain", "plain"),
        (Column("x", "Wait", "wait"), 108_999, 108),
        (Column("x", "Share", "percentage"), 78.39843149, 78.3984),
        (Column("x", "Month", "month"), date(2026, 10, 1), "2026-10"),
        (Column("x", "Calls", "count"), None, ""),
    ],
)
def test_a_csv_is_safe_in_a_spreadsheet_and_exact(column: Column, value: object, exported: object) -> None:
    assert column.exported(value) == exported


def test_the_heads_of_a_csv_carry_the_units() -> None:
    columns = [
        Column("m", "Month", "month"),
        Column("w", "Median wait", "wait"),
        Column("s", "of offered", "percentage"),
    ]
    assert Result("t", "s", columns, []).csv() == "Month,Median wait (s),of offered (%)\r\n"


def test_a_result_escapes_its_words_everywhere() -> None:
    nasty = "<b>&\"'"
    result = Result(
        nasty,
        nasty,
        [Column("d", nasty), Column("n", nasty, "count")],
        [{"d": nasty, "n": 1}],
        ColumnChart([nasty], [1]),
    )
    assert "<b>" not in result.svg() + result.table()
    ElementTree.fromstring(result.svg())


def test_a_share_in_a_table_is_not_rounded_to_meet_its_target() -> None:
    result = Result(
        "t", "s", [Column("m", "Month"), Column("s", "of", "percentage", 80)], [{"m": "Oct", "s": 79.96}]
    )
    assert re.search(r">79\.9%<", result.table())


def test_a_chart_whose_parts_do_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="2 months for 3 points"):
        ControlChart(months(2), xmr([1.0, 2.0, 3.0]), Unit.COUNT)
    with pytest.raises(ValueError, match="a part of 5 is more than its whole of 4"):
        ColumnChart(["a"], [4], parts=[5])
    with pytest.raises(ValueError, match="no chart"):
        Result("t", "s", [], []).svg()


def test_a_chart_of_nothing_says_so() -> None:
    assert ControlChart([], xmr([]), Unit.COUNT).described() == "No month has a figure."
    assert "<svg" in LineChart(OCTOBER, [None] * 7, Unit.WAIT).draw(title="t", name="c")
    assert "<svg" in ControlChart([], xmr([]), Unit.COUNT).draw(title="t", name="c")
