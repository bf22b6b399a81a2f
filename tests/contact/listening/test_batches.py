"""From the spool to the database: the same as an import, nothing lost, nothing doubled, one bad event alone
set aside."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django.db
import psycopg
import pytest

from darwin.contact.listening import batches
from darwin.contact.listening.spool import write_place
from darwin.contact.models import (
    CallEvent,
    ContactLeg,
    Coverage,
    FloorCall,
    FloorMember,
    ImportReject,
    ImportRun,
    SwitchConnection,
)
from darwin.contact.services.floor import note_connected
from tests.contact.listening.conftest import SteppedFollower, instant
from tests.contact.telephony.conftest import START, MadeUpSwitch

MadeUp = Callable[[], MadeUpSwitch]


def pong(at: float) -> bytes:
    return f"Response: Success\r\nPing: Pong\r\nTimestamp: {at:.6f}\r\n\r\n".encode()


def snapshot(switch: MadeUpSwitch, at: float, waiting: dict[int, int], startup: str = "18:27:15") -> None:
    """Greeting and answers to a listener's own questions. waiting: call to whole seconds waited."""
    switch.parts.append((START + at, b"Asterisk Call Manager/11.0.0\r\n"))
    switch.respond(at, ("Ping", "Pong"), ("Timestamp", f"{START + at:.6f}"))
    life = (("CoreStartupDate", "2026-11-22"), ("CoreStartupTime", startup))
    switch.respond(at, ("ActionID", "darwin-1-snapshot-start"), *life)
    mark = ("ActionID", "darwin-1-snapshot-queues")
    switch.respond(at, mark, ("EventList", "start"))
    member = [("Queue", "101"), ("Name", "Operator 1001"), ("Location", "PJSIP/1001"), ("Status", 1)]
    switch.send(at, "QueueMember", mark, *member, ("Paused", 0), stamped=False)
    for call, wait in waiting.items():
        caller = [("Uniqueid", switch.uniqueid(call)), ("CallerIDNum", "07700900123"), ("Wait", wait)]
        switch.send(at, "QueueEntry", mark, ("Queue", "101"), *caller, stamped=False)
    switch.send(at, "QueueStatusComplete", mark, ("EventList", "Complete"), stamped=False)
    channels = ("ActionID", "darwin-1-snapshot-channels")
    for call in waiting:
        switch.send(at, "CoreShowChannel", channels, ("Uniqueid", switch.uniqueid(call)), stamped=False)
    switch.send(at, "CoreShowChannelsComplete", channels, ("EventList", "Complete"), stamped=False)


def outcomes() -> dict[str, str]:
    return {
        leg.contact.source_key.rpartition(".")[2]: leg.outcome
        for leg in ContactLeg.objects.select_related("contact")
    }


def on_floor() -> dict[str, str]:
    return {call.call_id.rpartition(".")[2]: call.stage for call in FloorCall.objects.all()}


def a_line(switch: MadeUpSwitch) -> None:
    """Four calls: one answered and ended, one answered, one that gave up, one that waits."""
    snapshot(switch, 0, {})
    for call in (1, 2, 3, 4):
        switch.arrive(call, call)
        switch.join(call + 0.1, call)
    switch.connect(8, 1, 1001, 11, hold=6)
    switch.complete(20, 1, 1001, 11, hold=6, talk=12)
    switch.connect(21, 2, 1001, 12, hold=18)
    switch.give_up(22, 3, hold=18)


def test_calls_stand_on_the_floor_and_in_the_record(stepped: SteppedFollower, made_up: MadeUp) -> None:
    switch = made_up()
    a_line(switch)
    stepped.connection(switch, close=False)
    stepped.store()
    assert on_floor() == {"2": "talking", "4": "waiting"}
    assert outcomes() == {"1": "answered", "2": "answered", "3": "abandoned", "4": "unknown"}
    assert stepped.settled == [instant(START)]


def test_calls_that_vanished_in_a_gap_end_as_unknown_and_those_found_stay(
    stepped: SteppedFollower, made_up: MadeUp
) -> None:
    before, after = made_up(), made_up()
    a_line(before)
    snapshot(after, 60, {5: 30})
    stepped.connection(before)
    stepped.connection(after, close=False)
    stepped.store()
    assert on_floor() == {"5": "waiting"}
    assert outcomes()["4"] == "unknown"
    found = ContactLeg.objects.get(contact__source_key__endswith=".5")
    assert abs(found.joined_at - instant(START + 30)) < timedelta(seconds=1)
    gap = list(Coverage.objects.filter(queue__slug="101").order_by("from_at"))
    assert [round((span.from_at - instant(START)).total_seconds()) for span in gap] == [0, 60]
    assert abs(gap[0].to_at - instant(START + 22)) < timedelta(seconds=1)


def test_a_caller_who_still_waits_after_the_gap_is_one_entry(
    stepped: SteppedFollower, made_up: MadeUp
) -> None:
    before, after = made_up(), made_up()
    a_line(before)
    snapshot(after, 60, {4: 55})
    stepped.connection(before)
    stepped.connection(after, close=False)
    stepped.store()
    assert on_floor() == {"4": "waiting"}
    assert ContactLeg.objects.filter(contact__source_key__endswith=".4").count() == 1


def a_late_list(stepped: SteppedFollower, switch: MadeUpSwitch, number: int, late_s: float) -> None:
    """A connection at 60 whose list of those who wait came so long after it was asked for."""
    stepped.writer.begin(instant(START + 60))
    stepped.writer.sent(instant(START + 60), "QueueStatus", f"darwin-1-snapshot-queues{number}")
    for at, part in switch.parts:
        stepped.writer.append(instant(at + late_s), part.replace(b"-queues", b"-queues%d" % number))


@pytest.mark.parametrize(("number", "late_s"), [(1, 0.9), (3, 0.9), (3, 3.0)])
def test_a_list_that_came_late_never_makes_a_second_entry(
    stepped: SteppedFollower, made_up: MadeUp, number: int, late_s: float
) -> None:
    """Call 4 joined at 4.1 and has waited since; the list says so in whole seconds, and was read late."""
    before, after = made_up(), made_up()
    a_line(before)
    snapshot(after, 60, {4: 55})
    stepped.connection(before)
    a_late_list(stepped, after, number, late_s)
    stepped.store()
    assert ContactLeg.objects.filter(contact__source_key__endswith=".4").count() == 1
    assert on_floor() == {"4": "waiting"}


def test_a_caller_whom_only_a_late_list_shows_is_known_without_a_wait(
    stepped: SteppedFollower, made_up: MadeUp
) -> None:
    switch = made_up()
    snapshot(switch, 60, {9: 5})
    a_late_list(stepped, switch, 3, 2.0)
    stepped.store()
    leg = ContactLeg.objects.get(contact__source_key__endswith=".9")
    assert (leg.outcome, leg.wait_ms) == ("unknown", None)
    assert on_floor() == {"9": "waiting"}


def test_only_what_followed_the_login_counts_as_heard(stepped: SteppedFollower, made_up: MadeUp) -> None:
    """A switch that takes its time to let us in has not told what happened meanwhile."""
    switch = made_up()
    switch.parts.append((START, b"Asterisk Call Manager/11.0.0\r\n"))
    switch.respond(2.5, ("Message", "Authentication accepted"))
    snapshot(switch, 3, {})
    switch.join(4, 1)
    stepped.connection(switch)
    stepped.store()
    span = Coverage.objects.get(queue__slug="101")
    assert abs(span.from_at - instant(START + 2.5)) < timedelta(seconds=0.3)


def test_a_new_life_of_the_switch_empties_the_floor(stepped: SteppedFollower, made_up: MadeUp) -> None:
    before, after = made_up(), made_up()
    a_line(before)
    stepped.connection(before)
    stepped.store()
    note_connected(switch="asterisk", source="asterisk-ami", instance="2026-11-22T18:27:15")
    FloorMember.objects.create(switch="asterisk", queue="102", interface="PJSIP/1009", state="idle")
    snapshot(after, 60, {}, startup="19:00:00")
    stepped.connection(after, close=False)
    stepped.store()
    assert on_floor() == {}
    assert set(FloorMember.objects.values_list("interface", flat=True)) == {"PJSIP/1001"}


def test_who_is_not_in_the_snapshot_has_logged_off(stepped: SteppedFollower, made_up: MadeUp) -> None:
    FloorMember.objects.create(
        switch="asterisk", queue="101", interface="PJSIP/1009", state="idle", since=instant(START - 60)
    )
    switch = made_up()
    snapshot(switch, 0, {})
    stepped.connection(switch, close=False)
    stepped.store()
    states = dict(FloorMember.objects.values_list("interface", "state"))
    assert states == {"PJSIP/1001": "idle", "PJSIP/1009": "logged off"}


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment_the_next_one_completes_the_same(
    stepped: SteppedFollower, made_up: MadeUp, seed: int
) -> None:
    """kill -9 between any two steps, with the note of what is stored written or not yet."""
    chance = random.Random(seed)
    switch = made_up()
    a_line(switch)
    stepped.writer.begin(instant(START))
    for at, part in switch.parts:
        stepped.writer.append(instant(at), part)
        if chance.random() < 0.3:
            stepped.follower.step()
        if chance.random() < 0.2:
            stepped.follower.commit()
            if chance.random() < 0.5:
                write_place(stepped.folder, stepped.follower.place)
        if chance.random() < 0.1:
            stepped.fresh()
    stepped.killed()
    stepped.store()
    assert outcomes() == {"1": "answered", "2": "answered", "3": "abandoned", "4": "unknown"}
    assert ContactLeg.objects.count() == 4
    assert CallEvent.objects.values("event_id").distinct().count() == CallEvent.objects.count()


def test_what_is_stored_is_read_again_only_to_know_who_talks(
    stepped: SteppedFollower, made_up: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An AgentComplete without a channel, after a new start, is known by the talk that began before."""
    switch = made_up()
    a_line(switch)
    stepped.connection(switch, close=False)
    stepped.store()
    write_place(stepped.folder, stepped.follower.place)
    stepped.killed()
    asked: list[int] = []
    record = batches.record_call_events
    monkeypatch.setattr(
        batches, "record_call_events", lambda **told: asked.append(len(told["events"])) or record(**told)
    )
    stepped.store()
    later = made_up()
    snapshot(later, 30, {})
    later.complete(40, 2, 1001, 12, hold=18, talk=19, caller=False, handler=False)
    stepped.connection(later, close=False)
    stepped.store()
    leg = ContactLeg.objects.get(contact__source_key__endswith=".2")
    assert leg.talk_ms == 19_000
    assert sum(asked) < 6


def broken_by(poison: str) -> Callable[..., Any]:
    record = batches.record_call_events

    def refuse(**told: Any) -> Any:
        if any(event.call_id and event.call_id.endswith(poison) for event in told["events"]):
            raise django.db.DataError("value too long")
        return record(**told)

    return refuse


def test_one_event_that_the_database_refuses_is_set_aside_and_the_rest_stored(
    stepped: SteppedFollower, made_up: MadeUp
) -> None:
    """A name of an interface longer than any telephone's, between the events of other calls."""
    switch = made_up()
    a_line(switch)
    long_name = [("Interface", "PJSIP/" + "9" * 130), ("MemberName", "Operator")]
    switch.send(6, "AgentCalled", *switch.channel(4), ("Queue", "101"), *long_name)
    stepped.connection(switch, close=False)
    stepped.store()
    assert outcomes() == {"1": "answered", "2": "answered", "3": "abandoned", "4": "unknown"}
    reject = ImportReject.objects.get()
    assert "agent.ringing" in reject.reason
    assert "999" not in reject.reason
    run = ImportRun.objects.get()
    assert (run.kind, run.rejected, stepped.follower.aside) == ("asterisk-live", 1, 1)


def test_events_of_a_poisoned_call_do_not_stop_the_others(
    stepped: SteppedFollower, made_up: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "record_call_events", broken_by(".3"))
    switch = made_up()
    a_line(switch)
    stepped.connection(switch, close=False)
    stepped.store()
    assert outcomes() == {"1": "answered", "2": "answered", "4": "unknown"}
    assert ImportReject.objects.count() == stepped.follower.aside > 0


@pytest.mark.parametrize(
    "absence",
    [
        django.db.OperationalError("gone"),
        django.db.InterfaceError("closed"),
        psycopg.OperationalError("gone"),
        django.db.ProgrammingError("no such table yet"),
    ],
)
def test_a_database_that_is_away_is_waited_for_and_nothing_is_set_aside(
    stepped: SteppedFollower, made_up: MadeUp, monkeypatch: pytest.MonkeyPatch, absence: Exception
) -> None:
    record, tries = batches.record_call_events, []

    def away(**told: Any) -> Any:
        tries.append(told)
        if len(tries) < 3:
            raise absence
        return record(**told)

    monkeypatch.setattr(batches, "record_call_events", away)
    monkeypatch.setattr("darwin.contact.listening.database.TRY_AGAIN_S", 0)
    monkeypatch.setattr("darwin.contact.listening.database.connection.close", lambda: None)
    switch = made_up()
    a_line(switch)
    stepped.connection(switch, close=False)
    stepped.store()
    assert outcomes() == {"1": "answered", "2": "answered", "3": "abandoned", "4": "unknown"}
    assert stepped.follower.aside == 0


def test_a_number_of_forty_digits_is_kept_as_far_as_there_is_room(
    stepped: SteppedFollower, made_up: MadeUp
) -> None:
    number = "+44" + "7700900123" * 4
    switch = made_up()
    snapshot(switch, 0, {})
    switch.arrive(1, 1, number=number)
    switch.join(1.1, 1, number=number)
    switch.arrive(2, 2)
    switch.join(2.1, 2)
    stepped.connection(switch, close=False)
    stepped.store()
    numbers = {call.call_id.rpartition(".")[2]: call.caller_number for call in FloorCall.objects.all()}
    assert numbers == {"1": number[:39] + "…", "2": "+447700900123"}
    assert stepped.follower.aside == 0
    assert set(CallEvent.objects.filter(call_id__endswith=".1").values_list("caller", flat=True)) == {number}


def test_a_gap_is_filled_in_from_the_queue_log(
    stepped: SteppedFollower, made_up: MadeUp, tmp_path: Path
) -> None:
    """Call 4 gave up in the gap; a call that came and went in it is found too."""
    log = tmp_path / "queue_log"
    lines = [
        (4, 4, "NONE|ENTERQUEUE||07700900123|1"),
        (30, 4, "NONE|ABANDON|1|1|26"),
        (40, 6, "NONE|ENTERQUEUE||07700900456|1"),
        (45, 6, "Operator 1001|CONNECT|5|x|2"),
        (50, 6, "Operator 1001|COMPLETECALLER|5|5|1"),
        (70, 7, "NONE|ENTERQUEUE||07700900789|1"),
    ]
    told = (f"{START + at}|{MadeUpSwitch.uniqueid(call)}|101|{what}\n" for at, call, what in lines)
    log.write_text("".join(told))
    before, after = made_up(), made_up()
    a_line(before)
    snapshot(after, 60, {})
    stepped.fresh(queue_log=log)
    stepped.connection(before)
    stepped.connection(after, close=False)
    stepped.store()
    assert outcomes() == {
        "1": "answered",
        "2": "answered",
        "3": "abandoned",
        "4": "abandoned",
        "6": "answered",
    }
    filled = ContactLeg.objects.get(contact__source_key__endswith=".4")
    assert (filled.wait_ms, filled.wait_in_seconds) == (26_000, True)
    span = Coverage.objects.get(source="asterisk-queue-log", queue__slug="101")
    assert "refusals" not in span.tells
    assert on_floor() == {}


def test_a_quiet_line_is_covered_without_an_entry_for_every_second(
    stepped: SteppedFollower, made_up: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = made_up()
    a_line(switch)
    stepped.connection(switch, close=False)
    stepped.store()
    before = list(Coverage.objects.values_list("to_at", flat=True))
    stepped.writer.append(instant(START + 90), pong(START + 90))
    stepped.store()
    stepped.follower.keep_covered()
    assert list(Coverage.objects.values_list("to_at", flat=True)) == before
    monkeypatch.setattr(batches, "COVERAGE_QUIET_S", 0.0)
    stepped.follower.keep_covered()
    assert min(Coverage.objects.values_list("to_at", flat=True)) > instant(START + 89.9)


def test_a_line_is_covered_to_the_switch_s_last_word_and_not_to_its_receipt(
    stepped: SteppedFollower, made_up: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was said in between may be on its way, and a listener killed now would not have heard it."""
    switch = made_up()
    a_line(switch)
    stepped.connection(switch, close=False)
    stepped.store()
    stepped.writer.append(instant(START + 90.75), pong(START + 90.25))
    stepped.store()
    monkeypatch.setattr(batches, "COVERAGE_QUIET_S", 0.0)
    stepped.follower.keep_covered()
    assert (
        instant(START + 90.25) < max(Coverage.objects.values_list("to_at", flat=True)) < instant(START + 90.3)
    )


def test_events_of_a_new_connection_wait_until_the_life_of_the_switch_is_known(
    stepped: SteppedFollower, made_up: MadeUp
) -> None:
    switch = made_up()
    switch.parts.append((START, b"Asterisk Call Manager/11.0.0\r\n"))
    switch.join(0.5, 1)
    stepped.connection(switch, close=False)
    monkey = stepped.follower
    while monkey.step():
        pass
    assert FloorCall.objects.count() == 0
    assert SwitchConnection.objects.count() == 0
    stepped.store()
    assert on_floor() == {"1": "waiting"}
