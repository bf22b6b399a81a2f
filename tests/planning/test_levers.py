"""Each lever of a what-if changes what it says and nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.planning.jobs.levers import ONLINE, LeverRefused, fitted_hours, handler_hours, joined, moved
from darwin.science.queueing import required_servers
from darwin.science.twin.scenario import Scenario, read_scenario

TARGET, WITHIN_S = 0.8, 30.0


def scenario(name: str = "101", handlers: int = 8, rate: float = 60.0, redial: float = 0.3) -> Scenario:
    """One queue, the same at every hour, of the scenario file."""
    return read_scenario(
        f"""
        days = 7
        [[types]]
        name = "{name}"
        rate_per_hour = {rate}
        talk = {{ law = "exponential", mean = 400 }}
        wrap = {{ law = "none" }}
        patience = {{ law = "exponential", mean = 300 }}
        redial = {{ probability = {redial}, delay = {{ law = "exponential", mean = 300 }} }}
        [[groups]]
        name = "handlers"
        skills = ["{name}"]
        handlers = {handlers}
        """
    )


def both() -> Scenario:
    return joined([scenario(), scenario("999", handlers=6, rate=20.0)])


def move(base: Scenario, **levers: Any) -> Scenario:
    return moved(base, levers, TARGET, WITHIN_S)


def test_two_queues_stand_side_by_side_with_their_own_handlers() -> None:
    found = both()
    assert [one.name for one in found.types] == ["101", "999"]
    assert [(group.name, group.skills) for group in found.groups] == [("101", ((0, 1),)), ("999", ((1, 1),))]
    assert [rule.name for rule in found.policy.types] == ["101", "999"]


@pytest.mark.parametrize(
    ("people", "changed"),
    [
        ({"more": 2, "from": 8, "to": 20}, range(8, 20)),
        ({"more": -3, "from": 22, "to": 6}, [22, 23, *range(6)]),
        ({"more": 1, "from": 5, "to": 5}, range(24)),
    ],
)
def test_people_are_added_between_the_hours_of_every_day_and_nowhere_else(
    people: dict[str, int], changed: Any
) -> None:
    base = scenario()
    handlers = move(base, people=people).groups[0].handlers
    hours = {at % 48 // 2 for at, number in enumerate(handlers) if number != 8}
    assert hours == set(changed)
    assert set(handlers) <= {8, 8 + people["more"]}
    assert move(base, people=people).types == base.types


def test_taking_the_last_handler_away_is_refused_with_the_half_hour() -> None:
    with pytest.raises(
        LeverRefused, match=r"Nobody would be on duty on Monday at 03:00, when 60\.0 contacts"
    ):
        move(scenario(), people={"more": -8, "from": 3, "to": 4})


def test_an_hour_later_moves_every_handler_an_hour_and_keeps_the_hours() -> None:
    base = scenario()
    ramp = replace(base.groups[0], handlers=tuple(1 + at for at in range(336)))
    base = replace(base, groups=(ramp,))
    later, earlier = (move(base, shifts=word).groups[0].handlers for word in ("later", "earlier"))
    assert later[2:] == ramp.handlers[:-2]
    assert earlier[:-2] == ramp.handlers[2:]
    assert sum(later) == sum(earlier) == sum(ramp.handlers)


@given(
    rates=st.lists(st.sampled_from([0.0, 2.0, 15.0, 60.0, 140.0]), min_size=24, max_size=24).filter(any),
    spare=st.integers(0, 900),
)
def test_fitted_hours_are_the_same_hours_and_somebody_is_there_wherever_contacts_come(
    rates: list[float], spare: int
) -> None:
    kind = replace(scenario().types[0], rate=tuple(rate / 3600 for rate in rates for _ in range(14)))
    half_hours = sum(rate > 0 for rate in kind.rate) + spare
    found = fitted_hours(kind, half_hours, TARGET, WITHIN_S)
    assert sum(found) == half_hours
    assert all((number > 0) == (rate > 0) for number, rate in zip(found, kind.rate, strict=True))


def test_hours_that_are_just_enough_are_put_where_erlang_a_needs_them() -> None:
    rates = [10.0, 80.0] * 12
    kind = replace(scenario().types[0], rate=tuple(rate / 3600 for rate in rates for _ in range(14)))
    needed = {rate: required_servers(rate / 3600, 400, TARGET, WITHIN_S, 300) for rate in (10.0, 80.0)}
    found = fitted_hours(kind, sum(needed[rate] * 14 for rate in rates), TARGET, WITHIN_S)
    assert found == [needed[rate] for rate in rates for _ in range(14)]


@given(share=st.floats(0.01, 0.9), minutes=st.floats(0, 60))
def test_moving_callers_online_loses_nobody_and_gives_the_same_handlers_their_reports(
    share: float, minutes: float
) -> None:
    base = scenario()
    found = move(base, online={"share": share, "minutes": minutes})
    calls, reports = found.types
    assert reports.name == ONLINE
    assert calls.rate[0] + reports.rate[0] == pytest.approx(base.types[0].rate[0], rel=1e-12)
    assert reports.talk.mean == pytest.approx(60 * minutes)
    assert reports.patience.name == "none"
    # Calls first, reports after them, and a rule of the policy for each type.
    assert found.groups[0].skills == ((0, 1), (1, 2))
    assert len(found.policy.types) == len(found.types)


def test_a_new_skill_splits_the_handlers_and_adds_none() -> None:
    base = both()
    found = move(base, skill={"share": 0.25, "queue": "999"})
    assert handler_hours(found) == handler_hours(base)
    assert [(group.skills, group.handlers[0]) for group in found.groups] == [
        (((0, 1),), 6),
        (((1, 1),), 6),
        (((0, 1), (1, 2)), 2),
    ]


def test_a_call_back_is_offered_to_who_would_wait_so_long() -> None:
    offer = move(scenario(), call_back={"after_s": 90.0, "taken": 0.4}).types[0].callback
    assert offer is not None
    assert (offer.over_s, offer.accepted) == (90.0, 0.4)


def test_a_priority_that_would_change_nothing_is_refused() -> None:
    assert move(scenario(), priority="repeat").policy.repeat_ahead == 1.0
    with pytest.raises(LeverRefused, match="who rings again"):
        move(scenario(redial=0.0), priority="repeat")
    for priority in ("urgency", "ageing"):
        with pytest.raises(LeverRefused, match="one queue only"):
            move(both(), priority=priority)
    skilled = move(both(), skill={"share": 0.5, "queue": "999"}, priority="ageing")
    assert all(rule.ages_every_s == 60.0 for rule in skilled.policy.types)


def test_levers_move_together() -> None:
    found = move(
        both(),
        people={"more": 1, "from": 0, "to": 0},
        online={"share": 0.1, "minutes": 6.0},
        skill={"share": 0.5, "queue": "999"},
    )
    assert [one.name for one in found.types] == ["101", "999", ONLINE]
    assert sum(group.handlers[0] for group in found.groups) == 9 + 6
    assert found.groups[2].skills == ((0, 1), (2, 2), (1, 3))
