"""A question to the planning engine is worked out once, by one worker, and never changed."""

from contextlib import suppress
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from darwin.errors import DarwinError
from darwin.ledger.models import Entry, EntrySubject
from darwin.planning import worker
from darwin.planning.models import Run, RunKind, RunResult, RunState
from darwin.planning.services.runs import claim_run, fail_run, finish_run, let_go, tell_progress
from darwin.staff.models import Account
from tests.planning import houses


def working(run: Run) -> Run:
    """The run that waits, claimed; its lock stays with this connection."""
    found = claim_run()
    assert found is not None
    assert found.pk == run.pk
    return found


def job(monkeypatch: Any, work_out: Any) -> None:
    """Let every run be worked out by this function."""
    made = SimpleNamespace(work_out=work_out, keep=lambda run, figures: None)
    monkeypatch.setattr(worker, "job_of", lambda run: made)
    monkeypatch.setattr(worker, "engine_version", lambda: "0.1.0 science 0123")


def test_runs_are_worked_out_in_the_order_in_which_they_were_asked(house: None, monkeypatch: Any) -> None:
    first, second = houses.asked(RunKind.WHAT_IF), houses.asked(RunKind.TWIN_CHECK)
    seen: list[Any] = []
    job(monkeypatch, lambda run, tell: seen.append(run.pk) or {"n": len(seen)})
    while worker.work_one():
        pass
    assert seen == [first.pk, second.pk]
    assert list(RunResult.objects.order_by("made_at", "run__asked_at").values_list("figures", flat=True)) == [
        {"n": 1},
        {"n": 2},
    ]


def test_what_a_run_gave_is_kept_with_its_seed_and_version(planner: Account, monkeypatch: Any) -> None:
    run = houses.asked(RunKind.WHAT_IF, planner)
    job(monkeypatch, lambda run, tell: tell("Simulating", 3, 8) or {"seed": run.seed})
    worker.work_one()
    run = Run.objects.select_related("result").get(pk=run.pk)
    assert (run.state, run.steps, run.steps_all) == (RunState.DONE, 8, 8)
    assert (run.result.figures, run.result.version) == ({"seed": run.seed}, "0.1.0 science 0123")
    about = EntrySubject.objects.filter(id=run.pk).values("entry_id")
    events = Entry.objects.filter(id__in=about).values_list("event", flat=True)
    assert sorted(events) == ["planning.run_asked", "planning.run_finished"]


def test_a_refusal_becomes_the_sentence_that_the_planner_reads(house: None, monkeypatch: Any) -> None:
    run = houses.asked(RunKind.FORECAST)

    def refuse(run: Run, tell: Any) -> None:
        raise DarwinError("A forecast needs 42 recorded days, and there are 12.")

    job(monkeypatch, refuse)
    worker.work_one()
    run.refresh_from_db()
    assert (run.state, run.failure) == (
        RunState.FAILED,
        "A forecast needs 42 recorded days, and there are 12.",
    )


def test_a_fault_of_ours_never_reaches_the_planner_as_a_traceback(house: None, monkeypatch: Any) -> None:
    run = houses.asked(RunKind.FORECAST)
    job(monkeypatch, lambda run, tell: 1 / 0)
    worker.work_one()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "Your inputs are kept" in run.failure
    assert "division" not in run.failure


@pytest.mark.parametrize(
    "change",
    [
        lambda run: Run.objects.filter(pk=run.pk).update(inputs={}),
        lambda run: Run.objects.filter(pk=run.pk).update(seed=8),
        lambda run: Run.objects.filter(pk=run.pk)._raw_delete("default"),
        lambda run: RunResult.objects.filter(pk=run.pk).update(figures={}),
        lambda run: RunResult.objects.filter(pk=run.pk).delete(),
    ],
)
def test_neither_the_question_nor_the_answer_can_be_changed(house: None, change: Any) -> None:
    run = houses.finished(RunKind.WHAT_IF)
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        change(run)


def test_a_finished_run_is_not_finished_again(house: None) -> None:
    run = houses.finished(RunKind.WHAT_IF)
    assert finish_run(actor=houses.WORKER, run=run, figures={}, version="", cpu_ms=0) is None
    fail_run(actor=houses.WORKER, run=run, why="Too late.")
    run.refresh_from_db()
    assert (run.state, run.failure) == (RunState.DONE, "")


def test_progress_is_told_only_while_a_run_is_worked_out(house: None) -> None:
    run = houses.asked(RunKind.WHAT_IF)
    tell_progress(run, "Simulating", 1, 2)
    run.refresh_from_db()
    assert run.doing == ""
    claimed = working(run)
    tell_progress(claimed, "Simulating", 1, 2)
    run.refresh_from_db()
    assert (run.doing, run.steps, run.steps_all) == ("Simulating", 1, 2)
    let_go(claimed)


def elsewhere(act: Any) -> Any:
    """What `act` gives in another worker, whose connection then breaks as that of a killed one does."""
    found: list[Any] = []

    def there() -> None:
        try:
            found.append(act())
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        finally:
            connection.close()

    thread = Thread(target=there)
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_run() -> None:
    run = houses.asked(RunKind.WHAT_IF)
    held, done = Event(), Event()

    def hold() -> None:
        working(run)
        held.set()
        done.wait(30)
        connection.close()

    other = Thread(target=hold)
    other.start()
    assert held.wait(30)
    assert elsewhere(claim_run) is None
    done.set()
    other.join()


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_worker_ended_is_taken_by_the_next_and_given_up_at_last() -> None:
    run = houses.asked(RunKind.WHAT_IF)
    for tries in range(1, 4):
        assert elsewhere(claim_run).tries == tries
    assert worker.work_one()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "ended 3 times" in run.failure
