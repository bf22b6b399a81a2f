"""The band and the interval chart: what they say to those who do not see them, and what they refuse."""

import re

import pytest

from darwin.theme.charts import BandChart, Interval, IntervalChart, Unit

LABELS = ["08:00", "08:30", "09:00"]


def test_a_band_says_how_much_of_what_came_lies_in_it() -> None:
    chart = BandChart(LABELS, [10, 20, 30], Unit.COUNT, "", [8, 16, 24], [12, 24, 36], [11, 25, None], "came")
    assert chart.described() == "Most: 30 at 09:00. Least: 10 at 08:00. 1 of 2 lie in the band."


def test_cover_says_where_fewer_are_on_duty_than_needed() -> None:
    chart = BandChart(LABELS, [3, 2, 4], Unit.COUNT, "on duty", beside=[3, 3, 5], beside_name="needed")
    assert "Below needed at 2 of them." in chart.described()


def test_a_gap_breaks_the_line_and_is_hatched() -> None:
    chart = BandChart([*LABELS, "09:30", "10:00"], [1, 2, None, 4, 5], Unit.COUNT)
    drawn = chart.draw(title="Contacts", name="c")
    assert len(re.findall('class="c-data"', drawn)) == 2
    assert 'fill="url(#c-hatch)"' in drawn
    assert "Gaps: 1." in chart.described()


def test_a_stepped_line_holds_each_value_for_the_whole_of_its_label() -> None:
    drawn = BandChart(LABELS, [1, 2, 3], Unit.COUNT, stepped=True).draw(title="On duty", name="c")
    found = re.search(r'class="c-data" points="([^"]+)"', drawn)
    assert found is not None
    heights = [point.split(",")[1] for point in found[1].split()]
    assert [heights[at] == heights[at + 1] for at in (0, 2, 4)] == [True, True, True]


@pytest.mark.parametrize(
    "given", [{"low": [1, 2, 3]}, {"low": [1, 2], "high": [1, 2]}, {"actual": [1]}, {"beside": [1, 2, 3, 4]}]
)
def test_what_does_not_belong_together_is_refused(given: dict[str, list[int]]) -> None:
    with pytest.raises(ValueError, match=r"belong together|two edges"):
        BandChart(LABELS, [1, 2, 3], Unit.COUNT, **given)  # type: ignore[arg-type]


def test_intervals_are_told_one_by_one_and_an_unknown_one_is_not_nought() -> None:
    chart = IntervalChart(
        [Interval("Today", 72.0, 70.8, 73.2), Interval("Fitted", None, None, None)], Unit.PERCENTAGE
    )
    assert chart.described() == "Today: 72.0% (70.8 to 73.2%). Fitted: not known."
    drawn = chart.draw(title="Answered in time", name="c")
    assert drawn.count("<circle") == 1


def test_a_name_that_is_too_long_is_shortened_in_the_picture_only() -> None:
    name = "Two more handlers from eight in the morning until eight in the evening"
    chart = IntervalChart([Interval(name, 5.0, 4.0, 6.0)], Unit.COUNT)
    assert name in chart.described()
    drawn = chart.draw(title="Handlers", name="c")
    shown = re.search(r'x="0"[^>]*>([^<]+)…<', drawn)
    assert shown is not None
    assert name.startswith(shown[1])


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        IntervalChart([], Unit.COUNT)
