"""Check the events that an adapter made, before any of them is sent: one JSON object a line.

Faults are what Darwin would reject or what would make its figures wrong. Notes are what Darwin puts up with.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from darwin.contact.telephony.delivered.reading import Delivery, read_delivery
from darwin.contact.telephony.delivered.types import HEARTBEAT, SNAPSHOT, stored_id
from darwin.contact.telephony.entries import derive_call
from darwin.contact.telephony.events import CallEvent, Entry, EventType, Outcome
from darwin.contact.telephony.position import Stage, position_of
from darwin.errors import DarwinError

_SWITCH = "adapter"
_AGREES_WITHIN = timedelta(seconds=1.6)
"""A stated wait may be a difference of two whole seconds (contact.telephony.drafts)."""
_HEARD_EVERY = timedelta(seconds=15)
_MOST_SHOWN = 20


@dataclass(slots=True)
class QueueFigures:
    """What comes of the events for one queue. Waits and talks in milliseconds."""

    queue: str
    outcomes: Counter[str] = field(default_factory=Counter)
    living: int = 0
    waits: list[int] = field(default_factory=list)
    talks: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Checked:
    """What was found in a file: each fault and note a sentence with its line."""

    lines: int = 0
    events: int = 0
    calls: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    figures: list[QueueFigures] = field(default_factory=list)


def check_file(path: Path, again: Path | None = None) -> Checked:
    """Check the file of an adapter. again: what it made of the same calls a second time, to see that its
    identifiers are stable. Raises DarwinError if a file cannot be read or is empty."""
    numbered = _read(path)
    checked = Checked(lines=len(numbered))
    items = [item for _, item in numbered]
    place = dict(enumerate(number for number, _ in numbered))
    delivery = read_delivery(items, switch=_SWITCH, now=_latest(items))
    for one in delivery.rejected:
        checked.faults.append(f"Line {place[one.index]}: {one.reason}")
    checked.notes += delivery.warnings
    checked.events = len(delivery.events)
    lines = {event_id: place[index] for event_id, index in delivery.index_of.items()}
    checked.faults += _reused(delivery, lines)
    if again is not None:
        checked.faults += _unstable(delivery, again)
    checked.notes += _order(delivery.events, lines)
    checked.notes += _silences(items)
    calls = _by_call(delivery.events)
    checked.calls = len(calls)
    for call_id, events in calls.items():
        checked.faults += _of_call(call_id, events, lines, checked.notes)
    checked.figures = _figures(calls)
    return checked


def _read(path: Path) -> list[tuple[int, Any]]:
    try:
        text = path.read_text("utf-8")
    except OSError as problem:
        raise DarwinError(f"The file {path} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise DarwinError(f"The file {path} is not UTF-8. Write each event as one line of JSON.") from None
    found: list[tuple[int, Any]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found.append((number, json.loads(line)))
            except ValueError:
                raise DarwinError(
                    f"Line {number} of {path.name} is not JSON. Write each event as one line of JSON."
                ) from None
    if not found:
        raise DarwinError(f"The file {path.name} holds no event.")
    return found


def _latest(items: Iterable[Any]) -> datetime:
    """The last moment of the file stands for now: a file of last year is judged like one of today."""
    latest = datetime.min.replace(tzinfo=UTC)
    for item in items:
        try:
            moment = datetime.fromisoformat(item["at"])
            latest = max(latest, moment.astimezone(UTC) if moment.tzinfo else latest)
        except (TypeError, KeyError, ValueError, OverflowError):
            continue
    return latest if latest.year > 1 else datetime(2000, 1, 1, tzinfo=UTC)


def _own(event_id: str) -> str:
    return event_id.removeprefix(stored_id(_SWITCH, ""))


def _reused(delivery: Delivery, lines: dict[str, int]) -> Iterator[str]:
    """Faults: one identifier for two different events. Told twice is no fault."""
    first: dict[str, CallEvent] = {}
    for event in delivery.events:
        if first.setdefault(event.event_id, event) != event:
            yield (
                f"The event_id {_own(event.event_id)} of line {lines[event.event_id]} is used again for "
                "another event. An identifier stands for one event for ever."
            )


def _unstable(delivery: Delivery, again: Path) -> Iterator[str]:
    """Faults: the same calls read a second time give other identifiers or another content."""
    items = [item for _, item in _read(again)]
    second = read_delivery(items, switch=_SWITCH, now=_latest(items))
    ours = {event.event_id: event for event in delivery.events}
    theirs = {event.event_id: event for event in second.events}
    strange = sorted(ours.keys() ^ theirs.keys())
    if strange:
        yield (
            f"{len(strange):,} identifiers are in one file only, such as {_own(strange[0])}: made from the "
            "same calls they must be the same, or what is sent again is counted twice."
        )
    other = [
        event_id for event_id in sorted(ours.keys() & theirs.keys()) if ours[event_id] != theirs[event_id]
    ]
    if other:
        yield f"{len(other):,} identifiers stand for other events in {again.name}, such as {_own(other[0])}."


def _order(events: list[CallEvent], lines: dict[str, int]) -> Iterator[str]:
    """A note if the events are not in order of time; Darwin takes any order."""
    back = [(a, b) for a, b in pairwise(events) if b.at < a.at]
    if back:
        worst = max(back, key=lambda pair: pair[0].at - pair[1].at)
        yield (
            f"{len(back):,} events are earlier than the one before them, at most by "
            f"{(worst[0].at - worst[1].at).total_seconds():.3f} s (line {lines[worst[1].event_id]}). "
            "Darwin takes any order, but a switch's own stream is usually in order."
        )


def _silences(items: list[Any]) -> Iterator[str]:
    """Notes on heartbeats: without them silence and a quiet line cannot be told apart."""
    beats = []
    covered = False
    for item in items:
        if isinstance(item, dict) and item.get("type") in (HEARTBEAT, SNAPSHOT):
            try:
                beats.append(datetime.fromisoformat(item["at"]))
            except (TypeError, KeyError, ValueError):
                continue
            covered |= "watching_since" in item
    if not beats:
        yield "There is no heartbeat: send one every 5 s, or a quiet line looks like a gap."
        return
    if not covered:
        yield "No heartbeat has watching_since: without it Darwin shows no figure of these calls as complete."
    gaps = [b - a for a, b in pairwise(sorted(beats)) if b - a > _HEARD_EVERY]
    if gaps:
        yield f"{len(gaps):,} times there is no heartbeat for more than {_HEARD_EVERY.total_seconds():.0f} s."


def _by_call(events: Iterable[CallEvent]) -> dict[str, list[CallEvent]]:
    calls: dict[str, list[CallEvent]] = defaultdict(list)
    for event in events:
        if event.call_id is not None:
            calls[event.call_id].append(event)
    return calls


def _of_call(call_id: str, events: list[CallEvent], lines: dict[str, int], notes: list[str]) -> Iterator[str]:
    """Faults of one call: joinings without an end, ends without a joining, durations that do not fit."""
    living = position_of(events)
    entries = derive_call(events).entries
    unseen = {event.queue for event in events} - {
        event.queue
        for event in events
        if event.type in (EventType.QUEUED, EventType.IN_SNAPSHOT, EventType.REFUSED, EventType.OFFERED)
    }
    for queue in sorted(queue for queue in unseen if queue):
        yield f"Call {call_id}: it did something in the queue {queue} without having joined it (call.queued)."
    for entry in entries:
        if entry.outcome is not Outcome.UNKNOWN or (living and living.queue == entry.queue):
            continue
        if any(event.reason == "unknown" and event.queue == entry.queue for event in events):
            continue
        yield (
            f"Call {call_id}: its joining {entry.entry_no} of {entry.queue} has no end, and it does not live "
            "at the end of the file."
        )
    if living is None and not entries and not any(e.type is EventType.OFFERED for e in events):
        notes.append(f"Call {call_id}: nothing comes of its events.")
    for event in events:
        yield from _of_durations(event, events, lines)


_BEGINS = {
    "wait_ms": (EventType.QUEUED, "it joined"),
    "talk_ms": (EventType.CONNECTED, "it was answered"),
}
_STATES = {
    EventType.CONNECTED: ("wait_ms",),
    EventType.LEFT: ("wait_ms",),
    EventType.COMPLETED: ("talk_ms",),
}


def _of_durations(event: CallEvent, events: list[CallEvent], lines: dict[str, int]) -> Iterator[str]:
    for name in _STATES.get(event.type, ()):
        stated = getattr(event, name)
        begins, words = _BEGINS[name]
        moments = [e.at for e in events if e.type is begins and e.queue == event.queue and e.at <= event.at]
        if stated is None or not moments:
            continue
        spans = [event.at - moment for moment in moments]
        told = timedelta(milliseconds=stated)
        if min(abs(span - told) for span in spans) <= _AGREES_WITHIN:
            continue
        seconds = any(abs(span - told * 1000) <= max(_AGREES_WITHIN, span * 0.1) for span in spans)
        yield (
            f"Line {lines[event.event_id]}: {name} is {stated:,}, but {words} "
            f"{min(spans).total_seconds():.1f} s before."
            + (" It seems to be in seconds; it must be milliseconds." if seconds else "")
        )


def _figures(calls: dict[str, list[CallEvent]]) -> list[QueueFigures]:
    found: dict[str, QueueFigures] = {}
    for events in calls.values():
        living = position_of(events)
        for entry in derive_call(events).entries:
            figures = found.setdefault(entry.queue, QueueFigures(entry.queue))
            lives = living is not None and living.queue == entry.queue and _is_open(entry, living.stage)
            figures.living += lives
            if not (lives and entry.outcome is Outcome.UNKNOWN):
                figures.outcomes[entry.outcome.value] += 1
            if entry.outcome is Outcome.ANSWERED and entry.wait_ms is not None:
                figures.waits.append(entry.wait_ms)
            if entry.talk_ms is not None:
                figures.talks.append(entry.talk_ms)
    return [found[queue] for queue in sorted(found)]


def _is_open(entry: Entry, stage: Stage) -> bool:
    if stage is Stage.TALKING:
        return entry.outcome is Outcome.ANSWERED and entry.completed_at is None
    return entry.outcome is Outcome.UNKNOWN


_WORDS = {
    Outcome.ANSWERED: "answered",
    Outcome.ABANDONED: "gave up",
    Outcome.CALLBACK_REQUESTED: "asked to be rung back",
    Outcome.EXPELLED: "ended by the switch",
    Outcome.REFUSED: "refused",
    Outcome.UNKNOWN: "not known how",
}


def as_text(checked: Checked) -> str:
    """What was found, for a person: faults, notes, then the figures of each queue."""
    said = [f"{checked.lines:,} lines, {checked.events:,} events of {checked.calls:,} calls."]
    for title, sentences in (("Faults", checked.faults), ("Notes", checked.notes)):
        if sentences:
            said += ["", f"{title} ({len(sentences):,}):"]
            said += [f"  {sentence}" for sentence in sentences[:_MOST_SHOWN]]
            if len(sentences) > _MOST_SHOWN:
                said.append(f"  and {len(sentences) - _MOST_SHOWN:,} more.")
    for figures in checked.figures:
        ends = [
            f"{words} {figures.outcomes[out]:,}" for out, words in _WORDS.items() if figures.outcomes[out]
        ]
        ends += [f"living {figures.living:,}"] if figures.living else []
        said += ["", f"Queue {figures.queue}: {', '.join(ends)}."]
        if figures.waits:
            waits = f"median {median(figures.waits) / 1000:.1f} s, longest {max(figures.waits) / 1000:.1f} s"
            said.append(f"  Wait of the answered: {waits}.")
        if figures.talks:
            said.append(f"  Talk: median {median(figures.talks) / 1000:.1f} s of {len(figures.talks):,}.")
    verdict = "No fault was found." if not checked.faults else "Darwin's figures would be wrong."
    return "\n".join([*said, "", verdict])
