"""Reading a scenario's tables: each value with its limits, each refusal a sentence with its line."""

import difflib
import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from darwin.errors import DarwinError
from darwin.science.twin.places import Path, line_of, lines_of

# The keys of each kind of table. docs/reference/scenario.md documents each; a test compares the two.
KEYS: dict[str, tuple[str, ...]] = {
    "scenario": (
        "days", "warm_up_days", "threshold_s", "lines", "day_effect_cv", "types", "groups", "policy",
    ),
    "types": (
        "name", "channel", "rate_per_hour", "talk", "wrap", "patience", "redial", "callback", "transfer",
        "priority", "ages_every_s", "overflow_after_s", "reserve", "vulnerable", "threshold_s",
        "day_effect_cv", "may_be_unstaffed",
    ),
    "redial": ("probability", "delay", "other_type", "other_probability"),
    "callback": ("accepted", "over_s", "later", "ring_s", "reached", "tries", "retry_s"),
    "transfer": ("probability", "to"),
    "groups": ("name", "skills", "handlers", "shifts", "absence", "chats"),
    "skills": ("type", "level"),
    "shifts": ("days", "start", "hours", "handlers", "breaks"),
    "breaks": ("after_hours", "minutes"),
    "policy": ("own_list_first", "vulnerable_ahead", "repeat_ahead", "callback_ahead", "callback_slots"),
    "law": (
        "law", "mean", "cv", "k", "low", "high", "shape", "scale", "means", "probabilities", "values", "file",
    ),
}  # fmt: skip


class ScenarioRefused(DarwinError):
    """A scenario that cannot be simulated: `line` is where in its text, from 1; None where there is none."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class Source:
    """A scenario's text: what it is called, where its values stand, and how its files are read."""

    name: str
    lines: dict[Path, int]
    read_file: Callable[[str], str]

    def refused(self, path: Path, sentence: str) -> ScenarioRefused:
        """The refusal of what stands at `path`."""
        line = line_of(self.lines, path)
        return ScenarioRefused(f"{self.name or 'The scenario'}, line {line}: {sentence}", line)


def no_files(path: str) -> str:
    """For a scenario that was not read from a folder."""
    raise FileNotFoundError(path)


def parsed(text: str, name: str, read_file: Callable[[str], str]) -> "Table":
    """The top table of a text. Raises ScenarioRefused where it is not TOML."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        words = str(fault)
        at = words.rpartition("(at line ")[2].partition(",")[0]
        line = int(at) if at.isdigit() else text.count("\n") + 1
        told = words.partition(" (at ")[0].rstrip(".")
        raise ScenarioRefused(
            f"{name or 'The scenario'}, line {line}: this is not TOML: {told[:1].lower() + told[1:]}.", line
        ) from None
    return Table(Source(name, lines_of(text), read_file), "scenario", (), values)


class Table:
    """A table of a scenario: what it must hold, with its lines. Refuses a key that nobody reads."""

    def __init__(self, source: Source, kind: str, path: Path, values: Any, called: str = "") -> None:
        self.source, self.kind, self.path, self.called = source, kind, path, called
        if not isinstance(values, dict):
            raise source.refused(path, f"{self._what(path)} must be a table, such as {{ … }}.")
        self.values: dict[str, Any] = values
        for key in values:
            if key not in KEYS[kind]:
                raise self.refused(key, f'"{key}" is not a key of {self._where()}.{nearest(key, KEYS[kind])}')

    def _what(self, path: Path) -> str:
        key = next((part for part in reversed(path) if isinstance(part, str)), "the scenario")
        return f'"{key}"'

    def _where(self) -> str:
        return "a scenario" if self.kind == "scenario" else f"[{self.kind}]"

    def refused(self, key: str | None, sentence: str, *more: str | int) -> ScenarioRefused:
        """The refusal of a key's value, of something inside it, or of the whole table."""
        if self.called:
            sentence = f"{self.called}: {sentence}"
        return self.source.refused(self.path if key is None else (*self.path, key, *more), sentence)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def needed(self, key: str) -> Any:
        """The value of a key that must be there."""
        if key not in self.values:
            raise self.refused(None, f'{self._where()} needs "{key}".')
        return self.values[key]

    def number(
        self, key: str, default: float | None = None, *, least: float = 0.0, most: float = math.inf
    ) -> float:
        """A number from `least` to `most`; without a default it must be there."""
        if key not in self.values and default is not None:
            return default
        return self._checked(key, self.needed(key), least, most)

    def whole(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10**9) -> int:
        """A whole number from `least` to `most`."""
        value = self.number(key, default, least=least, most=most)
        if value != int(value):
            raise self.refused(key, f'"{key}" is {value:g}; it must be a whole number.')
        return int(value)

    def probability(self, key: str, default: float | None = None) -> float:
        """A number from 0 to 1."""
        if key not in self.values and default is not None:
            return default
        value = self._checked(key, self.needed(key), -math.inf, math.inf)
        if not 0 <= value <= 1:
            raise self.refused(key, f'"{key}" is {value:g}; a probability lies between 0 and 1.')
        return value

    def _checked(self, key: str, value: Any, least: float, most: float, *more: int) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.refused(key, f'"{key}" must be a number.', *more)
        if value < least:
            reason = "it must not be negative" if least == 0 else f"it must be at least {least:g}"
            raise self.refused(key, f'"{key}" is {value:g}; {reason}.', *more)
        if value > most:
            raise self.refused(key, f'"{key}" is {value:g}; it must be at most {most:g}.', *more)
        return float(value)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it must be there and not be empty."""
        if key not in self.values and default is not None:
            return default
        value = self.needed(key)
        if not isinstance(value, str) or not value:
            raise self.refused(key, f'"{key}" must be a text in quotation marks.')
        return value

    def yes(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.refused(key, f'"{key}" must be true or false.')
        return value

    def one_of(self, key: str, default: str, choices: Sequence[str]) -> str:
        """A text out of a few."""
        value = self.text(key, default)
        if value not in choices:
            raise self.refused(key, f'"{value}" is not a {key}.{nearest(value, choices)}')
        return value

    def numbers(self, key: str, *, most: float = math.inf) -> list[float]:
        """A list of numbers, none negative."""
        value = self.needed(key)
        if not isinstance(value, list) or not value:
            raise self.refused(key, f'"{key}" must be a list of numbers.')
        return [self._checked(key, each, 0.0, most, at) for at, each in enumerate(value)]

    def week(self, key: str) -> list[float]:
        """A number, or a list of 24, 168 (hours), 48 or 336 (half-hours): the 336 half-hours of a week."""
        value = self.needed(key)
        if not isinstance(value, list):
            return [self._checked(key, value, 0.0, math.inf)] * 336
        if len(value) not in (24, 48, 168, 336):
            raise self.refused(
                key,
                f'"{key}" is a list of {len(value)}; it must have 24 (the hours of a day) or 168 (the hours '
                "of a week from Monday), or 48 or 336 for half-hours.",
            )
        found = [self._checked(key, each, 0.0, math.inf, at) for at, each in enumerate(value)]
        if len(value) in (24, 168):
            found = [each for each in found for _ in range(2)]
        return found * (336 // len(found))

    def table(self, key: str, kind: str) -> "Table":
        """The table at `key`; an empty one if it is not there."""
        return Table(self.source, kind, (*self.path, key), self.values.get(key, {}), self.called)

    def tables(self, key: str, kind: str) -> list["Table"]:
        """The list of tables at `key`."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.refused(key, f'"{key}" must be a list of tables: [[{key}]].')
        return [
            Table(self.source, kind, (*self.path, key, at), each, self.called)
            for at, each in enumerate(value)
        ]


def nearest(key: str, known: Sequence[str]) -> str:
    """ " Did you mean …" where something is near; else what there is, if that is short."""
    near = difflib.get_close_matches(key, known, 1, 0.6)
    if near:
        return f' Did you mean "{near[0]}"?'
    return " There are: " + ", ".join(known) + "."
