"""The one clock of the installation.

Nothing else in Darwin asks the operating system what time it is: practice mode shifts the whole
installation's clock, and tests move it instead of sleeping. This module imports nothing of Darwin
and nothing of Django, so that every room, the ledger below included, may use it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_shift = timedelta(0)
_standing_at: datetime | None = None


def now() -> datetime:
    """The installation's present moment, aware, in UTC, to the microsecond."""
    if _standing_at is not None:
        return _standing_at
    return datetime.now(UTC) + _shift  # darwin: the-clock


def shift_by(amount: timedelta) -> None:
    """Run this process's clock ahead of (or behind) real time by `amount`; replaces an earlier shift."""
    global _shift
    _shift = amount


def rate() -> int:
    """How many times as fast as real time the clock runs now."""
    return 1


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Hold the clock still at `moment` (aware) for a block of code. For tests.

    Raises ValueError if `moment` has no time zone.
    """
    global _standing_at
    if moment.tzinfo is None:
        raise ValueError("the clock needs a moment with a time zone")
    before = _standing_at
    _standing_at = moment.astimezone(UTC)
    try:
        yield
    finally:
        _standing_at = before
