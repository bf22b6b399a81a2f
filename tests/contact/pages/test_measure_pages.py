"""The measures by month: what the chart says, what is kept of past months, and the notes beside it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from darwin.contact.measures.counting import count_what_is_missing
from darwin.contact.measures.families import FAMILIES, LINE
from darwin.contact.measures.figures import GroupBy, grouped_figures
from darwin.contact.measures.monthly import MONTHLY, series_of
from darwin.contact.measures.told import what_is_told
from darwin.contact.models import AnnotationKind, ContactLeg, KeptMonth, MeasureAnnotation
from darwin.contact.periods import add_months
from darwin.contact.services.annotations import AnnotationRefused, annotate_measure
from darwin.contact.services.kept_months import kept_months
from darwin.contact.telephony.events import Outcome
from darwin.ledger.models import Entry
from tests.reference.switches import a_history, switched

from .conftest import IMPORTER, NOW, as_if_committed, call, store
from .test_line_page import text_of

FIRST = date(2025, 9, 1)
MEASURE = "/measures/answered-in-time/"


def a_year(bad: date | None = None, months: int = 14):
    """100 calls a month, about 70 of them in time; in the month `bad` only 20."""
    calls = []
    for at in range(months):
        month = add_months(FIRST, at)
        good = 20 if month == bad else 70 + at % 3
        for number in range(100):
            moment = datetime(month.year, month.month, 3, 10, number % 60, number // 60, tzinfo=UTC)
            wait_s = 10 if number < good else 90
            calls.append(call(f"{month}-{number}", moment, wait_s=wait_s, caller=f"07700 900{number:03}"))
    return store(*calls, from_at=datetime(2025, 8, 31, 22, tzinfo=UTC))


@pytest.fixture
def line(house):
    queue = a_year(bad=date(2026, 4, 1))
    as_if_committed()
    series_of(list(MONTHLY.values()), queue, NOW, inline=100)
    return queue


def test_the_verdict_stands_before_the_chart_and_names_its_range(house, as_role):
    series_of([MONTHLY["answered-in-time"]], a_year(), NOW, inline=100)
    as_if_committed()
    words = text_of(as_role("local_policing_body").get(MEASURE))
    found = re.search(
        r"October 2026 was an ordinary month\. 71\.0% of calls offered were answered within 30 seconds, "
        r"inside the usual range of ([\d.]+)% to ([\d.]+)%",
        words,
    )
    assert found and float(found[1]) < 71 < float(found[2])
    assert words.index("October 2026 was") < words.index("Share of calls offered, each month")
    assert "Of calls offered 71.0% 71 of 100" in words and "Of calls answered 71.0%" in words


def test_an_exceptional_month_is_found_named_and_asked_about(line, as_role):
    client = as_role("analyst")
    page = client.get(MEASURE, {"month": "2026-04"})
    assert "April 2026 was an exceptional month. 20.0% of calls offered" in text_of(page)
    assert "exceptional, below the limit" in text_of(client.get(MEASURE, {"view": "table"}))
    assert "Apr 2026: 20.0%, exceptional" in page.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_new_limits_begin_where_somebody_set_them_and_the_history_stays(line, as_role):
    client = as_role("analyst")
    sent = {"month": "5 2026", "kind": "rebase", "text": "New roster. Chosen before the figures were seen."}
    assert client.post(f"{MEASURE}note/?queue=101", sent).status_code == 302
    note = MeasureAnnotation.objects.get()
    assert Entry.objects.get(event="contact.measure_annotated").fields == ["month", "kind", "text"]
    words = text_of(client.get(MEASURE))
    assert "May 2026, new limits. New roster." in words and "The range rests on 6 months only" in words
    assert client.post(f"/measures/notes/{note.id}/take-back/").status_code == 302
    assert "New roster" not in text_of(client.get(MEASURE))
    note.refresh_from_db()
    assert note.withdrawn_at == NOW and note.withdrawn_by is not None and note.text.startswith("New roster")
    assert Entry.objects.filter(event="contact.annotation_withdrawn").count() == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"month": "31 2026", "kind": "note", "text": "x"}, "There is no month 31."),
        ({"month": "1 2020", "kind": "note", "text": "x"}, "This measure has no figure for that month."),
        ({"month": "5 2026", "kind": "note", "text": ""}, "Say what happened."),
        ({"month": "5 2026", "kind": "", "text": "x"}, "Say whether it is a note or new limits."),
        ({"month": "5 2026", "kind": "note", "text": "x" * 301}, "300 characters at most."),
    ],
)
def test_a_note_that_cannot_be_kept_says_why_and_loses_no_word(line, as_role, sent, sentence):
    page = as_role("analyst").post(f"{MEASURE}note/?queue=101", sent)
    assert page.status_code == 400
    assert sentence in text_of(page) and sent["text"] in page.content.decode()
    assert not MeasureAnnotation.objects.exists()


def test_limits_begin_once_at_a_month(line):
    written = {"measure": "gave-up", "queue": line, "month": date(2026, 5, 1), "kind": AnnotationKind.REBASE}
    annotate_measure(actor=IMPORTER, text="New roster", **written)
    with pytest.raises(AnnotationRefused, match="New limits begin at that month already"):
        annotate_measure(actor=IMPORTER, text="Another", **written)


def test_every_measure_has_its_page_its_csv_and_its_line_in_the_index(line, as_role):
    client = as_role("chief_officer")
    index = client.get("/measures/").content.decode()
    for slug in MONTHLY:
        assert f"/measures/{slug}/?queue=101" in index
        assert client.get(f"/measures/{slug}/").status_code == 200
        answer = client.get(f"/measures/{slug}/", {"view": "csv"})
        assert answer["Content-Type"].startswith("text/csv") and answer.content.count(b"\r\n") > 10
    assert client.get("/measures/of-nothing/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"month": "1 2019"}, "No record covers Jan 2019 as a whole month, so it has no figure."),
        ({"month": "2026-13"}, "There is no month 13."),
        ({"month": "lately"}, "“lately” is not a month."),
        ({"queue": "102"}, "No imported record names a queue “102”."),
    ],
)
def test_a_month_or_queue_that_is_not_there_gets_a_sentence(line, as_role, asked, sentence):
    page = as_role("analyst").get(MEASURE, asked)
    assert page.status_code == 400 and sentence in text_of(page)


def test_a_share_of_too_few_is_no_point_of_the_chart(house, as_role):
    store(
        *[call(f"few-{n}", datetime(2026, 9, 3, 10, n, tzinfo=UTC)) for n in range(10)],
        from_at=datetime(2026, 8, 31, 22, tzinfo=UTC),
    )
    words = text_of(as_role("analyst").get(MEASURE, {"month": "2026-09"}))
    assert "September 2026 has no figure." in words
    assert "10 of 10" in words


def test_what_is_kept_of_a_month_is_what_the_rows_give(line):
    series = series_of([MONTHLY["answered-in-time"]], line, NOW, inline=100)[0]
    assert [value.month for value in series.months] == [add_months(FIRST, at) for at in range(14)]
    told = what_is_told(line, datetime(2025, 1, 1, tzinfo=UTC), NOW)
    counted = grouped_figures(line, datetime(2025, 8, 31, 23, tzinfo=UTC), NOW, 30, told.tells, GroupBy.MONTH)
    assert [value.value for value in series.months] == [row.pct_within_of_offered for row in counted]
    assert [value.figures["median_ms"] for value in series.months] == [
        1000 * (row.median_wait_answered_s or 0) for row in counted
    ]


def test_all_is_counted_in_the_background_and_nothing_twice(house):
    a_year()
    as_if_committed()
    assert count_what_is_missing(NOW, lambda months: None) == 14 * len(FAMILIES)
    assert count_what_is_missing(NOW, lambda months: None) == 0
    assert KeptMonth.objects.count() == 14 * len(FAMILIES)


@pytest.mark.django_db(transaction=True)
def test_kept_figures_are_thrown_away_when_a_row_of_their_month_changes(house):
    line = a_year(months=3)
    measure = [MONTHLY["answered-in-time"]]
    before = series_of(measure, line, NOW, inline=100)[0]
    held = kept_months(LINE, line)
    assert len(held) == len(before.months)
    store(call("new", datetime(2025, 10, 5, 10, tzinfo=UTC), Outcome.ABANDONED))
    assert {month for month, _ in kept_months(LINE, line)} == {m for m, _ in held} - {date(2025, 10, 1)}
    after = series_of(measure, line, NOW, inline=100)[0]
    assert [value.figures["joined"] for value in after.months if value.month == date(2025, 10, 1)] == [101]
    # Ten minutes past midnight of the next month: who gave up before it may have come back.
    store(call("midnight", datetime(2026, 1, 1, 0, 10, tzinfo=UTC)))
    both = {date(2025, 12, 1), date(2026, 1, 1)}
    assert {month for month, _ in kept_months(LINE, line)} == {m for m, _ in held} - both
    series_of(measure, line, NOW, inline=100)
    ContactLeg.objects.filter(offered_at__lt=datetime(2025, 9, 30, tzinfo=UTC)).first().delete()
    assert {month for month, _ in kept_months(LINE, line)} == {m for m, _ in held} - {date(2025, 9, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_commits_after_the_counting_leaves_no_old_figure_standing(house):
    line = a_year(months=2)
    leg = ContactLeg.objects.filter(offered_at__lt=datetime(2025, 9, 30, tzinfo=UTC)).first()
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE contact_contactleg SET wait_ms = 99000 WHERE id = %s", [leg.id])
        # The change is not committed: it is neither seen nor forgotten.
        series_of([MONTHLY["answered-in-time"]], line, NOW, inline=100)
        assert date(2025, 9, 1) in {month for month, _ in kept_months(LINE, line)}
        other.commit()
        assert date(2025, 9, 1) not in {month for month, _ in kept_months(LINE, line)}
    finally:
        other.close()


def test_what_is_not_counted_yet_is_said_and_is_no_gap_in_the_record(house, as_role):
    a_year()
    as_if_committed()
    words = text_of(as_role("analyst").get(MEASURE))
    assert "11 of 14 months are not counted yet. They follow by themselves." in words


CHANGED = datetime(2026, 6, 16, 12, tzinfo=UTC)
NOTHING_PROVED = "A line marks when something began, and proves nothing by itself."


def test_what_was_changed_is_marked_listed_and_in_the_row_of_its_month(line, as_role):
    before = text_of(as_role("analyst").get(MEASURE))
    a_history(CHANGED - timedelta(days=100), CHANGED, days_by_lot=12)
    page = as_role("analyst").get(MEASURE)
    words, markup = text_of(page), page.content.decode()
    assert markup.count('class="c-mark"') == 6
    assert "A 16 Jun 2026 13:00 Routing policy 2 (Reserve two) instead of 1. The decision A" in words
    assert "F 4 Jul 2026 00:00 Days by lot of routing policy 2 ended, the last was 3 Jul 2026" in words
    assert NOTHING_PROVED in words and words.index("What was changed") < words.index(NOTHING_PROVED)
    verdict = re.compile(r"October 2026 was .*? Queue")
    assert verdict.search(words)[0] == verdict.search(before)[0]
    rows = {row["month"]: row["changed"] for row in page.context["result"].rows}
    assert [month for month, changed in rows.items() if changed] == [date(2026, 7, 1), date(2026, 6, 1)]
    assert rows[date(2026, 7, 1)].startswith("F: Days by lot") and rows[date(2026, 6, 1)].count("; ") == 4
    table = text_of(as_role("analyst").get(MEASURE, {"view": "table"}))
    assert "B: Routing policy 2 rolled back: 1 holds again" in table and NOTHING_PROVED in table
    written = as_role("analyst").get(MEASURE, {"view": "csv"}).content.decode()
    assert "C: Routing policy 2 (Reserve two) instead of 1" in written


def test_the_decision_is_linked_for_whom_its_page_is_open_to_and_leads_to_its_row(line, as_role):
    a_history(CHANGED - timedelta(days=100), CHANGED)
    client = as_role("analyst")
    links = re.findall(r'href="(/planning/live-policy/)#(decision-[0-9a-f-]{36})"', text(client, MEASURE))
    assert len(set(links)) == 6
    rows = text(client, links[0][0])
    assert all(f'id="{row}"' in rows for _, row in links)
    outside = as_role("local_policing_body").get(MEASURE)
    assert "Routing policy 2 rolled back" in text_of(outside)
    assert b"live-policy" not in outside.content and "The decision" not in text_of(outside)


def test_what_was_changed_outside_the_months_shown_is_not_marked(line, as_role):
    a_history(datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC))
    switched(datetime(2026, 11, 2, tzinfo=UTC))
    page = as_role("analyst").get(MEASURE)
    assert "c-mark" not in page.content.decode() and "What was changed" not in text_of(page)


def test_a_change_of_long_ago_has_no_column_among_the_newest_months(line, as_role):
    a_history(datetime(2025, 9, 1, tzinfo=UTC), datetime(2025, 9, 8, tzinfo=UTC))
    client = as_role("analyst")
    assert text(client, MEASURE).count(">What was changed</th>") == 0
    assert text(client, f"{MEASURE}?all=yes").count(">What was changed</th>") == 1


def test_the_marks_cost_a_measure_one_query(line, as_role):
    client = as_role("local_policing_body")
    client.get(MEASURE)
    counted = []
    for history in (False, True):
        if history:
            a_history(CHANGED - timedelta(days=100), CHANGED)
        with CaptureQueriesContext(connection) as queries:
            client.get(MEASURE)
        counted.append(len(queries))
        assert sum("reference_policyhold" in query["sql"] for query in queries) == 1
    assert counted[0] == counted[1] <= 12


def text(client, address: str) -> str:
    return client.get(address).content.decode()
