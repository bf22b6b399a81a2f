"""The live policy changes by two people, goes back by one press or a guardrail, and keeps its history."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from darwin.deadlines import clock
from darwin.deadlines.services import act_on_due
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry, EntrySubject
from darwin.reference.lot import draw_days
from darwin.reference.models import (
    GuardrailBreak,
    Intervention,
    PolicyDay,
    PolicyHold,
    PolicyProposal,
    PolicyStep,
    RoutingPolicy,
)
from darwin.reference.policies import in_force, pending, timeline
from darwin.reference.services import (
    PolicyRefused,
    adopt_policy,
    note_guardrail,
    open_policy,
    propose_policy,
    refuse_policy,
    return_policy,
    withdraw_proposal,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=clock.LONDON)
WORKER = Actor.system("routing")
PLANNER, CHIEF, THIRD = (Actor.staff(new_id()) for _ in range(3))
GUARDRAILS = {"occupancy": {"limit": 85.0, "source": "the test"}}


class Time:
    """The clock under the test's hand."""

    def __init__(self) -> None:
        self.at = NOON

    @contextmanager
    def on(self, at: datetime | None = None, **later: float) -> Iterator[None]:
        """From now on it is this moment, or so much later."""
        self.at = at or self.at + timedelta(**later)
        with clock.standing_at(self.at):
            yield


@pytest.fixture
def time(opened_installation: Callable[[str], None]) -> Time:
    moving = Time()
    with moving.on():
        opened_installation("operational")
        open_policy(actor=WORKER, parameters={"reserve": 0})
    return moving


def proposed(actor: Actor = PLANNER, **given: Any) -> PolicyProposal:
    wanted: dict[str, Any] = {
        "name": "Reserve two",
        "parameters": {"reserve": 2},
        "source": "What-if of 3 March",
        "reason": "999 waits less",
        "starts_at": clock.now(),
    }
    return propose_policy(actor=actor, **wanted | given)


def adopted(actor: Actor = CHIEF, **given: Any) -> PolicyHold:
    proposal = proposed(**given)
    return adopt_policy(actor=actor, proposal_id=proposal.id, decision="agreed", guardrails=GUARDRAILS)


def holds(at: datetime | None = None) -> int:
    found = in_force(at or clock.now())
    assert found is not None
    return found.policy.number


def test_a_policy_is_switched_on_by_two_people_and_rolled_back_by_one(time: Time) -> None:
    with time.on(minutes=1):
        hold = adopted()
        assert holds() == 2
    with time.on(hours=2):
        return_policy(actor=THIRD, hold_id=hold.id, reason="callers wait longer")
        assert holds() == 1
        assert holds(NOON + timedelta(minutes=30)) == 2
    assert [span.hold.step for span in timeline()] == ["opened", "adopted", "rolled_back"]


def test_nobody_decides_alone(time: Time) -> None:
    with time.on(minutes=1):
        proposal = proposed()
        for decide in (
            lambda: adopt_policy(actor=PLANNER, proposal_id=proposal.id, decision="", guardrails={}),
            lambda: refuse_policy(actor=PLANNER, proposal_id=proposal.id, decision="no"),
            lambda: adopt_policy(actor=WORKER, proposal_id=proposal.id, decision="", guardrails={}),
        ):
            with pytest.raises(PolicyRefused, match=r"another person|by a person"):
                decide()
        assert holds() == 1
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            PolicyProposal.objects.filter(pk=proposal.id).update(state="adopted", decided_by=PLANNER.id)


REFUSED = [
    ({"reason": "  "}, "Say why"),
    ({"days_by_lot": 400}, "Days by lot can be 0 to 366"),
    ({"actor": WORKER}, "by a person"),
]


@pytest.mark.parametrize(("given", "sentence"), REFUSED)
def test_a_proposal_that_cannot_be_judged_is_refused(given: Any, sentence: str, time: Time) -> None:
    with time.on(minutes=1), pytest.raises(PolicyRefused, match=sentence):
        proposed(**given)
    assert not PolicyProposal.objects.exists()


def test_one_proposal_is_open_at_a_time_and_only_its_author_takes_it_back(time: Time) -> None:
    with time.on(minutes=1):
        first = proposed()
        with pytest.raises(PolicyRefused, match="waits for its decision"):
            proposed(THIRD)
        with pytest.raises(PolicyRefused, match="Only the person who proposed it"):
            withdraw_proposal(actor=CHIEF, proposal_id=first.id)
        withdraw_proposal(actor=PLANNER, proposal_id=first.id)
        second = proposed(THIRD)
        assert second.policy_id == first.policy_id
        refuse_policy(actor=CHIEF, proposal_id=second.id, decision="not before Easter")
        with pytest.raises(PolicyRefused, match="decided already"):
            adopt_policy(actor=CHIEF, proposal_id=second.id, decision="", guardrails={})


def test_a_decision_waits_for_its_start_and_can_be_called_off_before_it(time: Time) -> None:
    start = NOON + timedelta(days=2)
    with time.on(minutes=1):
        hold = adopted(starts_at=start)
        assert (holds(), holds(start)) == (1, 2)
        found = pending(clock.now(), timeline())
        assert found is not None and found.hold.id == hold.id
        with pytest.raises(PolicyRefused, match="has not begun"):
            adopted(name="Other", parameters={"reserve": 5})
        return_policy(actor=CHIEF, hold_id=hold.id)
        assert (holds(), holds(start), holds(start + timedelta(days=9))) == (1, 1, 1)
        assert pending(clock.now(), timeline()) is None


def test_of_two_who_roll_back_at_once_the_second_is_told(time: Time) -> None:
    with time.on(minutes=1):
        hold = adopted()
    with time.on(minutes=1):
        return_policy(actor=CHIEF, hold_id=hold.id)
        with pytest.raises(PolicyRefused, match="was quicker"):
            return_policy(actor=THIRD, hold_id=hold.id)
    assert PolicyHold.objects.filter(step=PolicyStep.ROLLED_BACK).count() == 1


def test_after_a_roll_back_the_next_policy_leads_back_to_what_held_not_to_what_was_given_up(
    time: Time,
) -> None:
    with time.on(minutes=1):
        hold = adopted()
    with time.on(minutes=1):
        return_policy(actor=CHIEF, hold_id=hold.id)
    with time.on(minutes=1):
        third = adopted(name="Third", parameters={"reserve": 3})
        assert holds() == 3
    with time.on(minutes=1):
        return_policy(actor=CHIEF, hold_id=third.id)
        assert holds() == 1


# --- days by lot ---


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.integers(0, 60))
def test_a_lot_is_drawn_again_by_its_seed_and_halves_the_days(seed: str, days: int) -> None:
    first = date(2026, 3, 5)
    drawn = draw_days(seed, first, days)
    assert drawn == draw_days(seed, first, days)
    assert [day for day, _ in drawn] == [first + timedelta(days=n) for n in range(days)]
    for (day, earlier), (_, later) in zip(drawn[::2], drawn[1::2], strict=False):
        assert earlier != later
        assert earlier == (sha256(f"{seed} {day}".encode()).hexdigest()[0] in "01234567")


def test_a_lot_favours_neither_policy() -> None:
    first = sum(draw_days(f"{n:032x}", date(2026, 3, 5), 1)[0][1] for n in range(4_000))
    assert abs(first - 2_000) < 4 * (4_000 * 0.25) ** 0.5


def test_days_by_lot_begin_at_midnight_alternate_as_drawn_and_end_by_themselves(time: Time) -> None:
    with time.on(minutes=1):
        hold = adopted(days_by_lot=6)
    proposal = PolicyProposal.objects.get()
    assert hold.from_at == datetime(2026, 3, 5, tzinfo=clock.LONDON)
    assert len(proposal.seed) == 32
    drawn = draw_days(proposal.seed, date(2026, 3, 5), 6)
    assert [(row.day, row.policy.number == 2) for row in PolicyDay.objects.all()] == drawn
    for day, new in drawn:
        for hour in (0, 12, 23):
            moment = datetime(day.year, day.month, day.day, hour, 30, tzinfo=clock.LONDON)
            found = in_force(moment)
            assert found is not None
            assert (found.policy.number, found.on_trial, found.by_lot) == (2 if new else 1, new, True)
    assert holds(datetime(2026, 3, 11, 0, 0, tzinfo=clock.LONDON)) == 1


def test_a_lot_that_was_rolled_back_does_not_end_what_holds_later(time: Time) -> None:
    with time.on(minutes=1):
        hold = adopted(days_by_lot=6)
    with time.on(NOON + timedelta(days=2)):
        return_policy(actor=CHIEF, hold_id=hold.id)
    with time.on(minutes=5):
        adopted(name="Third", parameters={"reserve": 3})
        assert holds(NOON + timedelta(days=30)) == 3


# --- guardrails ---


def broken(figure: float = 91.0, *, is_broken: bool = True) -> GuardrailBreak | None:
    return note_guardrail(actor=WORKER, guardrail="occupancy", broken=is_broken, figure=figure, limit=85.0)


def due() -> list[Any]:
    acted = []
    while (deadline := act_on_due(actor=Actor.system("deadlines"))) is not None:
        acted.append(deadline)
    return acted


def test_a_guardrail_broken_for_half_an_hour_gives_the_policy_up(time: Time) -> None:
    with time.on(minutes=1):
        adopted()
    with time.on(minutes=5):
        broken()
    with time.on(minutes=29):
        broken(95.0)
        assert due() == []
        assert holds() == 2
    with time.on(minutes=1):
        assert len(due()) == 1
        assert holds() == 1
    row = GuardrailBreak.objects.get()
    assert (row.figure, row.returned, row.ended_at) == (91.0, True, time.at)
    assert timeline()[-1].hold.step == PolicyStep.GUARDRAIL
    assert Intervention.objects.order_by("-at")[0].description.endswith("a guardrail was broken")


def test_a_guardrail_that_holds_again_begins_its_half_hour_anew(time: Time) -> None:
    with time.on(minutes=1):
        adopted()
    with time.on(minutes=5):
        broken()
    with time.on(minutes=20):
        assert broken(80.0, is_broken=False) is None
    with time.on(minutes=5):
        broken()
    with time.on(minutes=20):
        assert due() == []
        assert holds() == 2


def test_a_break_of_a_policy_that_was_rolled_back_meanwhile_does_nothing(time: Time) -> None:
    with time.on(minutes=1):
        first = adopted()
    with time.on(minutes=5):
        broken()
        return_policy(actor=CHIEF, hold_id=first.id)
        adopted(name="Third", parameters={"reserve": 3})
    with time.on(hours=1):
        assert due() == []
        assert holds() == 3


def test_nothing_is_given_up_where_no_policy_is_on_trial(time: Time) -> None:
    with time.on(minutes=1):
        assert broken() is None
    with time.on(minutes=1):
        adopted(days_by_lot=2)
        old, new = (
            next(row.day for row in PolicyDay.objects.all() if row.policy.number == number)
            for number in (1, 2)
        )
    for day, judged in sorted(((old, False), (new, True))):
        with time.on(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
            assert (broken() is not None) is judged
            broken(is_broken=False)


# --- history ---

WRITTEN_ONCE: list[tuple[type[Any], dict[str, Any]]] = [
    (RoutingPolicy, {"parameters": {}}),
    (PolicyHold, {"from_at": NOON}),
    (PolicyDay, {"day": date(2027, 1, 1)}),
    (Intervention, {"at": NOON}),
    (Intervention, {"description": "another"}),
    (PolicyProposal, {"seed": "mine"}),
]


def delete_all(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(("model", "change"), WRITTEN_ONCE)
def test_what_was_decided_cannot_be_rewritten_or_deleted(
    model: type[Any], change: dict[str, Any], time: Time
) -> None:
    with time.on(minutes=1):
        adopted(days_by_lot=2)
    table = model._meta.db_table
    for act in (lambda: model.objects.update(**change), lambda: delete_all(table)):
        with pytest.raises(ProgrammingError, match=r"stays as it|written once"), transaction.atomic():
            act()


def test_an_open_proposal_can_be_decided_but_not_changed(time: Time) -> None:
    with time.on(minutes=1):
        proposed()
    with pytest.raises(ProgrammingError, match="stays as it was proposed"), transaction.atomic():
        PolicyProposal.objects.update(days_by_lot=9)


def test_each_step_is_an_intervention_with_its_date_and_one_entry(time: Time) -> None:
    with time.on(minutes=1):
        hold = adopted(starts_at=NOON + timedelta(hours=3))
    assert list(Intervention.objects.values_list("at", "description")) == [
        (NOON + timedelta(hours=3), "Routing policy 2 (Reserve two) instead of 1")
    ]
    proposal: UUID = PolicyProposal.objects.get().id
    about = EntrySubject.objects.filter(kind="policy_proposal", id=proposal)
    events = Entry.objects.filter(id__in=about.values("entry_id"))
    assert [entry.event for entry in events.order_by("id")] == [
        "reference.policy_proposed",
        "reference.policy_adopted",
    ]
    assert hold.made_by == CHIEF.id
