"""The pages of planning as a planner uses them: asking, faults, what stays typed, who sees which shifts."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from darwin.deadlines import clock
from darwin.planning.models import Absence, Roster, RosterShift, Run, RunKind
from darwin.planning.services.rosters import RosterRefused, ask_replan, ask_roster, publish_roster
from darwin.staff.models import Account
from tests.planning import figures as made_up
from tests.planning import houses
from tests.staff.people import someone


@pytest.fixture
def browser(planner: Account, signed_in: Any) -> Any:
    return signed_in(planner)


def plain(response: Any) -> str:
    """The words of a page."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ")
    return re.sub(r"\s+", " ", text)


def test_a_forecast_says_how_far_off_the_last_one_was_before_it_shows_a_chart(browser: Any) -> None:
    houses.finished(RunKind.FORECAST)
    words = plain(browser.get(reverse("planning:forecast")))
    assert "8,960 contacts are expected from 30 Nov 2026 to 27 Dec 2026." in words
    assert "the last four weeks would have been 26.0% off" in words
    assert words.index("26.0% off") < words.index("Contacts expected each day")
    # 28 days of 14 hours with 8 and 10 hours with 3 handlers, of which 30% of paid time is spent elsewhere.
    assert "3,976 hours of taking contacts" in words
    assert "5,680 paid hours" in words
    assert "£119,280 what they cost" in words


def test_a_day_of_the_forecast_opens_its_half_hours(browser: Any) -> None:
    houses.finished(RunKind.FORECAST)
    page = browser.get(reverse("planning:forecast"), {"day": "2026-12-01", "view": "table"})
    words = plain(page)
    assert "Handlers needed by half-hour, Tuesday 1 Dec 2026" in words
    assert "08:00 10.0 5.0 16.0 8" in words
    refused = browser.get(reverse("planning:forecast"), {"day": "2027-12-01"})
    assert refused.status_code == 400
    assert "This forecast holds no day “2027-12-01”." in plain(refused)


STAFFING = {"calls_per_hour": "90", "aht": "400", "patience": "260", "target": "80", "within": "30"}


def test_staffing_is_asked_with_the_numbers_as_they_were_typed(browser: Any) -> None:
    answer = browser.post(reverse("planning:staffing"), STAFFING | {"patience": "", "target": "80%"})
    run = Run.objects.get()
    assert answer.headers["Location"] == reverse("planning:run", args=[run.id])
    assert run.inputs == {
        "calls_per_hour": 90.0,
        "aht": 400.0,
        "patience": None,
        "target": 80.0,
        "within": 30.0,
    }


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("calls_per_hour", "", "The number of contacts an hour is missing."),
        ("calls_per_hour", "-3", "The number of contacts an hour lies from 0.1 to 20,000."),
        ("aht", "six", "The handling time is “six”, which is not a number."),
        ("aht", "0", "The handling time lies from 1 second"),
        ("patience", "nan", "The patience lies from 1 second"),
        ("target", "100", "The share answered in time lies from 1% to 99.9%."),
        ("within", "1e9", "The time to answer lies from 0 seconds to 3,600 seconds."),
    ],
)
def test_each_wrong_number_has_its_own_sentence_and_nothing_typed_is_lost(
    browser: Any, field: str, typed: str, sentence: str
) -> None:
    answer = browser.post(reverse("planning:staffing"), STAFFING | {field: typed})
    assert answer.status_code == 400
    assert sentence.removesuffix("second") in plain(answer)
    body = answer.content.decode()
    for name, value in (STAFFING | {field: typed}).items():
        assert f'name="{name}" value="{value}"' in body or (not value and f'name="{name}"' in body)
    assert not Run.objects.exists()


def test_somebody_who_may_only_look_cannot_ask(house: None, signed_in: Any) -> None:
    client = signed_in(someone("chief_officer"))
    assert client.get(reverse("planning:staffing")).status_code == 200
    for name in ("staffing", "twin_check"):
        assert client.post(reverse(f"planning:{name}"), STAFFING).status_code == 403
    assert client.post(reverse("planning:ask_forecast"), {"queue": "101", "weeks": "4"}).status_code == 403
    assert not Run.objects.exists()


def scenario(number: int, **typed: str) -> dict[str, str]:
    usual = {"name": f"Number {number}", "people_from": "0", "people_to": "0"}
    return {f"s{number}-{name}": value for name, value in (usual | typed).items()}


def what_if(*scenarios: dict[str, str], **more: str) -> dict[str, str]:
    typed = {"title": "Sooner", "queue": "101", "weeks": "8", "count": str(len(scenarios))}
    for one in scenarios:
        typed |= one
    return typed | more


def test_a_what_if_is_kept_with_every_lever_that_was_moved(browser: Any) -> None:
    browser.post(
        reverse("planning:new_what_if"),
        what_if(
            scenario(1, people="-2", people_from="22", people_to="6", shifts="later"),
            scenario(2, call_back_after="60", call_back_taken="35", online="10", online_minutes="5"),
            scenario(3, skilled="50", skilled_queue="999", priority="repeat"),
        ),
    )
    assert [one["levers"] for one in Run.objects.get().inputs["scenarios"]] == [
        {"people": {"more": -2, "from": 22, "to": 6}, "shifts": "later"},
        {"call_back": {"after_s": 60.0, "taken": 0.35}, "online": {"share": 0.1, "minutes": 5.0}},
        {"skill": {"share": 0.5, "queue": "999"}, "priority": "repeat"},
    ]


def test_each_wrong_lever_is_told_with_its_scenario_and_stays_typed(browser: Any) -> None:
    answer = browser.post(
        reverse("planning:new_what_if"),
        what_if(
            scenario(1, people="many"),
            scenario(2),
            scenario(3, skilled="40"),
            scenario(4, online="95"),
            title="",
        ),
    )
    words = plain(answer)
    assert answer.status_code == 400
    for sentence in (
        "Give the what-if a name, so that you find it again.",
        "Scenario 1: The number of people is “many”, which is not a number.",
        "Scenario 2: This scenario changes nothing.",
        "Scenario 3: Say which other queue they also take.",
        "Scenario 4: The share moved online lies from 0% to 90%.",
    ):
        assert sentence in words
    assert 'value="many"' in answer.content.decode()
    assert not Run.objects.exists()


def test_seven_scenarios_cannot_be_asked(browser: Any) -> None:
    typed = what_if(*(scenario(number, people="1") for number in range(1, 7)), add="1")
    page = browser.post(reverse("planning:new_what_if"), typed).content.decode()
    assert "s6-name" in page
    assert "s7-name" not in page


def test_a_what_if_shows_how_well_the_twin_reproduces_the_past_before_anything_else(browser: Any) -> None:
    run = houses.finished(RunKind.WHAT_IF)
    words = plain(browser.get(reverse("planning:run", args=[run.id])))
    trust = words.index("On 14 days it was not fitted to, the twin said 72.1% in time; it was 71.3%.")
    assert trust < words.index("“Two more by day” answers most in time: 81.0% against 72.0% today.")
    assert "Better than today: 3. Worse: 1. No difference can be told: 1." in words
    assert "This queue has nobody who gave up before." in words


def test_a_what_if_can_be_gone_on_from_with_its_levers_in_the_form(browser: Any) -> None:
    run = houses.finished(RunKind.WHAT_IF)
    page = browser.get(reverse("planning:new_what_if"), {"from": run.id}).content.decode()
    assert 'name="s1-people" value="2"' in page
    assert 'name="s3-call_back_after" value="60"' in page
    assert 'name="s5-skilled" value="50"' in page


def test_every_chart_of_a_result_has_its_table_and_its_csv(browser: Any) -> None:
    run = houses.finished(RunKind.TWIN_CHECK)
    address = reverse("planning:run", args=[run.id])
    assert browser.get(address).content.decode().count("<svg xmlns") == 3
    assert browser.get(address, {"view": "table"}).content.decode().count("<svg xmlns") == 0
    lines = browser.get(address, {"view": "csv", "of": "2"}).content.decode().splitlines()
    assert lines[0] == "Day,Came (s),Twin (s),at least (s),at most (s),Erlang A (s),Erlang C (s)"
    assert lines[1] == "2026-11-16,62,60,46,74,51,"
    assert len(lines) == 15


def test_a_failed_run_says_why_and_asks_no_more(browser: Any) -> None:
    run = houses.failed(RunKind.FORECAST, "A forecast needs 42 recorded days, and there are 12.")
    page = browser.get(reverse("planning:run_progress", args=[run.id])).content.decode()
    assert "A forecast needs 42 recorded days" in page
    assert "hx-trigger" not in page


def test_a_roster_needs_a_forecast_that_reaches_its_last_day_and_somebody_to_roster(planner: Account) -> None:
    from darwin.contact.models import ContactQueue

    line = ContactQueue.objects.get(slug="101")
    asking = {"actor": planner.actor, "queue": line, "first_day": made_up.FIRST, "seconds": 60}
    with pytest.raises(RosterRefused, match=r"No forecast says what The 101 line needs on 30.Nov.2026"):
        ask_roster(**asking, weeks=1)
    houses.finished(RunKind.FORECAST)
    with pytest.raises(RosterRefused, match="Nobody is down to be rostered"):
        ask_roster(**asking, weeks=1)
    who = houses.people(3)
    with pytest.raises(RosterRefused, match=r"reaches to 3.Jan.2027"):
        ask_roster(**asking, weeks=5)
    inputs = ask_roster(**asking, weeks=2).inputs
    assert inputs["required"] == ([3] * 16 + [8] * 28 + [3] * 4) * 14
    assert {one["id"] for one in inputs["people"]} == {str(one.id) for one in who}
    assert not any("name" in one for one in inputs["people"])


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("01/12/2026", "1 Dec 2026 is no Monday; the Monday before it is 30 Nov 2026."),
        ("23/11/2026", "23 Nov 2026 has begun already."),
        ("31/11/2026", "The 31st of November does not exist."),
    ],
)
def test_a_roster_begins_on_a_monday_to_come(browser: Any, day: str, sentence: str) -> None:
    typed = {"queue": "101", "first_day": day, "weeks": "1", "seconds": "60"}
    answer = browser.post(reverse("planning:rosters"), typed)
    assert answer.status_code == 400
    assert sentence in plain(answer)
    assert f'value="{day}"' in answer.content.decode()


def test_shifts_are_kept_by_the_wall_clock_also_over_the_change_of_the_clocks(house: None) -> None:
    who = houses.people(1)
    made = houses.roster(who)
    first = made.shifts.order_by("starts_at").first()
    assert first is not None
    assert first.starts_at == datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
    from darwin.planning.services.rosters import slot_moment

    # The clocks go forward on 28 March 2027: 07:00 is an hour earlier by UTC from then on.
    monday = made_up.date(2027, 3, 22)
    assert slot_moment(monday, 14).astimezone(UTC).hour == 7
    assert slot_moment(monday, 7 * 48 + 14).astimezone(UTC).hour == 6


def test_a_handler_sees_their_own_shifts_only_and_only_when_they_are_published(
    planner: Account, signed_in: Any
) -> None:
    sam = someone("contact_handler", display_name="Sam Okoro")
    who = houses.people(2, sam)
    made = houses.roster(who)
    mine, other = (next(one for one in who if (one.account_id == sam.id) == own) for own in (True, False))
    client = signed_in(sam)
    own = reverse("planning:person_shifts", args=[made.id, mine.id])
    assert client.get(own).status_code == 404
    assert "No published roster gives you a shift" in plain(client.get(reverse("planning:my_shifts")))
    publish_roster(actor=planner.actor, roster=made, by=planner)
    assert "07:00–17:00" in plain(client.get(own)) or "14:00–00:00" in plain(client.get(own))
    assert client.get(reverse("planning:person_shifts", args=[made.id, other.id])).status_code == 404
    assert client.get(reverse("planning:roster", args=[made.id])).status_code == 403
    assert "5 shifts, 45.0 paid hours" in plain(client.get(reverse("planning:my_shifts")))


def test_a_persons_calendar_file_is_one_that_calendars_read(planner: Account, signed_in: Any) -> None:
    who = houses.people(2)
    made = houses.roster(who)
    early = who[0]
    answer = signed_in(planner).get(reverse("planning:export_shifts", args=[made.id, early.id, "ics"]))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode()
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 5
    assert "DTSTART:20261130T070000Z\r\nDTEND:20261130T170000Z" in text
    assert "DESCRIPTION:Break 12:00–13:00" in text
    assert len(set(re.findall(r"UID:(\S+)", text))) == 5


def test_the_floors_csv_has_a_row_for_each_shift(planner: Account, signed_in: Any) -> None:
    made = houses.roster(houses.people(4))
    answer = signed_in(planner).get(reverse("planning:export_roster", args=[made.id, "csv"]))
    lines = answer.content.decode().splitlines()
    assert lines[0] == "Person,Number,From,To,Break,Paid hours"
    assert len(lines) == 1 + RosterShift.objects.count() == 21
    assert signed_in(planner).get(reverse("planning:export_roster", args=[made.id, "pdf"])).status_code == 404


def test_replanning_takes_who_is_newly_away_and_refuses_where_nobody_is(planner: Account) -> None:
    who = houses.people(3)
    made = houses.roster(who)
    asking = {"actor": planner.actor, "roster": made, "asked_by": planner, "from_at": clock.now()}
    with pytest.raises(RosterRefused, match="Nobody in this roster is newly away"):
        ask_replan(**asking)
    Absence.objects.create(
        person=who[1],
        kind="sick",
        first_day=made_up.FIRST,
        last_day=made_up.FIRST,
        told_at=clock.now(),
    )
    run = ask_replan(**asking)
    assert run.inputs["absences"] == [{"person": str(who[1].id), "away": ["2026-11-30", "2026-11-30"]}]
    assert run.inputs["duties"] == made.run.result.figures["duties"]
    houses.finish(run, made_up.roster_figures([str(one.id) for one in who[:2]]), _keep)
    assert Roster.objects.get(run=run).replaces_id == made.id
    with pytest.raises(RosterRefused, match="replaced already"):
        ask_replan(**asking)
    with pytest.raises(RosterRefused, match="was replaced"):
        publish_roster(actor=planner.actor, roster=made, by=planner)


def _keep(run: Run, figures: Any) -> None:
    from darwin.planning.services.rosters import keep_roster

    keep_roster(run, figures)


def test_an_absence_is_told_once(browser: Any) -> None:
    person = houses.people(1)[0]
    away = reverse("planning:away", args=[person.id])
    typed = {"kind": "sick", "first_day": "30/11/2026", "last_day": "02/12/2026"}
    assert browser.post(away, typed).status_code == 302
    again = browser.post(away, typed | {"first_day": "02/12/2026", "last_day": "04/12/2026"})
    assert again.status_code == 400
    assert "is down as away on some of these days already" in plain(again)
    turned = browser.post(away, typed | {"first_day": "12/12/2026", "last_day": "11/12/2026"})
    assert "The last day is before the first." in plain(turned)
    assert Absence.objects.count() == 1
