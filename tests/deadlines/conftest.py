"""Kinds of deadline made for the tests, and a rule that a test can set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest

from darwin.deadlines import kinds
from darwin.deadlines.calendars import Duration, TimeUnit
from darwin.deadlines.kinds import DeadlineKind, Handler, Rule, declare_kind
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.ids import new_id

ACTOR = Actor.system("test")
START = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)


@dataclass
class RuleBook:
    """Rules in the order they take effect; asked for one, the last that has."""

    rules: list[Rule] = field(default_factory=list)

    def set(self, amount: int, unit: TimeUnit, since: datetime, *, running: bool = False) -> UUID:
        version = new_id()
        self.rules.append(Rule(Duration(amount, unit), version, since, running))
        return version

    def __call__(self, at: datetime) -> Rule:
        return [rule for rule in self.rules if rule.takes_effect_at <= at][-1]


@pytest.fixture(autouse=True)
def _own_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds, "_kinds", {})
    yield


@pytest.fixture
def rules() -> RuleBook:
    return RuleBook()


@pytest.fixture
def declare(rules: RuleBook) -> Callable[[Handler], str]:
    """Declare the kind "test.kind" with a handler, under the rules of `rules`; its name."""

    def make(handler: Handler) -> str:
        declare_kind(
            DeadlineKind(
                name="test.kind",
                room="test",
                starts="a test",
                acts="nobody",
                when_due="the handler notes it",
                handler=handler,
                rule=rules,
            )
        )
        return "test.kind"

    return make


def someone() -> Subject:
    return Subject("contact", new_id())
