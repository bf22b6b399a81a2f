"""An open house with people who ring, and what the records say of numbers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.staff.conftest import operational_house, signed_in  # noqa: F401
from tests.staff.people import someone

from darwin.deadlines import clock
from darwin.outbound import number_facts
from darwin.outbound.number_facts import NothingRecorded, give_facts
from darwin.staff.models import Account

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
NUMBER = "07700 900142"


class Records:
    """What is recorded of numbers, as a test says."""

    def __init__(self) -> None:
        self.known: dict[str, NothingRecorded] = {}

    def say(self, number: str, *links: str, kind: str = "personal") -> None:
        self.known[number] = NothingRecorded(kind=kind, links=frozenset(links))


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Records:
    held = Records()
    monkeypatch.setattr(number_facts, "_readers", [])
    give_facts(lambda numbers, at: {n: held.known[n] for n in numbers if n in held.known})
    return held


@pytest.fixture
def at_noon() -> Iterator[None]:
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def house(
    opened_installation: Callable[[str], None], records: Records, at_noon: None, settings: Any
) -> Records:
    """An operational house at noon in which nothing is recorded."""
    settings.DARWIN_MODE = "operational"
    opened_installation("operational")
    return records


@pytest.fixture
def handler(house: Records) -> Account:
    return someone("contact_handler", display_name="Dev Patel")


@pytest.fixture
def other_handler(house: Records) -> Account:
    return someone("contact_handler", display_name="Sam Okoro")


@pytest.fixture
def supervisor(house: Records) -> Account:
    return someone("contact_supervisor", display_name="Ruth Adeyemi")
