"""Call-backs and messages go to free handlers by the policy that holds, nobody is rung by two, and every
decision can be made again from the log alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from darwin.contact.models import (
    Contact,
    FloorMember,
    RoutedKind,
    Routing,
    RoutingDecision,
    RoutingEnd,
)
from darwin.contact.records import CallRecord
from darwin.contact.routing.deciding import Decider
from darwin.contact.routing.replay import replay
from darwin.contact.routing.turn import Router
from darwin.contact.services.callbacks import take_call_back
from darwin.contact.services.calls import record_calls
from darwin.contact.services.logging import ContactEntry, log_contact
from darwin.contact.services.queues import open_queue
from darwin.contact.services.routing import NotYours, pass_on, take_routed
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.outbound.models import Attempt
from darwin.records.services.phones import link_number
from darwin.reference.services import adopt_policy, open_policy, propose_policy
from darwin.staff.models import Account
from tests.contact.routing.waiting import gave_up_record
from tests.contact.taking.calls import Floor
from tests.databases import database_url
from tests.staff.conftest import signed_in  # noqa: F401
from tests.staff.people import someone

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=clock.LONDON)
IMPORTER = Actor.system("import")


@pytest.fixture
def house(opened_installation: Callable[[str], None], settings: Any) -> Iterator[None]:
    settings.DARWIN_MODE = "operational"
    with clock.standing_at(NOON):
        opened_installation("operational")
        open_queue(actor=IMPORTER, slug="101", label="101", switch="test")
        yield


@pytest.fixture
def router(house: None) -> Router:
    return Router(Decider())


def ready(name: str, minutes: float = 5, telephone: str = "PJSIP/1001") -> Account:
    """A handler who is at their telephone and has been free for so long."""
    handler = someone("contact_handler", display_name=name)
    Floor(handler, telephone)
    FloorMember.objects.create(
        switch="test",
        queue="101",
        interface=telephone,
        member=name,
        state="idle",
        since=clock.now() - timedelta(minutes=minutes),
    )
    return handler


def gave_up(number: str, minutes: float) -> Contact:
    record = gave_up_record(f"c{number}", number, minutes)
    record_calls(actor=IMPORTER, source="test", rows=[record])
    return Contact.objects.get(source_key=f"c{number}")


def wrote(name: str, minutes: float, channel: str = "ONLINE_REPORT") -> Contact:
    at = clock.now() - timedelta(minutes=minutes)
    record = CallRecord(source_key=name, channel=channel, first_offered_at=at, legs=(), caller=None)
    record_calls(actor=IMPORTER, source="test", rows=[record])
    return Contact.objects.get(source_key=name)


def kept() -> dict[str, str]:
    """Who has what, by the handler's name."""
    rows = Routing.objects.filter(ended_at=None)
    return dict(rows.values_list("account__display_name", "contact__source_key"))


@pytest.mark.django_db
def test_a_call_back_goes_to_who_has_been_free_longest_and_is_rung_by_the_gateway(router: Router) -> None:
    contact = gave_up("07700 900142", 20)
    ready("Dev", 2, "PJSIP/1")
    ines = ready("Ines", 9, "PJSIP/2")
    assert router.turn() is not None
    assert kept() == {"Ines": contact.source_key}
    routing = Routing.objects.get()
    assert dict(routing.reasons)["waited"] == 20 * 60 - 80
    assert dict(routing.reasons)["longest_free"] == 9 * 60
    taken = take_routed(actor=ines.actor, account=ines, routing_id=routing.id)
    attempt = Attempt.objects.get(id=taken.attempt_id)
    assert (attempt.by, attempt.subject_id) == (ines, contact.id)
    routing.refresh_from_db()
    assert routing.end == RoutingEnd.TAKEN
    assert router.turn() is None


@pytest.mark.django_db
def test_what_waits_goes_out_by_the_policys_order_one_to_a_handler(router: Router) -> None:
    message = wrote("O1", 60)
    first, second = gave_up("07700 900001", 40), gave_up("07700 900002", 10)
    for number, name in enumerate(("Ana", "Ben", "Cal")):
        ready(name, 9 - number, f"PJSIP/{number}")
    router.turn()
    assert kept() == {"Ana": first.source_key, "Ben": second.source_key, "Cal": message.source_key}
    assert RoutingDecision.objects.count() == 1


@pytest.mark.django_db
def test_a_message_is_one_until_somebody_says_what_became_of_it(router: Router) -> None:
    wrote("M1", 5, "EMAIL")
    handler = ready("Dev")
    router.turn()
    routing = Routing.objects.get()
    assert routing.kind == RoutedKind.MESSAGE
    taken = take_routed(actor=handler.actor, account=handler, routing_id=routing.id)
    with clock.standing_at(NOON + timedelta(minutes=2)):
        FloorMember.objects.update(since=clock.now())
        assert router.turn() is None
        entry = ContactEntry(
            channel="EMAIL", taken_at=clock.now(), narrative="Answered.", disposition="ADVICE"
        )
        log_contact(actor=handler.actor, entry=entry, contact_id=taken.contact_id)
        handler.drafts.update(finished_at=clock.now())
        assert router.turn() is None


@pytest.mark.django_db
def test_a_message_that_another_system_logged_is_routed_and_its_words_begin_the_notes(router: Router) -> None:
    entry = ContactEntry(channel="ONLINE_REPORT", taken_at=clock.now(), narrative="Somebody took my bicycle.")
    client = Actor.integration(new_id())
    told = log_contact(actor=client, entry=entry, source="api:web", source_key="R-1")
    handler = ready("Dev")
    router.turn()
    taken = take_routed(actor=handler.actor, account=handler, routing_id=Routing.objects.get().id)
    assert taken.contact_id == told.contact_id
    assert handler.drafts.get().words["narrative"] == "Somebody took my bicycle."


@pytest.mark.django_db
def test_a_message_that_somebody_wrote_of_is_routed_to_nobody(router: Router) -> None:
    told = wrote("M1", 5, "EMAIL")
    entry = ContactEntry(channel="EMAIL", taken_at=clock.now(), narrative="Answered.")
    log_contact(actor=someone("contact_handler").actor, entry=entry, contact_id=told.id)
    ready("Dev")
    assert router.turn() is None


@pytest.mark.django_db
def test_a_number_that_is_not_safe_is_routed_to_nobody(router: Router) -> None:
    gave_up("07700 900142", 20)
    link_number(actor=IMPORTER, number="07700 900142", link="domestic", subject=None, reason="a report")
    ready("Dev")
    assert router.turn() is None
    assert not RoutingDecision.objects.exists()


@pytest.mark.django_db
def test_who_does_not_take_it_in_time_is_left_in_peace_until_ready_anew(router: Router) -> None:
    gave_up("07700 900142", 20)
    ready("Dev", 9, "PJSIP/1")
    router.turn()
    with clock.standing_at(NOON + timedelta(seconds=91)):
        assert router.turn() is None
        assert Routing.objects.get().end == RoutingEnd.LAPSED
        ready("Ines", 1, "PJSIP/2")
        router.turn()
        assert set(kept()) == {"Ines"}
    with clock.standing_at(NOON + timedelta(minutes=5)):
        FloorMember.objects.filter(interface="PJSIP/1").update(since=clock.now())
        FloorMember.objects.filter(interface="PJSIP/2").update(state="paused", since=clock.now())
        router.turn()
        assert set(kept()) == {"Dev"}


ENDS: list[tuple[str, RoutingEnd]] = [("other", RoutingEnd.GONE), ("call", RoutingEnd.BUSY)]


@pytest.mark.django_db
@pytest.mark.parametrize(("what", "end"), ENDS)
def test_a_routing_ends_when_another_takes_the_number_or_a_caller_comes_first(
    what: str, end: RoutingEnd, router: Router
) -> None:
    contact = gave_up("07700 900142", 20)
    handler = ready("Dev")
    router.turn()
    if what == "other":
        take_call_back(actor=someone("contact_supervisor").actor, contact_id=contact.id)
    else:
        FloorMember.objects.update(state="in use")
    router.turn()
    assert Routing.objects.get().end == end
    with pytest.raises(NotYours, match="not kept for you any more"):
        take_routed(actor=handler.actor, account=handler, routing_id=Routing.objects.get().id)


@pytest.mark.django_db
def test_nobody_takes_what_is_kept_for_another(router: Router) -> None:
    gave_up("07700 900142", 20)
    ready("Dev")
    router.turn()
    other = someone("contact_handler")
    with pytest.raises(NotYours):
        take_routed(actor=other.actor, account=other, routing_id=Routing.objects.get().id)
    with pytest.raises(NotYours):
        pass_on(actor=other.actor, account=other, routing_id=Routing.objects.get().id)


@pytest.mark.django_db
def test_the_policy_that_two_people_switched_on_decides(router: Router) -> None:
    gave_up("07700 900142", 20)
    message = wrote("O1", 10)
    ready("Dev")
    data = dict(Decider().first_policy())
    for rule in data["types"]:
        rule["priority"] = {"ONLINE_REPORT": 1.0}.get(rule["name"], 5.0)
    data["own_list_first"] = False
    router.policy_at(clock.now())
    planner, chief = someone("resource_planner"), someone("chief_officer")
    proposal = propose_policy(
        actor=planner.actor, name="Reports first", parameters=data, source="test", reason="to see",
        starts_at=NOON,
    )  # fmt: skip
    with clock.standing_at(NOON + timedelta(seconds=1)):
        adopt_policy(actor=chief.actor, proposal_id=proposal.id, decision="", guardrails={})
        decision = router.turn()
    assert decision is not None
    assert decision.policy.number == 2
    assert kept() == {"Dev": message.source_key}


@pytest.mark.django_db
def test_a_situation_of_which_nothing_comes_is_logged_once(router: Router) -> None:
    data = dict(Decider().first_policy())
    for rule in data["types"]:
        rule["overflow_after_s"] = 10_000
    open_policy(actor=IMPORTER, parameters=data)
    wrote("O1", 10)
    ready("Dev")
    assert router.turn() is not None
    for second in range(1, 4):
        with clock.standing_at(NOON + timedelta(seconds=second)):
            assert router.turn() is None
    assert RoutingDecision.objects.get().decisions == []


@pytest.mark.django_db
def test_a_logged_decision_cannot_be_rewritten(router: Router) -> None:
    gave_up("07700 900142", 20)
    ready("Dev")
    router.turn()
    with pytest.raises(ProgrammingError, match="written once"), transaction.atomic():
        RoutingDecision.objects.update(decisions=[])


@pytest.mark.django_db
def test_the_handler_sees_what_is_theirs_and_why_and_nobody_elses(router: Router, signed_in: Any) -> None:  # noqa: F811
    gave_up("07700 900142", 20)
    handler = ready("Dev")
    router.turn()
    page = signed_in(handler).get(reverse("contact:call_backs")).content.decode()
    assert "You have been free longest of those who take this: 5\u00a0min\u00a00\u00a0s." in page
    assert "Take this one" in page
    part = signed_in(handler).get(reverse("contact:routed")).content.decode()
    assert "900142" not in part
    other = signed_in(someone("contact_handler")).get(reverse("contact:routed")).content.decode()
    assert "Take this one" not in other
    routing = Routing.objects.get()
    answer = signed_in(handler).post(reverse("contact:routed_take", args=[routing.id]))
    assert answer["Location"] == reverse("contact:call_back", args=[Attempt.objects.get().id])


# --- replay ---


def a_day(router: Router) -> None:
    """Handlers come and go, callers give up, messages arrive; a look each quarter of an hour."""
    for number in range(5):
        ready(f"Handler {number}", 3 * number + 1, f"PJSIP/{number}")
    for step in range(40):
        with clock.standing_at(NOON + timedelta(minutes=15 * step)):
            if step % 3 == 0:
                wrote(f"O{step}", 4, ("ONLINE_REPORT", "EMAIL", "LIVE_CHAT")[step % 2])
            for extra in range(step % 4):
                gave_up(f"07700 900{100 + 4 * step + extra}", 3 + extra)
            FloorMember.objects.update(since=clock.now() - timedelta(seconds=30))
            for place, member in enumerate(FloorMember.objects.order_by("interface")):
                member.since = clock.now() - timedelta(seconds=31 * (place + step) % 97)
                member.state = "paused" if (place + step) % 5 == 0 else "idle"
                member.save()
            router.turn()


@pytest.mark.django_db
def test_a_changed_decision_is_found_by_the_replay(router: Router) -> None:
    gave_up("07700 900142", 20)
    ready("Dev")
    row = router.turn()
    assert row is not None
    assert replay(NOON, NOON + timedelta(minutes=1)).different == ()
    forged = RoutingDecision(at=NOON, policy=row.policy, situation=row.situation, decisions=[])
    forged.save(force_insert=True)
    assert replay(NOON, NOON + timedelta(minutes=1)).different == (str(forged.id),)


@pytest.mark.django_db(transaction=True)
def test_a_days_log_gives_every_decision_again_in_another_process_with_kernels_of_its_own(
    house: None, tmp_path: Path
) -> None:
    a_day(Router(Decider()))
    logged = RoutingDecision.objects.count()
    assert logged > 15
    program = (
        "import django, json; django.setup()\n"
        "from datetime import datetime\n"
        "from darwin.contact.routing.replay import replay\n"
        f"told = replay(datetime.fromisoformat('{NOON.isoformat()}'), "
        f"datetime.fromisoformat('{(NOON + timedelta(days=1)).isoformat()}'))\n"
        "print(json.dumps(told.as_json()))"
    )
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "darwin.config.settings",
        "DARWIN_MODE": "operational",
        "DARWIN_DATA_DIR": str(tmp_path),
        "DARWIN_KERNEL_CACHE": str(tmp_path / "kernels"),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assigned = sum(len(row.decisions) for row in RoutingDecision.objects.all())
    assert told == {"decisions": logged, "assigned": assigned, "different": []}
    assert assigned > 15
    assert (tmp_path / "kernels").is_dir()
