"""Opening the house, on the embedded server and on a force's own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from darwin.errors import DarwinError
from darwin.supervisor import roles
from darwin.supervisor.cluster import SUPERUSER
from darwin.supervisor.keys import read_keys
from darwin.supervisor.postgres import Server, open_server
from tests.supervisor.house_at_work import darwin, house_environment

# A command that needs the database and changes nothing: nobody has this name.
ASKING = ("staff", "grant", "nobody-of-this-name", "auditor")
ANSWER = "Nobody signs in as “nobody-of-this-name”"


@pytest.fixture
def own_database(throwaway_server: Server) -> Iterator[str]:
    """A database on a server that Darwin did not start, and its owner, who may make roles."""
    with psycopg.connect(**throwaway_server.parameters(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE force_it LOGIN CREATEROLE PASSWORD 'force-it'")
        connection.execute("CREATE DATABASE own OWNER force_it")
        yield f"postgresql://force_it:force-it@/own?host={throwaway_server.sockets}"
        connection.execute("DROP DATABASE own WITH (FORCE)")
        made = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = 'force_it' OR rolname LIKE 'darwin\\_%\\_%'"
        ).fetchall()
        for (role,) in made:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        for (role,) in sorted(made):
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.mark.faults
def test_an_empty_data_folder_becomes_a_house_by_any_command(data_dir: Path) -> None:
    first, second = darwin(data_dir, *ASKING), darwin(data_dir, *ASKING)
    assert ANSWER in first.stderr
    assert second.stderr.strip() == f"{ANSWER}. Check the name."
    assert (first.returncode, second.returncode) == (1, 1)


@pytest.mark.faults
def test_commands_that_begin_at_once_on_an_empty_folder_share_one_database(data_dir: Path) -> None:
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "darwin.cli", *ASKING],
            env=house_environment(data_dir),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = [command.communicate(timeout=180)[1] for command in commands]
    assert all(ANSWER in words for words in said), said


@pytest.mark.faults
def test_a_database_of_a_later_darwin_is_left_alone(data_dir: Path) -> None:
    darwin(data_dir, *ASKING)
    server = open_server(data_dir)
    with psycopg.connect(**server.parameters("darwin_owner")) as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "SELECT 'ledger', '9999_of_the_future', max(applied) FROM django_migrations"
        )
    server.leave()
    done = darwin(data_dir, *ASKING)
    assert done.returncode == 1
    assert "prepared by a later Darwin (ledger.9999_of_the_future)" in done.stderr


@pytest.mark.faults
def test_on_a_forces_own_server_the_application_has_a_login_of_its_own(
    throwaway_server: Server, own_database: str, data_dir: Path
) -> None:
    with psycopg.connect(**throwaway_server.parameters(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("GRANT darwin_app, darwin_report TO force_it WITH ADMIN OPTION")
    done = darwin(data_dir, *ASKING, DATABASE_URL=own_database)
    assert ANSWER in done.stderr
    assert "privileges are not separated" not in done.stderr
    keys = read_keys(data_dir)
    assert keys is not None
    login = {"user": f"darwin_app_{keys.installation}", "password": keys.darwin_app}
    with psycopg.connect(own_database, **login, autocommit=True) as application:
        assert application.execute("SELECT count(*) > 0 FROM django_migrations").fetchone() == (True,)
        for forbidden in ("TRUNCATE ledger_entry", "DELETE FROM ledger_entry", "DROP TABLE staff_account"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(forbidden)


@pytest.mark.faults
def test_a_user_who_may_not_make_roles_works_for_everything_and_is_told_so(
    throwaway_server: Server, own_database: str, data_dir: Path
) -> None:
    with psycopg.connect(**throwaway_server.parameters(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("ALTER ROLE force_it NOCREATEROLE")
    done = darwin(data_dir, *ASKING, DATABASE_URL=own_database)
    assert ANSWER in done.stderr
    assert done.stderr.count("privileges are not separated") == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:hidden@127.0.0.1:9/darwin", "The database server at 127.0.0.1:9 does not answer."),
        ("postgresql://u:hidden@/darwin?host=/nonexistent", "at /nonexistent does not answer."),
        ("sqlite:///darwin.db", "Darwin keeps its records in PostgreSQL only."),
    ],
)
def test_a_server_that_cannot_be_used_is_said_without_the_password(
    tmp_path: Path, url: str, words: str
) -> None:
    done = darwin(tmp_path / "data", *ASKING, DATABASE_URL=url)
    assert done.returncode == 1
    assert words in done.stderr
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "refused the user darwin_owner or the password"),
        ({"dbname": "nowhere"}, "has no database “nowhere”"),
    ],
)
def test_a_wrong_password_or_name_is_told_apart(
    throwaway_server: Server, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    found = throwaway_server.parameters("darwin_owner") | change
    url = f"postgresql://{found['user']}:{found['password']}@/{found['dbname']}?host={found['host']}"
    done = darwin(tmp_path / "data", *ASKING, DATABASE_URL=url)
    assert done.returncode == 1
    assert words in done.stderr


def test_an_older_postgresql_is_refused_with_its_number(
    throwaway_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "OLDEST_VERSION", 99)
    with (
        psycopg.connect(**throwaway_server.parameters(SUPERUSER, "postgres")) as connection,
        pytest.raises(DarwinError, match=r"is PostgreSQL 18\. Darwin needs 99 or later"),
    ):
        roles.prepare_real(connection, throwaway_server.keys)
