"""Who answers when somebody in the practice force is rung. Pages ask it too, so it loads nothing."""

from zlib import crc32

ANSWERS, MACHINE = 0.60, 0.15
"""How often somebody answers who is rung back, and how often their answering machine does."""


def rings_like(name: str) -> str:
    """Who answers a call that a person makes: "person", "machine" or "nobody"; the same for the same name."""
    drawn = crc32(name.encode()) % 1_000 / 1_000
    return "person" if drawn < ANSWERS else "machine" if drawn < ANSWERS + MACHINE else "nobody"
