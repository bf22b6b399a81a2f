from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from darwin.deadlines import clock, queries
from darwin.deadlines.calendars import TimeUnit
from darwin.deadlines.kinds import (
    DeadlineKind,
    Handler,
    UnknownKind,
    check_kinds,
    declare_kind,
)
from darwin.deadlines.models import Deadline, DeadlineEvent, State
from darwin.deadlines.services import (
    DeadlineRefused,
    act_on_due,
    apply_rule,
    cancel_deadline,
    meet_deadline,
    pause_deadline,
    resume_deadline,
    start_deadline,
)
from darwin.deadlines.worker import act_on_all_due
from darwin.ledger.models import Entry

from .conftest import ACTOR, START, RuleBook, someone

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Declare = Callable[[Handler], str]


def nothing(deadline: Deadline, actor: Any) -> None:
    """A handler with nothing to do."""


@pytest.fixture
def hours_24(rules: RuleBook, declare: Declare) -> str:
    rules.set(24, TimeUnit.CLOCK_HOURS, datetime(2020, 1, 1, tzinfo=UTC))
    return declare(nothing)


def start(kind: str, at: datetime = START) -> Deadline:
    with clock.standing_at(at):
        return start_deadline(actor=ACTOR, kind=kind, subject=someone())


def history(deadline: Deadline) -> list[str]:
    return [event.happening for event in DeadlineEvent.objects.filter(deadline=deadline)]


def test_a_clock_runs_for_the_duration_of_its_rule_and_says_which_version(
    hours_24: str, rules: RuleBook
) -> None:
    deadline = start(hours_24)
    assert deadline.due_at == START + 24 * HOUR
    assert deadline.rule_version == rules.rules[0].version
    entry = Entry.objects.get(event="deadlines.started")
    assert entry.actor_name == "test"


def test_a_clock_started_late_runs_from_what_started_it(hours_24: str) -> None:
    with clock.standing_at(START):
        late = start_deadline(actor=ACTOR, kind=hours_24, subject=someone(), started_at=START - 5 * HOUR)
    assert late.due_at == START + 19 * HOUR


def test_a_second_clock_of_a_kind_on_the_same_thing_is_refused_until_the_first_has_ended(
    hours_24: str,
) -> None:
    subject = someone()
    with clock.standing_at(START):
        first = start_deadline(actor=ACTOR, kind=hours_24, subject=subject)
        with pytest.raises(DeadlineRefused, match="runs on this contact already"):
            start_deadline(actor=ACTOR, kind=hours_24, subject=subject)
        cancel_deadline(actor=ACTOR, deadline=first, reason="made in error")
        start_deadline(actor=ACTOR, kind=hours_24, subject=subject)
    assert queries.deadlines_of(subject.id).count() == 2


def test_a_paused_clock_keeps_what_is_left_and_is_not_acted_on(hours_24: str) -> None:
    deadline = start(hours_24)
    with clock.standing_at(START + 10 * HOUR):
        pause_deadline(actor=ACTOR, deadline=deadline)
    with clock.standing_at(START + 100 * HOUR):
        assert act_on_due(actor=ACTOR) is None
        resume_deadline(actor=ACTOR, deadline=deadline)
    deadline.refresh_from_db()
    assert deadline.due_at == START + 114 * HOUR
    assert history(deadline) == ["started", "paused", "resumed"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda deadline: resume_deadline(actor=ACTOR, deadline=deadline), "cannot be resumed: it is open"),
        (lambda deadline: start_again(deadline), "was changed by somebody else"),
    ],
)
def test_what_does_not_fit_where_a_clock_stands_is_refused_in_a_sentence(
    hours_24: str, change: Any, says: str
) -> None:
    deadline = start(hours_24)
    with pytest.raises(DeadlineRefused, match=says):
        change(deadline)


def start_again(deadline: Deadline) -> None:
    """Two people read the same row; the second to act must not undo the first."""
    seen_by_the_other = Deadline.objects.get(pk=deadline.pk)
    with clock.standing_at(START + HOUR):
        pause_deadline(actor=ACTOR, deadline=deadline)
        meet_deadline(actor=ACTOR, deadline=seen_by_the_other)


def test_a_clock_that_is_due_cannot_be_paused_out_of_it(hours_24: str) -> None:
    deadline = start(hours_24)
    with clock.standing_at(START + 24 * HOUR), pytest.raises(DeadlineRefused, match="is due already"):
        pause_deadline(actor=ACTOR, deadline=deadline)


@pytest.mark.parametrize(
    ("after", "in_time", "happening"),
    [(24 * HOUR - timedelta(microseconds=1), True, "met"), (24 * HOUR, False, "met_late")],
)
def test_in_time_means_before_the_due_time(
    hours_24: str, after: timedelta, in_time: bool, happening: str
) -> None:
    deadline = start(hours_24)
    with clock.standing_at(START + 30 * HOUR):
        meet_deadline(actor=ACTOR, deadline=deadline, met_at=START + after)
    assert deadline.was_met_in_time() is in_time
    assert history(deadline)[-1] == happening


def test_what_was_acted_on_and_is_met_later_says_both(hours_24: str) -> None:
    deadline = start(hours_24)
    with clock.standing_at(START + 25 * HOUR):
        act_on_due(actor=ACTOR)
    deadline.refresh_from_db()
    with clock.standing_at(START + 26 * HOUR):
        meet_deadline(actor=ACTOR, deadline=deadline)
    assert deadline.state == State.ACTED
    assert history(deadline) == ["started", "acted", "met_late"]


def test_what_is_met_or_cancelled_is_not_acted_on(hours_24: str) -> None:
    met, cancelled = start(hours_24), start(hours_24)
    with clock.standing_at(START + HOUR):
        meet_deadline(actor=ACTOR, deadline=met)
        cancel_deadline(actor=ACTOR, deadline=cancelled, reason="the contact was a duplicate")
    with clock.standing_at(START + 50 * HOUR):
        assert act_on_due(actor=ACTOR) is None


def test_the_reason_of_a_cancellation_is_not_in_the_history_but_in_the_ledgers_erasable_table(
    hours_24: str,
) -> None:
    with clock.standing_at(START):
        cancel_deadline(actor=ACTOR, deadline=start(hours_24), reason="asked for by Mr Made Up")
    assert Entry.objects.get(event="deadlines.cancelled").reason_id is not None
    assert not DeadlineEvent.objects.filter(detail__contains="Made Up").exists()


def test_a_worker_that_was_down_for_an_hour_does_everything_once_in_the_order_it_fell_due(
    rules: RuleBook, declare: Declare
) -> None:
    rules.set(24, TimeUnit.CLOCK_HOURS, datetime(2020, 1, 1, tzinfo=UTC))
    done: list[Any] = []
    kind = declare(lambda deadline, actor: done.append(deadline.id))
    minutes = [40, 10, 59, 0, 25]
    started = [start(kind, START + timedelta(minutes=minute)) for minute in minutes]
    with clock.standing_at(START + 25 * HOUR):
        assert act_on_all_due() == 5
        assert act_on_all_due() == 0
    assert done == [deadline.id for _, deadline in sorted(zip(minutes, started, strict=True))]


def test_a_handler_that_fails_is_undone_reported_and_tried_again_while_others_go_on(
    rules: RuleBook, declare: Declare, caplog: pytest.LogCaptureFixture
) -> None:
    rules.set(24, TimeUnit.CLOCK_HOURS, datetime(2020, 1, 1, tzinfo=UTC))
    broken: list[Any] = []

    def handler(deadline: Deadline, actor: Any) -> None:
        start_deadline(actor=actor, kind="test.kind", subject=someone(), started_at=START + 99 * HOUR)
        if deadline.id in broken:
            raise LookupError("07700 900123 is nobody")

    kind = declare(handler)
    first, second = start(kind), start(kind, START + timedelta(minutes=1))
    broken.append(first.id)
    due = START + 25 * HOUR
    with clock.standing_at(due):
        assert act_on_all_due() == 2
        assert queries.put_off_since() == first.due_at
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.OPEN, State.ACTED)
    assert Deadline.objects.exclude(pk__in=[first.pk, second.pk]).count() == 1
    assert history(first) == ["started", "put_off"]
    assert "LookupError" in caplog.text
    assert "07700" not in caplog.text
    broken.clear()
    with clock.standing_at(due + timedelta(seconds=59)):
        assert act_on_all_due() == 0
    with clock.standing_at(due + timedelta(seconds=60)):
        assert act_on_all_due() == 1
    first.refresh_from_db()
    assert first.state == State.ACTED


def test_a_handler_that_keeps_failing_is_tried_ever_more_seldom_and_for_ever(
    rules: RuleBook, declare: Declare
) -> None:
    rules.set(24, TimeUnit.CLOCK_HOURS, datetime(2020, 1, 1, tzinfo=UTC))

    def handler(deadline: Deadline, actor: Any) -> None:
        raise LookupError

    deadline = start(declare(handler))
    pauses = []
    for _ in range(6):
        deadline.refresh_from_db()
        assert deadline.act_at is not None
        with clock.standing_at(deadline.act_at):
            act_on_due(actor=ACTOR)
        before = deadline.act_at
        deadline.refresh_from_db()
        assert deadline.act_at is not None
        pauses.append((deadline.act_at - before).total_seconds() / 60)
    assert pauses == [1, 5, 30, 60, 60, 60]


def test_a_kind_that_no_room_declares_waits_and_stops_nobody(hours_24: str) -> None:
    lost, fine = start(hours_24), start(hours_24, START + HOUR)
    Deadline.objects.filter(pk=lost.pk).update(kind="gone.kind")
    with clock.standing_at(START + 30 * HOUR):
        act_on_all_due()
    fine.refresh_from_db()
    assert fine.state == State.ACTED
    assert history(lost)[-1] == "put_off"
    with pytest.raises(UnknownKind, match=r"“gone\.kind”"):
        start("gone.kind")


def test_a_handler_whose_name_leads_nowhere_stops_the_start_of_a_worker(declare: Declare) -> None:
    declare_kind(
        DeadlineKind(
            name="test.typo",
            room="test",
            starts="-",
            acts="-",
            when_due="-",
            handler="darwin.deadlines.no_such.handler",
        )
    )
    with pytest.raises(ImportError):
        check_kinds()


def test_a_running_clock_keeps_the_rule_of_its_start(hours_24: str, rules: RuleBook) -> None:
    deadline = start(hours_24)
    rules.set(12, TimeUnit.CLOCK_HOURS, START + HOUR)
    with clock.standing_at(START + 2 * HOUR):
        assert apply_rule(actor=ACTOR, kind=hours_24) == 0
    deadline.refresh_from_db()
    assert deadline.due_at == START + 24 * HOUR
    assert start(hours_24, START + 2 * HOUR).due_at == START + 14 * HOUR


def test_a_rule_that_applies_to_running_clocks_moves_them_and_keeps_their_history(
    hours_24: str, rules: RuleBook
) -> None:
    running, paused, ended = start(hours_24), start(hours_24), start(hours_24)
    with clock.standing_at(START + 2 * HOUR):
        pause_deadline(actor=ACTOR, deadline=running)
        pause_deadline(actor=ACTOR, deadline=paused)
        cancel_deadline(actor=ACTOR, deadline=ended, reason="-")
    with clock.standing_at(START + 5 * HOUR):
        resume_deadline(actor=ACTOR, deadline=running)
    version = rules.set(12, TimeUnit.CLOCK_HOURS, START + 6 * HOUR, running=True)
    with clock.standing_at(START + 6 * HOUR):
        assert apply_rule(actor=ACTOR, kind=hours_24) == 2
        assert apply_rule(actor=ACTOR, kind=hours_24) == 0
    for deadline in (running, paused, ended):
        deadline.refresh_from_db()
    assert (running.due_at, running.act_at) == (START + 15 * HOUR, START + 15 * HOUR)
    assert running.rule_version == version
    assert paused.remaining == 10 * 3600 * 10**6
    assert ended.rule_version != version
    first, *_, last = running.events.all()
    assert (first.due_at, last.due_at) == (START + 24 * HOUR, START + 15 * HOUR)
    assert last.happening == "rule_changed"


def test_nobody_is_late_for_a_time_when_the_shorter_rule_did_not_hold_yet(
    hours_24: str, rules: RuleBook
) -> None:
    deadline = start(hours_24)
    rules.set(1, TimeUnit.CLOCK_HOURS, START + 6 * HOUR, running=True)
    with clock.standing_at(START + 7 * HOUR):
        apply_rule(actor=ACTOR, kind=hours_24)
    deadline.refresh_from_db()
    assert deadline.due_at == START + 6 * HOUR


def test_a_clock_recorded_late_runs_under_a_rule_that_took_running_clocks_over_meanwhile(
    hours_24: str, rules: RuleBook
) -> None:
    rules.set(12, TimeUnit.CLOCK_HOURS, START, running=True)
    with clock.standing_at(START + HOUR):
        late = start_deadline(actor=ACTOR, kind=hours_24, subject=someone(), started_at=START - HOUR)
    assert late.due_at == START + 11 * HOUR


def test_history_is_written_once(hours_24: str) -> None:
    start(hours_24)
    for statement in (
        "UPDATE deadlines_deadlineevent SET at = '2020-01-01'",
        "DELETE FROM deadlines_deadlineevent",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_worker_finds_what_is_next_by_the_index_and_never_reads_the_table(hours_24: str) -> None:
    rows = [
        Deadline(
            kind="x",
            subject_kind="contact",
            subject_id=someone().id,
            state=State.OPEN if number % 20 == 0 else State.MET,
            started_at=START,
            due_at=START + number * HOUR,
            act_at=START + number * HOUR if number % 20 == 0 else None,
        )
        for number in range(5000)
    ]
    Deadline.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE deadlines_deadline")
    waiting = Deadline.objects.filter(state=State.OPEN).order_by("act_at", "id")
    for asked in (
        waiting.filter(act_at__lte=START).select_for_update(skip_locked=True)[:1],
        waiting.values_list("act_at", flat=True)[:1],
    ):
        plan = asked.explain()
        assert "deadlines_next_to_act" in plan
        assert "Seq Scan" not in plan
        assert "Sort" not in plan
