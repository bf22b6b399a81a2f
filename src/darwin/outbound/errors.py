"""Refusals of the gateway: each a sentence for the person who wanted to reach somebody."""

from uuid import UUID

from django.utils.translation import gettext as _

from darwin.errors import DarwinError
from darwin.outbound.judging import CANNOT, NOT_SAFE, Decision, Limits, Why
from darwin.outbound.wording import sentence


class NotPermitted(DarwinError):
    """The account's roles do not let it do this. The sentence says who may."""


class Refused(DarwinError):
    """An attempt that must not be made, or not now. `decision` says all reasons; the text the first."""

    def __init__(self, text: str, decision: Decision) -> None:
        super().__init__(text)
        self.decision = decision


class CannotBeReached(Refused):
    """A withheld number, or something that is no number."""


class NotSafe(Refused):
    """Somebody could be hurt, or has asked us not to."""


class TakenByAnother(Refused):
    """Somebody has this number, or this person, now."""


class OutOfHours(Refused):
    """Outside the person's own hours or the house's."""


class TooSoon(Refused):
    """The gap after the last attempt is not over."""


class TooManyTries(Refused):
    """Tried as often as the force allows, today or in all."""


_CLASSES: dict[Why, type[Refused]] = {
    **dict.fromkeys(CANNOT, CannotBeReached),
    **dict.fromkeys(NOT_SAFE, NotSafe),
    Why.TAKEN: TakenByAnother,
    Why.NOT_THESE_HOURS: OutOfHours,
    Why.OUT_OF_HOURS: OutOfHours,
    Why.TOO_SOON: TooSoon,
    Why.TRIED_TODAY: TooManyTries,
    Why.TRIED_ENOUGH: TooManyTries,
}


def refusal(decision: Decision, limits: Limits, by: UUID | None) -> Refused:
    """The error that a decision against an attempt of `by` is raised as, by its first reason."""
    why = decision.reasons[0]
    text = sentence(why, decision, limits)
    if why is Why.TAKEN:
        mine = by is not None and decision.held_by == by
        text = _("You have this number already. Say first what came of it.") if mine else text
        text = text if mine else f"{text} {_('You were second.')}"
    return _CLASSES[why](text, decision)
