"""The normal form of a number or an address, and the row that stands for it."""

import re
from dataclasses import dataclass

from darwin.errors import DarwinError
from darwin.outbound.models import ContactPoint, PointKind
from darwin.science.numbers import can_be_dialled, normalise_number

LONGEST = 300
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_GAPS = re.compile(r"[\s,;]+")


class NoSuchPoint(DarwinError):
    """What was given is no number or address that can be kept."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A number or an address in its normal form; value "" where none was given (a withheld number)."""

    kind: PointKind
    value: str

    @property
    def reachable(self) -> bool:
        """Could the channel reach it at all? An extension, or a word, it could not."""
        if self.kind is PointKind.TELEPHONE:
            return can_be_dialled(self.value)
        if self.kind is PointKind.EMAIL:
            return _EMAIL.fullmatch(self.value) is not None
        return bool(self.value)


def destination(kind: PointKind, written: str | None) -> Destination:
    """The normal form of what was written, so that one line, mailbox or house is one row.

    A postal address is folded to its words: commas, line breaks and capitals make no other house.
    """
    if kind is PointKind.TELEPHONE:
        value = normalise_number(written) or ""
    elif kind is PointKind.EMAIL:
        value = (written or "").strip().casefold()
    else:
        value = _GAPS.sub(" ", (written or "").casefold()).strip()
    return Destination(kind, value)


def locked_point(where: Destination) -> ContactPoint:
    """The row of a number or address, made if it is new, and locked until the transaction ends.

    Whoever records, rules or attempts takes this lock first: of two at once one is second and sees what the
    first did. Raises NoSuchPoint if it is none.
    """
    _refuse_odd(where)
    ContactPoint.objects.bulk_create(
        [ContactPoint(kind=where.kind, value=where.value)], ignore_conflicts=True
    )
    return ContactPoint.objects.select_for_update().get(kind=where.kind, value=where.value)


def _refuse_odd(where: Destination) -> None:
    if not where.value:
        raise NoSuchPoint("No number or address was given. A withheld number cannot be kept or rung.")
    if len(where.value) > LONGEST:
        raise NoSuchPoint(
            f"This {where.kind.label} has {len(where.value)} characters, more than {LONGEST}. "
            "Check it; what you typed is kept."
        )
    if where.kind is PointKind.TELEPHONE and not where.reachable:
        raise NoSuchPoint(
            "This is not a whole telephone number: 7 to 15 digits with its area or country. "
            "Check it; what you typed is kept."
        )
    if where.kind is PointKind.EMAIL and not where.reachable:
        raise NoSuchPoint("This is not an e-mail address: name@place. Check it; what you typed is kept.")
