"""A day of a contact centre, as a switch would have told it: calls of the hours before, the floor at NOW."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from darwin.contact.coverage import EVERYTHING, Span
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.calls import record_calls
from darwin.contact.services.coverage import record_coverage
from darwin.contact.services.floor import note_connected
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import CallEvent, EventType, Outcome
from darwin.ledger.actors import Actor

NOW = datetime(2026, 11, 22, 14, 24, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
SWITCH = "example"
LISTENER = Actor.system("listener")
HOURS = (9, 7, 6, 5, 6, 8, 14, 30, 52, 66, 62, 56, 52, 50, 44)
_number = count(1)


def open_lines() -> None:
    """The two lines of the wall."""
    for slug, channel in (("101", "PHONE_101"), ("999", "PHONE_999")):
        open_queue(actor=LISTENER, slug=slug, label=slug, channel=channel, switch=SWITCH)


def past_call(
    at: datetime, outcome: Outcome, wait_s: float, queue: str = "101", *, whole_seconds: bool = False
) -> CallRecord:
    """One call that is over, of one leg."""
    ended = at + timedelta(seconds=wait_s)
    refused, answered = outcome is Outcome.REFUSED, outcome is Outcome.ANSWERED
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
        wait_in_seconds=whole_seconds,
        talk_ms=180_000 if answered else None,
        agent="PJSIP/1001" if answered else None,
    )
    channel = "PHONE_999" if queue == "999" else "PHONE_101"
    return CallRecord(
        source_key=f"past-{next(_number)}",
        channel=channel,
        first_offered_at=at,
        legs=(leg,),
        caller="07700 900123",
    )


def store_past(*calls: CallRecord) -> None:
    record_calls(actor=LISTENER, source=SWITCH, rows=list(calls))


def cover(from_at: datetime = MIDNIGHT, to_at: datetime = NOW, **more: object) -> None:
    """The switch was listened to all that time."""
    span = Span(source="stream", from_at=from_at, to_at=to_at, tells=EVERYTHING, **more)  # type: ignore[arg-type]
    record_coverage(actor=LISTENER, switch=SWITCH, spans=[span])


def a_day(seed: int = 7) -> None:
    """A Sunday up to NOW, busier from hour to hour, with a few who gave up and three who were refused."""
    open_lines()
    store_past(*_calls(random.Random(seed)))
    cover()


def _calls(chance: random.Random) -> Iterator[CallRecord]:
    for hour, calls in enumerate(HOURS):
        for _ in range(calls):
            at = MIDNIGHT + timedelta(hours=hour, seconds=chance.uniform(0, 3600))
            if at > NOW - timedelta(minutes=2):
                continue
            queue = "999" if chance.random() < 0.35 else "101"
            load = min(1.0, calls / 60)
            if chance.random() < 0.14 * load:
                yield past_call(at, Outcome.ABANDONED, chance.uniform(5, 372), queue)
            else:
                mean = (3 if queue == "999" else 18) * load + 2
                yield past_call(at, Outcome.ANSWERED, chance.expovariate(1 / mean), queue)
    for minute in (8, 9, 10):
        yield past_call(MIDNIGHT + timedelta(hours=8, minutes=minute), Outcome.REFUSED, 0)


def event(at: datetime, kind: EventType, **values: object) -> CallEvent:
    return CallEvent(
        event_id=f"scene-{next(_number)}",
        source="scene",
        type=kind,
        at=at,
        **values,  # type: ignore[arg-type]
    )


def tell(*events: CallEvent, switch: str = SWITCH) -> None:
    """The switch says this now."""
    record_call_events(actor=LISTENER, switch=switch, events=events, live=True)


def waits(since: datetime, queue: str = "101", caller: str = "07700 900142") -> CallEvent:
    """Somebody joined the queue at that moment and still waits."""
    call_id = f"living-{next(_number)}"
    return event(since, EventType.QUEUED, queue=queue, call_id=call_id, caller=caller)


def rings(since: datetime, agent: str, queue: str = "101") -> list[CallEvent]:
    joined = waits(since - timedelta(seconds=3), queue)
    ring = event(
        since, EventType.RINGING, queue=queue, call_id=joined.call_id, agent=agent, caller=joined.caller
    )
    return [joined, ring]


def talks(since: datetime, agent: str, queue: str = "101") -> list[CallEvent]:
    rung = rings(since - timedelta(seconds=4), agent, queue)
    call_id = rung[0].call_id
    left = event(since, EventType.LEFT, queue=queue, call_id=call_id, reason="answered")
    return [*rung, left, event(since, EventType.CONNECTED, queue=queue, call_id=call_id, agent=agent)]


def finished(at: datetime, agent: str, queue: str = "101") -> list[CallEvent]:
    """A talk that ended at that moment, of which the notes are still to be written."""
    talk = talks(at - timedelta(minutes=4), agent, queue)
    done = event(at, EventType.COMPLETED, queue=queue, call_id=talk[0].call_id, agent=agent, reason="caller")
    return [*talk, done]


def state(at: datetime, agent: str, words: str, member: str = "", queue: str = "101") -> CallEvent:
    """What the switch says of a handler's telephone: "idle", "in use", "paused: break", "unavailable"."""
    return event(at, EventType.AGENT_STATE, queue=queue, agent=agent, member=member or agent, reason=words)


PEOPLE = (
    "Sam Okoro", "Dev Patel", "Kerry Walsh", "Tom Ashby", "Aisha Khan", "Ben Marsh", "Joan Price",
    "Marek Nowak", "Li Chen", "Grace Bell", "Owen Hughes", "Nia Rees", "Paul Dunn", "Ravi Shah", "Eve Lane",
)  # fmt: skip


def the_floor(now: datetime = NOW) -> None:
    """Seven wait, two ring, nine talk, two write notes, six are paused, two ready, one cannot be reached."""
    note_connected(switch=SWITCH, source="scene", instance="one")

    def ago(seconds: float) -> datetime:
        return now - timedelta(seconds=seconds)

    agents = [f"PJSIP/{1001 + number}" for number in range(24)]
    names = [*PEOPLE, *(f"Handler {number}" for number in range(9))]
    idle = [state(ago(4000), agent, "idle", name) for agent, name in zip(agents, names, strict=True)]
    tell(*idle)
    tell(*(waits(ago(seconds)) for seconds in (108, 74, 51, 30, 12, 5, 2)))
    tell(*rings(ago(6), agents[0]), *rings(ago(19), agents[1]))
    for place, seconds in enumerate((1334, 1071, 492, 404, 350, 200, 150, 90, 30)):
        tell(*talks(ago(seconds), agents[4 + place]))
    for place, seconds in enumerate((20, 45)):
        tell(*finished(ago(seconds), agents[13 + place]))
    paused = [("break", 1085), ("break", 300), ("Break", 200), ("break", 60), ("training", 2480)]
    for place, (reason, seconds) in enumerate([*paused, ("training", 600)]):
        tell(state(ago(seconds), agents[15 + place], f"paused: {reason}", names[15 + place]))
    tell(state(ago(753), agents[21], "unavailable", names[21]))
    tell(state(ago(900), agents[22], "logged off", names[22]))
