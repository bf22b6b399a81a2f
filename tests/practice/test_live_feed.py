"""The live feed against a real database: what happens is stored like a switch's events, and seen at once."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from darwin.contact.floor import HandlerState, call_of, calls_now, connections_now, handlers_now, silent_since
from darwin.contact.measures.not_through import gave_up_and_not_seen
from darwin.contact.models import (
    CallbackPromise,
    CallEvent,
    CommandKind,
    Contact,
    ContactLeg,
    Coverage,
    FloorCall,
    FloorMember,
    FloorStage,
    Routing,
    SwitchMember,
)
from darwin.contact.routing.deciding import Decider
from darwin.contact.routing.gathering import waiting_messages
from darwin.contact.routing.turn import Router
from darwin.contact.services.finishing import finish_draft
from darwin.contact.services.routing import take_routed
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.practice.force import contacts_between
from darwin.practice.live.storing import StretchLost, close_stale_stretches, give_telephones
from darwin.practice.live.today import SPOKEN, draw_live, draw_today
from darwin.practice.models import LiveStretch, PracticeForce
from darwin.practice.queries import spans_to_load, story_of, stretches_of
from darwin.practice.records import SOURCE, milliseconds, moment
from darwin.practice.services import load_span, make_span, open_force, reset_force
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.services import open_account, open_practice_accounts
from darwin.staff.services.roles import grant_role
from tests.databases import database_url
from tests.practice.live_world import MONDAY, World
from tests.supervisor.house_at_work import wait_for

ACTOR = Actor.system("practice")
NOTES = timedelta(minutes=2)


@pytest.fixture
def house(opened_installation: object, db: None) -> Iterator[None]:
    opened_installation("practice")  # type: ignore[operator]
    with clock.standing_at(MONDAY):
        open_practice_accounts(actor=ACTOR)
    yield


@pytest.fixture
def world(house: None) -> World:
    return World()


@pytest.fixture
def sam(house: None) -> Account:
    return Account.objects.get(sign_in_name="contact-handler.practice")


def force() -> PracticeForce:
    return PracticeForce.objects.get()


def load_history(world: World) -> None:
    """The present month, as the loader beside the feed would have it by now."""
    with world.standing():
        close_stale_stretches(force=force())
        span = spans_to_load(force())[0]
        load_span(actor=ACTOR, force=force(), made=make_span(story_of(force()), span, stretches_of(force())))


def test_calls_arrive_wait_are_answered_and_give_up_within_a_few_minutes(world: World) -> None:
    world.pass_by(12 * 60, step=8)
    outcomes = Counter(ContactLeg.objects.values_list("outcome", flat=True))
    assert outcomes["answered"] > 20
    assert outcomes["abandoned"] >= 1
    assert FloorCall.objects.filter(stage=FloorStage.TALKING).count() > 3
    with world.standing():
        states = Counter(one.state for one in handlers_now(world.at, NOTES, calls_now()))
    assert states[HandlerState.ON_A_CALL] == FloorCall.objects.filter(stage=FloorStage.TALKING).count()
    assert states[HandlerState.READY] > 0


def test_what_is_stored_of_a_live_call_is_what_the_history_stores(world: World) -> None:
    """Channel, kinds of legs, language and what came of it: so that no figure shows a seam."""
    world.pass_by(45 * 60, step=15)
    settled = Contact.objects.filter(on_floor__isnull=True)
    channels = Counter(settled.values_list("channel", flat=True))
    assert channels["PHONE_101"] > 15
    assert channels["PHONE_999"] > 5
    kinds = set(ContactLeg.objects.values_list("queue__slug", "kind"))
    assert {
        ("switchboard", "SWITCHBOARD_QUEUE"),
        ("101", "HANDLER_QUEUE"),
        ("999", "HANDLER_QUEUE"),
        ("crime", "TRANSFER"),
    } <= kinds
    assert ("101", "TRANSFER") not in kinds
    answered = settled.filter(legs__queue__slug="101", legs__outcome="answered").distinct()
    lost_later = answered.filter(legs__queue__slug="crime", legs__outcome="abandoned")
    assert answered.exclude(disposition=None).count() == answered.count() - lost_later.count() > 5
    assert settled.exclude(language=None).exists()
    gone = ContactLeg.objects.filter(outcome="abandoned").count()
    assert gone > 0
    assert gave_up_and_not_seen(datetime(2026, 11, 9, tzinfo=UTC), world.at) > 0


def test_an_event_is_kept_as_evidence_and_the_time_as_covered(world: World) -> None:
    world.pass_by(120)
    assert CallEvent.objects.filter(switch=SOURCE, source="practice-live").count() > 50
    told = Coverage.objects.get(switch=SOURCE, source="practice-live")
    assert told.from_at == world.feeder.stretch.from_at
    assert world.at - told.to_at < timedelta(seconds=40)


def test_everybody_who_takes_calls_has_a_telephone_of_their_own(world: World) -> None:
    with world.standing():
        fresh = open_account(
            actor=ACTOR, sign_in_name="trainee", display_name="Tess Trainee", force_number="T1"
        )
        grant_role(actor=ACTOR, account=fresh, role="contact_handler")
    world.pass_by(70, step=10)
    theirs = dict(
        SwitchMember.objects.exclude(account=None).values_list("account__display_name", "interface")
    )
    assert theirs == {"Sam Okoro": "PJSIP/1001", "Ruth Adeyemi": "PJSIP/1401", "Tess Trainee": "PJSIP/1402"}
    with world.standing():
        assert len(give_telephones(actor=ACTOR)) == 3
    assert fresh.switch_members.count() == 1
    ready = world.ask(fresh, CommandKind.READY)
    assert (ready.outcome, ready.trouble) == ("done", "")


def test_the_newcomer_takes_a_call_and_the_days_figures_change(world: World, sam: Account) -> None:
    assert world.ask(sam, CommandKind.READY).outcome == "done"
    for _ in range(600):
        world.pass_by(1, step=1)
        call = call_of(sam)
        if call is not None:
            break
    assert call is not None
    assert call.stage == FloorStage.RINGING
    answered = world.ask(sam, CommandKind.ANSWER, call_id=call.call_id)
    assert answered.outcome == "done"
    call.refresh_from_db()
    assert (call.stage, call.agents) == (FloorStage.TALKING, ["PJSIP/1001"])
    world.pass_by(90, step=5)
    assert world.ask(sam, CommandKind.HANG_UP, call_id=call.call_id).outcome == "done"
    assert call_of(sam) is None
    leg = ContactLeg.objects.get(contact=call.contact, queue__slug="101")
    assert (leg.agent, leg.outcome, leg.ended_by) == ("PJSIP/1001", "answered", "agent")
    assert leg.talk_ms == pytest.approx(90_000, abs=500)
    # Nobody wrote for them what came of it.
    assert Contact.objects.get(pk=call.contact_id).disposition is None
    with world.standing():
        [own] = [one for one in handlers_now(world.at, NOTES, calls_now()) if one.account_id == sam.id]
    assert (own.state, own.reason) == (HandlerState.PAUSED, "notes")


def test_a_command_that_cannot_be_done_comes_back_as_a_sentence(world: World, sam: Account) -> None:
    world.pass_by(2)
    refused = world.ask(sam, CommandKind.ANSWER)
    assert (refused.outcome, refused.trouble) == (
        "failed",
        "Your telephone has no call now. Nothing was done.",
    )


def test_live_and_history_together_hold_every_call_of_the_day_once(world: World) -> None:
    """History before, live, a feed that was killed, history in the hole, live again: nobody twice, no minute
    missing."""
    load_history(world)
    world.pass_by(10 * 60, step=10)
    killed_at = LiveStretch.objects.get().to_at
    world.at += timedelta(minutes=7)  # nobody plays
    load_history(world)
    again = World(world.at)
    begun = LiveStretch.objects.get(closed=False).from_at
    again.pass_by(5 * 60, step=10)
    load_history(again)
    stored = Counter(Contact.objects.filter(channel__in=SPOKEN).values_list("source_key", flat=True))
    assert set(stored.values()) == {1}
    day = date(2026, 11, 9)
    settled_by = milliseconds(again.at) - 60_000
    first, second = LiveStretch.objects.order_by("from_at")
    lived = [(milliseconds(one.from_at), milliseconds(one.to_at)) for one in (first, second)]

    def is_lived(at: int) -> bool:
        return any(begin <= at < end for begin, end in lived)

    told = {name for at, name in draw_today(story_of(force()), day).arrivals if at < milliseconds(again.at)}
    in_a_stretch = {name for at, name in draw_today(story_of(force()), day).arrivals if is_lived(at)}
    of_twin = {name for at, name in draw_live(story_of(force()), day).arrivals if is_lived(at)}
    expected = (told - in_a_stretch) | of_twin
    # Of the hole, calls that the history ends later than now are not told yet.
    late = {
        call.call_id
        for call in contacts_between(story_of(force()), settled_by, settled_by + 6 * 3_600_000)
        if milliseconds(killed_at) <= call.arrived < milliseconds(begun)
    }
    assert expected - stored.keys() <= late
    with again.standing():
        covered = sorted(Coverage.objects.filter(switch=SOURCE).values_list("from_at", "to_at"))
    assert max(end for _, end in covered) > again.at - timedelta(minutes=1)


def a_report_comes(after: datetime = MONDAY) -> tuple[World, Contact]:
    """Somebody has just reported something online, the first after a moment of Monday's shift-day."""
    with clock.standing_at(MONDAY):
        day = draw_live(story_of(open_force(actor=ACTOR)), MONDAY.date())
    at = next(one.call.arrived for one in day.reports if moment(one.call.arrived) > after)
    world = World(moment(at) - timedelta(seconds=5))
    world.pass_by(6)
    return world, Contact.objects.get(channel="ONLINE_REPORT")


def test_an_online_report_that_arrives_live_is_routed_to_the_newcomer_who_says_what_became_of_it(
    sam: Account,
) -> None:
    # In the small hours, when nobody rings Sam first.
    world, report = a_report_comes(MONDAY + timedelta(hours=17))
    assert report.disposition is None
    assert world.ask(sam, CommandKind.READY).trouble == ""
    with world.standing():
        states = {one.account_id: one.state for one in handlers_now(world.at, NOTES, calls_now())}
        assert states[sam.id] is HandlerState.READY
        Router(Decider()).turn()
        routing = Routing.objects.get(account=sam, ended_at=None)
        taken = take_routed(actor=sam.actor, account=sam, routing_id=routing.id)
        assert taken.contact_id == report.id
        draft = sam.drafts.get(key=report.id)
        assert draft.words["narrative"] == report.records.get().narrative != ""
    # Longer than colleagues leave it: it is Sam's.
    world.pass_by(15 * 60, step=10)
    report.refresh_from_db()
    assert report.disposition is None
    draft.words = {**draft.words, "disposition": "ADVICE"}
    with world.standing():
        finish_draft(actor=sam.actor, draft=draft)
        assert not waiting_messages(world.at).filter(id=report.id).exists()
    report.refresh_from_db()
    assert report.disposition == "ADVICE"


def test_a_colleague_works_an_online_report_that_nobody_takes_even_after_the_feed_was_killed(
    house: None,
) -> None:
    world, report = a_report_comes()
    again = World(world.at + timedelta(minutes=5))
    again.pass_by(15 * 60, step=10)
    report.refresh_from_db()
    assert report.disposition is not None
    with again.standing():
        assert not waiting_messages(again.at).filter(id=report.id).exists()


def test_calls_that_were_alive_when_the_feed_was_killed_have_no_known_end(world: World) -> None:
    world.pass_by(60, step=5)
    alive = set(FloorCall.objects.values_list("contact_id", flat=True))
    assert len(alive) > 5
    world.at += timedelta(minutes=2)
    [line] = connections_now()
    with world.standing():
        assert silent_since(line, world.at, timedelta(seconds=10)) == line.heard_at
    World(world.at)
    assert not alive & set(FloorCall.objects.values_list("contact_id", flat=True))
    last = [
        ContactLeg.objects.filter(contact_id=contact).exclude(queue__slug="interpreter").latest("offered_at")
        for contact in alive
    ]
    assert all(leg.completed_at is None for leg in last)
    assert all(leg.outcome in ("unknown", "answered") for leg in last)


def test_a_jump_of_the_clock_begins_a_new_stretch(world: World) -> None:
    world.pass_by(30)
    before = world.feeder.stretch
    world.at += timedelta(hours=5)
    world.feeder._stepped_at = world.real()  # the clock was put forward: no real time has passed
    world.pass_by(10, step=1)
    after = world.feeder.stretch
    assert after.id != before.id
    assert LiveStretch.objects.get(id=before.id).closed
    assert after.from_at > before.from_at + timedelta(hours=5)
    assert not FloorCall.objects.filter(since__lt=before.to_at).exists()


def test_a_reset_takes_everything_and_the_feed_makes_the_force_anew(world: World) -> None:
    world.pass_by(30)
    with world.standing():
        reset_force(actor=ACTOR)
    assert not FloorMember.objects.exists()
    assert not FloorCall.objects.exists()
    with pytest.raises(StretchLost):
        world.pass_by(40)
    again = World(world.at)
    again.pass_by(30)
    assert FloorCall.objects.exists()


def test_the_history_waits_for_what_the_live_feed_has_not_played_yet(world: World) -> None:
    world.pass_by(30)
    with clock.standing_at(world.at + timedelta(seconds=20)):
        [newest, *_] = spans_to_load(force())
    assert newest.end == milliseconds(LiveStretch.objects.get().to_at)
    with clock.standing_at(world.at + timedelta(seconds=60)):
        assert close_stale_stretches(force=force()) == 1
        [newest, *_] = spans_to_load(force())
    assert newest.end == milliseconds(world.at + timedelta(seconds=60))


def test_a_promise_to_call_back_is_there_while_it_is_open_and_kept_afterwards(house: None) -> None:
    """Saturday at noon, when waits are long enough for the key."""
    world = World(datetime(2026, 11, 14, 11, 25, tzinfo=UTC))
    for _ in range(720):
        world.pass_by(15, step=15)
        if world.feeder.floor.open_promises:
            break
    name = next(iter(world.feeder.floor.open_promises))
    promise = CallbackPromise.objects.get(contact__source_key=name)
    assert promise.kept_at is None
    assert promise.promised_by - promise.promised_at == timedelta(hours=1)
    while name in world.feeder.floor.open_promises:
        world.pass_by(30, step=30)
    promise.refresh_from_db()
    assert promise.kept_at is not None or world.at >= promise.promised_by
    if promise.kept_at is not None:
        assert promise.kept_by_contact is not None
        assert promise.kept_by_contact.channel == "CALLBACK_OUTBOUND"


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_feed_killed_with_9_leaves_a_gap_and_the_next_goes_on_without_doubling(tmp_path: Path) -> None:
    open_installation("practice", "leicestershire")
    first = _feed(tmp_path)
    try:
        wait_for(lambda: FloorCall.objects.count() > 3, 180, "calls live")
        alive = set(FloorCall.objects.values_list("contact_id", flat=True))
    finally:
        first.kill()
        first.wait()
    [line] = connections_now()
    assert line.connected_since is not None
    assert FloorCall.objects.exists()
    killed_at = LiveStretch.objects.get().to_at
    second = _feed(tmp_path)
    try:
        wait_for(lambda: LiveStretch.objects.count() == 2, 180, "another stretch")
        begun = LiveStretch.objects.get(closed=False).from_at
        wait_for(lambda: FloorCall.objects.filter(since__gt=begun).exists(), 90, "calls live again")
    finally:
        second.terminate()
        second.wait(30)
    assert begun > killed_at
    assert not FloorCall.objects.filter(contact_id__in=alive).exists()
    assert not ContactLeg.objects.filter(contact_id__in=alive, completed_at__gt=begun).exists()
    names = Counter(CallEvent.objects.filter(switch=SOURCE).values_list("event_id", flat=True))
    assert set(names.values()) == {1}
    # A feed that was asked to end says so at once.
    [line] = connections_now()
    assert line.down_since is not None
    assert "is not being played" in line.trouble


def _feed(folder: Path) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "darwin.config.settings",
        "DARWIN_MODE": "practice",
        "DARWIN_DATA_DIR": str(folder),
    }
    return subprocess.Popen([sys.executable, "-c", _FEED], env=environment, stderr=subprocess.DEVNULL)


_FEED = """
import signal, threading, django
django.setup()
from darwin.practice.live.feeding import feed
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
feed(stopped)
"""
