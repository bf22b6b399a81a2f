"""The line as people see it: sentence, figures, what stands behind them, and what cannot be known."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from darwin.contact.telephony.events import Outcome
from tests.reference.switches import opened, returned, switched

from .conftest import NOW, call, store

LINE = "/contact/line/"
MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def text_of(response) -> str:
    """The words of a page, tags left out and spaces made plain."""
    words = html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode()))
    return " ".join(words.replace("\N{NO-BREAK SPACE}", " ").split())


def a_morning():
    """40 in time, 30 late, 20 gave up, 10 refused, in four half-hours."""
    calls = []
    for number in range(100):
        outcome, wait_s = (
            (Outcome.ANSWERED, 10)
            if number < 40
            else (Outcome.ANSWERED, 90)
            if number < 70
            else (Outcome.ABANDONED, 45)
            if number < 90
            else (Outcome.REFUSED, 0)
        )
        at = MORNING + timedelta(minutes=number % 4 * 30, seconds=number)
        calls.append(call(f"call-{number}", at, outcome, wait_s=wait_s))
    return calls


def test_the_sentence_stands_before_the_figures_and_both_ways_of_counting_are_there(as_role):
    store(*a_morning(), from_at=MIDNIGHT)
    words = text_of(as_role("contact_supervisor").get(LINE))
    assert (
        "So far 40.0% of those who rang were answered within 30 seconds. 40 of 100; 20 gave up, 10 were"
        in words
    )
    assert "40 of 100" in words and "40 of 70" in words and "57.1%" in words
    assert words.index("So far 40.0%") < words.index("in 30 s, of those offered")
    assert "22.2% of those who joined" in words


def test_every_figure_leads_to_a_list_of_as_many_entries(as_role):
    store(*a_morning(), from_at=MIDNIGHT)
    client = as_role("contact_supervisor")
    page = client.get(LINE).content.decode()
    links = re.findall(r'<a href="(/contact/entries/[^"]+)">([\d,]+)</a>', page)
    assert len(links) > 10
    for href, number in dict.fromkeys(links):
        listed = text_of(client.get(html.unescape(href)))
        shown = re.search(r"The list behind a figure ([\d,]+) entr", listed)
        assert shown and shown[1] == number, href


def test_who_may_not_list_calls_sees_the_figures_and_no_links(as_role):
    store(*a_morning(), from_at=MIDNIGHT)
    page = as_role("analyst").get(LINE)
    assert "40 of 100" in text_of(page)
    assert b"/contact/entries/" not in page.content and b"/contact/lost-callers/?" not in page.content


def test_a_time_that_no_record_covers_has_no_figure_at_all(as_role):
    store(*a_morning(), from_at=MIDNIGHT)
    page = as_role("analyst").get(LINE, {"from": "2019-01-01", "to": "2019-01-31", "by": "day"})
    words = text_of(page)
    assert page.status_code == 200
    assert "No record covers this." in words and "That is not the same as no calls." in words
    assert "d-tile" not in page.content.decode() and "Median" not in words


def test_a_recorded_time_in_which_nobody_rang_says_so(as_role):
    store(*a_morning(), from_at=MIDNIGHT - timedelta(days=2))
    words = text_of(as_role("analyst").get(LINE, {"from": "2026-11-21", "to": "2026-11-21"}))
    assert "nobody rang 101, the non-emergency line" in words


def test_a_gap_is_told_and_hatched_and_never_a_nought(as_role):
    store(*a_morning(), from_at=MIDNIGHT, to_at=MORNING + timedelta(hours=1))
    store(from_at=MORNING + timedelta(hours=3))
    page = as_role("analyst").get(LINE)
    words = text_of(page)
    assert "Gap: nothing was recorded from 22 Nov 2026 10:00 to 22 Nov 2026 12:00" in words
    assert "2 hours not recorded" in words
    assert page.content.decode().count("url(#line-hatch)") == 4
    assert re.search(r"11:00 not known", words)


def test_waits_end_to_end_and_of_the_queue_alone_are_both_there(as_role):
    second = call("near", MORNING, wait_s=20)
    early = replace(call("far", MORNING, wait_s=20), first_offered_at=MORNING - timedelta(minutes=2))
    store(early, second, from_at=MIDNIGHT)
    client = as_role("analyst")
    assert "1:20 median wait end to end" in text_of(client.get(LINE, {"wait": "way"}))
    assert "0:20 median wait in this queue" in text_of(client.get(LINE, {"wait": "queue"}))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"from": "31 11 2026"}, "The 31st of November 2026 does not exist. What you typed is kept."),
        ({"from": "2026-11-22", "to": "2026-11-01"}, "“From” is after “To”. Turn them round."),
        ({"from": "soon"}, "“soon” is not a day."),
        ({"queue": "102"}, "No imported record names a queue “102”. Choose one of the list."),
        ({"by": "century"}, "Figures are shown by half-hour, hour, day or month."),
        ({"from": "2026-01-01", "by": "half_hour"}, "By half-hour, 7 days at most are shown."),
        ({"from": "1991-01-01", "by": "month"}, "Three years at most are shown at once."),
        ({"from": "2100-12-31", "to": "9999-12-31"}, "Choose a year between 1990 and 2100."),
    ],
)
def test_what_cannot_be_shown_gets_a_sentence_and_keeps_what_was_typed(as_role, asked, sentence):
    store(*a_morning(), from_at=MIDNIGHT)
    page = as_role("analyst").get(LINE, asked)
    assert page.status_code == 400
    assert text_of(page).count(sentence) == 2  # on top and beside the field
    for name, value in asked.items():
        if name in ("from", "to"):
            assert f'value="{value}"' in page.content.decode()


def test_the_csv_has_the_same_figures_with_their_units(as_role):
    store(*a_morning(), from_at=MIDNIGHT)
    answer = as_role("contact_supervisor").get(LINE, {"view": "csv"})
    assert (
        answer["Content-Type"].startswith("text/csv")
        and "line-101-2026-11-22" in answer["Content-Disposition"]
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert sum(int(row["Offered"]) for row in rows) == 100
    assert sum(int(row["In 30 s"]) for row in rows) == 40
    assert {"Median (s)", "of offered (%)"} <= rows[0].keys()
    assert "<" not in answer.content.decode()


def test_published_figures_hide_small_counts_on_the_page_and_in_the_csv(as_role):
    few = [call(f"few-{n}", MORNING + timedelta(minutes=n), Outcome.ABANDONED, wait_s=5) for n in range(3)]
    many = [call(f"many-{n}", MORNING + timedelta(minutes=n)) for n in range(40)]
    store(*few, *many, from_at=MIDNIGHT)
    client = as_role("local_policing_body")
    words = text_of(client.get(LINE))
    assert "fewer than 5 gave up" in words
    assert not re.search(r"\b3 gave up|7\.0%", words)
    [row] = csv.DictReader(io.StringIO(client.get(LINE, {"view": "csv"}).content.decode()))
    assert row["Gave up"] == "fewer than 5" and row["Answered"] == "40"
    assert client.get(LINE, {"by": "half_hour"}).status_code == 400


def test_a_share_just_below_its_target_is_not_rounded_to_meet_it(as_role):
    in_time = [call(f"in-{n}", MORNING + timedelta(seconds=n)) for n in range(1999)]
    late = [call(f"late-{n}", MORNING + timedelta(seconds=n), wait_s=60) for n in range(501)]
    store(*in_time, *late, from_at=MIDNIGHT)
    words = text_of(as_role("analyst").get(LINE))
    assert "So far 79.9% of those" in words and "80.0%" not in words.replace("80.0% target", "")


def test_a_house_without_records_says_how_they_come_in(as_role):
    page = as_role("analyst").get(LINE)
    assert page.status_code == 200
    assert "darwin contact import" in text_of(page)


def test_years_are_shown_by_month_and_agree_with_the_days(as_role):
    calls = [
        call(f"{month}-{n}", datetime(2026, month, 3, 10, n, tzinfo=UTC), wait_s=10 + 40 * (n % 2))
        for month in (5, 6, 7, 8, 9, 10)
        for n in range(30)
    ]
    store(*calls, from_at=datetime(2026, 5, 1, tzinfo=UTC) - timedelta(hours=1))
    client = as_role("analyst")
    words = text_of(client.get(LINE, {"from": "2026-05-02", "to": "2026-10-31", "by": "month"}))
    assert "90 of 180" in words and "50.0%" in words
    assert re.search(r"Jun 2026 30 30 15 50.0% 50.0% 0 0 0:30 0:50 0:50", words)


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        ({}, "10:30"),
        ({"by": "hour"}, "10:00"),
        ({"from": "2026-11-20", "to": "2026-11-22", "by": "day"}, "22 Nov 2026"),
        ({"from": "2026-11-01", "to": "2026-11-30", "by": "month"}, "Nov 2026"),
    ],
)
def test_what_was_changed_is_marked_by_whatever_step_the_line_is_shown(as_role, asked, row):
    """What is decided and still to come is not there."""
    store(*a_morning(), from_at=MIDNIGHT - timedelta(days=30))
    opened(MIDNIGHT - timedelta(days=20))
    hold = switched(MORNING + timedelta(minutes=100))
    returned(MORNING + timedelta(minutes=110), hold)
    switched(NOW, starts_at=NOW + timedelta(hours=2))
    page = as_role("contact_supervisor").get(LINE, asked)
    words = text_of(page)
    assert page.content.decode().count('class="c-mark"') == 2
    assert "B 22 Nov 2026 10:50 Routing policy 2 rolled back: 1 holds again. The decision B" in words
    changed = {
        one["at"].replace("\N{NO-BREAK SPACE}", " "): one["changed"] for one in page.context["result"].rows
    }
    assert [at for at, told in changed.items() if told] == [row]
    assert changed[row].startswith("A: Routing policy 2 (Reserve two) instead of 1; B: ")
