"""An open house with people who ring, and what the records say of numbers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.records.models import PhoneLink
from darwin.records.services.links import confirm_link_ending, propose_link_ending
from darwin.records.services.phones import link_number, mark_number
from darwin.staff.models import Account
from tests.staff.conftest import operational_house, signed_in  # noqa: F401
from tests.staff.people import someone

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
NUMBER = "07700 900142"
RECORDER = Actor.system("records")


class Records:
    """What the records room knows of numbers, by its own services."""

    def __init__(self) -> None:
        self.links: list[PhoneLink] = []

    def say(self, number: str, *links: str, kind: str = "") -> None:
        if kind:
            mark_number(actor=RECORDER, number=number, kind=kind)
        self.links += [link_number(actor=RECORDER, number=number, link=link) for link in links]

    def forget(self) -> None:
        """Every link has ended, as two people decided."""
        one, other = Actor.staff(new_id()), Actor.staff(new_id())
        for link in self.links:
            ending = propose_link_ending(actor=one, link=link, reason="It was another number.")
            confirm_link_ending(actor=other, ending=ending, reason="I looked it up.")


@pytest.fixture
def at_noon() -> Iterator[None]:
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def house(opened_installation: Callable[[str], None], at_noon: None, settings: Any) -> Records:
    """An operational house at noon in which nothing is recorded."""
    settings.DARWIN_MODE = "operational"
    opened_installation("operational")
    return Records()


@pytest.fixture
def handler(house: Records) -> Account:
    return someone("contact_handler", display_name="Dev Patel")


@pytest.fixture
def other_handler(house: Records) -> Account:
    return someone("contact_handler", display_name="Sam Okoro")


@pytest.fixture
def supervisor(house: Records) -> Account:
    return someone("contact_supervisor", display_name="Ruth Adeyemi")
