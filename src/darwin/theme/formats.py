"""How a number, a wait, a share, a moment and a telephone number are written. Pure text, no HTML."""

from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from darwin.deadlines.clock import LONDON

# Text for a page: as it is, or in the reader's language once it is shown.
Words: TypeAlias = str | Promise
NO_SPACE_BREAK = "\N{NO-BREAK SPACE}"
# Below this many in the denominator a percentage says more than is known.
LEAST_FOR_A_SHARE = 20
SUPPRESSED_BELOW = 5
_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000


def wait(milliseconds: int | float | None) -> str:
    """A wait for a table: "1:48", from an hour "1 h 28", from ten hours "19 h", from two days "3 days".

    Rounded down, so that a running wait never shows what has not yet passed. None is "not known".
    Raises ValueError for a negative wait.
    """
    if milliseconds is None:
        return _("not known")
    if milliseconds < 0:
        raise ValueError(f"a wait cannot be {milliseconds} ms long")
    whole = int(milliseconds)
    if whole >= 2 * _DAY:
        return _bound(ngettext("%(n)s day", "%(n)s days", whole // _DAY) % {"n": whole // _DAY})
    if whole >= 10 * _HOUR:
        return _bound(_("%(h)s h") % {"h": whole // _HOUR})
    if whole >= _HOUR:
        return _bound(_("%(h)s h %(m)02d") % {"h": whole // _HOUR, "m": whole % _HOUR // _MINUTE})
    return f"{whole // _MINUTE}:{whole % _MINUTE // _SECOND:02d}"


def wait_words(milliseconds: int | float | None) -> str:
    """A wait for prose and the wall: "48 s", "1 min 48 s"; from an hour as in a table."""
    if milliseconds is None or milliseconds >= _HOUR:
        return wait(milliseconds)
    if milliseconds < 0:
        raise ValueError(f"a wait cannot be {milliseconds} ms long")
    minutes, seconds = divmod(int(milliseconds) // _SECOND, 60)
    if minutes:
        return _bound(_("%(m)s min %(s)s s") % {"m": minutes, "s": seconds})
    return _bound(_("%(s)s s") % {"s": seconds})


def percentage(
    value: Decimal | Fraction | float, target: Decimal | float | None = None, places: int = 1
) -> str:
    """A percentage (0 to 100) with `places` decimals: "78.4%".

    One that misses its target (below it) is never rounded to meet it: 79.96 against 80 is "79.9%".
    """
    exact = (
        Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(str(value))
    )
    step = Decimal(1).scaleb(-places)
    shown = exact.quantize(step, ROUND_HALF_UP)
    if target is not None:
        aim = Decimal(str(target))
        if exact < aim <= shown:
            shown = exact.quantize(step, ROUND_FLOOR)
    return f"{shown}%"


def share(part: int, whole: int, target: Decimal | float | None = None) -> str:
    """A share with both its numbers near: "78.4%"; below 20 in the denominator the counts alone, "7 of 12".

    Raises ValueError unless 0 <= part <= whole.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is not a share")
    if whole < LEAST_FOR_A_SHARE:
        return of(part, whole)
    return percentage(Fraction(100 * part, whole), target)


def of(part: int, whole: int) -> str:
    """Both numbers of a share: "626 of 789"."""
    return _bound(_("%(n)s of %(m)s") % {"n": count(part), "m": count(whole)})


def count(value: int | float | None) -> str:
    """A count with commas at the thousands: "20,888". None is "not known"."""
    if value is None:
        return _("not known")
    return f"{value:,}"


def few(value: int) -> str:
    """A count that is published: below five it is "fewer than 5", never blank; none at all is 0."""
    if 0 < value < SUPPRESSED_BELOW:
        return _("fewer than %(n)s") % {"n": SUPPRESSED_BELOW}
    return count(value)


def telephone(number: str | None) -> str:
    """A United Kingdom number in its groups: "07700 900142", "0116 496 0173"; None or "" is "withheld".

    Written in national form; a number of another country, or one that is no number, stays as it came.
    """
    if not number:
        return _("withheld")
    digits = "".join(character for character in number if character.isdigit())
    if number.strip().startswith(("+44", "0044")):
        digits = "0" + digits.removeprefix("0044").removeprefix("44").removeprefix("0")
    elif number.strip().startswith(("+", "00")):
        return number.strip()
    if len(digits) not in (10, 11) or not digits.startswith("0"):
        return number.strip()
    return _bound(" ".join(_groups(digits)))


def _groups(digits: str) -> list[str]:
    """The groups of a national number; 2x, 11x and 1x1 areas stand apart (Ofcom, numbering plan)."""
    if digits.startswith("02"):
        return [digits[:3], digits[3:7], digits[7:]]
    if digits.startswith(("011", "03", "08", "09")) or (digits[1] == "1" and digits[3] == "1"):
        return [digits[:4], digits[4:7], digits[7:]]
    return [digits[:5], digits[5:]]


def spoken(number: str) -> str:
    """A telephone number so that it is read aloud digit by digit, with a rest between its groups."""
    return ", ".join(" ".join(group) for group in telephone(number).split(NO_SPACE_BREAK))


def clock_time(moment: datetime | None) -> str:
    """The time of day in London: "14:24"."""
    return _local(moment, "{0:%H:%M}")


def record_time(moment: datetime | None) -> str:
    """The time of day of a record in London, to the second: "14:28:16"."""
    return _local(moment, "{0:%H:%M:%S}")


def day(value: date | datetime | None) -> str:
    """A date: "22 Nov 2026". A moment is shown by its day in London."""
    if value is None:
        return _("not known")
    if isinstance(value, datetime):
        value = _in_london(value).date()
    return _bound(f"{value.day} {months()[value.month - 1]} {value.year}")


def month(value: date) -> str:
    """A month: "Oct 2026"."""
    return _bound(f"{months()[value.month - 1]} {value.year}")


def moment(value: datetime | None) -> str:
    """A date with its time in London: "22 Nov 2026 14:24"."""
    return _("not known") if value is None else f"{day(value)}{NO_SPACE_BREAK}{clock_time(value)}"


def months() -> tuple[str, ...]:
    """The short names of the months in the reader's language, January first."""
    return (
        _("Jan"),
        _("Feb"),
        _("Mar"),
        _("Apr"),
        _("May"),
        _("Jun"),
        _("Jul"),
        _("Aug"),
        _("Sep"),
        _("Oct"),
        _("Nov"),
        _("Dec"),
    )


def _local(moment: datetime | None, pattern: str) -> str:
    return _("not known") if moment is None else pattern.format(_in_london(moment))


def _in_london(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    return moment.astimezone(LONDON)


def _bound(text: str) -> str:
    return text.replace(" ", NO_SPACE_BREAK)
