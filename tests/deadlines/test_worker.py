import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Lock, Thread
from typing import Any
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection

from darwin.deadlines import clock, worker
from darwin.deadlines.calendars import TimeUnit
from darwin.deadlines.kinds import Handler
from darwin.deadlines.models import Deadline, DeadlineEvent, State
from darwin.deadlines.services import start_deadline
from darwin.ledger.models import Entry

from .conftest import ACTOR, START, RuleBook, someone

HOUR = timedelta(hours=1)
Declare = Callable[[Handler], str]
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_act_on_the_same_deadline(rules: RuleBook, declare: Declare) -> None:
    rules.set(1, TimeUnit.CLOCK_HOURS, ALWAYS)
    acted: list[Any] = []
    lock, together = Lock(), Barrier(2)

    def note(deadline: Deadline, actor: Any) -> None:
        with lock:
            acted.append(deadline.id)

    kind = declare(note)
    ids = {start_deadline(actor=ACTOR, kind=kind, subject=someone(), started_at=START).id for _ in range(60)}

    def run(_: int) -> int:
        try:
            together.wait(10)
            return worker.act_on_all_due()
        finally:
            connection.close()

    with clock.standing_at(START + 2 * HOUR), ThreadPoolExecutor(2) as workers:
        counts = list(workers.map(run, range(2)))
    assert sum(counts) == 60
    assert len(acted) == 60
    assert set(acted) == ids
    assert DeadlineEvent.objects.filter(happening="acted").count() == 60


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_not_wait_for_the_deadline_another_has_in_hand(
    rules: RuleBook, declare: Declare
) -> None:
    rules.set(1, TimeUnit.CLOCK_HOURS, ALWAYS)
    in_hand, go_on = Event(), Event()
    slow: list[Any] = []

    def handler(deadline: Deadline, actor: Any) -> None:
        if deadline.id in slow:
            in_hand.set()
            assert go_on.wait(10)

    kind = declare(handler)
    first, second = (
        start_deadline(actor=ACTOR, kind=kind, subject=someone(), started_at=START) for _ in range(2)
    )
    slow.append(first.id)

    def run() -> None:
        try:
            worker.act_on_all_due()
        finally:
            connection.close()

    with clock.standing_at(START + 2 * HOUR):
        other = Thread(target=run)
        other.start()
        try:
            assert in_hand.wait(10)
            assert worker.act_on_all_due() == 1
            second.refresh_from_db()
            assert second.state == State.ACTED
        finally:
            go_on.set()
            other.join(10)
    first.refresh_from_db()
    assert first.state == State.ACTED


KILLED = """
import sys, django
django.setup()
from datetime import UTC, datetime
from darwin.deadlines import clock, kinds
from darwin.deadlines.kinds import DeadlineKind, declare_kind
from darwin.deadlines.services import act_on_due, start_deadline
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.ids import new_id

def handler(deadline, actor):
    start_deadline(actor=actor, kind="test.effect", subject=Subject("contact", new_id()),
                   due_at=datetime(2030, 1, 1, tzinfo=UTC))
    print("acting", flush=True)
    sys.stdin.read()

for name in ("test.kind", "test.effect"):
    declare_kind(DeadlineKind(name=name, room="test", starts="-", acts="-", when_due="-", handler=handler))
act_on_due(actor=Actor.system("killed"))
"""


def database_url() -> str:
    chosen = connection.settings_dict
    user, password = quote(str(chosen["USER"])), quote(str(chosen["PASSWORD"]))
    name = chosen["NAME"]
    if str(chosen["HOST"]).startswith("/"):
        return f"postgresql://{user}:{password}@/{name}?host={chosen['HOST']}&port={chosen['PORT']}"
    return f"postgresql://{user}:{password}@{chosen['HOST']}:{chosen['PORT']}/{name}"


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_half_done_and_the_next_does_it_once(
    rules: RuleBook, declare: Declare
) -> None:
    rules.set(1, TimeUnit.CLOCK_HOURS, ALWAYS)
    kind = declare(lambda deadline, actor: None)
    deadline = start_deadline(actor=ACTOR, kind=kind, subject=someone(), started_at=START)
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "darwin.config.settings",
    }
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "acting\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        deadline.refresh_from_db()
        assert deadline.state == State.OPEN
    assert not Deadline.objects.filter(kind="test.effect").exists()
    assert not Entry.objects.filter(actor_name="killed").exists()
    _wait_for_the_servers_end_of_the_killed()
    assert worker.act_on_all_due() == 1
    assert worker.act_on_all_due() == 0
    assert [event.happening for event in deadline.events.all()] == ["started", "acted"]


def _wait_for_the_servers_end_of_the_killed() -> None:
    """The server notices a dead client when it next writes to it; until then the row stays in its hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in%%'"
        )


@pytest.mark.django_db(transaction=True)
def test_a_worker_acts_when_the_clock_reaches_the_due_time_and_ends_when_asked(
    rules: RuleBook, declare: Declare, tmp_path: Path
) -> None:
    rules.set(1, TimeUnit.CLOCK_HOURS, ALWAYS)
    acted = Event()
    kind = declare(lambda deadline, actor: acted.set())
    start_deadline(actor=ACTOR, kind=kind, subject=someone(), started_at=clock.now())
    stop = Event()

    def run() -> None:
        try:
            worker.work(stop)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    try:
        assert not acted.is_set()
        clock.follow(tmp_path / "clock.json")
        clock.change(rate=1, jump_to=clock.now() + 2 * HOUR)
        assert acted.wait(10)
    finally:
        clock.follow(None)
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_a_worker_waits_for_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, answers = Event(), [OperationalError("away"), OperationalError("away"), None]

    def act(_: Event) -> int:
        answer = answers.pop(0)
        if answer:
            raise answer
        stop.set()
        return 0

    monkeypatch.setattr(worker, "act_on_all_due", act)
    monkeypatch.setattr(worker, "LONGEST_SLEEP_S", 0.0)
    monkeypatch.setattr(worker, "_sleep", lambda: 0.0)
    worker.work(stop)
    assert answers == []
    assert caplog.text.count("The database does not answer") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("until", "seconds"), [(None, 1.0), (0.25, 0.25), (3600.0, 1.0), (-5.0, 0.0)])
def test_a_worker_sleeps_until_the_next_due_time_but_never_long(
    rules: RuleBook, declare: Declare, until: float | None, seconds: float
) -> None:
    rules.set(1, TimeUnit.CLOCK_HOURS, ALWAYS)
    kind = declare(lambda deadline, actor: None)
    with clock.standing_at(START):
        if until is not None:
            begins = START - HOUR + timedelta(seconds=until)
            start_deadline(actor=ACTOR, kind=kind, subject=someone(), started_at=begins)
        assert worker._sleep() == pytest.approx(seconds)
