"""A queue on the calendar of London: clock changes, gaps in the record, and numbers that stay behind."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from darwin.contact.periods import midnight
from darwin.contact.records import CallRecord
from darwin.planning.reading import (
    public_holidays,
    queue_named,
    read_calls,
    read_half_hours,
    whole_half_hours,
)
from darwin.science.arrivals import Ending
from tests.planning.test_forecast_commands import a_call, record


def at(*moments: datetime, answered: bool = True) -> list[CallRecord]:
    return [a_call(n, moment, wait_s=20, answered=answered) for n, moment in enumerate(moments)]


def test_an_hour_that_comes_twice_is_counted_as_two(db: None) -> None:
    """On 25 October 2026 the clocks go back at 02:00 to 01:00, which is 01:00 UTC."""
    first, end = date(2026, 10, 24), date(2026, 10, 27)
    summer, winter = datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    after = datetime(2026, 10, 25, 9, 40, tzinfo=UTC)
    record(at(summer, winter, after), [(midnight(first), midnight(end))])
    found = read_half_hours(queue_named("101"), first, end)
    assert (found.counts[1, 2], found.recorded[1, 2]) == (2, 2)
    assert (found.counts[1, 19], found.recorded[1, 19]) == (1, 1)
    assert found.recorded.sum() == 3 * 48 + 2
    read = read_calls(queue_named("101"), first, end)
    assert (read.half_hours.counts == found.counts).all()
    assert np.diff(read.calls.arrival_s).tolist() == [3600, 8.0 * 3600 + 25 * 60]


def test_an_hour_that_does_not_come_was_not_recorded() -> None:
    whole = whole_half_hours(date(2026, 3, 28), 3)
    assert whole[1, :6].tolist() == [1, 1, 0, 0, 1, 1]
    assert whole.sum() == 3 * 48 - 2


def test_a_gap_is_no_quiet_time(db: None) -> None:
    day = date(2026, 11, 2)
    noon = midnight(day) + timedelta(hours=12)
    spans = [(midnight(day), noon), (noon + timedelta(minutes=40), midnight(day) + timedelta(days=1))]
    record(at(noon - timedelta(minutes=1)), spans)
    found = read_half_hours(queue_named("101"), day, day + timedelta(days=1))
    assert found.recorded[0, 22:27] == pytest.approx([1, 1, 0, 2 / 3, 1])


def test_callers_and_handlers_are_numbers_and_nobody_is_named(db: None) -> None:
    day = date(2026, 11, 2)
    moments = [midnight(day) + timedelta(minutes=n) for n in range(3)]
    calls = [
        a_call(1, moments[0], wait_s=10, answered=False),
        a_call(1_001, moments[1], wait_s=20, answered=True, talk_s=100),
        a_call(2, moments[2], wait_s=5, answered=True),
    ]
    record(calls, [(midnight(day), midnight(day + timedelta(days=1)))])
    read = read_calls(queue_named("101"), day, day + timedelta(days=1)).calls
    assert read.ending.tolist() == [Ending.GAVE_UP, Ending.ANSWERED, Ending.ANSWERED]
    assert read.wait_s.tolist() == [10, 20, 5]
    assert np.isnan(read.talk_s[0]) and read.talk_s[1:].tolist() == [100, 240]
    # The first two are of one number; nobody took the first.
    assert read.caller[0] == read.caller[1] != read.caller[2]
    assert read.handler[0] == -1 and read.handler[1] != read.handler[2]


def test_a_substitute_day_has_the_name_of_the_holiday_it_stands_for() -> None:
    found = public_holidays(date(2027, 12, 20), date(2027, 12, 31))
    assert found[date(2027, 12, 25)] == found[date(2027, 12, 27)] == "Christmas Day"
