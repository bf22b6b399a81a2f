"""The worker works a planner's questions out from what is recorded, and the pages show what it gave."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.urls import reverse

from darwin.deadlines import clock
from darwin.planning import worker
from darwin.planning.keeping_up import ask_what_is_due
from darwin.planning.models import AbsenceKind, Roster, Run, RunKind, RunState
from darwin.planning.services.people import tell_absence
from darwin.planning.services.rosters import ask_replan
from darwin.planning.services.runs import ask_run
from darwin.staff.models import Account
from tests.planning import houses
from tests.planning.conftest import NOW
from tests.planning.recorded import TALK_S, small_line


@pytest.fixture
def recorded(house: None) -> None:
    small_line(NOW, 70)


def worked_out(kind: RunKind, inputs: dict[str, Any]) -> Run:
    """The run of a question, after the worker had it."""
    run = ask_run(actor=houses.WORKER, kind=kind, title="Asked", queue="101", inputs=inputs, seed=11)
    while worker.work_one():
        pass
    run = Run.objects.select_related("result").get(pk=run.pk)
    assert run.state == RunState.DONE, run.failure
    return run


def test_a_queue_of_which_too_little_is_recorded_is_not_asked_of(house: None) -> None:
    small_line(NOW, 14)
    ask_what_is_due(actor=houses.WORKER)
    assert not Run.objects.exists()


def test_the_house_makes_a_forecast_by_itself_once_and_shows_it(
    recorded: None, planner: Account, signed_in: Any
) -> None:
    for _ in range(2):
        ask_what_is_due(actor=houses.WORKER)
    asked = Run.objects.get()
    assert (asked.kind, asked.queue, asked.asked_by) == (RunKind.FORECAST, "101", None)
    assert worker.work_one()
    ask_what_is_due(actor=houses.WORKER)
    run = Run.objects.select_related("result").get()
    assert run.state == RunState.DONE, run.failure
    figures = run.result.figures
    assert [figures["days"][at]["day"] for at in (0, -1)] == ["2026-11-27", "2027-01-21"]
    # 14 hours of 14 and 10 hours of 4 a day: 236, and so 13,216 in eight weeks.
    assert figures["total"]["mean"] == pytest.approx(13_216, rel=0.05)
    assert figures["total"]["low"] < 13_216 < figures["total"]["high"]
    assert figures["service"]["aht_s"] == pytest.approx(TALK_S, rel=0.1)
    day = figures["days"][0]["half_hours"]
    assert day["needed"][30] > day["needed"][6] >= 1
    assert 0 < figures["error"]["floor"] <= figures["error"]["error"] < figures["error"]["naive"]
    assert signed_in(planner).get(reverse("planning:forecast")).status_code == 200
    assert run.result.version.startswith("0.1.0 science ")


def test_a_what_if_tells_more_people_from_fewer_and_says_how_far_to_trust_it(
    recorded: None, planner: Account, signed_in: Any
) -> None:
    scenarios = [
        {"name": "One more", "levers": {"people": {"more": 1, "from": 8, "to": 22}}},
        {"name": "One fewer", "levers": {"people": {"more": -1, "from": 11, "to": 20}}},
        {"name": "Nobody", "levers": {"people": {"more": -9, "from": 8, "to": 22}}},
    ]
    run = worked_out(RunKind.WHAT_IF, {"weeks": 8, "scenarios": scenarios})
    today, more, fewer, nobody = run.result.figures["scenarios"]
    for name, better in (("service_level", 1), ("p_abandon", -1), ("mean_wait_all", -1), ("occupancy", -1)):
        for scenario, way in ((more, 1), (fewer, -1)):
            change = scenario["difference"][name]
            assert way * better * change["mean"] > change["half_width"] > 0
            # The same callers: the change is known better than the two figures are.
            apart = scenario["measures"][name]["half_width"] + today["measures"][name]["half_width"]
            assert change["half_width"] < apart
    assert "Nobody would be on duty" in nobody["refused"]
    assert today["measures"]["service_level"]["mean"] == pytest.approx(
        run.result.figures["check"]["actual"]["service_level"], abs=0.1
    )
    check = run.result.figures["check"]
    assert check["twin"]["service_level"] == pytest.approx(check["actual"]["service_level"], abs=0.08)
    again = worked_out(RunKind.WHAT_IF, {"weeks": 8, "scenarios": scenarios})
    assert again.result.figures == run.result.figures
    assert signed_in(planner).get(reverse("planning:run", args=[run.id])).status_code == 200


def test_the_twin_is_checked_on_weeks_it_has_not_seen(
    recorded: None, planner: Account, signed_in: Any
) -> None:
    figures = worked_out(RunKind.TWIN_CHECK, {"fitted_weeks": 8, "predicted_weeks": 2}).result.figures
    assert date.fromisoformat(figures["fitted"]["to"]) < date.fromisoformat(figures["days"][0]["day"])
    assert len(figures["days"]) == 14
    assert figures["misses"]["twin"]["service_level"] < 0.15
    assert signed_in(planner).get(reverse("planning:twin_check")).status_code == 200
    too_many = ask_run(
        actor=houses.WORKER,
        kind=RunKind.TWIN_CHECK,
        title="Asked",
        queue="101",
        inputs={"fitted_weeks": 20, "predicted_weeks": 2},
    )
    worker.work_one()
    too_many.refresh_from_db()
    assert too_many.failure.startswith("Fitting on 20 weeks and predicting 2 needs 154 recorded days")


def test_a_roster_covers_what_is_needed_keeps_the_rules_and_is_replanned_with_few_changes(
    house: None, planner: Account
) -> None:
    who = houses.people(6)
    required = ([0] * 16 + [1] * 24 + [0] * 8) * 7
    people = [
        {
            "id": str(person.id),
            "rule_set": "staff",
            "hours_a_week": 40.0,
            "nights": at != 0,
            "skills": ["101"],
            "away": [["2026-11-30", "2026-12-02"]] if at == 1 else [],
        }
        for at, person in enumerate(who)
    ]
    inputs = {"first_day": "2026-11-30", "weeks": 1, "seconds": 90, "required": required, "people": people}
    run = worked_out(RunKind.ROSTER, inputs)
    figures = run.result.figures
    lacking = [max(0, wanted - there) for wanted, there in zip(required, figures["on_duty"], strict=True)]
    # How well it is covered depends on how long the machine let it search; that it says so does not.
    assert figures["missing_slots"] == sum(lacking) < sum(required)
    assert figures["paid_minutes"] == sum(duty["paid_minutes"] for duty in figures["duties"])
    assert figures["bound_minutes"] <= figures["paid_minutes"]
    shifts = list(run.roster.shifts.order_by("person", "starts_at"))
    assert len(shifts) == len(figures["duties"])
    for one, following in pairwise(shifts):
        if one.person_id == following.person_id:
            assert following.starts_at - one.ends_at >= timedelta(hours=11)
    for person in who:
        assert sum(one.paid_minutes for one in shifts if one.person_id == person.id) <= 40 * 60
    late = [one.starts_at.astimezone(clock.LONDON).hour for one in shifts if one.person_id == who[0].id]
    assert all(hour < 18 for hour in late)
    away = [one.starts_at.astimezone(clock.LONDON).date() for one in shifts if one.person_id == who[1].id]
    assert all(day > date(2026, 12, 2) for day in away)
    _replanned_changes_little(run.roster, planner)


def _replanned_changes_little(made: Roster, planner: Account) -> None:
    """Somebody who works on Thursday falls sick that morning: they work no more, and little else changes."""
    thursday = datetime(2026, 12, 3, 6, 0, tzinfo=clock.LONDON)
    sick = made.shifts.filter(starts_at__gte=thursday).order_by("starts_at")[0].person
    with clock.standing_at(thursday):
        tell_absence(
            actor=planner.actor,
            person=sick,
            kind=AbsenceKind.SICK,
            first_day=date(2026, 12, 3),
            last_day=date(2026, 12, 6),
            by=planner,
        )
        run = ask_replan(actor=planner.actor, roster=made, asked_by=planner, from_at=clock.now())
        worker.work_one()
    run = Run.objects.select_related("result").get(pk=run.pk)
    assert run.state == RunState.DONE, run.failure
    before, after = (
        {(one.person_id, one.starts_at) for one in roster.shifts.all()} for roster in (made, run.roster)
    )
    assert not any(who == sick.id and at >= thursday for who, at in after)
    assert {one for one in before if one[1] < thursday} == {one for one in after if one[1] < thursday}
    others = {one for one in before ^ after if one[0] != sick.id}
    assert len(others) <= 2 * run.result.figures["changes"] < len(before)
    assert run.roster.replaces_id == made.id


def test_staffing_is_worked_out_by_erlang_a(house: None, planner: Account, signed_in: Any) -> None:
    asked = {"calls_per_hour": 60.0, "aht": 450.0, "patience": 300.0, "target": 80.0, "within": 30.0}
    run = worked_out(RunKind.STAFFING, asked)
    rows = {row["servers"]: row for row in run.result.figures["rows"]}
    needed = run.result.figures["servers"]
    assert rows[needed]["service_level"] >= 0.8 > rows[needed - 1]["service_level"]
    assert signed_in(planner).get(reverse("planning:run", args=[run.id])).status_code == 200
