"""The known answers of docs/practice.md, computed again from the rows of four months (of all, at night)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from statistics import fmean

import pytest

from darwin.practice.force import contacts_between
from darwin.practice.population import frequent_numbers
from darwin.practice.rows import Call
from darwin.practice.story import Story, add_months, local_ms

STORY = Story(date(2026, 11, 1))
BEFORE, EXCEPTIONAL, AFTER, LATEST = (add_months(STORY.present_month, back) for back in (-17, -15, -5, -1))
ORDINARY = (*range(-24, -15), -14, -13)


@dataclass(frozen=True)
class Month:
    """What one month of queue 101 comes to; shares in per cent."""

    offered: int
    within_30: float
    abandoned: float
    mean_answer_s: float


@cache
def calls_of(month: date) -> list[Call]:
    return list(contacts_between(STORY, local_ms(month), local_ms(add_months(month, 1))))


def figures(calls: list[Call]) -> Month:
    legs = [leg for call in calls for leg in call.legs if leg.queue == "101"]
    waits = [leg.wait_ms for leg in legs if leg.outcome == "answered" and leg.wait_ms is not None]
    gone = sum(leg.outcome == "abandoned" for leg in legs)
    return Month(
        len(legs),
        100 * sum(wait <= 30_000 for wait in waits) / len(legs),
        100 * gone / len(legs),
        fmean(waits) / 1000,
    )


def test_a_month_has_the_volumes_of_a_force_like_leicestershire() -> None:
    """Published volumes: 25,000 to 27,000 non-emergency and about 17,000 emergency calls, ~2,500 e-mails."""
    for month in (BEFORE, AFTER):
        channels = Counter(call.channel for call in calls_of(month))
        assert channels["PHONE_101"] == pytest.approx(27_000, rel=0.06)
        assert channels["PHONE_999"] == pytest.approx(17_000, rel=0.07)
        assert channels["EMAIL"] == pytest.approx(2_500, rel=0.06)


def test_an_ordinary_month_before_the_programme_answers_about_67_per_cent_in_30_seconds() -> None:
    assert figures(calls_of(BEFORE)).within_30 == pytest.approx(67.1, abs=3)


def test_the_exceptional_month_falls_to_about_54_per_cent() -> None:
    assert figures(calls_of(EXCEPTIONAL)).within_30 == pytest.approx(54.1, abs=2.5)


def test_the_programme_raises_it_to_about_79_per_cent_and_lowers_abandonment_by_a_fifth() -> None:
    before, after = figures(calls_of(BEFORE)), figures(calls_of(AFTER))
    assert after.within_30 == pytest.approx(78.9, abs=3)
    assert after.abandoned / before.abandoned == pytest.approx(0.79, abs=0.05)
    assert not any(call.promise for call in calls_of(BEFORE))
    assert sum(call.promise is not None for call in calls_of(AFTER)) > 200


def test_emergency_calls_are_answered_in_10_seconds_in_about_91_per_cent() -> None:
    for month in (BEFORE, EXCEPTIONAL, AFTER):
        legs = [leg for call in calls_of(month) for leg in call.legs if leg.queue == "999"]
        within = sum(leg.outcome == "answered" and (leg.wait_ms or 0) <= 10_000 for leg in legs)
        assert 100 * within / len(legs) == pytest.approx(91.2, abs=2)


@pytest.mark.parametrize("months_in", [7, 19, 23])
def test_online_reports_grow_from_900_to_2600_a_month(months_in: int) -> None:
    """The channel's own reports; those of callers who gave 101 up come on top (names that end in -O)."""
    month = add_months(STORY.first_month, months_in)
    days = (add_months(month, 1) - month).days
    own = sum(call.channel == "ONLINE_REPORT" and not call.redial_of for call in calls_of(month))
    planted = 900 * (2_600 / 900) ** (months_in / 24) * days / (365.25 / 12)
    # Three standard deviations of a Poisson count of a thousand are 9%.
    assert own == pytest.approx(planted, rel=0.09)


def test_a_fifth_of_calls_with_a_number_come_from_240_frequent_callers() -> None:
    telephone = [call for call in calls_of(AFTER) if call.channel == "PHONE_101"]
    shown = [call.number for call in telephone if call.number]
    assert 100 * (1 - len(shown) / len(telephone)) == pytest.approx(6, abs=0.7)
    counted = Counter(shown)
    frequent = frequent_numbers()
    assert sum(counted[number] for number in frequent) / len(shown) == pytest.approx(0.20, abs=0.015)
    assert counted[frequent[0]] > 10 * counted[frequent[-1]]


def test_an_interpreter_comes_after_four_minutes_more() -> None:
    waits = [
        leg.wait_ms / 1000
        for month in (BEFORE, AFTER)
        for call in calls_of(month)
        for leg in call.legs
        if leg.kind == "INTERPRETER_WAIT" and leg.wait_ms is not None
    ]
    assert len(waits) > 1_000
    assert fmean(waits) == pytest.approx(240, rel=0.06)


def test_the_wait_for_a_handler_itself_does_not_depend_on_the_language() -> None:
    waits: dict[bool, list[float]] = {True: [], False: []}
    for call in calls_of(AFTER):
        for leg in call.legs:
            if leg.queue == "101" and leg.outcome == "answered" and leg.wait_ms is not None:
                waits[call.interpreter].append(leg.wait_ms / 1000)
    assert fmean(waits[True]) == pytest.approx(fmean(waits[False]), abs=8)


@pytest.mark.nightly
def test_all_months_but_one_differ_by_chance_only() -> None:
    before = [figures(_fresh(add_months(STORY.present_month, back))) for back in ORDINARY]
    after = [figures(_fresh(add_months(STORY.present_month, back))) for back in range(-12, 0)]
    before_share, after_share = (fmean(month.within_30 for month in months) for months in (before, after))
    assert before_share == pytest.approx(67.1, abs=0.1)
    assert after_share == pytest.approx(78.9, abs=0.1)
    assert all(abs(month.within_30 - before_share) < 3 for month in before)
    assert all(abs(month.within_30 - after_share) < 3 for month in after)


def _fresh(month: date) -> list[Call]:
    return list(contacts_between(STORY, local_ms(month), local_ms(add_months(month, 1))))
