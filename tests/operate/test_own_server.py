"""A force's own PostgreSQL 15, prepared by the very lines of docs/operate.md."""

import json
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from darwin.supervisor.keys import read_keys
from tests.operate.conftest import OwnServer
from tests.operate.houses import WINDOW, figures, import_recording, well
from tests.supervisor.conftest import remove
from tests.supervisor.house_at_work import darwin, house_environment

pytestmark = pytest.mark.faults

PAGE = Path(__file__).parents[2] / "docs" / "operate.md"
# A program that opens the house as the web does, and tries what it must not.
THROUGH_THE_SETTINGS = """
from darwin.supervisor.house import open_house
with open_house():
    from django.db import connection, transaction
    from django.db.utils import ProgrammingError
    for forbidden in (
        "UPDATE ledger_entry SET event = 'x'", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry",
        "UPDATE ledger_block SET count = 0", "DELETE FROM ledger_subject", "DROP TABLE ledger_entry",
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry", "CREATE TABLE mine (n int)",
    ):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(forbidden)
        except ProgrammingError as refusal:
            assert refusal.__cause__.sqlstate == "42501", refusal
        else:
            print(forbidden)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        print(cursor.fetchone()[0])
"""


def lines_of_the_page() -> list[list[str]]:
    """The statements of each SQL block of the page."""
    blocks = re.findall(r"^```sql\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [[line for line in block.splitlines() if line] for block in blocks]


def prepare(server: OwnServer) -> str:
    """Do what the page says; the DATABASE_URL that it names."""
    first, _ = lines_of_the_page()
    with server.administrator() as connection:
        for statement in first:
            connection.execute(statement.encode())
    return server.url("darwin_owner", "choose-one", "darwin")


def through_the_settings(data_dir: Path, url: str) -> list[str]:

    done = subprocess.run(
        [sys.executable, "-c", THROUGH_THE_SETTINGS],
        env=house_environment(data_dir, DATABASE_URL=url),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


def test_after_the_lines_of_the_page_privileges_are_separated(own_server: OwnServer, data_dir: Path) -> None:
    url = prepare(own_server)
    import_recording(data_dir, DATABASE_URL=url)
    keys = read_keys(data_dir)
    assert keys is not None
    assert through_the_settings(data_dir, url) == [f"darwin_app_{keys.installation}"]

    with own_server.administrator() as connection:
        for statement in lines_of_the_page()[1]:
            connection.execute(statement.encode())
    assert through_the_settings(data_dir, url) == [f"darwin_app_{keys.installation}"]

    login = own_server.url(f"darwin_report_{keys.installation}", keys.darwin_report, "darwin")
    with psycopg.connect(login, autocommit=True) as report:
        calls = report.execute("SELECT count(*) FROM contact_contact").fetchone()
        assert calls is not None
        assert calls[0] > 0
        for forbidden in (
            b"DELETE FROM contact_contact",
            b"INSERT INTO contact_contact SELECT * FROM contact_contact",
            b"SELECT count(*) FROM ledger_entry",
            b"CREATE TABLE mine (n int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                report.execute(forbidden)


@pytest.mark.nightly
def test_a_new_data_folder_without_the_right_to_make_roles_says_so(
    own_server: OwnServer, data_dir: Path
) -> None:
    url = prepare(own_server)
    with own_server.administrator() as connection:
        for statement in lines_of_the_page()[1]:
            connection.execute(statement.encode())
    done = darwin(data_dir, "ledger", "verify", DATABASE_URL=url)
    assert done.returncode == 0
    assert "privileges are not separated" in done.stderr


def test_a_lost_database_comes_back_beside_its_data_folder(own_server: OwnServer, data_dir: Path) -> None:
    url = prepare(own_server)
    backup = data_dir.parent / "b.tar"
    import_recording(data_dir, DATABASE_URL=url)
    well(data_dir, "ledger", "close-blocks", DATABASE_URL=url)
    before = figures(data_dir, DATABASE_URL=url)
    well(data_dir, "backup", str(backup), DATABASE_URL=url)
    well(data_dir, "ledger", "close-blocks", DATABASE_URL=url)
    with own_server.administrator() as connection:
        connection.execute("DROP DATABASE darwin")
        connection.execute("CREATE DATABASE darwin OWNER darwin_owner")
    well(data_dir, "restore", str(backup), DATABASE_URL=url)
    assert figures(data_dir, DATABASE_URL=url) == before
    verified = json.loads(well(data_dir, "ledger", "verify", "--json", DATABASE_URL=url))
    assert verified["faults"] == []
    keys = read_keys(data_dir)
    assert keys is not None
    assert through_the_settings(data_dir, url) == [f"darwin_app_{keys.installation}"]
    again = darwin(data_dir, "restore", str(backup), DATABASE_URL=url)
    assert "The database is not empty. Nothing was restored" in again.stderr


@pytest.mark.nightly
def test_a_house_moves_from_the_embedded_database_to_the_forces_own_and_back(
    own_server: OwnServer, data_dir: Path, folder: Path
) -> None:
    import_recording(data_dir)
    before = figures(data_dir)
    well(data_dir, "backup", str(folder / "embedded.tar"))
    remove(data_dir)
    url = prepare(own_server)
    well(data_dir, "restore", str(folder / "embedded.tar"), DATABASE_URL=url)
    assert figures(data_dir, DATABASE_URL=url) == before
    keys = read_keys(data_dir)
    assert keys is not None
    assert through_the_settings(data_dir, url) == [f"darwin_app_{keys.installation}"]
    well(data_dir, "backup", str(folder / "own.tar"), DATABASE_URL=url)
    back = folder / "back"
    well(back, "restore", str(folder / "own.tar"))
    assert figures(back) == before
    well(back, "ledger", "verify")


def test_a_database_ahead_is_left_alone_and_one_behind_is_brought_up(
    own_server: OwnServer, data_dir: Path
) -> None:
    url = prepare(own_server)
    well(data_dir, "ledger", "verify", DATABASE_URL=url)
    own = own_server.url("darwin_owner", "choose-one", "darwin")
    with psycopg.connect(own) as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "SELECT 'contact', '9999_of_the_future', max(applied) FROM django_migrations"
        )
        connection.execute("DELETE FROM django_migrations WHERE name = '0003_only_leg_in_queue'")
    done = darwin(data_dir, "ledger", "close-blocks", DATABASE_URL=url)
    assert done.returncode == 1
    assert "prepared by a later Darwin (contact.9999_of_the_future)" in done.stderr
    with psycopg.connect(own) as connection:
        assert not connection.execute(
            "SELECT 1 FROM django_migrations WHERE name = '0003_only_leg_in_queue'"
        ).fetchall()


def test_a_database_of_the_version_before_is_migrated_by_the_first_command(
    own_server: OwnServer, data_dir: Path
) -> None:
    url = prepare(own_server)
    import_recording(data_dir, DATABASE_URL=url)
    before = figures(data_dir, DATABASE_URL=url)
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "contact", "0002", "--skip-checks"],
        env=house_environment(data_dir, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="darwin.config.settings"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "darwin.cli", "contact", "calls", *WINDOW],
            env=house_environment(data_dir, DATABASE_URL=url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for command in commands:
        shown, said = command.communicate(timeout=180)
        assert command.returncode == 0, said
        assert shown.splitlines() == before[1]
    with psycopg.connect(url) as connection:
        applied = connection.execute(
            "SELECT count(*) FROM django_migrations WHERE name = '0003_only_leg_in_queue'"
        ).fetchone()
    assert applied == (1,)
