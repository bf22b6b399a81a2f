"""The page of the live policy: two people, one press back, and nothing typed is lost."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from darwin.deadlines import clock
from darwin.planning.models import RunKind
from darwin.reference.models import PolicyProposal, ProposalState
from darwin.reference.policies import in_force
from darwin.reference.services import note_guardrail
from darwin.staff.models import Account
from darwin.theme import formats
from tests.planning import houses, policies
from tests.staff.conftest import signed_in  # noqa: F401
from tests.staff.people import someone

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=clock.LONDON)
HOME = "/planning/live-policy/"
Enter = Callable[[Account], Client]


@pytest.fixture(autouse=True)
def house(opened_installation: Callable[[str], None], settings: Any) -> Iterator[None]:
    settings.DARWIN_MODE = "operational"
    with clock.standing_at(NOON):
        opened_installation("operational")
        yield


@pytest.fixture
def planner() -> Account:
    return someone("resource_planner", display_name="Grace Lowe")


@pytest.fixture
def chief() -> Account:
    return someone("chief_officer", display_name="Anil Sharma")


def number_now() -> int:
    found = in_force(clock.now())
    assert found is not None
    return found.policy.number


def typed(client: Client, **changed: str) -> dict[str, str]:
    """The proposal's form as it stands, with changes."""
    form = client.get(reverse("live_policy:propose")).context["form"]
    values = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False, "")}
    return {name: str(value) for name, value in values.items()} | changed


def test_one_proposes_another_switches_on_and_a_third_goes_back(
    planner: Account,
    chief: Account,
    signed_in: Enter,  # noqa: F811
) -> None:
    policies.opened()
    proposing, deciding = signed_in(planner), signed_in(chief)
    run = houses.finished(RunKind.WHAT_IF, title="Two kept for 999")
    data = typed(
        proposing,
        name="Two for 999",
        reason="999 waits less",
        what_if=str(run.id),
        **{"type-0-reserve": "2"},
    )
    assert proposing.post(reverse("live_policy:propose"), data).status_code == 302
    proposal = PolicyProposal.objects.get()
    assert proposal.policy.parameters["types"][0]["reserve"] == 2
    page = deciding.get(HOME).content.decode()
    assert "Grace Lowe" in page
    assert "Free handlers kept for it" in page
    assert "Two kept for 999" in page
    assert number_now() == 1
    deciding.post(reverse("live_policy:decide", args=[proposal.id]), {"press": "adopt", "decision": "agreed"})
    assert number_now() == 2
    third = signed_in(someone("contact_supervisor"))
    page = third.get(HOME)
    hold = page.context["shown"].current.span.hold
    assert "Go back to policy 1" in page.content.decode()
    third.post(reverse("live_policy:go_back", args=[hold.id]))
    assert number_now() == 1
    told = third.post(reverse("live_policy:go_back", args=[hold.id]), follow=True).content.decode()
    assert "was quicker" in told


def test_who_proposed_is_not_offered_the_decision_and_is_refused_it(signed_in: Enter) -> None:  # noqa: F811
    both = someone("resource_planner", "chief_officer")
    proposal = policies.proposed(both)
    client = signed_in(both)
    page = client.get(HOME).content.decode()
    assert "another person decides" in page
    assert "Switch it on" not in page
    answer = client.post(
        reverse("live_policy:decide", args=[proposal.id]), {"press": "adopt", "decision": ""}
    )
    assert answer.status_code == 400
    assert "another person decides" in answer.content.decode()
    assert number_now() == 1


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed(chief: Account, signed_in: Enter) -> None:  # noqa: F811
    proposal = policies.proposed()
    client = signed_in(chief)
    address = reverse("live_policy:decide", args=[proposal.id])
    assert client.post(address, {"press": "refuse", "decision": " "}).status_code == 400
    client.post(address, {"press": "refuse", "decision": "Not before Easter"})
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.REFUSED
    assert "Not before Easter" in client.get(HOME).content.decode()


WRONG = [
    ({"name": ""}, "Give it a name"),
    ({"reason": ""}, "Say why"),
    ({"type-0-reserve": "-1"}, "cannot be below 0"),
    ({"type-0-priority": "high"}, "This is no number"),
    ({"whole-callback_slots": "2.5"}, "This is no number"),
    ({"starts_at": "08:30"}, "Say on which day"),
    ({"starts_on": "01/03/2026"}, "That moment is past"),
]


@pytest.mark.parametrize(("changed", "sentence"), WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    changed: dict[str, str],
    sentence: str,
    planner: Account,
    signed_in: Enter,  # noqa: F811
) -> None:
    policies.opened()
    client = signed_in(planner)
    given = {"name": "Evening", "reason": "Because of the evening"} | changed
    answer = client.post(reverse("live_policy:propose"), typed(client, **given))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    for value in given.values():
        assert value in page
    assert not PolicyProposal.objects.exists()


def test_a_guardrail_that_is_broken_shows_until_when_the_policy_is_given_up(
    planner: Account,
    signed_in: Enter,  # noqa: F811
) -> None:
    policies.adopted()
    with clock.standing_at(NOON + timedelta(minutes=1)):
        note_guardrail(actor=policies.WORKER, guardrail="occupancy", broken=True, figure=91.0, limit=85.0)
    with clock.standing_at(NOON + timedelta(minutes=11)):
        page = signed_in(planner).get(HOME)
    shown = {str(one.word): one.clock for one in page.context["shown"].guardrails}
    assert shown["Handlers busy, %"].figure == "20:00"
    assert shown["999 answered in time, %"] is None


def test_the_days_of_the_lot_are_on_the_page_with_their_seed(planner: Account, signed_in: Enter) -> None:  # noqa: F811
    policies.adopted(days_by_lot=4)
    seed = PolicyProposal.objects.get().seed
    page = signed_in(planner).get(HOME).content.decode()
    assert seed in page
    for day in (5, 6, 7, 8):
        assert formats.day(date(2026, 3, day)) in page


def test_before_any_routing_has_run_the_page_says_so(planner: Account, signed_in: Enter) -> None:  # noqa: F811
    client = signed_in(planner)
    assert "No routing has run in this house yet" in client.get(HOME).content.decode()
    assert client.get(reverse("live_policy:propose")).status_code == 302
