"""One source's evidence of one call in one queue, read into drafts of entries.

An event says which joining it belongs to by its own time less the wait it states (HoldTime), in whole
seconds. So no event is tied to a joining merely because it is the last one seen: across a gap in the stream
the caller may have left, come back and left again, and then the stated wait tells that this joining was
never seen."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from darwin.contact.telephony.events import EXPULSIONS, CallEvent, EventType, Outcome

_OUTCOMES = dict.fromkeys(EXPULSIONS, Outcome.EXPELLED) | {
    "key": Outcome.CALLBACK_REQUESTED,
    "abandoned": Outcome.ABANDONED,
}
_STRENGTH = {reason: rank for rank, reason in enumerate(("unknown", "answered", *reversed(_OUTCOMES)))}

_STATED = timedelta(seconds=1.6)
"""A stated wait is a difference of two whole seconds (under 1 s off either way); the rest is the lag of a
receive time, of a clock read once in 4 ms, and of leaving before the wait was read."""
_STATED_TWICE = timedelta(seconds=2.6)
"""The same for a time less two stated durations (talk and hold)."""
_DISORDER = timedelta(milliseconds=50)
"""How far two events of one switch may be out of order."""
_SAME_MOMENT = timedelta(seconds=1)
_CAME_BACK = timedelta(seconds=1.5)
"""A caller in a snapshot whose receipt less Wait is later than the known joining by more has left and come
back."""
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class Missed:
    agent: str | None
    member: str | None
    at: datetime
    ring_ms: int | None


@dataclass(slots=True)
class Draft:
    """One joining and what is known of it. exact: the joining itself was seen, to the microsecond.
    seen_joining: it was seen, in whatever precision, and not worked out from a wait. approximate: no more
    is known than that the caller was there."""

    joined_at: datetime
    exact: bool = False
    seen_joining: bool = False
    approximate: bool = False
    sequence: int = 0
    position: int | None = None
    queue_length: int | None = None
    connected_at: datetime | None = None
    connected_exact: bool = False
    left_at: datetime | None = None
    left_exact: bool = False
    completed_at: datetime | None = None
    completed_exact: bool = False
    stated_wait_ms: int | None = None
    stated_talk_ms: int | None = None
    agent: str | None = None
    member: str | None = None
    reason: str = ""
    completion: str = ""
    ended_by: str = ""
    missed: list[Missed] = field(default_factory=list)

    @property
    def is_answered(self) -> bool:
        return self.connected_at is not None

    @property
    def is_decided(self) -> bool:
        return self.outcome is not Outcome.UNKNOWN

    @property
    def outcome(self) -> Outcome:
        return Outcome.ANSWERED if self.is_answered else _OUTCOMES.get(self.reason, Outcome.UNKNOWN)

    def ends_after(self, at: datetime) -> bool:
        """Was the caller, for all that is known, still waiting at this moment?"""
        end = self.connected_at or self.left_at
        return end is None or end >= at - _STATED

    def wait(self) -> tuple[int | None, bool]:
        """Milliseconds from joining to connection or leaving, and whether known in whole seconds only. The
        joining and the end seen to the microsecond give it exactly; else it is what the switch stated."""
        if not self.is_decided:
            return None, False
        end, exact_end = (
            (self.connected_at, self.connected_exact) if self.is_answered else (self.left_at, self.left_exact)
        )
        if end and self.exact and exact_end:
            return max(0, round((end - self.joined_at) / _MILLISECOND)), False
        if self.stated_wait_ms is not None:
            return round(self.stated_wait_ms / 1000) * 1000, True
        if end is None or self.approximate:
            return None, False
        return max(0, round((end - self.joined_at).total_seconds())) * 1000, True

    def talk_ms(self) -> int | None:
        """The handler's own part, AgentConnect to AgentComplete."""
        if not self.connected_at or not self.completed_at:
            return None
        if (self.connected_exact and self.completed_exact) or self.stated_talk_ms is None:
            return max(0, round((self.completed_at - self.connected_at) / _MILLISECOND))
        return self.stated_talk_ms

    def name_agents(self, members: dict[str, str]) -> None:
        """Give the interface of those whom this source knows by display name alone."""
        self.agent = self.agent or members.get(self.member or "")
        for missed in self.missed:
            missed.agent = missed.agent or members.get(missed.member or "")

    def began_before(self, event: CallEvent) -> bool:
        if event.whole_seconds:
            return (self.joined_at, self.sequence) <= (event.at, event.sequence)
        return self.joined_at <= event.at + _DISORDER


def read_drafts(events: list[CallEvent]) -> list[Draft]:
    """The drafts of one source's events (sorted by time), in order of joining."""
    drafts: list[Draft] = []
    by_type: dict[EventType, list[CallEvent]] = {}
    for event in events:
        by_type.setdefault(event.type, []).append(event)
    for event in sorted(by_type.get(EventType.QUEUED, []), key=lambda e: e.at_source != "switch"):
        _join(drafts, event)
    for event in by_type.get(EventType.IN_SNAPSHOT, []):
        _find_waiting(drafts, event)
    for event in by_type.get(EventType.CONNECTED, []):
        _connect(drafts, event)
    leavings = by_type.get(EventType.LEFT, [])
    for event in sorted(leavings, key=lambda e: (-_STRENGTH.get(e.reason, 0), e.at, e.event_id)):
        _leave(drafts, event)
    endings = by_type.get(EventType.COMPLETED, []) + by_type.get(EventType.TRANSFERRED, [])
    for event in endings:
        if event.type is EventType.COMPLETED or event.talk_ms is not None:
            _complete(drafts, event)
    for event in endings:
        if event.type is EventType.TRANSFERRED and event.talk_ms is None:
            _transfer(drafts, event)
    for event in by_type.get(EventType.NO_ANSWER, []):
        _miss(drafts, event)
    return sorted(drafts, key=lambda draft: (draft.joined_at, draft.sequence))


def _join(drafts: list[Draft], event: CallEvent) -> None:
    """Two recordings of the same joining without the switch's Timestamp differ by their receive times."""
    if not event.whole_seconds:
        apart = _SAME_MOMENT if event.at_source == "receive" else timedelta(0)
        if any(abs(draft.joined_at - event.at) <= apart for draft in drafts):
            return
    draft = Draft(event.at, exact=not event.whole_seconds, seen_joining=True)
    draft.sequence = event.sequence if event.whole_seconds else 0
    draft.position, draft.queue_length = event.position, event.queue_length
    drafts.append(draft)


def _find_waiting(drafts: list[Draft], event: CallEvent) -> None:
    """A caller found in a snapshot. Where the moment of the snapshot is uncertain it adds a joining only if
    there is none, because it can never show that the caller came back."""
    if event.wait_ms is None:
        if not drafts:
            drafts.append(Draft(event.at, approximate=True, position=event.position))
        return
    if not any(abs(draft.joined_at - event.at) <= _CAME_BACK for draft in drafts):
        drafts.append(Draft(event.at))


def _stated(event: CallEvent) -> datetime | None:
    return None if event.wait_ms is None else event.at - timedelta(milliseconds=event.wait_ms)


def _nearest(drafts: list[Draft], joined: datetime, tolerance: timedelta) -> Draft | None:
    """The draft of this joining; else the caller who was there when nobody knew since when, and now is known
    to have joined then."""
    near = [draft for draft in drafts if abs(draft.joined_at - joined) <= tolerance]
    if near:
        return min(near, key=lambda draft: abs(draft.joined_at - joined))
    draft = next((draft for draft in drafts if draft.approximate), None)
    if draft:
        draft.joined_at, draft.approximate = joined, False
    return draft


def _is_this_connection(draft: Draft, event: CallEvent) -> bool:
    """Already known from another recording, or from the same one read twice."""
    if draft.connected_at is None or (draft.agent, draft.member) != (event.agent, event.member):
        return False
    return abs(draft.connected_at - event.at) <= (timedelta(0) if event.whole_seconds else _SAME_MOMENT)


def _connect(drafts: list[Draft], event: CallEvent) -> None:
    joined = _stated(event)
    begun = [draft for draft in drafts if draft.began_before(event)]
    if any(_is_this_connection(draft, event) for draft in begun):
        return
    open_drafts = [draft for draft in begun if draft.connected_at is None]
    draft = _nearest(open_drafts, joined, _STATED) if joined else next(reversed(open_drafts), None)
    if draft is None:
        if joined is None:
            return
        draft = Draft(joined)
        drafts.append(draft)
    draft.connected_at, draft.connected_exact = event.at, not event.whole_seconds
    draft.agent, draft.member = event.agent, event.member
    draft.stated_wait_ms = event.wait_ms


def _leave(drafts: list[Draft], event: CallEvent) -> None:
    """The strongest word comes first: what the switch said of an exit stands over a hang-up, and anything
    over unknown, which is only the end of what was seen."""
    joined = _stated(event)
    begun = [draft for draft in drafts if draft.began_before(event)]
    draft = None
    if joined is not None:
        draft = _nearest(begun, joined, _STATED)
        if draft is None and event.reason != "answered":
            draft = Draft(joined)
            drafts.append(draft)
    elif event.whole_seconds:
        draft = next((d for d in reversed(begun) if d.connected_at is None and d.left_at is None), None)
    if draft is None:
        return
    if draft.left_at is None:
        draft.left_at, draft.left_exact = event.at, not event.whole_seconds
    if not draft.reason and event.reason in _OUTCOMES:
        draft.reason = event.reason
        if draft.stated_wait_ms is None:
            draft.stated_wait_ms = event.wait_ms


def _same_handler(draft: Draft, event: CallEvent) -> bool:
    if draft.agent and event.agent:
        return draft.agent == event.agent
    return not (draft.member and event.member) or draft.member == event.member


def _complete(drafts: list[Draft], event: CallEvent) -> None:
    """The end of a talk, which also proves that it began: at its time less TalkTime, after HoldTime."""
    begun = [draft for draft in drafts if draft.began_before(event) and _same_handler(draft, event)]
    talks = [draft for draft in begun if draft.connected_at]
    if event.talk_ms is None or event.wait_ms is None:
        draft = talks[-1] if talks else None
    else:
        connected = event.at - timedelta(milliseconds=event.talk_ms)
        near = [d for d in talks if d.connected_at and abs(d.connected_at - connected) <= _STATED]
        draft = near[-1] if near else _answered_unseen(drafts, begun, event, connected)
    if draft is None or draft.completed_at:
        return
    draft.completed_at, draft.completed_exact = event.at, not event.whole_seconds
    draft.stated_talk_ms = event.talk_ms
    if event.type is EventType.TRANSFERRED:
        draft.ended_by = f"{event.reason}_transfer"
    else:
        draft.completion = event.reason
        draft.ended_by = event.reason if event.reason in ("caller", "agent") else ""


def _answered_unseen(drafts: list[Draft], begun: list[Draft], event: CallEvent, connected: datetime) -> Draft:
    joined = connected - timedelta(milliseconds=event.wait_ms or 0)
    waiting = [draft for draft in begun if not draft.is_decided]
    draft = _nearest(waiting, joined, _STATED_TWICE)
    if draft is None:
        draft = Draft(joined)
        drafts.append(draft)
    draft.connected_at, draft.agent, draft.member = connected, event.agent, event.member
    draft.stated_wait_ms = event.wait_ms
    return draft


def _transfer(drafts: list[Draft], event: CallEvent) -> None:
    """How a talk ended. It ends one by itself where AgentComplete was not seen, if it names the handler."""
    for draft in sorted(drafts, key=lambda d: d.joined_at, reverse=True):
        if not draft.connected_at or draft.connected_at > event.at + _DISORDER:
            continue
        if not _same_handler(draft, event):
            continue
        if draft.completed_at:
            if draft.completion == "transfer" and abs(draft.completed_at - event.at) <= _SAME_MOMENT:
                draft.ended_by = f"{event.reason}_transfer"
        elif event.agent:
            draft.completed_at, draft.completed_exact = event.at, True
            draft.ended_by = f"{event.reason}_transfer"
        return


def _miss(drafts: list[Draft], event: CallEvent) -> None:
    waiting = [draft for draft in drafts if draft.began_before(event) and draft.ends_after(event.at)]
    if not waiting:
        return
    draft = max(waiting, key=lambda d: (d.joined_at, d.sequence))
    missed = Missed(event.agent, event.member, event.at, event.ring_ms)
    if missed not in draft.missed:
        draft.missed.append(missed)
