"""The words of a name, folded, and the keys by which a mis-spelt or mis-heard word leads to them.

Pure functions: what is stored with a recorded name and what is asked of a typed one come from here, so that
they cannot differ.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from darwin.records.search.sounds import sounds_of

LONGEST_WORD = 80
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i",
        "ħ": "h", "ŋ": "ng",
        # An apostrophe within a name joins (O'Brien, D'Souza, Sa'ad); typed in every one of these ways.
        "'": "", "’": "", "‘": "", "`": "", "ʼ": "", "´": "",
    }
)  # fmt: skip
_NOT_A_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower case, without accents, apostrophes and marks; words apart by one space: "Ní Dhónaill" is "ni
    dhonaill", "Smith-Jones" is "smith jones"."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", kept).strip()


def split(text: str) -> list[str]:
    """The folded words of a name's part, in order."""
    return [word[:LONGEST_WORD] for word in fold(text).split()]


def with_compounds(words: Iterable[str]) -> list[str]:
    """The words, and each two neighbours written as one: "abdul", "rahman", "abdulrahman"."""
    listed = list(words)
    joined = [(one + other)[:LONGEST_WORD] for one, other in pairwise(listed)]
    return list(dict.fromkeys([*listed, *joined]))


def pieces_of(word: str) -> frozenset[str]:
    """Four letters in a row each, with a space before and after the word: " pat", "pate", "atel", "tel "."""
    padded = f" {word} "
    return frozenset(padded[start : start + 4] for start in range(max(1, len(padded) - 3)))


def spellings_of(word: str) -> frozenset[str]:
    """The word, and the word with one letter left out: two words one slip apart share one of these."""
    return frozenset({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))} - {""})


@lru_cache(maxsize=50_000)
def keys_of(word: str) -> frozenset[str]:
    """Every key of a folded word: sounds (s:), spellings (d:) and pieces (g:)."""
    # A piece of a word of three letters is the word; long joined words would only swell the index.
    pieces = pieces_of(word) if len(word) >= 5 else frozenset()
    return frozenset(
        {
            *(f"s:{key}" for key in sounds_of(word)),
            *(f"d:{key}" for key in spellings_of(word)),
            *(f"g:{key}" for key in pieces),
        }
    )
