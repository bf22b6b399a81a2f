"""What a roster is made from and what it is: plain values, without a solver.

Time is counted in slots of `slot_minutes` from the Monday 00:00 with which the horizon begins; what lies
before it has negative slots. The grid is local time: on the two nights a year when the clocks change, the
planner looks at the duties over that hour by hand.

Words: a *duty* is one shift worked by one person; a *night* is a duty with at least three hours between
23:00 and 06:00 (Working Time Regulations 1998, reg 2: night time and night worker); a *weekend duty* begins
on a Saturday or a Sunday; a *rest day* is a day on which no duty of the person begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MINUTES = 24 * 60
# Working Time Regulations 1998, reg 2(1): night time where no agreement sets it; three hours make a night.
NIGHT_FROM_MINUTE, NIGHT_MINUTES, NIGHT_DUTY_MINUTES = 23 * 60, 7 * 60, 3 * 60
ANYBODY = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Slots from `begin` up to, not including, `end`, counted from the beginning of the horizon."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A kind of shift: how long, when it may begin, when its break may be.

    `starts` are slots of the day, `break_offsets` the slots after its start at which the one break of
    `break_slots` may begin; the person counts as cover in every other slot. `weekdays`: 0 is Monday.
    Only people who hold all `skills` may work it.
    """

    key: str
    length_slots: int
    paid_minutes: int
    starts: tuple[int, ...]
    break_slots: int = 0
    break_offsets: tuple[int, ...] = ()
    weekdays: frozenset[int] = frozenset(range(7))
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules that bind a group of people: officers and staff have one each. None: there is no such rule.

    `sources` gives for the name of each field who says so; it is shown where the rule is named.
    """

    key: str
    name: str
    # Between the end of a duty and the beginning of the next (reg 10).
    rest_slots: int = 0
    # One unbroken rest as long as this in each week from Monday to Sunday (reg 11).
    weekly_rest_slots: int = 0
    # Working time of a week on average over `reference_weeks`, the weeks already worked included (reg 4).
    average_minutes: int | None = None
    reference_weeks: int = 17
    most_minutes_a_week: int | None = None
    most_shifts_a_week: int | None = None
    # Days in a row on which a duty begins, and nights in a row.
    most_days_in_a_row: int | None = None
    most_nights_in_a_row: int | None = None
    # A single rest day between two working days is refused where this is 2.
    fewest_rest_days_together: int = 1
    # On the day after a duty the next does not begin at an earlier time of day.
    forward_rotation: bool = False
    one_start_a_day: bool = True
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Preference:
    """A wish about duties that begin in `span`: weight above 0 wishes to work then, below 0 not to."""

    span: Span
    weight: int


@dataclass(frozen=True, slots=True)
class Duty:
    """`person` works a shift of type `shift` from slot `start`, with the break `break_offset` slots later."""

    person: str
    start: int
    shift: str
    break_offset: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be rostered.

    `most_minutes_a_week` is a part-timer's own limit beside that of the rules. `leave`: no slot of a duty
    lies in it. `before` are the duties of the last days before the horizon (negative slots), for rest and
    what stands in a row; `minutes_before` the minutes worked in the weeks before, oldest first (the average
    reads the last reference_weeks - 1). `opted_out`: the 48-hour average does not bind (reg 5).
    `nights_before` and `weekends_before` are what the person already had, so that fairness has a memory.
    """

    key: str
    name: str
    rules: str
    skills: frozenset[str] = frozenset()
    most_minutes_a_week: int | None = None
    leave: tuple[Span, ...] = ()
    preferences: tuple[Preference, ...] = ()
    before: tuple[Duty, ...] = ()
    minutes_before: tuple[int, ...] = ()
    opted_out: bool = False
    nights_before: int = 0
    weekends_before: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """How many people must be at work in each slot of the horizon who hold `skill` (ANYBODY: all count).

    A person with two skills counts for both, so a need is "at least so many of those at work can do this".
    """

    required: tuple[int, ...]
    skill: str = ANYBODY


@dataclass(frozen=True, slots=True)
class Problem:
    """Who is there, what is needed, what may be worked, by which rules.

    `cyclic`: the horizon is a pattern that repeats: its last duty meets its first. Raises nothing by
    itself; `validate.check_problem` says what is wrong in a sentence.
    """

    people: tuple[Person, ...]
    needs: tuple[Need, ...]
    shift_types: tuple[ShiftType, ...]
    rule_sets: tuple[RuleSet, ...]
    weeks: int = 1
    slot_minutes: int = 30
    cyclic: bool = False

    @property
    def slots_a_day(self) -> int:
        return DAY_MINUTES // self.slot_minutes

    @property
    def slots(self) -> int:
        """Slots in the horizon."""
        return self.weeks * 7 * self.slots_a_day


@dataclass(frozen=True, slots=True)
class Shortfall:
    """In `slot` the need for `skill` is `required`, and `covered` people are at work."""

    slot: int
    skill: str
    required: int
    covered: int


@dataclass(frozen=True, slots=True)
class Roster:
    """Who works when. No rule is ever broken; cover that cannot be had is named in `shortfalls`.

    `paid_minutes` is the cost, `bound_minutes` a proven lower bound on the cost of every roster that covers
    as much. `missing_slots` is the person-slots of cover that lack, `missing_bound` a proven lower bound on
    it. `reasons` are sentences that say which rules clash where cover lacks. `proven`: no roster lacks less,
    or costs less and lacks as little. `limit_hit`: the time limit ended the search, so that another run,
    or another machine, may find another roster; otherwise the same input gives the same roster.
    """

    duties: tuple[Duty, ...]
    paid_minutes: int
    bound_minutes: int
    missing_slots: int = 0
    missing_bound: int = 0
    shortfalls: tuple[Shortfall, ...] = ()
    reasons: tuple[str, ...] = ()
    proven: bool = False
    limit_hit: bool = False

    @property
    def gap(self) -> float:
        """How far the cost may lie above the least possible, as a share of the cost: 0 is proven optimal."""
        return (self.paid_minutes - self.bound_minutes) / self.paid_minutes if self.paid_minutes else 0.0


@dataclass(frozen=True, slots=True)
class Absence:
    """`person` is away in `span`: sickness, a court date."""

    person: str
    span: Span


@dataclass(frozen=True, slots=True)
class Change:
    """One duty that a new plan gives (`after`), takes away (`before`) or moves (both). `person` is whose."""

    person: str
    before: Duty | None
    after: Duty | None


@dataclass(frozen=True, slots=True)
class Replan:
    """A roster changed as little as possible.

    `changes` are those beside the duties that the absences themselves take away. `uncovered_before` is the
    person-slots that would lack if nothing changed.
    """

    roster: Roster
    changes: tuple[Change, ...] = ()
    uncovered_before: int = 0


def when(slot: int, slot_minutes: int = 30) -> str:
    """A slot in words: 'Wednesday 03:00', from the second week on 'Wednesday 03:00 of week 2'."""
    day, minute = divmod(slot * slot_minutes, DAY_MINUTES)
    week = day // 7
    words = f"{DAYS[day % 7]} {minute // 60:02d}:{minute % 60:02d}"
    return words if week == 0 else f"{words} of week {week + 1}"


def is_night(start: int, length_slots: int, slot_minutes: int = 30) -> bool:
    """Whether a duty that begins at slot `start` and lasts `length_slots` is a night."""
    begin = start * slot_minutes % DAY_MINUTES
    end = begin + length_slots * slot_minutes
    in_the_night = sum(
        max(0, min(end, night + NIGHT_MINUTES) - max(begin, night))
        for night in (
            NIGHT_FROM_MINUTE - DAY_MINUTES,
            NIGHT_FROM_MINUTE,
            NIGHT_FROM_MINUTE + DAY_MINUTES,
        )
    )
    return in_the_night >= NIGHT_DUTY_MINUTES
