"""The rules of one person, read duty by duty: which are broken by what somebody works.

This is the plain reading of the rules; `people_model` states the same to the solver. It serves to say why a
person could not be at work in a slot, and to refuse a plan made by hand.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from darwin.science.rostering.problem import Duty, Person, Problem, RuleSet, ShiftType, is_night, when

# Weekly rest begins at the week's beginning or in one of these steps after it, in minutes.
REST_STEP_MINUTES = 120


def broken_rules(problem: Problem, person: Person, duties: Sequence[Duty]) -> Iterator[tuple[str, str]]:
    """The (name of the field of RuleSet or Person, sentence) of each rule that `duties` of the person break.

    `duties` are those of the horizon; those before it come from the person.
    """
    rules = next(rules for rules in problem.rule_sets if rules.key == person.rules)
    shifts = {shift.key: shift for shift in problem.shift_types}
    mine = sorted(duties, key=lambda duty: duty.start)
    everything = sorted([*person.before, *mine], key=lambda duty: duty.start)
    yield from _free(problem, person, shifts, mine)
    yield from _rest(problem, person, rules, shifts, everything, mine)
    yield from _weeks(problem, person, rules, shifts, mine)
    yield from _rows(problem, person, rules, shifts, everything)


def _free(
    problem: Problem, person: Person, shifts: dict[str, ShiftType], mine: list[Duty]
) -> Iterator[tuple[str, str]]:
    for duty in mine:
        shift = shifts[duty.shift]
        end = duty.start + shift.length_slots
        at = when(duty.start, problem.slot_minutes)
        if any(span.begin < end and duty.start < span.end for span in person.leave):
            yield "leave", f"{person.name} is away on {at}."
        if not shift.skills <= person.skills:
            yield "skills", f"{person.name} lacks a skill of the shift on {at}."


def _rest(
    problem: Problem,
    person: Person,
    rules: RuleSet,
    shifts: dict[str, ShiftType],
    everything: list[Duty],
    mine: list[Duty],
) -> Iterator[tuple[str, str]]:
    days = [duty.start // problem.slots_a_day for duty in everything]
    if rules.one_start_a_day and len(set(days)) < len(days):
        yield "one_start_a_day", f"{person.name} begins two duties on one day."
    pairs = list(pairwise(everything))
    wrap = (mine[-1], mine[0], problem.slots) if problem.cyclic and mine else None
    gaps = [(one, two.start - one.start) for one, two in pairs]
    if wrap:
        gaps.append((wrap[0], wrap[1].start + wrap[2] - wrap[0].start))
    for one, apart in gaps:
        if apart < shifts[one.shift].length_slots + rules.rest_slots:
            yield "rest_slots", f"{person.name} is not rested after {when(one.start, problem.slot_minutes)}."
    if rules.forward_rotation:
        a_day = problem.slots_a_day
        steps = [(one.start, two.start) for one, two in pairs]
        if wrap:
            steps.append((wrap[0].start, wrap[1].start + wrap[2]))
        for one_start, two_start in steps:
            if two_start // a_day - one_start // a_day == 1 and two_start % a_day < one_start % a_day:
                yield "forward_rotation", f"{person.name} begins earlier on the day after a duty."


def _weeks(
    problem: Problem, person: Person, rules: RuleSet, shifts: dict[str, ShiftType], mine: list[Duty]
) -> Iterator[tuple[str, str]]:
    a_week = 7 * problem.slots_a_day
    minutes = [0] * problem.weeks
    counts = [0] * problem.weeks
    for duty in mine:
        minutes[duty.start // a_week] += shifts[duty.shift].paid_minutes
        counts[duty.start // a_week] += 1
    for week in range(problem.weeks):
        name = f"week {week + 1}"
        if rules.most_shifts_a_week is not None and counts[week] > rules.most_shifts_a_week:
            yield "most_shifts_a_week", f"{person.name} works {counts[week]} shifts in {name}."
        if rules.most_minutes_a_week is not None and minutes[week] > rules.most_minutes_a_week:
            yield "most_minutes_a_week", f"{person.name} works {minutes[week]} minutes in {name}."
        if person.most_minutes_a_week is not None and minutes[week] > person.most_minutes_a_week:
            yield "part_time", f"{person.name} works {minutes[week]} minutes in {name}."
        if rules.average_minutes is not None and not person.opted_out:
            known = [*person.minutes_before, *minutes[: week + 1]][-rules.reference_weeks :]
            if sum(known) > rules.average_minutes * len(known):
                yield "average_minutes", f"{person.name} works too long on average up to {name}."
        if rules.weekly_rest_slots and not _has_rest(problem, person, rules, shifts, mine, week):
            yield "weekly_rest_slots", f"{person.name} has no long rest in {name}."


def _has_rest(
    problem: Problem,
    person: Person,
    rules: RuleSet,
    shifts: dict[str, ShiftType],
    mine: list[Duty],
    week: int,
) -> bool:
    work = [(duty.start, duty.start + shifts[duty.shift].length_slots) for duty in [*person.before, *mine]]
    if problem.cyclic:
        work += [(begin - problem.slots, end - problem.slots) for begin, end in work]
    return any(
        all(end <= begin or start >= begin + rules.weekly_rest_slots for start, end in work)
        for begin in rest_beginnings(problem, rules, week)
    )


def rest_beginnings(problem: Problem, rules: RuleSet, week: int) -> range:
    """The slots at which the long rest of a week may begin, so that it ends within the week."""
    a_week = 7 * problem.slots_a_day
    step = max(1, REST_STEP_MINUTES // problem.slot_minutes)
    return range(week * a_week, (week + 1) * a_week - rules.weekly_rest_slots + 1, step)


def away_on(problem: Problem, person: Person, day: int) -> bool:
    """Whether leave of the person touches the day: such a day is neither worked nor a rest day."""
    begin, end = day * problem.slots_a_day, (day + 1) * problem.slots_a_day
    return any(span.begin < end and begin < span.end for span in person.leave)


def _rows(
    problem: Problem,
    person: Person,
    rules: RuleSet,
    shifts: dict[str, ShiftType],
    everything: list[Duty],
) -> Iterator[tuple[str, str]]:
    a_day, days = problem.slots_a_day, problem.weeks * 7

    def day_of(day: int) -> int:
        return day % days if problem.cyclic else day

    on = {duty.start // a_day for duty in everything}
    nights = {
        duty.start // a_day
        for duty in everything
        if is_night(duty.start, shifts[duty.shift].length_slots, problem.slot_minutes)
    }
    if problem.cyclic:
        on |= {day + days for day in on}
        nights |= {day + days for day in nights}
    for field, limit, worked in (
        ("most_days_in_a_row", rules.most_days_in_a_row, on),
        ("most_nights_in_a_row", rules.most_nights_in_a_row, nights),
    ):
        if limit is not None and _longest_row(worked) > limit:
            yield field, f"more than {limit} {field.split('_')[1]} in a row"
    if rules.fewest_rest_days_together == 2 and any(
        day + 1 not in on and day + 2 in on and not away_on(problem, person, day_of(day + 1))
        for day in on
        if day + 2 >= 0
    ):
        yield "fewest_rest_days_together", "a single rest day between two working days"


def _longest_row(days: set[int]) -> int:
    longest = 0
    for day in days:
        if day - 1 not in days:
            length = 1
            while day + length in days:
                length += 1
            longest = max(longest, length)
    return longest
