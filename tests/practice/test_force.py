"""The made-up force: the same every time, coherent, and with nothing in it that could be anybody's."""

import itertools
import re
from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin.practice.day_101 import Day101
from darwin.practice.force import contacts_between, digest, play_day
from darwin.practice.population import handler_names
from darwin.practice.rows import Call
from darwin.practice.story import Story, local_ms

STORY = Story(date(2026, 11, 1))
DRAMA = re.compile(r"(07700900\d{3}|01164960\d{3})\Z")


@pytest.fixture(scope="module")
def fortnight() -> list[Call]:
    """Fourteen days of September 2026."""
    return list(contacts_between(STORY, local_ms(date(2026, 9, 1)), local_ms(date(2026, 9, 15))))


def test_the_same_seed_and_dates_give_the_same_bytes() -> None:
    span = local_ms(date(2026, 9, 4)), local_ms(date(2026, 9, 6))
    assert digest(contacts_between(STORY, *span)) == digest(contacts_between(Story(date(2026, 11, 1)), *span))


def test_another_seed_gives_another_force() -> None:
    span = local_ms(date(2026, 9, 4)), local_ms(date(2026, 9, 5))
    other = Story(date(2026, 11, 1), seed=7)
    assert digest(contacts_between(STORY, *span)) != digest(contacts_between(other, *span))


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 47), st.integers(0, 59))
def test_adjoining_spans_hold_every_contact_once_wherever_the_cut_falls(hours: int, minutes: int) -> None:
    start, end = local_ms(date(2026, 9, 4)), local_ms(date(2026, 9, 6))
    cut = start + (hours * 60 + minutes) * 60_000
    whole = [call.call_id for call in contacts_between(STORY, start, end)]
    parts = [call.call_id for call in contacts_between(STORY, start, cut)]
    parts += [call.call_id for call in contacts_between(STORY, cut, end)]
    assert len(set(whole)) == len(whole)
    assert sorted(parts) == sorted(whole)


def test_a_contact_of_one_span_says_the_same_in_another() -> None:
    narrow = {c.call_id: repr(c) for c in contacts_between(STORY, *_day(date(2026, 9, 4)))}
    wide = {
        c.call_id: repr(c)
        for c in contacts_between(STORY, local_ms(date(2026, 9, 3)), local_ms(date(2026, 9, 6)))
    }
    assert narrow.items() <= wide.items()


def _day(day: date) -> tuple[int, int]:
    return local_ms(day), local_ms(day + timedelta(days=1))


def test_every_number_is_in_a_range_kept_for_drama(fortnight: list[Call]) -> None:
    assert all(call.number == "" or DRAMA.match(call.number) for call in fortnight)


def test_no_handler_is_on_two_calls_at_once(fortnight: list[Call]) -> None:
    busy: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for call in fortnight:
        for leg in call.legs:
            if leg.agent and leg.connected is not None and leg.completed is not None:
                busy[leg.agent].append((leg.connected, leg.completed + (leg.wrap_ms or 0)))
    assert len(busy) > 150
    for spells in busy.values():
        spells.sort()
        for (_, ended), (began, _) in itertools.pairwise(spells):
            assert began >= ended


def test_nobody_answers_outside_their_shift() -> None:
    for day in (date(2026, 9, 7), date(2025, 8, 11), date(2026, 3, 28)):
        played = Day101(STORY, day, np.random.default_rng(5))
        shifts = {duty.handler.interface: duty for line in played.lines for duty in line.duties}
        answered = [leg for call in played.calls for leg in call.legs if leg.agent and leg.connected]
        assert answered
        for leg in answered:
            assert shifts[leg.agent].start <= leg.connected <= shifts[leg.agent].end  # type: ignore[operator]


def test_the_legs_of_a_call_follow_each_other(fortnight: list[Call]) -> None:
    for call in fortnight:
        moment = call.arrived
        for leg in call.legs:
            assert leg.joined >= moment
            moment = leg.joined
            if leg.outcome == "answered" and leg.wait_ms is not None:
                assert leg.connected == leg.joined + leg.wait_ms
            if leg.outcome == "abandoned":
                assert leg.left == leg.joined + (leg.wait_ms or 0)
                assert leg is call.legs[-1]


def test_every_handler_named_in_a_call_is_known(fortnight: list[Call]) -> None:
    assert {leg.agent for call in fortnight for leg in call.legs if leg.agent} <= handler_names().keys()


def test_a_redial_comes_from_the_number_that_gave_up(fortnight: list[Call]) -> None:
    known = {call.call_id: call for call in fortnight}
    redials = [call for call in fortnight if call.redial_of in known]
    assert len(redials) > 100
    for call in redials:
        before = known[call.redial_of]
        assert call.number == before.number
        assert call.arrived > before.ended
        assert before.legs[-1].outcome in ("abandoned", "refused")


def test_a_kept_promise_is_a_call_to_the_same_number_within_the_hour(fortnight: list[Call]) -> None:
    known = {call.call_id: call for call in fortnight}
    kept = [call for call in fortnight if call.promise and call.promise.kept]
    assert len(kept) > 50
    for call in kept:
        assert call.promise is not None
        assert call.number
        back = known.get(f"{call.call_id}-B")
        if back is not None:  # the last ones of the fortnight end after it
            assert (back.number, back.arrived) == (call.number, call.promise.kept)
        assert call.promise.requested < (call.promise.kept or 0) <= call.promise.promised


def test_what_a_gap_lost_is_unknown_or_absent_and_nothing_else_is() -> None:
    assert sum(gap.end - gap.start for gap in STORY.gaps) == 41 * 60_000
    gap = STORY.gaps[0]
    day = date(2025, 8, 11)
    calls = play_day(STORY, day)
    legs = [leg for call in calls for leg in call.legs]
    unknown = [leg for leg in legs if leg.outcome == "unknown"]
    assert unknown
    assert all(leg.joined < gap.start and leg.wait_ms is None and not leg.agent for leg in unknown)
    ends = [leg.left for leg in legs if leg.left is not None]
    assert not [moment for moment in ends if gap.start <= moment < gap.end]
    assert [leg for leg in legs if leg.joined < gap.start] and [leg for leg in legs if leg.joined >= gap.end]
