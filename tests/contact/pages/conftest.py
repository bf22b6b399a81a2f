"""A house in operation, a browser of Django's own, and calls to look at."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from darwin.contact.coverage import EVERYTHING, Span
from darwin.contact.models import ContactQueue
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.bulk import change_rows
from darwin.contact.services.calls import record_calls
from darwin.contact.services.coverage import record_coverage
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import Outcome
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from tests.staff.conftest import (  # noqa: F401 - fixtures
    _data_dir,
    operational_house,
    practice_house,
    signed_in,
)
from tests.staff.people import someone

IMPORTER = Actor.system("import")
NOW = datetime(2026, 11, 22, 14, 24, tzinfo=UTC)


def call(
    key: str,
    at: datetime,
    outcome: Outcome = Outcome.ANSWERED,
    *,
    wait_s: float = 10,
    caller: str | None = "07700 900123",
    queue: str = "101",
    **more: Any,
) -> CallRecord:
    """One call of one leg."""
    ended = at + timedelta(seconds=wait_s)
    answered = outcome is Outcome.ANSWERED
    refused = outcome is Outcome.REFUSED
    leg = LegRecord(
        queue=queue,
        entry_no=0 if refused else 1,
        outcome=outcome,
        offered_at=at,
        joined_at=None if refused else at,
        left_at=None if refused else ended,
        connected_at=ended if answered else None,
        completed_at=ended + timedelta(minutes=3) if answered else None,
        wait_ms=None if refused else round(wait_s * 1000),
        talk_ms=180_000 if answered else None,
        agent=more.pop("agent", "PJSIP/1001" if answered else None),
        wait_in_seconds=more.pop("wait_in_seconds", False),
    )
    return CallRecord(
        source_key=key,
        channel=more.pop("channel", "PHONE_101"),
        first_offered_at=at,
        legs=(leg,),
        caller=caller,
        **more,
    )


def store(*calls: CallRecord, from_at: datetime | None = None, to_at: datetime | None = None) -> ContactQueue:
    """Store the calls in the 101 line; with `from_at` the record covers from there to `to_at` (now)."""
    queue = open_queue(actor=IMPORTER, slug="101", label="101, the non-emergency line", switch="example")
    if calls:
        record_calls(actor=IMPORTER, source="example", rows=calls)
    if from_at:
        span = Span(source="example", from_at=from_at, to_at=to_at or clock.now(), tells=EVERYTHING)
        record_coverage(actor=IMPORTER, switch="example", spans=[span])
    return queue


def as_if_committed() -> None:
    """Within one transaction nothing is ever settled, and no kept month would hold."""
    change_rows("DELETE FROM contact_monthchange")


@pytest.fixture
def house(operational_house: None) -> Iterator[None]:  # noqa: F811
    """A house in operation at NOW: a Sunday afternoon, 14:24 in London."""
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def as_role(house: None, signed_in: Callable[..., Client]) -> Callable[[str], Client]:  # noqa: F811
    """`as_role("analyst")`: a browser in which somebody of that role has signed in."""
    return lambda role: signed_in(someone(role))
