"""A house in operation with a call that rings at a handler's telephone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from darwin.deadlines import clock
from darwin.staff.models import Account
from tests.contact.taking.calls import NOW, Floor
from tests.staff.conftest import (  # noqa: F401 - fixtures
    _data_dir,
    operational_house,
    practice_house,
    signed_in,
)
from tests.staff.people import someone


@pytest.fixture
def house(operational_house: None) -> Iterator[None]:  # noqa: F811
    """A house in operation at NOW: a Sunday afternoon, 14:24 in London."""
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def sam(house: None) -> Account:
    return someone("contact_handler", display_name="Sam Okoro")


@pytest.fixture
def ruth(house: None) -> Account:
    return someone("contact_supervisor", display_name="Ruth Adeyemi")


@pytest.fixture
def floor(sam: Account) -> Floor:
    """The floor with Sam's telephone on it, and the switch heard."""
    return Floor(sam)


@pytest.fixture
def browser(sam: Account, signed_in: Callable[..., Client]) -> Client:  # noqa: F811
    return signed_in(sam)


@pytest.fixture
def at() -> Callable[..., Any]:
    """`with at(seconds=30): …`: the house's clock stands so much after NOW."""
    return lambda **later: clock.standing_at(NOW + timedelta(**later))
