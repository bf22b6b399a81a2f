"""A week that repeats, a requirement by slot, and people who are alike but for their limits; from JSON.

The form is described in docs/reference/roster-instance.md. Money is counted in whole units: the greatest
time that goes into every shift's paid hours, so that no sum is ever rounded.
"""

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from darwin.errors import DarwinError
from darwin.science.rostering.places import Path, in_words, lines_of
from darwin.science.rostering.problem import DAY_MINUTES, when

RULE_NAMES = {"max_shifts_per_week", "max_paid_hours", "min_rest_hours", "one_shift_start_per_day"}
AGENT_LIMITS = {"max_shifts_per_week", "max_paid_hours"}
AGENT_NAMES = {"name", "id", "key"}


class InstanceRefused(DarwinError):
    """The text is no roster instance: what is wrong, where, on which line."""


@dataclass(frozen=True, slots=True)
class WeekShift:
    """A shift of `length` slots that costs `paid` units; its break of `break_slots` begins at an offset."""

    length: int
    paid: int
    break_slots: int
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    """What one person may work in the week: shifts, and paid units. None is no limit."""

    name: str
    most_shifts: int | None
    most_paid: int | None


@dataclass(frozen=True, slots=True)
class Instance:
    """The week. `requirement` has one whole number a slot from Monday 00:00; `unit_h` is hours a unit."""

    name: str
    slot_minutes: int
    requirement: tuple[int, ...]
    agents: tuple[Agent, ...]
    starts: tuple[int, ...]
    shift_types: tuple[WeekShift, ...]
    rest_slots: int
    one_start_a_day: bool
    unit_h: Fraction

    @property
    def slots(self) -> int:
        return len(self.requirement)

    @property
    def slots_a_day(self) -> int:
        return DAY_MINUTES // self.slot_minutes

    @property
    def alike(self) -> bool:
        """Whether all people have the same limits."""
        return len({(agent.most_shifts, agent.most_paid) for agent in self.agents}) <= 1

    def hours(self, units: int) -> float:
        """Units of cost in hours."""
        return float(units * self.unit_h)


def read_instance(text: str, *, name: str = "") -> Instance:
    """The instance in a JSON `text`. `name` is the file's, for the sentence of a fault.

    Raises InstanceRefused with the field and its line.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as fault:
        raise InstanceRefused(
            f"{name or 'The instance'}, line {fault.lineno}: this is not JSON ({fault.msg})."
        ) from fault
    return _Reader(name or "The instance", data, lines_of(text)).read()


class _Reader:
    def __init__(self, name: str, data: Any, lines: dict[Path, int]) -> None:
        self.name, self.data, self.lines = name, data, lines

    def refuse(self, path: Path, sentence: str) -> InstanceRefused:
        line = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)
        where = f"{in_words(path)}: " if path else ""
        return InstanceRefused(f"{self.name}, line {line}: {where}{sentence}")

    def read(self) -> Instance:
        if not isinstance(self.data, dict):
            raise self.refuse((), "an instance is an object with requirement, agents, shift_types and rules.")
        slot_minutes = self.whole(("slot_minutes",), self.data.get("slot_minutes", 30), least=1)
        if DAY_MINUTES % slot_minutes:
            raise self.refuse(("slot_minutes",), f"{slot_minutes} minutes do not divide a day.")
        requirement = self.requirement(slot_minutes)
        rules = self.field(("rules",), dict)
        self.known(("rules",), rules, RULE_NAMES)
        rest = self.hours(("rules", "min_rest_hours"), rules.get("min_rest_hours"))
        kinds = self.field(("shift_types",), list)
        if not kinds:
            raise self.refuse(("shift_types",), "there is no shift to work.")
        paid = [
            self.exact(("shift_types", n, "paid_h"), self.member(("shift_types", n), "paid_h"))
            for n in range(len(kinds))
        ]
        unit = reduce(_gcd, paid)
        one_start = rules.get("one_shift_start_per_day", False)
        if not isinstance(one_start, bool):
            raise self.refuse(("rules", "one_shift_start_per_day"), "this is true or false.")
        return Instance(
            name=str(self.data.get("name", "")),
            slot_minutes=slot_minutes,
            requirement=requirement,
            agents=self.agents(rules, unit),
            starts=self.starts(slot_minutes),
            shift_types=tuple(self.shift(n, slot_minutes, int(paid[n] / unit)) for n in range(len(kinds))),
            rest_slots=0 if rest is None else math.ceil(rest * 60 / slot_minutes),
            one_start_a_day=one_start,
            unit_h=unit,
        )

    def requirement(self, slot_minutes: int) -> tuple[int, ...]:
        given = self.field(("requirement",), list)
        slots = 7 * DAY_MINUTES // slot_minutes
        if len(given) != slots:
            raise self.refuse(
                ("requirement",),
                f"a week has {slots} slots of {slot_minutes} minutes; {len(given)} are given.",
            )
        for slot, value in enumerate(given):
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise self.refuse(
                    ("requirement", slot),
                    f"{when(slot, slot_minutes)} needs {value!r}; a requirement is a whole number from 0.",
                )
        return tuple(given)

    def agents(self, rules: dict[str, Any], unit: Fraction) -> tuple[Agent, ...]:
        given = self.data.get("agents")
        if isinstance(given, list):
            return tuple(self.agent(n, entry, rules, unit) for n, entry in enumerate(given))
        count = self.whole(("agents",), given, least=0)
        shifts, paid = self.limits(("rules",), rules, unit)
        return tuple(Agent(str(n + 1), shifts, paid) for n in range(count))

    def agent(self, n: int, entry: Any, rules: dict[str, Any], unit: Fraction) -> Agent:
        if not isinstance(entry, dict):
            shifts, paid = self.limits(("rules",), rules, unit)
            return Agent(str(entry), shifts, paid)
        self.known(("agents", n), entry, AGENT_LIMITS | AGENT_NAMES)
        own = {key: entry[key] for key in AGENT_LIMITS if entry.get(key) is not None}
        shifts, paid = self.limits(("agents", n) if own else ("rules",), {**rules, **own}, unit)
        named = next((str(entry[key]) for key in ("name", "id", "key") if key in entry), str(n + 1))
        return Agent(named, shifts, paid)

    def limits(self, at: Path, rules: dict[str, Any], unit: Fraction) -> tuple[int | None, int | None]:
        shifts, paid = rules.get("max_shifts_per_week"), rules.get("max_paid_hours")
        most = None if shifts is None else self.whole((*at, "max_shifts_per_week"), shifts, least=0)
        hours = self.hours((*at, "max_paid_hours"), paid)
        return most, None if hours is None else math.floor(hours / unit)

    def starts(self, slot_minutes: int) -> tuple[int, ...]:
        given = self.field(("shift_starts_slot_of_day",), list)
        a_day = DAY_MINUTES // slot_minutes
        if not given:
            raise self.refuse(("shift_starts_slot_of_day",), "no shift may ever start.")
        for n, start in enumerate(given):
            here: Path = ("shift_starts_slot_of_day", n)
            if self.whole(here, start, least=0) >= a_day:
                raise self.refuse(here, f"slot {start} is not in a day of {a_day} slots, 0 to {a_day - 1}.")
        return tuple(sorted(set(given)))

    def shift(self, n: int, slot_minutes: int, paid: int) -> WeekShift:
        here: Path = ("shift_types", n)
        hours = self.exact((*here, "length_h"), self.member(here, "length_h"))
        length = hours * 60 / slot_minutes
        if length.denominator != 1 or not 0 < length <= 2 * DAY_MINUTES // slot_minutes:
            raise self.refuse(
                (*here, "length_h"),
                f"{float(hours):g} hours are no whole number of {slot_minutes}-minute slots.",
            )
        entry = self.data["shift_types"][n]
        pause = self.whole((*here, "break_slots"), entry.get("break_slots", 0), least=0)
        given = entry.get("break_start_offset_slots", [])
        offsets = [] if given is None else given if isinstance(given, list) else [given]
        for place, offset in enumerate(offsets):
            at = (*here, "break_start_offset_slots", place)
            if pause and self.whole(at, offset, least=0) + pause > length:
                raise self.refuse(at, f"a break that begins {offset} slots in ends after the shift.")
        if pause and not offsets:
            raise self.refuse(here, "the shift has a break and no offset at which it may begin.")
        return WeekShift(int(length), paid, pause, tuple(sorted(set(offsets))) if pause else (0,))

    def field(self, path: Path, kind: type) -> Any:
        value = self.member(path[:-1], str(path[-1]))
        if not isinstance(value, kind):
            raise self.refuse(path, "this is a list." if kind is list else "this is an object.")
        return value

    def member(self, path: Path, key: str) -> Any:
        holder = self.data
        for step in path:
            holder = holder[step]
        if not isinstance(holder, dict):
            raise self.refuse(path, "this is an object.")
        if key not in holder:
            raise self.refuse(path, f"{key} is missing.")
        return holder[key]

    def known(self, path: Path, given: dict[str, Any], names: set[str]) -> None:
        """A rule that is not known must not be passed over; a note in words may stand anywhere."""
        for key, value in given.items():
            if key not in names and value is not None and not isinstance(value, str):
                raise self.refuse(
                    (*path, key), f"this is not known here; known are {', '.join(sorted(names))}."
                )

    def whole(self, path: Path, value: Any, *, least: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.refuse(path, f"{value!r} is no whole number from {least}.")
        return value

    def exact(self, path: Path, value: Any) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise self.refuse(path, f"{value!r} is no number of hours above 0.")
        return Fraction(str(value))

    def hours(self, path: Path, value: Any) -> Fraction | None:
        if value is None or value == 0:
            return None if value is None else Fraction(0)
        return self.exact(path, value)


def _gcd(a: Fraction, b: Fraction) -> Fraction:
    """The greatest fraction that goes into both a whole number of times."""
    return Fraction(
        math.gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator
    )
