"""Who is on duty in the made-up force."""

from datetime import date, timedelta

import numpy as np
import pytest

from darwin.practice.demand import EMERGENCY, NON_EMERGENCY, draw_arrivals, shift_day
from darwin.practice.population import LINES, handler_names, handlers
from darwin.practice.roster import crew, team_on
from darwin.practice.story import Story

HOUR = 3_600_000
STORY = Story(date(2026, 11, 1))
DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(40)]


def test_each_turn_falls_to_one_team_and_no_team_has_two() -> None:
    for day in DAYS:
        teams = [team_on(turn, day) for turn in ("early", "late", "night")]
        assert len(set(teams)) == 3


def test_every_team_works_six_days_of_ten() -> None:
    worked = [team_on(turn, day) for day in DAYS for turn in ("early", "late", "night")]
    assert {team: worked.count(team) for team in range(5)} == dict.fromkeys(range(5), 24)


def test_nobody_has_fewer_than_eleven_hours_between_shifts() -> None:
    """Working Time Regulations 1998, regulation 10: eleven hours' rest in each day."""
    last: dict[str, int] = {}
    for day in DAYS:
        rng = np.random.default_rng(day.toordinal())
        for line, demand in (("101", NON_EMERGENCY), ("999", EMERGENCY)):
            for duty in crew(line, STORY, day, demand, rng):
                name = duty.handler.interface
                assert duty.start - last.get(name, 0) >= 11 * HOUR
                last[name] = duty.end


def test_about_thirty_one_contact_handlers_are_on_duty_at_the_peak_of_120() -> None:
    assert len(handlers("101")) + len(handlers("999")) == 120
    peaks = []
    for day in DAYS:
        rng = np.random.default_rng(day.toordinal())
        duties = crew("101", STORY, day, NON_EMERGENCY, rng) + crew("999", STORY, day, EMERGENCY, rng)
        peaks.append(max(sum(other.start <= duty.start < other.end for other in duties) for duty in duties))
    assert sum(peaks) / len(peaks) == pytest.approx(31, abs=4)


def test_every_handler_has_a_name_and_an_interface_of_their_own() -> None:
    everyone = [person for line, _, _ in LINES for person in handlers(line)]
    assert len({person.interface for person in everyone}) == len(everyone) == 170
    assert len(set(handler_names().values())) == 170
    assert handler_names()["PJSIP/1001"] == "Sam Okoro"


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (date(2026, 6, 1), 24)],
)
def test_a_shift_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    start, end = shift_day(day)
    assert end - start == hours * HOUR
    arrivals = draw_arrivals(NON_EMERGENCY, day, np.random.default_rng(1))
    assert all(start <= moment < end for moment in arrivals)
    assert arrivals == sorted(arrivals)
