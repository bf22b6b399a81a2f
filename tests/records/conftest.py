"""A house in operation, people who may look, and a browser of Django's own."""

from collections.abc import Callable

import pytest

from darwin.staff.models import Account
from tests.staff.conftest import (  # noqa: F401 - fixtures
    _data_dir,
    operational_house,
    signed_in,
)
from tests.staff.people import someone


@pytest.fixture
def house(operational_house: None) -> None:  # noqa: F811
    """An opened installation with its reference data."""


@pytest.fixture
def handler(house: None) -> Account:
    """A contact handler, who may search and open records."""
    return someone("contact_handler")


@pytest.fixture
def make(house: None) -> Callable[..., Account]:
    """`make("duty_inspector")`: an account that holds the roles."""
    return someone
