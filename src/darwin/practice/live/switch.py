"""What the made-up switch says: normalised events, each with an identifier made of what it tells."""

from darwin.contact.telephony.events import WITHHELD, CallEvent, EventType
from darwin.practice.live.seats import Seat
from darwin.practice.live.today import Caller
from darwin.practice.records import LIVE, moment


class Switch:
    """Collects what is said; `take` hands it over."""

    def __init__(self) -> None:
        self._said: list[CallEvent] = []

    def take(self) -> list[CallEvent]:
        """Everything said since the last time, in order."""
        said, self._said = self._said, []
        return said

    def of_call(
        self,
        what: EventType,
        at: int,
        caller: Caller,
        queue: str,
        seat: Seat | None = None,
        *,
        reason: str = "",
        position: int | None = None,
        queue_length: int | None = None,
        wait_ms: int | None = None,
        ring_ms: int | None = None,
        talk_ms: int | None = None,
    ) -> None:
        """Something about one call."""
        name = caller.call.call_id
        agent = seat.interface if seat else ""
        self._said.append(
            CallEvent(
                event_id=f"{LIVE}:{name}:{queue}:{what}:{at}:{agent}:{reason}",
                source=LIVE,
                type=what,
                at=moment(at),
                queue=queue,
                call_id=name,
                caller=caller.call.number or WITHHELD,
                agent=agent or None,
                member=seat.member if seat else None,
                reason=reason,
                position=position,
                queue_length=queue_length,
                wait_ms=wait_ms,
                ring_ms=ring_ms,
                talk_ms=talk_ms,
            )
        )

    def of_seat(self, at: int, seat: Seat, state: str) -> None:
        """The state of a handler's telephone, in the words that every switch uses ("paused: meal").

        Said again it is left out.
        """
        if seat.said == state:
            return
        seat.said = state
        self._said.append(
            CallEvent(
                event_id=f"{LIVE}:{seat.interface}:{seat.line}:{at}:{state}",
                source=LIVE,
                type=EventType.AGENT_STATE,
                at=moment(at),
                queue=seat.line,
                agent=seat.interface,
                member=seat.member,
                reason=state,
            )
        )
