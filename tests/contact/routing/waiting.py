"""What waits to be routed: callers who gave up and are owed a call."""

from datetime import timedelta

from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.telephony.events import Outcome
from darwin.deadlines import clock


def gave_up_record(source_key: str, number: str, minutes: float) -> CallRecord:
    """A caller of 101 who gave up after 80 seconds, `minutes` ago."""
    at = clock.now() - timedelta(minutes=minutes)
    leg = LegRecord(
        queue="101",
        entry_no=1,
        outcome=Outcome.ABANDONED,
        offered_at=at,
        joined_at=at,
        left_at=at + timedelta(seconds=80),
        wait_ms=80_000,
    )
    return CallRecord(
        source_key=source_key, channel="PHONE_101", first_offered_at=at, legs=(leg,), caller=number
    )
