"""How a person comes to a way in: a link for the first passkey, more passkeys, the force's directory."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.reference.queries import threshold
from darwin.staff.models import Account, Enrolment
from darwin.staff.services.accounts import StaffFault, locked_account

LINK_IS_OVER = (
    "This link has been used, or its time is over. "
    "Ask the administrator for a new one; nothing about your account was changed."
)


def invite(*, actor: Actor, account: Account) -> str:
    """Make a link's secret with which the person may register a passkey: once, within the time of reference
    data (staff.enrolment_link). Links made before it for the same account stop working.

    Raises StaffFault if the account is closed.
    """
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = locked_account(account.id)
        if not row.is_active:
            raise StaffFault(f"{row.display_name}'s account is closed. Open a new one to invite them.")
        now = clock.now()
        Enrolment.objects.filter(account=row, used_at=None, good_until__gt=now).update(good_until=now)
        enrolment = Enrolment.objects.create(
            account=row,
            secret_hash=_hash(secret),
            made_at=now,
            good_until=now + timedelta(minutes=int(threshold("staff.enrolment_link").value)),
        )
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.made_enrolment_link",
            subjects=[Subject("account", row.id), Subject("enrolment", enrolment.id)],
        )
    return secret


def _hash(secret: str) -> str:
    # 256 random bits: a plain hash gives nothing to guess at.
    return sha256(secret.encode()).hexdigest()


def account_of_link(secret: str) -> Account:
    """Whose link this is, while it can be used. Raises StaffFault if it cannot."""
    enrolment = (
        Enrolment.objects.select_related("account")
        .filter(secret_hash=_hash(secret), used_at=None, good_until__gt=clock.now(), account__is_active=True)
        .first()
    )
    if enrolment is None:
        raise StaffFault(LINK_IS_OVER)
    return enrolment.account


def register_first_passkey(*, secret: str, name: str, credential: dict[str, Any]) -> Account:
    """Register the passkey of a person who came by a link, and use the link up.

    `credential` is the browser's answer, verified by the caller. Raises StaffFault if the link is over.
    """
    with transaction.atomic():
        account = account_of_link(secret)
        used = Enrolment.objects.filter(
            secret_hash=_hash(secret), used_at=None, good_until__gt=clock.now()
        ).update(used_at=clock.now())
        if used != 1:
            raise StaffFault(LINK_IS_OVER)
        register_passkey(actor=account.actor, account=account, name=name, credential=credential)
    return account


def register_passkey(
    *, actor: Actor, account: Account, name: str, credential: dict[str, Any]
) -> Authenticator:
    """Keep a passkey of the account. `credential` is the browser's answer, verified by the caller."""
    with transaction.atomic():
        passkey: Authenticator = Authenticator.objects.create(
            user=account,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": name.strip()[:80] or "Passkey", "credential": credential},
            created_at=clock.now(),
        )
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.registered_passkey",
            subjects=[Subject("account", account.id)],
            counts={"passkeys": Authenticator.objects.filter(user=account).count()},
        )
    return passkey


def remove_passkey(*, actor: Actor, account: Account, passkey_id: int) -> None:
    """Take a passkey away. Raises StaffFault if it is not theirs, or the last way in."""
    with transaction.atomic():
        row = locked_account(account.id)
        theirs = Authenticator.objects.filter(user=row, type=Authenticator.Type.WEBAUTHN)
        if not theirs.filter(pk=passkey_id).exists():
            raise StaffFault("This passkey is not yours, or was removed already. Nothing was changed.")
        if theirs.count() == 1 and not row.directory_subject:
            raise StaffFault("This is your only way in. Make another passkey first, then remove this one.")
        theirs.filter(pk=passkey_id).delete()
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.removed_passkey",
            subjects=[Subject("account", row.id)],
            counts={"passkeys": theirs.count()},
        )


def bind_directory_subject(*, actor: Actor, account: Account, subject: str) -> None:
    """Bind an account to the one identity of the force's directory that it was first signed in with.

    A name in a directory can be given to somebody else later, its subject cannot (OpenID Connect Core 1.0,
    section 5.7). Raises StaffFault if the account is bound to another.
    """
    with transaction.atomic():
        row = locked_account(account.id)
        if row.directory_subject == subject:
            return
        if row.directory_subject or Account.objects.filter(directory_subject=subject).exists():
            raise StaffFault(
                "The directory knows this account as somebody else. Nobody was signed in. "
                "Ask the administrator to look at the account."
            )
        row.directory_subject = subject
        row.save(update_fields=["directory_subject"])
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.bound_directory_subject",
            subjects=[Subject("account", row.id)],
            fields=["directory_subject"],
        )
