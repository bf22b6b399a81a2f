"""From a scenario to the memory of one replication: a function of (scenario, seed, number) and nothing else."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from darwin.science import routing
from darwin.science.policy import Policy
from darwin.science.twin import state
from darwin.science.twin.draws import as_arrays
from darwin.science.twin.laws import Law
from darwin.science.twin.model import SLOTS_A_WEEK, Group, Scenario
from darwin.science.twin.streams import key_of

DAY_S = 86_400
SLOTS_A_DAY = 48
# What a seed is split by, beside the replication's number.
ARRIVALS, CONTACTS, DAY_EFFECT, ABSENCE = range(1, 5)
# At first there is room for this many contacts at once; a replication that needs more is run again.
ROOM = 4096


def memory(scenario: Scenario, seed: int, number: int, *, room: int = ROOM, log: int = 0) -> state.State:
    """The state before the first event. `room`: contacts at once; `log`: rows of the sample path to keep."""
    rules, type_rules = routing.as_arrays(scenario.policy)
    lines, line_of = _lines(scenario)
    laws, tables = as_arrays(
        [law for t in scenario.types for law in (t.talk, t.wrap, t.patience, t.redial.delay, _later(t.callback))]
    )
    groups = scenario.groups
    handlers, staff, pools = _handlers(scenario)
    plan = _plan(scenario, handlers)
    levels = np.zeros((len(groups), len(scenario.types)), np.int64)
    for row, group in zip(levels, groups, strict=True):
        for position, level in group.skills:
            row[position] = level
    targets = np.array([group.handlers or (0,) * SLOTS_A_WEEK for group in groups], np.int64)
    return state.State(
        world=_world(scenario, seed, number, room),
        types=_types(scenario, seed, number),
        laws=laws,
        tables=tables,
        pace=_pace(scenario, seed, number),
        rules=rules,
        type_rules=type_rules,
        lines=lines,
        line_of=line_of,
        pools=pools,
        levels=levels,
        staff=staff,
        targets=targets,
        handlers=handlers,
        plan=plan,
        contacts=np.zeros(room, state.CONTACT),
        free=np.arange(room, dtype=np.int64)[::-1].copy(),
        events=np.zeros(room + len(handlers) + 8, state.EVENT),
        patient=np.zeros(room, np.int64),
        counts=np.zeros((2 * len(scenario.types), SLOTS_A_WEEK, len(state.COUNTS))),
        log=np.zeros(log, state.LOG),
    )


def _later(callback: object) -> Law:
    later = getattr(callback, "later", None)
    return later if isinstance(later, Law) else Law("none")


def slots_of(scenario: Scenario) -> int:
    """The half-hours that a replication lasts at most: warm-up, days, and a day for what is still open."""
    return (scenario.warm_up_days + scenario.days + 1) * SLOTS_A_DAY


def phase_of(scenario: Scenario) -> int:
    """The half-hour of the week at time 0: the days that count begin on a Monday at 00:00."""
    return -scenario.warm_up_days * SLOTS_A_DAY % SLOTS_A_WEEK


def _world(scenario: Scenario, seed: int, number: int, room: int) -> NDArray[np.void]:
    world = np.zeros(1, state.WORLD)
    world["look"] = np.inf
    world["warm"] = scenario.warm_up_days * DAY_S
    world["horizon"] = (scenario.warm_up_days + scenario.days) * DAY_S
    world["phase"] = phase_of(scenario)
    world["free_slots"] = room
    world["lines"] = scenario.lines
    world["absence_key"] = key_of(seed, number, ABSENCE)
    return world


def _pace(scenario: Scenario, seed: int, number: int) -> NDArray[np.float64]:
    """Contacts a second by type and half-hour: the week's profile times the effects of the day.

    A day effect is gamma of mean 1, drawn by inversion, so that a larger cv stretches the same days (doubly
    stochastic arrivals: W. Whitt, Dynamic staffing in a telephone call center, 1999).
    """
    slots = slots_of(scenario)
    days = slots // SLOTS_A_DAY
    week = (np.arange(slots) + phase_of(scenario)) % SLOTS_A_WEEK
    common = _day_effects(scenario.day_effect_cv, days, key_of(seed, number, DAY_EFFECT))
    pace = np.empty((len(scenario.types), slots))
    for at, each in enumerate(scenario.types):
        own = _day_effects(each.day_effect_cv, days, key_of(seed, number, DAY_EFFECT, at + 1))
        pace[at] = np.array(each.rate)[week] * np.repeat(common * own, SLOTS_A_DAY)
    return pace


def _day_effects(cv: float, days: int, key: int) -> NDArray[np.float64]:
    if cv == 0:
        return np.ones(days)
    shape = 1 / (cv * cv)
    chances = np.random.Generator(np.random.Philox(key=key)).random(days)
    return np.asarray(gammaincinv(shape, chances) / shape)


def _types(scenario: Scenario, seed: int, number: int) -> NDArray[np.void]:
    types = np.zeros(len(scenario.types), state.TYPE)
    for at, (row, each) in enumerate(zip(types, scenario.types, strict=True)):
        row["arrival_key"] = key_of(seed, number, ARRIVALS, at)
        row["contact_key"] = key_of(seed, number, CONTACTS, at)
        row["threshold"] = each.threshold_s
        row["redial"], row["vulnerable"] = each.redial.probability, each.vulnerable
        row["other"], row["other_type"] = each.redial.other_probability, each.redial.other_type
        row["chat"], row["on_line"] = each.channel == "chat", each.channel == "phone"
        row["work"] = each.talk.mean + each.wrap.mean
        if each.transfer:
            row["transfer"], row["transfer_to"] = each.transfer.probability, each.transfer.to
        if each.callback:
            offer = each.callback
            row["accepted"], row["over"], row["ring"] = offer.accepted, offer.over_s, offer.ring_s
            row["reached"], row["tries"], row["retry"] = offer.reached, offer.tries, offer.retry_s
    return types


def _lines(scenario: Scenario) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """The lines that the scenario's contacts can stand in, and which of them by type and bits."""
    policy: Policy = scenario.policy
    found: dict[tuple[int, float, bool], int] = {}
    line_of = np.zeros((len(scenario.types), 8), np.int64)
    for at, (each, rule) in enumerate(zip(scenario.types, policy.types, strict=True)):
        for bits in range(8):
            callback = bool(bits & state.CALLBACK)
            if callback and each.callback is None:
                continue
            priority = policy.priority_of(
                rule,
                vulnerable=bool(bits & state.VULNERABLE) and each.vulnerable > 0,
                repeat=bool(bits & state.REPEAT),
                callback=callback,
            )
            line_of[at, bits] = found.setdefault((at, priority, callback), len(found))
    lines = np.zeros(len(found), routing.LINE)
    for (at, priority, callback), line in found.items():
        routing.set_line(lines[line], policy.types[at], at, priority, callback=callback)
    return lines, line_of


def _handlers(scenario: Scenario) -> tuple[NDArray[np.void], NDArray[np.void], NDArray[np.void]]:
    """HANDLER, STAFF and POOL records. Where a group is a number, all its handlers are away at first."""
    sizes = [_size(group) for group in scenario.groups]
    handlers = np.zeros(max(1, sum(sizes)), state.HANDLER)
    staff = np.zeros(len(sizes), state.STAFF)
    pools = np.zeros(len(sizes), routing.POOL)
    handlers["contact"] = handlers["next"] = handlers["previous"] = -1
    for end in ("head", "tail", "room_head", "room_tail"):
        pools[end] = -1
    first = 0
    for pool, (group, size) in enumerate(zip(scenario.groups, sizes, strict=True)):
        own = slice(first, first + size)
        handlers["pool"][own] = pool
        staff[pool]["absence"], staff[pool]["chats"] = group.absence, group.chats
        staff[pool]["counted"], staff[pool]["away"] = not group.shifts, -1
        if size and not group.shifts:
            staff[pool]["away"] = first
            handlers["next"][own] = [*range(first + 1, first + size), -1]
        first += size
    return handlers, staff, pools


def _size(group: Group) -> int:
    if group.shifts:
        return sum(shift.handlers for shift in group.shifts)
    # Those who finish their call after the number fell are still there when it rises again.
    return max(group.handlers)


def _plan(scenario: Scenario, handlers: NDArray[np.void]) -> NDArray[np.void]:
    """Who comes, goes and rests, in the order of the week; who is in a shift that spans time 0 is marked."""
    week = SLOTS_A_WEEK * 1800
    start = phase_of(scenario) * 1800
    rows: list[tuple[float, int, int, float]] = []
    first = 0
    for group in scenario.groups:
        number = first
        for shift in group.shifts:
            for handler in range(number, number + shift.handlers):
                for day in shift.days:
                    comes = day * DAY_S + shift.start_s
                    rows.append((comes % week, state.COMES, handler, 0.0))
                    rows.append(((comes + shift.length_s) % week, state.GOES, handler, 0.0))
                    for after, rest in shift.breaks:
                        rows.append(((comes + after) % week, state.RESTS, handler, float(rest)))
                    if (start - comes) % week < shift.length_s:
                        handlers[handler]["state"] = state.IDLE
            number += shift.handlers
        first += _size(group)
    # At one moment those who go go first: a handler whose shifts meet stays.
    rows.sort(key=lambda row: (row[0], row[1] != state.GOES, row[2]))
    plan = np.zeros(len(rows), state.PLANNED)
    for line, (at, what, handler, rest) in zip(plan, rows, strict=True):
        line["at"], line["what"], line["handler"], line["rest"] = at, what, handler, rest
    return plan
