"""What was changed on purpose is told with its frozen date, and nothing else is."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from darwin.deadlines import clock
from darwin.reference.interventions import interventions_between
from darwin.reference.models import Intervention, PolicyStep

from .switches import a_history, opened, returned, switched

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=clock.LONDON)
DAY = timedelta(days=1)
EVER = (NOON - 1000 * DAY, NOON + 1000 * DAY)


@pytest.fixture
def house(opened_installation: Callable[[str], None]) -> None:
    with clock.standing_at(NOON):
        opened_installation("operational")


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=clock.LONDON)


def words() -> list[str]:
    return [change.words().replace("\N{NO-BREAK SPACE}", " ") for change in interventions_between(*EVER)]


def test_every_kind_of_change_is_told_once_at_its_moment(house: None) -> None:
    a_history(NOON - 30 * DAY, NOON)
    assert [(change.at, change.step) for change in interventions_between(*EVER)] == [
        (NOON, PolicyStep.ADOPTED),
        (NOON + DAY, PolicyStep.ROLLED_BACK),
        (NOON + 2 * DAY, PolicyStep.ADOPTED),
        (NOON + 3 * DAY, PolicyStep.GUARDRAIL),
        (midnight(2026, 3, 10), PolicyStep.ADOPTED),
        (midnight(2026, 3, 14), PolicyStep.LOT_ENDED),
    ]
    assert words() == [
        "Routing policy 2 (Reserve two) instead of 1",
        "Routing policy 2 rolled back: 1 holds again",
        "Routing policy 2 (Reserve two) instead of 1",
        "Routing policy 2 given up, a guardrail was broken: 1 holds again",
        "Routing policy 2 (Reserve two) instead of 1, on half of the days from 10 Mar 2026 to 13 Mar 2026, "
        "by lot",
        "Days by lot of routing policy 2 ended, the last was 13 Mar 2026: 1 holds again",
    ]


def test_each_date_is_the_one_that_was_frozen(house: None) -> None:
    """The end of a lot is nobody's act, so that it alone has no frozen row."""
    a_history(NOON - 30 * DAY, NOON)
    found = [change for change in interventions_between(*EVER) if change.step != PolicyStep.LOT_ENDED]
    assert [change.at for change in found] == list(Intervention.objects.values_list("at", flat=True))


def test_what_was_called_off_before_it_began_changed_nothing(house: None) -> None:
    opened(NOON)
    for days_by_lot in (0, 4):
        hold = switched(NOON + DAY, starts_at=NOON + 3 * DAY, days_by_lot=days_by_lot)
        returned(NOON + 2 * DAY, hold)
    assert interventions_between(*EVER) == []


def test_a_lot_that_is_given_up_has_no_other_end(house: None) -> None:
    opened(NOON)
    hold = switched(NOON, days_by_lot=10)
    returned(NOON + 3 * DAY, hold, PolicyStep.GUARDRAIL)
    assert [change.step for change in interventions_between(*EVER)] == ["adopted", "guardrail"]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (timedelta(0), timedelta(seconds=1), 1),
        (-DAY, timedelta(0), 0),
        (timedelta(seconds=1), DAY, 0),
        (timedelta(0), DAY, 1),
        (-DAY, 20 * DAY, 6),
        (6 * DAY, 20 * DAY, 1),
    ],
)
def test_the_stretch_has_its_first_moment_and_not_its_last(
    house: None, start: timedelta, end: timedelta, found: int
) -> None:
    a_history(NOON - 30 * DAY, NOON)
    assert len(interventions_between(NOON + start, NOON + end)) == found


def test_one_query_reads_them(house: None, django_assert_num_queries: Callable[[int], object]) -> None:
    a_history(NOON - 30 * DAY, NOON)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert len(words()) == 6


def test_the_days_by_lot_are_those_of_london(house: None) -> None:
    """Summer time begins on 29 March 2026, within the lot."""
    opened(NOON)
    switched(midnight(2026, 3, 27), days_by_lot=4)
    begun, ended = interventions_between(*EVER)
    assert begun.days == ended.days == (date(2026, 3, 27), date(2026, 3, 30))
    assert ended.at == midnight(2026, 3, 31)


def test_a_welsh_reader_is_told_in_welsh(house: None) -> None:
    a_history(NOON - 30 * DAY, NOON)
    with translation.override("cy"):
        assert words()[1] == "Aethpwyd yn ôl o bolisi llwybro 2: mae 1 mewn grym eto"
