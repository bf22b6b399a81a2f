"""The embedded server: made, joined, left, killed."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from darwin.errors import DarwinError
from darwin.supervisor import roles
from darwin.supervisor.cluster import SUPERUSER, server_processes
from darwin.supervisor.keeper import STATE
from darwin.supervisor.locks import is_held
from darwin.supervisor.place import POINTER, SERVER_USER, Place, find_place
from darwin.supervisor.postgres import Server, open_server

ROOT = os.geteuid() == 0


def wait_for(condition: Callable[[], object], limit_s: float = 30) -> None:
    """Return when `condition` holds; fail after `limit_s`."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"not after {limit_s} s"
        time.sleep(0.02)


def test_the_server_listens_on_its_socket_only_and_writes_no_statement(throwaway_server: Server) -> None:
    with psycopg.connect(**throwaway_server.parameters(SUPERUSER)) as connection:
        setting = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
    assert setting["listen_addresses"] == ""
    assert setting["log_statement"] == "none"
    assert setting["log_min_error_statement"] == "panic"
    assert setting["log_parameter_max_length_on_error"] == "0"
    assert setting["log_error_verbosity"] == "terse"


def test_nobody_connects_without_a_password(throwaway_server: Server) -> None:
    parameters = throwaway_server.parameters(SUPERUSER) | {"password": "wrong"}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**parameters)


def test_the_socket_folder_is_closed_and_its_path_short_enough(throwaway_server: Server) -> None:
    folder = Path(throwaway_server.sockets)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107


@pytest.mark.parametrize(
    ("role", "statement", "allowed"),
    [
        ("darwin_owner", "CREATE TABLE house (id int)", True),
        ("darwin_app", "INSERT INTO house VALUES (1)", True),
        ("darwin_app", "UPDATE house SET id = 2", True),
        ("darwin_app", "TRUNCATE house", False),
        ("darwin_app", "DROP TABLE house", False),
        ("darwin_app", "CREATE TABLE other (id int)", False),
        ("darwin_report", "SELECT * FROM house", True),
        ("darwin_report", "INSERT INTO house VALUES (3)", False),
        ("darwin_owner", "DROP TABLE house", True),
    ],
)
def test_each_role_may_do_what_its_name_says(
    throwaway_server: Server, role: str, statement: str, allowed: bool
) -> None:
    with psycopg.connect(**throwaway_server.parameters(role), autocommit=True) as connection:
        if allowed:
            connection.execute(statement)
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_keys_are_their_owners_alone(throwaway_server: Server) -> None:
    assert stat.S_IMODE((throwaway_server.data_dir / "keys.json").stat().st_mode) == 0o600


def test_a_server_ends_with_its_last_user_and_not_before(data_dir: Path) -> None:
    first = open_server(data_dir)
    second = open_server(data_dir)
    assert second.pid == first.pid
    first.leave()
    roles.prepare_embedded(second)
    second.leave()
    assert not is_held(data_dir / "lock" / "keeper")
    assert server_processes(find_place(data_dir)) == []
    assert not (data_dir / STATE).exists()


def test_a_user_who_is_killed_counts_as_gone(data_dir: Path) -> None:
    code = (
        "import sys, time, pathlib; from darwin.supervisor.postgres import open_server\n"
        "open_server(pathlib.Path(sys.argv[1])); print('open', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen([sys.executable, "-c", code, str(data_dir)], stdout=subprocess.PIPE)
    assert user.stdout is not None
    assert user.stdout.readline() == b"open\n"
    user.kill()
    user.communicate()
    wait_for(lambda: not is_held(data_dir / "lock" / "keeper"))
    assert server_processes(find_place(data_dir)) == []


@pytest.mark.parametrize("victim", ["server", "keeper"])
def test_what_was_committed_is_there_after_a_kill(data_dir: Path, victim: str) -> None:
    first = open_server(data_dir)
    roles.prepare_embedded(first)
    connection = psycopg.connect(**first.parameters("darwin_owner"), autocommit=True)
    connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    os.kill(json.loads((data_dir / STATE).read_text())[victim], signal.SIGKILL)
    wait_for(lambda: not first.is_alive())
    second = open_server(data_dir)
    with psycopg.connect(**second.parameters("darwin_app")) as again:
        assert again.execute("SELECT count(*), sum(n) FROM kept").fetchone() == (1000, 500500)
    assert second.pid != first.pid
    first.leave()
    second.leave()
    assert server_processes(find_place(data_dir)) == []


def test_a_backend_that_outlives_its_killed_postmaster_is_ended(data_dir: Path) -> None:
    server = open_server(data_dir)
    busy = psycopg.connect(**server.parameters(SUPERUSER, "postgres"), autocommit=True)
    backend = busy.info.backend_pid
    # Stopped, it cannot see that its postmaster has gone: as a backend deep in a long computation.
    os.kill(backend, signal.SIGSTOP)
    state = json.loads((data_dir / STATE).read_text())
    os.kill(state["keeper"], signal.SIGKILL)
    os.kill(state["server"], signal.SIGKILL)
    wait_for(lambda: not server.is_alive())
    again = open_server(data_dir)
    assert backend not in server_processes(find_place(data_dir))
    server.leave()
    again.leave()


def test_an_unfinished_cluster_of_a_killed_start_is_made_anew(data_dir: Path) -> None:
    home = data_dir / "postgres" / "cluster.unfinished"
    home.mkdir(parents=True)
    data_dir.chmod(0o711)
    (home / "half").write_text("half")
    server = open_server(data_dir)
    roles.prepare_embedded(server)
    assert roles.is_prepared(server)
    server.leave()
    assert not home.exists()


def test_a_cluster_of_another_version_is_left_alone_with_a_sentence(data_dir: Path) -> None:
    open_server(data_dir).leave()
    version = find_place(data_dir).cluster / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(DarwinError, match=r"was made by PostgreSQL 16; this Darwin brings 18"):
        open_server(data_dir)
    assert not is_held(data_dir / "lock" / "users")


def test_a_data_folder_that_is_a_file_gets_a_sentence(data_dir: Path) -> None:
    data_dir.write_text("a file")
    with pytest.raises(DarwinError, match="cannot be used"):
        open_server(data_dir)
    assert data_dir.read_text() == "a file"
    data_dir.unlink()


def test_lost_keys_get_a_sentence_and_nothing_is_changed(data_dir: Path) -> None:
    first = open_server(data_dir)
    roles.prepare_embedded(first)
    first.leave()
    (data_dir / "keys.json").unlink()
    second = open_server(data_dir)
    assert not roles.is_prepared(second)
    with pytest.raises(DarwinError, match=r"Put keys\.json back from your backup"):
        roles.prepare_embedded(second)
    second.leave()


@pytest.mark.skipif(not ROOT, reason="only root can have a folder that the server's user cannot enter")
class TestAsRoot:
    def test_a_closed_folder_stays_closed_and_the_database_lies_elsewhere(
        self, closed_data_dir: Path
    ) -> None:
        before = stat.S_IMODE(closed_data_dir.parent.stat().st_mode)
        server = open_server(closed_data_dir)
        roles.prepare_embedded(server)
        server.leave()
        home = Path((closed_data_dir / POINTER).read_text().strip())
        assert home.parent == Path("/var/lib/darwin")
        assert home.owner() == SERVER_USER
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE(closed_data_dir.parent.stat().st_mode) == before == 0o700

    def test_a_moved_data_folder_takes_its_database_with_it(self, closed_data_dir: Path) -> None:
        open_server(closed_data_dir).leave()
        moved = closed_data_dir.with_name("moved")
        closed_data_dir.rename(moved)
        open_server(moved).leave()
        moved.rename(closed_data_dir)

    def test_a_copied_data_folder_cannot_share_the_database(self, closed_data_dir: Path) -> None:
        open_server(closed_data_dir).leave()
        copy = closed_data_dir.with_name("copy")
        subprocess.run(["cp", "-r", closed_data_dir, copy], check=True)
        with pytest.raises(DarwinError, match="is a copy"):
            open_server(copy)

    def test_programs_that_the_servers_user_cannot_read_are_copied(
        self, closed_data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        from darwin.supervisor import place

        real = place.find_programs()
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        package = closed / real.parent.name
        package.mkdir(exist_ok=True)
        subprocess.run(["cp", "-r", real, package], check=True)
        libraries = real.parent.with_name(f"{real.parent.name}.libs")
        subprocess.run(["cp", "-r", libraries, closed], check=True)
        monkeypatch.setattr(place, "find_programs", lambda: package / real.name)
        monkeypatch.setattr(place, "SHARED_HOME", tmp_path / "shared")
        tmp_path.chmod(0o711)
        closed_data_dir.mkdir()
        found: Place = find_place(closed_data_dir)
        assert found.programs != package / real.name
        assert found.programs.is_relative_to(tmp_path / "shared")
