"""One row of a mapped log, read into a call: the only place where the log's meaning is decided."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from darwin.contact.imports.mapping import Mapping
from darwin.contact.imports.moments import MomentFormat, moment_of, seconds_of_day
from darwin.contact.models.leg_kinds import LegKind
from darwin.contact.records import CallRecord, LegRecord, fingerprint_of
from darwin.contact.telephony.events import Outcome

_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
LONGEST_MS = 2_147_483_647  # what the database column holds: 24 days
LONGEST_KEY = 200
LONGEST_NAME = 120


class BrokenRow(ValueError):
    """A row that cannot be read. The text names the column and what was expected, never the value."""


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A row that was read: its call, or None where a rule leaves it out."""

    call: CallRecord | None


class RowReader:
    """Reads the rows of one file; `flags` counts what was odd but readable."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        self.mapping = mapping
        self.flags: Counter[str] = Counter()
        self._place = {name: index for index, name in enumerate(header)}
        self._checks = [
            (self._place[name], name, self._reader(kind))
            for name, kind in mapping.kinds.items()
            if kind != "text or empty"
        ]
        self._known: dict[tuple[str, str], Any] = {}

    def read(self, fields: list[str]) -> ReadCall:
        """The call in a row. Raises BrokenRow."""
        fields = [field.strip() for field in fields]
        values: dict[str, Any] = {}
        for place, name, reader in self._checks:
            values[name] = reader(fields[place], name)
        outcome = self._outcome(fields)
        if outcome is None:
            return ReadCall(None)
        moments = self._moments(fields, values)
        return ReadCall(self._call(fields, values, outcome, moments))

    def _reader(self, kind: str) -> Callable[[str, str], Any]:
        mapping = self.mapping
        return {
            "text": _text,
            "whole number": _whole_number,
            "whole number or empty": lambda text, name: _whole_number(text, name) if text else None,
            "date": lambda text, name: self._once("date", mapping.date_format, text, name),
            "time": lambda text, name: self._once("time", mapping.time_format, text, name),
            "moment": lambda text, name: self._once("moment", mapping.moment_format, text, name),
        }[kind]

    def _once(self, kind: str, written: MomentFormat | None, text: str, name: str) -> Any:
        """Dates and times repeat: each is read once. The store is bounded so that memory stays flat."""
        try:
            return self._known[kind, text]
        except KeyError:
            pass
        if len(self._known) > 200_000:
            self._known.clear()
        value = None
        if kind == "date" or text not in self.mapping.nulls:
            parts = written.parts(text) if written else None
            if parts is not None:
                value = seconds_of_day(parts) if kind == "time" else moment_of(parts, self.mapping.zone)
            if value is None:
                raise BrokenRow(f"the column “{name}” holds no {kind} in the mapping's format")
        self._known[kind, text] = value
        return value

    def _outcome(self, fields: list[str]) -> Outcome | None:
        """What became of the call; None where a rule of the mapping leaves the row out."""
        for column, words in self.mapping.ignore:
            if fields[self._place[column]] in words:
                return None
        outcome = self.mapping.outcomes.get(fields[self._place[self.mapping.outcome_column]])
        if outcome is None:
            raise BrokenRow(
                f"the column “{self.mapping.outcome_column}” holds a word that the mapping does not know"
            )
        return outcome

    def _moments(self, fields: list[str], values: dict[str, Any]) -> dict[str, datetime | None]:
        """Each moment of the call by its name in the mapping; None: it did not happen."""
        mapping = self.mapping
        if mapping.date_column is None:
            return {name: values[column] for name, column in mapping.moments.items()}
        midnight: datetime = values[mapping.date_column]
        seconds = {column: values[column] for column in self._time_columns()}
        if mapping.midnight_is_absent:
            _forget_absent(seconds, mapping.pairs)
        begins = next(
            (at for name in mapping.moments if (at := seconds[mapping.moments[name]]) is not None), None
        )
        found: dict[str, datetime | None] = {}
        for name, column in mapping.moments.items():
            at = seconds[column]
            if at is not None and begins is not None and at < begins - mapping.next_day_after_s:
                at += 86_400
            found[name] = None if at is None else midnight + timedelta(seconds=at)
        self._flag_pairs(seconds)
        if found["offered"] is None:
            self.flags["the moment of arrival is missing"] += 1
            found["offered"] = next((at for at in found.values() if at is not None), midnight)
        return found

    def _time_columns(self) -> set[str]:
        return {*self.mapping.moments.values(), *(column for pair in self.mapping.pairs for column in pair)}

    def _flag_pairs(self, seconds: dict[str, int | None]) -> None:
        for first, last in self.mapping.pairs:
            start, end = seconds[first], seconds[last]
            if start is not None and end is not None and 0 < start - end <= self.mapping.next_day_after_s:
                self.flags[f"{last} is before {first}"] += 1

    def _call(
        self,
        fields: list[str],
        values: dict[str, Any],
        outcome: Outcome,
        moments: dict[str, datetime | None],
    ) -> CallRecord:
        mapping = self.mapping
        offered = moments["offered"]
        if offered is None:
            raise BrokenRow(f"the column “{mapping.moments['offered']}” does not say when the call arrived")
        key = "|".join(fields[self._place[column]] for column in mapping.key)
        if len(key) > LONGEST_KEY:
            raise BrokenRow(f"the key ({', '.join(mapping.key)}) is longer than {LONGEST_KEY} characters")
        return CallRecord(
            source_key=key,
            channel=self._text(fields, mapping.channel_column) or mapping.channel,
            first_offered_at=offered,
            legs=(self._leg(fields, values, outcome, moments, offered),),
            caller=self._text(fields, mapping.caller_column),
            language=self._text(fields, mapping.language_column) or None,
            access_route=self._text(fields, mapping.access_route_column) or None,
            fingerprint=fingerprint_of("\x1f".join(fields).encode()),
        )

    def _leg(
        self,
        fields: list[str],
        values: dict[str, Any],
        outcome: Outcome,
        moments: dict[str, datetime | None],
        offered: datetime,
    ) -> LegRecord:
        mapping = self.mapping
        answered = outcome is Outcome.ANSWERED
        joined, left, connected = moments.get("joined"), moments.get("left"), moments.get("connected")
        if joined is None and "joined" not in mapping.moments:
            joined = offered
        wait = self._duration(mapping.wait, values)
        if mapping.wait is None and joined is not None:
            wait = _between(joined, connected if answered else left)
        talk = self._duration(mapping.talk, values)
        if mapping.talk is None and connected is not None:
            talk = _between(connected, moments.get("completed"))
        agent = self._text(fields, mapping.agent_column)
        self._flag_leg(answered, connected, talk, agent)
        never_joined = joined is None and not answered and mapping.never_joined is not None
        return LegRecord(
            queue=self._text(fields, mapping.queue_column) or mapping.queue,
            entry_no=0 if outcome is Outcome.REFUSED else 1,
            outcome=outcome,
            offered_at=offered,
            kind=LegKind(mapping.never_joined) if never_joined and mapping.never_joined else None,
            joined_at=joined,
            left_at=left,
            connected_at=connected if answered else None,
            completed_at=moments.get("completed") if answered else None,
            wait_ms=wait,
            wait_in_seconds=bool(mapping.wait and mapping.wait[1] >= 1000),
            talk_ms=talk if answered else None,
            agent=agent if answered and agent not in mapping.agent_nobody else None,
        )

    def _flag_leg(
        self, answered: bool, connected: datetime | None, talk: int | None, agent: str | None
    ) -> None:
        mapping = self.mapping
        if answered and connected is None and "connected" in mapping.moments:
            self.flags["answered, without the moment of connection"] += 1
        if answered and talk == 0:
            self.flags["answered, with no talk"] += 1
        if not answered and talk:
            self.flags["not answered, yet with talk; the talk is not counted"] += 1
        if answered and mapping.agent_column and (not agent or agent in mapping.agent_nobody):
            self.flags["answered, with no handler named"] += 1

    def _duration(self, told: tuple[str, int] | None, values: dict[str, Any]) -> int | None:
        if told is None or values[told[0]] is None:
            return None
        milliseconds = int(values[told[0]]) * told[1]
        if milliseconds > LONGEST_MS:
            raise BrokenRow(f"the column “{told[0]}” is longer than 24 days")
        if milliseconds < 0:
            self.flags[f"{told[0]} is negative; it is kept as not known"] += 1
            return None
        return milliseconds

    def _text(self, fields: list[str], column: str | None) -> str | None:
        if column is None:
            return None
        text = fields[self._place[column]]
        if len(text) > LONGEST_NAME:
            raise BrokenRow(f"the column “{column}” is longer than {LONGEST_NAME} characters")
        return text


def _text(text: str, name: str) -> str:
    if not text:
        raise BrokenRow(f"the column “{name}” is empty")
    return text


def _whole_number(text: str, name: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise BrokenRow(f"the column “{name}” holds no whole number")
    return int(text)


def _between(start: datetime, end: datetime | None) -> int | None:
    """Milliseconds from one moment to another; None if the second is missing or earlier."""
    if end is None or end < start:
        return None
    return min(round((end - start).total_seconds() * 1000), LONGEST_MS)


def _forget_absent(seconds: dict[str, int | None], pairs: Sequence[tuple[str, str]]) -> None:
    """0:00:00 means that it did not happen, unless the other end of its pair did: then it is midnight."""
    for first, last in pairs:
        if not seconds[first] and not seconds[last]:
            seconds[first] = seconds[last] = None
