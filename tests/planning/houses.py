"""Runs and rosters that are finished, made by the services as the worker makes them."""

from typing import Any
from uuid import UUID

from darwin.ledger.actors import Actor
from darwin.planning.models import PlannedPerson, Roster, Run, RunKind, RunState
from darwin.planning.services.people import NewPerson, take_in_people
from darwin.planning.services.rosters import keep_roster
from darwin.planning.services.runs import ask_run, claim_run, fail_run, finish_run, let_go
from darwin.staff.models import Account
from tests.planning import figures as made_up

WORKER = Actor.system("planning")
INPUTS: dict[RunKind, dict[str, Any]] = {
    RunKind.FORECAST: {"weeks": 4},
    RunKind.STAFFING: made_up.STAFFING_ASKED,
    RunKind.WHAT_IF: {"weeks": 8, "scenarios": made_up.SCENARIOS},
    RunKind.TWIN_CHECK: {"fitted_weeks": 8, "predicted_weeks": 2},
}
FIGURES = {
    RunKind.FORECAST: made_up.forecast_figures,
    RunKind.STAFFING: made_up.staffing_figures,
    RunKind.WHAT_IF: made_up.what_if_figures,
    RunKind.TWIN_CHECK: made_up.twin_check_figures,
}


def asked(kind: RunKind, by: Account | None = None, title: str = "", queue: str = "101") -> Run:
    """A run that waits."""
    return ask_run(
        actor=by.actor if by else WORKER,
        kind=kind,
        title=title or f"{kind.label} of the 101 line",
        queue=queue,
        inputs=INPUTS.get(kind, {}),
        asked_by=by,
        seed=7,
    )


def finished(kind: RunKind, by: Account | None = None, title: str = "") -> Run:
    """A run that was worked out; whatever waited before it is claimed and left first."""
    return finish(asked(kind, by, title), FIGURES[kind]())


def finish(run: Run, figures: dict[str, Any], then: Any = None) -> Run:
    """Work a run out with these figures."""
    Run.objects.filter(pk=run.pk).update(state=RunState.WORKING)
    finish_run(actor=WORKER, run=run, figures=figures, version="0.1.0 science 0123", cpu_ms=1200, then=then)
    return Run.objects.get(pk=run.pk)


def failed(kind: RunKind, why: str) -> Run:
    """A run that came to nothing."""
    run = asked(kind)
    Run.objects.filter(pk=run.pk).update(state=RunState.WORKING)
    fail_run(actor=WORKER, run=run, why=why)
    return Run.objects.get(pk=run.pk)


def claimed() -> Run:
    """The run that waits longest, claimed, its lock given back."""
    run = claim_run()
    assert run is not None
    let_go(run)
    return run


def people(number: int, account: Account | None = None, queue: str = "101") -> list[PlannedPerson]:
    """So many people who can be rostered; the first of them has the account."""
    take_in_people(
        actor=WORKER,
        queue=queue,
        people=[
            NewPerson(
                account.display_name if account and at == 0 else f"Handler {at:03}",
                account if at == 0 else None,
            )
            for at in range(number)
        ],
    )
    return list(PlannedPerson.objects.filter(queue=queue).order_by("name"))


def roster(who: list[PlannedPerson], weeks: int = 1, by: Account | None = None) -> Roster:
    """A finished roster of these people, of made-up duties."""
    ids: list[UUID] = [person.id for person in who]
    inputs = {
        "first_day": made_up.FIRST.isoformat(),
        "weeks": weeks,
        "seconds": 60,
        "required": [3] * 336 * weeks,
        "people": [{"id": str(one), "away": []} for one in ids],
    }
    run = ask_run(
        actor=WORKER,
        kind=RunKind.ROSTER,
        title="Roster of the 101 line",
        queue="101",
        inputs=inputs,
        asked_by=by,
        seed=7,
    )
    finish(run, made_up.roster_figures([str(one) for one in ids], weeks), keep_roster)
    return Roster.objects.get(run=run)
