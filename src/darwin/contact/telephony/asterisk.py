"""Asterisk's AMI stream turned into call events: one state machine for a switch, fed one message at a time.

It serves a recording and a live connection alike. The rules are those of docs/telephony.md; what the
switch's own pages leave open was read in Asterisk's app_queue.c and is said where it matters. How a caller
left a queue is decided by what FOLLOWS QueueCallerLeave; where the stream ends first, or a message in
between was spoiled, the reason is "unknown"."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from darwin.contact.telephony.ami import Spoiled
from darwin.contact.telephony.ami_events import SOURCE, EventMaker, Fields, milliseconds, seconds, whole
from darwin.contact.telephony.events import EXPULSIONS, CallEvent, EventType
from darwin.contact.telephony.leavings import Leaving, Leavings
from darwin.contact.telephony.reading import Coverage, Reading, Reject
from darwin.contact.telephony.recording import Item, Received, SessionBegan, SessionEnded, read_recording
from darwin.contact.telephony.talks import Completion, OpenTalks, Talk

_SIGNS_OF_LIFE = frozenset({b"BridgeEnter", b"DialBegin"})
_REFUSALS = frozenset({"FULL", "JOINEMPTY", "JOINUNAVAIL"})
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


class AsteriskAdapter:
    """Messages of one switch in, call events out. `switch` names it in every event's id."""

    def __init__(self, switch: str = "asterisk") -> None:
        self._make = EventMaker(switch)
        self._talks = OpenTalks()
        self._leavings = Leavings()
        self._states: dict[tuple[str, str], str] = {}
        self._members: Fields = {}
        self._handlers: dict[bytes, Callable[[Received, Fields], Iterable[CallEvent]]] = {
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

    @property
    def instance(self) -> str:
        """The identity of the switch's present life (its startup time); "" until it has told."""
        return self._make.instance

    # --- the session ---

    def begin_session(self) -> None:
        """A connection was opened. What was seen before it says nothing of what is seen now."""
        self._leavings = Leavings()
        self._states.clear()
        self._make.begin_session()

    def end_session(self) -> list[CallEvent]:
        """The connection ended: what is undecided stays unknown."""
        return self.lose()

    def lose(self) -> list[CallEvent]:
        """A message was spoiled: it may have been any, so nothing before it may be tied to what follows."""
        return list(self._left(self._leavings.tear()))

    def feed(self, received: Received) -> list[CallEvent]:
        """The events that this message completes."""
        name = received.message.name
        if name in _SIGNS_OF_LIFE and self._leavings.are_open:
            return list(self._sign_of_life(received.message.fields()))
        handler = self._handlers.get(name)
        if handler is not None:
            return list(handler(received, received.message.fields()))
        if received.message.raw.startswith(b"Response:") and b"CoreStartupTime" in received.message.raw:
            return list(self._core_status(received, received.message.fields()))
        return []

    def _core_status(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        """A changed startup time: another life of the switch. Every talk is over and nobody is logged on."""
        instance = f"{fields.get('CoreStartupDate', '')}T{fields.get('CoreStartupTime', '')}"
        if self._make.instance and instance != self._make.instance:
            self._talks.end_all()
            self._states.clear()
            for agent, member in sorted(self._members.items()):
                handler: dict[str, Any] = {"agent": agent, "member": member or None}
                yield self._make.make(received, EventType.AGENT_STATE, agent, **handler, reason="logged off")
        self._make.instance = instance

    # --- arriving, joining ---

    def _user_event(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        name, call_id = fields.get("UserEvent", ""), fields.get("Uniqueid")
        if not call_id:
            return
        if name in ("CallArrived", "CallbackAnswered"):
            if fields.get("CallerPres", "").startswith("prohib"):
                self._make.withhold(call_id)
            reason = "arrived" if name == "CallArrived" else "callback"
            yield self._make.make(
                received, EventType.OFFERED, call_id, **self._make.of_call(fields), reason=reason
            )
        elif name == "QueueExit":
            yield from self._queue_exit(received, fields, call_id, fields.get("QueueStatus", ""))
        elif name == "CallbackRequested":
            yield from self._left(self._leavings.request_callback(call_id))

    def _queue_exit(
        self, received: Received, fields: Fields, call_id: str, status: str
    ) -> Iterator[CallEvent]:
        """The dialplan's word after Queue(): why the switch sent the caller away, or never let them in."""
        if status in _REFUSALS:
            yield from self._left(self._leavings.goes_on(call_id))
            yield self._make.make(
                received, EventType.REFUSED, call_id, **self._make.of_call(fields), reason=status
            )
        elif status in EXPULSIONS:
            yield from self._left(self._leavings.expel(call_id, status))

    def _join(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        call_id, queue = fields.get("Uniqueid"), fields.get("Queue")
        if not call_id or not queue:
            return
        yield from self._left(self._leavings.join(call_id, queue, received.at))
        yield self._make.make(
            received,
            EventType.QUEUED,
            f"{call_id}:{queue}",
            **self._make.of_call(fields),
            position=whole(fields.get("Position")),
            queue_length=whole(fields.get("Count")),
        )

    def _snapshot_entry(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        """A caller found waiting. Without a trustworthy receive time only the fact is told (wait_ms None)."""
        call_id, queue = fields.get("Uniqueid"), fields.get("Queue")
        wait = seconds(fields.get("Wait"))
        if not call_id or not queue or wait is None:
            return
        certain = received.certain
        joined = received.at - timedelta(seconds=wait)
        if certain and not self._leavings.find_waiting(call_id, queue, joined):
            return
        event = self._make.make(
            received,
            EventType.IN_SNAPSHOT,
            f"{call_id}:{queue}",
            discriminator="" if certain else "uncertain",
            **self._make.of_call(fields),
            position=whole(fields.get("Position")),
            priority=whole(fields.get("Priority")),
            wait_ms=wait * 1000 if certain else None,
            whole_seconds=True,
            at_source="derived",
        )
        yield replace(event, at=joined)

    # --- leaving ---

    def _leaving(self, received: Received, fields: Fields) -> Leaving | None:
        call_id, queue = fields.get("Uniqueid"), fields.get("Queue")
        if not call_id or not queue:
            return None
        return Leaving(
            call_id,
            queue,
            fields.get("Linkedid", ""),
            self._make.caller(fields),
            received,
            position=whole(fields.get("Position")),
            hold_s=seconds(fields.get("HoldTime")),
        )

    def _leave(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        leaving = self._leaving(received, fields)
        if leaving:
            yield from self._left(self._leavings.leave(leaving))

    def _abandon(self, received: Received, fields: Fields) -> Iterable[CallEvent]:
        leaving = self._leaving(received, fields)
        if leaving:
            self._leavings.abandon(leaving)
        return ()

    def _hangup_request(self, received: Received, fields: Fields) -> Iterable[CallEvent]:
        if call_id := fields.get("Uniqueid"):
            self._leavings.hangup_request(call_id)
        return ()

    def _sign_of_life(self, fields: Fields) -> Iterator[CallEvent]:
        """A caller whom somebody redirected out of the queue raised Abandon too, and talks to another."""
        call_id = fields.get("Uniqueid")
        if call_id and self._leavings.waits_for_word_of(call_id):
            yield from self._left(self._leavings.goes_on(call_id))

    def _hangup(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        if call_id := fields.get("Uniqueid"):
            yield from self._left(self._leavings.hangup(call_id))
            self._make.forget(call_id)

    def _left(self, decided: list[Leaving]) -> Iterator[CallEvent]:
        for leaving in decided:
            wait = leaving.wait_ms
            yield self._make.make(
                leaving.said,
                EventType.LEFT,
                f"{leaving.call_id}:{leaving.queue}",
                discriminator=f"{leaving.reason}:{'' if wait is None else wait}",
                queue=leaving.queue,
                call_id=leaving.call_id,
                root_call_id=leaving.root or None,
                caller=leaving.caller,
                position=leaving.position,
                wait_ms=wait,
                reason=leaving.reason,
            )

    # --- handlers ---

    def _ringing(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        if fields.get("Uniqueid"):
            subject = f"{fields['Uniqueid']}:{fields.get('Interface')}"
            yield self._make.make(
                received,
                EventType.RINGING,
                subject,
                **self._make.of_call(fields),
                **self._make.of_handler(fields),
            )

    def _no_answer(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        """RingTime in milliseconds. A ring that the caller's hanging-up ended is not one."""
        call_id = fields.get("Uniqueid")
        if call_id and not self._leavings.has_hung_up(call_id):
            yield self._make.make(
                received,
                EventType.NO_ANSWER,
                f"{call_id}:{fields.get('Interface')}",
                **self._make.of_call(fields),
                **self._make.of_handler(fields),
                ring_ms=whole(fields.get("RingTime")),
            )

    def _connect(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        call_id, queue, agent = fields.get("Uniqueid"), fields.get("Queue"), fields.get("Interface")
        if not call_id or not queue or not agent:
            return
        hold = seconds(fields.get("HoldTime"))
        yield from self._left(self._leavings.connect(call_id))
        root, member = fields.get("Linkedid", ""), fields.get("MemberName", "")
        channel = fields.get("DestUniqueid", "")
        self._talks.begin(Talk(queue, call_id, root, agent, member, received.at, hold, channel))
        yield self._make.make(
            received,
            EventType.CONNECTED,
            f"{call_id}:{agent}",
            **self._make.of_call(fields),
            **self._make.of_handler(fields),
            wait_ms=milliseconds(hold),
            ring_ms=milliseconds(seconds(fields.get("RingTime"))),
        )

    def _complete(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        """May lack the caller's channel (its snapshot is gone when the hang-up was quicker), and the
        handler's."""
        agent = fields.get("Interface")
        if not agent:
            return
        completion = Completion(
            at=received.at,
            agent=agent,
            queue=fields.get("Queue"),
            call_id=fields.get("Uniqueid"),
            handler_channel=fields.get("DestUniqueid"),
            linked=fields.get("DestLinkedid"),
            hold_s=seconds(fields.get("HoldTime")),
            talk_s=seconds(fields.get("TalkTime")),
        )
        talk = self._talks.end(completion)
        call_id = completion.call_id or (talk.call_id if talk else None)
        if call_id is None:
            return
        yield self._make.make(
            received,
            EventType.COMPLETED,
            f"{call_id}:{agent}",
            queue=fields.get("Queue") or None,
            call_id=call_id,
            root_call_id=fields.get("Linkedid") or (talk.root if talk else None) or None,
            caller=self._make.caller(fields) if completion.call_id else None,
            **self._make.of_handler(fields),
            wait_ms=milliseconds(completion.hold_s),
            talk_ms=milliseconds(completion.talk_s),
            reason=fields.get("Reason", ""),
        )

    # --- transfers ---

    def _blind_transfer(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        yield from self._transfer(received, fields, "blind", ("Transferee", "Transferer"))

    def _attended_transfer(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        """A three-way conference is no transfer: app_queue lets the talk go on."""
        if fields.get("DestType") != "Threeway":
            parties = ("Transferee", "TransferTarget", "OrigTransferer", "SecondTransferer")
            yield from self._transfer(received, fields, "attended", parties)

    def _transfer(
        self, received: Received, fields: Fields, reason: str, parties: tuple[str, ...]
    ) -> Iterator[CallEvent]:
        """The queue's caller is whichever party has an open talk. The handler is named only where their own
        channel is among the parties: a later transfer of the same caller, by the desk that took them, is
        not theirs."""
        if fields.get("Result", "Success") != "Success":
            return
        channels = [fields[f"{party}Uniqueid"] for party in parties if fields.get(f"{party}Uniqueid")]
        talk, is_handlers = self._talks.among(channels)
        if talk:
            agent, member = (talk.agent, talk.member) if is_handlers else (None, None)
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
        return self._make.make(
            received,
            EventType.TRANSFERRED,
            f"{call_id}:{reason}",
            discriminator=f"{agent or ''}:{queue or ''}",
            queue=queue,
            call_id=call_id,
            agent=agent,
            member=member or None,
            reason=reason,
        )

    # --- members ---

    def _member(self, received: Received, fields: Fields) -> Iterator[CallEvent]:
        """agent.state, when it changed. In a snapshot the interface is called Location and the member
        Name."""
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
        if self._states.get((queue, agent)) == state:
            return
        self._states[queue, agent] = state
        self._members[agent] = member or ""
        yield self._make.make(
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
            first = first or (item.at if item.certain else None)
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
