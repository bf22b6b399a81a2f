"""What a scenario consists of, with every number in the unit that the simulator works in."""

from dataclasses import dataclass, field

from darwin.science.policy import Policy
from darwin.science.twin.laws import Law

SLOT_S = 1800
SLOTS_A_WEEK = 336


@dataclass(frozen=True, slots=True)
class Redial:
    """What somebody does who gave up or found the line engaged."""

    probability: float = 0.0
    delay: Law = field(default_factory=lambda: Law("none"))
    other_type: int = -1
    other_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class CallBack:
    """The offer to be rung back. Times in seconds, the rest shares from 0 to 1.

    Offered to who would wait at least `over_s`; `later` is how long after the offer the call-back is due
    ("none": it keeps its place in the queue). Ringing takes `ring_s`, `reached` of them answer, else it is
    tried again after `retry_s`, `tries` times in all.
    """

    accepted: float
    over_s: float = 0.0
    later: Law = field(default_factory=lambda: Law("none"))
    ring_s: float = 20.0
    reached: float = 1.0
    tries: int = 3
    retry_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Transfer:
    """After the talk, with this probability, the caller goes on to another type's queue."""

    probability: float
    to: int


@dataclass(frozen=True, slots=True)
class ContactType:
    """One type of contact. `rate`: contacts a second in each of the 336 half-hours of a week from Monday."""

    name: str
    rate: tuple[float, ...]
    talk: Law
    wrap: Law
    patience: Law
    channel: str
    threshold_s: float
    day_effect_cv: float
    vulnerable: float
    redial: Redial
    callback: CallBack | None
    transfer: Transfer | None
    may_be_unstaffed: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift: days from 0 (Monday), times in seconds; breaks as (seconds after the start, length)."""

    days: tuple[int, ...]
    start_s: int
    length_s: int
    handlers: int
    breaks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Handlers with the same skills: (position of the type, level from 1). A number or shifts.

    `handlers` holds the number in each of the 336 half-hours; empty where there are shifts.
    """

    name: str
    skills: tuple[tuple[int, int], ...]
    handlers: tuple[int, ...]
    shifts: tuple[Shift, ...]
    absence: float
    chats: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that a simulation needs but the seed. `lines` is 0 where there is no limit."""

    name: str
    days: int
    warm_up_days: int
    lines: int
    day_effect_cv: float
    types: tuple[ContactType, ...]
    groups: tuple[Group, ...]
    policy: Policy
