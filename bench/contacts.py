"""What it costs to log a contact, beside a ticket in django-helpdesk.

    python bench/contacts.py [--rounds 5] [--requests 300] [--clients 4] [--environment FOLDER]

In the same run and on the same PostgreSQL: a contact logged through the handler's form, a contact logged
through the API, and a ticket created through the public form of django-helpdesk. Each is one POST that ends
with a committed record. Each application is served by one uvicorn process with one worker; the clients keep
their connections. Every round runs all of them in turn, and medians are printed: requests a second, CPU of
the server process for each request (/proc/PID/stat, user and system, all its threads; the database's CPU
apart), and queries. The helpdesk is installed by pip into an environment of its own, in FOLDER if one is
given, else in a folder that is thrown away. The database is an embedded PostgreSQL, thrown away too.
"""

import argparse
import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

BENCH = Path(__file__).resolve().parent
HELPDESK = "django-helpdesk==2.6.1"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
STARTS_WITHIN_S = 60
FORM = "application/x-www-form-urlencoded"
WORDS = "Two people were at the back gate and left towards the park when a light came on. " * 3
TICKET = {
    "title": "Somebody at the back gate",
    "body": WORDS,
    "priority": "3",
    "submitter_email": "caller@example.com",
}
GOAL_RATE, GOAL_CPU = 4.0, 0.25


@dataclass(slots=True)
class Served:
    """One application as it runs. send(client number) gives headers and body of the next request."""

    name: str
    port: int
    pid: int
    path: Callable[[], str]
    send: Callable[[int], tuple[dict[str, str], bytes]]
    expected: tuple[int, ...]
    queries: int
    rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=300, help="of each kind in a round")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--environment", type=Path, help="where the helpdesk is, or is put")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="darwin-bench-", ignore_cleanup_errors=True) as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ["DARWIN_DATA_DIR"] = str(Path(folder, "house"))
        helpdesk_python = _install_helpdesk(options.environment or Path(folder, "helpdesk"))
        from darwin.supervisor.house import open_house

        with open_house() as house:
            print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
            print(f"uvicorn {version('uvicorn')}, Django {version('django')}, one worker each, {HELPDESK}")
            with _darwin(options.clients) as ours, _helpdesk(house, helpdesk_python) as theirs:
                applications = [*ours, theirs]
                for application in applications:
                    _run(application, 40, options.clients)
                for _ in range(options.rounds):
                    for application in applications:
                        _measure(application, options.requests, options.clients)
                _report(applications)


def _report(applications: list[Served]) -> None:
    *ours, theirs = applications
    print(f"{'':<34}{'a second':>10}{'CPU ms':>9}{'database ms':>13}{'queries':>9}   rounds (a second)")
    for one in applications:
        rates = ", ".join(f"{rate:.0f}" for rate in one.rates)
        print(
            f"{one.name:<34}{statistics.median(one.rates):>10.1f}{statistics.median(one.cpu_ms):>9.2f}"
            f"{statistics.median(one.database_ms):>13.2f}{one.queries:>9}   {rates}"
        )
    for one in ours:
        rate = statistics.median(a / b for a, b in zip(one.rates, theirs.rates, strict=True))
        cpu = statistics.median(a / b for a, b in zip(one.cpu_ms, theirs.cpu_ms, strict=True))
        met = "met" if rate >= GOAL_RATE and cpu <= GOAL_CPU else "not met"
        print(
            f"{one.name}: {rate:.2f} times the helpdesk's rate at {cpu:.2f} of its CPU "
            f"(goal {GOAL_RATE:.0f} and {GOAL_CPU}: {met})"
        )


# --- measuring ---


def _measure(one: Served, requests: int, clients: int) -> None:
    postgres = _postmaster()
    cpu, database, begun = _cpu_s(one.pid), _database_s(postgres), time.perf_counter()
    _run(one, requests, clients)
    took = time.perf_counter() - begun
    one.rates.append(requests / took)
    one.cpu_ms.append((_cpu_s(one.pid) - cpu) / requests * 1000)
    one.database_ms.append((_database_s(postgres) - database) / requests * 1000)


def _run(one: Served, requests: int, clients: int) -> None:
    """So many requests by so many clients at once; ends the bench if one is not answered as it should be."""
    faults: list[str] = []
    threads = [
        threading.Thread(target=_client, args=(one, number, requests // clients, faults))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        sys.exit(f"{one.name}: {faults[0]}")


def _client(one: Served, number: int, requests: int, faults: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=30)
    for _ in range(requests):
        headers, body = one.send(number)
        connection.request("POST", one.path(), body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in one.expected:
            faults.append(f"answered {answer.status}: {said[:300]!r}")
            return
    connection.close()


def _cpu_s(pid: int) -> float:
    """User and system time of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def _postmaster() -> int:
    """The database's first process: the parent of the one that answers us."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])


def _database_s(postmaster: int) -> float:
    """CPU of the database: the first process, its children that live, and those that ended."""
    fields = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    spent = sum(int(number) for number in fields[11:15]) * TICK_S
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for child in children:
        try:
            spent += _cpu_s(int(child))
        except OSError:
            continue
    return spent


# --- Darwin ---


@contextmanager
def _darwin(clients: int) -> Iterator[list[Served]]:
    from darwin.ledger.actors import Actor
    from darwin.staff.services import grant_role, make_token, open_account

    actor = Actor.system("bench")
    tokens = [
        make_token(actor=actor, client=f"bench-{number}", scopes=["contact.write"], days=1).secret
        for number in range(clients)
    ]
    handler = open_account(actor=actor, sign_in_name="bench", display_name="Bench Handler")
    grant_role(actor=actor, account=handler, role="contact_handler")
    queries = _queries_of_darwin(handler, tokens[0])
    listener = socket.create_server(("127.0.0.1", 0))
    os.set_inheritable(listener.fileno(), True)
    server = subprocess.Popen(
        [sys.executable, "-m", "darwin.supervisor.web", str(listener.fileno())],
        pass_fds=[listener.fileno()],
    )
    try:
        port = listener.getsockname()[1]
        _wait_for(port)
        cookies = {number: _session(handler, port) for number in range(clients)}
        yield [
            Served(
                "Darwin, the handler's form",
                port,
                server.pid,
                lambda: f"/contact/my-call/{uuid4()}/notes/",
                lambda number: (
                    {"Content-Type": FORM, "Cookie": cookies[number][0]},
                    urlencode(_form(cookies[number][1]), doseq=True).encode(),
                ),
                (302,),
                queries[0],
            ),
            Served(
                "Darwin, the API",
                port,
                server.pid,
                lambda: "/api/contacts",
                lambda number: (_api_headers(tokens[number]), json.dumps(_told()).encode()),
                (201,),
                queries[1],
            ),
        ]
    finally:
        server.terminate()
        server.wait(30)
        listener.close()


def _form(csrf: str) -> dict[str, Any]:
    return {
        "csrfmiddlewaretoken": csrf,
        "channel": "FRONT_COUNTER",
        "narrative": WORDS,
        "caller_role": "WITNESS",
        "disposition": "ADVICE",
        "tags": ["CHASING_UPDATE"],
        "finish": "1",
    }


def _told() -> dict[str, Any]:
    return {
        "channel": "FRONT_COUNTER",
        "narrative": WORDS,
        "caller_role": "WITNESS",
        "disposition": "ADVICE",
        "tags": ["CHASING_UPDATE"],
    }


def _api_headers(token: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": str(uuid4()),
    }


def _session(account: Any, port: int) -> tuple[str, str]:
    """The cookies of a signed-in browser, and the token that its forms carry."""
    session = _signed_in(account)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/contact/my-call/", headers={"Cookie": session})
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = next((value.split(";")[0] for name, value in answer.getheaders() if name == "Set-Cookie"), "")
    csrf = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    if not csrf or not cookie:
        sys.exit(f"Darwin's form could not be opened: {answer.status}")
    return f"{session}; {cookie}", csrf


def _signed_in(account: Any) -> str:
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from darwin.staff import sessions

    request = HttpRequest()
    request.session = SessionStore()
    request.META["SERVER_NAME"], request.META["SERVER_PORT"] = "localhost", "80"
    sessions.begin_session(request, account, way="passkey", place="")
    request.session.save()
    return f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"


def _queries_of_darwin(handler: Any, token: str) -> tuple[int, int]:
    """Queries of one contact by the form and by the API, the second of each: caches are warm."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    client = Client(SERVER_NAME="localhost")
    name, _, key = _signed_in(handler).partition("=")
    client.cookies[name] = key
    api = Client(SERVER_NAME="localhost")
    counts = []
    for ask in (
        lambda: client.post(f"/contact/my-call/{uuid4()}/notes/", _form("")),
        lambda: api.post(
            "/api/contacts", json.dumps(_told()), "application/json", headers=_api_headers(token)
        ),
    ):
        ask()
        with CaptureQueriesContext(connection) as queries:
            answer = ask()
        if answer.status_code not in (201, 302):
            sys.exit(f"Darwin logged no contact: {answer.status_code} {answer.content[:300]!r}")
        counts.append(len(queries))
    return counts[0], counts[1]


# --- django-helpdesk ---


def _install_helpdesk(folder: Path) -> Path:
    """Its own environment, with the versions of Django, psycopg and uvicorn that Darwin runs on."""
    python = folder / "bin" / "python"
    if python.exists():
        return python
    print(f"Installing {HELPDESK}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    same = [f"{name}=={version(name)}" for name in ("django", "psycopg", "uvicorn")]
    extras = [f"psycopg[binary,pool]=={version('psycopg')}"]
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, HELPDESK, *same, *extras], check=True)
    return python


@contextmanager
def _helpdesk(house: Any, python: Path) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(BENCH),
        "HELPDESK_DATABASE": json.dumps(_make_database(house)),
        "DJANGO_SETTINGS_MODULE": "helpdesk_site.settings",
    }
    prepared = subprocess.run(
        [str(python), str(BENCH / "helpdesk_site" / "prepare.py"), json.dumps(TICKET)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    said = json.loads(prepared.stdout.splitlines()[-1])
    words = ["-m", "uvicorn", "helpdesk_site.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    words += ["--no-access-log", "--log-level", "warning", "--lifespan", "off", "--no-server-header"]
    server = subprocess.Popen([str(python), *words], env=environment)
    try:
        _wait_for(port)
        cookie, csrf = _helpdesk_form(port)
        body = urlencode({**TICKET, "queue": said["queue"], "csrfmiddlewaretoken": csrf}).encode()
        headers = {"Content-Type": FORM, "Cookie": cookie}
        yield Served(
            "django-helpdesk, its public form",
            port,
            server.pid,
            lambda: "/tickets/submit/",
            lambda number: (headers, body),
            (302,),
            said["queries"],
        )
    finally:
        server.terminate()
        server.wait(30)


def _make_database(house: Any) -> dict[str, str]:
    """A database of its own on Darwin's server; how Django reaches it."""
    import psycopg

    from darwin.supervisor.cluster import SUPERUSER

    server = house.server
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE helpdesk")
    return {
        "NAME": "helpdesk",
        "USER": SUPERUSER,
        "PASSWORD": server.keys.darwin_super,
        "HOST": str(server.sockets),
        "PORT": str(server.port),
    }


def _helpdesk_form(port: int) -> tuple[str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/tickets/submit/")
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = next((v.split(";")[0] for n, v in answer.getheaders() if n.lower() == "set-cookie"), "")
    csrf = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    if not csrf:
        sys.exit(f"the helpdesk's form could not be opened: {answer.status}")
    return cookie, csrf


def _wait_for(port: int) -> None:
    for _ in range(STARTS_WITHIN_S * 10):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"nobody answers at port {port} after {STARTS_WITHIN_S} s")


if __name__ == "__main__":
    main()
