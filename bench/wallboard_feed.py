"""The switch of bench/wallboard.py: so many calls a second through the door that a listener uses.

    python bench/wallboard_feed.py CALLS_A_SECOND

Runs in the house of DARWIN_DATA_DIR until it is told to end (SIGTERM), then prints, as one line of JSON, when
each batch that held a joining was committed (seconds, monotonic) and how many calls had been offered by then.
"""

import heapq
import json
import random
import signal
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

SWITCH = "bench"
BATCH_S = 0.05
HANDLERS = [f"PJSIP/{1000 + number}" for number in range(200)]
_life = f"{time.time():.0f}"


def open_day(calls: int) -> None:
    """The two lines, 200 handlers at their telephones, and so many calls earlier today."""
    from darwin.contact.coverage import EVERYTHING, Span
    from darwin.contact.periods import midnight
    from darwin.contact.records import CallRecord, LegRecord
    from darwin.contact.services.calls import record_calls
    from darwin.contact.services.coverage import record_coverage
    from darwin.contact.services.queues import open_queue
    from darwin.contact.telephony.events import EventType, Outcome
    from darwin.deadlines import clock
    from darwin.ledger.actors import Actor

    actor, now = Actor.system("bench"), clock.now()
    for slug, channel in (("101", "PHONE_101"), ("999", "PHONE_999")):
        open_queue(actor=actor, slug=slug, channel=channel, switch=SWITCH)
    start = midnight(now.astimezone(clock.LONDON).date())
    rows = []
    for number in range(calls):
        at = start + (now - start) * (number / calls)
        wait = timedelta(seconds=random.Random(number).expovariate(1 / 20))
        leg = LegRecord(
            queue="101", entry_no=1, outcome=Outcome.ANSWERED, offered_at=at, joined_at=at,
            connected_at=at + wait, left_at=at + wait, wait_ms=round(wait.total_seconds() * 1000),
        )  # fmt: skip
        rows.append(
            CallRecord(source_key=f"early-{number}", channel="PHONE_101", first_offered_at=at, legs=(leg,))
        )
    record_calls(actor=actor, source=SWITCH, rows=rows)
    span = Span(source="bench", from_at=start, to_at=now, tells=EVERYTHING)
    record_coverage(actor=actor, switch=SWITCH, spans=[span])
    record([event(EventType.AGENT_STATE, now, agent=agent, reason="idle") for agent in HANDLERS])


def event(kind: Any, at: datetime, **values: Any) -> Any:
    from darwin.contact.telephony.events import CallEvent

    return CallEvent(
        event_id=f"{_life}-{next(_number)}", source="bench", type=kind, at=at, queue="101", **values
    )


def record(events: list[Any]) -> None:
    from darwin.contact.services.call_events import record_call_events
    from darwin.ledger.actors import Actor

    record_call_events(actor=Actor.system("listener"), switch=SWITCH, events=events, live=True)


_number = count(1)


def call(number: int) -> Iterator[tuple[float, str, dict[str, Any]]]:
    """The seven events of one call: seconds after it came, what the switch says, and with what."""
    chance = random.Random(number)
    call_id = {"call_id": f"{_life}-call-{number}", "caller": "07700 900123"}
    agent = HANDLERS[number % len(HANDLERS)]
    waits = chance.uniform(0.5, 4)
    yield 0, "OFFERED", call_id
    yield 0, "QUEUED", call_id
    if number % 10 == 0:
        yield waits, "LEFT", call_id | {"reason": "abandoned"}
        return
    yield waits / 2, "RINGING", call_id | {"agent": agent}
    yield waits, "LEFT", call_id | {"reason": "answered"}
    yield waits + 0.001, "CONNECTED", call_id | {"agent": agent}
    talked = waits + chance.uniform(2, 6)
    yield talked, "COMPLETED", call_id | {"agent": agent, "reason": "caller"}
    yield talked, "AGENT_STATE", {"agent": agent, "reason": "idle"}


class Feed:
    """Calls that come at a steady rate, their events told when their time has come, a batch every 50 ms."""

    def __init__(self, calls_a_second: float) -> None:
        self.every = 1 / calls_a_second
        self.ends = False
        self.due: list[tuple[float, int, str, dict[str, Any]]] = []
        self.commits: list[tuple[float, int]] = []

    def run(self, offered: int) -> None:
        from darwin.contact.services.floor import note_connected, note_heard

        note_connected(switch=SWITCH, source="bench")
        came, next_call, heard, order = 0, time.monotonic(), time.monotonic(), count()
        while not self.ends:
            now = time.monotonic()
            while next_call <= now:
                for after, kind, values in call(came):
                    heapq.heappush(self.due, (next_call + after, next(order), kind, values))
                came, next_call = came + 1, next_call + self.every
            offered = self._tell(now, offered)
            if now - heard > 1:
                note_heard(switch=SWITCH)
                heard = now
            time.sleep(max(0.0, BATCH_S - (time.monotonic() - now)))

    def _tell(self, now: float, offered: int) -> int:
        from darwin.contact.telephony.events import EventType
        from darwin.deadlines import clock

        batch = []
        at = clock.now()
        while self.due and self.due[0][0] <= now:
            due, _, kind, values = heapq.heappop(self.due)
            batch.append(event(EventType[kind], at - timedelta(seconds=now - due), **values))
        joined = sum(told.type is EventType.QUEUED for told in batch)
        if batch:
            record(batch)
        if joined:
            self.commits.append((time.monotonic(), offered + joined))
        return offered + joined


def main() -> None:
    from darwin.supervisor.house import open_house

    feed = Feed(float(sys.argv[1]))

    def end(*_: object) -> None:
        feed.ends = True

    signal.signal(signal.SIGTERM, end)
    with open_house():
        from darwin.contact.models import ContactLeg
        from darwin.contact.periods import midnight
        from darwin.deadlines import clock

        start = midnight(clock.now().astimezone(clock.LONDON).date())
        feed.run(ContactLeg.objects.filter(offered_at__gte=start).count())
    print(json.dumps(feed.commits))


if __name__ == "__main__":
    main()
