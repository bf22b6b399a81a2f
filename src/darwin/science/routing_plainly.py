"""The routing decision once more, in plain Python and pair by pair: to read, and to test `routing` against.

Slow on purpose: it looks at every waiting contact with every free handler, knows neither lines nor pools, and
shares nothing with the compiled function but the policy's data.
"""

from collections.abc import Sequence
from dataclasses import replace

from darwin.science.policy import Contact, Handler, Policy, TypeRule


def decide_plainly(
    policy: Policy,
    waiting: Sequence[Contact],
    handlers: Sequence[Handler],
    now: float,
    *,
    callbacks_under_way: int = 0,
) -> list[tuple[str, str]]:
    """(contact, handler) in the order of assignment. Arguments as `routing.decide`."""
    contacts, free = list(waiting), [handler for handler in handlers if handler.free]
    found: list[tuple[str, str]] = []
    while True:
        pairs = [
            (_rank(policy, contact, handler, now), at, number)
            for at, contact in enumerate(contacts)
            for number, handler in enumerate(free)
            if _allowed(policy, contact, handler, free, now, callbacks_under_way)
        ]
        if not pairs:
            return found
        _, at, number = min(pairs)
        contact, handler = contacts.pop(at), free.pop(number)
        found.append((contact.id, handler.id))
        callbacks_under_way += contact.callback
        if _rule(policy, contact).chat:
            free.append(replace(handler, chats=handler.chats + 1, since=now))


def _rule(policy: Policy, contact: Contact) -> TypeRule:
    return policy.types[policy.position(contact.type)]


def _rank(policy: Policy, contact: Contact, handler: Handler, now: float) -> tuple[object, ...]:
    """What comes first: the smaller."""
    rule = _rule(policy, contact)
    priority = _priority(policy, contact)
    aged = (now - contact.turn) * (1 / rule.ages_every_s if rule.ages_every_s else 0.0)
    place = handler.skills[contact.type]
    by_list = (place, priority - aged) if policy.own_list_first else (priority - aged, place)
    # Equal in all that matters: types in the policy's order, then the better base priority, then lists.
    even = (policy.position(contact.type), priority, contact.callback, _list(policy, handler))
    return (*by_list, contact.turn, handler.since, *even)


def _priority(policy: Policy, contact: Contact) -> float:
    priority = _rule(policy, contact).priority if contact.priority is None else contact.priority
    if contact.vulnerable:
        priority -= policy.vulnerable_ahead
    if contact.attempts > 0:
        priority -= policy.repeat_ahead
    if contact.callback:
        priority -= policy.callback_ahead
    return priority


def _list(policy: Policy, handler: Handler) -> list[tuple[int, int]]:
    """The types that a handler can take, as (position, place)."""
    places = [(at, handler.skills.get(rule.name, 0)) for at, rule in enumerate(policy.types)]
    return [(at, place) for at, place in places if place > 0]


def _allowed(
    policy: Policy, contact: Contact, handler: Handler, free: Sequence[Handler], now: float, callbacks: int
) -> bool:
    rule, place = _rule(policy, contact), handler.skills.get(contact.type, 0)
    if place == 0 or contact.turn > now:
        return False
    if contact.callback and 0 < policy.callback_slots <= callbacks:
        return False
    if place > 1 and now < contact.turn + rule.overflow_after_s:
        return False
    if handler.chats > 0:
        return rule.chat and handler.chats < handler.capacity
    # A chat fills up who is chatting before it takes somebody free who has the same skills.
    if rule.chat and any(
        0 < other.chats < other.capacity and _list(policy, other) == _list(policy, handler) for other in free
    ):
        return False
    return not _is_kept(policy, contact, handler, free)


def _is_kept(policy: Policy, contact: Contact, handler: Handler, free: Sequence[Handler]) -> bool:
    """True if taking this handler would leave too few for a type of a better priority."""
    for other in policy.types:
        if other.reserve == 0 or other.priority >= _rule(policy, contact).priority:
            continue
        if handler.skills.get(other.name, 0) == 0:
            continue
        able = [each for each in free if each.chats == 0 and each.skills.get(other.name, 0) > 0]
        if len(able) <= other.reserve:
            return True
    return False
