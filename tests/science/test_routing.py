"""Who gets whom."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin.science.policy import Contact, Decision, Handler, Policy, TypeRule, UnknownType, Why
from darwin.science.routing import decide
from darwin.science.routing_plainly import decide_plainly

PLAIN = Policy((TypeRule("999", priority=1), TypeRule("101", priority=2), TypeRule("chat", 3, chat=True)))


def waits(name: str, type_: str = "101", since: float = 0.0, **more: object) -> Contact:
    return Contact(name, type_, since, **more)  # type: ignore[arg-type]


def free(name: str, *skills: str, since: float = 0.0, **more: object) -> Handler:
    return Handler(name, {skill: at for at, skill in enumerate(skills, 1)}, since, **more)  # type: ignore[arg-type]


def pairs(decisions: list[Decision]) -> list[tuple[str, str]]:
    return [(each.contact, each.handler) for each in decisions if each.handler is not None]


def why(decisions: list[Decision], contact: str) -> set[Why]:
    return {reason.code for each in decisions if each.contact == contact for reason in each.reasons}


times = st.integers(0, 8).map(lambda tens: tens * 10.0)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    rules = [
        TypeRule(
            name,
            priority=draw(st.sampled_from([1.0, 2.0, 3.0])),
            ages_every_s=draw(st.sampled_from([0.0, 0.0, 20.0, 45.0])),
            overflow_after_s=draw(st.sampled_from([0.0, 0.0, 30.0])),
            reserve=draw(st.sampled_from([0, 0, 0, 1, 2])),
            chat=name == "chat",
        )
        for name in ("999", "101", "chat")
    ]
    ahead = st.sampled_from([0.0, 0.5, -0.5, 2.0])
    return Policy(
        tuple(rules), draw(st.booleans()), draw(ahead), draw(ahead), draw(ahead), draw(st.integers(0, 2))
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Contact], list[Handler], int]:
    contacts = []
    for at in range(draw(st.integers(0, 7))):
        kind = draw(st.sampled_from(["999", "101", "chat"]))
        callback = kind != "chat" and draw(st.booleans())
        contacts.append(
            Contact(
                f"c{at}",
                kind,
                draw(times),
                draw(st.sampled_from([None, None, 1.0, 2.5])),
                draw(st.booleans()),
                draw(st.integers(0, 2)),
                callback,
                draw(st.none() | st.sampled_from([40.0, 70.0, 90.0])) if callback else None,
            )
        )
    handlers = []
    for at in range(draw(st.integers(0, 6))):
        skills = draw(st.dictionaries(st.sampled_from(["999", "101", "chat", "other"]), st.integers(1, 3)))
        capacity = draw(st.integers(1, 3))
        chats = draw(st.integers(0, capacity)) if capacity > 1 else 0
        handlers.append(Handler(f"h{at}", skills, draw(times), draw(st.integers(0, 4)) > 0, chats, capacity))
    return contacts, handlers, draw(st.integers(0, 2))


@settings(max_examples=500, deadline=None)
@given(policies(), situations())
def test_the_compiled_decision_is_the_plain_one(
    policy: Policy, situation: tuple[list[Contact], list[Handler], int]
) -> None:
    same_decision(policy, situation)


@pytest.mark.nightly
@settings(max_examples=20_000, deadline=None)
@given(policies(), situations())
def test_the_compiled_decision_is_the_plain_one_at_length(
    policy: Policy, situation: tuple[list[Contact], list[Handler], int]
) -> None:
    same_decision(policy, situation)


def same_decision(policy: Policy, situation: tuple[list[Contact], list[Handler], int]) -> None:
    contacts, handlers, under_way = situation
    plain = decide_plainly(policy, contacts, handlers, 80.0, callbacks_under_way=under_way)
    decided = decide(policy, contacts, handlers, 80.0, callbacks_under_way=under_way)
    assert pairs(decided) == plain
    assert sorted(each.contact for each in decided) == sorted(each.id for each in contacts)
    assert all(each.reasons for each in decided)


@pytest.mark.parametrize(
    ("case", "waiting", "handlers", "expected"),
    [
        (
            "a contact goes to those who hold its type earliest, then to the longest free",
            [waits("c")],
            [free("a", "999", "101", since=0), free("b", "101", since=30), free("d", "101", since=20)],
            [("c", "d")],
        ),
        (
            "a free handler takes by its own list before priority",
            [waits("emergency", "999", 90), waits("other", "101", 95)],
            [free("h", "101", "999")],
            [("other", "h")],
        ),
        (
            "then by priority",
            [waits("low", "101", 0), waits("high", "999", 90)],
            [Handler("h", {"101": 1, "999": 1}, 0)],
            [("high", "h")],
        ),
        (
            "then by wait",
            [waits("late", since=20), waits("early", since=10)],
            [free("h", "101")],
            [("early", "h")],
        ),
        (
            "a chat goes beside other chats before it takes somebody free",
            [waits("c", "chat")],
            [free("idle", "chat"), free("busy", "chat", since=50, chats=1, capacity=2)],
            [("c", "busy")],
        ),
        (
            "who is in a chat takes no call",
            [waits("c")],
            [free("busy", "101", "chat", chats=1, capacity=3)],
            [],
        ),
        ("who is not free takes nothing", [waits("c")], [free("h", "101", free=False)], []),
    ],
)
def test_the_order(
    case: str, waiting: list[Contact], handlers: list[Handler], expected: list[tuple[str, str]]
) -> None:
    assert pairs(decide(PLAIN, waiting, handlers, 100.0)) == expected, case


def test_priority_may_come_before_the_list() -> None:
    waiting = [waits("emergency", "999", 90), waits("other", "101", 0)]
    policy = replace(PLAIN, own_list_first=False)
    assert pairs(decide(policy, waiting, [free("h", "101", "999")], 100.0)) == [("emergency", "h")]


def with_101(**rule: object) -> Policy:
    return replace(PLAIN, types=(PLAIN.types[0], replace(PLAIN.types[1], **rule), PLAIN.types[2]))


def test_a_long_wait_ages_past_a_better_priority() -> None:
    waiting = [waits("emergency", "999", 99), waits("old", "101", 0)]
    handler = Handler("h", {"101": 1, "999": 1}, 0)
    assert pairs(decide(with_101(ages_every_s=200.0), waiting, [handler], 100.0))[0][0] == "emergency"
    decided = decide(with_101(ages_every_s=50.0), waiting, [handler], 100.0)
    assert pairs(decided)[0][0] == "old"
    assert Why.AGED in why(decided, "old")


def test_the_last_free_handlers_are_kept_for_999() -> None:
    policy = replace(PLAIN, types=(replace(PLAIN.types[0], reserve=1), *PLAIN.types[1:]))
    one, two = free("a", "999", "101"), free("b", "999", "101", since=5)
    decided = decide(policy, [waits("c")], [one], 100.0)
    assert pairs(decided) == [] and why(decided, "c") == {Why.KEPT}
    assert pairs(decide(policy, [waits("c")], [one, two], 100.0)) == [("c", "a")]
    assert pairs(decide(policy, [waits("c", "999")], [one], 100.0)) == [("c", "a")]
    assert pairs(decide(policy, [waits("c")], [free("other", "101")], 100.0)) == [("c", "other")]


def test_a_contact_overflows_to_a_second_choice_after_its_time() -> None:
    policy, handler = with_101(overflow_after_s=60.0), free("h", "999", "101")
    early = decide(policy, [waits("c", since=50)], [handler], 100.0)
    assert pairs(early) == [] and why(early, "c") == {Why.OVERFLOW}
    assert early[0].look_again_at == 110.0
    assert pairs(decide(policy, [waits("c", since=50)], [handler], 110.0)) == [("c", "h")]


def test_callbacks_wait_for_their_promise_and_for_a_slot() -> None:
    policy = replace(PLAIN, callback_slots=1)
    handlers = [free("a", "101"), free("b", "101")]
    due = [waits("c", callback=True, promised_at=120.0)]
    early = decide(policy, due, handlers, 100.0)
    assert why(early, "c") == {Why.NOT_YET_DUE} and early[0].look_again_at == 120.0
    assert pairs(decide(policy, due, handlers, 120.0)) == [("c", "a")]
    assert why(decide(policy, due, handlers, 120.0, callbacks_under_way=1), "c") == {Why.SLOTS_TAKEN}
    two = [*due, waits("d", callback=True, promised_at=110.0)]
    decided = decide(policy, two, handlers, 120.0)
    assert pairs(decided) == [("d", "a")] and why(decided, "c") == {Why.SLOTS_TAKEN}


@pytest.mark.parametrize(
    ("ahead", "contact", "reason"),
    [
        ({"vulnerable_ahead": 0.5}, waits("first", since=50, vulnerable=True), Why.VULNERABLE),
        ({"repeat_ahead": 0.5}, waits("first", since=50, attempts=2), Why.REPEAT),
        ({"callback_ahead": 0.5}, waits("first", since=50, callback=True), Why.CALLBACK),
    ],
)
def test_some_contacts_move_ahead(ahead: dict[str, float], contact: Contact, reason: Why) -> None:
    decided = decide(replace(PLAIN, **ahead), [waits("other"), contact], [free("h", "101")], 100.0)
    assert pairs(decided) == [("first", "h")]
    assert reason in why(decided, "first")
    assert why(decided, "other") == {Why.OTHERS_FIRST}


def test_who_waits_is_told_why() -> None:
    assert why(decide(PLAIN, [waits("c")], [free("h", "999")], 1.0), "c") == {Why.NOBODY_SKILLED}
    assert why(decide(PLAIN, [waits("c")], [free("h", "101", free=False)], 1.0), "c") == {Why.NOBODY_FREE}


def test_a_type_that_the_policy_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownType, match='"111"'):
        decide(PLAIN, [waits("c", "111")], [free("h", "101")], 1.0)


@given(policies())
def test_a_policy_survives_being_kept(policy: Policy) -> None:
    assert Policy.from_dict(policy.as_dict()) == policy
