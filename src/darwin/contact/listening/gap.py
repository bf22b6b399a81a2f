"""What happened while a switch was not heard, as far as its queue_log tells."""

from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Max

from darwin.contact.models import Coverage
from darwin.contact.telephony.ami_events import SOURCE
from darwin.contact.telephony.events import CallEvent
from darwin.contact.telephony.queue_log import events_of_queue_log

LOOK_BACK = timedelta(hours=4)
"""Calls that lived into the gap may have joined this long before it."""
_SECOND = timedelta(seconds=1)


def heard_until(switch: str, before: datetime) -> datetime | None:
    """Until when the switch had been heard before this connection began; None if it never was."""
    found: datetime | None = Coverage.objects.filter(
        switch=switch, source=SOURCE, queue__isnull=True, from_at__lt=before
    ).aggregate(at=Max("to_at"))["at"]
    return min(found, before) if found else None


def events_of_gap(path: Path, switch: str, down: datetime, up: datetime) -> list[CallEvent]:
    """Everything that the log tells of the calls of which it has a line in the gap [down, up], and of
    handlers in the gap itself.

    Raises DarwinError and OSError if the log cannot be read.
    """
    events = list(events_of_queue_log(path, switch=switch, since=down - LOOK_BACK))
    inside = [event for event in events if down - _SECOND <= event.at <= up + _SECOND]
    calls = {event.call_id for event in inside if event.call_id}
    others = {event.event_id for event in inside}
    return [event for event in events if event.call_id in calls or event.event_id in others]
