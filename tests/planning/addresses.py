"""How to visit the addresses of the planning room."""

from collections.abc import Mapping
from typing import Any

from darwin.contact.services.queues import open_queue
from darwin.planning.models import PlannedPerson, RunKind
from darwin.planning.services.rosters import publish_roster
from darwin.staff.models import Account
from tests.addresses import example
from tests.planning import houses, policies


def _queue() -> None:
    open_queue(actor=houses.WORKER, slug="101", label="101, the non-emergency line", switch="example")


def _forecast(account: Account | None, rows: int) -> Mapping[str, Any]:
    _queue()
    houses.finished(RunKind.FORECAST)
    return {}


def _runs(account: Account | None, rows: int) -> Mapping[str, Any]:
    _queue()
    for _ in range(rows):
        houses.asked(RunKind.WHAT_IF)
    return {}


def _what_if(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"run_id": houses.finished(RunKind.WHAT_IF).id}


def _waiting(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"run_id": houses.asked(RunKind.TWIN_CHECK).id}


def _people(account: Account | None, rows: int) -> Mapping[str, Any]:
    _queue()
    houses.people(rows)
    return {}


def _person(account: Account | None, rows: int) -> Mapping[str, Any]:
    houses.people(1)
    return {"person_id": PlannedPerson.objects.order_by("-id")[0].id}


def _roster(account: Account | None, rows: int) -> Mapping[str, Any]:
    _queue()
    return {"roster_id": houses.roster(houses.people(min(rows, 330), account)).id}


def _made_rosters(account: Account | None, rows: int) -> Mapping[str, Any]:
    _roster(account, 3)
    return {}


def _shifts(account: Account | None, rows: int) -> Mapping[str, Any]:
    who = houses.people(2, account)
    made = houses.roster(who)
    if account is not None:
        publish_roster(actor=houses.WORKER, roster=made, by=account)
    mine = next((one for one in who if account and one.account_id == account.id), who[0])
    return {"roster_id": made.id, "person_id": mine.id}


def _mine(account: Account | None, rows: int) -> Mapping[str, Any]:
    _shifts(account, rows)
    return {}


example("planning:forecast", prepare=_forecast)
example("planning:ask_forecast", prepare=_forecast, method="post", data={"queue": "101", "weeks": "4"})
example("planning:staffing", prepare=_runs, many_rows=True)
example("planning:what_if", prepare=_runs, many_rows=True)
example("planning:new_what_if", prepare=_forecast)
example("planning:twin_check", prepare=_forecast)
example("planning:runs", prepare=_runs, many_rows=True)
example("planning:run", prepare=_what_if)
example("planning:run_progress", prepare=_waiting)
example("planning:people", prepare=_people, many_rows=True)
example("planning:person", prepare=_person)
example("planning:away", prepare=_person, method="post", data={"kind": "sick"})
example("planning:rosters", prepare=_made_rosters)
example("planning:roster", prepare=_roster)
example("planning:publish_roster", prepare=_roster, method="post")
example("planning:replan_roster", prepare=_roster, method="post")
example("planning:export_roster", prepare=lambda account, rows: {**_roster(account, rows), "form": "csv"})
example("planning:person_shifts", prepare=_shifts)
example("planning:export_shifts", prepare=lambda account, rows: {**_shifts(account, rows), "form": "ics"})
example("planning:my_shifts", prepare=_mine)
example("planning:export_my_shifts", prepare=lambda account, rows: {**_mine(account, rows), "form": "ics"})


# The live policy.


def _proposal(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"proposal_id": policies.proposed().id}


def _own_proposal(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"proposal_id": policies.proposed(account).id}


def _on_trial(account: Account | None, rows: int) -> Mapping[str, Any]:
    policies.adopted(days_by_lot=min(rows, 28))
    return {}


def _to_return(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"hold_id": policies.adopted().id}


def _version(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"number": policies.proposed().policy.number}


def _open_house(account: Account | None, rows: int) -> Mapping[str, Any]:
    policies.opened()
    return {}


example("live_policy:live_policy", prepare=_on_trial, many_rows=True)
example("live_policy:propose", prepare=_open_house)
example("live_policy:version", prepare=_version)
example("live_policy:decide", prepare=_proposal, method="post", data={"press": "adopt", "decision": "yes"})
example("live_policy:withdraw", prepare=_own_proposal, method="post")
example("live_policy:go_back", prepare=_to_return, method="post")
