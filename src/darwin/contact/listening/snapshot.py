"""What a switch says of itself when a connection begins: who waits, who is at their telephone, what lives.

Together with the evidence it settles the floor: calls that are on the floor and not in the snapshot vanished
while nobody listened.
"""

from dataclasses import dataclass, field

from darwin.contact.models import FloorCall, FloorStage
from darwin.contact.telephony.ami import Message

_MARK = b"\nActionID: darwin-"


@dataclass(slots=True)
class Snapshot:
    """The answers to the questions of one connection, as far as they have come.

    waiting: call ids in queues. members: (interface, queue). channels: ids of living channels, None where
    the switch does not let us ask.
    """

    waiting: set[str] = field(default_factory=set)
    members: set[tuple[str, str]] = field(default_factory=set)
    channels: set[str] | None = field(default_factory=set)
    knows_life: bool = False  # the startup time was told, or refused
    knows_queues: bool = False
    is_complete: bool = False

    def take(self, message: Message) -> bool:
        """One message of the connection; True if it completes the snapshot."""
        if self.is_complete or _MARK not in message.raw or b"-snapshot-" not in message.raw:
            return False
        fields = message.fields()
        question = fields.get("ActionID", "").rpartition("-")[2]
        if question == "start" and "Response" in fields:
            self.knows_life = True
        elif question.startswith("queues"):
            self._take_queue(message.name, fields)
        elif question == "channels":
            self._take_channel(message.name, fields)
            self.is_complete = self.knows_queues and (
                message.name == b"CoreShowChannelsComplete" or self.channels is None
            )
        return self.is_complete

    def _take_queue(self, name: bytes, fields: dict[str, str]) -> None:
        if "Response" in fields:
            # Asked once more, because the first answer took long: the list begins anew.
            self.waiting, self.members, self.knows_queues = set(), set(), False
        elif name == b"QueueEntry" and fields.get("Uniqueid"):
            self.waiting.add(fields["Uniqueid"])
        elif name == b"QueueMember":
            self.members.add((fields.get("Location") or fields.get("Interface", ""), fields.get("Queue", "")))
        elif name == b"QueueStatusComplete":
            self.knows_queues = True

    def _take_channel(self, name: bytes, fields: dict[str, str]) -> None:
        if fields.get("Response") == "Error":
            self.channels = None
        elif name == b"CoreShowChannel" and self.channels is not None and fields.get("Uniqueid"):
            self.channels.add(fields["Uniqueid"])

    def living(self, switch: str) -> set[str]:
        """The calls that live: those in a queue, and of those known to talk the ones whose channel is there.

        A caller who waited before the gap, is in no queue now and still has a channel was answered, or sent
        elsewhere, while nobody listened: their wait is over, and what became of it is not known.
        """
        talking = set(
            FloorCall.objects.filter(switch=switch, stage=FloorStage.TALKING).values_list(
                "call_id", flat=True
            )
        )
        return self.waiting | (talking if self.channels is None else talking & self.channels)
