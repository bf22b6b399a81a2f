"""Periods as people choose them: days of London, both included, or moments, the last not included."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from darwin.deadlines.clock import LONDON
from darwin.theme import formats

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_BRITISH_DAY = re.compile(r"(?P<day>\d{1,2})[\s/.\-](?P<month>\d{1,2}|[A-Za-z]{3,9})[\s/.\-](?P<year>\d{4})")


class NotADay(ValueError):
    """What was typed is no day and no moment. The text says why, for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Period:
    """[from_at, to_at), both aware."""

    from_at: datetime
    to_at: datetime

    @classmethod
    def of_days(cls, first: date, last: date) -> "Period":
        """The days of London from `first` to `last`, both included."""
        return cls(midnight(first), midnight(last + timedelta(days=1)))

    @property
    def first_day(self) -> date:
        return self.from_at.astimezone(LONDON).date()

    @property
    def last_day(self) -> date:
        """The last day of which some part belongs to the period."""
        return (self.to_at.astimezone(LONDON) - timedelta(microseconds=1)).date()

    @property
    def days(self) -> int:
        """How many days of London it touches."""
        return (self.last_day - self.first_day).days + 1

    @property
    def of_whole_days(self) -> bool:
        return self.from_at == midnight(self.first_day) and self.to_at == midnight(
            self.last_day + timedelta(days=1)
        )

    def query(self) -> dict[str, str]:
        """The period as parameters of an address."""
        if self.of_whole_days:
            return {"from": self.first_day.isoformat(), "to": self.last_day.isoformat()}
        ends = (self.from_at, self.to_at)
        return dict(
            zip(("from", "to"), (f"{at.astimezone(LONDON):%Y-%m-%dT%H:%M%z}" for at in ends), strict=True)
        )

    def words(self) -> str:
        """The period in a sentence: "on 22 Nov 2026", "from 1 Nov 2026 to 22 Nov 2026"."""
        if not self.of_whole_days:
            if self.days == 1:
                return _("on %(day)s from %(start)s to %(end)s") % {
                    "day": formats.day(self.from_at),
                    "start": formats.clock_time(self.from_at),
                    "end": formats.clock_time(self.to_at),
                }
            return _("from %(start)s to %(end)s") % {
                "start": formats.moment(self.from_at),
                "end": formats.moment(self.to_at),
            }
        if self.days == 1:
            return _("on %(day)s") % {"day": formats.day(self.first_day)}
        return _("from %(first)s to %(last)s") % {
            "first": formats.day(self.first_day),
            "last": formats.day(self.last_day),
        }


def midnight(day: date) -> datetime:
    """The moment at which a day of London begins."""
    return datetime.combine(day, time(), LONDON)


def month_of(moment: datetime | date) -> date:
    """The first day of the month of a day, or of a moment as London sees it."""
    day = moment.astimezone(LONDON).date() if isinstance(moment, datetime) else moment
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months after `month` (before, where negative)."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def read_moment(typed: str, *, last: bool) -> datetime:
    """A day, written in any of the usual ways, or a moment in ISO 8601; without an offset it is London's.

    A day that is the `last` one of a period means the midnight after it. Raises NotADay.
    """
    words = " ".join(typed.split())
    found = _ISO_DAY.fullmatch(words) or _BRITISH_DAY.fullmatch(words)
    if found:
        day = _day_of(found.groupdict())
        try:
            return midnight(day + timedelta(days=1) if last else day)
        except OverflowError:
            raise NotADay(_("Choose a year between 1990 and 2100. What you typed is kept.")) from None
    try:
        # A plus sign in an address that nobody escaped arrives as a space.
        moment = datetime.fromisoformat(re.sub(r" (\d{2}:?\d{2})$", r"+\1", words))
    except ValueError:
        raise NotADay(
            _("“%(typed)s” is not a day. Write it like 22 11 2026 or 2026-11-22. What you typed is kept.")
            % {"typed": words[:40]}
        ) from None
    _check_year(moment.year)
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def read_month(typed: str) -> date:
    """A month, written like 2026-10 or 10 2026, as its first day. Raises NotADay."""
    words = " ".join(typed.split())
    found = re.fullmatch(r"(?P<year>\d{4})-(?P<month>\d{1,2})", words) or re.fullmatch(
        r"(?P<month>\d{1,2}|[A-Za-z]{3,9})[\s/.\-](?P<year>\d{4})", words
    )
    if not found:
        raise NotADay(
            _("“%(typed)s” is not a month. Write it like 10 2026 or 2026-10. What you typed is kept.")
            % {"typed": words[:40]}
        )
    return _day_of({**found.groupdict(), "day": "1"})


def _day_of(parts: Mapping[str, str]) -> date:
    year, day = int(parts["year"]), int(parts["day"])
    month = int(parts["month"]) if parts["month"].isdecimal() else _month_named(parts["month"])
    _check_year(year)
    if not 1 <= month <= 12:
        raise NotADay(_("There is no month %(month)s. What you typed is kept.") % {"month": parts["month"]})
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADay(
            _("The %(day)s of %(month)s %(year)s does not exist. What you typed is kept.")
            % {"day": _ordinal(day), "month": date(2000, month, 1).strftime("%B"), "year": year}
        ) from None


def _check_year(year: int) -> None:
    if not 1990 <= year <= 2100:
        raise NotADay(_("Choose a year between 1990 and 2100. What you typed is kept."))


def _month_named(name: str) -> int:
    start = name[:3].casefold()
    return _MONTHS.index(start) + 1 if start in _MONTHS else 0


def _ordinal(day: int) -> str:
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
