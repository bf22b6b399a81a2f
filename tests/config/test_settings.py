"""Settings from the environment, the headers of every page, and what the web server refuses to start with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import Client
from pytest_django import Settings

from darwin.config import checks, environment
from darwin.config.environment import SettingError
from darwin.errors import DarwinError
from tests.supervisor.house_at_work import house_environment


def _settings(**variables: str) -> dict[str, object]:
    """The settings as a fresh process has them in this environment."""
    code = (
        "import json; from darwin.config import settings as s\n"
        "wanted = [name for name in dir(s) if name.startswith(('SESSION', 'CSRF', 'SECURE'))]\n"
        "print(json.dumps({name: getattr(s, name) for name in wanted}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=house_environment(Path("unused"), **variables),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_behind_https_cookies_are_bound_to_it_and_browsers_told_to_stay() -> None:
    found = _settings(DARWIN_HTTPS="yes", DARWIN_HOSTS="darwin.example.police.uk")
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert str(found["SESSION_COOKIE_NAME"]).startswith("__Host-")
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://darwin.example.police.uk"]


def test_on_this_machine_alone_cookies_work_over_http() -> None:
    found = _settings()
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is False
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["SESSION_COOKIE_HTTPONLY"] is found["CSRF_COOKIE_HTTPONLY"] is True


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DARWIN_MODE", "real", "It must be one of: practice, operational, shadow."),
        ("DARWIN_HTTPS", "true", "It must be one of: yes, no."),
        ("DATABASE_URL", "mysql://a:secret@b/c", "Darwin keeps its records in PostgreSQL only."),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name_and_what_to_write(
    name: str, value: str, words: str
) -> None:
    code = (
        "from darwin.errors import DarwinError\n"
        "try:\n import darwin.config.settings\n"
        "except DarwinError as problem: print(problem)"
    )
    variables = house_environment(Path("unused"), **{name: value})
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)
    assert name in done.stdout
    assert words in done.stdout
    assert "secret" not in done.stdout


@pytest.mark.parametrize(
    ("url", "host", "name", "port"),
    [
        ("postgresql://u:p%40@db.example.org:5433/darwin", "db.example.org", "darwin", "5433"),
        ("postgresql://u:p%40@/darwin?host=/run/my%20socket&port=6000", "/run/my socket", "darwin", "6000"),
        ("postgres://u:p%40@localhost/darwin%2Done", "localhost", "darwin-one", ""),
    ],
)
def test_a_database_url_is_read_in_each_of_its_forms(url: str, host: str, name: str, port: str) -> None:
    found = environment.parse_database_url(url)
    assert (found.host, found.name, found.port, found.user, found.password) == (host, name, port, "u", "p@")
    again = environment.parse_database_url(found.url_for("other", "s/e:c@"))
    assert (again.host, again.name, again.port) == (host, name, port)
    assert (again.user, again.password) == ("other", "s/e:c@")


def test_the_data_folder_follows_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DARWIN_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    monkeypatch.setenv("DARWIN_MODE", "practice")
    assert environment.data_dir() == Path("/data/darwin/practice")


@pytest.mark.parametrize("key", ["short", checks.KEY_FOR_COMMANDS])
def test_the_web_server_refuses_a_key_that_anybody_may_know(settings: Settings, key: str) -> None:
    settings.SECRET_KEY = key
    assert "darwin.E001" in [fault.id for fault in run_checks(tags=[checks.TAG])]


@pytest.mark.parametrize(
    ("hosts", "https", "mode", "refused"),
    [
        (["darwin.example.org"], False, "operational", True),
        (["darwin.example.org"], True, "operational", False),
        ([], False, "operational", False),
        (["training.example.org"], False, "practice", False),
    ],
)
def test_a_host_that_others_reach_needs_https(
    settings: Settings, hosts: list[str], https: bool, mode: str, refused: bool
) -> None:
    settings.DARWIN_HOSTS, settings.DARWIN_HTTPS, settings.DARWIN_MODE = hosts, https, mode
    assert ("darwin.E002" in [fault.id for fault in run_checks(tags=[checks.TAG])]) is refused


def test_every_answer_forbids_what_the_pages_do_not_need() -> None:
    answer = Client().get("/health/live/")
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["X-Request-ID"]


def test_a_setting_error_is_told_like_every_error_of_ours() -> None:
    assert issubclass(SettingError, DarwinError)


def test_an_option_that_would_be_dropped_is_refused_and_says_where_it_belongs() -> None:
    with pytest.raises(environment.SettingError, match="option sslmode, which is not read there"):
        environment.parse_database_url("postgresql://darwin:secret@db.example/darwin?sslmode=require")
