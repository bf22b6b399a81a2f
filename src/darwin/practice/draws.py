"""Everything about callers that is decided by chance before the day's queues are played."""

from collections.abc import Iterator
from math import log

import numpy as np
from numpy.random import Generator

from darwin.practice.population import draw_languages, draw_numbers
from darwin.practice.rows import Call

ACCESS_ROUTES = (("RELAY_UK", 0.0015), ("BSL", 0.0003))
CALLER_ROLES = ("VICTIM", "THIRD_PARTY", "WITNESS", "PROFESSIONAL", "ANONYMOUS", "SUSPECT")
CALLER_ROLE_SHARES = (0.46, 0.22, 0.14, 0.11, 0.06, 0.01)
DISPOSITIONS_101 = (
    ("ADVICE", 0.27), ("RESOLVED_AT_CONTACT", 0.22), ("APPOINTMENT", 0.12), ("DISPATCHED", 0.17),
    ("REFERRED", 0.10), ("TELEPHONE_INVESTIGATION", 0.07), ("INTELLIGENCE_ONLY", 0.04), ("ERROR", 0.01),
)  # fmt: skip
DISPOSITIONS_999 = (
    ("DISPATCHED", 0.47), ("ADVICE", 0.21), ("RESOLVED_AT_CONTACT", 0.11), ("NO_SPEECH", 0.09),
    ("APPOINTMENT", 0.05), ("REFERRED", 0.04), ("ERROR", 0.03),
)  # fmt: skip
FAILURE_TAGS = (("CHASING_UPDATE", 0.075), ("NOBODY_CAME", 0.025), ("CUT_OFF", 0.012), ("WRONG_TEAM", 0.018))


def lognormal(rng: Generator, mean_s: float, spread: float, count: int) -> list[int]:
    """`count` lengths of time in milliseconds; mean_s is their mean, spread that of the logarithm."""
    drawn = rng.lognormal(log(mean_s) - spread * spread / 2, spread, count) * 1000
    return [int(value) for value in drawn.tolist()]


def pick(rng: Generator, choices: tuple[tuple[str, float], ...], count: int) -> list[str]:
    """`count` words; "" for the share that the choices leave over."""
    words = [word for word, _ in choices] + [""]
    edges = np.cumsum([share for _, share in choices])
    return [words[i] for i in np.searchsorted(edges, rng.random(count), side="right").tolist()]


def draw_callers(
    rng: Generator, count: int, channel: str, prefix: str, dispositions: tuple[tuple[str, float], ...]
) -> Iterator[Call]:
    """`count` callers who have not called yet: who they are and what their call would come to."""
    numbers = draw_numbers(rng, count)
    languages, interpreters = draw_languages(rng, count)
    routes = pick(rng, ACCESS_ROUTES, count)
    roles = pick(rng, tuple(zip(CALLER_ROLES, CALLER_ROLE_SHARES, strict=True)), count)
    ends = pick(rng, dispositions, count)
    tags = pick(rng, FAILURE_TAGS, count)
    for n in range(count):
        yield Call(
            f"{prefix}-{n + 1:05d}",
            channel,
            0,
            numbers[n],
            languages[n],
            routes[n],
            interpreters[n],
            roles[n],
            ends[n] or "ADVICE",
            tags[n],
        )
