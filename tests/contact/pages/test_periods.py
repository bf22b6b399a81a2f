"""What people type as a day or a month, and the steps that a period is cut into."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.contact.measures.figures import GroupBy
from darwin.contact.measures.steps import steps_of
from darwin.contact.periods import NotADay, Period, midnight, read_moment, read_month

_FROM = datetime.fromisoformat("2020-01-01T00:00")
_TO = datetime.fromisoformat("2027-01-01T00:00")


@pytest.mark.parametrize(
    "typed", ["22 11 2026", "22/11/2026", "22.11.2026", "2026-11-22", "22 Nov 2026", " 22  november 2026 "]
)
def test_a_day_may_be_written_in_any_usual_way(typed):
    assert read_moment(typed, last=False) == datetime(2026, 11, 22, tzinfo=UTC)
    assert read_moment(typed, last=True) == datetime(2026, 11, 23, tzinfo=UTC)


def test_a_moment_without_an_offset_is_londons_and_one_with_an_offset_is_its_own():
    assert read_moment("2026-07-01T09:30", last=False) == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert read_moment("2026-07-01T09:30+00:00", last=True) == datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    # An unescaped plus sign of an address arrives as a space.
    assert read_moment("2026-07-01T09:30 0000", last=True) == datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31 11 2026", "The 31st of November 2026 does not exist. What you typed is kept."),
        ("29/02/2026", "The 29th of February 2026 does not exist. What you typed is kept."),
        ("1 13 2026", "There is no month 13. What you typed is kept."),
        ("1 Foo 2026", "There is no month Foo. What you typed is kept."),
        ("1 1 1066", "Choose a year between 1990 and 2100. What you typed is kept."),
        (
            "last week",
            "“last week” is not a day. Write it like 22 11 2026 or 2026-11-22. What you typed is kept.",
        ),
    ],
)
def test_what_is_no_day_gets_a_sentence_that_says_why(typed, sentence):
    with pytest.raises(NotADay, match=r"\.") as refused:
        read_moment(typed, last=False)
    assert str(refused.value) == sentence


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_moment_or_gets_a_sentence(typed):
    for read in (lambda: read_moment(typed, last=True), lambda: read_month(typed)):
        try:
            assert read() is not None
        except NotADay as refused:
            assert "What you typed is kept." in str(refused)


def test_a_month_may_be_written_in_any_usual_way():
    for typed in ("2026-10", "10 2026", "10/2026", "Oct 2026", "october 2026"):
        assert read_month(typed) == date(2026, 10, 1)


def test_a_gap_in_the_month_with_the_long_day_has_its_true_length():
    # October 2026 has 31 days and an hour: 17 minutes out of the wall clock's month would vanish in it.
    gap = datetime(2026, 10, 5, 9, 5, tzinfo=UTC), datetime(2026, 10, 5, 9, 22, tzinfo=UTC)
    covered = [(midnight(date(2026, 10, 1)), gap[0]), (gap[1], midnight(date(2026, 11, 1)))]
    period = Period.of_days(date(2026, 10, 1), date(2026, 10, 31))
    [month] = steps_of(period, GroupBy.MONTH, covered, datetime(2026, 11, 22, tzinfo=UTC))
    assert month.missing_minutes == 17
    assert not month.gap


@pytest.mark.parametrize(
    ("day", "half_hours"), [(date(2026, 10, 25), 50), (date(2026, 3, 29), 46), (date(2026, 11, 22), 48)]
)
def test_a_day_has_as_many_half_hours_as_london_has_on_it(day, half_hours):
    period = Period.of_days(day, day)
    steps = steps_of(period, GroupBy.HALF_HOUR, [], datetime(2027, 1, 1, tzinfo=UTC))
    assert len(steps) == half_hours
    assert steps[0].from_at == period.from_at and steps[-1].to_at == period.to_at


def test_what_has_not_begun_is_to_come_and_what_is_not_recorded_is_a_gap():
    day = date(2026, 11, 22)
    now = datetime(2026, 11, 22, 14, 24, tzinfo=UTC)
    covered = [(midnight(day), now - timedelta(minutes=104))]
    steps = steps_of(Period.of_days(day, day), GroupBy.HOUR, covered, now)
    assert [step.to_come for step in steps] == [False] * 15 + [True] * 9
    assert [at for at, step in enumerate(steps) if step.gap] == [13, 14]
    assert steps[12].missing_minutes == 20


def test_what_is_missing_of_the_last_minutes_of_a_live_record_is_no_gap():
    day = date(2026, 11, 22)
    now = datetime(2026, 11, 22, 14, 3, tzinfo=UTC)
    covered = [(midnight(day), now - timedelta(minutes=2))]
    steps = steps_of(Period.of_days(day, day), GroupBy.HOUR, covered, now)
    assert not any(step.gap for step in steps)


@given(
    st.datetimes(_FROM, _TO),
    st.integers(min_value=1, max_value=40),
    st.sampled_from([GroupBy.HALF_HOUR, GroupBy.HOUR, GroupBy.DAY, GroupBy.MONTH]),
)
def test_steps_cover_the_period_without_a_hole_or_an_overlap(start, days, by):
    period = Period(start.replace(tzinfo=UTC), start.replace(tzinfo=UTC) + timedelta(days=days))
    steps = steps_of(period, by, [], datetime(2028, 1, 1, tzinfo=UTC))
    assert steps[0].from_at == period.from_at and steps[-1].to_at == period.to_at
    assert all(one.to_at == two.from_at for one, two in pairwise(steps))
