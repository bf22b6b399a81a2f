"""Where a living call stands must not depend on the order in which a switch's events come in."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.contact.telephony.events import CallEvent, EventType
from darwin.contact.telephony.position import Stage, position_of
from darwin.deadlines import clock

START = clock.now().replace(microsecond=0)


def at(seconds: float, kind: EventType, **values: object) -> CallEvent:
    fields: dict[str, object] = {"queue": "101", "call_id": "c1", "caller": "07700 900142", **values}
    return CallEvent(
        event_id=f"{seconds}:{kind}:{fields.get('agent', '')}",
        source="test",
        type=kind,
        at=START + timedelta(seconds=seconds),
        **fields,  # type: ignore[arg-type]
    )


OFFERED = at(0, EventType.OFFERED)
QUEUED = at(1, EventType.QUEUED)
RINGS_ONE = at(5, EventType.RINGING, agent="PJSIP/1001")
RINGS_TWO = at(5.5, EventType.RINGING, agent="PJSIP/1002")
MISSED = at(9, EventType.NO_ANSWER, agent="PJSIP/1001")
TAKEN = at(11, EventType.LEFT, reason="answered")
TALKS = at(11.002, EventType.CONNECTED, agent="PJSIP/1002")
DONE = at(60, EventType.COMPLETED, agent="PJSIP/1002")
GAVE_UP = at(20, EventType.LEFT, reason="abandoned")
AGAIN = at(70, EventType.QUEUED)
SENT_BACK = at(30, EventType.TRANSFERRED, reason="blind", agent="PJSIP/1002")
SENT_LATE = at(30.055, EventType.TRANSFERRED, reason="blind", queue=None)
BACK = at(30.05, EventType.QUEUED)
OVER = at(30.06, EventType.COMPLETED, agent="PJSIP/1002", reason="transfer")

CASES = [
    ([OFFERED], None, ()),
    ([OFFERED, QUEUED], Stage.WAITING, ()),
    ([OFFERED, QUEUED, RINGS_ONE], Stage.RINGING, ("PJSIP/1001",)),
    ([QUEUED, RINGS_ONE, RINGS_TWO], Stage.RINGING, ("PJSIP/1001", "PJSIP/1002")),
    ([QUEUED, RINGS_ONE, MISSED], Stage.WAITING, ()),
    ([QUEUED, RINGS_ONE, RINGS_TWO, MISSED, TAKEN], Stage.RINGING, ("PJSIP/1002",)),
    ([QUEUED, RINGS_TWO, TAKEN, TALKS], Stage.TALKING, ("PJSIP/1002",)),
    ([QUEUED, RINGS_TWO, TAKEN, TALKS, DONE], None, ()),
    ([QUEUED, TAKEN, TALKS, DONE, AGAIN], Stage.WAITING, ()),
    # Transferred back to the queue: Asterisk says that the talk is over when the caller waits again.
    ([QUEUED, TALKS, SENT_BACK, BACK, OVER], Stage.WAITING, ()),
    ([QUEUED, TALKS, BACK, SENT_LATE, OVER], Stage.WAITING, ()),
    (
        [
            QUEUED,
            TALKS,
            SENT_BACK,
            BACK,
            OVER,
            at(33, EventType.RINGING, agent="PJSIP/1002"),
            at(35, EventType.CONNECTED, agent="PJSIP/1002"),
        ],
        Stage.TALKING,
        ("PJSIP/1002",),
    ),
    (
        [
            QUEUED,
            TALKS,
            SENT_BACK,
            BACK,
            OVER,
            at(35, EventType.CONNECTED, agent="PJSIP/1002"),
            at(40, EventType.COMPLETED, agent="PJSIP/1002"),
        ],
        None,
        (),
    ),
    # The moment of being connected was not seen, its end was.
    ([QUEUED, DONE], None, ()),
    ([QUEUED, RINGS_ONE, GAVE_UP], None, ()),
    ([OFFERED, at(0.1, EventType.REFUSED, reason="FULL")], None, ()),
    ([QUEUED, TAKEN, TALKS, at(30, EventType.TRANSFERRED, reason="blind")], None, ()),
    ([at(1, EventType.IN_SNAPSHOT, whole_seconds=True)], Stage.WAITING, ()),
    ([QUEUED, RINGS_ONE, at(1.4, EventType.IN_SNAPSHOT, whole_seconds=True)], Stage.RINGING, ("PJSIP/1001",)),
    ([TALKS], Stage.TALKING, ("PJSIP/1002",)),
]


@pytest.mark.parametrize(("events", "stage", "agents"), CASES)
def test_a_call_stands_where_its_events_put_it(
    events: list[CallEvent], stage: Stage | None, agents: tuple[str, ...]
) -> None:
    position = position_of(events)
    assert (position.stage if position else None) == stage
    assert (position.agents if position else ()) == agents


@given(case=st.sampled_from(CASES), seed=st.integers(0, 10_000))
def test_late_doubled_and_disordered_events_give_the_same_floor(
    case: tuple[list[CallEvent], Stage | None, tuple[str, ...]], seed: int
) -> None:
    events, _, _ = case
    shuffled = [*events, *random.Random(seed).choices(events, k=2)]
    random.Random(seed).shuffle(shuffled)
    assert position_of(shuffled) == position_of(events)


def test_a_number_that_any_event_says_was_withheld_stays_withheld() -> None:
    position = position_of([at(0, EventType.OFFERED, caller=""), QUEUED])
    assert position is not None
    assert position.caller == ""
