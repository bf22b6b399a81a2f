"""From a scenario to the memory of one replication: a function of (scenario, seed, number) alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from darwin.science import routing
from darwin.science.policy import Policy
from darwin.science.twin import state
from darwin.science.twin.draws import as_arrays
from darwin.science.twin.laws import Law
from darwin.science.twin.model import SLOTS_A_WEEK, ContactType, Group, Scenario
from darwin.science.twin.reading import ScenarioRefused
from darwin.science.twin.streams import key_of

DAY_S = 86_400
SLOTS_A_DAY = 48
# The bytes of a record before its events; what lies behind is written before it is read, but for the counts.
READ_UNWRITTEN: int = state.STATE.fields["events"][1]  # type: ignore[index]
# What a seed is split by, beside the replication's number.
ARRIVALS, CONTACTS, DAY_EFFECT, ABSENCE = range(1, 5)


def memory(
    scenario: Scenario,
    seed: int,
    number: int,
    *,
    log: bool = False,
    used: NDArray[np.void] | None = None,
) -> tuple[NDArray[np.void], NDArray[np.float64]]:
    """One STATE record before the first event, and the pace that `loop.run` wants with it.

    `log`: keep a row of each attempt. `used`: the record of a replication that is over, to be used again: a
    new one costs as much as a tenth of a replication, because the system clears its pages. Raises
    ScenarioRefused for a scenario larger than the limits.
    """
    _check_limits(scenario)
    found = np.zeros(1, state.STATE) if used is None else used
    s = found[0]
    if used is not None:
        found.view(np.uint8)[:READ_UNWRITTEN] = 0
        s["counts"][: 2 * len(scenario.types)] = 0
    rules, type_rules = routing.as_arrays(scenario.policy)
    s["rules"] = rules
    s["rules"]["pools"] = len(scenario.groups)
    _put(s, "type_rules", type_rules)
    _put(s, "types", _types(scenario, seed, number), count="type_count")
    laws, table = as_arrays(
        [law for t in scenario.types for law in (t.talk, t.wrap, t.patience, t.redial.delay, _later(t))]
    )
    _put(s, "laws", laws)
    _put(s, "table", table)
    lines, line_of = _lines(scenario)
    _put(s, "lines", lines, count="line_count")
    _put(s, "line_of", line_of)
    handlers, staff, pools = _handlers(scenario)
    _put(s, "plan", _plan(scenario, handlers), count="plan_count")
    _put(s, "handlers", handlers, count="handler_count")
    _put(s, "staff", staff)
    _put(s, "pools", pools, count="pool_count")
    for pool, group in enumerate(scenario.groups):
        for position, level in group.skills:
            s["levels"][pool, position] = level
        if group.handlers:
            s["targets"][pool] = group.handlers
    s["look"], s["free_contact"] = np.inf, -1
    s["warm"] = scenario.warm_up_days * DAY_S
    s["horizon"] = (scenario.warm_up_days + scenario.days) * DAY_S
    s["slots"], s["phase"] = slots_of(scenario), phase_of(scenario)
    s["capacity"], s["keeps_log"] = scenario.lines, log
    s["absence_key"] = key_of(seed, number, ABSENCE)
    return found, _pace(scenario, seed, number)


def _put(s: Any, name: str, rows: NDArray[Any], count: str = "") -> None:
    """Rows into the beginning of an array of the state."""
    s[name][: len(rows)] = rows
    if count:
        s[count] = len(rows)


def _check_limits(scenario: Scenario) -> None:
    handlers = sum(size_of(group) for group in scenario.groups)
    for what, number, most in (
        ("types", len(scenario.types), state.TYPES),
        ("groups", len(scenario.groups), state.POOLS),
        ("handlers", handlers, state.HANDLERS),
    ):
        if number > most:
            raise ScenarioRefused(
                f"{scenario.name or 'The scenario'} has {number} {what}; at most {most} fit."
            )


def _later(each: ContactType) -> Law:
    return each.callback.later if each.callback else Law("none")


def slots_of(scenario: Scenario) -> int:
    """The half-hours that a replication lasts at most: warm-up, days, and a day for what is still open."""
    return (scenario.warm_up_days + scenario.days + 1) * SLOTS_A_DAY


def phase_of(scenario: Scenario) -> int:
    """The half-hour of the week at time 0: the days that count begin on a Monday at 00:00."""
    return -scenario.warm_up_days * SLOTS_A_DAY % SLOTS_A_WEEK


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
    sizes = [size_of(group) for group in scenario.groups]
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


def size_of(group: Group) -> int:
    """How many handlers a group has at most."""
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
        first += size_of(group)
    # At one moment those who go go first: a handler whose shifts meet stays.
    rows.sort(key=lambda row: (row[0], row[1] != state.GOES, row[2]))
    plan = np.zeros(len(rows), state.PLANNED)
    for name, values in zip(("at", "what", "handler", "rest"), zip(*rows, strict=True), strict=False):
        plan[name] = values
    return plan
