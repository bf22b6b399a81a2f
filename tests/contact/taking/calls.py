"""Calls that ring at a handler's telephone, as a switch tells of them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from darwin.contact.models import Contact, SwitchMember
from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.floor import note_connected, note_heard
from darwin.contact.services.handlers import link_handler
from darwin.contact.telephony.events import CallEvent, EventType
from darwin.ledger.actors import Actor
from darwin.staff.models import Account

NOW = datetime(2026, 11, 22, 14, 24, tzinfo=UTC)
SWITCH, QUEUE, TELEPHONE = "test", "101", "PJSIP/1001"
LISTENER = Actor.system("listener")
_number = count(1)


class Floor:
    """The 101 line of a switch that Darwin hears, with one handler's telephone on it."""

    def __init__(self, handler: Account, interface: str = TELEPHONE, switch: str = SWITCH) -> None:
        self.switch, self.interface = switch, interface
        link_handler(
            actor=LISTENER,
            switch=switch,
            member=handler.display_name,
            interface=interface,
            account_id=handler.id,
        )
        note_connected(switch=switch, source="test")
        note_heard(switch=switch)

    def says(self, call_id: str, type: EventType, at: datetime, **more: object) -> None:
        """One event, heard live."""
        event = CallEvent(
            event_id=f"{self.switch}-{next(_number)}",
            source="test",
            type=type,
            at=at,
            queue=QUEUE,
            call_id=call_id,
            **more,  # type: ignore[arg-type]
        )
        record_call_events(actor=LISTENER, switch=self.switch, events=[event], live=True)

    def rings(
        self, call_id: str = "c1", at: datetime = NOW, caller: str | None = "07700 900142", wait_s: float = 20
    ) -> UUID:
        """A call that has waited and rings at the handler's telephone from `at` on; its contact."""
        joined = at - timedelta(seconds=wait_s)
        self.says(call_id, EventType.QUEUED, joined, caller=caller)
        self.says(call_id, EventType.RINGING, at, caller=caller, agent=self.interface)
        return contact_of(call_id, self.switch)

    def answered(self, call_id: str = "c1", at: datetime = NOW) -> None:
        self.says(call_id, EventType.CONNECTED, at, agent=self.interface)

    def ends(self, call_id: str = "c1", at: datetime = NOW) -> None:
        self.says(call_id, EventType.COMPLETED, at, agent=self.interface, reason="caller")

    def gave_up(self, call_id: str, at: datetime, wait_s: float, caller: str = "07700 900142") -> UUID:
        """A call that joined at `at` and was not answered."""
        self.says(call_id, EventType.QUEUED, at, caller=caller)
        self.says(
            call_id,
            EventType.LEFT,
            at + timedelta(seconds=wait_s),
            caller=caller,
            reason="abandoned",
            wait_ms=round(wait_s * 1000),
        )
        return contact_of(call_id, self.switch)

    def member(self) -> SwitchMember:
        return SwitchMember.objects.get(switch=self.switch, interface=self.interface)


def contact_of(call_id: str, switch: str = SWITCH) -> UUID:
    found: UUID = Contact.objects.get(source=switch, source_key=call_id).id
    return found
