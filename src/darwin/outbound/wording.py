"""What people read of a decision. A reason never says who, nor which kind of record it rests on."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.outbound.judging import ADVISED_KINDS, Condition, Decision, Limits, Why
from darwin.theme import formats
from darwin.theme.formats import Words

CONDITION_WORDS: dict[Condition, Words] = {
    Condition.WITHHELD: gettext_lazy("Withhold our number"),
    Condition.NO_VOICEMAIL: gettext_lazy("Leave no voicemail"),
    Condition.ASK_FIRST: gettext_lazy("First ask: “Are you safe to talk?”"),
}
KIND_WORDS: dict[str, Words] = {
    "personal": gettext_lazy("personal"),
    "shared": gettext_lazy("shared"),
    "care_home": gettext_lazy("care home"),
    "prison": gettext_lazy("prison"),
    "switchboard": gettext_lazy("switchboard"),
    "not_known": gettext_lazy("not known"),
}
ADVICE: dict[str, Words] = {
    "shared": gettext_lazy(
        "Several people use this number. Say only your first name, ask who rang, and say nothing of why."
    ),
    "care_home": gettext_lazy(
        "A care home answers. Ask to speak to the person who rang, alone; do not tell staff what it is about."
    ),
    "prison": gettext_lazy(
        "A prison answers, and its calls are recorded. Ask for the wing's office; say nothing of why."
    ),
    "switchboard": gettext_lazy(
        "A switchboard answers. Ask whether somebody there rang the police; say nothing of why."
    ),
}
_WHY: dict[Why, Words] = {
    Why.NO_NUMBER: gettext_lazy("The number was withheld, so it cannot be rung."),
    Why.NOT_DIALLED: gettext_lazy("This is not a whole number or address, so nothing can reach it."),
    Why.ASKED_NOT_TO: gettext_lazy(
        "Do not use this way: they asked us not to. Only they can change that. Use another way."
    ),
    Why.DECIDED_NOT_TO: gettext_lazy("Do not ring: a supervisor decided so, and looks again at %(until)s."),
    Why.TOLD_NOT_SAFE: gettext_lazy(
        "Not safe to ring: at the last attempt it was not safe to talk. Ask a supervisor."
    ),
    Why.LINKED: gettext_lazy("Not safe to ring: somebody could be hurt. Ask a supervisor."),
    Why.NOBODY_ASKED: gettext_lazy(
        "Not safe yet: nobody has asked whether others read what arrives here. Ask first, and record it."
    ),
    Why.TAKEN: gettext_lazy("%(holder)s is ringing this number."),
    Why.NOT_THESE_HOURS: gettext_lazy("Not at this hour: it is outside the hours they said were safe."),
    Why.OUT_OF_HOURS: gettext_lazy("Not at this hour: people are rung between %(from)s and %(until)s."),
    Why.TOO_SOON: gettext_lazy("Too soon after the last attempt. Try again at %(not_before)s."),
    Why.TRIED_TODAY: gettext_lazy("Tried %(tries)s times today already. Try again tomorrow."),
    Why.TRIED_ENOUGH: gettext_lazy(
        "Tried %(enough)s times in all. Ask a supervisor whether to write or to send somebody."
    ),
}


def sentence(why: Why, decision: Decision, limits: Limits) -> str:
    """One reason as a sentence: what to do in its first words."""
    if why is Why.TAKEN and not decision.by_telephone:
        return _("%(holder)s is writing to this address.") % {"holder": decision.holder}
    values = {
        "until": formats.clock_time(decision.override.until) if decision.override else "",
        "holder": decision.holder,
        "not_before": formats.clock_time(decision.not_before) if decision.not_before else "",
        "tries": limits.tries_a_day,
        "enough": limits.tries_enough,
        "from": f"{limits.hours.starts:%H:%M}",
    }
    if why is Why.OUT_OF_HOURS:
        values["until"] = f"{limits.hours.ends:%H:%M}"
    return str(_WHY[why]) % values


def sentences(decision: Decision, limits: Limits) -> list[str]:
    """Every reason against it, the gravest first; none if it is allowed."""
    return [sentence(why, decision, limits) for why in decision.reasons]


def condition_words(conditions: Iterable[Condition | str]) -> list[str]:
    """The conditions in the order in which they are met: before ringing, ringing, answered."""
    held = {Condition(condition) for condition in conditions}
    return [str(words) for condition, words in CONDITION_WORDS.items() if condition in held]


def kind_words(kind: str) -> str:
    """What kind of number it is."""
    return str(KIND_WORDS.get(kind, _("not known")))


def advice(kind: str) -> str:
    """What to say at a number that somebody other than the caller may answer; "" for any other."""
    return str(ADVICE[kind]) if kind in ADVISED_KINDS else ""
