"""Tokens of other systems: made once, shown once, revoked for good."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.reference.queries import threshold
from darwin.staff.api.signing import signing_secret
from darwin.staff.models import ApiToken
from darwin.staff.scopes import scopes_to_give
from darwin.staff.services.accounts import StaffFault
from darwin.staff.services.answers import keep_forgetting

LONGEST = "staff.api_token_days"
USED_EVERY = timedelta(hours=1)
"""Enough to find a token that nobody uses any more; each request by itself would be a write too many."""
# The name goes into identifiers of evidence and is shown in the ledger, which holds no number of five digits.
_CLIENT = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
_DIGITS = re.compile(r"[0-9](?:-?[0-9]){4}")
PREFIX = "darwin_"
"""So that a scanner of logs and repositories knows one of our secrets when it sees it."""


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with what is shown of it once. signing_secret: "" where no scope asks for a signature."""

    token: ApiToken
    secret: str
    signing_secret: str


def make_token(*, actor: Actor, client: str, scopes: Iterable[str], days: int) -> MadeToken:
    """Make a token for `client`, good for `days` days; its secret is in the result and nowhere else.

    Several tokens of one client may live at a time, so that one can be replaced without a gap.
    Raises StaffFault if the name or a scope will not do, or if it would be good for too long.
    """
    client, wanted = client.strip().lower(), sorted(set(scopes))
    _check_name(client)
    known = {scope.name: scope for scope in scopes_to_give()}
    strange = [name for name in wanted if name not in known]
    if strange:
        raise StaffFault(
            f"There is no scope “{strange[0]}”. Those there are: {', '.join(known)}. No token was made."
        )
    if not wanted:
        raise StaffFault("The token opens nothing. Choose at least one scope. What you typed is kept.")
    longest = int(threshold(LONGEST).value)
    if not 1 <= days <= longest:
        raise StaffFault(
            f"A token is good for 1 to {longest} days; {days} is outside. What you typed is kept."
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    with transaction.atomic():
        token = ApiToken.objects.create(
            client=client,
            scopes=wanted,
            secret_hash=hash_of(secret),
            made_at=now,
            made_by_id=actor.id if actor.kind == "staff" else None,
            good_until=now + timedelta(days=days),
        )
        keep_forgetting(actor=actor)
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="staff.made_api_token",
            subjects=[Subject("api_token", token.id)],
            fields=["client", "scopes", "good_until"],
            counts={"scopes": len(wanted)},
        )
    signed = any(known[name].signed for name in wanted)
    return MadeToken(token, secret, signing_secret(token.id) if signed else "")


def _check_name(client: str) -> None:
    if not _CLIENT.fullmatch(client) or _DIGITS.search(client):
        raise StaffFault(
            f"“{client}” cannot name a system: use 2 to 40 small letters, digits and hyphens, beginning with "
            "a letter, and not five digits in a row. What you typed is kept."
        )


def revoke_token(*, actor: Actor, token: ApiToken, reason: str = "") -> None:
    """End a token now and for good. Raises StaffFault if it is revoked already."""
    with transaction.atomic():
        now = clock.now()
        by = actor.id if actor.kind == "staff" else None
        changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now, revoked_by=by)
        if changed != 1:
            raise StaffFault("This token is revoked already. Nothing was changed.")
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.revoked_api_token",
            subjects=[Subject("api_token", token.id)],
            fields=["revoked_at"],
            reason=reason,
        )
    token.refresh_from_db()


def note_token_used(*, token: ApiToken) -> None:
    """Move the token's last use, at most once in USED_EVERY. No entry: what the token did has its own."""
    now = clock.now()
    if token.last_used_at and token.last_used_at > now - USED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    token.last_used_at = now


def hash_of(secret: str) -> str:
    """What is kept of a secret. 256 random bits: a plain hash gives nothing to guess at."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
