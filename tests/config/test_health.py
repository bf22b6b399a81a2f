"""What the health pages say of each part."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from darwin.deadlines import clock
from darwin.supervisor.locks import FileLock
from darwin.supervisor.state import Condition, HouseState, PartState, stamp, write_state

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("condition", "seconds", "ends_in_a_row", "state", "well"),
    [
        ("running", 5, 0, "running", True),
        ("starting", 1, 0, "starting", True),
        ("done", 5, 0, "done", True),
        ("waiting", 1, 1, "waiting", False),
        ("running", 5, 2, "running", True),
        ("running", 5, 3, "keeps ending", False),
        ("waiting", 500, 3, "keeps ending", False),
        ("running", 61, 3, "running", True),
    ],
)
def test_a_part_is_well_while_it_works(
    tmp_path: Path,
    settings: Settings,
    condition: Condition,
    seconds: int,
    ends_in_a_row: int,
    state: str,
    well: bool,
) -> None:
    settings.DARWIN_DATA_DIR = tmp_path
    (tmp_path / "lock").mkdir()
    since = stamp(NOON - timedelta(seconds=seconds))
    part = PartState("deadlines", condition, since, ends_in_a_row, ends_in_a_row, 1234)
    alive = FileLock(tmp_path / "lock" / "up")
    assert alive.try_exclusive()
    write_state(tmp_path, HouseState(1, 8000, (part,)))
    with clock.standing_at(NOON):
        answer = Client().get("/health/")
    alive.close()
    assert answer.json()["parts"]["deadlines"] == {"state": state, "since": since, "restarts": ends_in_a_row}
    assert answer.json()["well"] is well
    assert answer.status_code == (200 if well else 503)


@pytest.mark.django_db
def test_the_words_of_a_supervisor_that_has_gone_are_not_repeated(tmp_path: Path, settings: Settings) -> None:
    settings.DARWIN_DATA_DIR = tmp_path
    (tmp_path / "lock").mkdir()
    write_state(tmp_path, HouseState(1, 8000, (PartState("deadlines", "running", stamp(NOON), 0, 0, 1234),)))
    parts = Client().get("/health/").json()["parts"]
    assert set(parts) == {"web", "database", "disk"}


def test_a_database_that_does_not_answer_is_named_and_makes_503(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    monitor = Client()
    monitor.cookies[settings.SESSION_COOKIE_NAME] = "of-a-session-that-nobody-can-look-up-now"
    answer = monitor.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"]["state"] == "does not answer"
    assert Client().get("/health/live/").status_code == 200
    assert "does not answer" in Client().get("/health/page/").content.decode()
