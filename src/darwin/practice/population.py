"""The invented people: who answers, and from which numbers people call.

Only the ranges that Ofcom keeps for drama are used (07700 900000 to 900999, 0116 496 0000 to 0999), so that
the whole force has 2,000 numbers: ordinary callers share them, which docs/practice.md says plainly.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

MOBILES = tuple(f"07700900{n:03d}" for n in range(1000))
LANDLINES = tuple(f"01164960{n:03d}" for n in range(1000))
FREQUENT_MOBILES = 180
FREQUENT_LANDLINES = 60
FREQUENT_SHARE = 0.20
FREQUENT_EXPONENT = 0.6
SHARED_LINES = 40  # care homes, schools, switchboards: many people behind one number
SHARED_SHARE = 0.07
MOBILE_SHARE = 0.78
WITHHELD_SHARE = 0.06

LANGUAGES = ("", "en", "gu", "pa", "pl", "ur", "bn", "ro", "so", "ar", "cy")
LANGUAGE_SHARES = (0.40, 0.535, 0.017, 0.011, 0.011, 0.006, 0.004, 0.007, 0.004, 0.003, 0.002)
NEEDS_INTERPRETER = 0.55  # of callers whose language is none of "", English, Welsh

FIRST_NAMES = (
    "Amelia", "Bilal", "Chloe", "Dev", "Eleri", "Farah", "Gareth", "Harpreet", "Imogen", "Joel",
    "Kiran", "Lena", "Marcus", "Nisha", "Oscar", "Priya", "Rhys", "Saira", "Tomasz", "Una",
    "Vikram", "Wendy", "Yusuf", "Zoe", "Alan", "Bethan", "Callum", "Dina", "Ewan", "Grace",
)  # fmt: skip
LAST_NAMES = (
    "Ashdown", "Bakare", "Chauhan", "Dunmore", "Ellery", "Farrow", "Gohil", "Hallam", "Iqbal", "Jarvis",
    "Kowal", "Lockwood", "Mistry", "Norwell", "Osei", "Pargeter", "Quayle", "Rowntree", "Sandhu", "Tolley",
    "Underhay", "Varley", "Wexcombe", "Yardley", "Zielinski",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handler:
    """One person on the telephones: the switch's interface, a name, the line and the team (0 to 4)."""

    interface: str
    name: str
    line: str
    team: int


LINES = (("101", 1001, 80), ("999", 1101, 40), ("switchboard", 1201, 20), ("crime", 1301, 30))
TEAMS = 5
SAM_OKORO = "PJSIP/1001"


@cache
def handlers(line: str) -> tuple[Handler, ...]:
    """Everyone who works on a line. 101 and 999 have 120 contact handlers between them."""
    found: list[Handler] = []
    offset = 0
    for name, first, count in LINES:
        if name == line:
            found += [Handler(f"PJSIP/{first + n}", _name(offset + n), line, n % TEAMS) for n in range(count)]
        offset += count
    return tuple(found)


@cache
def handler_names() -> dict[str, str]:
    """Interface to name, for all lines."""
    return {person.interface: person.name for line, _, _ in LINES for person in handlers(line)}


def _name(index: int) -> str:
    if index == 0:
        return "Sam Okoro"
    # 30 and 25 share a factor; stepping the last name once a round keeps every pair different.
    return f"{FIRST_NAMES[index % 30]} {LAST_NAMES[(index + index // 150) % 25]}"


@cache
def frequent_numbers() -> tuple[str, ...]:
    """The 240 frequent callers' numbers, the most frequent first."""
    mobiles = MOBILES[:FREQUENT_MOBILES]
    landlines = LANDLINES[:FREQUENT_LANDLINES]
    mixed: list[str] = []
    for n, landline in enumerate(landlines):
        mixed += [*mobiles[n * 3 : n * 3 + 3], landline]
    return tuple(mixed)


def shared_numbers() -> tuple[str, ...]:
    """Numbers with many people behind them."""
    return LANDLINES[-SHARED_LINES:]


@cache
def _choices() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    weights = np.arange(1, len(frequent_numbers()) + 1, dtype=np.float64) ** -FREQUENT_EXPONENT
    rest = (1 - WITHHELD_SHARE) * (1 - FREQUENT_SHARE - SHARED_SHARE)
    mobiles = MOBILES[FREQUENT_MOBILES:]
    landlines = LANDLINES[FREQUENT_LANDLINES:-SHARED_LINES]
    parts: tuple[tuple[tuple[str, ...], NDArray[np.float64], float], ...] = (
        (("",), np.ones(1), WITHHELD_SHARE),
        (frequent_numbers(), weights, (1 - WITHHELD_SHARE) * FREQUENT_SHARE),
        (shared_numbers(), np.ones(SHARED_LINES), (1 - WITHHELD_SHARE) * SHARED_SHARE),
        (mobiles, np.ones(len(mobiles)), rest * MOBILE_SHARE),
        (landlines, np.ones(len(landlines)), rest * (1 - MOBILE_SHARE)),
    )
    numbers = tuple(number for names, _, _ in parts for number in names)
    return numbers, np.cumsum(np.concatenate([share * w / w.sum() for _, w, share in parts]))


def draw_numbers(rng: Generator, count: int) -> list[str]:
    """`count` callers' numbers; "" for the 6% who withhold theirs."""
    numbers, cumulative = _choices()
    found = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
    return [numbers[i] for i in found.tolist()]


def draw_languages(rng: Generator, count: int) -> tuple[list[str], list[bool]]:
    """Languages ("" not known) and whether an interpreter is needed."""
    cumulative = np.cumsum(LANGUAGE_SHARES)
    found = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right").tolist()
    needs = (rng.random(count) < NEEDS_INTERPRETER).tolist()
    languages = [LANGUAGES[i] for i in found]
    return languages, [
        need and language not in ("", "en", "cy") for language, need in zip(languages, needs, strict=True)
    ]
