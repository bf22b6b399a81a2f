"""Which stretches of the made-up force's time are still to be loaded, the newest month first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from darwin.practice.story import Story, add_months, local_ms


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """A stretch [start, end) of one month, in milliseconds since the epoch."""

    month: date
    start: int
    end: int


def months_until(story: Story, now: int) -> list[date]:
    """The first days of all months from the beginning of the history to `now`, the newest first."""
    months: list[date] = []
    month = story.first_month
    while local_ms(month) < now:
        months.append(month)
        month = add_months(month, 1)
    return months[::-1]


def pending_spans(story: Story, loaded: Mapping[date, int], now: int) -> list[MonthSpan]:
    """What is missing at `now`. loaded: for each month that is in, up to which moment."""
    spans = []
    for month in months_until(story, now):
        start = loaded.get(month, local_ms(month))
        end = min(now, local_ms(add_months(month, 1)))
        if start < end:
            spans.append(MonthSpan(month, start, end))
    return spans
