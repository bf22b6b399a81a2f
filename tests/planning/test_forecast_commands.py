"""`darwin plan forecast`, `calibrate` and `backtest` as a person types them, on six made-up weeks."""

import json
import random
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from darwin.contact.coverage import EVERYTHING, Span
from darwin.contact.periods import midnight
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import Outcome
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor
from darwin.planning.commands import commands

IMPORTER = Actor.system("import")
FIRST, DAYS = date(2026, 10, 5), 42  # the clocks go back on 25 October
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
PER_DAY = 96


def a_call(number: int, at: datetime, *, wait_s: float, answered: bool, talk_s: float = 240.0) -> CallRecord:
    left = at + timedelta(seconds=wait_s)
    leg = LegRecord(
        queue="101",
        entry_no=1,
        outcome=Outcome.ANSWERED if answered else Outcome.ABANDONED,
        offered_at=at,
        joined_at=at,
        left_at=left,
        connected_at=left if answered else None,
        completed_at=left + timedelta(seconds=talk_s) if answered else None,
        wait_ms=round(1000 * wait_s),
        talk_ms=round(1000 * talk_s) if answered else None,
        agent=f"PJSIP/10{number % 5:02}" if answered else None,
    )
    caller = f"07700 900{number % 1000:03}"
    return CallRecord(
        source_key=str(number), channel="PHONE_101", first_offered_at=at, legs=(leg,), caller=caller
    )


def record(calls: list[CallRecord], spans: list[tuple[datetime, datetime]]) -> None:
    open_queue(actor=IMPORTER, slug="101", label="The 101 line", switch="example")
    coverage = [Span(source="example", from_at=start, to_at=end, tells=EVERYTHING) for start, end in spans]
    record_calls(actor=IMPORTER, source="example", rows=calls, coverage=coverage)


def six_weeks(days: int = DAYS, gave_up: float = 0.1) -> None:
    """Days alike, but for chance: PER_DAY calls, more of them between 08:00 and 20:00."""
    draw = random.Random(1)
    calls = []
    for n in range(days):
        start = midnight(FIRST + timedelta(days=n))
        for _ in range(PER_DAY + draw.randint(-9, 9)):
            hour = draw.uniform(8, 20) if draw.random() < 0.8 else draw.uniform(0, 24)
            answered = draw.random() >= gave_up
            calls.append(
                a_call(
                    len(calls),
                    start + timedelta(hours=hour),
                    wait_s=draw.expovariate(1 / 30),
                    answered=answered,
                    talk_s=draw.expovariate(1 / 240),
                )
            )
    record(calls, [(midnight(FIRST), midnight(FIRST + timedelta(days=days)))])


def typed(*words: object) -> str:
    with clock.standing_at(NOW):
        result = CliRunner().invoke(commands, [str(word) for word in words])
    if result.exception:
        raise result.exception
    return result.stdout


@pytest.fixture
def house(opened_installation: Callable[[str], None]) -> None:
    opened_installation("operational")


def test_a_forecast_begins_after_the_last_whole_day_and_gives_every_half_hour(db: None) -> None:
    six_weeks()
    told: dict[str, Any] = json.loads(typed("forecast", "--queue", "101", "--weeks", 2, "--json"))
    assert told["history"]["last_day"] == "2026-11-15"
    # The night on which the clocks went back has 25 hours.
    assert told["history"]["recorded_days"] == pytest.approx(DAYS + 1 / 24, abs=0.01)
    assert [day["day"] for day in told["days"]] == [
        (date(2026, 11, 16) + timedelta(days=n)).isoformat() for n in range(14)
    ]
    assert all(len(day["half_hours"]["mean"]) == 48 for day in told["days"])
    assert told["total"]["mean"] == pytest.approx(14 * PER_DAY, rel=0.08)
    assert sum(week["mean"] for week in told["weeks"]) == pytest.approx(told["total"]["mean"], abs=0.1)
    for day in told["days"]:
        assert day["lower"] <= day["mean"] <= day["upper"]
        assert sum(day["half_hours"]["mean"][16:40]) > 0.75 * day["mean"]
    error = told["last_four_weeks"]
    assert error["floor_pct"] * 0.9 < error["model_pct"] < error["naive_pct"]


def test_a_forecast_is_also_a_table(db: None) -> None:
    six_weeks()
    text = typed("forecast", "--queue", "101", "--weeks", 1)
    lines = text.splitlines()
    assert lines[0].startswith("The 101 line: contacts expected, from 42")
    assert lines[2].startswith("Mon 16 Nov 2026")
    assert lines[9].startswith("all")
    assert "chance alone makes it" in lines[-1]


def test_a_scenario_is_written_that_says_what_was_fitted(house: None, tmp_path: Path) -> None:
    six_weeks()
    out = tmp_path / "line.toml"
    said = typed("calibrate", "--queue", "101", "--from", FIRST, "--to", "2026-11-16", "--out", out)
    assert f"Written to {out}." in said
    read = tomllib.loads(out.read_text("utf-8"))
    assert read["threshold_s"] == 30
    rates = read["types"][0]["rate_per_hour"]
    assert sum(rates) / 2 == pytest.approx(7 * PER_DAY, rel=0.1)
    assert read["types"][0]["patience"]["law"] == "empirical"


def test_a_scenario_that_is_there_already_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "line.toml"
    out.write_text("mine", "utf-8")
    with pytest.raises(DarwinError, match="is there already and was kept"):
        typed("calibrate", "--queue", "101", "--from", FIRST, "--to", "2026-11-16", "--out", out)
    assert out.read_text("utf-8") == "mine"


def test_a_backtest_tells_of_the_forecast_even_where_the_twin_cannot_be_checked(house: None) -> None:
    six_weeks(gave_up=0.0)
    words = ("backtest", "--queue", "101", "--weeks", 1, "--origins", 3)
    told = json.loads(typed(*words, "--json"))
    assert len(told["forecast"]["origins"]) == 3
    assert told["forecast"]["origins"][-1] == "2026-11-09"
    overall = told["forecast"]["overall"]
    assert overall["floor_pct"] * 0.9 < overall["model_pct"] < overall["naive_pct"]
    assert told["twin"] is None
    assert "needs 30 callers who gave up" in told["twin_not_checked"]


@pytest.mark.nightly
def test_a_backtest_holds_the_twin_against_the_last_week(house: None) -> None:
    six_weeks()
    words = ("backtest", "--queue", "101", "--weeks", 1, "--origins", 1, "--replications", 20)
    told = json.loads(typed(*words, "--json"))
    assert [day["day"] for day in told["twin"]["days"]] == [f"2026-11-{n:02}" for n in range(9, 16)]
    for day in told["twin"]["days"]:
        assert (
            day["twin"]["contacts"]["lower"] <= day["actual"]["contacts"] <= day["twin"]["contacts"]["upper"]
        )
        assert 0 <= day["twin"]["service_level"]["mean"] <= 1
    assert "days lie in the twin's interval" in typed(*words)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(("forecast", "--queue", "102"), "names a queue “102”. Queues known: 101", id="forecast"),
        pytest.param(("backtest", "--queue", "102"), "names a queue “102”. Queues known: 101", id="backtest"),
        pytest.param(
            ("calibrate", "--queue", "102", "--from", "2026-10-05", "--to", "2026-11-01", "--out"),
            "names a queue “102”. Queues known: 101",
            id="calibrate",
        ),
        pytest.param(
            ("forecast", "--queue", "101"), "needs 14 recorded days, and there are 10", id="short history"
        ),
        pytest.param(("backtest", "--queue", "101"), "sets 4 weeks aside", id="short for a backtest"),
        pytest.param(
            ("calibrate", "--queue", "101", "--from", "2026-10-05", "--to", "2026-10-15", "--out"),
            "needs 14 recorded days, and there are 10",
            id="short to fit on",
        ),
        pytest.param(
            ("calibrate", "--queue", "101", "--from", "2026-10-15", "--to", "2026-10-05", "--out"),
            "ends on 5 October 2026, not after it begins",
            id="the wrong way round",
        ),
        pytest.param(
            ("calibrate", "--queue", "101", "--from", "2025-01-01", "--to", "2025-02-01", "--out"),
            "No imported record covers 1 January 2025 to 31 January 2025",
            id="not recorded",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    house: None, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    six_weeks(days=10)
    out = tmp_path / "scenario.toml"
    with pytest.raises(DarwinError, match=sentence):
        typed(*words, *((out,) if words[-1] == "--out" else ()))
    assert not out.exists()
