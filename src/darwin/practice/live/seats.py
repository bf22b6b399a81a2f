"""Who sits at which telephone of the practice force, and what they do at this moment."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from darwin.practice.live.routing import LineRouting
from darwin.practice.roster import Duty

if TYPE_CHECKING:
    from darwin.practice.live.floor import LiveCall


class Doing(StrEnum):
    OFF = "off"
    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    NOTES = "notes"
    PAUSED = "paused"


@dataclass(slots=True, eq=False)
class Seat:
    """One telephone. person: somebody real answers it; otherwise a simulated colleague with a `duty`.

    since: when the present doing began, in milliseconds; whoever has been free longest is rung first.
    next_break: which break of the duty comes next. said: the state that the switch told last.
    """

    interface: str
    member: str
    line: str
    person: bool = False
    duty: Duty | None = None
    doing: Doing = Doing.OFF
    since: int = 0
    next_break: int = 0
    said: str = ""
    call: "LiveCall | None" = None

    def turn(self, doing: Doing, at: int) -> None:
        """Begin something else."""
        self.doing, self.since = doing, at

    def break_due(self, at: int) -> bool:
        """Whether a break of this duty has come."""
        breaks = self.duty.breaks if self.duty else []
        return self.next_break < len(breaks) and breaks[self.next_break][0] <= at


@dataclass(slots=True, eq=False)
class LiveLine:
    """One queue: who waits, in the order of joining (those being rung among them), and who answers."""

    queue: str
    limit: int = 10_000
    waiting: "list[LiveCall]" = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    routing: LineRouting = field(init=False)

    def __post_init__(self) -> None:
        self.routing = LineRouting(self.queue)

    def free_seats(self) -> list[Seat]:
        """Those who can be rung: real people first, in each group whoever has been free longest first."""
        free = [seat for seat in self.seats if seat.doing is Doing.FREE]
        return sorted(free, key=lambda seat: (not seat.person, seat.since))
