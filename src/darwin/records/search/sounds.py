"""How a name may sound, as keys: two names that share a key may be the same name, heard and written down.

Besides Metaphone and NYSIIS, which know English, each word is read as a Slavic, an Arabic or South Asian, a
Welsh and an Irish name, and reduced to its consonants: Kowalczyk and Kovalchik, Choudhury and Chowdry, Dafydd
and Davith.
Pure functions over folded words (`words.fold`): lower case a to z.
"""

import re
from functools import lru_cache

import jellyfish

# One reading: what is written, what is heard. Capitals are sounds: C as in church, S as in ship is s too (the
# two are confused on a line), H as in loch. Longer spellings come first. Vowels are dropped in the end.
_ENGLISH = (
    ("ough", "o"), ("augh", "o"), ("eigh", "a"), ("igh", "i"), ("tch", "C"), ("sch", "S"), ("sh", "S"),
    ("ch", "C"), ("ph", "F"), ("th", "T"), ("gh", ""), ("ck", "K"), ("qu", "KV"), ("wh", "V"), ("kn", "N"),
    ("wr", "R"), ("ce", "Se"), ("ci", "Si"), ("cy", "Si"), ("c", "K"), ("x", "KS"), ("j", "J"), ("dg", "J"),
)  # fmt: skip
_SLAVIC = (
    ("szcz", "S"), ("sch", "S"), ("sz", "S"), ("cz", "C"), ("rz", "Z"), ("ch", "H"), ("dzi", "Ji"),
    ("dz", "J"), ("ci", "Ci"), ("tsch", "C"), ("sh", "S"), ("zh", "Z"), ("kh", "H"), ("ts", "C"), ("c", "C"),
    ("j", ""), ("w", "V"), ("x", "KS"), ("q", "K"), ("th", "T"), ("ph", "F"), ("gh", "G"),
)  # fmt: skip
_SOUTH_ASIAN = (
    ("sch", "S"), ("ksh", "KS"), ("sh", "S"), ("chh", "C"), ("ch", "C"), ("kh", "K"), ("gh", "G"),
    ("bh", "B"), ("dh", "D"), ("jh", "J"), ("ph", "F"), ("th", "T"), ("zh", "Z"), ("q", "K"), ("ck", "K"),
    ("c", "K"), ("x", "KS"), ("j", "J"), ("w", "V"),
)  # fmt: skip
_WELSH = (
    ("dd", "T"), ("ff", "F"), ("ll", "L"), ("ph", "F"), ("rh", "R"), ("th", "T"), ("ch", "H"), ("si", "Si"),
    ("f", "V"), ("w", ""), ("c", "K"), ("j", "J"), ("ngh", "N"), ("x", "KS"), ("q", "K"),
)  # fmt: skip
_IRISH = (
    ("bh", "V"), ("mh", "V"), ("dh", ""), ("gh", ""), ("ch", "H"), ("th", ""), ("fh", ""), ("ts", "S"),
    ("c", "K"), ("j", "J"), ("w", "V"), ("x", "KS"), ("q", "K"),
)  # fmt: skip
_RULES = (_ENGLISH, _SLAVIC, _SOUTH_ASIAN, _WELSH, _IRISH)
_READINGS = tuple(
    re.compile("|".join(re.escape(written) for written, _ in sorted(rules, key=lambda rule: -len(rule[0]))))
    for rules in _RULES
)
_HEARD = tuple(dict(rules) for rules in _RULES)
_VOWELS = re.compile("[aeiouy]")
_ARTICLE = re.compile("(?:al|el|ul|ud|ur|abdal|abdel|abdul)(?=[b-df-hj-np-tv-z][a-z]{4})")
_SON_OF = re.compile("ma?c(?=[a-z]{3})|m(?=c[a-z]{3})")
# Heard alike on a line: s and z, g and j before a soft vowel are left apart; v and b are not confused here.
_ALIKE = str.maketrans({"z": "S", "Z": "S", "v": "V", "w": "V"})


@lru_cache(maxsize=50_000)
def sounds_of(word: str) -> frozenset[str]:
    """The sound keys of a folded word. A word without letters a to z has none."""
    letters = "".join(letter for letter in word if "a" <= letter <= "z")
    if len(letters) < 2:
        return frozenset()
    spoken = {letters}
    if shorter := _ARTICLE.sub("", letters, count=1):
        spoken.add(shorter)
    if _SON_OF.match(letters):
        spoken.add(_SON_OF.sub("mk", letters, count=1))
    keys = {"m" + jellyfish.metaphone(letters).replace(" ", ""), "n" + jellyfish.nysiis(letters)}
    for one in spoken:
        keys.update(f"s{_skeleton(one, number)}" for number in range(len(_READINGS)))
    # A key of one sound says too little: half the names of two letters would share it.
    return frozenset(key for key in keys if len(key) > 2 or len(letters) <= 4)


def _skeleton(letters: str, reading: int) -> str:
    """The consonants heard in one reading; an A stands for a vowel that begins the word."""
    heard = _HEARD[reading]
    spoken = _READINGS[reading].sub(lambda found: heard[found[0]], letters).translate(_ALIKE)
    # An h between vowels or at the end is not heard (Fatimah, Ahmed is kept by its place before a consonant).
    spoken = re.sub(r"(?<=.)h(?=[aeiouy]|$)", "", spoken)
    begins = "A" if _VOWELS.match(spoken) else ""
    bare = _VOWELS.sub("", spoken).upper()
    return begins + re.sub(r"(.)\1+", r"\1", bare)
