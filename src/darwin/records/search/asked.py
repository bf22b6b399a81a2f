"""What somebody typed into the search box, taken apart: names, a date of birth, a number, a mark, an address.

One text can be several things (LE3 is a postcode's beginning and part of a mark): each reading is kept, and
the records decide.
"""

import re
from dataclasses import dataclass, field, replace

from darwin.records.births import NOT_KNOWN, Birth, NotABirth, read_birth
from darwin.records.search.pieces import plain_mark
from darwin.records.search.words import fold

LONGEST_QUERY = 300
MOST_WORDS = 8
LEAST_DIGITS = 4
LEAST_MARK = 3
_DATE = re.compile(
    r"(?<!\d)(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})"
    r"|\d{1,2}[./-](?:18|19|20)\d\d)(?!\d)"
    r"|(?:(?<!\d)\d{1,2}(?:st|nd|rd|th)?\s+)?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?:18|19|20)\d\d(?!\d)",
    re.IGNORECASE,
)
_BORN = re.compile(r"\b(?:born|dob|d\.o\.b\.?|b\.)(?:\s+(?:in|on))?(?=\s|$)", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d+*.…])(?:18[89]|19\d|20[0-4])\d(?![\d/.-])")
_NUMBER = re.compile(r"(?:(?P<end>\*|…|\.{2,3}|ends?(?: in| with)?\s)\s*)?(?P<digits>\+?\d[\d\s().-]{2,}\d)")
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\s?(\d[a-z]{2})\b", re.IGNORECASE)
_OUTWARD = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\b", re.IGNORECASE)
_MARK = re.compile(r"\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{2,8}(?:\s(?=[a-z\d]*)[a-z\d]{3})?\b", re.IGNORECASE)
_HOUSE = re.compile(r"(?:^|,|\s)(\d{1,4}[a-z]?)\s+([a-z][a-z' ]{2,})", re.IGNORECASE)
_STREET = frozenset(
    {
        "road", "rd", "street", "st", "lane", "ln", "avenue", "ave", "close", "drive", "way", "crescent",
        "court", "place", "terrace", "grove", "gardens", "walk", "hill", "square", "mews", "row", "green",
        "park", "rise", "view", "house", "flat", "flats", "ffordd", "heol", "stryd", "lon",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """names: the typed words of a name, in order. family_first: a comma stood after the first.

    birth: as far as typed. digits: of a telephone number, or of its end (at_end). mark: a registration mark,
    or a part of it. postcode: whole or its beginning. address: folded words of an address.
    """

    names: tuple[str, ...] = ()
    family_first: bool = False
    birth: Birth = NOT_KNOWN
    digits: str = ""
    at_end: bool = False
    mark: str = ""
    postcode: str = ""
    address: tuple[str, ...] = ()
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Is there nothing to look for?"""
        return not (self.names or self.birth.known or self.digits or self.mark or self.postcode)


def read_query(text: str, this_year: int, birth: Birth = NOT_KNOWN) -> Asked:
    """Take apart what was typed. birth: from a field of its own; it goes before one in the text.

    Never raises: what is no date is left as words.
    """
    rest = text[:LONGEST_QUERY]
    rest, found_birth = _take_birth(rest, this_year)
    rest, postcode, outward = _take_postcode(rest)
    rest, mark = _take_mark(rest)
    rest, address = _take_address(rest)
    rest, digits, at_end = _take_number(rest)
    rest, year = _take_year(rest, alone=bool(digits))
    known = birth if birth.known else found_birth if found_birth.known else year
    family, comma, _given = rest.partition(",")
    names = tuple(word for word in re.split(r"[\s,;]+", rest) if fold(word))[:MOST_WORDS]
    asked = Asked(
        names=names,
        family_first=bool(comma and fold(family)),
        birth=known,
        digits=digits,
        at_end=at_end,
        mark=mark or plain_mark(outward),
        postcode=postcode or plain_mark(outward),
        address=address,
    )
    return replace(asked, typed={piece: word for word in names for piece in fold(word).split()})


def _take_birth(text: str, this_year: int) -> tuple[str, Birth]:
    text = _BORN.sub(" ", text)
    for found in _DATE.finditer(text):
        try:
            return text[: found.start()] + " " + text[found.end() :], read_birth(found[0], this_year)
        except NotABirth:
            continue
    return text, NOT_KNOWN


def _take_postcode(text: str) -> tuple[str, str, str]:
    """The rest, a whole postcode, and the beginning of one (which may be part of a mark as well)."""
    if found := _POSTCODE.search(text):
        return text[: found.start()] + " " + text[found.end() :], plain_mark(found[0]), ""
    if found := _OUTWARD.search(text):
        after = text[found.end() :]
        # "LE12 ABC" is a mark, "LE3" alone may be either.
        if not re.match(r"\s[a-z]{3}\b", after, re.IGNORECASE) or len(found[0]) < 4:
            return text[: found.start()] + " " + after, "", found[0]
    return text, "", ""


def _take_mark(text: str) -> tuple[str, str]:
    for found in _MARK.finditer(text):
        mark = plain_mark(found[0])
        if len(mark) >= LEAST_MARK and not re.fullmatch(r"\d{1,4}[A-Z]", mark):
            return text[: found.start()] + " " + text[found.end() :], mark
    return text, ""


def _take_address(text: str) -> tuple[str, tuple[str, ...]]:
    """A house number with the words after it, or words of which one is a kind of street."""
    if found := _HOUSE.search(text):
        words = fold(found[2]).split()
        return text[: found.start()] + " , " + text[found.end() :], (found[1].lower(), *words)
    words = fold(text).split()
    if len(words) > 1 and _STREET & set(words[1:]):
        # Somebody may be called Hill or Park: without a house number it stays a name as well.
        return text, tuple(words)
    return text, ()


def _take_number(text: str) -> tuple[str, str, bool]:
    for found in _NUMBER.finditer(text):
        digits = "".join(character for character in found["digits"] if character.isdigit())
        alone = not fold(text[: found.start()] + text[found.end() :])
        may_be_year = len(digits) == 4 and _YEAR.fullmatch(digits) and not alone
        if (len(digits) < LEAST_DIGITS or may_be_year) and not found["end"]:
            continue
        rest = text[: found.start()] + " " + text[found.end() :]
        if found["digits"].startswith("+44") or digits.startswith("0044"):
            digits = "0" + digits.removeprefix("00").removeprefix("44").removeprefix("0")
        return rest, digits, bool(found["end"])
    return text, "", False


def _take_year(text: str, *, alone: bool) -> tuple[str, Birth]:
    if alone or not (found := _YEAR.search(text)):
        return text, NOT_KNOWN
    return text[: found.start()] + " " + text[found.end() :], Birth(int(found[0]))
