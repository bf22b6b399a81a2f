"""A stretch of days, typed as people type days."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from darwin.theme.forms import PeriodForm


@pytest.mark.parametrize(
    "typed",
    [
        "22/11/2026",
        "22.11.2026",
        "22-11-2026",
        "2026-11-22",
        "22 Nov 2026",
        "22 november 2026",
        " 22 / 11 / 2026 ",
    ],
)
def test_a_day_is_understood_as_it_is_typed(typed: str) -> None:
    form = PeriodForm({"from_day": typed, "to_day": "22/11/2026"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["from_day"] == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/11/2026", "The 31st of November does not exist. What you typed is kept."),
        ("29 Feb 2026", "The 29th of February does not exist. What you typed is kept."),
        ("22/13/2026", "There is no day “22/13/2026”. Write it as 22/11/2026. What you typed is kept."),
        ("yesterday", "“yesterday” is not a day. Write it as 22/11/2026. What you typed is kept."),
        ("22 Foo 2026", "“22 Foo 2026” is not a day. Write it as 22/11/2026. What you typed is kept."),
        ("1/1/26", "“1/1/26” is not a day. Write it as 22/11/2026. What you typed is kept."),
    ],
)
def test_a_day_that_does_not_exist_is_said_and_what_was_typed_stays(typed: str, sentence: str) -> None:
    form = PeriodForm({"from_day": typed, "to_day": "30/11/2026"})
    assert form.errors["from_day"] == [sentence]
    assert form["from_day"].value() == typed


def test_an_end_before_its_beginning_is_refused() -> None:
    form = PeriodForm({"from_day": "2/10/2026", "to_day": "1/10/2026"})
    assert "is before the first" in form.errors["to_day"][0]


def test_the_last_day_is_included_and_the_days_are_those_of_london() -> None:
    form = PeriodForm({"from_day": "1/10/2026", "to_day": "31/10/2026"})
    assert form.is_valid()
    # Summer time ends on 25 October 2026.
    assert form.bounds() == (datetime(2026, 9, 30, 23, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


def test_a_welsh_reader_types_and_reads_welsh_months() -> None:
    with translation.override("cy"):
        form = PeriodForm({"from_day": "1 Tachwedd 2026", "to_day": "31/11/2026"})
        assert not form.is_valid()
        assert form.cleaned_data["from_day"] == date(2026, 11, 1)
        assert form.errors["to_day"] == ["Nid yw 31 Tachwedd yn bodoli. Cedwir yr hyn a deipiwyd gennych."]


def test_the_filter_keeps_the_other_choices_but_not_the_page() -> None:
    request = RequestFactory().get("/", {"queue": "101", "page": "4", "from_day": "1/1/2026"})
    html = Template("{% load darwin %}{% period_filter form %}").render(
        Context({"request": request, "form": PeriodForm({"from_day": "1/1/2026"})})
    )
    assert 'name="queue" value="101"' in html
    assert 'name="page"' not in html
    assert html.count('name="from_day"') == 1
