"""The before: as many callers and as many handlers as make the month show what the letter implies.

A month is first sized in whole person-shifts a week. Then absence is raised by what part of one person-shift
is too much, because a whole one changes the letter's count by more than a per cent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from experiments.leicestershire.centre import ASSUMED, DESK_101, DESK_999, Centre
from experiments.leicestershire.measuring import Measured
from experiments.leicestershire.rosters import before_roster

OFFERED_WITHIN, MOST_TRIES = 5e-4, 4
REFINEMENTS = 3
# Person-shifts a week to begin the search with.
USUAL = 160
Simulate = Callable[[Centre], Measured]


@dataclass(frozen=True, slots=True)
class Before:
    """A month before any lever: what it was to show and shows, and with how many people."""

    centre: Centre
    month: Measured
    target: float
    reached: float
    person_shifts_101: int
    person_shifts_999: int


class Calibration:
    """`start` is what is not calibrated; `offered` the calls that the switch counts."""

    def __init__(self, start: Centre, offered: float, *, equal_teams: bool, simulate: Simulate) -> None:
        self.start, self.offered = start, offered
        self.equal_teams, self.simulate = equal_teams, simulate
        # Callers of the month sized last: the next begins from there.
        self.first_calls = start.first_calls

    def of_reading(self, reading: str) -> Before:
        """Reading A: so many 101 calls in time. Reading B: so long an average wait of the answered."""
        letter = ASSUMED["letter"]
        after, rise = letter["answered_in_time"]["value"], letter["rise"]["value"]
        emergency = self._desk_999()
        if reading == "A":
            return self._sized(emergency, lambda month: month.value("in time"), after / (1 + rise))
        there = self._sized(emergency, lambda month: month.value("in time"), after)
        wait = there.month.value("wait of answered") / (1 - rise)
        found = self._sized(emergency, lambda month: -month.value("wait of answered"), -wait)
        return replace(found, target=wait, reached=-found.reached)

    def _desk_999(self) -> int:
        """The fewest person-shifts a week with which 999 is answered as it was known to be."""
        start = replace(self.start, levers=frozenset())

        def in_time(people: int) -> float:
            return self.simulate(self._with_rosters(start, 2 * USUAL, people)).value("999 in time")

        return least(in_time, ASSUMED["before"]["answered_999_in_10_s"]["value"], USUAL)[0]

    def _with_rosters(self, centre: Centre, people_101: int, people_999: int) -> Centre:
        rosters = {
            desk: before_roster(desk, people, equal_teams=self.equal_teams)
            for desk, people in ((DESK_101, people_101), (DESK_999, people_999))
        }
        return replace(centre, rosters=rosters)

    def _sized(self, emergency: int, shown: Callable[[Measured], float], target: float) -> Before:
        """The size of the 101 desk with which `shown`, which rises with it, is `target`."""

        def month_of(people: int, absence: float) -> tuple[Centre, Measured]:
            centre = replace(self.start, absence=absence, first_calls=self.first_calls)
            return self._with_offered(self._with_rosters(centre, people, emergency))

        usual = self.start.absence
        people, above, below = least(lambda people: shown(month_of(people, usual)[1]), target, USUAL)
        # `people` are just enough: a little more absence brings the month down to the target.
        one_fewer = (1 - usual) / people
        absence, value = usual, above
        for _ in range(REFINEMENTS):
            absence = round(absence + (value - target) / (above - below) * one_fewer, 5)
            centre, month = month_of(people, absence)
            value = shown(month)
        return Before(centre, month, target, value, people, emergency)

    def _with_offered(self, centre: Centre) -> tuple[Centre, Measured]:
        """The centre with so many callers that calls and repeated calls together are those offered."""
        month = self.simulate(centre)
        for _ in range(MOST_TRIES):
            attempts = month.value("attempts")
            if abs(attempts / self.offered - 1) <= OFFERED_WITHIN:
                break
            centre = replace(centre, first_calls=round(centre.first_calls * self.offered / attempts, 1))
            month = self.simulate(centre)
        self.first_calls = centre.first_calls
        return centre, month


def least(shown: Callable[[int], float], target: float, guess: int) -> tuple[int, float, float]:
    """The least whole number at which `shown`, which rises, reaches `target`; its value; that of one less.

    By regula falsi between a number that does not and one that does.
    """
    low = high = guess
    below = above = shown(guess)
    step = 8
    while below >= target:
        high, above, low = low, below, max(1, low - step)
        below, step = shown(low), 2 * step
    while above < target:
        low, below, high = high, above, high + step
        above, step = shown(high), 2 * step
    while high - low > 1:
        share = (target - below) / (above - below)
        middle = min(max(low + round(share * (high - low)), low + 1), high - 1)
        value = shown(middle)
        if value >= target:
            high, above = middle, value
        else:
            low, below = middle, value
    return high, above, below
