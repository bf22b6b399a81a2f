from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.models import Entry
from darwin.reference import queries
from darwin.reference.models import Adoption, Installation
from darwin.reference.services import WrongInstallation, open_installation

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_an_empty_database_is_opened_with_the_forces_values() -> None:
    with clock.standing_at(NOON):
        opened = open_installation("practice", "leicestershire")
        assert (opened.mode, opened.force, opened.opened_at) == ("practice", "leicestershire", NOON)
        assert queries.threshold("contact.101.answer_within_s").value == 30
        assert str(queries.force()) == "Leicestershire Police"


@pytest.mark.django_db
def test_opening_and_adopting_each_leave_a_ledger_entry_with_counts_only() -> None:
    open_installation("practice", "leicestershire")
    adopted = Entry.objects.get(event="reference.adopted_values")
    assert adopted.counts["added"] > 200
    assert Entry.objects.filter(event="reference.opened_installation").count() == 1


@pytest.mark.django_db
def test_opening_again_changes_nothing() -> None:
    first = open_installation("practice", "leicestershire")
    assert open_installation("practice", "leicestershire") == first
    assert Adoption.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mode", "force", "says"),
    [
        ("operational", "leicestershire", "This database holds practice data."),
        ("practice", "kent", "belongs to the force “leicestershire”, not “kent”"),
    ],
)
def test_a_database_of_another_mode_or_force_is_refused(mode: str, force: str, says: str) -> None:
    open_installation("practice", "leicestershire")
    with pytest.raises(WrongInstallation, match=says):
        open_installation(mode, force)


@pytest.mark.django_db
def test_a_force_without_a_file_is_told_which_have_one_and_nothing_is_created() -> None:
    with pytest.raises(DarwinError, match="Darwin has one for: leicestershire"):
        open_installation("practice", "atlantis")
    assert not Installation.objects.exists()


@pytest.mark.django_db
def test_a_forces_own_file_beside_its_data_comes_first(tmp_path: Path, settings: object) -> None:
    settings.DARWIN_DATA_DIR = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "forces").mkdir()
    own = tmp_path / "forces" / "rutland.toml"
    own.write_text(
        'national = "england_wales"\n[[list]]\ncode = "force"\nvalid_from = 2020-01-01\nsource = "made up"\n'
        'items = [\n  { code = "rutland", label = "Rutland Police", reference_prefix = "RUT" },\n]\n'
        '[[threshold]]\ncode = "contact.101.answer_within_s"\nvalue = 20\nunit = "seconds"\n'
        'valid_from = 1990-01-01\nsource = "made up"\n'
        '[[threshold]]\ncode = "contact.101.target_percent"\nvalue = 90\nunit = "percent"\n'
        'valid_from = 1990-01-01\nsource = "made up"\n'
    )
    open_installation("practice", "rutland")
    assert queries.threshold("contact.101.answer_within_s", NOON).value == 20
    assert str(queries.force(NOON)) == "Rutland Police"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reference_installation SET mode = 'operational'",
        "DELETE FROM reference_installation",
        "INSERT INTO reference_installation VALUES (gen_random_uuid(), true, 'practice', 'a', '2026-01-01')",
        "INSERT INTO reference_installation VALUES (gen_random_uuid(), false, 'practice', 'a', '2026-01-01')",
    ],
)
def test_the_one_row_of_the_installation_cannot_be_changed_or_joined_by_another(statement: str) -> None:
    open_installation("practice", "leicestershire")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_processes_that_open_the_same_empty_database_at_once_make_one_installation() -> None:
    def open_it(_: int) -> str:
        try:
            return str(open_installation("practice", "leicestershire").id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as processes:
        opened = set(processes.map(open_it, range(4)))
    assert len(opened) == 1
    assert Adoption.objects.count() == 1
