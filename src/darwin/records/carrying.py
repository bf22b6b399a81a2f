"""What was typed into a search that found nobody, as the beginning of a new record."""

from __future__ import annotations

import re

from darwin.records.search.asked import Asked
from darwin.records.search.words import fold
from darwin.records.shown import birth_typed

_BEGINNING = re.compile(r"(^|[-'’])(\w)")
_WHOLE_MARK = 5
_WHOLE_POSTCODE = 5
_WHOLE_NUMBER = 10


def carried(asked: Asked, born: str) -> dict[str, str]:
    """The fields of a new record, as far as the search tells them; `born` as it was typed in its own field.

    The order of a name is as it was typed: which word is which is for the person who records to see. A word
    alone is taken for a family name. A number, a mark or a postcode of which only a part was typed is left.
    """
    names = list(asked.names)
    street = list(asked.address)
    if street and not street[0][:1].isdigit():
        # "narborough road" is kept by the search as a name as well; a record has it once.
        of_street = set(street)
        names = [name for name in names if not set(fold(name).split()) <= of_street]
    fields = {
        **_name([_capital(name) for name in names], asked.family_first),
        "born": born.strip() or birth_typed(asked.birth),
        "street_number": street.pop(0) if street and street[0][:1].isdigit() else "",
        "street": " ".join(_capital(word) for word in street),
        "postcode": asked.postcode if len(asked.postcode) >= _WHOLE_POSTCODE else "",
        "number": asked.digits if not asked.at_end and len(asked.digits) >= _WHOLE_NUMBER else "",
        "vrm": asked.mark if len(asked.mark) >= _WHOLE_MARK else "",
    }
    return {name: value for name, value in fields.items() if value}


def _name(words: list[str], family_first: bool) -> dict[str, str]:
    if len(words) < 2:
        return {"family_name": "".join(words)}
    if family_first:
        words = [*words[1:], words[0]]
    return {"given_name": words[0], "middle_names": " ".join(words[1:-1]), "family_name": words[-1]}


def _capital(word: str) -> str:
    """A word typed all in small letters with the capitals of a name: "llewellyn-pugh" is Llewellyn-Pugh."""
    if word != word.lower():
        return word
    return _BEGINNING.sub(lambda found: found[1] + found[2].upper(), word)
