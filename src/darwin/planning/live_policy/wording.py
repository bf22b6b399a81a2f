"""A routing policy in words: its parameters, where two of them differ, and its guardrails."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.contact.routing.guardrails import IN_TIME_999, OCCUPANCY, WORST_HALF_HOUR
from darwin.reference.models import PolicyStep
from darwin.reference.queries import UnknownReference, code
from darwin.science.policy import Policy
from darwin.science.policy_data import policy_of_data
from darwin.theme.formats import Words

TYPE_WORDS: Mapping[str, Words] = {
    "priority": gettext_lazy("Priority, 1 before 2"),
    "ages_every_s": gettext_lazy("Moves up one step of priority every, seconds; 0 is never"),
    "overflow_after_s": gettext_lazy("Handlers who hold it second take it after, seconds"),
    "reserve": gettext_lazy("Free handlers kept for it"),
    "chat": gettext_lazy("A handler may have several at once"),
}
WHOLE_WORDS: Mapping[str, Words] = {
    "own_list_first": gettext_lazy("A handler’s own skills go before urgency"),
    "vulnerable_ahead": gettext_lazy("Steps ahead for somebody at risk"),
    "repeat_ahead": gettext_lazy("Steps ahead for somebody who has tried before"),
    "callback_ahead": gettext_lazy("Steps ahead for a call-back"),
    "callback_slots": gettext_lazy("Call-backs under way at once, at most; 0 is no limit"),
}
GUARDRAIL_WORDS: Mapping[str, Words] = {
    IN_TIME_999: gettext_lazy("999 answered in time, %"),
    OCCUPANCY: gettext_lazy("Handlers busy, %"),
    WORST_HALF_HOUR: gettext_lazy("The half-hour answered in time, %"),
}
STEP_WORDS: Mapping[str, Words] = {
    PolicyStep.OPENED: gettext_lazy("Darwin came with it"),
    PolicyStep.ADOPTED: gettext_lazy("decided by two people"),
    PolicyStep.LOT_ENDED: gettext_lazy("the days by lot were over"),
    PolicyStep.ROLLED_BACK: gettext_lazy("somebody went back"),
    PolicyStep.GUARDRAIL: gettext_lazy("a guardrail was broken"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: what it is of ("" for the whole policy), its word, its value, and the value beside it
    in another policy, None where none is compared."""

    of: str
    word: Words
    value: str
    other: str | None = None

    @property
    def differs(self) -> bool:
        return self.other is not None and self.other != self.value


def type_words(name: str) -> str:
    """What a type of contact is called: a line by its own name, a channel by the force's word for it."""
    try:
        return str(code("contact_channel", name)) if name else ""
    except UnknownReference:
        return name


def parameters_of(data: Mapping[str, Any], other: Mapping[str, Any] | None = None) -> list[Parameter]:
    """Every parameter of a stored policy, in order; `other`: a policy to compare with."""
    policy = policy_of_data(data)
    beside = None if other is None else _values(policy_of_data(other))
    return [
        Parameter(
            type_words(of), word, value, None if beside is None else beside.get((of, key), _("not named"))
        )
        for (of, key), (word, value) in _worded(policy).items()
    ]


def differences(data: Mapping[str, Any], other: Mapping[str, Any]) -> list[Parameter]:
    """Where a policy differs from another, and what only the other names."""
    ours = [one for one in parameters_of(data, other) if one.differs]
    known = _values(policy_of_data(data))
    only = [
        Parameter(type_words(of), word, _("not named"), value)
        for (of, key), (word, value) in _worded(policy_of_data(other)).items()
        if (of, key) not in known
    ]
    return ours + only


def _worded(policy: Policy) -> dict[tuple[str, str], tuple[Words, str]]:
    found: dict[tuple[str, str], tuple[Words, str]] = {}
    for rule in policy.types:
        for key, word in TYPE_WORDS.items():
            found[rule.name, key] = (word, _shown(getattr(rule, key)))
    for key, word in WHOLE_WORDS.items():
        found["", key] = (word, _shown(getattr(policy, key)))
    return found


def _values(policy: Policy) -> dict[tuple[str, str], str]:
    return {place: value for place, (_word, value) in _worded(policy).items()}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:g}"
