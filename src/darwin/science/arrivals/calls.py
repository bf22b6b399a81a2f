"""Calls as the fitting reads them: columns of numbers, nobody's name or telephone number."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from darwin.science.arrivals.arrays import Flags, Floats, Whole

UNKNOWN = -1  # a caller or handler whom the record does not tell


class Ending(IntEnum):
    """How a wait ended."""

    ANSWERED = 0
    GAVE_UP = 1
    OTHER = 2  # refused, asked for a call-back, sent on, not known: patience was cut short, not used up


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """One row a stay in a queue, in order of arrival.

    day, slot: local day (rows of HalfHours) and half-hour of the day by the clock on the wall. arrival_s:
    seconds since the first day began, which go on evenly when the clocks change. wait_s: until the ending;
    nan where not known. ending: of Ending. talk_s: nan where nobody talked or it is not known. kind: index
    into the names of the types. caller, handler: a number that stands for one caller or handler, UNKNOWN
    where the record does not tell.
    """

    day: Whole
    slot: Whole
    arrival_s: Floats
    wait_s: Floats
    ending: Whole
    talk_s: Floats
    kind: Whole
    caller: Whole
    handler: Whole

    def __post_init__(self) -> None:
        if len({getattr(self, column.name).shape for column in fields(self)}) != 1:
            raise ValueError("every column has one value a call")
        if (np.diff(self.arrival_s) < 0).any():
            raise ValueError("calls are in order of arrival")

    def __len__(self) -> int:
        return len(self.arrival_s)

    def where(self, chosen: Flags) -> "Calls":
        """The calls chosen, in order."""
        return Calls(*(getattr(self, column.name)[chosen] for column in fields(self)))

    @property
    def answered(self) -> Flags:
        found: Flags = self.ending == Ending.ANSWERED
        return found

    @property
    def gave_up(self) -> Flags:
        found: Flags = self.ending == Ending.GAVE_UP
        return found

    @property
    def left_s(self) -> Floats:
        """When the wait ended, on the scale of arrival_s; a wait not known counts as none."""
        return self.arrival_s + np.nan_to_num(self.wait_s)
