"""Shifts as an iCalendar file (RFC 5545), for the calendar that a person uses already."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from darwin.planning.models import RosterShift
from darwin.planning.shown.roster import breaks_of

# RFC 5545, 3.1: a line is at most 75 octets without its break; what is longer goes on after a space.
LONGEST_LINE = 75


def calendar_of(shifts: Iterable[RosterShift], *, named: bool) -> str:
    """The file. named: the person stands in the title of each shift, for the calendar of a floor."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Darwin//Planning//EN", "CALSCALE:GREGORIAN"]
    for shift in shifts:
        title = _("Shift: %(name)s") % {"name": shift.person.name} if named else _("Shift")
        told = breaks_of(shift)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{shift.id}@darwin",
            f"DTSTAMP:{_utc(shift.roster.made_at)}",
            f"DTSTART:{_utc(shift.starts_at)}",
            f"DTEND:{_utc(shift.ends_at)}",
            f"SUMMARY:{_text(title)}",
            *([f"DESCRIPTION:{_text(_('Break %(when)s') % {'when': ', '.join(told)})}"] if told else []),
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A value of the type TEXT (RFC 5545, 3.3.11)."""
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A content line folded between characters, never inside one."""
    parts, used = [""], 0
    for character in line:
        size = len(character.encode())
        if used + size > LONGEST_LINE:
            parts.append(" ")
            used = 1
        parts[-1] += character
        used += size
    return "\r\n".join(parts)
