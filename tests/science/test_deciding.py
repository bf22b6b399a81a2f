"""A list of decisions is what the policy's stated order gives, one pair at a time; reasons say the truth."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from darwin.science.deciding import Decision, Free, Reason, Waits, decide
from darwin.science.policy import Policy, TypeRule

NOW = 10_000.0
TYPES = ("999", "101", "report")


def by_the_book(
    policy: Policy, waiting: list[Waits], free: list[Free], callbacks: int
) -> list[tuple[int, int]]:
    """The order of the policy (docs of darwin.science.routing) over single contacts and handlers, in plain
    Python: nothing is grouped and nothing is compiled."""
    contacts, handlers, found = set(range(len(waiting))), set(range(len(free))), []
    while True:
        pairs = [
            (_place(policy, waiting[c], dict(free[h].skills)[waiting[c].type], free[h]), c, h)
            for c, h in product(contacts, handlers)
            if _allowed(policy, waiting[c], free[h], [free[one] for one in handlers], callbacks)
        ]
        if not pairs:
            return found
        _, contact, handler = min(pairs)
        found.append((contact, handler))
        contacts.remove(contact)
        handlers.remove(handler)
        callbacks += waiting[contact].callback


def _allowed(policy: Policy, one: Waits, who: Free, others: list[Free], callbacks: int) -> bool:
    level = dict(who.skills).get(one.type, 0)
    rule = policy.types[policy.position(one.type)]
    if level == 0 or one.since > NOW or (level > 1 and one.since + rule.overflow_after_s > NOW):
        return False
    if one.callback and policy.callback_slots and callbacks >= policy.callback_slots:
        return False
    for better in policy.types:
        holders = [other for other in others if dict(other.skills).get(better.name)]
        kept = better.reserve and better.priority < rule.priority and who in holders
        if kept and len(holders) <= better.reserve:
            return False
    return True


def _place(policy: Policy, one: Waits, level: int, who: Free) -> tuple[float, ...]:
    rule = policy.types[policy.position(one.type)]
    urgency = policy.priority_of(
        rule, vulnerable=one.vulnerable, repeat=one.repeat, callback=one.callback
    ) - ((NOW - one.since) * (1 / rule.ages_every_s) if rule.ages_every_s else 0.0)
    first = (level, urgency) if policy.own_list_first else (urgency, level)
    return (*first, one.since, who.idle_since)


_rules = st.tuples(
    *(
        st.builds(
            TypeRule,
            name=st.just(name),
            priority=st.sampled_from([1.0, 2.0, 3.0]),
            ages_every_s=st.sampled_from([0.0, 64.0, 512.0]),
            overflow_after_s=st.sampled_from([0.0, 100.0, 400.0]),
            reserve=st.integers(0, 2),
        )
        for name in TYPES
    )
)
_policies = st.builds(
    Policy,
    types=_rules,
    own_list_first=st.booleans(),
    vulnerable_ahead=st.sampled_from([0.0, 0.5, 2.0]),
    repeat_ahead=st.sampled_from([-0.5, 0.0, 0.5]),
    callback_ahead=st.sampled_from([0.0, 1.0]),
    callback_slots=st.integers(0, 2),
)


def _distinct(moments: list[int]) -> list[float]:
    return [NOW - moment for moment in moments]


@st.composite
def _situations(draw: st.DrawFn) -> tuple[list[Waits], list[Free]]:
    """Waits and idle times all differ, so that the order leaves nothing open."""
    waits = draw(st.lists(st.integers(-50, 900), unique=True, max_size=6))
    idles = draw(st.lists(st.integers(0, 900), unique=True, max_size=4))
    flags = st.booleans()
    waiting = [
        Waits(draw(st.sampled_from(TYPES)), since, draw(flags), draw(flags), draw(flags))
        for since in _distinct(waits)
    ]
    skills = st.lists(st.sampled_from(TYPES), unique=True, min_size=1).map(
        lambda names: tuple((name, level) for level, name in enumerate(names, start=1))
    )
    return waiting, [Free(draw(skills), since) for since in _distinct(idles)]


@settings(max_examples=300)
@given(_policies, _situations(), st.integers(0, 2))
def test_decisions_are_those_of_the_stated_order(
    policy: Policy, situation: tuple[list[Waits], list[Free]], callbacks: int
) -> None:
    waiting, free = situation
    found = decide(policy, waiting, free, NOW, callbacks)
    assert [(one.contact, one.handler) for one in found] == by_the_book(policy, waiting, free, callbacks)


BOTH = (("101", 1), ("report", 2))
PLAIN = Policy(types=tuple(TypeRule(name, float(place)) for place, name in enumerate(TYPES, start=1)))
TOLD: list[tuple[list[Waits], list[Free], Policy, list[Reason]]] = [
    ([Waits("101", 9_900)], [Free(BOTH, 9_000)], PLAIN, [Reason.ONLY_ONE, Reason.ONLY_FREE]),
    (
        [Waits("101", 9_900), Waits("101", 9_800)],
        [Free(BOTH, 9_000), Free(BOTH, 8_000)],
        PLAIN,
        [Reason.LONGEST_WAIT, Reason.LONGEST_IDLE],
    ),
    (
        [Waits("report", 5_000)],
        [Free((("report", 1),), 9_000), Free(BOTH, 8_000)],
        PLAIN,
        [Reason.ONLY_ONE, Reason.HOLDS_FIRST],
    ),
    (
        [Waits("report", 5_000), Waits("101", 9_900)],
        [Free(BOTH, 9_500)],
        PLAIN,
        [Reason.FIRST_SKILL, Reason.ONLY_FREE],
    ),
    (
        [Waits("101", 9_000), Waits("101", 9_900, vulnerable=True)],
        [Free(BOTH, 9_000)],
        Policy(types=PLAIN.types, vulnerable_ahead=2.0),
        [Reason.VULNERABLE, Reason.MOST_URGENT, Reason.ONLY_FREE],
    ),
]


def test_reasons_say_what_decided() -> None:
    for waiting, free, policy, reasons in TOLD:
        first: Decision = decide(policy, waiting, free, NOW)[0]
        assert [reason for reason, _ in first.reasons] == reasons


def test_nobody_waits_or_nobody_is_free() -> None:
    assert decide(PLAIN, [], [Free(BOTH, 0.0)], NOW) == []
    assert decide(PLAIN, [Waits("101", 0.0)], [], NOW) == []
    assert decide(PLAIN, [Waits("fax", 0.0)], [Free(BOTH, 0.0)], NOW) == []
