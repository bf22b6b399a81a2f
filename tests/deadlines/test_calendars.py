from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.deadlines.calendars import (
    Duration,
    TimeUnit,
    bank_holidays,
    due_time,
    end_of_day,
    is_working_day,
    last_day,
    london_day,
    replay,
    resumed_due_time,
    time_left,
)
from darwin.deadlines.clock import LONDON

HOURS, MINUTES = TimeUnit.CLOCK_HOURS, TimeUnit.CLOCK_MINUTES
WORKING, CALENDAR = TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS

moments = st.datetimes(datetime(2012, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
day_durations = st.builds(Duration, st.integers(1, 60), st.sampled_from([WORKING, CALENDAR]), st.booleans())
durations = day_durations | st.builds(Duration, st.integers(1, 500), st.sampled_from([HOURS, MINUTES]))


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("amount", "unit", "started", "due"),
    [
        (24, HOURS, "2026-01-10T09:30", "2026-01-11T09:30"),
        # The night of 28 March 2026 has 23 hours and that of 24 October 25: the wall shows another time.
        (24, HOURS, "2026-03-28T12:00", "2026-03-29T13:00"),
        (24, HOURS, "2026-10-24T12:00", "2026-10-25T11:00"),
        (72, HOURS, "2026-03-27T23:00", "2026-03-31T00:00"),
        (60, MINUTES, "2026-03-29T00:30", "2026-03-29T02:30"),
    ],
)
def test_clock_hours_are_elapsed_hours_over_a_change_of_the_clocks(
    amount: int, unit: TimeUnit, started: str, due: str
) -> None:
    assert due_time(Duration(amount, unit), london(started)) == london(due).astimezone(UTC)


@pytest.mark.parametrize(
    ("amount", "started", "last"),
    [
        (5, "2026-02-02T10:00", "2026-02-09"),  # Monday: counting from Tuesday, to the next Monday
        (5, "2026-02-06T17:59", "2026-02-13"),  # Friday
        (1, "2026-02-06T23:59", "2026-02-09"),  # Friday night to the end of Monday
        (1, "2026-02-07T12:00", "2026-02-09"),  # Saturday: Monday is the first working day after
        (5, "2026-04-01T09:00", "2026-04-10"),  # Easter 2026: Good Friday 3 April, Monday 6 April
        (1, "2026-04-02T09:00", "2026-04-07"),
        (2, "2021-12-23T09:00", "2021-12-29"),  # substitutes on 27 and 28 December for 25 and 26
        (1, "2022-06-01T09:00", "2022-06-06"),  # the Jubilee's two days and the weekend
        (20, "2025-12-15T09:00", "2026-01-15"),  # three bank holidays, over the new year
    ],
)
def test_working_days_leave_out_weekends_and_bank_holidays_with_their_substitutes(
    amount: int, started: str, last: str
) -> None:
    due = due_time(Duration(amount, WORKING), london(started))
    assert last_day(due) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("amount", "unit", "first", "started", "last"),
    [
        # Police Act 1996, section 55: 56 days beginning with the day of publication.
        (56, CALENDAR, True, "2017-11-09T09:00", "2018-01-03"),
        (56, CALENDAR, False, "2017-11-09T09:00", "2018-01-04"),
        (1, CALENDAR, True, "2026-02-02T09:00", "2026-02-02"),
        (1, WORKING, True, "2026-02-02T09:00", "2026-02-02"),
        (1, WORKING, True, "2026-02-07T09:00", "2026-02-09"),
    ],
)
def test_a_rule_says_whether_the_first_day_counts(
    amount: int, unit: TimeUnit, first: bool, started: str, last: str
) -> None:
    due = due_time(Duration(amount, unit, first), london(started))
    assert last_day(due) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("day", "utc"),
    [(date(2026, 3, 29), "2026-03-29T23:00"), (date(2026, 10, 25), "2026-10-26T00:00")],
)
def test_a_deadline_in_days_ends_with_the_midnight_of_london(day: date, utc: str) -> None:
    assert end_of_day(day) == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert last_day(end_of_day(day)) == day


@pytest.mark.parametrize("year", [2022, 2023, 2026])
def test_the_years_of_a_jubilee_and_a_coronation_have_their_extra_days(year: int) -> None:
    assert len(bank_holidays(year)) >= {2022: 10, 2023: 9, 2026: 8}[year]
    assert date(year, 12, 25) in bank_holidays(year)


@given(day_durations, moments)
def test_a_deadline_in_days_ends_on_a_day_that_counts_after_exactly_so_many(
    duration: Duration, started: datetime
) -> None:
    due = due_time(duration, started)
    first, last = london_day(started), last_day(due)
    span = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    counted = span if duration.includes_first_day else span[1:]
    days = [day for day in counted if duration.unit == CALENDAR or is_working_day(day)]
    assert len(days) == duration.amount
    assert last == days[-1]
    assert due.astimezone(LONDON).strftime("%H:%M:%S") == "00:00:00"


@given(durations, moments, st.integers(0, 10**12))
def test_pausing_and_resuming_on_the_spot_changes_nothing(
    duration: Duration, started: datetime, into: int
) -> None:
    due = due_time(duration, started)
    paused_at = started + (due - started) * (into / 10**12)
    if paused_at >= due:
        return
    assert resumed_due_time(duration, time_left(duration, due, paused_at), paused_at) == due


@given(
    st.integers(1, 500),
    moments,
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**12)), max_size=5),
)
def test_pauses_of_a_clock_in_hours_move_its_due_time_by_their_sum(
    hours: int, started: datetime, steps: list[tuple[int, int]]
) -> None:
    duration = Duration(hours, HOURS)
    budget, moment, paused = timedelta(hours=hours), started, timedelta(0)
    pauses: list[tuple[datetime, datetime | None]] = []
    for running, pause in steps:
        run, rest = timedelta(microseconds=running), timedelta(microseconds=pause)
        if run >= budget:
            break
        budget -= run
        pauses.append((moment + run, moment + run + rest))
        moment, paused = moment + run + rest, paused + rest
    assert replay(duration, started, pauses).due_at == started + timedelta(hours=hours) + paused


@given(day_durations, moments, st.integers(0, 40), st.integers(0, 60))
def test_a_paused_clock_in_days_has_after_it_resumes_the_days_that_were_left(
    duration: Duration, started: datetime, after: int, pause: int
) -> None:
    due = due_time(duration, started)
    paused_at = started + timedelta(days=after)
    if paused_at >= due:
        return
    left = time_left(duration, due, paused_at)
    resumed_at = paused_at + timedelta(days=pause)
    again = resumed_due_time(duration, left, resumed_at)
    assert again >= due
    assert time_left(duration, again, resumed_at) == left or left == 0
    assert replay(duration, started, [(paused_at, resumed_at)]).due_at == again
    assert replay(duration, started, [(paused_at, None)]).remaining == left


@given(durations, moments)
def test_a_longer_duration_is_never_due_sooner(duration: Duration, started: datetime) -> None:
    longer = Duration(duration.amount + 1, duration.unit, duration.includes_first_day)
    assert due_time(longer, started) > due_time(duration, started)
