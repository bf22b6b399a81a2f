"""The worker works a planner's questions out from what is recorded, and the pages show what it gave."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from tests.planning import houses
from tests.planning.conftest import NOW
from tests.planning.recorded import TALK_S, small_line

from darwin.planning import worker
from darwin.planning.keeping_up import ask_what_is_due
from darwin.planning.models import Run, RunKind, RunState
from darwin.planning.services.runs import ask_run
from darwin.staff.models import Account


@pytest.fixture
def recorded(house: None) -> None:
    small_line(NOW, 84)


def worked_out(kind: RunKind, inputs: dict[str, Any]) -> Run:
    """The run of a question, after the worker had it."""
    run = ask_run(actor=houses.WORKER, kind=kind, title="Asked", queue="101", inputs=inputs, seed=11)
    while worker.work_one():
        pass
    run = Run.objects.select_related("result").get(pk=run.pk)
    assert run.state == RunState.DONE, run.failure
    return run


def test_the_house_asks_for_a_forecast_by_itself_and_once(recorded: None) -> None:
    ask_what_is_due(actor=houses.WORKER)
    asked = Run.objects.get()
    assert (asked.kind, asked.queue, asked.asked_by) == (RunKind.FORECAST, "101", None)
    ask_what_is_due(actor=houses.WORKER)
    assert Run.objects.count() == 1


def test_a_queue_of_which_too_little_is_recorded_is_not_asked_of(house: None) -> None:
    small_line(NOW, 14)
    ask_what_is_due(actor=houses.WORKER)
    assert not Run.objects.exists()


def test_a_forecast_is_worked_out_of_what_is_recorded(
    recorded: None, planner: Account, signed_in: Any
) -> None:
    run = worked_out(RunKind.FORECAST, {"weeks": 2})
    figures = run.result.figures
    assert [figures["days"][at]["day"] for at in (0, -1)] == ["2026-11-27", "2026-12-10"]
    # 14 hours of 30 and 10 hours of 6 a day: 480, and so 6,720 in two weeks.
    assert figures["total"]["mean"] == pytest.approx(6_720, rel=0.03)
    assert figures["total"]["low"] < 6_720 < figures["total"]["high"]
    assert figures["service"]["aht_s"] == pytest.approx(TALK_S, rel=0.06)
    day = figures["days"][0]["half_hours"]
    assert day["needed"][30] > day["needed"][6] >= 1
    assert 0 < figures["error"]["floor"] <= figures["error"]["error"] < figures["error"]["naive"]
    page = signed_in(planner).get(reverse("planning:forecast"))
    assert page.status_code == 200
    assert run.result.version.startswith("0.1.0 science ")


def test_a_what_if_tells_more_people_from_fewer_and_says_how_far_to_trust_it(
    recorded: None, planner: Account, signed_in: Any
) -> None:
    scenarios = [
        {"name": "One more", "levers": {"people": {"more": 1, "from": 8, "to": 22}}},
        {"name": "One fewer", "levers": {"people": {"more": -1, "from": 8, "to": 22}}},
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
    check = run.result.figures["check"]
    assert check["twin"]["service_level"] == pytest.approx(check["actual"]["service_level"], abs=0.08)
    assert signed_in(planner).get(reverse("planning:run", args=[run.id])).status_code == 200


def test_the_same_question_with_the_same_seed_gives_the_same_figures(recorded: None) -> None:
    asked = {"weeks": 4, "scenarios": [{"name": "Later", "levers": {"shifts": "later"}}]}
    first, second = (worked_out(RunKind.WHAT_IF, asked).result.figures for _ in range(2))
    assert first == second


def test_the_twin_is_checked_on_weeks_it_has_not_seen(
    recorded: None, planner: Account, signed_in: Any
) -> None:
    figures = worked_out(RunKind.TWIN_CHECK, {"fitted_weeks": 8, "predicted_weeks": 2}).result.figures
    assert date.fromisoformat(figures["fitted"]["to"]) < date.fromisoformat(figures["days"][0]["day"])
    assert len(figures["days"]) == 14
    assert figures["misses"]["twin"]["service_level"] < 0.15
    assert signed_in(planner).get(reverse("planning:twin_check")).status_code == 200


def test_a_check_of_more_weeks_than_are_recorded_says_how_many_it_needs(recorded: None) -> None:
    run = ask_run(
        actor=houses.WORKER,
        kind=RunKind.TWIN_CHECK,
        title="Asked",
        queue="101",
        inputs={"fitted_weeks": 20, "predicted_weeks": 2},
    )
    worker.work_one()
    run.refresh_from_db()
    assert run.failure.startswith("Fitting on 20 weeks and predicting 2 needs 154 recorded days")


def test_staffing_is_worked_out_by_erlang_a(house: None, planner: Account, signed_in: Any) -> None:
    asked = {"calls_per_hour": 60.0, "aht": 450.0, "patience": 300.0, "target": 80.0, "within": 30.0}
    run = worked_out(RunKind.STAFFING, asked)
    rows = {row["servers"]: row for row in run.result.figures["rows"]}
    needed = run.result.figures["servers"]
    assert rows[needed]["service_level"] >= 0.8 > rows[needed - 1]["service_level"]
    assert signed_in(planner).get(reverse("planning:run", args=[run.id])).status_code == 200
