"""The form in which a caller's number is kept, so that +44 and 0 forms of the same line are matched."""

from darwin.contact.telephony.events import WITHHELD
from darwin.contact.telephony.numbers import canonical_number

# How other sources than Asterisk write a number that the caller withheld.
_WITHHELD_WORDS = frozenset({"withheld", "private", "unavailable", "restricted"})
_SHORTEST_DIALLED = 10


def normalise_number(number: str | None) -> str | None:
    """"+44…" for a British number, "+…" for another; WITHHELD ("") if withheld; None if not told.

    A short or internal number (2101), or an address of another kind, stays as it is.
    """
    if number is None or number.strip().casefold() in _WITHHELD_WORDS:
        return None if number is None else WITHHELD
    canonical = canonical_number(number)
    if canonical.startswith("0") and len(canonical) >= _SHORTEST_DIALLED and canonical.isdecimal():
        return f"+44{canonical[1:]}"
    return canonical
