"""What is planted in the made-up force, and when. Everything is counted back from the month it was opened in.

The analyst's known answers stand here and in docs/practice.md: one exceptional month, one programme,
a growing online channel, frequent callers, and the wait for an interpreter. Nothing else moves but chance
and season.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SEED = 6655
MONTHS_BEFORE = 24
EXCEPTIONAL_MONTHS_BEFORE = 15
PROGRAMME_MONTHS_BEFORE = 12


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months after (before, if negative) the month of `month`."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def local_ms(day: date, hour: int = 0, minute: int = 0) -> int:
    """Milliseconds since the epoch of a wall-clock time in London; hour 24 and above is the next day."""
    day += timedelta(days=hour // 24)
    moment = datetime(day.year, day.month, day.day, hour % 24, minute, tzinfo=LONDON)
    return int(moment.astimezone(UTC).timestamp()) * 1000


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which the switch's stream was not recorded, in milliseconds since the epoch, half-open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Story:
    """One made-up force. The same present month and seed give the same calls to the byte.

    present_month is the first day of the month in which the force was opened. It stays what it was when
    the force is filled up later, so that nothing planted moves.
    """

    present_month: date
    seed: int = SEED

    @classmethod
    def opened_at(cls, moment: datetime, seed: int = SEED) -> "Story":
        """The story of a force opened at `moment` (aware)."""
        local = moment.astimezone(LONDON)
        return cls(date(local.year, local.month, 1), seed)

    @property
    def first_month(self) -> date:
        """Where the history begins."""
        return add_months(self.present_month, -MONTHS_BEFORE)

    @property
    def exceptional_month(self) -> date:
        """The month in which the switch was replaced and the line worked from one site for 14 days."""
        return add_months(self.present_month, -EXCEPTIONAL_MONTHS_BEFORE)

    @property
    def programme_from(self) -> date:
        """The day on which the call-back key and the new roster went live."""
        return add_months(self.present_month, -PROGRAMME_MONTHS_BEFORE)

    def on_one_site(self, day: date) -> bool:
        """Whether `day` is one of the 14 days (8th to 21st) on one site."""
        start = self.exceptional_month.replace(day=8)
        return start <= day < start + timedelta(days=14)

    def under_programme(self, day: date) -> bool:
        """Whether the call-back key and the new roster were live on `day`."""
        return day >= self.programme_from

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Two gaps in the record, 24 and 17 minutes: 41 in all."""
        cut_over = self.exceptional_month.replace(day=11)
        lost_link = add_months(self.present_month, -1)
        lost_link += timedelta(days=-lost_link.weekday() % 7)  # its first Monday
        return (
            Gap(local_ms(cut_over, 10, 40), local_ms(cut_over, 11, 4)),
            Gap(local_ms(lost_link, 10, 5), local_ms(lost_link, 10, 22)),
        )
