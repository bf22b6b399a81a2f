"""Locks on files (flock): the kernel releases them when their holder ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """One flock on the file `path`, which is created if missing. Not inherited by programs that we start.

    Every instance is a holder of its own, also within one process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_shared(self) -> bool:
        """Hold it together with others; False if somebody holds it alone. Changes an exclusive hold too."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Hold it alone; False if somebody else holds it (a shared hold of ours may then be lost)."""
        return self._try(fcntl.LOCK_EX)

    def wait_exclusive(self) -> None:
        """Hold it alone; returns when everybody else has let go."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)

    def release(self) -> None:
        """Let go; the file stays open."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    @property
    def is_closed(self) -> bool:
        return self._fd < 0

    def close(self) -> None:
        """Let go and close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def is_held(path: Path) -> bool:
    """Does anybody hold the lock on `path` alone?"""
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        return not lock.try_shared()
    finally:
        lock.close()


@contextmanager
def exclusive(path: Path, limit_s: float) -> Iterator[bool]:
    """Hold `path` alone for a block of code, waiting up to `limit_s`; yields False if it stayed taken."""
    lock = FileLock(path)
    try:
        deadline = time.monotonic() + limit_s
        held = lock.try_exclusive()
        while not held and time.monotonic() < deadline:
            time.sleep(0.02)
            held = lock.try_exclusive()
        yield held
    finally:
        lock.close()
