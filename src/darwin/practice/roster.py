"""Who is on duty: five teams (two earlies, two lates, two nights, four off) and the numbers on a shift."""

from dataclasses import dataclass, field
from datetime import date

from numpy.random import Generator

from darwin.practice.demand import NON_EMERGENCY, Demand
from darwin.practice.population import TEAMS, Handler, handlers
from darwin.practice.story import Story, local_ms

MINUTE = 60_000
CYCLE = 10
ABSENCE = 0.04
BREAKS = ((0.22, 15), (0.48, 30), (0.75, 15))  # when in the shift, and minutes
ON_ONE_SITE = 0.72  # share of the places that the one site had


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of one line: the turn of the teams it falls to, its wall-clock hours, people on a mean day."""

    turn: str
    starts: tuple[int, int]
    ends: tuple[int, int]
    people: float


@dataclass(slots=True)
class Duty:
    """One handler's shift. Times are milliseconds; breaks are (earliest moment, length), in order."""

    handler: Handler
    start: int
    end: int
    breaks: list[tuple[int, int]] = field(default_factory=list)


# Nights stay a quarter of an hour after 07:00 for the callers who joined before it.
OLD_101 = (
    Shift("early", (7, 0), (17, 0), 11.75),
    Shift("late", (14, 0), (24, 0), 9.15),
    Shift("night", (22, 0), (31, 15), 3.9),
)
NEW_101 = (
    Shift("early", (7, 0), (17, 0), 8.0),
    Shift("early", (9, 0), (19, 0), 5.8),
    Shift("late", (14, 0), (24, 0), 9.2),
    Shift("night", (22, 0), (31, 15), 4.0),
)
ROSTERS: dict[str, tuple[Shift, ...]] = {
    "999": (
        Shift("early", (7, 0), (17, 0), 7.1),
        Shift("late", (14, 0), (24, 0), 7.0),
        Shift("night", (22, 0), (31, 15), 6.1),
    ),
    "switchboard": (
        Shift("early", (7, 0), (17, 0), 2.7),
        Shift("late", (14, 0), (24, 0), 2.4),
        Shift("night", (22, 0), (31, 15), 1.6),
    ),
    "crime": (Shift("early", (7, 0), (17, 0), 5.6), Shift("late", (14, 0), (24, 0), 5.0)),
}
TURNS = {"early": (0, 1), "late": (2, 3), "night": (4, 5)}


def shifts_of(line: str, story: Story, day: date) -> tuple[Shift, ...]:
    """The shifts planned for a line on a day; 101 has a new roster from the programme's first day."""
    if line == "101":
        return NEW_101 if story.under_programme(day) else OLD_101
    return ROSTERS[line]


def team_on(turn: str, day: date) -> int:
    """The team whose turn it is: each works two earlies, two lates, two nights and has four days off."""
    return next(team for team in range(TEAMS) if (day.toordinal() - 2 * team) % CYCLE in TURNS[turn])


def crew(line: str, story: Story, day: date, demand: Demand, rng: Generator) -> list[Duty]:
    """Everyone who comes to work on a line for the shift-day that begins on `day`.

    The plan follows the expected volume (season, weekday, bank holiday) and never the day's chance. A planned
    fraction of a person is a person on that share of days.
    """
    duties: list[Duty] = []
    free: dict[str, list[Handler]] = {}
    planned = demand.factor(day) if demand is NON_EMERGENCY else demand.factor(day) ** 0.5
    site = ON_ONE_SITE if line == "101" and story.on_one_site(day) else 1.0
    for shift in shifts_of(line, story, day):
        if shift.turn not in free:
            team = team_on(shift.turn, day)
            members = [person for person in handlers(line) if person.team == team]
            free[shift.turn] = [members[i] for i in rng.permutation(len(members)).tolist()]
        people = int(shift.people * planned * site + rng.random())
        for _ in range(min(people, len(free[shift.turn]))):
            handler = free[shift.turn].pop()
            if rng.random() >= ABSENCE:
                duties.append(_duty(handler, shift, day, rng))
    return duties


def _duty(handler: Handler, shift: Shift, day: date, rng: Generator) -> Duty:
    start = local_ms(day, *shift.starts)
    end = local_ms(day, *shift.ends)
    jitter = rng.uniform(-0.06, 0.06, len(BREAKS)).tolist()
    breaks = [
        (start + int((share + moved) * (end - start)), minutes * MINUTE)
        for (share, minutes), moved in zip(BREAKS, jitter, strict=True)
    ]
    return Duty(handler, start, end, breaks)
