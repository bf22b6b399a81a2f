"""An independent reading of a roster's answer: rules, slots, cost. It knows nothing of the solver.

It reads the instance and the answer as plain JSON values (docs/reference/roster-instance.md) and works in
minutes of a week that repeats.
"""

from typing import Any

WEEK_MINUTES = 7 * 24 * 60


def broken(instance: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    """What is wrong with the answer: empty if it keeps every rule, covers every slot and adds up."""
    faults: list[str] = []
    slot = instance.get("slot_minutes", 30)
    agents = instance["agents"]
    people = agents if isinstance(agents, list) else [{}] * agents
    if len(answer["tours"]) != len(people):
        faults.append(f"{len(answer['tours'])} tours for {len(people)} people")
    covered = [0] * (WEEK_MINUTES // slot)
    paid = 0.0
    for number, tour in enumerate(answer["tours"]):
        own = people[number] if isinstance(people[number], dict) else {}
        paid += _read_tour(instance, own, number, tour, covered, faults)
    faults += [
        f"slot {place}: needs {needed}, has {there}"
        for place, (needed, there) in enumerate(zip(instance["requirement"], covered, strict=True))
        if there < needed
    ]
    if abs(paid - answer["paid_hours"]) > 1e-6:
        faults.append(f"paid hours are {paid}, the answer says {answer['paid_hours']}")
    if answer["bound"] > answer["paid_hours"] + 1e-6:
        faults.append(f"the bound {answer['bound']} lies above the cost {answer['paid_hours']}")
    gap = (answer["paid_hours"] - answer["bound"]) / answer["paid_hours"] if answer["paid_hours"] else 0.0
    if abs(gap - answer["gap"]) > 1e-9:
        faults.append(f"the gap is {gap}, the answer says {answer['gap']}")
    return faults


def _read_tour(
    instance: dict[str, Any],
    own: dict[str, Any],
    number: int,
    tour: list[list[int]],
    covered: list[int],
    faults: list[str],
) -> float:
    rules = {**instance["rules"], **own}
    slot = instance.get("slot_minutes", 30)
    spans, days, paid = [], [], 0.0
    for day, start, kind, offset in tour:
        shift = instance["shift_types"][kind]
        allowed = shift.get("break_start_offset_slots") or []
        pause = shift.get("break_slots", 0)
        if start not in instance["shift_starts_slot_of_day"]:
            faults.append(f"agent {number}: starts in slot {start}")
        if not 0 <= day <= 6:
            faults.append(f"agent {number}: day {day}")
        if pause and offset not in (allowed if isinstance(allowed, list) else [allowed]):
            faults.append(f"agent {number}: break at {offset}")
        begin = day * 24 * 60 + start * slot
        minutes = round(shift["length_h"] * 60)
        spans.append((begin, begin + minutes))
        days.append(day)
        paid += shift["paid_h"]
        for step in range(minutes // slot):
            if not offset <= step < offset + pause:
                covered[(begin // slot + step) % len(covered)] += 1
    if rules.get("max_shifts_per_week") is not None and len(tour) > rules["max_shifts_per_week"]:
        faults.append(f"agent {number}: {len(tour)} shifts")
    if rules.get("max_paid_hours") is not None and paid > rules["max_paid_hours"] + 1e-9:
        faults.append(f"agent {number}: {paid} paid hours")
    if rules.get("one_shift_start_per_day") and len(set(days)) < len(days):
        faults.append(f"agent {number}: two shifts start on one day")
    rest = (rules.get("min_rest_hours") or 0) * 60
    spans.sort()
    following = [*spans[1:], (spans[0][0] + WEEK_MINUTES, 0)] if spans else []
    for (_, end), (begin, _) in zip(spans, following, strict=True):
        if begin - end < rest:
            faults.append(f"agent {number}: {(begin - end) / 60} hours of rest")
    return paid
