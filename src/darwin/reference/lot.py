"""Days by lot: on which days a new policy holds, so that its effect can be judged against the days between.

Anybody can draw the lot again: days go in pairs from the first, and of each pair one has the new policy. It
is the earlier one if the SHA-256 of the text "SEED DATE" (DATE: the pair's first day, as 2026-11-30) begins
with a hexadecimal digit below 8. `printf '%s %s' SEED DATE | sha256sum` shows it. A day left over at the end
is drawn in the same way. Pairs keep the two halves equal and next to each other, so that a trend or a season
cannot favour one of them (Box, Hunter and Hunter, Statistics for Experimenters, 2nd edition, 3.2-3.3:
randomised paired comparison, blocking).
"""

from datetime import date, timedelta
from hashlib import sha256


def draw_days(seed: str, first: date, days: int) -> list[tuple[date, bool]]:
    """`days` days from `first` on, each with whether the new policy holds on it. Raises ValueError if days
    is negative."""
    if days < 0:
        raise ValueError("a lot cannot be drawn for fewer than no days")
    drawn: list[tuple[date, bool]] = []
    for place in range(0, days, 2):
        day = first + timedelta(days=place)
        earlier = int(sha256(f"{seed} {day.isoformat()}".encode()).hexdigest()[0], 16) < 8
        drawn += [(day, earlier), (day + timedelta(days=1), not earlier)]
    return drawn[:days]
