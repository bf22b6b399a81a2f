"""The writes of the contact room: each one transaction, its rows and one ledger entry."""

from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.calls import record_calls
from darwin.contact.services.coverage import record_coverage
from darwin.contact.services.queues import open_queue

__all__ = ["open_queue", "record_call_events", "record_calls", "record_coverage"]
