"""What may stand in a log, and what may never."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection

from darwin.config.logs import JsonLines, PlainLines, describe_error, rotate
from darwin.supervisor.postgres import Server
from darwin.supervisor.roles import prepare_embedded
from tests.supervisor.house_at_work import house_environment

NUMBER = "07700 900142"


def _record(
    name: str, message: str, *arguments: object, error: BaseException | None = None
) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, info)


@pytest.fixture
def refused() -> Iterator[IntegrityError]:
    """The error of a row that PostgreSQL refused, which quotes the row."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE once (number text PRIMARY KEY)")
        cursor.execute("INSERT INTO once VALUES (%s)", [NUMBER])
        with pytest.raises(IntegrityError) as caught:
            cursor.execute("INSERT INTO once VALUES (%s)", [NUMBER])
    yield caught.value


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [JsonLines(), PlainLines()])
def test_a_refused_row_is_named_by_its_constraint_and_never_quoted(
    refused: IntegrityError, lines: logging.Formatter
) -> None:
    assert NUMBER in str(refused)
    written = lines.format(_record("darwin.contact", "a row was refused", error=refused))
    assert NUMBER not in written
    assert "a row was refused" in written


@pytest.mark.django_db
def test_the_log_says_which_constraint_refused_and_where(refused: IntegrityError) -> None:
    found = describe_error(refused)
    assert found["sqlstate"] == "23505"
    assert found["constraint"] == "once_pkey"
    assert "psycopg.errors.UniqueViolation" in found["classes"]
    assert any("tests/config/test_logs.py" in place for place in found["places"])


@pytest.mark.parametrize(
    ("logger", "message", "arguments"),
    [
        ("django.request", "Not Found: %s", (f"/contact/?number={NUMBER}",)),
        ("django.security.DisallowedHost", f"Invalid HTTP_HOST header: '{NUMBER}'", ()),
        ("psycopg.pool", "error connecting in %r: %s", ("pool-1", f"row {NUMBER}")),
    ],
)
def test_values_in_other_peoples_messages_are_left_out(
    logger: str, message: str, arguments: tuple[object, ...]
) -> None:
    written = JsonLines().format(_record(logger, message, *arguments))
    assert NUMBER not in written
    assert json.loads(written)["logger"] == logger


def test_neither_our_log_nor_postgresqls_holds_the_number(throwaway_server: Server, tmp_path: Path) -> None:
    prepare_embedded(throwaway_server)
    log = throwaway_server.data_dir / "log" / "postgres.log"
    with psycopg.connect(**throwaway_server.parameters("darwin_owner"), autocommit=True) as direct:
        direct.execute("CREATE TABLE seen (number text PRIMARY KEY, n int)")
        for row in ((NUMBER, 1), (NUMBER, 2)):
            try:
                direct.execute("INSERT INTO seen VALUES (%s, %s)", row)
            except psycopg.errors.UniqueViolation as refused:
                assert NUMBER in str(refused)
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            direct.execute(f"INSERT INTO seen VALUES ('a', '{NUMBER}'::int)")
        with (
            pytest.raises(psycopg.errors.BadCopyFileFormat),
            direct.cursor() as cursor,
            cursor.copy("COPY seen FROM STDIN") as copy,
        ):
            copy.write(f"{NUMBER}\t1\t2\n")
        direct.execute("DROP TABLE seen")
    assert log.stat().st_size > 0
    assert NUMBER not in log.read_text()


def test_an_unforeseen_error_of_a_command_is_told_without_its_text(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    code = (
        "import sys, logging.config\n"
        "from darwin import cli\n"
        "from darwin.config import environment, logs\n"
        "logging.config.dictConfig(logs.configuration(environment.data_dir(), 'command'))\n"
        "@cli.cli.command()\n"
        f"def fall(): raise RuntimeError('the caller on {NUMBER}')\n"
        "sys.exit(cli.run_command(['fall']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=house_environment(tmp_path), capture_output=True, text=True
    )
    log = (tmp_path / "log" / "command.jsonl").read_text()
    assert done.returncode == 1
    assert "Darwin made a mistake (RuntimeError)" in done.stderr
    assert str(tmp_path / "log" / "command.jsonl") in done.stderr
    assert json.loads(log)["error"]["classes"] == ["builtins.RuntimeError"]
    assert NUMBER not in log + done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_old_logs_go_round(tmp_path: Path) -> None:
    path = tmp_path / "web.jsonl"
    for text in ("first", "second", "third"):
        path.write_text(text)
        rotate(path)
    assert not path.exists()
    assert [(tmp_path / f"web.jsonl.{n}").read_text() for n in (1, 2, 3)] == ["third", "second", "first"]
