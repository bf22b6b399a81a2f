"""A date of birth of which any part may be missing. Pure values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from darwin.errors import DarwinError

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan ionawr ion",
            "february feb chwefror chwe",
            "march mar mawrth maw",
            "april apr ebrill ebr",
            "may mai",
            "june jun mehefin meh",
            "july jul gorffennaf gorff",
            "august aug awst",
            "september sep sept medi",
            "october oct hydref hyd",
            "november nov tachwedd tach",
            "december dec rhagfyr rhag",
        ),
        1,
    )
    for name in names.split()
}
_FIGURES = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4}|\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)
_DAY_MONTH = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})", re.ASCII)
_MONTH_YEAR = re.compile(r"(\d{1,2})[\s./-]+(\d{4})", re.ASCII)
_WORDS = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([a-z]+)\.?,?\s+(\d{4})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_OLDEST, _NEWEST = 1880, 2100


class NotABirth(DarwinError):
    """What was typed is no date of birth, whole or in part. The text says what to write."""


@dataclass(frozen=True, slots=True)
class Birth:
    """year 1880 to 2100, month 1 to 12, day 1 to 31; None where not known. Raises NotABirth for a day that
    does not exist."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        in_range = (
            (self.year is None or _OLDEST <= self.year <= _NEWEST)
            and (self.month is None or 1 <= self.month <= 12)
            and (self.day is None or 1 <= self.day <= 31)
        )
        if not in_range or not self._exists():
            raise NotABirth(_("That day does not exist. What you typed is kept."))

    def _exists(self) -> bool:
        if self.day is None or self.month is None:
            return True
        try:
            # 2000 had a 29 February: without the year, the day may exist.
            date(2000 if self.year is None else self.year, self.month, self.day)
        except ValueError:
            return False
        return True

    @property
    def known(self) -> bool:
        """Is any part known?"""
        return (self.year, self.month, self.day) != (None, None, None)

    @property
    def whole(self) -> bool:
        """Are all parts known?"""
        return None not in (self.year, self.month, self.day)


NOT_KNOWN = Birth()


def read_birth(typed: str, this_year: int) -> Birth:
    """A date of birth as people write it: 7/3/1984, 7 March 1984, 1984-03-07, 03/1984, March 1984, 1984, 7/3.

    Two figures of a year mean the last hundred years up to `this_year`. Empty: nothing is known.
    Raises NotABirth.
    """
    text = typed.strip().casefold()
    if not text:
        return NOT_KNOWN
    if found := _FIGURES.fullmatch(text):
        return Birth(_year(found[3], this_year), int(found[2]), int(found[1]))
    if found := _ISO.fullmatch(text):
        return Birth(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)
    if found := _MONTH_YEAR.fullmatch(text):
        return Birth(int(found[2]), int(found[1]))
    if found := _DAY_MONTH.fullmatch(text):
        return Birth(None, int(found[2]), int(found[1]))
    if (found := _WORDS.fullmatch(text)) and found[2] in _MONTHS:
        return Birth(int(found[3]), _MONTHS[found[2]], int(found[1]) if found[1] else None)
    if _YEAR.fullmatch(text):
        return Birth(int(text))
    raise NotABirth(
        _(
            "“%(typed)s” is not a date of birth. Write it like 7/3/1984, or as much as is known: 3/1984 or "
            "1984. What you typed is kept."
        )
        % {"typed": typed.strip()[:40]}
    )


def _year(figures: str, this_year: int) -> int:
    if len(figures) == 4:
        return int(figures)
    year = this_year // 100 * 100 + int(figures)
    return year if year <= this_year else year - 100
