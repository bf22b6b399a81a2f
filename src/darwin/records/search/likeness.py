"""How like two words of names are, and why, in words. Pure functions over folded words."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jellyfish
from django.utils.translation import gettext_lazy

from darwin.records.search.sounds import sounds_of

# Below this a likeness says too little to bring a record up.
LEAST = 0.70
_SHORTEST_BEGINNING = 3
_AS_GOOD = 0.05
_GROUPS = Path(__file__).with_name("equivalents.txt")


@dataclass(frozen=True, slots=True)
class Likeness:
    """value: 0 to 1. how: same, form, sound, slip, turned, slips, begins, like: the key of its words."""

    value: float
    how: str


SAME = Likeness(1.0, "same")
UNLIKE = Likeness(0.0, "")


@cache
def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _GROUPS.read_text("utf-8").splitlines():
        names = line.split() if not line.startswith("#") else []
        for name in names:
            found.setdefault(name, set()).update(names)
    return {name: frozenset(others - {name}) for name, others in found.items()}


def forms_of(word: str) -> frozenset[str]:
    """Other forms of a name: Bob for Robert, Muhammad for Mohammed; none for most words."""
    return _groups().get(word, frozenset())


def likeness(typed: str, word: str) -> Likeness:
    """How like a recorded word is to a typed one; UNLIKE below LEAST."""
    if typed == word:
        return SAME
    if word in forms_of(typed):
        return Likeness(0.93, "form")
    nearness = jellyfish.jaro_winkler_similarity(typed, word)
    found = [_by_letters(typed, word), _by_sound(typed, word, nearness), _by_slips(typed, word, nearness)]
    best = max(found, key=lambda one: one.value)
    # Several may hold; the one that is said is the one that a person would say first.
    found.sort(key=lambda one: one.how != "turned")
    said = next((one.how for one in found if one.value >= max(LEAST, best.value - _AS_GOOD)), best.how)
    best = Likeness(best.value, said)
    if best.value < LEAST and nearness >= 0.88 and min(len(typed), len(word)) >= 4:
        return Likeness(0.70 + (nearness - 0.88), "like")
    return best if best.value >= LEAST else UNLIKE


def _by_sound(typed: str, word: str, nearness: float) -> Likeness:
    shared = len(sounds_of(typed) & sounds_of(word))
    if not shared:
        return UNLIKE
    # One reading of five heard alike says less than several; letters in common say the rest.
    return Likeness(min(0.92, 0.60 + 0.02 * min(shared, 5) + 0.24 * nearness), "sound")


def _by_slips(typed: str, word: str, nearness: float) -> Likeness:
    shorter = min(len(typed), len(word))
    if abs(len(typed) - len(word)) > 2 or shorter < 3:
        return UNLIKE
    slips = jellyfish.damerau_levenshtein_distance(typed, word)
    if slips == 1:
        turned = len(typed) == len(word) and sorted(typed) == sorted(word)
        value = 0.74 if shorter == 3 else 0.82 if shorter == 4 else 0.90
        return Likeness(value + 0.02 * turned, "turned" if turned else "slip")
    if slips == 2 and shorter >= 5:
        return Likeness(0.60 + 0.02 * min(shorter, 9) + 0.05 * nearness, "slips")
    return UNLIKE


def _by_letters(typed: str, word: str) -> Likeness:
    if len(typed) >= _SHORTEST_BEGINNING and word.startswith(typed):
        return Likeness(0.74 + 0.16 * len(typed) / len(word), "begins")
    if len(word) >= _SHORTEST_BEGINNING + 1 and typed.startswith(word):
        return Likeness(0.70 + 0.12 * len(word) / len(typed), "begun")
    return UNLIKE


_WORDS = {
    "form": gettext_lazy("another form of %(typed)s"),
    "sound": gettext_lazy("sounds like %(typed)s"),
    "slip": gettext_lazy("one letter from %(typed)s"),
    "turned": gettext_lazy("two letters of %(typed)s turned round"),
    "slips": gettext_lazy("two letters from %(typed)s"),
    "begins": gettext_lazy("begins with %(typed)s"),
    "begun": gettext_lazy("is the beginning of %(typed)s"),
    "like": gettext_lazy("spelt nearly like %(typed)s"),
}


def words_for(how: str, typed: str) -> str:
    """Why a word matched, for the reader: `sounds like Desay`. typed: as it was typed. "" for the same."""
    return str(_WORDS[how]) % {"typed": typed} if how in _WORDS else ""
