"""Call events made from AMI messages: their identity, and the fields that all of them share."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from darwin.contact.telephony.events import WITHHELD, CallEvent, EventType
from darwin.contact.telephony.recording import Received
from darwin.science.numbers import normalise_number

SOURCE = "asterisk-ami"
LONGEST_S = 2_000_000
"""Seconds (23 days) beyond which a stated duration is a fault of the switch, and no duration."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Fields = dict[str, str]


def whole(text: str | None) -> int | None:
    """A whole number of a field; None where it is absent or no number."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 9:
        return None
    return int(text)


def seconds(text: str | None) -> int | None:
    """A duration in whole seconds."""
    value = whole(text)
    return None if value is None or value > LONGEST_S else value


def milliseconds(value: int | None) -> int | None:
    """Seconds in milliseconds."""
    return None if value is None else value * 1000


class EventMaker:
    """Makes the events of one switch. instance: the identity of its present life (its startup time)."""

    def __init__(self, switch: str) -> None:
        self.instance = ""
        self._switch = switch
        self._prohibited: set[str] = set()
        self._repeats: Counter[str] = Counter()
        self._repeats_at: datetime | None = None

    def make(
        self, received: Received, kind: EventType, subject: str, *, discriminator: str = "", **values: Any
    ) -> CallEvent:
        """An event whose id says what the switch said: the same from every recording of the same switch.
        discriminator: what was added to it from the messages around, which may differ between recordings."""
        identity = self._identity(received, kind, subject)
        if values.get("call_id") in self._prohibited:
            discriminator += ":withheld"
        event = CallEvent(
            event_id=f"{identity}:{discriminator}" if discriminator else identity,
            source=SOURCE,
            type=kind,
            at=received.at,
            at_source="switch" if received.stamped else "receive",
            sequence=received.message.offset,
        )
        return replace(event, **values)

    def _identity(self, received: Received, kind: EventType, subject: str) -> str:
        """Where the switch gave no time, the receive time and the bytes stand in for it."""
        since = received.at - _EPOCH
        time = f"{since.days * 86_400 + since.seconds}.{since.microseconds:06}"
        if received.stamped:
            return f"ami:{self._switch}:{time}:{kind}:{subject}"
        digest = blake2b(received.message.raw, digest_size=8).hexdigest()
        identity = f"ami:{self._switch}:{self.instance}:{time}:{kind}:{digest}:{subject}"
        if received.at != self._repeats_at:
            self._repeats_at = received.at
            self._repeats.clear()
        self._repeats[identity] += 1
        return f"{identity}:{self._repeats[identity]}"

    def begin_session(self) -> None:
        self._repeats.clear()

    def withhold(self, call_id: str) -> None:
        """The caller asked that the number be not shown, though the network gives it."""
        self._prohibited.add(call_id)

    def forget(self, call_id: str) -> None:
        self._prohibited.discard(call_id)

    def caller(self, fields: Fields) -> str | None:
        """The number in one spelling, WITHHELD, or None where the message does not tell."""
        if fields.get("Uniqueid") in self._prohibited:
            return WITHHELD
        return normalise_number(fields.get("CallerIDNum"))

    def of_call(self, fields: Fields) -> dict[str, Any]:
        """What every message of a caller's channel tells."""
        return {
            "queue": fields.get("Queue") or None,
            "call_id": fields["Uniqueid"],
            "root_call_id": fields.get("Linkedid") or None,
            "caller": self.caller(fields),
        }

    def of_handler(self, fields: Fields) -> dict[str, Any]:
        return {"agent": fields.get("Interface") or None, "member": fields.get("MemberName") or None}
