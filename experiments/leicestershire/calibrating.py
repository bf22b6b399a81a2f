"""The before: as many callers and as many handlers as make the month show what the letter implies.

A month is first sized in whole person-shifts a week, then absence is moved by at most ABSENCE_REACH, because
one person-shift changes the letter's count by more than a per cent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from experiments.leicestershire.centre import ASSUMED, DESK_101, DESK_999, Centre
from experiments.leicestershire.measuring import Measured
from experiments.leicestershire.rosters import before_roster

ABSENCE_REACH = 0.02
MOST_PERSON_SHIFTS = 1024
STEPS = 8
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


@dataclass(frozen=True, slots=True)
class Calibration:
    """`start` is what is not calibrated; `offered` the calls that the switch counts."""

    start: Centre
    offered: float
    equal_teams: bool
    simulate: Simulate

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
        wanted = ASSUMED["before"]["answered_999_in_10_s"]["value"]
        start = replace(self.start, levers=frozenset())

        def reaches(people: int) -> bool:
            month = self.simulate(self._with_rosters(start, MOST_PERSON_SHIFTS // 4, people))
            return month.value("999 in time") >= wanted

        return _least(reaches)

    def _with_rosters(self, centre: Centre, people_101: int, people_999: int) -> Centre:
        rosters = {
            desk: before_roster(desk, people, equal_teams=self.equal_teams)
            for desk, people in ((DESK_101, people_101), (DESK_999, people_999))
        }
        return replace(centre, rosters=rosters)

    def _sized(self, emergency: int, shown: Callable[[Measured], float], target: float) -> Before:
        """The size of the 101 desk with which `shown`, which rises with it, is `target`."""

        def month_of(people: int, absence: float) -> tuple[Centre, Measured]:
            centre = self._with_rosters(replace(self.start, absence=absence), people, emergency)
            return self._with_offered(centre)

        usual = self.start.absence
        people = _least(lambda people: shown(month_of(people, usual)[1]) >= target)
        low, high = usual - ABSENCE_REACH, usual + ABSENCE_REACH
        # `people` are just enough: more absence brings them down to the target.
        for _ in range(STEPS):
            middle = (low + high) / 2
            if shown(month_of(people, middle)[1]) >= target:
                low = middle
            else:
                high = middle
        centre, month = month_of(people, round((low + high) / 2, 4))
        return Before(centre, month, target, shown(month), people, emergency)

    def _with_offered(self, centre: Centre) -> tuple[Centre, Measured]:
        """The centre with so many callers that calls and repeated calls together are those offered."""
        month = self.simulate(centre)
        for _ in range(3):
            attempts = month.value("attempts")
            if abs(attempts / self.offered - 1) < 5e-4:
                break
            centre = replace(centre, first_calls=round(centre.first_calls * self.offered / attempts, 1))
            month = self.simulate(centre)
        return centre, month


def _least(reaches: Callable[[int], bool]) -> int:
    """The fewest person-shifts a week that reach something which more of them reach all the better."""
    low, high = 21, MOST_PERSON_SHIFTS
    while low < high:
        middle = (low + high) // 2
        if reaches(middle):
            high = middle
        else:
            low = middle + 1
    return low
