"""Contacts by day and half-hour of the day, with how much of each half-hour a record was kept of."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from darwin.science.arrivals.arrays import Floats, Whole

SLOTS = 48  # half-hours of a day by the clock on the wall
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, eq=False)
class HalfHours:
    """Counts on a calendar of local days.

    counts: (days, 48) whole numbers from 00:00 of `first_day`. recorded: (days, 48), how many half-hours of
    record lie behind each count: 1 where it was recorded, 0 where nothing was kept or the clocks jumped over
    it, 2 where they went back over it, a part where the record began or ended inside.
    """

    first_day: date
    counts: Whole
    recorded: Floats

    def __post_init__(self) -> None:
        shape = self.counts.shape
        if len(shape) != 2 or shape[1] != SLOTS or self.recorded.shape != shape:
            raise ValueError("counts and recorded have one row a day and 48 columns")
        if (self.counts < 0).any() or (self.recorded < 0).any():
            raise ValueError("counts and recorded are never negative")

    @property
    def days(self) -> int:
        return int(self.counts.shape[0])

    @property
    def weekdays(self) -> Whole:
        """(days,), 0 for Monday."""
        return (np.arange(self.days) + self.first_day.weekday()) % 7

    def day(self, row: int) -> date:
        """The date of a row; rows beyond the last are days to come."""
        return self.first_day + timedelta(days=row)

    def rows_of(self, dates: frozenset[date]) -> Whole:
        """Which rows are among `dates`, in order."""
        found = sorted((day - self.first_day).days for day in dates)
        return np.array([row for row in found if 0 <= row < self.days], dtype=np.int64)

    def between(self, first: int, last: int) -> "HalfHours":
        """The rows from `first` up to, not including, `last`."""
        if not 0 <= first < last <= self.days:
            raise ValueError(f"rows {first} to {last} are not among {self.days}")
        return HalfHours(self.day(first), self.counts[first:last], self.recorded[first:last])

    def of_week(self, without: Whole) -> tuple[Whole, Floats]:
        """Contacts and recorded half-hours by half-hour of the week, (7, 48) each, but for the rows
        `without`."""
        counts, recorded = np.zeros((7, SLOTS), np.int64), np.zeros((7, SLOTS))
        kept = np.ones(self.days, bool)
        kept[without] = False
        kept_counts = np.where(self.recorded > 0, self.counts, 0)
        np.add.at(counts, self.weekdays[kept], kept_counts[kept])
        np.add.at(recorded, self.weekdays[kept], self.recorded[kept])
        return counts, recorded
