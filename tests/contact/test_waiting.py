"""Most waiting at once, against a count by brute force; and the way from end to end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darwin.contact.measures.waiting import end_to_end, longest_queue
from darwin.contact.models import ContactQueue, LegKind
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import Outcome
from darwin.ledger.actors import Actor

IMPORTER = Actor.system("import")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def stay(number: int, joined: int, left: int) -> CallRecord:
    leg = LegRecord(
        queue="q",
        entry_no=1,
        outcome=Outcome.ABANDONED,
        offered_at=at(joined),
        joined_at=at(joined),
        left_at=at(left),
        wait_ms=(left - joined) * 1000,
    )
    return CallRecord(source_key=str(number), channel="PHONE_101", first_offered_at=at(joined), legs=(leg,))


@pytest.fixture
def queue(db: None) -> ContactQueue:
    return open_queue(actor=IMPORTER, slug="q", switch="s")


stays = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=14)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stays=stays, window=st.tuples(st.integers(0, 30), st.integers(1, 30)))
def test_the_longest_queue_is_the_most_waiting_at_one_instant_of_the_period(
    queue: ContactQueue, stays: list[tuple[int, int]], window: tuple[int, int]
) -> None:
    source = f"s{hash((tuple(stays), window))}"
    start, end = window[0], window[0] + window[1]
    queue = open_queue(actor=IMPORTER, slug=source[:80], switch="s")
    rows = [stay(n, joined, joined + waited) for n, (joined, waited) in enumerate(stays)]
    from dataclasses import replace

    rows = [replace(row, legs=(replace(row.legs[0], queue=queue.slug),)) for row in rows]
    record_calls(actor=IMPORTER, source=source, rows=rows)
    brute = max(
        sum(joined <= second < joined + waited for joined, waited in stays) for second in range(start, end)
    )
    assert longest_queue(queue, at(start), at(end)) == brute


def test_the_way_from_end_to_end_goes_past_the_switchboard_to_the_first_handler(queue: ContactQueue) -> None:
    open_queue(actor=IMPORTER, slug="board", switch="s", leg_kind=LegKind.SWITCHBOARD_QUEUE)
    board = LegRecord(
        queue="board", entry_no=1, outcome=Outcome.ANSWERED, offered_at=at(2), joined_at=at(2),
        connected_at=at(7), wait_ms=5000,
    )  # fmt: skip
    handler = LegRecord(
        queue="q", entry_no=1, outcome=Outcome.ANSWERED, offered_at=at(60), joined_at=at(60),
        connected_at=at(300), wait_ms=240_000,
    )  # fmt: skip
    record_calls(
        actor=IMPORTER,
        source="s",
        rows=[
            CallRecord(source_key="1", channel="PHONE_101", first_offered_at=at(0), legs=(board, handler)),
            CallRecord(source_key="2", channel="PHONE_101", first_offered_at=at(0), legs=(board,)),
        ],
    )
    switchboard = ContactQueue.objects.get(slug="board")
    way = end_to_end(switchboard, at(0), at(1000))
    assert (way.contacts, way.mean_s, way.max_s) == (1, 300.0, 300.0)
