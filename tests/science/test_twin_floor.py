"""Shifts, breaks, absence, falling numbers, chats, call-backs and transfers, seen on sample paths."""

from itertools import pairwise

import pytest

from darwin.science.twin.run import simulate
from darwin.science.twin.sample import Attempt, sample_day
from darwin.science.twin.scenario import read_scenario
from tests.science.twin_scenarios import mean, one_type, run

HOUR = 3600.0
FIXED = '{ law = "deterministic", mean = 600 }'


def day(text: str, weekday: int = 0, seed: int = 2) -> list[Attempt]:
    return sample_day(read_scenario(text), seed=seed, weekday=weekday)


def answered(attempts: list[Attempt]) -> list[Attempt]:
    return [each for each in attempts if each.outcome == "answered"]


def in_talk(attempts: list[Attempt], at: float) -> int:
    return sum(
        each.waited_until_s <= at < each.waited_until_s + each.talk_s - 1e-6 for each in answered(attempts)
    )


@pytest.mark.parametrize("fewer", [3, 1])
def test_identity_rule_the_free_go_first_and_who_talks_finishes(fewer: int) -> None:
    """From 12:00 there are fewer: nobody is cut off, nobody answers while too many talk."""
    numbers = [6] * 12 + [fewer] * 12
    attempts = day(one_type(rate=40, talk=FIXED, handlers=numbers))
    noon = 12 * HOUR
    assert in_talk(attempts, noon) > fewer
    assert all(each.talk_s == 600 for each in answered(attempts))
    later = [each for each in answered(attempts) if each.waited_until_s > noon]
    assert later and all(in_talk(attempts, each.waited_until_s) <= fewer for each in later)


def test_identity_rule_of_one_who_is_free_goes_home_at_once() -> None:
    result = run(one_type(rate=0.001, handlers=[2] * 12 + [1] * 12, days=10), replications=1)
    assert result.replications[0].staffed_s[0] == 10 * (12 * 2 + 12) * HOUR


def test_presence_counts_who_finishes_a_call_after_the_number_fell() -> None:
    result = run(one_type(rate=60, talk=FIXED, handlers=[8] * 12 + [1] * 12, days=10), replications=1)
    planned = 10 * (12 * 8 + 12) * HOUR
    assert planned < result.replications[0].staffed_s[0] < planned + 10 * 7 * 600


def test_a_rising_number_keeps_those_who_would_go() -> None:
    """Eight talk at noon; for the hour of one they finish, and at 13:00 there are eight again, never nine."""
    attempts = day(one_type(rate=200, talk=FIXED, handlers=[8] * 12 + [1] + [8] * 11))
    times = [each.waited_until_s for each in answered(attempts)]
    assert max(in_talk(attempts, at) for at in times) == 8


SHIFT = 'shifts = [{ start = "22:00", hours = 9, handlers = 1%s }]'


def unstaffed(**more: object) -> str:
    short = '{ law = "deterministic", mean = 60 }'
    return one_type(talk=short, rate=20, of_type="may_be_unstaffed = true", **more)  # type: ignore[arg-type]


def test_a_shift_goes_over_midnight() -> None:
    times = [each.waited_until_s for each in answered(day(unstaffed(of_group=SHIFT % "")))]
    assert all(at < 7 * HOUR or at >= 22 * HOUR for at in times)
    assert any(at < HOUR for at in times) and any(6 * HOUR < at < 7 * HOUR for at in times)


def test_a_shift_over_the_end_of_the_week_is_there_on_monday() -> None:
    group = SHIFT % ', days = ["Sun"]'
    monday, tuesday = (day(unstaffed(of_group=group, top="warm_up_days = 0"), weekday=at) for at in (0, 1))
    assert answered(monday) and all(each.waited_until_s < 7 * HOUR for each in answered(monday))
    assert not answered(tuesday)


def test_a_break_is_taken_when_the_call_in_hand_is_over() -> None:
    group = SHIFT % ", breaks = [{ after_hours = 4, minutes = 45 }]"
    attempts = answered(day(unstaffed(of_group=group)))
    gaps = [
        (before.waited_until_s + before.talk_s, after.waited_until_s)
        for before, after in pairwise(sorted(attempts, key=lambda each: each.waited_until_s))
        if after.waited_until_s < 7 * HOUR
    ]
    start, end = max(gaps, key=lambda gap: gap[1] - gap[0])
    assert end - start >= 45 * 60
    assert 2 * HOUR <= end - 45 * 60 < 2 * HOUR + 60 + 900


def test_the_absent_are_not_there() -> None:
    half = '{ start = "%s:00", hours = 12, handlers = 10 }'
    group = f"shifts = [{half % '00'}, {half % '12'}]"
    for text in (group, "handlers = 20"):
        share = {}
        for absence in (0.0, 0.3, 1.0):
            of_group = f"{text}\nabsence = {absence}"
            result = run(one_type(rate=1, days=60, of_group=of_group), replications=1)
            share[absence] = result.replications[0].staffed_s[0]
        assert share[1.0] == 0
        # 1,200 handler-days: four standard deviations are 0.053 of the share.
        assert share[0.3] / share[0.0] == pytest.approx(0.7, abs=0.054)


CHATS = """
days = 1
[[types]]
name = "chat"
channel = "chat"
rate_per_hour = 20
talk = { law = "deterministic", mean = 900 }
patience = { law = "exponential", mean = 60 }
[[types]]
name = "101"
rate_per_hour = 6
talk = { law = "deterministic", mean = 120 }
patience = { law = "exponential", mean = 300 }
[[groups]]
name = "desk"
skills = ["101", "chat"]
handlers = 2
chats = 3
"""


def test_a_handler_has_several_chats_but_no_call_beside_them() -> None:
    attempts = answered(day(CHATS))
    most = 0
    for each in attempts:
        beside = [
            other
            for other in attempts
            if other.handler == each.handler
            and other.waited_until_s <= each.waited_until_s < other.waited_until_s + other.talk_s
        ]
        kinds = {other.type for other in beside}
        assert kinds == {each.type}
        assert len(beside) <= (3 if each.type == "chat" else 1)
        most = max(most, len(beside))
    assert most == 3


CALLBACK = (
    "callback = { accepted = 0.5, over_s = 30, ring_s = 20, reached = 0.7, tries = 2, retry_s = 600%s }"
)


def test_who_takes_a_callback_keeps_the_place_and_leaves_the_line() -> None:
    attempts = day(one_type(handlers=7, of_type=CALLBACK % ""))
    asked = {each.caller: each for each in attempts if each.outcome == "to be rung back"}
    rung = [
        each for each in attempts if each.outcome in ("rung back", "not reached") and each.caller in asked
    ]
    assert len(rung) > 50
    assert all(asked[each.caller].waited_until_s <= each.waited_until_s for each in rung)
    first_in_line = sorted(rung, key=lambda each: asked[each.caller].waited_until_s)
    firsts = [each for each in first_in_line if each.arrived_s == asked[each.caller].arrived_s]
    turns = [each.waited_until_s for each in firsts]
    assert turns == sorted(turns)


def test_a_promised_callback_is_not_rung_before_its_time() -> None:
    later = CALLBACK % ', later = { law = "deterministic", mean = 3600 }'
    attempts = day(one_type(handlers=7, of_type=later))
    asked = {each.caller: each.waited_until_s for each in attempts if each.outcome == "to be rung back"}
    rung = [
        each for each in attempts if each.outcome in ("rung back", "not reached") and each.caller in asked
    ]
    assert rung and all(each.waited_until_s >= asked[each.caller] + 3600 - 1e-6 for each in rung)


def test_callbacks_are_tried_so_often_and_then_lost() -> None:
    result = run(one_type(handlers=7, days=60, of_type=CALLBACK % ""), replications=2)
    accepted = mean(result, "callbacks")
    assert accepted > 1000
    # Of two tries of 0.7 each the share reached is 0.91.
    assert mean(result, "callbacks_reached") / accepted == pytest.approx(0.91, abs=0.02)
    assert mean(result, "lost") == pytest.approx(
        mean(result, "abandoned") + accepted - mean(result, "callbacks_reached"), rel=0.001
    )


def test_at_most_so_many_callbacks_at_once() -> None:
    text = one_type(handlers=7, rate=80, of_type=CALLBACK % "") + "[policy]\ncallback_slots = 1\n"
    rung = [each for each in day(text) if each.outcome in ("rung back", "not reached")]
    spans = sorted((each.waited_until_s, each.waited_until_s + 20 + each.talk_s) for each in rung)
    assert len(spans) > 20
    assert all(before[1] <= after[0] + 1e-6 for before, after in pairwise(spans))


TRANSFER = """
days = 30
[[types]]
name = "switchboard"
rate_per_hour = 60
talk = { law = "exponential", mean = 30 }
transfer = { probability = 0.4, to = "crime" }
[[types]]
name = "crime"
rate_per_hour = 0
talk = { law = "exponential", mean = 300 }
[[groups]]
name = "operators"
skills = ["switchboard"]
handlers = 2
[[groups]]
name = "desk"
skills = ["crime"]
handlers = 4
"""


def test_a_transferred_caller_waits_again_as_another_type() -> None:
    result = run(TRANSFER, replications=2)
    calls = mean(result, "answered", "switchboard")
    assert mean(result, "transfers", "crime") / calls == pytest.approx(0.4, abs=0.01)
    assert mean(result, "offered", "crime") == 0
    legs = [each for each in day(TRANSFER) if each.leg == 1]
    before = {each.caller: each for each in day(TRANSFER) if each.leg == 0}
    inside = [each for each in legs if each.caller in before]
    assert inside
    for each in inside:
        first = before[each.caller]
        assert each.type == "crime"
        assert each.arrived_s == pytest.approx(first.waited_until_s + first.talk_s)


def test_no_more_callers_than_lines() -> None:
    attempts = day(one_type(rate=100, top="lines = 10"))
    assert any(each.outcome == "blocked" for each in attempts)
    inside = [each for each in attempts if each.outcome != "blocked"]
    ends = {id(each): each.waited_until_s + each.talk_s for each in inside}
    busiest = max(
        sum(other.arrived_s <= each.arrived_s < ends[id(other)] for other in inside) for each in inside
    )
    assert busiest == 10


def test_the_vulnerable_wait_less_when_the_policy_moves_them_ahead() -> None:
    text = one_type(handlers=7, days=60, of_type="vulnerable = 0.2")
    for ahead, least, most in ((0.0, 0.95, 1.05), (0.5, 0.0, 0.7)):
        result = run(text + f"[policy]\nvulnerable_ahead = {ahead}\n", replications=4)
        wait = result.of_vulnerable("101")["mean_wait_all"].mean
        assert wait is not None
        assert least < wait / mean(result, "mean_wait_all") < most


GROUPS = """
days = 60
[[types]]
name = "999"
rate_per_hour = 10
talk = { law = "exponential", mean = 300 }
patience = { law = "exponential", mean = 300 }
priority = 1
reserve = %d
[[types]]
name = "101"
rate_per_hour = 60
talk = { law = "exponential", mean = 300 }
patience = { law = "exponential", mean = 300 }
priority = 2
overflow_after_s = %d
[[groups]]
name = "emergency"
skills = ["999", "101"]
handlers = 3
[[groups]]
name = "others"
skills = ["101"]
handlers = 4
"""


def test_reserve_and_overflow_help_999_and_cost_101() -> None:
    found = {case: run(GROUPS % case, replications=4) for case in ((0, 0), (1, 0), (0, 120), (0, 10_000_000))}
    plain = found[0, 0]
    for case in ((1, 0), (0, 120), (0, 10_000_000)):
        assert mean(found[case], "p_wait", "999") < mean(plain, "p_wait", "999") - 0.02, case
        assert mean(found[case], "p_abandon", "101") > mean(plain, "p_abandon", "101"), case
    # Without any overflow 999 has three handlers of its own: Erlang A.
    from darwin.science.queueing import erlang_a

    alone = erlang_a(10 / 3600, 300, 300, 3)
    assert mean(found[0, 10_000_000], "p_wait", "999") == pytest.approx(alone.p_wait, abs=0.01)


def test_a_contact_goes_to_the_group_that_holds_it_earliest() -> None:
    """101 reaches the emergency desk only when the others are all busy."""
    attempts = [each for each in answered(day(GROUPS % (0, 0))) if each.type == "101"]
    everybody = answered(day(GROUPS % (0, 0)))
    for each in attempts:
        assert each.handler is not None
        if each.handler[0] == "emergency" and each.waited_until_s == each.arrived_s and each.arrived_s > HOUR:
            busy = {
                other.handler
                for other in everybody
                if other.waited_until_s <= each.arrived_s < other.waited_until_s + other.talk_s
            }
            assert sum(handler is not None and handler[0] == "others" for handler in busy) == 4


def test_occupancy_is_work_over_presence() -> None:
    text = one_type(
        rate=4,
        talk=FIXED,
        handlers=1,
        days=100,
        of_type='wrap = { law = "deterministic", mean = 100 }',
        patience='{ law = "deterministic", mean = 0 }',
    )
    result = simulate(read_scenario(text), replications=2, seed=1)
    answered_calls = mean(result, "answered")
    occupancy = result.occupancy(0).mean
    assert occupancy == pytest.approx(answered_calls * 700 / (100 * 24 * HOUR), rel=0.001)
