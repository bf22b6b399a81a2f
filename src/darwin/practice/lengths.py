"""What each caller of the non-emergency line brings, drawn before the day is played: lengths and chances."""

from dataclasses import dataclass
from datetime import date

from numpy.random import Generator

from darwin.practice.demand import NON_EMERGENCY, draw_arrivals
from darwin.practice.draws import DISPOSITIONS_101, draw_callers, lognormal
from darwin.practice.roster import MINUTE, Duty, crew
from darwin.practice.rows import Call
from darwin.practice.story import Story

RECORDED_MESSAGE_MS = 18_000
GIVES_UP_IN_MESSAGE = 0.022
GIVES_UP_IN_MESSAGE_AND_CALLS_AGAIN = 0.15
SERVED_BY_SWITCHBOARD = 0.03
QUEUE_MESSAGE_MS = 9_000  # played to every caller who joins 101, before any handler is rung
SATISFIED_BY_QUEUE_MESSAGE = 0.10
SATISFIED_AND_CALLS_AGAIN = 0.05
PATIENCE_MEAN_S = 1_800.0
PATIENCE_SPREAD = 1.2
CALLS_AGAIN = 0.42
CALLS_AGAIN_AFTER_S = 420.0
DIALS_MS = 20_000  # nobody calls again sooner
GOES_ONLINE = 0.06
TALK_S = 366.0
TALK_SPREAD = 0.75
WRAP_S = 190.0
WRAP_SPREAD = 0.6
INTERPRETER_S = 240.0
INTERPRETER_SPREAD = 0.5
NO_ANSWER = 0.012
LONGER_TALK_ON_ONE_SITE = 1.08
QUEUE_LIMIT = 24
TO_CRIME_LINE = 0.345
CRIME_TALK_S = 780.0
CRIME_WRAP_S = 300.0
CRIME_PATIENCE_S = 900.0
CALLBACK_KEY_AFTER_MS = 100_000
PRESSES_THE_KEY = 0.22
CALLBACK_PROMISED_MS = 60 * MINUTE
CALLBACK_EARLIEST_MS = 6 * MINUTE
SPARE = 0.5  # callers drawn beyond the expected, for those who call again


@dataclass(slots=True)
class Lengths:
    """What each caller would bring: lengths in milliseconds and draws between 0 and 1."""

    operator_ring: list[int]
    operator_talk: list[int]
    operator_patience: list[int]
    ring: list[int]
    talk: list[int]
    wrap: list[int]
    patience: list[int]
    interpreter: list[int]
    crime_talk: list[int]
    crime_wrap: list[int]
    crime_patience: list[int]
    again_after: list[int]
    chance: list[list[float]]


def draw_lengths(rng: Generator, count: int, longer: float = 1.0) -> Lengths:
    """What `count` callers bring; longer: how much longer than usual they talk."""
    return Lengths(
        lognormal(rng, 3.2, 0.5, count),
        lognormal(rng, 31.0, 0.5, count),
        lognormal(rng, 150.0, 0.8, count),
        lognormal(rng, 3.4, 0.4, count),
        lognormal(rng, TALK_S * longer, TALK_SPREAD, count),
        lognormal(rng, WRAP_S, WRAP_SPREAD, count),
        lognormal(rng, PATIENCE_MEAN_S, PATIENCE_SPREAD, count),
        lognormal(rng, INTERPRETER_S, INTERPRETER_SPREAD, count),
        lognormal(rng, CRIME_TALK_S, 0.6, count),
        lognormal(rng, CRIME_WRAP_S, 0.6, count),
        lognormal(rng, CRIME_PATIENCE_S, 0.9, count),
        [DIALS_MS + int(v * 1000) for v in rng.exponential(CALLS_AGAIN_AFTER_S, count).tolist()],
        rng.random((count, 9)).tolist(),
    )


def of_999(
    ring: list[int], talk: list[int], wrap: list[int], patience: list[int], ender: list[float]
) -> Lengths:
    """What emergency callers bring: nothing of the switchboard, an interpreter or the crime line."""
    return Lengths(
        operator_ring=[],
        operator_talk=[],
        operator_patience=[],
        ring=ring,
        talk=talk,
        wrap=wrap,
        patience=patience,
        interpreter=[],
        crime_talk=[],
        crime_wrap=[],
        crime_patience=[],
        again_after=[],
        chance=[[one] * 9 for one in ender],
    )


# Places in a caller's row of chances.
MESSAGE, SERVED, SATISFIED, KEY, MISS, CRIME, AGAIN, ENDER, ONLINE = range(9)


@dataclass(slots=True)
class Drawn101:
    """One shift-day of the line before anybody has waited.

    callers and lengths: those of `arrivals` in order, then the spare ones, for callers who call again.
    crews: who is on duty at the switchboard, on 101 and on the crime line.
    """

    arrivals: list[int]
    callers: list[Call]
    lengths: Lengths
    crews: dict[str, list[Duty]]

    @property
    def crime_closes(self) -> int:
        """From when on nobody is put through to the crime line any more."""
        return max((duty.end for duty in self.crews["crime"]), default=0) - 60 * MINUTE


def draw_101(story: Story, day: date, rng: Generator) -> Drawn101:
    """The shift-day of the line that begins on `day`."""
    arrivals = draw_arrivals(NON_EMERGENCY, day, rng)
    count = int(len(arrivals) * (1 + SPARE)) + 10
    longer = LONGER_TALK_ON_ONE_SITE if story.on_one_site(day) else 1.0
    callers = list(draw_callers(rng, count, "PHONE_101", f"N{day:%Y%m%d}", DISPOSITIONS_101))
    lengths = draw_lengths(rng, count, longer)
    lines = ("switchboard", "101", "crime")
    return Drawn101(
        arrivals, callers, lengths, {line: crew(line, story, day, NON_EMERGENCY, rng) for line in lines}
    )
