"""Figures set side by side are the figures of the whole, taken apart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from darwin.contact.coverage import EVERYTHING
from darwin.contact.measures.figures import GroupBy, grouped_figures, queue_figures
from darwin.contact.models import ContactQueue
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.telephony.events import Outcome
from darwin.deadlines.clock import LONDON
from darwin.ledger.actors import Actor

IMPORTER = Actor.system("import")


def call(key: str, at: datetime, *, stays: int = 1, **words: Any) -> CallRecord:
    legs = tuple(
        LegRecord(
            queue="101",
            entry_no=number,
            outcome=Outcome.ANSWERED if number == stays else Outcome.ABANDONED,
            offered_at=at + timedelta(minutes=number - 1),
            wait_ms=1000 * number,
        )
        for number in range(1, stays + 1)
    )
    return CallRecord(source_key=key, channel="PHONE_101", first_offered_at=at, legs=legs, **words)


def the_queue(rows: list[CallRecord]) -> ContactQueue:
    record_calls(actor=IMPORTER, source="s", rows=rows)
    return ContactQueue.objects.get(slug="101")


@pytest.mark.django_db
def test_days_and_months_are_londons_across_the_change_of_the_clocks() -> None:
    moments = [
        datetime(2026, 3, 28, 23, 59, tzinfo=UTC),  # still the 28th
        datetime(2026, 3, 29, 0, 0, tzinfo=UTC),  # the 29th, 23 hours long
        datetime(2026, 3, 29, 22, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 23, 0, tzinfo=UTC),  # the 30th by summer time
        datetime(2026, 3, 31, 23, 30, tzinfo=UTC),  # April by summer time
    ]
    queue = the_queue([call(f"{n}", at) for n, at in enumerate(moments)])
    window = (datetime(2026, 3, 1, tzinfo=LONDON), datetime(2026, 5, 1, tzinfo=LONDON))
    days = grouped_figures(queue, *window, 30, EVERYTHING, GroupBy.DAY)
    assert [(found.group.astimezone(LONDON).day, found.entries) for found in days] == [
        (28, 1),
        (29, 2),
        (30, 1),
        (1, 1),
    ]
    months = grouped_figures(queue, *window, 30, EVERYTHING, GroupBy.MONTH)
    assert [(found.group.astimezone(LONDON).month, found.entries) for found in months] == [(3, 4), (4, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize("by", list(GroupBy))
def test_groups_add_up_to_the_whole(by: GroupBy) -> None:
    start = datetime(2026, 5, 1, tzinfo=LONDON)
    rows = [
        call(
            f"{n}",
            start + timedelta(minutes=97 * n),
            stays=1 + (n % 7 == 0),
            language=[None, "en", "pl"][n % 3],
        )
        for n in range(400)
    ]
    queue = the_queue(rows)
    end = start + timedelta(minutes=97 * 300)
    whole = queue_figures(queue, start, end, 1, EVERYTHING)
    groups = grouped_figures(queue, start, end, 1, EVERYTHING, by)
    for name in ("entries", "answered", "abandoned", "answered_within_threshold", "refused"):
        assert sum(getattr(found, name) for found in groups) == getattr(whole, name)
    assert whole.distinct_calls == 300
    keys = [found.group for found in groups if found.group is not None]
    assert keys == sorted(keys)
    if by is GroupBy.LANGUAGE:
        assert [found.group for found in groups] == ["en", "pl", None]


def test_a_day_of_the_bank_in_a_list_is_that_day_by_itself(
    contact: Any, shared_data: Path, bank_mapping: Path
) -> None:
    contact.import_file("csv", shared_data / "bank_calls" / "january.txt", "--mapping", bank_mapping)
    queue = ContactQueue.objects.get(slug="bank")
    window = (datetime(1999, 1, 1, tzinfo=LONDON), datetime(1999, 2, 1, tzinfo=LONDON))
    days = grouped_figures(queue, *window, 30, EVERYTHING, GroupBy.DAY)
    assert len(days) == 29
    for found in (days[0], days[-1]):
        day = found.group.astimezone(LONDON)
        alone = queue_figures(queue, day, day + timedelta(days=1), 30, EVERYTHING)
        assert [
            getattr(found, name) for name in ("entries", "asa_s", "p90_wait_answered_s", "mean_talk_s")
        ] == [getattr(alone, name) for name in ("entries", "asa_s", "p90_wait_answered_s", "mean_talk_s")]
