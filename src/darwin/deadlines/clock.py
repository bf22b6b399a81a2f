"""The one clock of the installation.

Nothing else in Darwin asks the operating system what time it is: practice mode shifts the whole
installation's clock and lets it run faster, and tests move it instead of sleeping. This module imports
nothing of Darwin and nothing of Django, so that every room, the ledger below included, may use it.

How the clock is shifted stands in a small file that every process of the installation follows. A change is
announced in it a moment before it takes effect, and each process looks at the file more often than that, so
that all of them turn at the same instant and none of them ever goes back.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FASTEST = 60
LOOK_EVERY_S = 0.1
AHEAD = timedelta(milliseconds=300)
"""By how much a change is announced before it takes effect; longer than LOOK_EVERY_S, with room to spare."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class ClockFileWrong(ValueError):
    """The clock's file is not one that this module has written."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How the clock runs from one real moment on: at `real` it shows `shows`, and it runs `rate` times as
    fast as real time. Moments are microseconds since the epoch; rate is a whole number from 1 to FASTEST."""

    real: int
    shows: int
    rate: int

    def at(self, real: int) -> int:
        """What the clock shows at a real moment."""
        return self.shows + (real - self.real) * self.rate


_REAL_TIME = Pace(0, 0, 1)
_file: Path | None = None
_paces: tuple[Pace, ...] = ()
_looked_at = 0.0
_seen: tuple[int, int, int] | None = None
_standing_at: datetime | None = None


def now() -> datetime:
    """The installation's present moment, aware, in UTC, to the microsecond."""
    if _standing_at is not None:
        return _standing_at
    _look()
    real = _real_micros()
    return _EPOCH + _in_force(real).at(real) * _MICROSECOND


def real_now() -> datetime:
    """The real moment, whatever the installation's clock shows: for what a person at a keyboard does in the
    world, like not touching it. Nothing of it is stored as a record."""
    if _standing_at is not None:
        return _standing_at
    return datetime.now(UTC)  # darwin: the-clock


def rate() -> int:
    """How many times as fast as real time the clock runs now; 1 in every mode but practice."""
    if _standing_at is not None:
        return 1
    _look()
    return _in_force(_real_micros()).rate


def real_seconds_until(moment: datetime) -> float:
    """How many seconds of real time pass until the clock shows `moment`, at its present rate; negative if it
    has. For whoever waits."""
    return (moment - now()).total_seconds() / rate()


def shown_in(real: timedelta) -> timedelta:
    """How far the clock moves while `real` passes in the world: for what machines and people need in real
    time (a sign of life each second, a telephone that rings), however fast the clock runs."""
    return real * rate()


def follow(file: Path | None) -> None:
    """Let this process's clock follow `file` from now on, whether or not it is there; None: real time.

    Raises ClockFileWrong if it is there and cannot be read.
    """
    global _file, _looked_at, _paces, _seen
    _file, _looked_at, _paces, _seen = file, -LOOK_EVERY_S, (), None
    if file is not None and (seen := _stamp(file)) is not None:
        _paces, _seen = _read(file), seen


def change(*, rate: int, jump_to: datetime | None = None) -> Pace:
    """Announce another rate in the followed file, and a jump forwards if `jump_to` is given; the new pace.

    It takes effect after AHEAD, in every process at once. Raises ValueError if the rate is none, if the jump
    would lead back, or if no file is followed. One caller at a time.
    """
    if _file is None:
        raise ValueError("this process follows no clock file")
    if not 1 <= rate <= FASTEST:
        raise ValueError(f"the clock runs 1 to {FASTEST} times as fast as real time, not {rate}")
    follow(_file)
    real = _real_micros()
    # A change that is announced already comes first, and this one goes on from it.
    before = (_REAL_TIME, *_paces)[-1]
    at = max(real + AHEAD // _MICROSECOND, before.real)
    shows = before.at(at)
    if jump_to is not None:
        target = (jump_to - _EPOCH) // _MICROSECOND
        if target < shows:
            raise ValueError("the clock never runs backwards")
        shows = target
    fresh = Pace(at, shows, rate)
    current = _in_force(real)
    coming = [pace for pace in _paces if pace.real > current.real]
    _write(_file, (current, *coming, fresh))
    follow(_file)
    return fresh


def return_to_real_time() -> None:
    """Take the followed file away: the one way back, for an installation that is emptied."""
    if _file is not None:
        _file.unlink(missing_ok=True)
        follow(_file)


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


def _real_micros() -> int:
    return (real_now() - _EPOCH) // _MICROSECOND


def _in_force(real: int) -> Pace:
    """The pace at a real moment: the last that has begun."""
    return next((pace for pace in reversed(_paces) if pace.real <= real), _REAL_TIME)


def _look() -> None:
    """See whether the file has changed, at most every LOOK_EVERY_S. One that is gone means real time; one
    that cannot be read leaves everything as it was."""
    global _paces, _looked_at, _seen
    if _file is None or monotonic() - _looked_at < LOOK_EVERY_S:
        return
    _looked_at = monotonic()
    seen = _stamp(_file)
    if seen == _seen:
        return
    try:
        _paces, _seen = (_read(_file) if seen else ()), seen
    except ClockFileWrong:
        return


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What tells one writing of the file from another; None if it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _read(file: Path) -> tuple[Pace, ...]:
    try:
        paces = tuple(Pace(*(int(part) for part in row)) for row in json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as fault:
        raise ClockFileWrong(f"{file} does not say how the clock runs") from fault
    if not paces or any(not 1 <= pace.rate <= FASTEST for pace in paces):
        raise ClockFileWrong(f"{file} does not say how the clock runs")
    return paces


def _write(file: Path, paces: tuple[Pace, ...]) -> None:
    """Replace the file as a whole: whoever reads finds the old or the new."""
    rows = [[pace.real, pace.shows, pace.rate] for pace in paces]
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as draft:
        json.dump(rows, draft)
        draft.flush()
        os.fsync(draft.fileno())
    Path(name).replace(file)
