"""How often one token may ask: a bucket of requests in each web process, so that one client that runs wild
does not keep the others, or people, waiting."""

import threading
import time
from dataclasses import dataclass
from uuid import UUID

A_SECOND = 100.0
"""A switch with 20 calls a second that is told of every event one by one asks about 140 times a second, and
in batches of 100 ms ten times; a bench that logs contacts as fast as one process answers stays below too."""
AT_ONCE = 400.0
"""What a client that was cut off for a minute may catch up with at once."""
_MOST_TOKENS = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


_buckets: dict[UUID, _Bucket] = {}
_lock = threading.Lock()


def wait_before(token_id: UUID) -> float:
    """Seconds that this token has to wait before its next request; 0.0 takes one from its bucket now.

    The clock here is the machine's own, which runs evenly: how fast somebody asks is no business of the
    installation's clock.
    """
    now = time.monotonic()
    with _lock:
        bucket = _buckets.get(token_id)
        if bucket is None:
            if len(_buckets) >= _MOST_TOKENS:
                _buckets.clear()
            bucket = _buckets[token_id] = _Bucket(AT_ONCE, now)
        bucket.left = min(AT_ONCE, bucket.left + (now - bucket.at) * A_SECOND)
        bucket.at = now
        if bucket.left >= 1.0:
            bucket.left -= 1.0
            return 0.0
        return (1.0 - bucket.left) / A_SECOND


def forget_rates() -> None:
    """Fill every bucket again; for tests."""
    with _lock:
        _buckets.clear()
