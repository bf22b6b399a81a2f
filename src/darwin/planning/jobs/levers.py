"""The levers of a what-if: each changes a scenario of the twin, and nothing else of it.

Half-hours of the week from Monday 00:00 throughout, as in `darwin.science.twin.model`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from darwin.errors import DarwinError
from darwin.planning.shown.forecast import half_hour, weekdays
from darwin.science.policy import TypeRule
from darwin.science.queueing import required_servers
from darwin.science.twin.laws import Law
from darwin.science.twin.model import SLOT_S, SLOTS_A_WEEK, CallBack, ContactType, Group, Redial, Scenario

ONLINE = "online reports"
SLOTS_A_DAY = 48
# A minute of waiting is worth a step of priority.
AGES_EVERY_S = 60.0


class LeverRefused(DarwinError):
    """A lever that cannot be moved so, or would change nothing; the sentence says why."""


def joined(parts: Sequence[Scenario]) -> Scenario:
    """Scenarios of one queue each as one: their types and groups side by side, the first one's days."""
    types: list[ContactType] = []
    groups: list[Group] = []
    rules: list[TypeRule] = []
    for part in parts:
        shift = len(types)
        types += [_moved_type(one, shift) for one in part.types]
        groups += [
            replace(
                one,
                name=part.types[0].name,
                skills=tuple((position + shift, level) for position, level in one.skills),
            )
            for one in part.groups
        ]
        rules += part.policy.types
    first = parts[0]
    return replace(
        first,
        types=tuple(types),
        groups=tuple(groups),
        policy=replace(first.policy, types=tuple(rules)),
    )


def _moved_type(one: ContactType, shift: int) -> ContactType:
    redial: Redial = one.redial
    if redial.other_type >= 0:
        redial = replace(redial, other_type=redial.other_type + shift)
    transfer = replace(one.transfer, to=one.transfer.to + shift) if one.transfer else None
    return replace(one, redial=redial, transfer=transfer)


def moved(base: Scenario, levers: Mapping[str, Any], target: float, within_s: float) -> Scenario:
    """The scenario with the levers moved. The first type and the first group are the queue in question.

    target, within_s: the share to be answered within so many seconds, for putting hours where they are
    needed. Raises LeverRefused.
    """
    found = base
    if shifts := levers.get("shifts"):
        found = _with_handlers(found, _shifted(found, shifts, target, within_s))
    if people := levers.get("people"):
        found = _with_handlers(found, _peopled(found.groups[0].handlers, people))
    if call_back := levers.get("call_back"):
        offer = CallBack(accepted=call_back["taken"], over_s=call_back["after_s"])
        found = replace(found, types=(replace(found.types[0], callback=offer), *found.types[1:]))
    if online := levers.get("online"):
        found = _online(found, online["share"], online["minutes"])
    if skill := levers.get("skill"):
        found = _skilled(found, skill["queue"], skill["share"])
    if priority := levers.get("priority"):
        found = _prioritised(found, priority)
    _check_staffed(base, found)
    return found


def handler_hours(scenario: Scenario) -> float:
    """Hours a week that those are on duty who take the first type."""
    return sum(sum(group.handlers) for group in scenario.groups if 0 in dict(group.skills)) / 2


def _with_handlers(scenario: Scenario, handlers: Sequence[int]) -> Scenario:
    group = replace(scenario.groups[0], handlers=tuple(handlers))
    return replace(scenario, groups=(group, *scenario.groups[1:]))


def _peopled(handlers: Sequence[int], people: Mapping[str, int]) -> list[int]:
    """More or fewer from one hour of the day to another; the same hour twice is the whole day."""
    first, last = people["from"], people["to"]
    hours = {(first + hour) % 24 for hour in range((last - first) % 24 or 24)}
    return [
        max(0, number + people["more"]) if at % SLOTS_A_DAY // 2 in hours else number
        for at, number in enumerate(handlers)
    ]


def _shifted(scenario: Scenario, shifts: str, target: float, within_s: float) -> list[int]:
    handlers = scenario.groups[0].handlers
    if shifts == "earlier":
        return [*handlers[2:], *handlers[:2]]
    if shifts == "later":
        return [*handlers[-2:], *handlers[:-2]]
    return fitted_hours(scenario.types[0], sum(handlers), target, within_s)


def fitted_hours(kind: ContactType, half_hours: int, target: float, within_s: float) -> list[int]:
    """So many handler half-hours a week put where the target needs them, in proportion, the largest
    remainders rounded up; at least one wherever contacts come."""
    service_s = kind.talk.mean + kind.wrap.mean
    patience_s = kind.patience.mean if 0 < kind.patience.mean < float("inf") else None
    needed = [
        required_servers(rate, service_s, target, within_s, patience_s) if rate > 0 else 0
        for rate in kind.rate
    ]
    if half_hours < sum(map(bool, needed)):
        raise LeverRefused(_("There are fewer handlers’ hours than hours in which contacts come."))
    share = half_hours / sum(needed)
    found = [max(1, int(one * share)) if one else 0 for one in needed]
    places = [at for at, one in enumerate(needed) if one]
    while (left := half_hours - sum(found)) != 0:
        # Those furthest below what they should have get one more; those furthest above give one.
        step = 1 if left > 0 else -1
        able = [at for at in places if step > 0 or found[at] > 1]
        able.sort(key=lambda at: needed[at] * share - found[at], reverse=step > 0)
        for at in able[: abs(left)]:
            found[at] += step
    return found


def _online(scenario: Scenario, share: float, minutes: float) -> Scenario:
    """So many callers report online instead: worked by the same handlers, beside and after their calls."""
    kind = scenario.types[0]
    report = replace(
        kind,
        name=ONLINE,
        rate=tuple(rate * share for rate in kind.rate),
        talk=Law("exponential", 60 * minutes) if minutes else Law("none"),
        wrap=Law("none"),
        patience=Law("none"),
        channel="report",
        redial=Redial(),
        callback=None,
        transfer=None,
        may_be_unstaffed=True,
    )
    group = scenario.groups[0]
    last = max(level for _, level in group.skills)
    group = replace(group, skills=(*group.skills, (len(scenario.types), last + 1)))
    calls = replace(kind, rate=tuple(rate * (1 - share) for rate in kind.rate))
    return replace(
        scenario,
        types=(calls, *scenario.types[1:], report),
        groups=(group, *scenario.groups[1:]),
        policy=replace(scenario.policy, types=(*scenario.policy.types, TypeRule(ONLINE, priority=9.0))),
    )


def _skilled(scenario: Scenario, queue: str, share: float) -> Scenario:
    """This share of the queue's handlers also take the other queue, after their own."""
    names = [one.name for one in scenario.types]
    group = scenario.groups[0]
    other = names.index(queue)
    if other in dict(group.skills):
        raise LeverRefused(_("The handlers take this queue already. Choose another."))
    able = tuple(round(number * share) for number in group.handlers)
    rest = tuple(number - both for number, both in zip(group.handlers, able, strict=True))
    last = max(level for _, level in group.skills)
    both = replace(
        group, name=f"{group.name} + {queue}", handlers=able, skills=(*group.skills, (other, last + 1))
    )
    return replace(scenario, groups=(replace(group, handlers=rest), *scenario.groups[1:], both))


def _prioritised(scenario: Scenario, priority: str) -> Scenario:
    policy = scenario.policy
    if priority == "repeat":
        if scenario.types[0].redial.probability == 0:
            raise LeverRefused(
                _("The record does not tell who rings again after giving up, so this rule changes nothing.")
            )
        return replace(scenario, policy=replace(policy, repeat_ahead=1.0))
    if all(len(group.skills) < 2 for group in scenario.groups):
        raise LeverRefused(
            _("The handlers take one queue only, so this rule changes nothing. Move a new skill too.")
        )
    if priority == "urgency":
        return replace(scenario, policy=replace(policy, own_list_first=False))
    ageing = tuple(replace(rule, ages_every_s=AGES_EVERY_S) for rule in policy.types)
    return replace(scenario, policy=replace(policy, types=ageing, own_list_first=False))


def _check_staffed(base: Scenario, found: Scenario) -> None:
    """Where somebody was on duty and contacts come, somebody still is. Raises LeverRefused."""
    before = base.groups[0].handlers
    after = [
        sum(group.handlers[slot] for group in found.groups if 0 in dict(group.skills))
        for slot in range(SLOTS_A_WEEK)
    ]
    for slot, rate in enumerate(found.types[0].rate):
        if rate > 0 and before[slot] > 0 and after[slot] == 0:
            words = {
                "day": weekdays()[slot // SLOTS_A_DAY],
                "time": half_hour(slot % SLOTS_A_DAY),
                "n": f"{rate * 2 * SLOT_S:.1f}",
            }
            raise LeverRefused(
                _("Nobody would be on duty on %(day)s at %(time)s, when %(n)s contacts an hour come.") % words
            )
