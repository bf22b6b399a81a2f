"""Why a week cannot be covered, in the words of the rules that clash.

First what a reader can check by hand: a slot that no shift reaches, a slot that needs more people than there
are. Then a smallest set of rules that clash, by leaving rules out one at a time while the clash remains
(deletion filter: Chinneck, Feasibility and Infeasibility in Optimization, 2008, section 6.1), on the linear
relaxation of cover. A clash of the relaxation is a clash of the whole problem.
"""

import numpy as np

from darwin.errors import DarwinError
from darwin.science.rostering.cover import ALL_FAMILIES, Family, least_lacking, relaxed_cover
from darwin.science.rostering.instance import Instance
from darwin.science.rostering.patterns import Patterns
from darwin.science.rostering.problem import when
from darwin.science.rostering.tours import Weeks, settle

ENOUGH = 1e-6
TRY_S = 5.0


class RosterImpossible(DarwinError):
    """No roster covers the week within the rules; the text says which of them clash, and where."""


def explain_clash(instance: Instance, patterns: Patterns) -> str | None:
    """A sentence or two on why the week cannot be covered; None if the relaxation of cover sees no clash."""
    return _one_slot(instance, patterns) or _families(instance, patterns)


def _one_slot(instance: Instance, patterns: Patterns) -> str | None:
    reached = np.zeros(instance.slots, dtype=bool)
    for row, at_work in zip(patterns.covered, patterns.at_work, strict=True):
        reached[row[:at_work]] = True
    people = len(instance.agents)
    for slot, required in enumerate(instance.requirement):
        at = when(slot, instance.slot_minutes)
        if required and not reached[slot]:
            return (
                f"{at} needs {required}, and no shift can be at work then: none that may start runs over it."
            )
        if required > people:
            there = "there is 1 person" if people == 1 else f"there are {people} people"
            return f"{at} needs {required}, and {there}."
    return None


def _families(instance: Instance, patterns: Patterns) -> str | None:
    if relaxed_cover(instance, patterns) is not None:
        return None
    needed = set(ALL_FAMILIES)
    for family in Family:
        if relaxed_cover(instance, patterns, frozenset(needed - {family})) is None:
            needed.discard(family)
    lacking = least_lacking(instance, patterns, frozenset(needed))
    short = np.flatnonzero(lacking > ENOUGH)
    worst = int(short[np.argmax(lacking[short])])
    hours = lacking.sum() * instance.slot_minutes / 60
    clash = "; ".join(_family_in_words(instance, family) for family in Family if family in needed)
    least = relaxed_cover(instance, patterns, frozenset())
    costs = f" Cover alone takes at least {instance.hours(least[1]):g} paid hours." if least else ""
    return (
        f"The week cannot be covered: what is needed clashes with {clash or 'the shifts there are'}.{costs}"
        f" At the least {hours:.1f} hours of cover lack, for example at {when(worst, instance.slot_minutes)},"
        f" which needs {instance.requirement[worst]}."
    )


def clash_of_people(instance: Instance, patterns: Patterns) -> str:
    """Why no people can work any cover although together they could: the smallest set of rules that clash.

    A rule counts as needed where leaving it out made the clash go away, or where TRY_S did not settle it.
    """
    nobody: Weeks = [[] for _ in instance.agents]
    needed = set(ALL_FAMILIES)
    for family in Family:
        tried = settle(
            instance,
            patterns,
            wanted=None,
            hint=nobody,
            seconds=TRY_S,
            threads=1,
            families=frozenset(needed - {family}),
        )
        if tried.impossible:
            needed.discard(family)
    clash = "; ".join(_family_in_words(instance, family) for family in Family if family in needed)
    return (
        f"The week cannot be covered: together {len(instance.agents)} people could, but what each may work"
        f" does not add up to what is needed. These clash: {clash}."
    )


def _family_in_words(instance: Instance, family: Family) -> str:
    people = len(instance.agents)
    if family is Family.SHIFTS:
        return (
            f"the shifts that {people} people may work ({_total([a.most_shifts for a in instance.agents])})"
        )
    if family is Family.PAID:
        paid = [a.most_paid for a in instance.agents]
        hours = instance.hours(sum(p for p in paid if p is not None))
        return f"the paid hours that {people} people may work ({hours:g})"
    if family is Family.REST:
        return f"{instance.rest_slots * instance.slot_minutes / 60:g} hours of rest after each shift"
    return f"one shift start a day for each of {people} people"


def _total(limits: list[int | None]) -> str:
    known = [limit for limit in limits if limit is not None]
    return str(sum(known)) if len(known) == len(limits) else "without limit"
