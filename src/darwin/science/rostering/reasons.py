"""Why cover lacks, person by person: what keeps everybody who is not at work from being there.

For each person with a skill that is needed, every duty that would put them at work in the slot is tried on
top of what they work (`lawful`): what forbids the duty that fewest rules forbid is the reason given.
"""

from collections import Counter

from darwin.science.rostering.floor_model import at_work, shortfalls_of
from darwin.science.rostering.lawful import broken_rules
from darwin.science.rostering.problem import ANYBODY, Duty, Person, Problem, Shortfall, when

MOST_SENTENCES = 6
# The field that forbids, for one person and for several.
KEPT_BY = {
    "at work": "at work or on their break",
    "leave": "away",
    "skills": "without the skill of the shift",
    "rest_slots": "kept by their rest before or after another duty",
    "one_start_a_day": "already on duty that day",
    "forward_rotation": "kept by forward rotation",
    "most_shifts_a_week": "at their most shifts in the week",
    "most_minutes_a_week": "at their most hours in the week",
    "part_time": "at the hours of their part-time contract",
    "average_minutes": "at their average working week",
    "weekly_rest_slots": "kept by their weekly rest",
    "most_days_in_a_row": "at their most days in a row",
    "most_nights_in_a_row": "at their most nights in a row",
    "fewest_rest_days_together": "kept by their rest days together",
    "no shift": "without a shift that runs then",
    "free": "free, and their duty would leave cover lacking elsewhere",
}


def explain(problem: Problem, duties: tuple[Duty, ...]) -> tuple[str, ...]:
    """A sentence for each stretch of slots that lack, the worst MOST_SENTENCES in order of time."""
    stretches: list[list[Shortfall]] = []
    for lack in shortfalls_of(problem, duties):
        last = stretches[-1][-1] if stretches else None
        if last and last.skill == lack.skill and last.slot + 1 == lack.slot:
            stretches[-1].append(lack)
        else:
            stretches.append([lack])
    worst = sorted(stretches, key=lambda lacks: -sum(one.required - one.covered for one in lacks))
    chosen = sorted(worst[:MOST_SENTENCES], key=lambda lacks: lacks[0].slot)
    return tuple(_sentence(problem, duties, lacks) for lacks in chosen)


def _sentence(problem: Problem, duties: tuple[Duty, ...], lacks: list[Shortfall]) -> str:
    worst = max(lacks, key=lambda lack: lack.required - lack.covered)
    begin, end = (when(slot, problem.slot_minutes) for slot in (lacks[0].slot, lacks[-1].slot + 1))
    able = [person for person in problem.people if worst.skill == ANYBODY or worst.skill in person.skills]
    with_skill = f" with the skill {worst.skill}" if worst.skill else ""
    kept: Counter[str] = Counter()
    for person in able:
        mine = [duty for duty in duties if duty.person == person.key]
        there = any(worst.slot in _slots(problem, duty) for duty in mine)
        kept["at work" if there else _why(problem, person, mine, worst.slot)] += 1
    count = "1 person" if len(able) == 1 else f"{len(able)} people"
    reasons = ", ".join(f"{number} {KEPT_BY[field]}" for field, number in kept.most_common())
    why = f"of {count}{with_skill} {reasons}" if able else f"nobody{with_skill} is there"
    return f"{begin} to {end} needs {worst.required} and has {worst.covered}: {why}."


def _slots(problem: Problem, duty: Duty) -> list[int]:
    shift = next(shift for shift in problem.shift_types if shift.key == duty.shift)
    return at_work(problem, duty.start, shift.length_slots, 0, 0)


def _why(problem: Problem, person: Person, mine: list[Duty], slot: int) -> str:
    """What keeps one person from a duty over `slot`: the rule of the duty that fewest forbid."""
    fewest: list[str] | None = None
    already = {field for field, _ in broken_rules(problem, person, mine)}
    for shift in problem.shift_types:
        for back in range(shift.length_slots):
            start = slot - back
            day, of_day = divmod(start, problem.slots_a_day)
            if of_day not in shift.starts or start < 0 or day % 7 not in shift.weekdays:
                continue
            tried = [*mine, Duty(person.key, start, shift.key)]
            broken = [field for field, _ in broken_rules(problem, person, tried) if field not in already]
            if fewest is None or len(broken) < len(fewest):
                fewest = broken
    if fewest is None:
        return "no shift"
    return fewest[0] if fewest else "free"
