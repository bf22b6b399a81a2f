"""The mapping file: how a log in rows and columns is to be read."""

import codecs
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from darwin.contact.coverage import Tells
from darwin.contact.imports.moments import MomentFormat, UnreadableFormat, compile_format
from darwin.contact.imports.report import ImportRefused
from darwin.contact.models.leg_kinds import AbandonPoint
from darwin.contact.telephony.events import Outcome

KINDS = ("text", "text or empty", "whole number", "whole number or empty", "date", "time", "moment")
UNITS_MS = {"milliseconds": 1, "seconds": 1000, "minutes": 60_000}
MOMENTS = ("offered", "joined", "left", "connected", "completed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A mapping, checked. Columns are named as in the file's header; docs/importing.md explains each key."""

    source: str
    zone: ZoneInfo
    tells: frozenset[Tells]
    encoding: str
    separator: str
    quote: str
    column_names: tuple[str, ...]  # empty: the file has a header
    kinds: dict[str, str]
    nulls: frozenset[str]
    date_format: MomentFormat | None
    time_format: MomentFormat | None
    moment_format: MomentFormat | None
    date_column: str | None
    midnight_is_absent: bool
    pairs: tuple[tuple[str, str], ...]
    next_day_after_s: int
    moments: dict[str, str]
    key: tuple[str, ...]
    queue: str
    queue_label: str
    queue_column: str | None
    channel: str
    channel_column: str | None
    outcome_column: str
    outcomes: dict[str, Outcome]
    ignore: tuple[tuple[str, frozenset[str]], ...]
    wait: tuple[str, int] | None
    talk: tuple[str, int] | None
    agent_column: str | None
    agent_nobody: frozenset[str]
    caller_column: str | None
    language_column: str | None
    access_route_column: str | None
    never_joined: AbandonPoint | None
    columns: frozenset[str] = field(default=frozenset())


class _Table:
    """One table of the mapping, which complains by name and knows which of its keys were read."""

    def __init__(self, name: str, content: dict[str, Any]) -> None:
        self.name, self.content, self.read = name, content, set[str]()

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        self.read.add(key)
        value = self.content.get(key, default)
        if value is not None and not isinstance(value, kind):
            raise ImportRefused(f"The mapping's {self._place(key)} must be a {_WORDS[kind]}.")
        return value

    def need(self, key: str, kind: type) -> Any:
        value = self.get(key, kind)
        if value is None:
            raise ImportRefused(f"The mapping lacks {self._place(key)}. docs/importing.md explains it.")
        return value

    def table(self, key: str) -> "_Table":
        return _Table(key if not self.name else f"{self.name}.{key}", self.get(key, dict, {}))

    def done(self) -> None:
        unread = sorted(self.content.keys() - self.read)
        if unread:
            raise ImportRefused(
                f"The mapping has {self._place(unread[0])}, which means nothing here. Known in this place: "
                f"{', '.join(sorted(self.read))}."
            )

    def _place(self, key: str) -> str:
        return f"“{key}” in [{self.name}]" if self.name else f"“{key}”"


_WORDS = {str: "text in quotes", dict: "table", list: "list", bool: "true or false", int: "whole number"}


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. Raises ImportRefused with a sentence that names the key."""
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as problem:
        raise ImportRefused(f"The mapping {path.name} could not be read: {problem}.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise ImportRefused(f"The mapping {path.name} is not TOML: {problem}.") from problem
    return parse_mapping(content)


def parse_mapping(content: dict[str, Any]) -> Mapping:
    """The mapping in a parsed TOML document. Raises ImportRefused with a sentence that names the key."""
    top = _Table("", content)
    values: dict[str, Any] = {"source": top.need("source", str)}
    values["zone"] = _zone(top.get("timezone", str, "Europe/London"))
    values["tells"] = frozenset(_one_of("tells", word, Tells) for word in top.need("tells", list))
    values["kinds"] = _kinds(top.need("columns", dict))
    values["nulls"] = frozenset(top.get("nulls", list, [""]))
    values |= _file(top.table("file"))
    values |= _times(top.table("times"))
    values["key"] = tuple(top.need("key", list))
    values |= _queue(top.table("queue"))
    values |= _outcome(top.table("outcome"))
    values["ignore"] = tuple(_ignore(_Table("ignore", rule)) for rule in top.get("ignore", list, []))
    values["wait"] = _duration(top.table("wait"))
    values["talk"] = _duration(top.table("talk"))
    values |= _people(top.table("agent"), top.table("caller"))
    top.done()
    return Mapping(**values, columns=_named_columns(values))


def _one_of(place: str, word: Any, kind: Any) -> Any:
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise ImportRefused(f"The mapping's {place} has “{word}”. Known are: {known}.") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ImportRefused(f"The mapping's timezone “{name}” is not known. One is Europe/London.") from None


def _kinds(columns: dict[str, Any]) -> dict[str, str]:
    for name, kind in columns.items():
        if kind not in KINDS:
            raise ImportRefused(
                f"The mapping's column “{name}” is a “{kind}”. Known are: {', '.join(KINDS)}."
            )
    return columns


def _file(table: _Table) -> dict[str, Any]:
    encoding = table.get("encoding", str, "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ImportRefused(f"The mapping's encoding “{encoding}” is not known. One is utf-8.") from None
    values = {
        "encoding": "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding,
        "separator": table.get("separator", str, ","),
        "quote": table.get("quote", str, '"'),
        "column_names": tuple(table.get("column_names", list, [])),
    }
    table.done()
    if len(values["separator"]) != 1 or len(values["quote"]) > 1:
        raise ImportRefused("The mapping's separator must be one mark, its quote one mark or none.")
    return values


def _times(table: _Table) -> dict[str, Any]:
    first_year = table.get("first_year", int)
    formats = {}
    for name in ("date_format", "time_format", "moment_format"):
        written = table.get(name, str)
        try:
            formats[name] = compile_format(written, first_year) if written else None
        except UnreadableFormat as problem:
            raise ImportRefused(str(problem)) from None
    moments = {name: table.get(name, str) for name in MOMENTS}
    values = {
        **formats,
        "date_column": table.get("date_column", str),
        "midnight_is_absent": table.get("midnight_is_absent", bool, False),
        "pairs": tuple((pair[0], pair[1]) for pair in table.get("pairs", list, [])),
        "next_day_after_s": 3600 * table.get("next_day_if_earlier_by_hours", int, 12),
        "moments": {name: column for name, column in moments.items() if column},
    }
    table.done()
    if "offered" not in values["moments"]:
        raise ImportRefused(
            "The mapping lacks “offered” in [times]: the column that tells when a call arrived."
        )
    return values


def _queue(table: _Table) -> dict[str, Any]:
    values = {
        "queue": table.get("name", str, ""),
        "queue_label": table.get("label", str, ""),
        "queue_column": table.get("column", str),
        "channel": table.get("channel", str, "PHONE_101"),
        "channel_column": table.get("channel_column", str),
    }
    table.done()
    if not values["queue"] and not values["queue_column"]:
        raise ImportRefused("The mapping lacks “name” or “column” in [queue]: which queue the calls were in.")
    return values


def _outcome(table: _Table) -> dict[str, Any]:
    words = table.need("words", dict)
    never_joined = table.get("never_joined", str)
    values = {
        "outcome_column": table.need("column", str),
        "outcomes": {word: _one_of("outcome.words", outcome, Outcome) for word, outcome in words.items()},
        "never_joined": _one_of("outcome.never_joined", never_joined, AbandonPoint) if never_joined else None,
    }
    table.done()
    return values


def _ignore(table: _Table) -> tuple[str, frozenset[str]]:
    rule = (table.need("column", str), frozenset(table.need("values", list)))
    table.done()
    return rule


def _duration(table: _Table) -> tuple[str, int] | None:
    column, unit = table.get("column", str), table.get("unit", str, "seconds")
    table.done()
    if unit not in UNITS_MS:
        raise ImportRefused(f"The mapping's [{table.name}] is in “{unit}”. Known are: {', '.join(UNITS_MS)}.")
    return (column, UNITS_MS[unit]) if column else None


def _people(agent: _Table, caller: _Table) -> dict[str, Any]:
    values = {
        "agent_column": agent.get("column", str),
        "agent_nobody": frozenset(agent.get("nobody", list, [])),
        "caller_column": caller.get("column", str),
        "language_column": caller.get("language_column", str),
        "access_route_column": caller.get("access_route_column", str),
    }
    agent.done()
    caller.done()
    return values


def _named_columns(values: dict[str, Any]) -> frozenset[str]:
    """Every column that the mapping names anywhere; the file must have each."""
    named = {*values["kinds"], *values["key"], *values["moments"].values()}
    named |= {column for pair in values["pairs"] for column in pair}
    named |= {column for column, _ in values["ignore"]}
    named |= {values[name][0] for name in ("wait", "talk") if values[name]}
    named |= {column for name, column in values.items() if name.endswith("_column") and column}
    return frozenset(named)
