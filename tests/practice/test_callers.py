"""What made-up callers say."""

import re

from darwin.practice.callers import card_of
from darwin.practice.live.answering import rings_like

NUMBERS = re.compile(r"\b0\d{9,10}\b|@")


def test_a_call_has_the_same_card_whoever_asks_and_cards_vary() -> None:
    names = [f"N20261109-{n:05d}" for n in range(1, 400)]
    assert [card_of(name) for name in names] == [card_of(name) for name in names]
    assert len({card_of(name).manner for name in names}) >= 20
    for name in names:
        card = card_of(name)
        words = " ".join([card.opening, *(fact.answer for fact in card.facts)])
        assert card.facts
        assert "{" not in words
        assert not NUMBERS.search(words)


def test_whoever_is_rung_back_may_be_a_machine_or_somebody_else() -> None:
    said = {rings_like(str(n)): card_of(f"OUT-{n}") for n in range(200)}
    assert said["machine"].manner == "an answering machine"
    others = [card_of(f"OUT-{n}") for n in range(200) if rings_like(str(n)) == "person"]
    share = sum("not the one who rang" in card.manner for card in others) / len(others)
    assert 0.1 < share < 0.5
