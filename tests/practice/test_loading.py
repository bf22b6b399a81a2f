"""Loading the made-up force: whole months, resumable, and never among real people."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.utils import InternalError, ProgrammingError

from darwin.contact.models import (
    CallbackPromise,
    Contact,
    ContactLeg,
    Coverage,
    FailureDemandTag,
    SwitchMember,
)
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.practice.commands import commands
from darwin.practice.force import contacts_between
from darwin.practice.models import LoadedMonth, PracticeForce
from darwin.practice.queries import load_progress, spans_to_load, story_of
from darwin.practice.records import covered, milliseconds
from darwin.practice.services import (
    NotPractice,
    load_span,
    make_span,
    open_force,
    refuse_outside_practice,
    reset_force,
)
from darwin.practice.spans import MonthSpan, pending_spans
from darwin.practice.story import Story, add_months, local_ms
from darwin.reference.services import open_installation
from tests.databases import database_url

ACTOR = Actor.system("practice")
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def force(db: None) -> Iterator[PracticeForce]:
    """An empty made-up force, opened at half past nine on 2 November 2026."""
    with clock.standing_at(NOW):
        open_installation("practice", "leicestershire")
        yield open_force(actor=ACTOR)


def load_newest(force: PracticeForce) -> int:
    span = spans_to_load(force)[0]
    return load_span(actor=ACTOR, force=force, made=make_span(story_of(force), span))


def test_what_is_missing_is_asked_for_newest_month_first() -> None:
    story = Story(NOVEMBER)
    now = milliseconds(NOW)
    spans = pending_spans(story, {}, now)
    assert len(spans) == 25
    assert (spans[0].month, spans[0].start, spans[0].end) == (NOVEMBER, local_ms(NOVEMBER), now)
    assert spans[-1].month == date(2024, 11, 1)
    assert spans[-1].end == local_ms(date(2024, 12, 1))


def test_only_what_came_since_is_asked_for_when_a_force_is_opened_again_in_another_month() -> None:
    story = Story(NOVEMBER)
    loaded = {span.month: span.end for span in pending_spans(story, {}, milliseconds(NOW))}
    later = local_ms(date(2026, 12, 3))
    assert pending_spans(story, loaded, later) == [
        MonthSpan(date(2026, 12, 1), local_ms(date(2026, 12, 1)), later),
        MonthSpan(NOVEMBER, milliseconds(NOW), local_ms(date(2026, 12, 1))),
    ]


def test_the_record_covers_everything_but_the_gaps() -> None:
    story = Story(NOVEMBER)
    month = story.exceptional_month
    start, end = local_ms(month), local_ms(add_months(month, 1))
    spans = covered(start, end, story.gaps)
    minutes = sum((span.to_at - span.from_at).total_seconds() for span in spans) / 60
    assert len(spans) == 2
    assert minutes == (end - start) / 60_000 - 24


def test_a_loaded_month_holds_what_was_made(force: PracticeForce) -> None:
    added = load_newest(force)
    made = list(contacts_between(story_of(force), local_ms(NOVEMBER), milliseconds(NOW)))
    assert Contact.objects.count() == added == len(made)
    assert ContactLeg.objects.count() == sum(len(call.legs) for call in made)
    assert CallbackPromise.objects.count() == sum(call.promise is not None for call in made)
    kept = CallbackPromise.objects.filter(kept_by_contact__channel="CALLBACK_OUTBOUND", leg__isnull=False)
    assert kept.count() == sum(bool(call.promise and call.promise.kept) for call in made) > 0
    assert FailureDemandTag.objects.count() == sum(bool(call.failure_tag) for call in made) > 0
    waits = sum(leg.wait_ms or 0 for call in made for leg in call.legs if leg.queue == "101")
    stored = ContactLeg.objects.filter(queue__slug="101").values_list("wait_ms", flat=True)
    assert sum(wait or 0 for wait in stored) == waits


def test_a_force_filled_up_in_two_steps_is_the_force_loaded_in_one(force: PracticeForce) -> None:
    load_newest(force)
    later = datetime(2026, 11, 2, 17, 45, tzinfo=UTC)
    with clock.standing_at(later):
        assert load_newest(force) > 0
        assert not [span for span in spans_to_load(force) if span.month == NOVEMBER]
    made = contacts_between(story_of(force), local_ms(NOVEMBER), milliseconds(later))
    assert sorted(Contact.objects.values_list("source_key", flat=True)) == sorted(c.call_id for c in made)
    assert Coverage.objects.get(switch="practice").to_at == later


def test_a_stretch_made_before_somebody_else_loaded_it_is_not_loaded_twice(force: PracticeForce) -> None:
    made = make_span(story_of(force), spans_to_load(force)[0])
    assert load_span(actor=ACTOR, force=force, made=made) > 0
    before = Contact.objects.count()
    assert load_span(actor=ACTOR, force=force, made=made) == 0
    assert Contact.objects.count() == before


def test_progress_names_the_months_that_are_in(force: PracticeForce) -> None:
    load_newest(force)
    progress = load_progress()
    assert progress is not None
    assert progress.sentence == "1 of 25 months are in."
    assert not progress.complete
    assert progress.contacts == Contact.objects.count()
    assert progress.up_to == NOW


def test_sam_okoro_has_the_telephone_of_the_made_up_sam_okoro(force: PracticeForce) -> None:
    pair = SwitchMember.objects.get(account__isnull=False)
    assert pair.account is not None
    assert (pair.interface, pair.account.display_name) == ("PJSIP/1001", "Sam Okoro")
    assert pair.account.line_manager.display_name == "Ruth Adeyemi"


def test_opening_the_force_again_keeps_its_month(force: PracticeForce) -> None:
    with clock.standing_at(datetime(2027, 3, 5, tzinfo=UTC)):
        assert open_force(actor=ACTOR).present_month == NOVEMBER
    assert PracticeForce.objects.count() == 1


@pytest.mark.django_db
def test_made_up_people_are_refused_among_real_ones() -> None:
    open_installation("operational", "leicestershire")
    for attempt in (open_force, reset_force):
        with pytest.raises(NotPractice, match="holds operational data"):
            attempt(actor=ACTOR)
    result = CliRunner().invoke(commands, ["load"])
    assert isinstance(result.exception, NotPractice)
    assert not PracticeForce.objects.exists()


@pytest.mark.django_db
def test_a_database_that_was_not_opened_is_refused() -> None:
    with pytest.raises(NotPractice, match="has not been opened yet"):
        refuse_outside_practice()


def test_a_reset_keeps_no_contact(force: PracticeForce) -> None:
    load_newest(force)
    reset_force(actor=ACTOR)
    assert not Contact.objects.exists()
    assert not LoadedMonth.objects.exists()
    assert not Coverage.objects.exists()
    assert load_progress() is None


@pytest.mark.django_db
def test_the_database_itself_refuses_to_clear_real_data() -> None:
    open_installation("operational", "leicestershire")
    with (
        pytest.raises((InternalError, ProgrammingError), match="practice installation only"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT practice_clear()")


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_load_killed_in_the_middle_goes_on_without_doubling() -> None:
    """kill -9 while a month is written; the next load leaves exactly what was made."""
    open_installation("practice", "leicestershire")
    with clock.standing_at(NOW):
        force = open_force(actor=ACTOR)
    loader = subprocess.Popen([sys.executable, "-c", _LOADER], env=_environment(), stderr=subprocess.DEVNULL)
    try:
        _wait_for_rows(ContactLeg._meta.db_table)
    finally:
        os.kill(loader.pid, signal.SIGKILL)
        loader.wait()
    with clock.standing_at(NOW):
        while not (progress := load_progress()) or progress.months_in < 2:
            load_newest(force)
    made = [
        call.call_id
        for month in LoadedMonth.objects.all()
        for call in contacts_between(story_of(force), local_ms(month.month), milliseconds(month.loaded_to))
    ]
    assert sorted(Contact.objects.values_list("source_key", flat=True)) == sorted(made)


_LOADER = """
import django
django.setup()
from datetime import UTC, datetime
from darwin.deadlines import clock
from darwin.practice.commands import commands
with clock.standing_at(datetime(2026, 11, 2, 9, 30, tzinfo=UTC)):
    commands(["load"])
"""


def _environment() -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "darwin.config.settings"}


def _wait_for_rows(table: str) -> None:
    """Until the loader holds a lock on the table, that is, is writing the month after the first."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND mode = 'RowExclusiveLock' "
                "AND (SELECT count(*) FROM practice_loadedmonth) > 0",
                [table],
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("the loader wrote nothing in 90 seconds")
