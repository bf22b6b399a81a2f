"""The rosters of the experiment: the one of before, in any size, and one that fits the forecast."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from ortools.math_opt.python import mathopt

from darwin.errors import DarwinError
from darwin.science.queueing import erlang_a
from darwin.science.rostering.instance import Agent, Instance, WeekShift
from darwin.science.rostering.patterns import patterns_of
from darwin.science.rostering.tours import match_days
from experiments.leicestershire.centre import (
    ASSUMED,
    BOTH,
    BREAK_TURNS,
    CALLERS,
    DESK_101,
    DESK_999,
    Centre,
    Roster,
    Shift,
    paid_hours,
)

SLOTS = 336
# Of a person in a week: the contract of full time, and the rules that [levers.roster] states.
WEEK_HOURS, MOST_SHIFTS, REST_HOURS = 40, 6, 11
SLOT_MINUTES = 30
# How far from the best the solver may stop: it is the same roster on every machine, and soon enough.
GAP = 2e-3
TIME_LIMIT = timedelta(minutes=5)


class NoRoster(DarwinError):
    """The solver found no roster."""


def before_roster(line: str, person_shifts: int, *, equal_teams: bool = False) -> Roster:
    """The before's shifts with so many person-shifts a week: in proportion, by largest remainder."""
    shape = ASSUMED["shape"][f"weekdays_{line}"]
    weights = [day if line == "101" else day**0.5 for day in shape]
    shifts = ASSUMED["before"][f"shifts_{line}"]
    wanted = {
        (day, int(shift["start"][:2]), shift["hours"]): weights[day] * (1 if equal_teams else shift["people"])
        for day in range(7)
        for shift in shifts
    }
    scale = person_shifts / sum(wanted.values())
    people = {key: int(each * scale) for key, each in wanted.items()}
    by_remainder = sorted(wanted, key=lambda key: people[key] - wanted[key] * scale)
    for key in by_remainder[: person_shifts - sum(people.values())]:
        people[key] += 1
    return tuple(Shift(*key, count) for key, count in people.items() if count)


def fitted(centre: Centre) -> Centre:
    """The centre with rosters that fit what it expects, in as many paid hours a week as it has, or fewer."""
    rates = centre.rates()
    lines = {
        DESK_101: [f"101 {name}" for name in CALLERS],
        DESK_999: ["999"],
        BOTH: ["999", *(f"101 {name}" for name in CALLERS)],
    }
    found = {}
    for desk, hours in _desks(centre).items():
        kinds = lines[desk]
        hourly = [sum(rates[kind][hour] for kind in kinds) for hour in range(168)]
        work = [sum(rates[kind][hour] * _length(kind) for kind in kinds) for hour in range(168)]
        mean = sum(work) / sum(hourly) * centre.lengths
        patience = ASSUMED["lengths"]["patience_999"]["mean"] if desk == DESK_999 else centre.patience
        found[desk] = _fit(tuple(hourly), mean, patience, 1 - centre.absence, hours)
    return replace(centre, rosters=found)


def fewest_people(centre: Centre) -> int:
    """How many people at least work the rosters: at most 40 hours and six shifts a week, 11 hours' rest.

    Who is matched to which shifts is `darwin.science.rostering.tours`; each desk has its own people.
    """
    return sum(_people(roster) for roster in centre.rosters.values())


def _people(roster: Roster) -> int:
    kinds = sorted({shift.hours for shift in roster})
    people = -(-paid_hours([roster]) // WEEK_HOURS)
    while True:
        instance = Instance(
            name="",
            slot_minutes=SLOT_MINUTES,
            requirement=(0,) * SLOTS,
            agents=(Agent("", MOST_SHIFTS, WEEK_HOURS),) * people,
            starts=tuple(range(0, 48, 2)),
            shift_types=tuple(WeekShift(2 * hours, hours, 0, (0,)) for hours in kinds),
            rest_slots=REST_HOURS * 2,
            one_start_a_day=True,
            unit_h=Fraction(1),
        )
        patterns = patterns_of(instance)
        classes = zip(patterns.start.tolist(), patterns.kind.tolist(), strict=True)
        at = {(start, kinds[kind]): number for number, (start, kind) in enumerate(classes)}
        wanted = np.zeros(len(at), np.int64)
        for shift in roster:
            wanted[at[shift.weekday * 48 + shift.start * 2, shift.hours]] += shift.people
        if not match_days(instance, patterns, wanted)[1].any():
            return people
        people += 1


def _desks(centre: Centre) -> dict[str, int]:
    """The desks that are fitted each by itself, with the paid hours of each."""
    if "skills" in centre.levers:
        return {BOTH: paid_hours(centre.rosters.values())}
    return {desk: paid_hours([roster]) for desk, roster in centre.rosters.items()}


def _length(kind: str) -> float:
    """Mean talk and wrap-up, seconds."""
    lengths = ASSUMED["lengths"]
    if kind == "999":
        return float(lengths["talk_999"]["mean"] + lengths["wrap_999"]["mean"])
    return float(ASSUMED["callers"][kind.removeprefix("101 ")]["talk"] + lengths["wrap_101"]["mean"])


@cache
def _fit(hourly: tuple[float, ...], length: float, patience: float, present: float, hours: int) -> Roster:
    """The shifts in which callers are expected to wait least in all, within so many paid hours a week.

    What a half-hour's callers wait is that of an Erlang A of its own (`darwin.science.queueing`). It is
    convex in the number of handlers, so that their sum is a linear programme but for whole people.
    """
    lever = ASSUMED["levers"]["roster"]
    model = mathopt.Model()
    starts = range(int(lever["first_start"][:2]), int(lever["last_start"][:2]) + 1)
    people = {
        (day, start, length_h): model.add_integer_variable(lb=0)
        for day in range(7)
        for start in starts
        for length_h in lever["hours"]
    }
    there: list[list[Any]] = [[] for _ in range(SLOTS)]
    for (day, start, length_h), count in people.items():
        for slot, share in enumerate(_presence(length_h)):
            there[(day * 48 + start * 2 + slot) % SLOTS].append(share * present * count)
    waiting: list[Any] = []
    for slot in range(SLOTS):
        waits = _waits(hourly[slot // 2], length, patience)
        steps = [model.add_variable(lb=0, ub=1) for _ in waits[1:]]
        model.add_linear_constraint(mathopt.fast_sum(steps) <= mathopt.fast_sum(there[slot]))
        model.add_linear_constraint(mathopt.fast_sum(there[slot]) >= 1)
        waiting += [(waits[n + 1] - waits[n]) * step for n, step in enumerate(steps)]
    model.add_linear_constraint(mathopt.fast_sum(key[2] * count for key, count in people.items()) <= hours)
    model.minimize(mathopt.fast_sum(waiting))
    parameters = mathopt.SolveParameters(relative_gap_tolerance=GAP, time_limit=TIME_LIMIT)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    if not result.has_primal_feasible_solution():
        raise NoRoster(f"No roster of {hours} hours a week has somebody there at all times.")
    values = result.variable_values()
    return tuple(Shift(*key, round(values[count])) for key, count in people.items() if round(values[count]))


def _presence(hours: int) -> list[float]:
    """The share of people of a shift who are not on break in each of its half-hours."""
    minutes = ASSUMED["before"]["break_minutes"]["value"]
    found = [1.0] * (hours * 60 // SLOT_MINUTES)
    for turn in range(BREAK_TURNS):
        begin = hours * 30 + (turn - BREAK_TURNS / 2) * minutes
        for slot in range(len(found)):
            over = min(begin + minutes, (slot + 1) * SLOT_MINUTES) - max(begin, slot * SLOT_MINUTES)
            found[slot] -= max(0.0, over) / SLOT_MINUTES / BREAK_TURNS
    return found


@cache
def _waits(rate: float, length: float, patience: float) -> list[float]:
    """Seconds waited by the callers of an hour with 0, 1, 2, … handlers, until more make no difference."""
    found = [rate * patience]
    while found[-1] > 1e-3 * rate:
        expected = erlang_a(rate / 3600, length, patience, len(found))
        found.append(rate * expected.mean_wait_all)
    return found
