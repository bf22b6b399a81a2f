"""The history of an identified caller: cards that this room and the rooms above it fill.

A card is asked for only after it is recorded who is speaking, and every reading of it is a consultation of
what it shows. A room above declares its own in AppConfig.ready (open incidents, crimes, missing episodes).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from darwin.ledger.actors import Subject
from darwin.staff.models import Account
from darwin.staff.permissions import Rule
from darwin.theme.formats import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryAsk:
    """Whose history is opened: by whom, in which contact, at what moment, and where the caller says it is.
    persons: every identifier under which the person is recorded."""

    account: Account
    persons: tuple[UUID, ...]
    key: UUID
    at: datetime
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One thing that happened. at: when. title: what, in some words. text: more. state: past, open or late.
    subjects: the records shown, for the consultation."""

    at: datetime
    title: Words
    text: str = ""
    state: Literal["past", "open", "late"] = "past"
    href: str = ""
    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryCard:
    """A card: its name (room.what), title, place from the top, the rule of who may see it, its lines newest
    first in at most two queries, and what it says when there are none."""

    name: str
    title: Words
    order: int
    rule: Rule
    lines: Callable[[HistoryAsk], Sequence[HistoryLine]]
    none: Words


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card with its lines."""

    card: HistoryCard
    lines: list[HistoryLine] = field(default_factory=list)


_cards: dict[str, HistoryCard] = {}


def register_card(card: HistoryCard) -> None:
    """Declare a card. Raises ValueError if its name is taken."""
    if _cards.setdefault(card.name, card) != card:
        raise ValueError(f"there are two history cards named {card.name}")


def cards_for(ask: HistoryAsk) -> list[CardShown]:
    """The cards that this person may see, filled, in their order."""
    cards = sorted(_cards.values(), key=lambda card: (card.order, card.name))
    return [CardShown(card, list(card.lines(ask))) for card in cards if card.rule.permits(ask.account)]
