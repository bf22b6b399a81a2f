from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from darwin.deadlines import clock, kinds
from darwin.deadlines.kinds import DeadlineKind, declare_kind
from darwin.deadlines.models import Deadline, State
from darwin.deadlines.services import act_on_due, start_deadline
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.ids import new_id
from darwin.reference import queries, required
from darwin.reference.required import required_thresholds
from darwin.reference.rules import TAKES_EFFECT, declare_kinds, reference_rule
from darwin.reference.services import adopt_values

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
# Noon of Monday 2 March 2026, in London and in UTC.
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def adopt(folder: Path, *versions: str) -> None:
    file = folder / "made_up.toml"
    table = '[[threshold]]\ncode = "test.update"\nunit = "clock_hours"\nsource = "made up"\n'
    file.write_text("\n".join(table + version for version in versions))
    adopt_values(actor=ACTOR, file=file)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setattr(kinds, "_kinds", {})
    declare_kinds()
    monkeypatch.setattr(required, "_required", {})
    declare_kind(
        DeadlineKind(
            name="test.update",
            room="test",
            starts="-",
            acts="-",
            when_due="-",
            handler=lambda deadline, actor: None,
            rule=reference_rule("test.update", room="test", meaning="for its updates"),
        )
    )
    adopt(tmp_path, "value = 48\nvalid_from = 2020-01-01\n")
    return "test.update"


def start(kind: str) -> Deadline:
    with clock.standing_at(NOON):
        return start_deadline(actor=ACTOR, kind=kind, subject=Subject("contact", new_id()))


def test_a_deadline_takes_its_duration_from_reference_data_and_names_the_version(kind: str) -> None:
    deadline = start(kind)
    assert deadline.due_at == NOON + 48 * HOUR
    assert deadline.rule_version == queries.threshold("test.update", NOON).id
    assert [wanted.code for wanted in required_thresholds()] == ["test.update"]


def test_a_new_duration_leaves_running_clocks_alone_unless_it_says_otherwise(
    kind: str, tmp_path: Path
) -> None:
    deadline = start(kind)
    with clock.standing_at(NOON + HOUR):
        adopt(tmp_path, "value = 24\nvalid_from = 2026-03-02\n")
    deadline.refresh_from_db()
    assert deadline.due_at == NOON + 48 * HOUR


def test_a_new_duration_that_applies_to_running_clocks_moves_them_when_it_is_adopted(
    kind: str, tmp_path: Path
) -> None:
    deadline = start(kind)
    with clock.standing_at(NOON + HOUR):
        adopt(tmp_path, "value = 24\nvalid_from = 2026-03-02\napplies_to_running = true\n")
    deadline.refresh_from_db()
    assert deadline.due_at == NOON + 24 * HOUR
    assert deadline.rule_version == queries.threshold("test.update", date(2026, 3, 2)).id


def test_a_duration_of_a_later_day_moves_running_clocks_at_the_first_moment_of_that_day(
    kind: str, tmp_path: Path
) -> None:
    deadline = start(kind)
    with clock.standing_at(NOON + HOUR):
        adopt(tmp_path, "value = 24\nvalid_from = 2026-03-03\napplies_to_running = true\n")
        assert act_on_due(actor=ACTOR) is None
    deadline.refresh_from_db()
    assert deadline.due_at == NOON + 48 * HOUR
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    waiting = Deadline.objects.get(kind=TAKES_EFFECT)
    assert waiting.due_at == midnight
    with clock.standing_at(midnight):
        act_on_due(actor=ACTOR)
    deadline.refresh_from_db()
    waiting.refresh_from_db()
    assert waiting.state == State.ACTED
    assert deadline.due_at == NOON + 24 * HOUR


def test_a_duration_that_was_corrected_before_its_day_moves_clocks_to_the_corrected_one(
    kind: str, tmp_path: Path
) -> None:
    deadline = start(kind)
    with clock.standing_at(NOON + HOUR):
        adopt(tmp_path, "value = 13\nvalid_from = 2026-03-03\napplies_to_running = true\n")
        adopt(tmp_path, "value = 30\nvalid_from = 2026-03-03\napplies_to_running = true\n")
    with clock.standing_at(datetime(2026, 3, 3, tzinfo=UTC)):
        while act_on_due(actor=ACTOR):
            pass
    deadline.refresh_from_db()
    assert deadline.due_at == NOON + 30 * HOUR
