"""Reading dates and times by a stated format, exactly: what does not fit it is not read."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_CODES = {
    "%Y": r"(?P<year>\d{4})",
    "%y": r"(?P<short_year>\d{2})",
    "%m": r"(?P<month>\d{1,2})",
    "%d": r"(?P<day>\d{1,2})",
    "%H": r"(?P<hour>\d{1,2})",
    "%M": r"(?P<minute>\d{2})",
    "%S": r"(?P<second>\d{2})",
    "%f": r"(?P<fraction>\d{1,6})",
    "%z": r"(?P<offset>Z|[+-]\d{2}:?\d{2})",
}
_CODE = re.compile("%.")


class UnreadableFormat(ValueError):
    """A format uses a code that is not read here. The text names it and those that are."""


@dataclass(frozen=True, slots=True)
class MomentFormat:
    """A compiled format: the codes of strptime %Y %y %m %d %H %M %S %f %z, and literal marks.

    Where codes stand without a mark between them each has all its digits (990101), so that a digit lost
    cannot shift the others. first_short_year: the year that two digits begin at (1970: 70 is 1970, 69 is
    2069).
    """

    pattern: re.Pattern[str]
    first_short_year: int | None

    def parts(self, text: str) -> dict[str, int] | None:
        """The numbers in the text by name, a fraction as microseconds; None for a text of another form."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        named = {name: value for name, value in found.groupdict().items() if value is not None}
        offset = named.pop("offset", None)
        if "fraction" in named:
            named["fraction"] = named["fraction"].ljust(6, "0")
        numbers = {name: int(value) for name, value in named.items()}
        if "short_year" in numbers and self.first_short_year is not None:
            short = numbers.pop("short_year")
            numbers["year"] = self.first_short_year + (short - self.first_short_year) % 100
        if offset is not None:
            numbers["offset_min"] = _offset_minutes(offset)
        return numbers


def compile_format(written: str, first_short_year: int | None = None) -> MomentFormat:
    """The format, ready to read with. Raises UnreadableFormat."""
    unknown = [code for code in _CODE.findall(written) if code not in _CODES]
    if unknown:
        raise UnreadableFormat(
            f"The format “{written}” uses {unknown[0]}. The codes read here are: {' '.join(_CODES)}."
        )
    if "%y" in written and first_short_year is None:
        raise UnreadableFormat(
            f"The format “{written}” has years of two digits. Say from which year they count: first_year "
            f"= 1970 "
            "reads 70 as 1970 and 69 as 2069."
        )
    pieces = [
        re.escape(piece) if not _CODE.fullmatch(piece) else piece for piece in re.split("(%.)", written)
    ]
    pieces = [piece for piece in pieces if piece]
    expression = ""
    for index, piece in enumerate(pieces):
        code = _CODES.get(piece, piece)
        neighbours = pieces[max(index - 1, 0) : index] + pieces[index + 1 : index + 2]
        if any(neighbour in _CODES and neighbour != "%z" for neighbour in neighbours):
            code = code.replace(r"\d{1,2}", r"\d{2}")
        expression += code
    return MomentFormat(re.compile(expression, re.ASCII), first_short_year)


def seconds_of_day(parts: dict[str, int]) -> int | None:
    """Seconds since midnight; None for a time of day that does not exist."""
    hour, minute, second = parts.get("hour", 0), parts.get("minute", 0), parts.get("second", 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second


def moment_of(parts: dict[str, int], zone: tzinfo | None) -> datetime | None:
    """A naive moment, or an aware one in UTC if the text has an offset; None if there is no such moment."""
    try:
        moment = datetime(  # noqa: DTZ001 (the caller gives a text without an offset its zone)
            parts["year"],
            parts["month"],
            parts["day"],
            parts.get("hour", 0),
            parts.get("minute", 0),
            parts.get("second", 0),
            parts.get("fraction", 0),
        )
    except (KeyError, ValueError):
        return None
    if "offset_min" in parts:
        return moment.replace(tzinfo=timezone(timedelta(minutes=parts["offset_min"]))).astimezone(UTC)
    return moment.replace(tzinfo=zone) if zone else moment


def _offset_minutes(offset: str) -> int:
    if offset == "Z":
        return 0
    digits = offset[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if offset[0] == "-" else minutes
