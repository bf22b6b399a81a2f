"""Finishing a contact: what was typed becomes its record."""

from django.db import transaction

from darwin.contact.models import ContactDraft
from darwin.contact.services.logging import Logged, log_contact
from darwin.contact.taking.words import entry_of
from darwin.deadlines import clock
from darwin.ledger.actors import Actor


@transaction.atomic
def finish_draft(*, actor: Actor, draft: ContactDraft) -> Logged:
    """Record the contact as the draft tells it, once however often it is asked; a draft that was changed
    after it was finished becomes another version of the record.

    The ledger entry is log_contact's. Raises ContactRefused where a field cannot be recorded as it was
    typed: nothing is recorded then, and the draft stays as it is.
    """
    now = clock.now()
    entry = entry_of(
        draft.words,
        taken_at=draft.begun_at,
        finished_at=draft.finished_at or now,
        entered_later=draft.entered_later,
    )
    logged = log_contact(actor=actor, entry=entry, contact_id=draft.key)
    if draft.finished_at is None:
        ContactDraft.objects.filter(id=draft.id, finished_at=None).update(finished_at=now)
        draft.finished_at = now
    return logged
