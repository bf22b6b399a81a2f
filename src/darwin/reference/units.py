"""The units a threshold can be given in, and how its value is shown."""

from decimal import Decimal
from enum import StrEnum
from typing import Any


class Unit(StrEnum):
    """What the value of a threshold counts. The last four can also time a deadline."""

    NUMBER = "number"
    PERCENT = "percent"
    TEXT = "text"
    SECONDS = "seconds"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    CLOCK_MINUTES = "clock_minutes"
    CLOCK_HOURS = "clock_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


TIMED = frozenset({Unit.CLOCK_MINUTES, Unit.CLOCK_HOURS, Unit.WORKING_DAYS, Unit.CALENDAR_DAYS})
_WORDS = {
    Unit.NUMBER: ("", ""),
    Unit.SECONDS: (" second", " seconds"),
    Unit.DAYS: (" day", " days"),
    Unit.MONTHS: (" month", " months"),
    Unit.YEARS: (" year", " years"),
    Unit.CLOCK_MINUTES: (" minute", " minutes"),
    Unit.CLOCK_HOURS: (" hour", " hours"),
    Unit.WORKING_DAYS: (" working day", " working days"),
    Unit.CALENDAR_DAYS: (" calendar day", " calendar days"),
}


def plain_number(number: Decimal) -> int | Decimal:
    """A whole number as int, any other as a Decimal without trailing noughts."""
    return int(number) if number == number.to_integral_value() else number.normalize()


def shown(value: Any, unit: str) -> str:
    """A value as a page shows it: “30 seconds”, “80%”, “5 working days”, or the text itself."""
    if unit == Unit.TEXT:
        return str(value)
    if unit == Unit.PERCENT:
        return f"{value}%"
    one, many = _WORDS[Unit(unit)]
    return f"{value}{one if value == 1 else many}"
