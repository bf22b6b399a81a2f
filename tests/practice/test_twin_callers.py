"""A live day's callers are the digital twin's: its moments and lengths, by the force's own laws."""

import os
import subprocess
import sys
from datetime import date
from math import log

import numpy as np
import pytest

from darwin.practice.demand import NON_EMERGENCY, rate, shift_day
from darwin.practice.lengths import AGAIN, CRIME, TALK_S, TALK_SPREAD
from darwin.practice.live.routing import COLLEAGUES, PEOPLE, LineRouting
from darwin.practice.live.today import calls_again, draw_live
from darwin.practice.story import Story
from darwin.practice.twin_callers import (
    LINE_101,
    LINE_CRIME,
    again_101,
    callers_101,
    online_reports,
    scenario_of,
    stream_of,
)
from darwin.practice.written import DAYS_A_MONTH, FLAT, ONLINE_LAST_MONTH, ONLINE_WORK_S, ONLINE_WORK_SPREAD
from darwin.science.twin.callers import ON, Stream

STORY = Story(date(2026, 11, 1))
MONDAY, CLOCKS_BACK = date(2026, 11, 9), date(2026, 10, 24)


def test_the_same_day_gives_the_same_callers_and_another_day_gives_others() -> None:
    first, again = callers_101(STORY, MONDAY), callers_101(STORY, MONDAY)
    assert (first.moments, first.lengths, first.keys) == (again.moments, again.lengths, again.keys)
    assert set(first.keys).isdisjoint(callers_101(STORY, date(2026, 11, 10)).keys)


def test_a_caller_talks_waits_and_goes_on_as_the_stream_of_the_twin_says() -> None:
    drawn = callers_101(STORY, MONDAY)
    stream = Stream(scenario_of(MONDAY), seed=STORY.seed, number=MONDAY.toordinal())
    keys = np.array(drawn.keys, np.uint64)
    here, there = stream.brought(LINE_101, keys), stream.brought(LINE_CRIME, stream.after(keys, ON))
    assert drawn.lengths.talk == [int(value * 1000) for value in here.talk]
    assert drawn.lengths.patience == [int(value * 1000) for value in here.patience]
    assert drawn.lengths.crime_talk == [int(value * 1000) for value in there.talk]
    assert [row[AGAIN] for row in drawn.lengths.chance] == here.redial.tolist()
    assert [row[CRIME] for row in drawn.lengths.chance] == here.transfer.tolist()


@pytest.mark.parametrize("day", [MONDAY, CLOCKS_BACK])
def test_callers_come_at_the_rate_of_the_force_in_every_part_of_the_day(day: date) -> None:
    """Twenty seeds of one day; each three hours within four standard deviations, the day effect with them."""
    start, end = shift_day(day)
    hours = list(range(start, end, 3_600_000))
    seeds = [Story(STORY.present_month, seed) for seed in range(20)]
    moments = [moment for story in seeds for moment in callers_101(story, day).moments]
    assert start <= min(moments) and max(moments) < end
    for place in range(0, len(hours) - 2, 3):
        begins, ends = hours[place], hours[place] + 3 * 3_600_000
        mean = 20 * sum(rate(NON_EMERGENCY, hour) for hour in hours[place : place + 3])
        spread = (mean + 20 * (0.05 * mean / 20) ** 2) ** 0.5
        assert abs(sum(begins <= moment < ends for moment in moments) - mean) < 4 * spread


def test_online_reports_come_at_the_rate_that_the_history_has_come_to() -> None:
    """Twenty seeds of one day within four standard deviations, the day effect of 5% with them."""
    days = [online_reports(Story(STORY.present_month, seed), MONDAY) for seed in range(20)]
    a_day = ONLINE_LAST_MONTH / DAYS_A_MONTH * FLAT.factor(MONDAY)
    spread = (20 * (a_day + (0.05 * a_day) ** 2)) ** 0.5
    assert abs(sum(map(len, days)) - 20 * a_day) < 4 * spread
    work = [one.work_ms / 1000 for day in days for one in day]
    error = ONLINE_WORK_SPREAD / len(work) ** 0.5
    assert abs(np.log(work).mean() - (log(ONLINE_WORK_S) - ONLINE_WORK_SPREAD**2 / 2)) < 4 * error
    assert {one.call.channel for day in days for one in day} == {"ONLINE_REPORT"}
    numbers = [one.call.number for day in days for one in day if one.call.number]
    assert 0 < len(numbers) < len(work)
    assert all(number.startswith(("07700900", "01164960")) for number in numbers)


def test_lengths_have_the_mean_and_spread_of_the_force() -> None:
    talks = np.array(
        [
            ms
            for seed in range(10)
            for ms in callers_101(Story(STORY.present_month, seed), MONDAY).lengths.talk
        ]
    )
    logarithms = np.log(talks / 1000)
    error = TALK_SPREAD / len(talks) ** 0.5
    assert abs(logarithms.mean() - (log(TALK_S) - TALK_SPREAD**2 / 2)) < 4 * error
    assert abs(logarithms.std() - TALK_SPREAD) < 4 * error / 2**0.5


def test_who_calls_again_goes_on_in_the_stream_with_draws_of_their_own() -> None:
    today = draw_live(STORY, MONDAY)
    first = today.callers[today.arrivals[0][1]]
    second = calls_again(first, STORY)
    third = calls_again(second, STORY)
    assert len({first.key, second.key, third.key}) == 3
    assert second.lengths == again_101(STORY, MONDAY, first.key)[0]
    assert second.call.number == third.call.number == first.call.number
    assert stream_of(STORY.seed, MONDAY).after(np.array([first.key], np.uint64), 12)[0] == second.key


ROUTES = [
    ((5_000, 1_000), PEOPLE),
    ((None, 1_000), COLLEAGUES),
    ((5_000, None), PEOPLE),
    ((None, None), None),
]


@pytest.mark.parametrize(("idle", "chosen"), ROUTES)
def test_the_switch_rings_a_person_before_a_colleague_and_nobody_who_is_not_free(
    idle: tuple[int | None, int | None], chosen: int | None
) -> None:
    assert LineRouting("101").next_pool(10_000, 9_000, idle) == chosen


def test_a_caller_who_may_not_be_rung_yet_waits() -> None:
    assert LineRouting("101").next_pool(10_000, 10_001, (1_000, 1_000)) is None


def test_no_page_loads_the_compiled_kernels() -> None:
    """They cost every web process 160 MB."""
    program = (
        "import django, sys; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "import darwin.config.urls\n"
        "sys.exit('numba' in sys.modules)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "darwin.config.settings", "DARWIN_MODE": "practice"}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0
