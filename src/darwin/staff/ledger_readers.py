"""Who may read the ledger, as the ledger asks it: it lies below accounts and knows none."""

from darwin.ledger.actors import Actor
from darwin.ledger.readers import ReaderRule
from darwin.staff.models import Account
from darwin.staff.permissions import READ_LEDGER


def _permits(actor: Actor) -> bool:
    if actor.kind != "staff" or actor.id is None:
        return False
    account = Account.objects.filter(pk=actor.id, is_active=True).first()
    return account is not None and READ_LEDGER.permits(account)


def _named(name: str) -> Actor | None:
    account = Account.objects.filter(sign_in_name=name.strip().lower(), is_active=True).first()
    return account.actor if account else None


RULE = ReaderRule(permits=_permits, named=_named)
