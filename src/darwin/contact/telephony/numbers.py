"""Telephone numbers as switches write them."""

import re

from darwin.contact.telephony.events import WITHHELD

_WITHHELD_SPELLINGS = frozenset({"", "anonymous", "<unknown>", "unknown"})
_PUNCTUATION = re.compile(r"[\s().\-]")
_INTERNATIONAL_UK = re.compile(r"(?:\+|00)44(?:0)?(\d{9,10})")


def canonical_number(text: str) -> str:
    """One spelling for one number: +447700900503, 00447700900503 and 07700900503 all give 07700900503; another
    country's number keeps its + form; a withheld number in any of its spellings gives WITHHELD."""
    text = text.strip()
    if text.lower() in _WITHHELD_SPELLINGS:
        return WITHHELD
    bare = _PUNCTUATION.sub("", text)
    british = _INTERNATIONAL_UK.fullmatch(bare)
    if british:
        return "0" + british[1]
    if re.fullmatch(r"00[1-9]\d{6,}", bare):
        return "+" + bare[2:]
    return bare
