"""The decision against an oracle that was written from the rules in docs/outbound.md and not from the code.

The oracle counts minutes of the week and lists what forbids; the code compares times and yields reasons.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from darwin.outbound.channels import all_channels
from darwin.outbound.judging import (
    Condition,
    Limits,
    Override,
    Preference,
    Situation,
    Try,
    Way,
    Why,
    Window,
    judge,
    widens,
)

T = TypeVar("T")
LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 3, 23, tzinfo=UTC)  # the clocks go forward at the end of this week
ME, DEV = UUID(int=1), UUID(int=2)
WAYS = {channel.code: channel.way for channel in all_channels()}
# The last one is a kind that nobody has thought of yet.
DANGEROUS = {"domestic", "stalking", "honour_based", "sexual", "exploitation", "sealed_report", "new"}

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
windows = st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), times, times)


def some(chance: Random, of: Iterable[T], most: int) -> frozenset[T]:
    """Up to so many of them."""
    everything = [*of]
    return frozenset(chance.sample(everything, chance.randint(0, most)))


def before(chance: Random, at: datetime) -> datetime:
    return at - timedelta(minutes=chance.randint(0, 3000))


def random_window(chance: Random) -> Window:
    days = frozenset(chance.sample(range(7), chance.randint(1, 7)))
    return Window(days, time(chance.randint(0, 23)), time(chance.randint(0, 23), 30))


def random_preference(chance: Random, at: datetime) -> Preference:
    confirmed = before(chance, at) if chance.random() < 0.6 else None
    return Preference(
        allowed=some(chance, WAYS, 4),
        not_allowed=some(chance, WAYS, 1) if chance.random() < 0.3 else frozenset(),
        conditions=some(chance, Condition, 3),
        windows=tuple(random_window(chance) for _ in range(chance.choice([0, 0, 1, 2]))),
        asked_at=at,
        confirmed_at=confirmed,
        confirmed_links=chance.randint(0, 3) if confirmed else 0,
        standing=confirmed is not None or chance.random() < 0.5,
    )


def random_override(chance: Random, at: datetime) -> Override:
    decided = before(chance, at)
    ringer = chance.choice([None, ME, ME, DEV])
    return Override(
        decided_at=decided,
        until=decided + timedelta(minutes=chance.randint(1, 4000)),
        rung_by=ringer,
        conditions=some(chance, Condition, 3) if ringer else frozenset(),
        attempt=chance.choice([None, None, UUID(int=77), UUID(int=99)]) if ringer else None,
    )


def random_try(chance: Random, at: datetime, number: int) -> Try:
    begun = before(chance, at)
    ended = min(at, begun + timedelta(minutes=chance.randint(0, 30))) if chance.random() < 0.85 else None
    return Try(
        id=UUID(int=number),
        begun_at=begun,
        ended_at=ended,
        disturbs=chance.random() < 0.7,
        told_not_safe=ended is not None and chance.random() < 0.2,
        held_by=DEV,
        held_by_name="Dev Patel",
    )


def random_situation(chance: Random) -> Situation:
    at = MONDAY + timedelta(minutes=chance.randrange(14 * 24 * 60))
    return Situation(
        way=chance.choice([*WAYS.values(), WAYS["call_back"], WAYS["call_back"]]),
        at=at,
        given=chance.random() < 0.97,
        reachable=chance.random() < 0.97,
        kind=chance.choice(["personal", "not_known", "shared", "care_home", "prison", "switchboard"]),
        links=some(chance, [*DANGEROUS, "child", "weapon"], 2),
        preferences=tuple(random_preference(chance, at) for _ in range(chance.randint(0, 3))),
        override=random_override(chance, at) if chance.random() < 0.5 else None,
        tries=tuple(random_try(chance, at, n) for n in chance.sample([77, 78, 79, 99], chance.randint(0, 3))),
        tries_before=chance.choice([0, 0, 0, 2, 3, 4]),
        limits=Limits(
            hours=Window(frozenset(range(7)), time(8), time(21)),
            gap=timedelta(minutes=chance.choice([0, 10, 120])),
            tries_a_day=chance.randint(1, 4),
            tries_enough=3,
        ),
        any_hour=chance.random() < 0.3,
        by=chance.choice([None, ME, DEV]),
        attempt=chance.choice([None, UUID(int=99)]),
    )


# The situation is drawn by a generator that Hypothesis seeds: ten thousand of them in seconds.
chances = st.randoms(use_true_random=True)


# ------------------------------------------------------------------------------------------------ the oracle


def minute_of_week(at: datetime) -> int:
    local = at.astimezone(LONDON)
    return (local.weekday() * 24 + local.hour) * 60 + local.minute


def week_of(window: Window) -> set[int]:
    """The minutes of the week that a window covers, counted one by one from its start."""
    start = window.starts.hour * 60 + window.starts.minute
    length = (window.ends.hour * 60 + window.ends.minute - start) % 1440 or 1440
    return {(day * 1440 + start + step) % 10080 for day in window.days for step in range(length)}


def may_leave(s: Situation) -> bool:
    """The rules of docs/outbound.md, one line each."""
    channel = s.way.code
    yes = [p for p in s.preferences if channel in p.allowed and channel not in p.not_allowed and p.standing]
    told = [one.begun_at for one in s.tries if one.told_not_safe]
    dangers = len(s.links & DANGEROUS)
    mine = (
        s.override is not None
        and channel == "call_back"
        and s.override.rung_by is not None
        and (
            s.override.attempt == s.attempt
            if s.override.attempt
            else s.override.rung_by == s.by
            and s.override.decided_at <= s.at < s.override.until
            and not any(moment > s.override.decided_at for moment in told)
        )
    )
    confirmed = [p for p in yes if p.confirmed_at]
    others = [one for one in s.tries if one.id != s.attempt]
    noise = [one for one in others if one.disturbs]
    own_hours = [p.windows for p in s.preferences if p.windows]
    loud = channel in ("call_back", "text")
    forbids = {
        "no number": not s.given or not s.reachable,
        "somebody said no": any(channel in p.not_allowed for p in s.preferences),
        "do not ring": bool(s.override and s.override.rung_by is None and s.at < s.override.until),
        "dangerous": not mine and dangers > 0 and not any(p.confirmed_links >= dangers for p in confirmed),
        "told not safe": not mine
        and bool(told)
        and not any(p.confirmed_at and p.confirmed_at > max(told) for p in confirmed),
        "words left behind": channel != "call_back" and not yes,
        "taken": any(one.ended_at is None for one in others),
        "their hours": channel != "letter"
        and any(minute_of_week(s.at) not in set().union(*map(week_of, w)) for w in own_hours),
        "our hours": loud
        and not mine
        and not own_hours
        and not s.any_hour
        and not 8 * 60 <= minute_of_week(s.at) % 1440 < 21 * 60,
        "too soon": loud
        and not mine
        and any(s.at - (one.ended_at or one.begun_at) < s.limits.gap for one in noise),
        "too often today": loud
        and not mine
        and sum(one.begun_at.astimezone(LONDON).date() == s.at.astimezone(LONDON).date() for one in noise)
        >= s.limits.tries_a_day,
        "too often": loud and not mine and s.tries_before >= 3,
    }
    return not any(forbids.values())


seen: Counter[bool] = Counter()


@settings(max_examples=10_000)
@given(chances)
def test_nothing_leaves_against_a_preference_and_what_may_leave_does(chance: Random) -> None:
    situation = random_situation(chance)
    decision = judge(situation)
    assert decision.allowed == may_leave(situation), (decision, situation)
    assert decision.allowed == (not decision.reasons)
    if decision.allowed and situation.way.rings:
        for preference in situation.preferences:
            assert preference.conditions <= decision.conditions
        if decision.uses_override and situation.override:
            assert situation.override.conditions <= decision.conditions
    seen[decision.allowed] += 1


def test_the_ten_thousand_held_enough_of_both() -> None:
    assert not seen or min(seen[True], seen[False]) > 500, seen


@settings(max_examples=1_000)
@given(chances, st.sampled_from([*WAYS]))
def test_another_no_never_lets_more_out(chance: Random, channel: str) -> None:
    situation = random_situation(chance)
    no = Preference(not_allowed=frozenset({channel}), asked_at=situation.at, standing=False)
    stricter = replace(situation, preferences=(*situation.preferences, no))
    assert not judge(stricter).allowed or judge(situation).allowed
    if situation.way.code == channel:
        assert not judge(stricter).allowed


@settings(max_examples=300)
@given(st.lists(windows, max_size=2), st.lists(windows, max_size=2))
def test_hours_are_widened_exactly_when_a_minute_is_added(earlier: list[Window], later: list[Window]) -> None:
    def said(hours: list[Window]) -> Preference:
        return Preference(windows=tuple(hours), asked_at=MONDAY)

    def covered(hours: list[Window]) -> set[int]:
        return set().union(*map(week_of, hours)) if hours else set(range(10080))

    assert widens(said(earlier), said(later)) == (not covered(later) <= covered(earlier))


def test_a_no_taken_back_or_a_condition_dropped_takes_protection_away() -> None:
    def said(no: str = "", *conditions: Condition) -> Preference:
        return Preference(
            not_allowed=frozenset({no} - {""}), conditions=frozenset(conditions), asked_at=MONDAY
        )

    assert widens(said("text"), said())
    assert widens(said("", Condition.ASK_FIRST), said())
    assert not widens(said(), said("text", Condition.ASK_FIRST))
    assert not widens(said("text"), said("text"))


def test_the_reason_told_first_is_the_gravest() -> None:
    taken = Try(
        id=UUID(int=5), begun_at=MONDAY, ended_at=None, disturbs=True, held_by=DEV, held_by_name="Dev Patel"
    )
    decision = judge(
        Situation(
            way=Way(code="call_back", rings=True, leaves_words=False, at_once=True, disturbs=True),
            at=MONDAY,
            links=frozenset({"stalking"}),
            tries=(taken,),
            limits=Limits(
                hours=Window(frozenset(range(7)), time(8), time(21)),
                gap=timedelta(minutes=10),
                tries_a_day=1,
                tries_enough=3,
            ),
        )
    )
    assert decision.reasons == (Why.LINKED, Why.TAKEN, Why.OUT_OF_HOURS, Why.TOO_SOON, Why.TRIED_TODAY)
    assert not decision.safe
