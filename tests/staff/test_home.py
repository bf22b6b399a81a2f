"""The home of a role: worst first, zero as zero, and only what the rule lets a person see."""

from datetime import UTC, datetime, timedelta

import pytest

from darwin.deadlines import clock
from darwin.staff import home, permissions
from darwin.staff.home import HomeItem, greeting, home_lines, put_on_home
from darwin.staff.permissions import Rule

from .people import someone

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lines_of_this_test_only(monkeypatch):
    monkeypatch.setattr(permissions, "_rules", dict(permissions._rules))
    monkeypatch.setattr(home, "_items", [])


def put(rule, title, count, due=None):
    put_on_home(
        HomeItem(
            rule=rule,
            title=title,
            count=lambda account: count,
            sentence=lambda account, n: f"{n} wait." if n else "Nothing waits here.",
            url=lambda: "/",
            clock=(lambda account: NOON + timedelta(minutes=due)) if due is not None else None,
        )
    )


def test_what_is_late_comes_first_and_nothing_comes_last():
    rule = Rule("test.home", "x", {"contact_supervisor"})
    for title, count, due in [
        ("none", 0, None),
        ("no clock", 3, None),
        ("later", 14, 35),
        ("soon", 2, 5),
        ("late", 1, -12),
        ("later still, nothing due", 0, -99),
    ]:
        put(rule, title, count, due)
    with clock.standing_at(NOON):
        lines = home_lines(someone("contact_supervisor"))
    assert [(line.title, line.state, line.time_left) for line in lines] == [
        ("late", "late", "12:00 over"),
        ("soon", "soon", "5:00 left"),
        ("later", "", "35:00 left"),
        ("no clock", "", ""),
        ("none", "", ""),
        ("later still, nothing due", "", ""),
    ]
    assert lines[-1].sentence == "Nothing waits here."


def test_a_line_is_seen_by_those_whom_its_rule_permits_only():
    put(Rule("test.one", "x", {"analyst"}), "figures", 1)
    assert home_lines(someone("officer")) == []
    assert len(home_lines(someone("analyst"))) == 1


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0:00 left"),
        (104, "1 h 44 left"),
        (-104, "1 h 44 over"),
        (19 * 60, "19 h left"),
        (4320, "3 days left"),
    ],
)
def test_clocks_are_written_as_the_screens_write_them(minutes, words):
    put(Rule("test.clock", "x", {"analyst"}), "t", 1, minutes)
    with clock.standing_at(NOON):
        assert home_lines(someone("analyst"))[0].time_left == words


@pytest.mark.parametrize(
    ("hour", "words"),
    [(3, "evening"), (4, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening")],
)
def test_the_greeting_follows_the_hour_of_london(hour, words):
    # In June London is an hour ahead of UTC.
    moment = datetime(2026, 6, 2, hour, 30, tzinfo=UTC) - timedelta(hours=1)
    assert greeting(moment, "Ruth") == f"Good {words}, Ruth"
