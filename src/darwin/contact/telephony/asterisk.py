"""Asterisk's AMI stream turned into call events: one state machine for a switch, fed one message at a time.

It serves a recording and a live connection alike. The rules are those of TELEPHONY.md; what that page leaves open
was read in Asterisk's app_queue.c and is said where it matters. How a caller left a queue is decided by what FOLLOWS
QueueCallerLeave; where the stream ends first, or a message in between was spoiled, the reason is "unknown".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from darwin.contact.telephony.ami import Spoiled
from darwin.contact.telephony.events import WITHHELD, CallEvent, EventType
from darwin.contact.telephony.numbers import canonical_number
from darwin.contact.telephony.reading import Coverage, Reading, Reject
from darwin.contact.telephony.recording import Item, Received, SessionBegan, SessionEnded, read_recording

SOURCE = "asterisk-ami"
EXPULSIONS = frozenset({"LEAVEEMPTY", "LEAVEUNAVAIL", "TIMEOUT", "WITHDRAW"})
REFUSALS = frozenset({"FULL", "JOINEMPTY", "JOINUNAVAIL"})
MEMBER_STATES = {
    "0": "unknown",
    "1": "idle",
    "2": "in use",
    "3": "busy",
    "4": "unusable",
    "5": "unavailable",
    "6": "ringing",
    "7": "ringing while in use",
    "8": "on hold",
}
OPEN_TALKS_OF_AN_INTERFACE = 8
"""Talks kept as possibly open for one interface; more can only be talks whose end was lost."""
UNDECIDED_LIMIT = 5_000
"""Leavings kept undecided. Only a client that may not read call events (so sees no Hangup) reaches it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_STATED_TALK_TOLERANCE = timedelta(seconds=1.6)
"""TalkTime and HoldTime are differences of whole seconds: each may be off by just under one second."""


@dataclass(slots=True)
class _Leaving:
    """A caller who is leaving a queue, until what follows says why."""

    queue: str
    root: str
    caller: str | None
    left_at: datetime | None = None
    abandoned_at: datetime | None = None
    position: int | None = None
    hold_s: int | None = None
    waited_ms: int | None = None
    hung_up: bool = False
    stamp: Received | None = None


@dataclass(slots=True)
class _Talk:
    """A handler and a caller who were joined, until AgentComplete."""

    queue: str
    call_id: str
    root: str
    agent: str
    member: str
    connected_at: datetime
    hold_s: int | None
    handler_channel: str


@dataclass(slots=True)
class _Seen:
    """What one session has seen: cleared when the stream is torn, because what happened meanwhile is unknown."""

    joined: dict[tuple[str, str], datetime] = field(default_factory=dict)
    hung_up: set[str] = field(default_factory=set)
    leaving: dict[str, _Leaving] = field(default_factory=dict)
    members: dict[tuple[str, str], str] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)


def _seconds(text: str | None) -> int | None:
    """A whole number of a field; None where it is absent or no number."""
    if text is None or not text.isdecimal() or len(text) > 9:
        return None
    return int(text)


def _epoch(at: datetime) -> str:
    since = at - _EPOCH
    return f"{since.days * 86_400 + since.seconds}.{since.microseconds:06}"


def _thousand(value: int | None) -> int | None:
    return None if value is None else value * 1000


class AsteriskAdapter:
    """Messages of one switch in, call events out. `switch` names it in every event's id."""

    def __init__(self, switch: str = "asterisk") -> None:
        self._switch = switch
        self._instance = ""
        self._prohibited: set[str] = set()
        self._talks: dict[str, list[_Talk]] = {}
        self._seen = _Seen()
        self._handlers: dict[bytes, Callable[[Received, dict[str, str]], Iterator[CallEvent]]] = {
            b"UserEvent": self._user_event,
            b"QueueCallerJoin": self._join,
            b"QueueCallerLeave": self._leave,
            b"QueueCallerAbandon": self._abandon,
            b"AgentCalled": self._ringing,
            b"AgentRingNoAnswer": self._no_answer,
            b"AgentConnect": self._connect,
            b"AgentComplete": self._complete,
            b"BlindTransfer": self._blind_transfer,
            b"AttendedTransfer": self._attended_transfer,
            b"HangupRequest": self._hangup_request,
            b"Hangup": self._hangup,
            b"QueueEntry": self._snapshot_entry,
            b"QueueMember": self._member,
            b"QueueMemberStatus": self._member,
            b"QueueMemberPause": self._member,
            b"QueueMemberAdded": self._member,
            b"QueueMemberRemoved": self._member,
            b"QueueMemberPenalty": self._member,
        }

    # --- the session ---

    def begin_session(self) -> None:
        """A connection was opened. What was seen before it says nothing of what is seen now."""
        self._seen = _Seen()

    def end_session(self) -> list[CallEvent]:
        """The connection ended: what is undecided stays unknown."""
        events = self.lose()
        self._seen = _Seen()
        return events

    def lose(self) -> list[CallEvent]:
        """A message was spoiled: it may have been any, so nothing before it may be tied to what follows."""
        events = [event for call_id in list(self._seen.leaving) for event in self._decide_at_tear(call_id)]
        self._seen = _Seen(members=self._seen.members, repeats=self._seen.repeats)
        return events

    def feed(self, received: Received) -> list[CallEvent]:
        """The events that this message completes."""
        handler = self._handlers.get(received.message.name)
        if handler is not None:
            return list(handler(received, received.message.fields()))
        if received.message.raw.startswith(b"Response:") and b"CoreStartupTime" in received.message.raw:
            return list(self._core_status(received, received.message.fields()))
        return []

    def _core_status(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        """A changed startup time: another life of the switch. Every talk is over and nobody is logged on."""
        instance = f"{fields.get('CoreStartupDate', '')}T{fields['CoreStartupTime']}"
        if self._instance and instance != self._instance:
            agents = {(talk.agent, talk.member) for talks in self._talks.values() for talk in talks}
            self._talks.clear()
            for agent, member in sorted(agents):
                yield self._event(
                    received, EventType.AGENT_STATE, agent, agent=agent, member=member, reason="logged off"
                )
        self._instance = instance

    # --- making events ---

    def _event(
        self,
        received: Received,
        kind: EventType,
        subject: str,
        *,
        discriminator: str = "",
        **values: str | int | datetime | bool | None,
    ) -> CallEvent:
        """An event whose id says what the switch said: the same from every recording of the same switch. Where the
        switch gave no time, the receive time and the bytes stand in for it."""
        message = received.message
        if received.stamped:
            identity = f"ami:{self._switch}:{_epoch(received.at)}:{kind}:{subject}"
        else:
            digest = blake2b(message.raw, digest_size=8).hexdigest()
            identity = f"ami:{self._switch}:{self._instance}:{_epoch(received.at)}:{kind}:{digest}:{subject}"
            count = self._seen.repeats.get(identity, 0)
            self._seen.repeats[identity] = count + 1
            identity = f"{identity}:{count}"
        event = CallEvent(
            event_id=f"{identity}:{discriminator}" if discriminator else identity,
            source=SOURCE,
            type=kind,
            at=received.at,
            at_source="switch" if received.stamped else "receive",
            sequence=message.offset,
        )
        return replace(event, **values)  # type: ignore[arg-type]

    def _caller(self, fields: dict[str, str]) -> str | None:
        number = fields.get("CallerIDNum")
        if fields.get("Uniqueid") in self._prohibited:
            return WITHHELD
        return None if number is None else canonical_number(number)

    def _of_call(self, fields: dict[str, str]) -> dict[str, str | int | None]:
        return {
            "queue": fields.get("Queue") or None,
            "call_id": fields["Uniqueid"],
            "root_call_id": fields.get("Linkedid") or None,
            "caller": self._caller(fields),
        }

    # --- arriving, joining ---

    def _user_event(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        name, call_id = fields.get("UserEvent", ""), fields.get("Uniqueid")
        if not call_id:
            return
        if name in ("CallArrived", "CallbackAnswered"):
            if fields.get("CallerPres", "").startswith("prohib"):
                self._prohibited.add(call_id)
            reason = "arrived" if name == "CallArrived" else "callback"
            yield self._event(received, EventType.OFFERED, call_id, **self._of_call(fields), reason=reason)
        elif name == "QueueExit":
            yield from self._queue_exit(received, fields, call_id, fields.get("QueueStatus", ""))
        elif name == "CallbackRequested":
            leaving = self._seen.leaving.get(call_id)
            if leaving and leaving.left_at and not leaving.abandoned_at:
                yield from self._decide(call_id, "key")

    def _queue_exit(
        self, received: Received, fields: dict[str, str], call_id: str, status: str
    ) -> Iterator[CallEvent]:
        """The dialplan's word after Queue(): why the switch sent the caller away, or never let them in."""
        if status in REFUSALS:
            yield from self._resolve_by_life(call_id)
            yield self._event(received, EventType.REFUSED, call_id, **self._of_call(fields), reason=status)
        elif status in EXPULSIONS:
            leaving = self._seen.leaving.get(call_id)
            if leaving and leaving.left_at:
                yield from self._decide(call_id, status)

    def _join(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        call_id, queue = fields.get("Uniqueid"), fields.get("Queue")
        if not call_id or not queue:
            return
        yield from self._resolve_by_life(call_id)
        self._seen.hung_up.discard(call_id)
        self._seen.joined[call_id, queue] = received.at
        yield self._event(
            received,
            EventType.QUEUED,
            f"{call_id}:{queue}",
            **self._of_call(fields),
            position=_seconds(fields.get("Position")),
            queue_length=_seconds(fields.get("Count")),
        )

    def _snapshot_entry(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        """A caller found waiting. Without a trustworthy receive time only the fact is told (wait_ms None)."""
        call_id, queue = fields.get("Uniqueid"), fields.get("Queue")
        wait = _seconds(fields.get("Wait"))
        if not call_id or not queue or wait is None:
            return
        certain = received.at - received.since <= _SECOND
        joined = (received.at if certain else received.since) - timedelta(seconds=wait)
        known = self._seen.joined.get((call_id, queue))
        if known and abs(known - joined) <= _STATED_TALK_TOLERANCE:
            return
        if certain:
            self._seen.joined[call_id, queue] = joined
        event = self._event(
            received,
            EventType.IN_SNAPSHOT,
            f"{call_id}:{queue}",
            **self._of_call(fields),
            position=_seconds(fields.get("Position")),
            priority=_seconds(fields.get("Priority")),
            wait_ms=wait * 1000 if certain else None,
            whole_seconds=True,
            at_source="derived",
        )
        yield replace(event, at=joined)

    # --- leaving ---

    def _leaving(self, received: Received, fields: dict[str, str]) -> _Leaving | None:
        call_id, queue = fields.get("Uniqueid"), fields.get("Queue")
        if not call_id or not queue:
            return None
        leaving = self._seen.leaving.get(call_id)
        if leaving is None or leaving.queue != queue:
            leaving = _Leaving(queue, fields.get("Linkedid", ""), self._caller(fields))
            leaving.hung_up = call_id in self._seen.hung_up
            self._seen.leaving[call_id] = leaving
        leaving.stamp = leaving.stamp or received
        return leaving

    def _leave(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        leaving = self._leaving(received, fields)
        if leaving is None:
            return
        leaving.left_at = received.at
        leaving.stamp = received
        leaving.position = _seconds(fields.get("Position"))
        joined = self._seen.joined.pop((fields["Uniqueid"], leaving.queue), None)
        if joined:
            leaving.waited_ms = round((received.at - joined) / timedelta(milliseconds=1))
        if len(self._seen.leaving) > UNDECIDED_LIMIT:
            yield from self._decide_at_tear(next(iter(self._seen.leaving)))

    def _abandon(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        """Before the Leave as a rule; after it when a caller behind the first is expelled by leavewhenempty
        (app_queue.c, wait_our_turn); twice for one Leave when a call is lost just before it is connected."""
        leaving = self._leaving(received, fields)
        if leaving is not None:
            leaving.abandoned_at = received.at
            leaving.hold_s = _seconds(fields.get("HoldTime"))
        return
        yield

    def _hangup_request(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        call_id = fields.get("Uniqueid")
        if call_id:
            self._seen.hung_up.add(call_id)
        return
        yield

    def _hangup(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        call_id = fields.get("Uniqueid")
        if not call_id:
            return
        leaving = self._seen.leaving.get(call_id)
        if leaving:
            whole = leaving.left_at and leaving.abandoned_at
            yield from self._decide(call_id, "abandoned" if whole else "unknown")
        self._seen.hung_up.discard(call_id)
        self._prohibited.discard(call_id)
        for queue in [queue for known, queue in self._seen.joined if known == call_id]:
            del self._seen.joined[call_id, queue]

    def _resolve_by_life(self, call_id: str) -> Iterator[CallEvent]:
        """The call goes on after leaving, and nothing said why it left: not a hang-up, and no more is known."""
        if call_id in self._seen.leaving:
            yield from self._decide(call_id, "unknown")

    def _decide_at_tear(self, call_id: str) -> Iterator[CallEvent]:
        leaving = self._seen.leaving[call_id]
        told = leaving.hung_up and leaving.left_at and leaving.abandoned_at
        yield from self._decide(call_id, "abandoned" if told else "unknown")

    def _decide(self, call_id: str, reason: str) -> Iterator[CallEvent]:
        """call.left, once it is known how. wait_ms states which joining it ends: the switch's HoldTime (whole
        seconds), else what this session saw; without either the joining is not known."""
        leaving = self._seen.leaving.pop(call_id)
        stamp = leaving.stamp
        if stamp is None:
            return
        wait = leaving.waited_ms if leaving.hold_s is None else leaving.hold_s * 1000
        yield self._event(
            stamp,
            EventType.LEFT,
            f"{call_id}:{leaving.queue}",
            discriminator=f"{reason}:{'' if wait is None else wait}",
            queue=leaving.queue,
            call_id=call_id,
            root_call_id=leaving.root or None,
            caller=leaving.caller,
            position=leaving.position,
            wait_ms=wait,
            reason=reason,
        )

    # --- handlers ---

    def _of_handler(self, fields: dict[str, str]) -> dict[str, str | int | None]:
        return {"agent": fields.get("Interface") or None, "member": fields.get("MemberName") or None}

    def _ringing(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        if fields.get("Uniqueid"):
            subject = f"{fields['Uniqueid']}:{fields.get('Interface')}"
            yield self._event(
                received, EventType.RINGING, subject, **self._of_call(fields), **self._of_handler(fields)
            )

    def _no_answer(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        """RingTime in milliseconds. A ring that the caller's hanging-up ended is not one."""
        call_id = fields.get("Uniqueid")
        if call_id and call_id not in self._seen.hung_up:
            yield self._event(
                received,
                EventType.NO_ANSWER,
                f"{call_id}:{fields.get('Interface')}",
                **self._of_call(fields),
                **self._of_handler(fields),
                ring_ms=_seconds(fields.get("RingTime")),
            )

    def _connect(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        call_id, queue, agent = fields.get("Uniqueid"), fields.get("Queue"), fields.get("Interface")
        if not call_id or not queue or not agent:
            return
        hold = _seconds(fields.get("HoldTime"))
        leaving = self._seen.leaving.get(call_id)
        if leaving and leaving.left_at:
            yield from self._decide(call_id, "answered")
        talk = _Talk(
            queue,
            call_id,
            fields.get("Linkedid", ""),
            agent,
            fields.get("MemberName", ""),
            received.at,
            hold,
            fields.get("DestUniqueid", ""),
        )
        self._talks[agent] = [*self._talks.get(agent, []), talk][-OPEN_TALKS_OF_AN_INTERFACE:]
        yield self._event(
            received,
            EventType.CONNECTED,
            f"{call_id}:{agent}",
            **self._of_call(fields),
            **self._of_handler(fields),
            wait_ms=_thousand(hold),
            ring_ms=_thousand(_seconds(fields.get("RingTime"))),
        )

    def _complete(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        """May lack the caller's channel (its snapshot is gone when the hang-up was quicker), and the handler's."""
        agent = fields.get("Interface")
        if not agent:
            return
        talk = self._talk_of(received, fields, agent)
        call_id = fields.get("Uniqueid") or (talk.call_id if talk else None)
        if call_id is None:
            return
        if talk:
            self._talks[agent].remove(talk)
            if not self._talks[agent]:
                del self._talks[agent]
        yield self._event(
            received,
            EventType.COMPLETED,
            f"{call_id}:{agent}",
            queue=fields.get("Queue") or None,
            call_id=call_id,
            root_call_id=fields.get("Linkedid") or (talk.root if talk else None) or None,
            caller=self._caller(fields) if fields.get("Uniqueid") else None,
            **self._of_handler(fields),
            wait_ms=_thousand(_seconds(fields.get("HoldTime"))),
            talk_ms=_thousand(_seconds(fields.get("TalkTime"))),
            reason=fields.get("Reason", ""),
        )

    def _talk_of(self, received: Received, fields: dict[str, str], agent: str) -> _Talk | None:
        """The talk that an AgentComplete ends: by the caller's Uniqueid, the handler's channel, DestLinkedid, else
        the interface's only open talk. What TalkTime and HoldTime contradict is another talk."""
        talks = [talk for talk in self._talks.get(agent, []) if self._agrees(talk, received, fields)]
        call_id, channel, linked = (fields.get(key) for key in ("Uniqueid", "DestUniqueid", "DestLinkedid"))
        for matching in (
            [talk for talk in talks if call_id and talk.call_id == call_id],
            [talk for talk in talks if not call_id and channel and talk.handler_channel == channel],
            [talk for talk in talks if not call_id and linked and linked in (talk.root, talk.call_id)],
        ):
            if matching:
                return matching[-1]
        return talks[0] if len(talks) == 1 and not call_id else None

    def _agrees(self, talk: _Talk, received: Received, fields: dict[str, str]) -> bool:
        if fields.get("Queue") not in (None, talk.queue):
            return False
        hold, stated = _seconds(fields.get("HoldTime")), _seconds(fields.get("TalkTime"))
        if hold is not None and talk.hold_s is not None and abs(hold - talk.hold_s) > 1:
            return False
        if stated is None:
            return True
        return abs(received.at - talk.connected_at - timedelta(seconds=stated)) <= _STATED_TALK_TOLERANCE

    # --- transfers ---

    def _blind_transfer(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        yield from self._transfer(received, fields, "blind", ("Transferee", "Transferer"))

    def _attended_transfer(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        """A three-way conference is no transfer: app_queue lets the talk go on."""
        if fields.get("DestType") != "Threeway":
            parties = ("Transferee", "TransferTarget", "OrigTransferer", "SecondTransferer")
            yield from self._transfer(received, fields, "attended", parties)

    def _transfer(
        self, received: Received, fields: dict[str, str], reason: str, parties: tuple[str, ...]
    ) -> Iterator[CallEvent]:
        """The queue's caller is whichever party has an open talk. The handler is named only where their own channel is
        among the parties: a later transfer of the same caller, by the desk that took them, is not theirs."""
        if fields.get("Result", "Success") != "Success":
            return
        channels = [fields[f"{party}Uniqueid"] for party in parties if fields.get(f"{party}Uniqueid")]
        talks = [talk for talks in self._talks.values() for talk in talks]
        theirs = [talk for talk in talks if talk.handler_channel and talk.handler_channel in channels]
        of_caller = [talk for talk in talks if talk.call_id in channels]
        talk = next(iter(theirs or of_caller), None)
        if talk:
            agent, member = (talk.agent, talk.member) if theirs else (None, None)
            yield self._transferred(received, reason, talk.call_id, talk.queue, agent, member)
        elif caller := fields.get("TransfereeUniqueid"):
            yield self._transferred(received, reason, caller, None, None, None)

    def _transferred(
        self,
        received: Received,
        reason: str,
        call_id: str,
        queue: str | None,
        agent: str | None,
        member: str | None,
    ) -> CallEvent:
        return self._event(
            received,
            EventType.TRANSFERRED,
            f"{call_id}:{reason}",
            discriminator=agent or "",
            queue=queue,
            call_id=call_id,
            agent=agent,
            member=member or None,
            reason=reason,
        )

    # --- members ---

    def _member(self, received: Received, fields: dict[str, str]) -> Iterator[CallEvent]:
        """agent.state, when it changed. In a snapshot the interface is called Location and the member Name."""
        agent = fields.get("Interface") or fields.get("Location")
        member = fields.get("MemberName") or fields.get("Name")
        queue = fields.get("Queue")
        if not agent or not queue:
            return
        if received.message.name == b"QueueMemberRemoved":
            state = "logged off"
        elif fields.get("Paused") == "1":
            state = f"paused: {fields['PausedReason']}" if fields.get("PausedReason") else "paused"
        else:
            state = MEMBER_STATES.get(fields.get("Status", ""), "unknown")
        if self._seen.members.get((queue, agent)) == state:
            return
        self._seen.members[queue, agent] = state
        yield self._event(
            received,
            EventType.AGENT_STATE,
            f"{queue}:{agent}:{state}",
            queue=queue,
            agent=agent,
            member=member or None,
            reason=state,
        )


def events_of_recording(
    path: Path, index: Path | None = None, *, switch: str = "asterisk", reading: Reading | None = None
) -> Iterator[CallEvent]:
    """The call events of a recording, in the order of the stream; `reading` is filled meanwhile.

    Raises DarwinError as read_recording does.
    """
    yield from events_of_items(read_recording(path, index), switch=switch, reading=reading or Reading())


def events_of_items(
    items: Iterator[Item],
    *,
    switch: str = "asterisk",
    reading: Reading,
    adapter: AsteriskAdapter | None = None,
) -> Iterator[CallEvent]:
    """The call events of the items of any stream."""
    adapter = adapter or AsteriskAdapter(switch)
    first: datetime | None = None
    for item in items:
        if isinstance(item, Received):
            reading.rows_read += 1
            reading.bytes_read = item.message.end
            first = first or (item.at if item.stamped or item.at == item.since else None)
            events = adapter.feed(item)
            if not events:
                reading.ignored += 1
            yield from events
        elif isinstance(item, Spoiled):
            reading.rows_read += 1
            reading.rejects.append(Reject(item.offset, "byte", item.reason))
            yield from adapter.lose()
        elif isinstance(item, SessionBegan):
            adapter.begin_session()
            first = item.at
        elif isinstance(item, SessionEnded):
            yield from adapter.end_session()
            if first and item.at:
                reading.coverages.append(Coverage(SOURCE, first, item.at))
