"""The thresholds of reference data that this room reads."""

from datetime import datetime

from darwin.reference.queries import threshold
from darwin.reference.required import require_threshold
from darwin.reference.units import Unit

_LARGEST = "files.largest_mb"
_MOST = "files.most_at_a_subject"


def declare() -> None:
    """Tell the reference room what this room cannot work without."""
    require_threshold(_LARGEST, Unit.NUMBER, "files", "to know how many megabytes a file may have")
    require_threshold(_MOST, Unit.NUMBER, "files", "to know how many files one thing may have")


def largest_bytes(at: datetime) -> int:
    """How many bytes a file may have."""
    return int(threshold(_LARGEST, at=at).value) * 1_000_000


def most_at_a_subject(at: datetime) -> int:
    """How many files one thing may have."""
    return int(threshold(_MOST, at=at).value)
