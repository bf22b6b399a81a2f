"""Online reports that arrive live: a person may take one; a colleague works the others between calls."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from darwin.practice.live.floor import FINISHING_NOTES
from darwin.practice.live.today import day_of
from darwin.practice.roster import MINUTE
from darwin.practice.story import Story
from darwin.practice.twin_callers import OnlineReport, online_reports

if TYPE_CHECKING:
    from darwin.practice.live.journeys import PracticeFloor

COLLEAGUES_LEAVE_MS = 3 * MINUTE
"""How long a report is left to whoever real is free before a colleague takes it."""
TRIED_EVERY_MS = 2 * MINUTE
FREE_FOR_CALLS = 2
"""So many colleagues stay free for callers, who come first."""


class Reports:
    """What nobody has taken yet, by name. taken: those that somebody real has, or is kept."""

    def __init__(self, floor: "PracticeFloor") -> None:
        self._floor = floor
        self.open: dict[str, OnlineReport] = {}
        self.taken: AbstractSet[str] = frozenset()

    def arrive(self, report: OnlineReport, now: int) -> None:
        """Somebody reports online."""
        self._floor.told.written.append(report.call)
        self.wait(report, now)

    def wait(self, report: OnlineReport, now: int) -> None:
        """Keep a report until somebody takes it."""
        self.open[report.call.call_id] = report
        self._floor.plan(now + COLLEAGUES_LEAVE_MS, lambda at: self._work(report, at))

    def _work(self, report: OnlineReport, now: int) -> None:
        """Let a colleague of 101 take it if enough are free, else try again later.

        What came of it is told at once, so that nobody is given what a colleague works at.
        """
        line = self._floor.lines["101"]
        free = [seat for seat in line.free_seats() if not seat.person]
        if len(free) <= FREE_FOR_CALLS or report.call.call_id in self.taken:
            self._floor.plan(now + TRIED_EVERY_MS, lambda at: self._work(report, at))
            return
        del self.open[report.call.call_id]
        self._floor.told.worked.append(report.call)
        self._floor.finish_notes(free[0], now, now + report.work_ms)
        self._floor.switch.of_seat(now, free[0], f"paused: {FINISHING_NOTES}")


def left_over(story: Story, names: Mapping[str, int]) -> list[OnlineReport]:
    """The reports of these names, as an earlier stretch drew them. names: with when each came, in
    milliseconds."""
    days = {day_of(at) for at in names.values()}
    return [one for day in days for one in online_reports(story, day) if one.call.call_id in names]
