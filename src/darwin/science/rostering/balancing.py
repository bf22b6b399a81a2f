"""Fair nights and weekends among people whose week is settled: exchanges that keep the cost and every rule.

Two people exchange what they work on one day (one of them perhaps nothing) where that makes the sum of
squares of nights, plus that of weekend shifts, smaller. It ends when no exchange helps, or after PASSES.
"""

from darwin.science.rostering.instance import Instance
from darwin.science.rostering.patterns import Patterns
from darwin.science.rostering.tours import ClassFacts, Weeks, facts_of, has_room, may_join

PASSES = 4


def balance(instance: Instance, patterns: Patterns, weeks: Weeks) -> Weeks:
    """The same shifts, more fairly given. The input is left as it is."""
    facts = facts_of(instance, patterns)
    found = [list(week) for week in weeks]
    for _ in range(PASSES):
        if not _one_pass(instance, patterns, facts, found):
            break
    return [sorted(week, key=lambda number: int(patterns.start[number])) for week in found]


def _one_pass(instance: Instance, patterns: Patterns, facts: ClassFacts, weeks: Weeks) -> bool:
    loads = [_load(facts, week) for week in weeks]
    helped = False
    for giver in range(len(weeks)):
        for number in [n for n in weeks[giver] if facts.night[n] or facts.weekend[n]]:
            # Only somebody who has less of it can make it fairer.
            takers = sorted(range(len(weeks)), key=lambda p: (sum(loads[p]), p))
            for taker in takers:
                if sum(loads[taker]) >= sum(loads[giver]):
                    break
                if _exchange(instance, patterns, facts, weeks, giver, taker, number):
                    loads[giver], loads[taker] = _load(facts, weeks[giver]), _load(facts, weeks[taker])
                    helped = True
                    break
    return helped


def _exchange(
    instance: Instance,
    patterns: Patterns,
    facts: ClassFacts,
    weeks: Weeks,
    giver: int,
    taker: int,
    number: int,
) -> bool:
    """Give `number` to `taker` for nothing, or for one of theirs; True if that was lawful and fairer."""
    before = _squares(facts, weeks[giver]) + _squares(facts, weeks[taker])
    without = [n for n in weeks[giver] if n != number]
    for back in [None, *weeks[taker]]:
        theirs = [n for n in weeks[taker] if n != back]
        mine = without if back is None else [*without, back]
        if _squares(facts, mine) + _squares(facts, [*theirs, number]) >= before:
            continue
        if not (
            has_room(instance, patterns, taker, theirs, number)
            and may_join(instance, patterns, facts, theirs, number)
        ):
            continue
        if back is not None and not (
            has_room(instance, patterns, giver, without, back)
            and may_join(instance, patterns, facts, without, back)
        ):
            continue
        weeks[giver], weeks[taker] = mine, [*theirs, number]
        return True
    return False


def _load(facts: ClassFacts, week: list[int]) -> tuple[int, int]:
    return int(facts.night[week].sum()), int(facts.weekend[week].sum())


def _squares(facts: ClassFacts, week: list[int]) -> int:
    nights, weekends = _load(facts, week)
    return nights * nights + weekends * weekends
