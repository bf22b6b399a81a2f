"""People by name and date of birth: candidates from the database, each scored here with its reasons.

1. Each typed word is widened to the recorded words like it (`likeness`): by its sounds, by one slip, by
   pieces of four letters, by its beginning, and by its other forms. Words are few beside people: this is
   cheap.
2. Name forms are fetched that have words like two of the typed ones (or the one), the likest first; with a
   date of birth also those born then, or on a date one slip away, with one word alike.
3. A form's score is a sum of bits: for each typed word how rare the word is that it met, less the less alike
   they are; for the date as `births.fit` says. So a rare name outweighs a common one, and a date both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from darwin.records.births import Birth
from darwin.records.models import Origin
from darwin.records.search import births
from darwin.records.search.asked import Asked
from darwin.records.search.likeness import SAME, Likeness, forms_of, likeness, words_for
from darwin.records.search.reading import rows_by_index
from darwin.records.search.words import fold, keys_of

# At most so many recorded words for one typed word, and so many forms for one way of asking: beyond it the
# answer would be a list that nobody reads.
MOST_WORDS, MOST_FORMS = 120, 300
_STRONG, _FAIR = 0.84, 0.78
_LEAST_FORMS_KNOWN = 1000
_FEWEST_BITS, _MOST_BITS = 2.0, 17.0
_NOT_MET, _NOT_TYPED, _SWAPPED, _BY_ALIAS = -3.0, -0.3, -0.7, -0.4
# What is not weighed as a name of its own: articles and particles that are left out as often as said.
_PARTICLES = frozenset(
    {
        "al", "el", "ul", "ud", "ur", "de", "da", "di", "du", "la", "le", "van", "von", "der", "den", "del",
        "bin", "ibn", "bint", "ap", "ab", "o", "mac", "mc", "st",
    }
)  # fmt: skip

_WORDS = """
SELECT %s AS part, word, forms FROM (
  SELECT word, forms FROM records_nameword WHERE keys && %s::varchar[]
  UNION SELECT word, forms FROM records_nameword WHERE word = ANY(%s)
  {beginning}
) AS found
"""
_BEGINNING = (
    "UNION (SELECT word, forms FROM records_nameword WHERE word LIKE %s ORDER BY forms DESC LIMIT 300)"
)
_FORMS = "SELECT id, person_id, origin, shown, given, family, births FROM records_nameform WHERE "


@dataclass(slots=True)
class Part:
    """A typed word, or two typed words as one (`covers`), and the recorded words like it."""

    word: str
    covers: tuple[int, ...]
    like: dict[str, Likeness] = field(default_factory=dict)

    def words(self, least: float) -> list[str]:
        """The recorded words that are at least so like it."""
        return [word for word, how in self.like.items() if how.value >= least]


@dataclass(frozen=True, slots=True)
class Found:
    """A person by one of their names. bits: the score. met: whether a word of a name was met at all."""

    person_id: UUID
    bits: float
    reasons: tuple[str, ...]
    met: bool


def people_by_name(asked: Asked, also: Iterable[UUID] = ()) -> dict[UUID, Found]:
    """The people whose names or dates fit, each by their best name. also: people to be scored in any case.

    Two queries.
    """
    parts, rarity = _widen([fold(word) for word in asked.names])
    best: dict[UUID, Found] = {}
    for row in _candidates(parts, rarity, asked.birth, list(also)):
        found = _score(row, parts, rarity, asked)
        if found.person_id not in best or found.bits > best[found.person_id].bits:
            best[found.person_id] = found
    return best


def _widen(typed: Sequence[str]) -> tuple[list[Part], dict[str, float]]:
    """The typed words, neighbours also as one, each with what is recorded like it; and each word's bits."""
    words = [part for name in typed for part in name.split()]
    parts = [Part(word, (place,)) for place, word in enumerate(words)]
    parts += [Part(one + other, (place, place + 1)) for place, (one, other) in enumerate(pairwise(words))]
    if not parts:
        return [], {}
    statements, values = [], []
    for number, part in enumerate(parts):
        by_beginning = len(part.covers) == 1 and len(part.word) >= 3
        statements.append(_WORDS.format(beginning=_BEGINNING if by_beginning else ""))
        values += [number, sorted(keys_of(part.word)), [part.word, *forms_of(part.word)]]
        values += [part.word.replace("_", "") + "%"] if by_beginning else []
    statements.append(
        "SELECT -1, '', reltuples::bigint FROM pg_class WHERE oid = 'records_nameform'::regclass"
    )
    rows = rows_by_index(" UNION ALL ".join(statements), values)
    total = max(_LEAST_FORMS_KNOWN, *(forms for part, _word, forms in rows if part < 0))
    rarity: dict[str, float] = {}
    near: list[list[tuple[float, int, str, Likeness]]] = [[] for _ in parts]
    for number, word, forms in rows:
        if number < 0:
            continue
        how = likeness(parts[number].word, word)
        if how.value and (len(parts[number].covers) == 1 or how.value >= _STRONG):
            near[number].append((-how.value, -forms, word, how))
            rarity[word] = min(_MOST_BITS, max(_FEWEST_BITS, math.log2(total / max(forms, 1))))
    for part, found in zip(parts, near, strict=True):
        part.like = {word: how for _value, _forms, word, how in sorted(found)[:MOST_WORDS]}
        part.like.setdefault(part.word, SAME)
    return parts, rarity


def _candidates(
    parts: list[Part], rarity: dict[str, float], birth: Birth, also: list[UUID]
) -> Iterator[tuple[Any, ...]]:
    """Name forms that may fit, once each, in one query."""
    asked: list[tuple[str, list[Any]]] = []
    single = [part for part in parts if len(part.covers) == 1]
    joined = [part for part in parts if len(part.covers) == 2]
    weighty = [part for part in single if part.word not in _PARTICLES]
    if len(weighty) > 2:
        # Three alike say so much that none of them may be lost below among the many with two.
        every = " AND ".join(["words && %s::varchar[]"] * len(weighty))
        asked.append((every, [part.words(0.0) for part in weighty]))
    for least in (0.93, _STRONG, _FAIR, 0.0):
        asked.extend(_by_words(single, joined, least))
    # A word that few people have is enough, whatever became of the others.
    for part in single:
        rare = [word for word in part.words(_STRONG) if rarity.get(word, _MOST_BITS) >= 10.0]
        if rare and len(single) > 1:
            asked.append(("words && %s::varchar[]", [rare]))
    if birth.known:
        likely = births.likely_keys(birth)
        anyone = sorted({word for part in parts for word in part.words(0.0)})
        if anyone:
            asked.append(("births && %s::varchar[] AND words && %s::varchar[]", [likely, anyone]))
        asked.append(("births && %s::varchar[]", [likely[:1]]))
    if also:
        asked.append(("person_id = ANY(%s)", [also]))
    if not asked:
        return
    statements = [f"({_FORMS}{condition} LIMIT {MOST_FORMS})" for condition, _values in asked]
    yield from rows_by_index(
        " UNION ".join(statements), [value for _sql, values in asked for value in values]
    )


def _by_words(single: list[Part], joined: list[Part], least: float) -> Iterator[tuple[str, list[Any]]]:
    """Conditions on words: like two of the typed ones, or the only one, or two of them written as one."""
    weighty = [part for part in single if part.word not in _PARTICLES] or single
    pairs = list(combinations(weighty, 2))
    if pairs:
        both = "(words && %s::varchar[] AND words && %s::varchar[])"
        values = [part.words(least) for pair in pairs for part in pair]
        yield " OR ".join([both] * len(pairs)), values
    elif weighty:
        yield "words && %s::varchar[]", [weighty[0].words(least)]
    for part in joined:
        if least and len(part.like) > 1:
            yield "words && %s::varchar[]", [part.words(least)]


def _score(row: tuple[Any, ...], parts: list[Part], rarity: dict[str, float], asked: Asked) -> Found:
    _id, person_id, origin, shown, given, family, born = row
    fields = [*_with_neighbours(given, "given"), *_with_neighbours(family, "family")]
    met = _meet(parts, fields, rarity)
    typed = {place for part in parts for place in part.covers if part.word not in _PARTICLES}
    covered = {place for part, *_rest in met for place in part.covers}
    bits = sum(worth for *_rest, worth in met) + _NOT_MET * len(typed - covered)
    used = {word for _part, word, _field, _how, _worth in met}
    left = [word for word in (given + " " + family).split() if not any(word in one for one in used)]
    bits += _NOT_TYPED * len(left) if met else 0.0
    reasons = [_reason(asked, part, word, how) for part, word, _field, how, _worth in met]
    if _swapped(met, asked.family_first):
        bits += _SWAPPED
        reasons.append(_("given and family name swapped"))
    fitting = births.fit(asked.birth, _born(born))
    bits += fitting.bits
    reasons = [reason for reason in dict.fromkeys(reasons) if reason]
    if met and not reasons:
        reasons = [_("same name") if typed == covered and not left else _("the name typed is part of it")]
    if fitting.reason:
        reasons.append(fitting.reason)
    if origin != Origin.OWN and met:
        bits += _BY_ALIAS
        words = _("alias %(name)s") if origin == Origin.ALIAS else _("also recorded as %(name)s")
        reasons.insert(0, words % {"name": shown})
    return Found(person_id, bits, tuple(reasons), bool(met))


Met = tuple[Part, str, str, Likeness, float]


def _meet(parts: list[Part], fields: list[tuple[str, str, bool]], rarity: dict[str, float]) -> list[Met]:
    """Which typed word met which recorded one, each once, the weightiest first."""
    offers: list[Met] = []
    apart = {word for word, _where, joined in fields if not joined}
    for part in parts:
        for word, where, _joined in fields:
            how = part.like.get(word)
            # Two typed words as one meet one recorded word: two and two meet one by one.
            if how is not None and (len(part.covers) == 1 or word in apart):
                worth = rarity.get(word, _MOST_BITS) * (how.value - 0.55) / 0.45
                offers.append((part, word, where, how, worth))
    offers.sort(key=lambda one: -one[4])
    met: list[Met] = []
    places: set[int] = set()
    words: set[str] = set()
    for offer in offers:
        part, word = offer[0], offer[1]
        if places.isdisjoint(part.covers) and word not in words:
            met.append(offer)
            places.update(part.covers)
            words.add(word)
    return sorted(met, key=lambda one: one[0].covers)


def _with_neighbours(field_words: str, where: str) -> list[tuple[str, str, bool]]:
    """The words of a part of a name, and each two neighbours as one: (word, part, whether two as one)."""
    listed = field_words.split()
    joined = [(one + other, where, True) for one, other in pairwise(listed)]
    return [*((word, where, False) for word in listed), *joined]


def _swapped(met: list[Met], family_first: bool) -> bool:
    """Did what stands first meet only a family name, and what stands last only a given one?"""
    if len(met) < 2:
        return False
    first, last = met[0][2], met[-1][2]
    wanted = ("given", "family") if family_first else ("family", "given")
    return (first, last) == wanted


def _reason(asked: Asked, part: Part, word: str, how: Likeness) -> str:
    typed = asked.typed.get(part.word, part.word)
    if how.how == "same":
        return _("written as one word: %(word)s") % {"word": word} if len(part.covers) == 2 else ""
    return words_for(how.how, typed)


def _born(keys: Sequence[str]) -> Birth:
    """The recorded date of birth, from its keys."""
    whole = next((key for key in keys if len(key) == 8 and key.isdigit()), "")
    if whole:
        return Birth(int(whole[:4]), int(whole[4:6]), int(whole[6:]))
    year = next((int(key) for key in keys if len(key) == 4 and key.isdigit()), None)
    month = next((int(key[4:]) for key in keys if len(key) == 6 and key.isdigit()), None)
    day = next(((int(key[2:4]), int(key[4:])) for key in keys if key.startswith("--")), None)
    return Birth(year, day[0], day[1]) if day else Birth(year, month)
