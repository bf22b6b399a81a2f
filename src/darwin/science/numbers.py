"""The form in which a telephone number is kept, so that +44 and 0 forms of the same line are matched."""

import re

WITHHELD = ""
"""A number that the caller withheld. None stands for one that the source does not tell."""

_WITHHELD_WORDS = frozenset(
    {"", "anonymous", "unknown", "<unknown>", "withheld", "private", "unavailable", "restricted"}
)
_MARKS = re.compile(r"[\s().-]")
_DIALLED = re.compile(r"\+?\d+", re.ASCII)
_BRITISH = re.compile(r"(?:\+|00)440?(\d{9,10})", re.ASCII)
_NATIONAL = re.compile(r"0([1-9]\d{8,9})", re.ASCII)
_ABROAD = re.compile(r"00([1-9]\d{6,})", re.ASCII)
_WHOLE = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)  # ITU-T E.164: at most 15 digits


LONGEST = 40
"""Characters of a number that are kept with a contact; the evidence keeps whatever the source said."""


def kept_number(number: str | None) -> str | None:
    """normalise_number, in the room that a contact has for it: what is longer is cut and ends with "…", so
    that nobody takes it for a number to be dialled or compared."""
    found = normalise_number(number)
    return found if found is None or len(found) <= LONGEST else found[: LONGEST - 1] + "…"


def normalise_number(number: str | None) -> str | None:
    """The number as +44… for a British one and +… for another; WITHHELD ("") if withheld; None if not told.

    A short or internal number (2101), or an address of another kind, stays as it is.
    """
    if number is None:
        return None
    written = number.strip()
    if written.casefold() in _WITHHELD_WORDS:
        return WITHHELD
    bare = _MARKS.sub("", written.replace("(0)", ""))
    if not _DIALLED.fullmatch(bare):
        return written
    for form, prefix in ((_BRITISH, "+44"), (_NATIONAL, "+44"), (_ABROAD, "+")):
        if found := form.fullmatch(bare):
            return prefix + found[1]
    return bare


def can_be_dialled(number: str) -> bool:
    """True for a normalised number that the telephone network knows: not withheld, no extension, no 40
    digits."""
    return _WHOLE.fullmatch(number) is not None
