"""Who may ask and record, decide, try and see: one rule each."""

from darwin.errors import DarwinError
from darwin.ledger.actors import Actor
from darwin.outbound.errors import NotPermitted
from darwin.staff.models import Account
from darwin.staff.permissions import Rule
from darwin.staff.roles import ROLES

_SUPERVISE = frozenset({"contact_supervisor", "duty_inspector"})
_SPEAK_TO_PEOPLE = _SUPERVISE | {
    "contact_handler",
    "desk_operator",
    "investigator",
    "investigation_supervisor",
}

RECORD_SAFE_CONTACT = Rule(
    "outbound.record_safe_contact",
    "See how somebody may be reached safely, ask them and record it",
    _SPEAK_TO_PEOPLE,
)
REACH_OUT = Rule(
    "outbound.reach_out",
    "Ring, text or write to somebody outside the force, through the gateway",
    _SPEAK_TO_PEOPLE,
)
DECIDE_UNSAFE = Rule(
    "outbound.decide_unsafe",
    "Decide about a number that is not safe to ring, and confirm what takes protection away",
    _SUPERVISE,
)
SEE_ATTEMPTS = Rule(
    "outbound.attempts",
    "See when and how often a number was tried, and what came of it",
    _SPEAK_TO_PEOPLE | {"quality_assessor", "professional_standards"},
)


class UnknownActor(DarwinError):
    """The author of an act has no account."""


def permitted(actor: Actor, rule: Rule) -> Account:
    """The account of a person whom the rule permits.

    The gateway asks by itself, whoever calls it: a page that forgot its rule would reach somebody. Raises
    NotPermitted, and UnknownActor for a part of Darwin or an account that is gone.
    """
    account = Account.objects.filter(pk=actor.id).first() if actor.id else None
    if account is None:
        raise UnknownActor("Only a person with an account can do this. Nothing was changed.")
    if not rule.permits(account):
        roles = ", ".join(role.title for code, role in ROLES.items() if code in rule.roles)
        raise NotPermitted(f"Your roles do not let you do this. Ask one of these: {roles}.")
    return account
