"""What the recording at hand lacks: each way an entry can end, the incomplete events, the gaps and returns.

The streams are written by a made-up switch with the field sets of a real one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from darwin.contact.telephony.entries import derive_call
from darwin.contact.telephony.events import WITHHELD, CallEvent, Entry, EventType, Outcome

Listen = Callable[..., list[CallEvent]]
Derive = Callable[..., list[Entry]]


def _only(entries: list[Entry]) -> Entry:
    assert len(entries) == 1
    return entries[0]


def test_the_call_back_key_is_told_by_the_event_behind_it(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.leave(12.345, 1)
    switch.user_event(12.346, 1, "CallbackRequested")
    switch.hangup(12.4, 1)
    entry = _only(entries_of(listen(switch.parts)))
    assert (entry.outcome, entry.wait_ms) == (Outcome.CALLBACK_REQUESTED, 12_345)


def test_a_leaving_with_neither_connect_nor_abandon_nor_key_is_unknown(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.leave(12, 1)
    switch.hangup(12.4, 1)
    entry = _only(entries_of(listen(switch.parts)))
    assert (entry.outcome, entry.wait_ms) == (Outcome.UNKNOWN, None)


@pytest.mark.parametrize("status", ["LEAVEEMPTY", "LEAVEUNAVAIL", "TIMEOUT", "WITHDRAW"])
@pytest.mark.parametrize("leave_first", [False, True])
def test_an_abandon_followed_by_the_dialplans_word_is_an_expulsion(
    switch: Any, listen: Listen, entries_of: Derive, status: str, leave_first: bool
) -> None:
    switch.join(0, 1)
    steps = [lambda: switch.abandon(20.2, 1, 20), lambda: switch.leave(20.2, 1)]
    for step in reversed(steps) if leave_first else steps:
        step()
    switch.exit(20.21, 1, status)
    switch.hangup(20.3, 1)
    entry = _only(entries_of(listen(switch.parts)))
    assert (entry.outcome, entry.reason, entry.wait_ms) == (Outcome.EXPELLED, status, 20_200)


def test_a_caller_who_hangs_up_right_after_being_expelled_was_expelled(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.abandon(20.1999, 1, 20)
    switch.leave(20.2, 1)
    switch.exit(20.201, 1, "TIMEOUT")
    switch.hangup_request(20.202, 1)
    switch.hangup(20.203, 1)
    assert _only(entries_of(listen(switch.parts))).outcome is Outcome.EXPELLED


def test_a_hang_up_is_told_from_an_expulsion_while_other_calls_interleave(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    for call in (1, 2, 3):
        switch.join(call * 0.1, call)
    switch.hangup_request(9.9, 3)
    switch.abandon(10.0, 1, 10)
    switch.abandon(10.001, 3, 10)
    switch.leave(10.002, 1)
    switch.leave(10.003, 3)
    switch.hangup(10.004, 3)
    switch.exit(10.005, 1, "LEAVEEMPTY")
    switch.hangup(10.006, 1)
    switch.connect(11, 2, 1001, 9, 11)
    found = [entry.outcome for entry in entries_of(listen(switch.parts))]
    assert found == [Outcome.EXPELLED, Outcome.ANSWERED, Outcome.ABANDONED]


def test_a_hang_up_request_of_an_earlier_joining_does_not_count(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.connect(5, 1, 1001, 9, 5)
    switch.hangup_request(8, 1)
    switch.complete(8.1, 1, 1001, 9, 5, 3, "transfer")
    switch.join(8.2, 1)
    switch.abandon(30.1, 1, 22)
    switch.leave(30.2, 1)
    first, second = entries_of(listen(switch.parts))
    assert (first.outcome, second.outcome) == (Outcome.ANSWERED, Outcome.UNKNOWN)


def test_a_caller_redirected_out_of_the_queue_did_not_hang_up(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.abandon(9.9999, 1, 10)
    switch.leave(10, 1)
    switch.send(10.5, "BridgeEnter", ("BridgeUniqueid", "b"), *switch.channel(1))
    switch.hangup(60, 1)
    assert _only(entries_of(listen(switch.parts))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("status", ["FULL", "JOINEMPTY", "JOINUNAVAIL"])
def test_a_call_never_let_in_is_a_refusal(
    switch: Any, listen: Listen, entries_of: Derive, status: str
) -> None:
    switch.arrive(0, 1)
    switch.exit(0.001, 1, status)
    switch.hangup(0.002, 1)
    entry = _only(entries_of(listen(switch.parts)))
    assert (entry.outcome, entry.entry_no, entry.reason) == (Outcome.REFUSED, 0, status)


def test_a_transfer_back_into_a_full_queue_is_a_refusal_beside_the_first_entry(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.connect(5, 1, 1001, 9, 5)
    switch.blind_transfer(9, 1, 1001, 9)
    switch.complete(9.0002, 1, 1001, 9, 5, 4, "transfer")
    switch.exit(9.01, 1, "FULL")
    refused, answered = entries_of(listen(switch.parts))
    assert (refused.outcome, refused.entry_no) == (Outcome.REFUSED, 0)
    assert (answered.outcome, answered.ended_by, answered.entry_no) == (Outcome.ANSWERED, "blind_transfer", 1)


def test_a_call_back_that_joins_is_an_arrival(switch: Any, listen: Listen) -> None:
    switch.arrive(0, 1, name="CallbackAnswered")
    switch.arrive(0.001, 1, name="CallbackAnswered")
    switch.join(0.002, 1)
    call = derive_call(listen(switch.parts))
    assert [(a.reason, a.queue) for a in call.arrivals] == [("callback", "101")]
    assert len(call.entries) == 1


@pytest.mark.parametrize("handler", [True, False])
def test_a_completion_without_the_caller_finds_its_talk(
    switch: Any, listen: Listen, entries_of: Derive, handler: bool
) -> None:
    for call, agent in ((1, 1001), (2, 1002)):
        switch.join(call * 0.1, call)
        switch.connect(10 + call * 0.1, call, agent, 10 + call, 10)
    switch.complete(17.3, 2, 1002, 12, 10, 7, "agent", caller=False, handler=handler)
    first, second = entries_of(listen(switch.parts))
    assert (first.talk_ms, first.ended_by) == (None, "")
    assert (second.talk_ms, second.ended_by) == (7_100, "agent")


def test_a_completion_is_matched_on_the_linked_id_when_the_handlers_channel_changed(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.connect(10, 1, 1001, 11, 10)
    said = [("DestUniqueid", "other"), ("DestLinkedid", switch.uniqueid(1)), ("Queue", "101")]
    numbers = [("HoldTime", 10), ("TalkTime", 5), ("Reason", "caller")]
    switch.send(15, "AgentComplete", *said, *switch.member(1001), *numbers)
    assert _only(entries_of(listen(switch.parts))).talk_ms == 5_000


def test_a_nameless_completion_that_contradicts_the_only_open_talk_ends_nothing(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.connect(10, 1, 1001, 11, 10)
    switch.complete(40, 2, 1001, 12, 3, 5, caller=False, handler=False)
    assert _only(entries_of(listen(switch.parts))).completed_at is None


def test_a_transfer_and_its_completion_are_one_end(switch: Any, listen: Listen, entries_of: Derive) -> None:
    switch.join(0, 1)
    switch.connect(10, 1, 1001, 11, 10)
    switch.blind_transfer(14.9999, 1, 1001, 11)
    switch.complete(15, 1, 1001, 11, 10, 5, "transfer")
    switch.blind_transfer(40, 1, 2001, 33)
    entry = _only(entries_of(listen(switch.parts)))
    assert (entry.ended_by, entry.talk_ms) == ("blind_transfer", 5_000)


def test_a_later_transfer_by_another_desk_does_not_end_the_handlers_talk(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.connect(10, 1, 1001, 11, 10)
    switch.blind_transfer(40, 1, 2001, 33)
    assert _only(entries_of(listen(switch.parts))).ended_by == ""


def test_a_failed_transfer_is_none(switch: Any, listen: Listen) -> None:
    switch.join(0, 1)
    switch.connect(10, 1, 1001, 11, 10)
    switch.blind_transfer(14, 1, 1001, 11, result="Fail")
    assert EventType.TRANSFERRED not in {event.type for event in listen(switch.parts)}


def test_a_ring_ended_by_the_caller_is_not_a_no_answer(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.no_answer(8, 1, 1002, 5, ring_ms=6000)
    switch.hangup_request(11.999, 1)
    switch.no_answer(11.9995, 1, 1001, 6, ring_ms=3204)
    switch.give_up(12, 1, 12)
    entry = _only(entries_of(listen(switch.parts)))
    assert [(m.agent, m.ring_ms) for m in entry.no_answers] == [("PJSIP/1002", 6000)]


@pytest.mark.parametrize("spelling", ["anonymous", "<unknown>", "unknown", "Anonymous", ""])
def test_a_withheld_number_is_withheld_in_every_spelling(
    switch: Any, listen: Listen, entries_of: Derive, spelling: str
) -> None:
    switch.join(0, 1, number=spelling)
    assert _only(entries_of(listen(switch.parts))).caller == WITHHELD


def test_both_forms_of_a_number_are_one(switch: Any, listen: Listen, entries_of: Derive) -> None:
    switch.join(0, 1, number="+447700900503")
    switch.join(0, 2, number="07700900503")
    assert len({entry.caller for entry in entries_of(listen(switch.parts))}) == 1


def test_a_stream_without_timestamps_is_timed_by_its_receipt(
    silent_switch: Any, listen: Listen, entries_of: Derive
) -> None:
    silent_switch.join(0, 1)
    silent_switch.join(0, 2)
    silent_switch.connect(10.25, 1, 1001, 9, 10)
    silent_switch.give_up(12, 2, 12)
    events = listen(silent_switch.parts)
    first, second = entries_of(events)
    assert (first.outcome, first.wait_ms) == (Outcome.ANSWERED, 10_250)
    assert (second.outcome, second.wait_ms) == (Outcome.ABANDONED, 12_000)
    again = listen(silent_switch.parts)
    assert [e.event_id for e in again] == [e.event_id for e in events]
    assert len({e.event_id for e in events}) == len(events)


def _two_connections(switch: Any, after: Callable[[], None], startup: str = "18:27:15") -> list[list[Any]]:
    """What was sent so far on one connection; then a gap, a log-in and what `after` sends on the next."""
    before, switch.parts = switch.parts, []
    switch.login(100, startup)
    after()
    return [before, switch.parts]


def test_a_caller_still_waiting_after_the_gap_is_one_entry(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.login(0)
    switch.join(80, 1)

    def after() -> None:
        switch.snapshot(100.01, (1, 20))
        switch.connect(110, 1, 1001, 9, 30)

    entry = _only(entries_of(listen(*_two_connections(switch, after))))
    assert (entry.outcome, entry.wait_ms, entry.wait_in_seconds) == (Outcome.ANSWERED, 30_000, False)


def test_a_caller_in_the_snapshot_who_joined_seconds_later_came_back(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.login(0)
    switch.join(80, 1)

    def after() -> None:
        switch.snapshot(100.01, (1, 5))
        switch.give_up(110, 1, 15)

    first, second = entries_of(listen(*_two_connections(switch, after)))
    assert (first.outcome, first.entry_no) == (Outcome.UNKNOWN, 1)
    assert (second.outcome, second.entry_no) == (Outcome.ABANDONED, 2)
    assert second.wait_in_seconds
    assert abs((second.wait_ms or 0) - 15_000) <= 1_000


def test_a_caller_who_left_and_came_back_in_the_gap_keeps_the_first_entry_unknown(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.login(0)
    switch.join(80, 1)
    connections = _two_connections(switch, lambda: switch.give_up(110, 1, 15))
    first, second = entries_of(listen(*connections))
    assert first.outcome is Outcome.UNKNOWN
    assert (second.outcome, second.wait_ms, second.wait_in_seconds) == (Outcome.ABANDONED, 15_000, True)


def test_a_key_pressed_after_the_gap_is_not_tied_to_a_joining_before_it(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    """Leave states no wait: nothing tells whether this is the joining that was seen."""
    switch.login(0)
    switch.join(80, 1)

    def after() -> None:
        switch.leave(110, 1)
        switch.user_event(110.001, 1, "CallbackRequested")

    assert _only(entries_of(listen(*_two_connections(switch, after)))).outcome is Outcome.UNKNOWN


def test_a_connect_torn_from_its_leave_answers_the_joining_it_states(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.login(0)
    switch.join(80.7, 1)
    switch.leave(95.999, 1)
    connections = _two_connections(switch, lambda: switch.connect(96, 1, 1001, 9, 16, leave=False))
    entry = _only(entries_of(listen(*connections)))
    assert (entry.outcome, entry.entry_no, entry.wait_ms) == (Outcome.ANSWERED, 1, 15_300)


def test_a_connect_without_a_known_joining_makes_an_entry_in_whole_seconds(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.connect(40.25, 1, 1001, 9, 16)
    entry = _only(entries_of(listen(switch.parts)))
    assert (entry.outcome, entry.wait_ms, entry.wait_in_seconds) == (Outcome.ANSWERED, 16_000, True)
    assert entry.connected_at is not None
    assert entry.joined_at == entry.connected_at - timedelta(seconds=16)


def test_a_leave_at_the_end_of_the_stream_is_unknown(switch: Any, listen: Listen, entries_of: Derive) -> None:
    switch.join(0, 1)
    switch.abandon(9.9, 1, 10)
    switch.leave(10, 1)
    entry = _only(entries_of(listen(switch.parts)))
    assert (entry.outcome, entry.wait_ms) == (Outcome.UNKNOWN, None)
    assert entry.left_at is not None


def test_an_abandon_whose_leave_was_cut_off_is_unknown(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.hangup_request(9.8, 1)
    switch.abandon(9.9, 1, 10)
    assert _only(entries_of(listen(switch.parts))).outcome is Outcome.UNKNOWN


def test_a_hang_up_known_before_the_cut_stays_known(switch: Any, listen: Listen, entries_of: Derive) -> None:
    switch.join(0, 1)
    switch.hangup_request(9.8, 1)
    switch.abandon(9.9, 1, 10)
    switch.leave(10, 1)
    assert _only(entries_of(listen(switch.parts))).outcome is Outcome.ABANDONED


def test_an_agent_complete_after_the_gap_proves_the_answer_within_it(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.login(0)
    switch.join(80.4, 1)
    after = lambda: switch.complete(110, 1, 1001, 9, 12, 17)  # noqa: E731
    entry = _only(entries_of(listen(*_two_connections(switch, after))))
    assert (entry.outcome, entry.agent, entry.ended_by) == (Outcome.ANSWERED, "PJSIP/1001", "caller")
    assert (entry.wait_ms, entry.wait_in_seconds, entry.talk_ms) == (12_000, True, 17_000)


def test_a_restarted_switch_ends_every_talk_and_logs_everybody_off(switch: Any, listen: Listen) -> None:
    switch.login(0)
    switch.join(80, 1)
    switch.connect(90, 1, 1001, 9, 10)
    switch.send(
        90.1, "QueueMemberStatus", ("Queue", "101"), *switch.member(1001), ("Status", 2), ("Paused", 0)
    )
    after = lambda: switch.complete(110, 1, 1001, 9, 10, 20, caller=False, handler=False)  # noqa: E731
    events = listen(*_two_connections(switch, after, startup="19:00:00"))
    assert EventType.COMPLETED not in {event.type for event in events}
    assert [(e.agent, e.reason) for e in events if e.type is EventType.AGENT_STATE][-1] == (
        "PJSIP/1001",
        "logged off",
    )


def test_the_same_instance_after_a_gap_keeps_its_talks(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.login(0)
    switch.join(80, 1)
    switch.connect(90, 1, 1001, 9, 10)
    after = lambda: switch.complete(110, 1, 1001, 9, 10, 20, caller=False, handler=False)  # noqa: E731
    assert _only(entries_of(listen(*_two_connections(switch, after)))).talk_ms == 20_000


def test_entries_are_numbered_for_each_queue_by_itself(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.join(0, 1)
    switch.connect(5, 1, 1001, 9, 5)
    switch.complete(9, 1, 1001, 9, 5, 4, "transfer")
    switch.queue = "crime"
    switch.join(9.1, 1)
    switch.give_up(20, 1, 11)
    found = [(e.queue, e.entry_no, e.outcome.value) for e in entries_of(listen(switch.parts))]
    assert found == [("101", 1, "answered"), ("crime", 1, "abandoned")]


def test_a_presentation_that_is_prohibited_hides_the_number(
    switch: Any, listen: Listen, entries_of: Derive
) -> None:
    switch.user_event(0, 1, "CallArrived", ("CallerPres", "prohib_not_screened"))
    switch.join(0.1, 1)
    assert _only(entries_of(listen(switch.parts))).caller == WITHHELD


def test_state_names_pair_the_member_with_the_interface(switch: Any, listen: Listen) -> None:
    pause = [("Status", 1), ("Paused", 1), ("PausedReason", "Meal break")]
    switch.send(0, "QueueMemberPause", ("Queue", "101"), *switch.member(1002), *pause)
    switch.send(1, "QueueMemberStatus", ("Queue", "101"), *switch.member(1002), *pause)
    switch.send(
        2,
        "QueueMember",
        ("Queue", "101"),
        ("Name", "Operator 1003"),
        ("Location", "PJSIP/1003"),
        ("Status", 1),
    )
    states = [(e.member, e.agent, e.reason) for e in listen(switch.parts)]
    assert states == [
        ("Operator 1002", "PJSIP/1002", "paused: Meal break"),
        ("Operator 1003", "PJSIP/1003", "idle"),
    ]


def test_one_id_never_stands_for_two_contents(switch: Any, listen: Listen) -> None:
    """However a stream is torn, an event that says something else bears another id."""
    switch.user_event(0, 1, "CallArrived", ("CallerPres", "prohib_not_screened"))
    switch.join(0.1, 1)
    switch.no_answer(6, 1, 1002, 5)
    switch.connect(10, 1, 1001, 11, 10)
    switch.blind_transfer(14.9, 1, 1001, 11)
    switch.complete(14.91, 1, 1001, 11, 10, 5, "transfer")
    switch.join(15, 1)
    switch.leave(20, 1)
    switch.user_event(20.1, 1, "CallbackRequested")
    known: dict[str, CallEvent] = {}
    for cut in range(len(switch.parts) + 1):
        for heard in (listen(switch.parts[:cut], switch.parts[cut:]), listen(switch.parts[cut:])):
            for event in heard:
                same = replace(event, sequence=0)
                assert known.setdefault(event.event_id, same) == same
