"""Made-up calls of a small line: Poisson arrivals, one to three handlers, callers who give up."""

import random
from datetime import datetime, timedelta

from django.db import connection

from darwin.contact.coverage import EVERYTHING, Span
from darwin.contact.models import ContactQueue
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.services.coverage import record_coverage
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import Outcome
from darwin.deadlines.clock import LONDON
from darwin.ledger.actors import Actor

IMPORTER = Actor.system("import")
TALK_S, PATIENCE_S = 400.0, 240.0
BY_DAY, BY_NIGHT = (14.0, 3), (4.0, 1)


def small_line(until: datetime, days: int, slug: str = "101", seed: int = 1) -> ContactQueue:
    """The queue, with the calls of `days` local days before the day of `until`."""
    queue = open_queue(actor=IMPORTER, slug=slug, label=f"The {slug} line", switch="example")
    draw = random.Random(seed)
    end = datetime.combine(until.astimezone(LONDON).date(), datetime.min.time(), tzinfo=LONDON)
    start = end - timedelta(days=days)
    calls = []
    at, free = start, [start] * BY_DAY[1]
    while True:
        rate, there = BY_DAY if 8 <= at.astimezone(LONDON).hour < 22 else BY_NIGHT
        at += timedelta(seconds=draw.expovariate(rate / 3600))
        if at >= end:
            break
        calls.append(_call(draw, len(calls), slug, at, free, there))
    record_calls(actor=IMPORTER, source="example", rows=calls)
    span = Span(source="example", from_at=start, to_at=end, tells=EVERYTHING)
    record_coverage(actor=IMPORTER, switch="example", spans=[span])
    with connection.cursor() as cursor:
        # What a running house does by itself within a minute; rows of an open transaction are never analysed.
        cursor.execute("ANALYZE contact_contact, contact_contactleg")
    return queue


def _call(
    draw: random.Random, number: int, slug: str, at: datetime, free: list[datetime], there: int
) -> CallRecord:
    """One caller, who is taken by the first of the handlers there who is free, or gives up before."""
    soonest = sorted(range(len(free)), key=lambda handler: free[handler])
    able = [handler for handler in soonest if handler < there]
    starts = max(at, free[able[0]])
    wait_s, patience_s = (starts - at).total_seconds(), draw.expovariate(1 / PATIENCE_S)
    talk_s = draw.expovariate(1 / TALK_S)
    answered = wait_s <= patience_s
    left = at + timedelta(seconds=min(wait_s, patience_s))
    if answered:
        free[able[0]] = left + timedelta(seconds=talk_s)
    leg = LegRecord(
        queue=slug,
        entry_no=1,
        outcome=Outcome.ANSWERED if answered else Outcome.ABANDONED,
        offered_at=at,
        joined_at=at,
        left_at=left,
        connected_at=left if answered else None,
        completed_at=left + timedelta(seconds=talk_s) if answered else None,
        wait_ms=round(1000 * (left - at).total_seconds()),
        talk_ms=round(1000 * talk_s) if answered else None,
        agent=f"PJSIP/10{able[0]:02}" if answered else None,
    )
    return CallRecord(
        source_key=f"{slug}-{number}",
        channel="PHONE_101",
        first_offered_at=at,
        legs=(leg,),
        caller=f"07700 900{number % 1000:03}",
    )
