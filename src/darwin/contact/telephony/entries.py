"""From all the evidence of one call to its queue entries.

`derive_call` is a pure function of the SET of evidence: any order, any duplicates, any mixture of AMI
sessions and queue_log give the same entries. It goes in two steps. Each source is read by itself into
drafts (drafts.py): joinings, and what each later event says of the joining it belongs to. Then the drafts
of the two sources are matched by the time of joining and merged here: the stream of the switch, exact to
the microsecond, decides wherever it tells; the queue_log, in whole seconds, fills in what it does not."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from darwin.contact.telephony.drafts import Draft, Missed, read_drafts
from darwin.contact.telephony.events import WITHHELD, CallEvent, Entry, EventType, NoAnswer, Outcome

_MATCH_EXACT = timedelta(seconds=1.1)
"""A line of the log bears the whole second in which, or just before which, the stream saw the joining."""
_MATCH_COARSE = timedelta(seconds=2.2)
"""A joining that the stream knows only by a wait in whole seconds is off by a second more."""
_LAST = timedelta(days=1_000)
"""Sorts a match by circumstance behind every match by time."""
_SAME_RING = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call was announced before any queue. reason: arrived, or callback for one that the force placed."""

    queue: str | None
    at: datetime
    reason: str
    caller: str | None


@dataclass(slots=True)
class CallDerivation:
    """What the evidence of one call amounts to. entries: by queue and number; refusals are entries with
    number 0, one for each refusal. members: display name to interface, where the call's events name both."""

    entries: list[Entry] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)


def derive_entries(events: Iterable[CallEvent]) -> list[Entry]:
    """The queue entries and refusals of one call; see derive_call."""
    return derive_call(events).entries


def derive_call(events: Iterable[CallEvent]) -> CallDerivation:
    """All evidence of ONE call (one switch, one call_id) in, its entries, refusals and arrivals out."""
    evidence = _distinct(events)
    result = CallDerivation(arrivals=_arrivals(evidence))
    result.members = {e.member: e.agent for e in evidence if e.member and e.agent}
    caller = _caller(evidence)
    root = next((e.root_call_id for e in evidence if e.root_call_id), None)
    for queue in sorted({e.queue for e in evidence if e.queue}):
        of_queue = [e for e in evidence if e.queue == queue or e.queue is None]
        stream = read_drafts([e for e in of_queue if not _is_log(e)])
        log = read_drafts([e for e in of_queue if _is_log(e)])
        for draft in log:
            draft.name_agents(result.members)
        entries = [_entry(queue, draft) for draft in sorted(_merge(stream, log), key=_order)]
        for number, entry in enumerate(entries, 1):
            entry.entry_no = number
        result.entries += _refusals(of_queue, queue) + entries
    for entry in result.entries:
        entry.caller, entry.root_call_id = caller, root
        entry.call_id = next(e.call_id for e in evidence if e.call_id)
    return result


def _order(draft: Draft) -> tuple[datetime, int]:
    return draft.joined_at, draft.sequence


def _is_log(event: CallEvent) -> bool:
    return event.whole_seconds and event.type is not EventType.IN_SNAPSHOT


def _distinct(events: Iterable[CallEvent]) -> list[CallEvent]:
    """One of each id, in an order that depends on nothing but the evidence."""
    known: dict[str, CallEvent] = {}
    for event in events:
        other = known.get(event.event_id)
        if other is None or (event.at, event.sequence) < (other.at, other.sequence):
            known[event.event_id] = event
    return sorted(known.values(), key=lambda e: (e.at, e.sequence if e.whole_seconds else 0, e.event_id))


def _caller(evidence: list[CallEvent]) -> str | None:
    """The number, unless any event says that the caller withheld it."""
    numbers = [e.caller for e in evidence if e.caller is not None]
    return WITHHELD if WITHHELD in numbers else next(iter(numbers), None)


def _arrivals(evidence: list[CallEvent]) -> list[Arrival]:
    """One for each queue, the first: a call announced twice arrived once."""
    firsts: dict[str | None, Arrival] = {}
    for event in evidence:
        if event.type is EventType.OFFERED:
            firsts.setdefault(event.queue, Arrival(event.queue, event.at, event.reason, event.caller))
    return list(firsts.values())


def _refusals(evidence: list[CallEvent], queue: str) -> list[Entry]:
    moments: dict[datetime, CallEvent] = {}
    for event in evidence:
        if event.type is EventType.REFUSED:
            moments.setdefault(event.at, event)
    return [
        Entry(
            queue=queue,
            call_id=event.call_id or "",
            entry_no=0,
            outcome=Outcome.REFUSED,
            joined_at=at,
            left_at=at,
            reason=event.reason,
        )
        for at, event in sorted(moments.items())
    ]


def _merge(stream: list[Draft], log: list[Draft]) -> list[Draft]:
    """The drafts of both sources, those of the same joining made one. The order of joinings is kept in
    both."""
    pairs = _match(stream, log)
    merged = [_fill(draft, log[pairs[i]]) if i in pairs else draft for i, draft in enumerate(stream)]
    taken = set(pairs.values())
    return merged + [draft for i, draft in enumerate(log) if i not in taken]


def _match(stream: list[Draft], log: list[Draft]) -> dict[int, int]:
    """Which draft of the stream is which of the log: the nearest first, never crossing."""
    candidates = []
    for i, known in enumerate(stream):
        for j, line in enumerate(log):
            distance = abs(known.joined_at - line.joined_at)
            coarse = not known.exact or not line.seen_joining
            if known.approximate:
                if line.ends_after(known.joined_at):
                    candidates.append((_LAST + distance, i, j))
            elif distance <= (_MATCH_COARSE if coarse else _MATCH_EXACT):
                candidates.append((distance, i, j))
    pairs: dict[int, int] = {}
    for _, i, j in sorted(candidates):
        crosses = any((i - a) * (j - b) <= 0 for a, b in pairs.items())
        if not crosses:
            pairs[i] = j
    return pairs


def _fill(known: Draft, line: Draft) -> Draft:
    """What the stream tells, completed by the log. Nothing known is touched."""
    if not known.exact and line.seen_joining:
        known.joined_at, known.approximate = line.joined_at, False
    known.position = line.position if known.position is None else known.position
    if not known.is_decided:
        known.connected_at, known.connected_exact = line.connected_at, False
        known.reason, known.stated_wait_ms = line.reason, line.stated_wait_ms
        known.left_at = known.left_at or line.left_at
    elif known.stated_wait_ms is None:
        known.stated_wait_ms = line.stated_wait_ms
    if known.is_answered and line.is_answered:
        known.agent = known.agent or line.agent
        known.member = known.member or line.member
        if known.completed_at is None:
            known.completed_at, known.completed_exact = line.completed_at, False
            known.stated_talk_ms = line.stated_talk_ms
        known.ended_by = known.ended_by or line.ended_by
    for missed in line.missed:
        if not any(_same_ring(missed, other) for other in known.missed):
            known.missed.append(missed)
    return known


def _same_ring(line: Missed, seen: Missed) -> bool:
    same_handler = (line.member and line.member in (seen.member, seen.agent)) or (
        line.agent and line.agent == seen.agent
    )
    return bool(same_handler) and abs(line.at - seen.at) <= _SAME_RING


def _entry(queue: str, draft: Draft) -> Entry:
    wait_ms, wait_in_seconds = draft.wait()
    return Entry(
        queue=queue,
        call_id="",
        entry_no=0,
        outcome=draft.outcome,
        joined_at=draft.joined_at,
        left_at=draft.left_at or draft.connected_at,
        connected_at=draft.connected_at,
        completed_at=draft.completed_at,
        wait_ms=wait_ms,
        wait_in_seconds=wait_in_seconds,
        talk_ms=draft.talk_ms(),
        agent=draft.agent,
        member=draft.member,
        position=draft.position,
        queue_length=draft.queue_length,
        reason=draft.reason if draft.outcome is Outcome.EXPELLED else "",
        ended_by=draft.ended_by,
        no_answers=[
            NoAnswer(agent=m.agent, member=m.member, at=m.at, ring_ms=m.ring_ms)
            for m in sorted(draft.missed, key=lambda m: (m.at, m.agent or "", m.member or ""))
        ],
    )
