"""Keeping what a handler types, as it is typed, from any number of windows and in whatever order it comes.

A window is a writer; its saves are numbered upwards and each holds everything, so that a lost or late save
costs nothing once a later one has come. A save says on which states it is built. One that is not built on
what stands was written beside it in another window: it is kept beside, and its sender is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction

from darwin.contact.models import ContactDraft, DraftRevision
from darwin.contact.taking.words import words_of
from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry

ENTRY_EVERY = timedelta(minutes=5)
"""With a save a second, a hundred handlers would write 360,000 entries an hour, none of which says more than
the first. So: one entry for an author, a contact and five minutes of saving, and one when it is finished."""
REVISION_EVERY = timedelta(minutes=1)
"""So often an earlier state is kept for good, whatever is typed after it."""


class Outcome(StrEnum):
    """What became of a save. KNOWN: it, or a later one of its window, was heard already."""

    KEPT = "kept"
    KNOWN = "known"
    BESIDE = "beside"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSave:
    """One save of one window.

    key: the contact's identifier. revision: counts up in the window, from 1. built_on: for each writer, the
    last revision of theirs that this save has taken up; its own earlier ones go without saying. begun_at:
    when the contact began, aware. words: the fields of the page as typed.
    """

    key: UUID
    writer: UUID
    revision: int
    begun_at: datetime
    words: Mapping[str, Any]
    built_on: Mapping[str, int] = field(default_factory=dict)
    entered_later: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The draft as it stands after the save, and what became of the save."""

    draft: ContactDraft
    outcome: Outcome


@transaction.atomic
def save_draft(*, actor: Actor, account_id: UUID, save: DraftSave) -> Kept:
    """Keep one save in the draft that `account_id` has of the contact; the draft is made by its first.

    Idempotent by (writer, revision). Ledger: one entry for an actor, contact and ENTRY_EVERY.
    """
    now = clock.now()
    ContactDraft.objects.bulk_create(
        [
            ContactDraft(
                account_id=account_id,
                key=save.key,
                begun_at=save.begun_at,
                entered_later=save.entered_later,
                saved_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    draft = ContactDraft.objects.select_for_update().get(account_id=account_id, key=save.key)
    outcome = _outcome(draft, save)
    if outcome is Outcome.KNOWN:
        return Kept(draft, outcome)
    draft.heard = {**draft.heard, str(save.writer): save.revision}
    if outcome is Outcome.BESIDE:
        _keep_revision(draft, save.writer, save.revision, words_of(save.words), now, beside=True)
    else:
        _stand(draft, save, now)
    _enter(actor, draft, now)
    draft.save()
    return Kept(draft, outcome)


def _outcome(draft: ContactDraft, save: DraftSave) -> Outcome:
    if draft.heard.get(str(save.writer), 0) >= save.revision:
        return Outcome.KNOWN
    if draft.writer in (None, save.writer):
        return Outcome.KEPT
    taken_up = save.built_on.get(str(draft.writer), 0)
    return Outcome.KEPT if taken_up >= draft.revision else Outcome.BESIDE


def _stand(draft: ContactDraft, save: DraftSave, now: datetime) -> None:
    """Let the save be what stands. What stood is kept for good where it would be lost otherwise."""
    words = words_of(save.words)
    if draft.writer is not None and _is_worth_keeping(draft, save.writer, words, now):
        _keep_revision(draft, draft.writer, draft.revision, draft.words, draft.saved_at, beside=False)
    draft.words, draft.revision, draft.writer, draft.saved_at = words, save.revision, save.writer, now


def _is_worth_keeping(draft: ContactDraft, writer: UUID, words: Mapping[str, Any], now: datetime) -> bool:
    """Another window takes over, something that stood there is gone, or a minute has passed."""
    before, after = str(draft.words.get("narrative", "")), str(words.get("narrative", ""))
    if draft.writer != writer or not after.startswith(before.rstrip()):
        return bool(draft.words != words)
    last = (
        draft.revisions.filter(beside=False).order_by("-saved_at").values_list("saved_at", flat=True).first()
    )
    return now - (last or draft.begun_at) >= REVISION_EVERY


def _keep_revision(
    draft: ContactDraft,
    writer: UUID,
    revision: int,
    words: Mapping[str, Any],
    saved_at: datetime,
    *,
    beside: bool,
) -> None:
    DraftRevision.objects.bulk_create(
        [
            DraftRevision(
                draft=draft, writer=writer, revision=revision, words=words, saved_at=saved_at, beside=beside
            )
        ],
        ignore_conflicts=True,
    )


def _enter(actor: Actor, draft: ContactDraft, now: datetime) -> None:
    same = draft.entry_by == actor.id and draft.entry_at is not None and now - draft.entry_at < ENTRY_EVERY
    if same:
        return
    record_entry(
        actor=actor,
        verb=Verb.COLLECT if draft.entry_at is None else Verb.ALTER,
        event="contact.notes_saved",
        subjects=[Subject("contact", draft.key)],
        fields=sorted(name for name, value in draft.words.items() if value),
        reason_code="entered_later" if draft.entered_later else "",
    )
    draft.entry_at, draft.entry_by = now, actor.id
