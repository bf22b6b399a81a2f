"""The telephones of the people of a practice installation, as their pages use them."""

from darwin.contact.models import CommandKind, FloorMember, SwitchCommand, SwitchMember
from darwin.contact.services.switch_commands import SwitchRefuses, ask_switch
from darwin.practice.records import SOURCE
from darwin.staff.models import Account


def telephone_of(account: Account) -> str:
    """The interface of a person's telephone in the practice force; "" if they have none."""
    theirs = SwitchMember.objects.filter(switch=SOURCE, account=account)
    return theirs.values_list("interface", flat=True).order_by("interface").first() or ""


def is_logged_on(account: Account) -> bool:
    """Whether the switch knows them to be at their telephone, ready or not."""
    floor = FloorMember.objects.filter(switch=SOURCE, interface=telephone_of(account))
    return floor.exclude(state__in=("logged off", "unknown")).exists()


def come_to_telephone(*, account: Account) -> SwitchCommand | None:
    """Make somebody's telephone ready who was not at it; None, and nothing asked, if they were.

    Raises SwitchRefuses if they have no telephone, or nobody plays the practice force.
    """
    interface = telephone_of(account)
    if not interface:
        raise SwitchRefuses(
            "You have no telephone in the practice force yet. It is given within a minute; then try again."
        )
    if is_logged_on(account):
        return None
    return ask_switch(actor=account.actor, switch=SOURCE, kind=CommandKind.READY, interface=interface)
