"""POST /api/telephony/events: what is kept, what is rejected and why, and what the floor shows."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darwin.contact.coverage import Tells
from darwin.contact.floor import connections_now, silent_since
from darwin.contact.models import (
    CallEvent,
    Contact,
    ContactLeg,
    Coverage,
    FloorCall,
    FloorMember,
    ImportRun,
    NoAnswer,
    SwitchConnection,
    SwitchSnapshot,
)
from darwin.contact.services.floor import note_connected
from darwin.contact.telephony.delivered.types import CLOCK_TOLERANCE, KINDS, MOST_EVENTS, TYPES
from darwin.deadlines import clock
from darwin.ledger.models import Entry
from tests.staff.machines import Machine

from .calls import NOON, TOLD, answered, at, event, gave_up, refused, states, transferred


@pytest.fixture
def switch() -> Machine:
    return Machine("telephony.events", name="north")


def tell(machine: Machine, events: Any, *, after: float = 120, **headers: Any) -> Any:
    """The answer to a request that is sent so many seconds after noon."""
    with clock.standing_at(NOON + timedelta(seconds=after)):
        return machine.post(TOLD, events, **headers)


def stored() -> tuple[Any, ...]:
    """Everything that comes of what was told: contacts, legs, unanswered rings, and the floor."""
    legs = [field.name for field in ContactLeg._meta.fields if field.name not in ("id", "contact", "queue")]
    calls = [field.name for field in FloorCall._meta.fields if field.name not in ("id", "contact", "queue")]
    members = [field.name for field in FloorMember._meta.fields if field.name != "id"]
    return (
        list(Contact.objects.order_by("source_key").values_list("source", "source_key", "caller_number")),
        list(
            ContactLeg.objects.order_by("contact__source_key", "queue__slug", "entry_no").values_list(
                "contact__source_key", "queue__slug", *legs
            )
        ),
        list(NoAnswer.objects.order_by("at").values_list("leg__contact__source_key", "agent", "ring_ms")),
        list(FloorCall.objects.order_by("call_id").values_list("queue__slug", *calls)),
        list(FloorMember.objects.order_by("interface", "queue").values_list(*members)),
    )


def test_a_call_that_is_told_becomes_a_contact_with_its_wait_and_talk(switch: Machine) -> None:
    said = tell(switch, answered("c1", 0)).json()
    assert (said["received"], said["kept"], said["already_known"]) == (6, 6, 0)
    assert (said["rejected"], said["warnings"]) == ([], [])
    leg = ContactLeg.objects.select_related("contact", "queue").get()
    assert (leg.outcome, leg.wait_ms, leg.talk_ms, leg.agent) == ("answered", 7800, 30_000, "desk-1")
    assert (leg.contact.source, leg.contact.source_key) == ("north", "c1")
    assert leg.contact.caller_number == "+447700900142"
    assert not FloorCall.objects.exists()


def test_one_batch_is_one_entry_of_the_client_and_names_nobody(switch: Machine) -> None:
    tell(switch, answered("c1", 0))
    entries = Entry.objects.filter(actor_kind="integration", actor_id=switch.token.id)
    assert [entry.event for entry in entries] == ["contact.call_events_recorded"]
    assert entries[0].counts["events"] == 6


def test_the_floor_follows_while_the_call_lives(switch: Machine) -> None:
    events = answered("c1", 0)
    seen = []
    for one in events:
        tell(switch, [one])
        seen.append(list(FloorCall.objects.values_list("stage", "agents")))
    assert seen == [
        [],
        [("waiting", [])],
        [("ringing", ["desk-1"])],
        [("ringing", ["desk-1"])],
        [("talking", ["desk-1"])],
        [],
    ]


def test_lines_of_events_are_taken_like_an_array(switch: Machine) -> None:
    lines = "\n".join(json.dumps(one) for one in answered("c1", 0)) + "\n\n"
    with clock.standing_at(NOON + timedelta(minutes=2)):
        said = switch.send("POST", TOLD, lines.encode(), content_type="application/x-ndjson").json()
    assert said["kept"] == 6


STORY = [
    *answered("c1", 0),
    *gave_up("c2", 10),
    *refused("c3", 20),
    *transferred("c4", 30),
    *states(0),
    # A talk that is still going on, and a caller who waits.
    *answered("c5", 50, agent="desk-2")[:-1],
    *gave_up("c6", 60)[:-1],
]
SNAPSHOT = {
    "event_id": "s1",
    "type": "snapshot",
    "at": at(100),
    "instance": "life-1",
    "calls": [
        {
            "call_id": "c5", "queue": "101", "stage": "talking", "agents": ["desk-2"],
            "joined_at": at(50.2), "connected_at": at(58),
        },
        {"call_id": "c4", "queue": "crime-desk", "joined_at": at(91)},
        {"call_id": "c7", "queue": "101", "joined_at": at(70), "caller": "07700 900199"},
    ],
    "handlers": [{"agent": "desk-2", "queue": "101", "state": "in use"}],
}  # fmt: skip


@pytest.fixture
def in_order(switch: Machine) -> Any:
    """What comes of the story told in order and once, without and with the snapshot at its end."""
    found = []
    with transaction.atomic():
        for events in (STORY, [SNAPSHOT]):
            assert tell(switch, events).json()["rejected"] == []
            found.append(stored())
        transaction.set_rollback(True)
    return found


def told_somehow(data: st.DataObject, events: list[Any]) -> list[list[Any]]:
    """The events in any order, some of them again, cut into any requests."""
    order = data.draw(st.permutations(range(len(events))))
    again = data.draw(st.lists(st.sampled_from(range(len(events))), max_size=8))
    whole = [*order, *again]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    parts = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    return [[events[place] for place in part] for part in parts]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_any_repetition_and_any_cutting_give_the_same_legs_and_floor(
    switch: Machine, in_order: Any, data: st.DataObject
) -> None:
    with transaction.atomic():
        parts = told_somehow(data, STORY)
        answers = [tell(switch, part).json() for part in parts]
        assert stored() == in_order[0]
        assert sum(answer["kept"] for answer in answers) == len(STORY)
        assert all(answer["rejected"] == [] for answer in answers)
        assert sum(answer["already_known"] + answer["kept"] for answer in answers) == sum(
            len({one["event_id"] for one in part}) for part in parts
        )
        transaction.set_rollback(True)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_snapshot_may_come_before_what_it_overtook(
    switch: Machine, in_order: Any, data: st.DataObject
) -> None:
    with transaction.atomic():
        for part in told_somehow(data, [*STORY, SNAPSHOT]):
            assert tell(switch, part).json()["rejected"] == []
        assert stored() == in_order[1]
        transaction.set_rollback(True)


def test_a_snapshot_ends_what_vanished_and_finds_what_was_never_told(switch: Machine) -> None:
    tell(switch, STORY)
    assert set(FloorCall.objects.values_list("call_id", flat=True)) == {"c4", "c5", "c6"}
    tell(switch, [SNAPSHOT])
    floor = {call.call_id: call for call in FloorCall.objects.all()}
    assert {name: call.stage for name, call in floor.items()} == {
        "c4": "waiting", "c5": "talking", "c7": "waiting",
    }  # fmt: skip
    assert floor["c7"].joined_at == NOON + timedelta(seconds=70)
    # How the call that vanished ended nobody saw: it is not known, and not "gave up".
    assert ContactLeg.objects.get(contact__source_key="c6").outcome == "unknown"
    # It was answered once, and the snapshot makes no second joining of it.
    assert ContactLeg.objects.filter(contact__source_key="c5").count() == 1
    handlers = dict(FloorMember.objects.values_list("interface", "state"))
    assert handlers == {"desk-1": "logged off", "desk-2": "in use", "desk-3": "logged off"}


def test_a_snapshot_with_one_wrong_part_is_not_used_at_all(switch: Machine) -> None:
    tell(switch, STORY)
    wrong = SNAPSHOT | {"calls": [*SNAPSHOT["calls"], {"call_id": "c8"}]}  # type: ignore[misc]
    said = tell(switch, [wrong]).json()
    assert said["rejected"][0]["reason"] == ("calls[3]: queue is missing. Nothing of this snapshot was used.")
    assert FloorCall.objects.filter(call_id="c6").exists()
    assert not SwitchSnapshot.objects.exists()


def test_another_life_of_the_switch_leaves_no_call_and_no_telephone(switch: Machine) -> None:
    beat = event("heartbeat", 110, instance="life-1")
    tell(switch, [*STORY, beat])
    tell(switch, [event("heartbeat", 120, instance="life-2")])
    assert not FloorCall.objects.exists()
    assert set(FloorMember.objects.values_list("state", flat=True)) == {"logged off"}
    # What the old life said, and comes late, does not bring its calls back.
    tell(switch, [event("agent.ringing", 115, call_id="c6", queue="101", agent="desk-9")], after=121)
    assert not FloorCall.objects.exists()


# --- how the switch is heard ---


def line() -> SwitchConnection:
    [found] = connections_now()
    return found


@pytest.mark.parametrize("sign", [[], [event("heartbeat", 0)], answered("c1", -60)])
def test_an_empty_request_a_heartbeat_and_events_say_that_the_switch_is_heard(
    switch: Machine, sign: Any
) -> None:
    assert tell(switch, sign, after=0).status_code == 200
    assert (line().switch, line().source) == ("north", "api")
    assert line().connected_since == line().heard_at == NOON
    tell(switch, [], after=5)
    assert (line().connected_since, line().heard_at) == (NOON, NOON + timedelta(seconds=5))


def test_silence_is_a_gap_and_the_next_word_ends_it(switch: Machine) -> None:
    tell(switch, [], after=0)
    later = NOON + timedelta(minutes=10)
    assert silent_since(line(), later, timedelta(seconds=15)) == NOON
    tell(switch, [], after=600)
    assert line().connected_since == later
    assert silent_since(line(), later, timedelta(seconds=15)) is None


def test_a_heartbeat_without_events_writes_no_entry(switch: Machine) -> None:
    for second in range(5):
        tell(switch, [event("heartbeat", second)], after=second)
    assert not Entry.objects.filter(actor_id=switch.token.id).exists()


def test_what_the_client_says_it_watched_is_covered_and_no_more(switch: Machine) -> None:
    watched = {"watching_since": at(0), "tells": ["entries", "talk"], "queues": ["101"]}
    tell(switch, [event("heartbeat", 30, **watched)], after=30)
    tell(switch, [event("heartbeat", 300, **watched)], after=300)
    spans = Coverage.objects.filter(source="api")
    assert {span.queue.slug if span.queue else None for span in spans} == {None, "101"}
    for span in spans:
        assert (span.from_at, span.to_at) == (NOON, NOON + timedelta(seconds=300))
        assert set(span.tells) == {Tells.ENTRIES, Tells.TALK}
    # It was restarted: what lies between is not covered.
    tell(switch, [event("heartbeat", 420, **watched | {"watching_since": at(400)})], after=420)
    ends = Coverage.objects.filter(queue=None).values_list("from_at", "to_at")
    assert sorted(ends)[1] == (NOON + timedelta(seconds=400), NOON + timedelta(seconds=420))


def test_a_client_that_says_nothing_of_what_it_watched_covers_nothing(switch: Machine) -> None:
    tell(switch, [*answered("c1", 0), event("heartbeat", 100)])
    assert not Coverage.objects.exists()


def test_a_clock_an_hour_ahead_is_kept_warned_of_and_told_the_supervisor(switch: Machine) -> None:
    said = tell(switch, [*answered("c1", 3600), event("heartbeat", 3720)], after=120).json()
    assert (said["kept"], said["rejected"]) == (6, [])
    assert any("3,600 s ahead" in warning for warning in said["warnings"])
    assert "3,600 s ahead of Darwin's" in line().trouble
    assert ContactLeg.objects.get().wait_ms == 7800
    tell(switch, [event("heartbeat", 130)], after=130)
    assert line().trouble == ""


def test_a_clock_an_hour_behind_is_seen_by_its_heartbeat(switch: Machine) -> None:
    said = tell(switch, [event("heartbeat", -3600)], after=0).json()
    assert any("3,600 s behind" in warning for warning in said["warnings"])
    assert "3,600 s behind" in line().trouble


def test_a_late_call_is_no_wrong_clock(switch: Machine) -> None:
    said = tell(switch, answered("c1", 0), after=86_400).json()
    assert (said["kept"], said["warnings"]) == (6, [])
    assert line().trouble == ""


def test_a_sender_whose_clock_is_an_hour_off_is_refused_and_the_supervisor_told(switch: Machine) -> None:
    tell(switch, [], after=0)
    late = tell(switch, answered("c1", 0), after=120, late=timedelta(hours=1))
    assert (late.status_code, late.json()["code"]) == (401, "signature_too_old")
    assert "3,600 s behind Darwin's clock" in late.json()["title"]
    assert late.json()["now"] == at(120)
    assert not CallEvent.objects.filter(switch="north").exists()
    assert "3,600 s behind" in line().trouble


# --- signatures ---


def test_a_request_with_a_wrong_signature_keeps_nothing_and_is_no_sign_of_life(switch: Machine) -> None:
    other = Machine("telephony.events", name="south")
    switch.signing_secret = other.signing_secret
    refused_ = tell(switch, answered("c1", 0))
    assert (refused_.status_code, refused_.json()["code"]) == (401, "signature_wrong")
    assert not connections_now()
    assert not Contact.objects.exists()


def test_a_captured_request_sent_again_changes_nothing(switch: Machine) -> None:
    events = answered("c1", 0)
    with clock.standing_at(NOON + timedelta(minutes=2)):
        first = switch.post(TOLD, events).json()
    with clock.standing_at(NOON + timedelta(minutes=3)):
        again = switch.post(TOLD, events, late=timedelta(minutes=1)).json()
    assert (first["kept"], again["kept"], again["already_known"]) == (6, 0, 6)
    with clock.standing_at(NOON + timedelta(minutes=8)):
        old = switch.post(TOLD, events, late=timedelta(minutes=6))
    assert old.json()["code"] == "signature_too_old"


# --- two clients ---


def test_two_clients_may_use_the_same_identifiers(switch: Machine) -> None:
    events = answered("c1", 0)
    tell(switch, events)
    said = tell(Machine("telephony.events", name="south"), events).json()
    assert said["kept"] == 6
    assert sorted(Contact.objects.values_list("source", flat=True)) == ["north", "south"]


def test_nobody_tells_of_a_switch_that_darwin_hears_itself(switch: Machine) -> None:
    note_connected(switch="north", source="asterisk-ami")
    response = tell(switch, answered("c1", 0))
    assert (response.status_code, response.json()["code"]) == (409, "switch_is_anothers")
    assert not Contact.objects.exists()


# --- what is wrong with an event ---

QUEUED = event("call.queued", 0, call_id="c1", queue="101")


def but(**wrong: Any) -> dict[str, Any]:
    """A good event with these fields instead; None takes one out."""
    return {name: value for name, value in (QUEUED | wrong).items() if value is not None}


WRONG = [
    (7, "It is not an object."),
    ([], "It is not an object."),
    ({}, "type is missing."),
    (but(event_id=None), "event_id is missing."),
    (but(event_id="x" * 201), "event_id has 201 characters; at most 200 are kept."),
    (but(event_id="a\x00b"), "event_id holds a control character"),
    (but(event_id="\ud800"), "event_id holds a control character or half a character."),
    (but(event_id=5), "event_id must be a text."),
    (but(type="call.vanished"), "There is no type “call.vanished”. The types are: call.offered"),
    (but(type=None), "type is missing."),
    (but(at=None), "at is missing: the moment, such as 2026-11-22T14:28:16.123Z."),
    (but(at="yesterday"), "at is no moment"),
    (but(at="2026-11-22"), "at has no offset from UTC"),
    (but(at="2026-11-22T12:00:00"), "at has no offset from UTC"),
    (but(at=1_700_000_000), "at is no moment"),
    (but(at=at(100_000)), "at lies more than a day ahead of Darwin's clock."),
    (but(at="2024-01-01T00:00:00Z"), "at is more than 400 days old. Import such records instead."),
    (but(at="0001-01-01T00:00:00Z"), "at is more than 400 days old."),
    (but(call_id=None), "call_id is missing. An event call.queued (the caller joined the queue) needs it."),
    (but(queue=""), "queue is missing."),
    (but(queue="q" * 81), "queue has 81 characters; at most 80 are kept."),
    (but(type="call.connected"), "agent is missing. An event call.connected"),
    (but(type="call.left"), "reason is missing. An event call.left needs it: one of LEAVEEMPTY"),
    (but(type="call.left", reason="bored"), "“bored” is no reason of call.left: one of LEAVEEMPTY"),
    (but(type="call.left", reason="key"), "wait_ms is missing. An event call.left with the reason key needs"),
    (but(type="call.transferred", reason="warm"), "“warm” is no reason of call.transferred: one of attended"),
    (but(type="call.completed", agent="d", reason="system"), "“system” is no reason of call.completed"),
    (but(type="call.refused", reason="x" * 61), "reason has more than 60 characters."),
    (but(reason="abandoned"), "An event call.queued has no reason. Leave reason out."),
    (but(type="agent.state", agent="d", reason="dreaming"), "“dreaming” is no state of a telephone: one of"),
    (but(type="agent.state", agent="d"), "reason is missing. An event agent.state needs it: one of busy"),
    (but(wait_ms=1.5), "wait_ms must be whole milliseconds, 0 or more."),
    (but(wait_ms=-1), "wait_ms must be whole milliseconds, 0 or more."),
    (but(talk_ms=1_700_000_000_000), "talk_ms is longer than a week. Is it in milliseconds?"),
    (but(position=True), "position must be a whole number"),
    (but(priority=2**31), "priority must be a whole number from 0 to 2,147,483,647."),
    (but(whole_seconds="no"), "whole_seconds must be true or false."),
    (but(at_source="guess"), "at_source must be switch (its own clock), receive (yours) or derived."),
    (but(caller=7700900142), "caller must be a text: a number, or empty where the caller withheld it."),
    (event("heartbeat", 0, tells=["weather"]), "“weather” is no fact that a switch can tell: one of"),
    (event("heartbeat", 0, watching_since=at(5), tells=["talk"]), "watching_since is after at."),
    (event("heartbeat", 0, watching_since=at(-5)), "tells is missing. With watching_since say"),
    (event("heartbeat", 0, queues="101"), "queues must be a list."),
    (event("snapshot", 0), "calls is missing. A snapshot lists every call that lives, none being []."),
    (event("snapshot", 0, calls=[7]), "calls[0] is not an object. Nothing of this snapshot was used."),
    (
        event("snapshot", 0, calls=[{"call_id": "c", "queue": "q", "stage": "talking"}]),
        "calls[0]: agents must name the one telephone that talks. Nothing of this snapshot was used.",
    ),
    (
        event("snapshot", 0, calls=[], handlers=[{"agent": "d", "queue": "q"}]),
        "handlers[0]: state is missing: one of busy",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=[sentence[:50] for _, sentence in WRONG])
def test_a_wrong_event_is_rejected_by_its_place_and_the_good_ones_are_kept(
    switch: Machine, wrong: Any, sentence: str
) -> None:
    good = answered("good", 0)
    said = tell(switch, [*good[:3], wrong, *good[3:]]).json()
    assert (said["received"], said["kept"]) == (7, 6)
    [rejected] = said["rejected"]
    assert rejected["index"] == 3
    assert rejected["reason"].startswith(sentence)
    assert ContactLeg.objects.get().outcome == "answered"


def test_rejected_events_are_counted_and_listed_for_the_supervisor(switch: Machine) -> None:
    for second in range(2):
        tell(switch, [but(queue=None), QUEUED | {"event_id": f"x{second}"}, 7])
    run = ImportRun.objects.get()
    assert (run.kind, run.source, run.rejected, run.rows_read) == ("api", "north", 4, 4)
    assert sorted(run.rejects.values_list("line", flat=True)) == [0, 0, 2, 2]
    counts = Entry.objects.filter(event="contact.call_events_rejected", actor_id=switch.token.id)
    assert [entry.counts for entry in counts] == [{"rejected": 2}] * 2


def test_a_number_of_forty_digits_does_not_cost_the_call(switch: Machine) -> None:
    events = answered("c1", 0)
    for one in events[:2]:
        one["caller"] = "4" * 40
    said = tell(switch, events).json()
    assert (said["kept"], said["rejected"]) == (6, [])
    assert said["warnings"][0] == (
        "Event 0: caller has 40 digits; a telephone number has at most 15. "
        "The event was kept without the number."
    )
    contact = Contact.objects.get()
    assert (contact.caller_number, contact.withheld) == (None, False)


def test_a_field_that_is_not_known_is_left_out_and_said(switch: Machine) -> None:
    said = tell(switch, [QUEUED | {"colour": "red"}]).json()
    assert said["kept"] == 1
    assert said["warnings"] == ["Event 0: the field colour is not known here and was left out."]


@pytest.mark.parametrize("change", [{"at": at(1)}, {"queue": "102"}, {"call_id": "other"}])
@pytest.mark.parametrize("together", [True, False])
def test_one_identifier_never_stands_for_two_events(switch: Machine, change: Any, together: bool) -> None:
    if together:
        said = tell(switch, [QUEUED, QUEUED | change]).json()
    else:
        tell(switch, [QUEUED])
        said = tell(switch, [QUEUED | change]).json()
    [rejected] = said["rejected"]
    assert rejected["event_id"] == QUEUED["event_id"]
    assert "This event_id is known and said something else." in rejected["reason"]
    assert CallEvent.objects.filter(switch="north").count() == 1


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"{}", "application/json", 400, "not_an_array"),
        (b"[NaN]", "application/json", 400, "not_json"),
        (b"[1,]", "application/json", 400, "not_json"),
        (b"\x80", "application/json", 400, "not_json"),
        (b"[" * 100_000, "application/json", 400, "not_json"),
        (b"[" + b"1," * MOST_EVENTS + b"1]", "application/json", 413, "too_many"),
        (b"1\n" * (MOST_EVENTS + 1), "application/x-ndjson", 413, "too_many"),
        (b"{}\n{\n", "application/x-ndjson", 400, "not_json"),
        (b" " * 2_000_001, "application/json", 413, "too_large"),
    ],
)
def test_a_request_that_is_no_list_of_events_is_refused_whole(
    switch: Machine, content: bytes, content_type: str, status: int, code: str
) -> None:
    response = switch.send("POST", TOLD, content, content_type=content_type)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not connections_now()


def test_every_type_of_the_table_is_taken(switch: Machine) -> None:
    """So that no type is described to suppliers that the house then rejects."""
    whole: dict[str, Any] = {"call_id": "c1", "queue": "101", "agent": "desk-1"}
    events = []
    for kind, rule in TYPES.items():
        for reason in sorted(rule.reasons or ["idle" if kind == "agent.state" else ""]):
            given_ = {name: whole[name] for name in rule.needs} | ({"reason": reason} if reason else {})
            given_ |= {"wait_ms": 1000} if reason in rule.waits else {}
            events.append(event(kind, len(events), **given_))
    events += [event("heartbeat", 40), event("snapshot", 40, calls=[])]
    said = tell(switch, events).json()
    assert said["rejected"] == []
    assert {one["type"] for one in events} == set(KINDS)


def test_a_warned_clock_is_further_off_than_the_way_here_takes() -> None:
    assert timedelta(seconds=1) < CLOCK_TOLERANCE < timedelta(minutes=1)
