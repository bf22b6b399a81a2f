"""The pieces of a number, a registration mark and an address by which a part of them leads to the whole.

Pure functions over text; the same pieces are stored and asked for.
"""

import re

from darwin.records.models.places import Location
from darwin.records.search.sounds import sounds_of
from darwin.records.search.words import split

_MARK_CONFUSIONS = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8"})
_NOT_IN_MARK = re.compile(r"[^A-Z0-9]")
_END = "$"


def digits_of(number: str) -> str:
    """The digits of a number in its national form: +447700900142 is 07700900142."""
    digits = "".join(character for character in number if character.isdigit())
    if number.startswith("+44"):
        return "0" + digits.removeprefix("44")
    return digits


def number_pieces(number: str) -> list[str]:
    """Every four digits in a row, and the last three with the end: "n:0142", "n:142$"."""
    digits = digits_of(number)
    marked = digits + _END
    return sorted({f"n:{marked[start : start + 4]}" for start in range(max(1, len(marked) - 3))})


def part_of_number_pieces(digits: str, *, at_end: bool) -> list[str]:
    """The pieces that a number has which contains (or ends in) at least three or four of these digits."""
    marked = digits + _END if at_end else digits
    return sorted({f"n:{marked[start : start + 4]}" for start in range(len(marked) - 3)})


def plain_mark(typed: str) -> str:
    """A registration mark as it is kept: capitals and digits, nothing between."""
    return _NOT_IN_MARK.sub("", typed.upper())


def heard_mark(mark: str) -> str:
    """The mark with what is confused on a plate made one: O and 0, I and 1, S and 5, B and 8, Z and 2."""
    return plain_mark(mark).translate(_MARK_CONFUSIONS)


def mark_pieces(mark: str) -> list[str]:
    """Every three characters in a row of the mark as it is heard."""
    heard = heard_mark(mark)
    return sorted({f"v:{heard[start : start + 3]}" for start in range(max(1, len(heard) - 2))})


def plain_postcode(typed: str) -> str:
    """A postcode in capitals without its space."""
    return _NOT_IN_MARK.sub("", typed.upper())


def location_pieces(location: Location) -> list[str]:
    """Its words (w:), their sounds (s:), and its postcode, whole and without the last three (p:)."""
    words = split(location.words.removesuffix(location.postcode))
    pieces = {f"w:{word}" for word in words}
    pieces |= {f"s:{sound}" for word in words if len(word) >= 4 for sound in sounds_of(word)}
    if postcode := plain_postcode(location.postcode):
        pieces |= {f"p:{postcode}", f"p:{postcode[:-3]}"}
    return sorted(piece[:90] for piece in pieces)
