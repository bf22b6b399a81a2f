"""What a reader of call records reports beside the events: how much it read, what it left out, and when the
source was watching."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reject:
    """A part of a source that could not be used. `place`: the line (1 is the first) or the byte offset."""

    place: int
    unit: str  # "line", "byte"
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The source was watching from one moment to another. What happened between two coverages was not
    seen."""

    source: str
    start: datetime
    end: datetime


@dataclass(slots=True)
class Reading:
    """The running account of one reading; the reader fills it while its events are consumed.

    rows_read: messages or lines, rejected ones included. ignored: those that say nothing of a queue's calls.
    bytes_read: for a progress bar. coverages: complete when the reader is exhausted.
    """

    rows_read: int = 0
    ignored: int = 0
    bytes_read: int = 0
    rejects: list[Reject] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
