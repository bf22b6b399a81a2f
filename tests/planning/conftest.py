"""An open house with a planner, a supervisor and a handler."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from darwin.contact.services.queues import open_queue
from darwin.deadlines import clock
from darwin.staff.models import Account
from tests.planning.houses import WORKER
from tests.staff.conftest import _data_dir, operational_house, signed_in  # noqa: F401 - fixtures
from tests.staff.people import someone

NOW = datetime(2026, 11, 27, 14, 24, tzinfo=UTC)


@pytest.fixture
def house(opened_installation: Callable[[str], None], settings: Any) -> Iterator[None]:
    """An operational house on a Friday, with two queues."""
    settings.DARWIN_MODE = "operational"
    with clock.standing_at(NOW):
        opened_installation("operational")
        for slug in ("101", "999"):
            open_queue(actor=WORKER, slug=slug, label=f"The {slug} line", switch="example")
        yield


@pytest.fixture
def planner(house: None) -> Account:
    return someone("resource_planner", display_name="Tom Ellery")
