"""One form for a caller's number, so that +44 and 0 forms of the same line are matched."""

from darwin.contact.telephony.events import WITHHELD

WITHHELD_WORDS = frozenset(
    {"", "anonymous", "unknown", "<unknown>", "withheld", "private", "unavailable", "restricted"}
)
_DIGITS = frozenset("0123456789")


def normalise_number(number: str | None) -> str | None:
    """The number as "+44…" where it can be read so; WITHHELD ("") if withheld; None if not told.

    A short or internal number (2101) stays as it is. Letters and marks are left out of a number that
    has a dialling form, kept otherwise: an address of another kind is still an address.
    """
    if number is None:
        return None
    written = number.strip()
    if written.casefold() in WITHHELD_WORDS:
        return WITHHELD
    digits = "".join(mark for mark in written.replace("(0)", "") if mark in _DIGITS)
    if written.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00") and len(digits) > 8:
        return f"+{digits[2:]}"
    if digits.startswith("0") and len(digits) >= 10:
        return f"+44{digits[1:]}"
    return digits or written
