"""Everyone who gave up, and whether the same number came back."""

from datetime import UTC, datetime, timedelta

import pytest

from darwin.contact.measures.lost_callers import Fate, LostCaller, lost_callers
from darwin.contact.models import ContactQueue
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import Outcome
from darwin.ledger.actors import Actor
from darwin.reference.services import open_installation

IMPORTER = Actor.system("import")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NUMBER = "07700 900123"


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def call(
    key: str, minute: float, outcome: Outcome, *, caller: str | None = NUMBER, wait_s: int = 60
) -> CallRecord:
    ended = at(minute) + timedelta(seconds=wait_s)
    answered = outcome is Outcome.ANSWERED
    leg = LegRecord(
        queue="101",
        entry_no=1,
        outcome=outcome,
        offered_at=at(minute),
        joined_at=at(minute),
        left_at=ended,
        connected_at=ended if answered else None,
        wait_ms=wait_s * 1000,
    )
    return CallRecord(
        source_key=key, channel="PHONE_101", first_offered_at=at(minute), legs=(leg,), caller=caller
    )


def online(key: str, minute: float) -> CallRecord:
    return CallRecord(
        source_key=key, channel="ONLINE_REPORT", first_offered_at=at(minute), legs=(), caller="+447700900123"
    )


@pytest.fixture
def queue(db: None) -> ContactQueue:
    open_installation("operational", "leicestershire")
    return open_queue(actor=IMPORTER, slug="101", switch="s")


def the_lost(queue: ContactQueue, *rows: CallRecord) -> LostCaller:
    record_calls(actor=IMPORTER, source="s", rows=rows)
    found = lost_callers(queue, at(-1), at(1))
    assert found.total == len(found.rows) == 1
    return found.rows[0]


LOST = call("lost", 0, Outcome.ABANDONED)


@pytest.mark.parametrize(
    ("later", "fate"),
    [
        pytest.param([], Fate.NOT_SEEN, id="nothing"),
        pytest.param([call("2", 30, Outcome.ANSWERED)], Fate.GOT_THROUGH, id="answered"),
        pytest.param([call("2", 30, Outcome.ABANDONED)], Fate.CAME_BACK, id="gave up again"),
        pytest.param([online("2", 20)], Fate.GOT_THROUGH, id="wrote"),
        pytest.param([call("2", 61, Outcome.ANSWERED)], Fate.GOT_THROUGH, id="at the last minute"),
        pytest.param([call("2", 61.1, Outcome.ANSWERED)], Fate.NOT_SEEN, id="later than the matching time"),
        pytest.param([call("2", -5, Outcome.ANSWERED)], Fate.NOT_SEEN, id="before"),
        pytest.param(
            [call("2", 5, Outcome.ANSWERED, caller="07700 900124")], Fate.NOT_SEEN, id="another number"
        ),
        pytest.param(
            [call("2", 5, Outcome.ABANDONED), call("3", 9, Outcome.ANSWERED)],
            Fate.GOT_THROUGH,
            id="third time",
        ),
    ],
)
def test_a_lost_caller_is_matched_by_number_within_the_matching_time(
    queue: ContactQueue, later: list[CallRecord], fate: Fate
) -> None:
    lost = the_lost(queue, LOST, *later)
    assert (lost.fate, lost.wait_s, lost.number) == (fate, 60.0, "+447700900123")


def test_it_tells_when_they_came_back_and_when_they_got_through(queue: ContactQueue) -> None:
    lost = the_lost(queue, LOST, call("2", 5, Outcome.ABANDONED), call("3", 9, Outcome.ANSWERED, wait_s=30))
    assert (lost.next_at, lost.next_channel, lost.got_through_at) == (at(5), "PHONE_101", at(9.5))
    assert not lost.probable


@pytest.mark.parametrize(("caller", "fate"), [("anonymous", Fate.WITHHELD), (None, Fate.NOT_TOLD)])
def test_a_number_that_is_not_known_is_never_matched(
    queue: ContactQueue, caller: str | None, fate: Fate
) -> None:
    rows = [
        call("1", 0, Outcome.ABANDONED, caller=caller),
        call("2", 5, Outcome.ANSWERED, caller=caller),
    ]
    assert the_lost(queue, *rows).fate is fate


def test_on_a_shared_number_a_match_is_only_probable(queue: ContactQueue) -> None:
    busy = [call(f"b{day}", -day * 24 * 60, Outcome.ANSWERED) for day in range(1, 14)]
    assert the_lost(queue, LOST, call("2", 5, Outcome.ANSWERED), *busy).probable


def test_pages_and_counts_are_of_the_same_callers(queue: ContactQueue) -> None:
    rows = [call(f"{n}", n / 60, Outcome.ABANDONED, caller=f"07700 900{n:03}") for n in range(30)]
    rows.append(call("back", 20, Outcome.ANSWERED, caller="07700 900007"))
    record_calls(actor=IMPORTER, source="s", rows=rows)
    pages = [lost_callers(queue, at(-1), at(1), limit=20, offset=start) for start in (0, 20)]
    assert [len(page.rows) for page in pages] == [20, 10]
    assert len({row.leg_id for page in pages for row in page.rows}) == 30
    assert pages[0].counts == pages[1].counts
    assert (pages[0].counts[Fate.GOT_THROUGH], pages[0].counts[Fate.NOT_SEEN]) == (1, 29)
    assert pages[0].recovery_pct == pytest.approx(100 / 30, abs=1e-4)
    only = lost_callers(queue, at(-1), at(1), fates=[Fate.GOT_THROUGH])
    assert [row.fate for row in only.rows] == [Fate.GOT_THROUGH]
