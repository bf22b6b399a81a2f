"""The practice force's day from event to event: the callers of the history, queued as time goes on."""

import itertools
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin.contact.telephony.entries import derive_call
from darwin.contact.telephony.events import CallEvent, Entry, EventType, Outcome
from darwin.contact.telephony.position import Stage, position_of
from darwin.practice.force import play_day
from darwin.practice.live.adopting import open_floor
from darwin.practice.live.answering import rings_like
from darwin.practice.live.floor import PERSON_RINGS_MS
from darwin.practice.live.journeys import PracticeFloor
from darwin.practice.live.people import TelephoneRefuses, obey
from darwin.practice.live.reports import COLLEAGUES_LEAVE_MS
from darwin.practice.live.seats import Doing
from darwin.practice.live.today import SPOKEN, draw_live, draw_today
from darwin.practice.roster import MINUTE
from darwin.practice.rows import Call
from darwin.practice.story import Story, local_ms
from darwin.practice.stretches import PLAYED, Stretch, is_live, of_history

STORY = Story(date(2026, 11, 1))
MONDAY = date(2026, 11, 9)
SAM = "PJSIP/1001"
PEOPLE = {SAM: "Sam Okoro"}
HOUR = 60 * MINUTE


def played(start: int, end: int, people: dict[str, str] = PEOPLE) -> tuple[PracticeFloor, list[CallEvent]]:
    floor = open_floor(STORY, start, people)
    floor.advance(end)
    return floor, floor.switch.take()


@cache
def whole_day() -> tuple[CallEvent, ...]:
    """Monday from 09:00 to Tuesday 09:00, with nobody real at a telephone."""
    return tuple(played(local_ms(MONDAY, 9), local_ms(MONDAY, 33), {})[1])


def entries(events: tuple[CallEvent, ...] | list[CallEvent]) -> dict[str, list[Entry]]:
    calls: dict[str, list[CallEvent]] = defaultdict(list)
    for event in events:
        if event.call_id:
            calls[event.call_id].append(event)
    return {name: derive_call(found).entries for name, found in calls.items()}


def history(start: int, end: int) -> list[Call]:
    """The history's calls that were alive in [start, end)."""
    days = (MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=1))
    calls = [call for day in days for call in play_day(STORY, day)]
    return [call for call in calls if call.settled >= start and call.arrived < end and call.channel in SPOKEN]


def test_every_caller_of_the_twin_calls_live_once_and_nobody_else_but_redials() -> None:
    start, end = local_ms(MONDAY, 9), local_ms(MONDAY, 33)
    live = {event.call_id for event in whole_day() if event.type is EventType.OFFERED}
    first = {name for name in live if name and not name.endswith("R")}
    today = draw_live(STORY, MONDAY)
    tomorrow = draw_live(STORY, MONDAY + timedelta(days=1))
    expected = {name for day in (today, tomorrow) for at, name in day.arrivals if start <= at < end}
    adopted = {call.call_id for call in history(start, end) if call.arrived < start}
    assert expected <= first
    assert first - expected <= adopted


def test_a_live_day_comes_to_what_the_same_day_of_the_history_comes_to() -> None:
    """Other callers by the same laws, the same colleagues: volumes agree within four standard deviations of a
    Poisson number with a day effect of 5%, shares within those of a share."""
    live = [entry for found in entries(whole_day()).values() for entry in found]
    told = [leg for call in history(local_ms(MONDAY, 9), local_ms(MONDAY, 33)) for leg in call.legs]
    for queue in ("switchboard", "101", "crime", "999"):
        ours = Counter(entry.outcome for entry in live if entry.queue == queue)
        theirs = Counter(leg.outcome for leg in told if leg.queue == queue)
        mean = theirs.total()
        # Both days are drawn: twice the variance.
        assert abs(ours.total() - mean) < 4 * (2 * (mean + (0.05 * mean) ** 2)) ** 0.5
        share, other = ours[Outcome.ANSWERED] / ours.total(), theirs["answered"] / mean
        chance = (other * (1 - other) * (1 / ours.total() + 1 / mean)) ** 0.5
        assert abs(share - other) < 4 * max(chance, 0.01)
    waits = [
        entry.wait_ms or 0 for entry in live if entry.queue == "101" and entry.outcome is Outcome.ANSWERED
    ]
    theirs_in_time = [
        (leg.wait_ms or 0) <= 30_000 for leg in told if leg.queue == "101" and leg.connected is not None
    ]
    in_time = sum(wait <= 30_000 for wait in waits) / len(waits)
    assert in_time == pytest.approx(sum(theirs_in_time) / len(theirs_in_time), abs=0.15)
    interpreted = [entry for entry in live if entry.queue == "interpreter"]
    expected = sum(leg.queue == "interpreter" for leg in told)
    assert abs(len(interpreted) - expected) < 4 * (2 * expected) ** 0.5
    assert any(entry.queue == "recorded-message" for entry in live)
    assert any(entry.queue == "call-backs" for entry in live)


def test_no_colleague_is_on_two_calls_at_once() -> None:
    busy: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for found in entries(whole_day()).values():
        for entry in found:
            if entry.agent and entry.connected_at and entry.completed_at:
                busy[entry.agent].append((entry.connected_at.timestamp(), entry.completed_at.timestamp()))
    assert len(busy) > 60
    for spells in busy.values():
        for (_, ended), (began, _) in itertools.pairwise(sorted(spells)):
            assert began >= ended


def test_an_event_says_what_it_says_once() -> None:
    names = [event.event_id for event in whole_day()]
    assert len(set(names)) == len(names)
    moments = [event.at for event in whole_day() if event.type in (EventType.CONNECTED, EventType.QUEUED)]
    assert moments


def test_a_stay_in_the_switchboard_hands_on_and_the_crime_line_is_a_transfer() -> None:
    found = [stays for stays in entries(whole_day()).values() if any(e.queue == "crime" for e in stays)]
    assert len(found) > 100
    for stays in found:
        by_queue = {entry.queue: entry for entry in stays}
        if "101" in by_queue and by_queue["101"].completed_at is not None:
            assert by_queue["101"].ended_by in ("blind_transfer", "attended_transfer")
            assert by_queue["crime"].joined_at == by_queue["101"].completed_at


def test_colleagues_work_what_is_reported_online_so_that_the_list_does_not_grow() -> None:
    start, end = local_ms(MONDAY, 9), local_ms(MONDAY, 33)
    floor = open_floor(STORY, start, {})
    floor.advance(end)
    names = [call.call_id for call in floor.told.written]
    worked = [call.call_id for call in floor.told.worked]
    days = (MONDAY, MONDAY + timedelta(days=1))
    reports = [one.call for day in days for one in draw_live(STORY, day).reports]
    assert sorted(names) == sorted(one.call_id for one in reports if start <= one.arrived <= end)
    assert len(set(worked)) == len(worked)
    assert set(names) == set(worked) | set(floor.reports.open)
    waiting_long = [one for one in floor.reports.open.values() if one.call.arrived < end - HOUR]
    assert not waiting_long
    assert all(call.disposition for call in floor.told.worked)


def test_no_colleague_takes_a_report_that_somebody_real_has_or_was_left_no_time_to_take() -> None:
    start = local_ms(MONDAY, 9)
    floor = open_floor(STORY, start, PEOPLE)
    first, second = draw_live(STORY, MONDAY).reports[:2]
    floor.reports.taken = {first.call.call_id}
    for one in (first, second):
        floor.reports.wait(one, start)
    floor.advance(start + COLLEAGUES_LEAVE_MS - 1)
    assert {first.call.call_id, second.call.call_id} <= floor.reports.open.keys()
    floor.advance(start + HOUR)
    assert first.call.call_id in floor.reports.open
    assert second.call in floor.told.worked


@settings(max_examples=10)
@given(st.integers(0, 24 * 60 - 1), st.integers(2, 120))
def test_the_seam_doubles_nobody_and_loses_nobody_wherever_it_lies(start: int, length: int) -> None:
    """Played live for a while, from the history before and after: of the history's callers those who were
    there before or after the stretch, of the twin's those of the stretch, and everybody once."""
    begins = local_ms(MONDAY, 7) + start * MINUTE
    ends = begins + length * MINUTE
    floor = open_floor(STORY, begins, {})
    floor.advance(ends - 1)
    live = {event.call_id for event in floor.switch.take() if event.type is EventType.OFFERED}
    days = (MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=1))
    told = [call for day in days for call in play_day(STORY, day)]
    kept = {call.call_id for call in of_history(told, [Stretch(begins, ends)])}
    assert not live & kept
    of_history_alone = {
        name for day in days for at, name in draw_today(STORY, day).arrivals if not begins <= at < ends
    }
    of_twin = {name for day in days for at, name in draw_live(STORY, day).arrivals if begins <= at < ends - 1}
    assert of_history_alone <= live | kept
    assert of_twin <= live
    assert not {name for name in kept if name.startswith(("T", "U"))}
    never_live = {call.call_id for call in told if call.channel not in PLAYED}
    assert never_live <= kept
    online = [call for call in told if call.channel == "ONLINE_REPORT"]
    assert {call.call_id for call in online if not begins <= call.arrived < ends} <= kept
    reported = {call.arrived for call in floor.told.written}
    of_stretch = (one.call.arrived for day in days for one in draw_live(STORY, day).reports)
    assert reported == {at for at in of_stretch if begins <= at < ends}


def test_a_call_that_an_earlier_stretch_had_is_not_taken_over_again() -> None:
    now = local_ms(MONDAY, 10)
    earlier = (Stretch(now - HOUR, now - 5 * MINUTE),)
    floor = open_floor(STORY, now, {}, earlier)
    names = {event.call_id for event in floor.switch.take() if event.call_id}
    was_live = {call.call_id for call in history(now - HOUR, now) if is_live(call, earlier)}
    assert was_live
    assert not names & was_live


def test_the_floor_begins_as_the_history_left_it() -> None:
    now = local_ms(MONDAY, 11)
    floor = open_floor(STORY, now, {})
    calls: dict[str, list[CallEvent]] = defaultdict(list)
    for event in floor.switch.take():
        if event.call_id:
            calls[event.call_id].append(event)
    standing = {name: place for name, found in calls.items() if (place := position_of(found))}
    talking = {
        call.call_id
        for call in history(now, now + 1)
        for leg in call.legs
        if leg.queue
        and leg.connected
        and leg.completed
        and leg.connected < now < leg.completed
        and leg.kind != "INTERPRETER_WAIT"
    }
    assert {name for name, place in standing.items() if place.stage is Stage.TALKING} >= talking
    assert len(talking) > 5


def test_a_call_back_is_promised_and_kept_unless_somebody_real_has_kept_it() -> None:
    start, end = local_ms(MONDAY, 9), local_ms(MONDAY, 20)
    floor = open_floor(STORY, start, {})
    floor.advance(end)
    told = floor.take_told()
    promised = {call.call_id for call in told.promised}
    kept = {call.call_id for call in told.kept}
    assert len(kept) > 3
    assert kept <= promised
    other = open_floor(STORY, start, {})
    while other.now < end:
        other.advance(other.now + MINUTE)
        for promise in other.open_promises.values():
            promise.kept = promise.kept or other.now
    again = other.take_told()
    assert len(again.kept) < len(kept)


# Somebody real at a telephone.


def until_it_rings(floor: PracticeFloor) -> str:
    seat = floor.people[SAM]
    for _ in range(20_000):
        floor.advance(floor.now + 100)
        if seat.doing is Doing.RINGING and seat.call is not None:
            return seat.call.caller.call.call_id
    raise AssertionError("nobody rang for half an hour")


def ask(floor: PracticeFloor, kind: str, call_id: str = "", **detail: str) -> None:
    obey(floor, kind, SAM, call_id=call_id, detail=detail, name="0193")


@pytest.fixture
def floor() -> PracticeFloor:
    return open_floor(STORY, local_ms(MONDAY, 10), PEOPLE)


def test_a_person_who_is_ready_is_rung_soon_and_the_simulated_sam_is_not_there(floor: PracticeFloor) -> None:
    assert SAM not in floor.seats
    ask(floor, "ready")
    began = floor.now
    name = until_it_rings(floor)
    assert floor.now - began < 5 * MINUTE
    events = [event for event in floor.switch.take() if event.call_id == name]
    assert [event.type for event in events][-1] is EventType.RINGING
    assert events[-1].agent == SAM


def test_a_call_that_a_person_does_not_answer_goes_to_a_colleague_after_20_seconds(
    floor: PracticeFloor,
) -> None:
    ask(floor, "ready")
    name = until_it_rings(floor)
    rang = floor.now
    floor.advance(rang + PERSON_RINGS_MS + 5 * MINUTE)
    events = [event for event in floor.switch.take() if event.call_id == name]
    missed = next(event for event in events if event.type is EventType.NO_ANSWER)
    assert missed.agent == SAM
    assert missed.ring_ms == PERSON_RINGS_MS
    after = [event for event in events if event.at > missed.at]
    assert after
    assert all(event.agent != SAM for event in after)
    # Whoever did not answer is not rung again before they say that they are there.
    assert floor.people[SAM].doing is Doing.PAUSED


def test_a_person_answers_talks_as_long_as_they_like_and_hangs_up(floor: PracticeFloor) -> None:
    ask(floor, "ready")
    name = until_it_rings(floor)
    ask(floor, "answer", name)
    floor.advance(floor.now + 19 * MINUTE)
    ask(floor, "hang_up", name)
    [entry] = [e for e in entries(floor.switch.take())[name] if e.queue == "101"]
    assert (entry.outcome, entry.agent, entry.talk_ms) == (Outcome.ANSWERED, SAM, 19 * MINUTE)
    assert entry.ended_by == "agent"
    # What came of it is the person's to write.
    assert name not in {call.call_id for call in floor.take_told().calls}
    assert floor.people[SAM].doing is Doing.PAUSED
    ask(floor, "ready")
    assert until_it_rings(floor) != name


def test_a_caller_hangs_up_at_last_when_a_person_talks_for_ever(floor: PracticeFloor) -> None:
    ask(floor, "ready")
    name = until_it_rings(floor)
    ask(floor, "answer", name)
    floor.advance(floor.now + 21 * MINUTE)
    [entry] = [e for e in entries(floor.switch.take())[name] if e.queue == "101"]
    assert (entry.talk_ms, entry.ended_by) == (20 * MINUTE, "caller")


def test_somebody_who_is_not_ready_is_not_rung_and_a_ringing_call_goes_on(floor: PracticeFloor) -> None:
    ask(floor, "ready")
    name = until_it_rings(floor)
    ask(floor, "not_ready", reason="meal")
    floor.advance(floor.now + 8 * MINUTE)
    events = floor.switch.take()
    assert [e.reason for e in events if e.type is EventType.AGENT_STATE and e.agent == SAM][
        -1
    ] == "paused: meal"
    assert not [e for e in events if e.agent == SAM and e.type is EventType.CONNECTED]
    assert [e for e in events if e.call_id == name and e.type in (EventType.CONNECTED, EventType.LEFT)]


def test_a_telephone_says_in_a_sentence_what_it_cannot_do(floor: PracticeFloor) -> None:
    with pytest.raises(TelephoneRefuses, match="has no call now"):
        ask(floor, "answer")
    with pytest.raises(TelephoneRefuses, match="no number to ring"):
        ask(floor, "ring_out")
    ask(floor, "ready")
    name = until_it_rings(floor)
    with pytest.raises(TelephoneRefuses, match="not at your telephone any more"):
        ask(floor, "answer", "another")
    with pytest.raises(TelephoneRefuses, match="not answered yet"):
        ask(floor, "hang_up", name)
    with pytest.raises(TelephoneRefuses, match="busy"):
        ask(floor, "ring_out", number="07700900123")
    with pytest.raises(TelephoneRefuses, match="not one that a person has"):
        obey(floor, "ready", "PJSIP/1002", call_id="", detail={}, name="x")


@pytest.mark.parametrize("who", ["person", "machine", "nobody"])
def test_ringing_somebody_back_reaches_them_their_machine_or_nobody(floor: PracticeFloor, who: str) -> None:
    name = next(str(n) for n in range(1_000) if rings_like(str(n)) == who)
    obey(floor, "ring_out", SAM, call_id="", detail={"number": "07700900142"}, name=name)
    floor.advance(floor.now + 60_000)
    call = f"OUT-{name}"
    found = [event for event in floor.switch.take() if event.call_id == call]
    assert all(event.queue == "call-backs" for event in found)
    [entry] = entries(found)[call]
    if who == "nobody":
        assert entry.outcome is Outcome.EXPELLED
        assert floor.people[SAM].call is None
    else:
        assert entry.outcome is Outcome.ANSWERED
        ask(floor, "hang_up", call)
        [entry] = entries([*found, *floor.switch.take()])[call]
        assert entry.ended_by == "agent"


def test_a_person_can_hang_up_before_anybody_answers(floor: PracticeFloor) -> None:
    name = next(str(n) for n in range(1_000) if rings_like(str(n)) == "person")
    obey(floor, "ring_out", SAM, call_id="", detail={"number": "07700900142"}, name=name)
    with pytest.raises(TelephoneRefuses, match="nothing to answer"):
        ask(floor, "answer")
    ask(floor, "hang_up")
    floor.advance(floor.now + 60_000)
    [entry] = entries([e for e in floor.switch.take() if e.call_id == f"OUT-{name}"])[f"OUT-{name}"]
    assert entry.connected_at is None
    ask(floor, "ready")
    assert until_it_rings(floor)


def test_a_faster_clock_leaves_a_person_20_real_seconds_to_answer(floor: PracticeFloor) -> None:
    floor.rate = 20
    ask(floor, "ready")
    until_it_rings(floor)
    rang = floor.now
    while floor.people[SAM].doing is Doing.RINGING and floor.now < rang + HOUR:
        floor.advance(floor.now + 1_000)
    # 20 seconds outside are 400 here, unless the caller gave up before.
    assert floor.now - rang <= 20 * PERSON_RINGS_MS
    gone = [event for event in floor.switch.take() if event.type in (EventType.NO_ANSWER, EventType.LEFT)]
    assert gone
