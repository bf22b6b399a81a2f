"""What a made-up caller says: a card of facts, the same for the same call whoever asks.

Everybody and everything on a card is invented (callers.toml). A card gives the first words, and answers
to what a good handler asks; it never says what to do.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from darwin.practice.live.answering import rings_like
from darwin.practice.population import FIRST_NAMES, LAST_NAMES


@dataclass(frozen=True, slots=True)
class Fact:
    """What the caller answers if it is asked for."""

    asked: str
    answer: str


@dataclass(frozen=True, slots=True)
class Card:
    """opening: the first words. manner: how the caller sounds. facts: in the order in which they matter."""

    opening: str
    manner: str
    facts: tuple[Fact, ...]


STREETS = (
    "Larkmead Road", "Tannery Walk", "Orchard Close", "Millbeck Avenue", "Quarry Hill", "Swan Yard",
    "Beacon Rise", "Harrowgate Lane", "Fosse Terrace", "Pinfold Street",
)  # fmt: skip
PLACES = ("the bus station", "the retail park", "the library", "the market", "the leisure centre", "the park")
HOURS = ("an hour ago", "this morning", "last night", "about twenty minutes ago", "yesterday evening")
ITEMS = ("a black rucksack", "a brown purse", "a silver telephone", "a set of keys on a red strap")
BIKES = ("a green mountain bike", "a child’s blue scooter", "an electric bike with a basket")

_CARDS = Path(__file__).with_suffix(".toml")
_MACHINE = Card(
    "“Hello, this is {name}. I can’t come to the telephone. Leave a message after the tone.”",
    "an answering machine",
    (Fact("Who may hear it", "you cannot know"),),
)
_SOMEBODY_ELSE = Card(
    "Hello? Who is this?",
    "a man’s voice, not the one who rang",
    (
        Fact("Who is speaking", "who wants to know?"),
        Fact("Is the other person there", "she’s busy. What is it about?"),
    ),
)
_ANSWERED_BY_ANOTHER = 0.3


@cache
def _templates() -> tuple[Card, ...]:
    """The cards as they are written, with the places to fill."""
    written = tomllib.loads(_CARDS.read_text("utf-8"))["caller"]
    return tuple(
        Card(one["opening"], one["manner"], tuple(Fact(asked, answer) for asked, answer in one["facts"]))
        for one in written
    )


def card_of(call_id: str) -> Card:
    """What the caller of this call says. Of a call that a person makes: who answers, and what they say."""
    chance = Random(call_id)  # noqa: S311 - made-up people, not secrets
    values = _values(chance)
    if call_id.startswith("OUT-"):
        if rings_like(call_id.removeprefix("OUT-")) == "machine":
            return _filled(_MACHINE, values)
        if chance.random() < _ANSWERED_BY_ANOTHER:
            return _SOMEBODY_ELSE
    return _filled(chance.choice(_templates()), values)


def report_of(call_id: str) -> str:
    """What somebody wrote who reports online: what the form asked and what they answered."""
    card = card_of(call_id)
    return "\n".join([card.opening, *(f"{fact.asked}: {fact.answer}" for fact in card.facts)])


def _values(chance: Random) -> dict[str, str]:
    first = chance.choice(FIRST_NAMES)
    return {
        "first": first,
        "name": f"{first} {chance.choice(LAST_NAMES)}",
        "street": chance.choice(STREETS),
        "number": str(chance.randint(1, 180)),
        "other": str(chance.randint(181, 240)),
        "place": chance.choice(PLACES),
        "hour": chance.choice(HOURS),
        "item": chance.choice(ITEMS),
        "bike": chance.choice(BIKES),
    }


def _filled(card: Card, values: dict[str, str]) -> Card:
    return Card(
        card.opening.format(**values),
        card.manner,
        tuple(Fact(fact.asked, fact.answer.format(**values)) for fact in card.facts),
    )
