"""Recording who is speaking: a person on record, or that the name was not given."""

from uuid import UUID

from django.db import transaction

from darwin.contact.models import CallerIdentity, IdentityKind
from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry


@transaction.atomic
def record_identity(*, actor: Actor, key: UUID, person_id: UUID | None, role: str = "") -> CallerIdentity:
    """Record who is speaking in the contact `key`: this person, or None: the name was not given.

    Asked again, the newest stands and the earlier stays; the same again changes nothing and leaves no entry.
    role: a code of the list caller_role, "" where nobody said.
    """
    newest = CallerIdentity.objects.filter(key=key).order_by("-asked_at", "-id").first()
    kind = IdentityKind.PERSON if person_id else IdentityKind.NOT_GIVEN
    if newest is not None and (newest.kind, newest.person_id, newest.role) == (kind, person_id, role):
        return newest
    identity = CallerIdentity.objects.create(
        key=key,
        kind=kind,
        person_id=person_id,
        role=role,
        asked_at=clock.now(),
        asked_by=actor.id,
    )
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="contact.caller_identified" if person_id else "contact.caller_not_named",
        subjects=[Subject("contact", key), *([Subject("person", person_id)] if person_id else [])],
        fields=["identity"],
    )
    return identity
