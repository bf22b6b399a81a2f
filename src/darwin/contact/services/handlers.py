"""Saying which account a switch's telephone belongs to, so that its figures can be shown to that person."""

from uuid import UUID

from django.db import transaction

from darwin.contact.models import SwitchMember
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry


@transaction.atomic
def link_handler(*, actor: Actor, switch: str, member: str, interface: str, account_id: UUID) -> SwitchMember:
    """The pair of member name and interface of `switch`, now belonging to the account; made if not known.

    Saying the same again changes nothing and leaves no entry.
    """
    pair, _ = SwitchMember.objects.get_or_create(switch=switch, member=member, interface=interface)
    if pair.account_id != account_id:
        pair.account_id = account_id
        pair.save(update_fields=["account"])
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="contact.handler_linked",
            subjects=[Subject("switch_member", pair.id), Subject("account", account_id)],
            fields=["account"],
        )
    return pair
