"""A house in operation at NOW, with the two lines of the wall."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from darwin.contact.now import reading
from darwin.deadlines import clock
from tests.contact.now import scene
from tests.staff.conftest import signed_in  # noqa: F401 - a fixture


@pytest.fixture
def lines(opened_installation: Callable[[str], None], settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.DARWIN_MODE = "operational"
    settings.DARWIN_DATA_DIR = tmp_path
    opened_installation("operational")
    reading._known.adoption, reading._known.gaps = None, ()
    with clock.standing_at(scene.NOW):
        scene.open_lines()
        yield
